//! What is refused, with the numbers and the words.

use std::fmt::Debug;
use std::ops::ControlFlow;

use po_core::{BootstrapParams, Covariance, InputError, Status, Universe};
use po_correlation::evaluate::{
    Bandwidth, Calibration, Criterion, DieboldMarianoParams, Entrant, EntrantError, ForecastError,
    Forecaster, Loss, ModelConfidenceSet, ModelConfidenceSetParams, Race, RaceError, RaceParams, Schedule,
    Scores, Window, diebold_mariano,
};
use po_correlation::{Error, Ewma, EwmaParams, SampleCovariance};

use super::market::{Constant, entrants, outcome, race, returns_of, run, storm};

fn refused<T: Debug>(result: Result<T, Error>, expected: InputError, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(error, Error::Input(expected));
    assert_eq!(error.to_string(), text);
}

fn out_of_range<T: Debug>(result: Result<T, Error>, name: &'static str, value: f64, expected: &'static str) {
    let found = result.unwrap_err();
    assert_eq!(found.to_string(), format!("{name} is {value}, expected {expected}"));
    match found {
        Error::Input(InputError::OutOfRange { name: n, value: v, expected: e }) => {
            assert_eq!((n, v.to_bits(), e), (name, value.to_bits(), expected));
        }
        other => panic!("{other:?}"),
    }
}

fn no_race<T: Debug>(result: Result<T, RaceError>) -> Result<T, Error> {
    result.map_err(|error| match error {
        RaceError::Input(error) => error,
        other => panic!("{other:?}"),
    })
}

#[test]
fn settings_out_of_range() {
    for level in [0.0, 1.0, -0.1, 1.5, f64::NAN] {
        let params = ModelConfidenceSetParams { level, ..ModelConfidenceSetParams::default() };
        let (name, expected) = ("the level of the model confidence set", "a number in (0, 1)");
        out_of_range(ModelConfidenceSet::new(params), name, level, expected);
        out_of_range(
            Race::new(RaceParams { confidence_set: params, ..RaceParams::default() }),
            name,
            level,
            expected,
        );
    }
    let race = Race::new(RaceParams { in_sample: 0, ..RaceParams::default() });
    out_of_range(race, "the number of bars in sample", 0.0, "1 or more");
    let race = Race::new(RaceParams { threads: Some(0), ..RaceParams::default() });
    out_of_range(race, "the number of threads", 0.0, "1 or more");
    let bootstrap = BootstrapParams { resamples: 0, ..BootstrapParams::default() };
    let none = ModelConfidenceSet::new(ModelConfidenceSetParams {
        bootstrap,
        ..ModelConfidenceSetParams::default()
    });
    out_of_range(none, "the number of resamples", 0.0, "1 or more");
    let sample = |schedule| Entrant::refitted("sample", SampleCovariance::default(), schedule);
    let never = Schedule { every: 0, ..Schedule::default() };
    out_of_range(sample(never), "the number of bars between fits", 0.0, "1 or more");
    let narrow = Schedule { window: Window::Rolling(1), ..Schedule::default() };
    out_of_range(sample(narrow), "the length of the window", 1.0, "2 bars or more");
}

#[test]
fn losses_that_cannot_be_compared() {
    let test = |one: &[f64], other: &[f64], horizon, bandwidth| {
        diebold_mariano(one, other, &DieboldMarianoParams { horizon, bandwidth })
    };
    refused(
        test(&[1.0; 4], &[1.0; 3], 1, Bandwidth::Automatic),
        InputError::LengthMismatch { what: "the list of losses", expected: 4, actual: 3 },
        "the list of losses has length 3, expected 4",
    );
    let what = "the losses of a Diebold–Mariano test";
    refused(
        test(&[1.0; 5], &[1.0; 5], 3, Bandwidth::Automatic),
        InputError::TooFewObservations { what, observations: 5, required: 6 },
        "the losses of a Diebold–Mariano test: 5, expected at least 6",
    );
    refused(
        test(&[1.0], &[1.0], 1, Bandwidth::Automatic),
        InputError::TooFewObservations { what, observations: 1, required: 2 },
        "the losses of a Diebold–Mariano test: 1, expected at least 2",
    );
    let flat = [1.0; 4];
    out_of_range(
        test(&flat, &flat, 0, Bandwidth::Automatic),
        "the horizon",
        0.0,
        "a number of bars, 1 or more",
    );
    let expected = "fewer than there are observations";
    out_of_range(test(&flat, &flat, 1, Bandwidth::Lags(4)), "the number of lags", 4.0, expected);
    let holes = [1.0, f64::NAN, 1.0, 1.0];
    out_of_range(test(&flat, &holes, 1, Bandwidth::Automatic), "a loss", f64::NAN, "a finite number");

    let search = ModelConfidenceSet::new(ModelConfidenceSetParams::default()).unwrap();
    let what = "the forecasts of a model confidence set";
    refused(
        search.find(&[flat]),
        InputError::TooFewObservations { what, observations: 1, required: 2 },
        "the forecasts of a model confidence set: 1, expected at least 2",
    );
    refused(
        search.find(&[[1.0], [2.0]]),
        InputError::TooFewObservations {
            what: "the losses of a model confidence set",
            observations: 1,
            required: 2,
        },
        "the losses of a model confidence set: 1, expected at least 2",
    );
    refused(
        search.find(&[&flat[..], &flat[..3]]),
        InputError::LengthMismatch { what: "the list of losses", expected: 4, actual: 3 },
        "the list of losses has length 3, expected 4",
    );
    out_of_range(search.find(&[flat, holes]), "a loss", f64::NAN, "a finite number");
    let resampled = |indices: &[usize]| search.find_resampled(&[flat, flat], &[indices]);
    refused(
        resampled(&[0, 1]),
        InputError::LengthMismatch { what: "a resample", expected: 4, actual: 2 },
        "a resample has length 2, expected 4",
    );
    let expected = "less than the number of observations";
    out_of_range(resampled(&[0, 1, 4, 2]), "the index of a resample", 4.0, expected);
    refused(
        search.find_resampled::<_, Vec<usize>>(&[flat, flat], &[]),
        InputError::Empty { what: "the list of resamples" },
        "the list of resamples is empty, expected at least one item",
    );

    let calibration = |assets, distances: &[f64]| Calibration::of(assets, distances, Bandwidth::Automatic);
    out_of_range(calibration(0, &flat), "the number of assets", 0.0, "1 or more");
    out_of_range(calibration(2, &holes), "a loss", f64::NAN, "a finite number");
    refused(
        calibration(2, &[1.0]),
        InputError::TooFewObservations {
            what: "the distances of a calibration",
            observations: 1,
            required: 2,
        },
        "the distances of a calibration: 1, expected at least 2",
    );
}

#[test]
fn entrants_that_make_no_race() {
    let returns = returns_of(&storm(80, 1));
    let constant = |name| Entrant::new(name, Constant::diagonal(&[1e-4; 3]));
    let run =
        |in_sample, entrants| no_race(race(in_sample).run(&returns, entrants, |_| ControlFlow::Continue(())));
    refused(
        run(40, vec![constant("one")]),
        InputError::TooFewObservations { what: "the entrants of a race", observations: 1, required: 2 },
        "the entrants of a race: 1, expected at least 2",
    );
    refused(
        run(40, vec![constant("one"), constant("two"), constant("one")]),
        InputError::DuplicateName { kind: "entrant", name: "one".to_owned(), first: 0, second: 2 },
        r#"entrant "one" stands at positions 0 and 2, expected each name once"#,
    );
    refused(
        run(40, vec![constant("one"), constant(" ")]),
        InputError::EmptyName { kind: "entrant", index: 1 },
        "the entrant name at position 1 is empty, expected a name",
    );
    for required in [81, 1020] {
        refused(
            run(required - 20, vec![constant("one"), constant("two")]),
            InputError::TooFewObservations { what: "the bars of a race", observations: 80, required },
            &format!("the bars of a race: 80, expected at least {required}"),
        );
    }
    let short = race(70).score(&returns, constant("one"));
    assert_eq!(short.unwrap_err().to_string(), "the bars of a race: 80, expected at least 90");
}

#[test]
fn scores_that_do_not_fit_together() {
    let scores = |bars: usize, distances: usize| {
        let [qlike, portfolio, distance] = [bars, bars, distances].map(|length| vec![1.0; length]);
        Ok(Scores { qlike, portfolio, distance, ..Scores::default() })
    };
    let named = |two| vec![("one".to_owned(), scores(30, 30)), ("two".to_owned(), two)];
    for two in [scores(29, 29), scores(30, 29)] {
        refused(
            race(1).judge(3, named(two)),
            InputError::LengthMismatch { what: "the list of scores", expected: 30, actual: 29 },
            "the list of scores has length 29, expected 30",
        );
    }
}

/// Fails as told: at a bar, or by a forecast that is no covariance of three assets.
enum Failing {
    Update(usize),
    Forecast(Covariance),
}

impl Forecaster for Failing {
    fn update(&mut self, _: &[f64]) -> Result<(), ForecastError> {
        match self {
            Self::Update(0) => Err(InputError::ZeroVariance { asset: 1 }.into()),
            Self::Update(left) => {
                *left -= 1;
                Ok(())
            }
            Self::Forecast(_) => Ok(()),
        }
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        match self {
            Self::Update(_) => *covariance = Constant::diagonal(&[1.0; 3]).0,
            Self::Forecast(forecast) => covariance.clone_from(forecast),
        }
        Ok(())
    }
}

/// A score that is no number is no score.
#[test]
fn scores_that_overflow() {
    let bars = storm(90, 4);
    let bars: Vec<Vec<f64>> =
        bars.into_iter().map(|bar| bar.into_iter().map(|value| 1e60 * value).collect()).collect();
    let scores = race(50).score(&returns_of(&bars), Entrant::new("small", Constant::diagonal(&[1e-200; 3])));
    let error = scores.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "at bar 50: the QLIKE is inf, expected a finite number");
}

/// Whatever an estimator tells, its numbers are kept where they are known here.
#[test]
fn errors_of_any_kind() {
    let input = InputError::ZeroVariance { asset: 1 };
    let own = ForecastError::from(input.clone());
    assert_eq!(ForecastError::of(&own), own);
    assert_eq!(ForecastError::of(&input), own);
    assert_eq!(ForecastError::of(&Error::Input(input.clone())), own);
    let universe = Universe::new(["A", "B"]).unwrap();
    let text = "the variance of B is zero, expected a positive number";
    assert_eq!(own.named(&universe), text);
    assert_eq!(RaceError::from(input).named(&universe), text);
}

/// Those that fail are out with their reasons, and the others are judged as if they had never come.
#[test]
fn a_failure_is_the_failing_entrants_own() {
    let returns = returns_of(&storm(90, 4));
    let of = |entries: &[f64]| {
        let assets = entries.len().isqrt();
        Failing::Forecast(Covariance::from_column_slice(assets, entries).unwrap())
    };
    let mut all = entrants();
    all.push(Entrant::new("late", Failing::Update(70)));
    all.push(Entrant::new("small", of(&[1.0])));
    all.push(Entrant::new("singular", of(&[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0])));
    all.push(Entrant::new("tiny", of(&[1e-320, 0.0, 0.0, 0.0, 1e-320, 0.0, 0.0, 0.0, 1e-320])));
    all.push(Entrant::streaming("two assets", Ewma::new(EwmaParams::default(), 2).unwrap()));
    all.push(
        Entrant::filtered("foreign", Schedule::default(), |_| {
            "x".parse::<u8>().map(|_| (Ewma::new(EwmaParams::default(), 3).unwrap(), Status::Converged))
        })
        .unwrap(),
    );
    let evaluation = run(50, &returns, all);
    let without = run(50, &returns, entrants());
    assert_eq!(evaluation.standings[..5], without.standings);
    let universe = Universe::new(["A", "B", "C"]).unwrap();
    let failed = |name: &str, bar, cause: ForecastError, text: &str| {
        let error = evaluation.standing(name).unwrap().outcome.clone().unwrap_err();
        assert_eq!(error, EntrantError { bar, cause });
        assert_eq!(error.to_string(), text);
        error.named(&universe)
    };
    let named = failed(
        "late",
        70,
        InputError::ZeroVariance { asset: 1 }.into(),
        "at bar 70: the variance of asset 1 is zero, expected a positive number",
    );
    assert_eq!(named, "at bar 70: the variance of B is zero, expected a positive number");
    failed(
        "small",
        50,
        InputError::LengthMismatch { what: "the forecast", expected: 3, actual: 1 }.into(),
        "at bar 50: the forecast has length 1, expected 3",
    );
    failed(
        "singular",
        50,
        InputError::NotPositiveDefinite { pivot: 1 }.into(),
        "at bar 50: the matrix is not positive definite: pivot 1 is not positive, expected positive pivots",
    );
    failed(
        "two assets",
        0,
        InputError::LengthMismatch { what: "the list of returns", expected: 2, actual: 3 }.into(),
        "at bar 0: the list of returns has length 3, expected 2",
    );
    let message = "invalid digit found in string".to_owned();
    let named =
        failed("foreign", 50, ForecastError::Foreign { message }, "at bar 50: invalid digit found in string");
    assert_eq!(named, "at bar 50: invalid digit found in string");
    let tiny = evaluation.standing("tiny").unwrap().outcome.clone().unwrap_err();
    assert!(matches!(tiny.cause, ForecastError::Estimator(Error::Input(_))), "{tiny}");
}

/// With one left there is nothing to test, and with none there is no best.
#[test]
fn few_come_through() {
    let returns = returns_of(&storm(90, 4));
    let two = |last| vec![Entrant::new("failing", Failing::Update(0)), last];
    let evaluation = run(50, &returns, two(Entrant::new("alone", Constant::diagonal(&[1e-4; 3]))));
    let alone = outcome(&evaluation, "alone");
    assert_eq!((alone.qlike.confidence, alone.qlike.in_set, alone.qlike.against_best), (1.0, true, None));
    assert_eq!(
        (evaluation.best(Criterion::Portfolio).unwrap().name.as_str(), evaluation.bars),
        ("alone", 40)
    );
    let evaluation = run(50, &returns, two(Entrant::new("too", Failing::Update(60))));
    assert_eq!((evaluation.bars, evaluation.standings.len()), (0, 2));
    assert_eq!(evaluation.best(Criterion::Qlike), None);
    assert_eq!(evaluation.best(Criterion::Calibration), None);
}

#[test]
fn names_that_are_not_known() {
    let evaluation = run(50, &returns_of(&storm(90, 4)), {
        let mut entrants = entrants();
        entrants.push(Entrant::new("failing", Failing::Update(0)));
        entrants
    });
    let nearest = Some("ewma".to_owned());
    refused(
        evaluation.standing("ewam"),
        InputError::UnknownName { kind: "entrant", name: "ewam".to_owned(), nearest },
        r#"entrant "ewam" is unknown, did you mean "ewma"?"#,
    );
    refused(
        evaluation.compare(Loss::Qlike, "ewma", "failing", Bandwidth::Automatic),
        InputError::Empty { what: "the list of losses" },
        "the list of losses is empty, expected at least one item",
    );
}

/// Whoever watches may end the race, also while it skips one that failed.
#[test]
fn a_race_that_is_cancelled() {
    let returns = returns_of(&storm(90, 4));
    let cancelled = race(50).run(&returns, entrants(), |progress| {
        if (progress.entrant, progress.bar) == (2, 7) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let error = cancelled.unwrap_err();
    assert_eq!(error, RaceError::Cancelled { entrant: "ewma".to_owned(), bar: 56 });
    assert_eq!(error.to_string(), r#"the race was cancelled at bar 56 of entrant "ewma""#);
    assert_eq!(error.named(&Universe::new(["A"]).unwrap()), error.to_string());
    // On one thread those that come later have not begun.
    let params = RaceParams { in_sample: 50, threads: Some(1), ..RaceParams::default() };
    let mut told = Vec::new();
    let failing = vec![
        Entrant::new("failing", Failing::Update(53)),
        Entrant::new("constant", Constant::diagonal(&[1e-4; 3])),
    ];
    let error = Race::new(params)
        .unwrap()
        .run(&returns, failing, |progress| {
            told.push(progress.bar);
            if progress.bar == progress.bars { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap_err();
    assert_eq!(told, [1, 2, 3, 4, 40]);
    assert_eq!(error, RaceError::Cancelled { entrant: "failing".to_owned(), bar: 89 });
}
