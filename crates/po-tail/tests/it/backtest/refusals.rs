//! What back-tests refuse, with the payload and the text.

use po_core::{BootstrapParams, InputError};
use po_tail::{
    AcerbiSzekelyParams, BacktestParams, DieboldMarianoParams, DynamicQuantileParams, Error, Forecasts,
    LagRule, LossScale, ModelConfidenceSetParams, Score, ShortfallNull, Violations, acerbi_szekely, backtest,
    conditional_calibration, cumulative_violations, diebold_mariano, dynamic_quantile, exceedance_residuals,
    kupiec, kupiec_region, model_confidence_set, scores, scores_into, traffic_light,
};

use super::{NONE, confidence};

#[track_caller]
fn refused<T: std::fmt::Debug>(found: Result<T, Error>, error: impl Into<Error>, text: &str) {
    let found = found.unwrap_err();
    assert_eq!(found, error.into());
    assert_eq!(found.to_string(), text);
}

fn observation(what: &'static str, place: usize, value: f64, expected: &'static str) -> Error {
    Error::Observation { what, place, value, expected }
}

#[test]
fn forecasts_are_checked_at_the_door() {
    refused(
        Forecasts::new(&[], &[], None),
        InputError::Empty { what: "the list of returns" },
        "the list of returns is empty, expected at least one item",
    );
    let (what, expected, actual) = ("the list of forecasts of value at risk", 2, 1);
    refused(
        Forecasts::new(&[0.0; 2], &[0.1], None),
        InputError::LengthMismatch { what, expected, actual },
        "the list of forecasts of value at risk has length 1, expected 2",
    );
    let (what, expected, actual) = ("the list of forecasts of expected shortfall", 1, 0);
    refused(
        Forecasts::new(&[0.0], &[0.1], Some(&[])),
        InputError::LengthMismatch { what, expected, actual },
        "the list of forecasts of expected shortfall has length 0, expected 1",
    );
    let infinite = f64::INFINITY;
    refused(
        Forecasts::new(&[0.0, infinite], &[0.1; 2], None),
        observation("the return of day", 1, infinite, "a finite number"),
        "the return of day 1 is inf, expected a finite number",
    );
    refused(
        Forecasts::new(&[0.0], &[-infinite], None),
        observation("the value at risk of day", 0, -infinite, "a finite number"),
        "the value at risk of day 0 is -inf, expected a finite number",
    );
    let what = "the expected shortfall of day";
    refused(
        Forecasts::new(&[0.0], &[0.1], Some(&[infinite])),
        observation(what, 0, infinite, "a finite number"),
        "the expected shortfall of day 0 is inf, expected a finite number",
    );
    refused(
        Forecasts::new(&[0.0], &[-0.1], Some(&[0.0])),
        observation(what, 0, 0.0, "a positive number: tests and scores divide by it"),
        "the expected shortfall of day 0 is 0, expected a positive number: tests and scores divide by it",
    );
    refused(
        Forecasts::new(&[0.0], &[0.2], Some(&[0.1])),
        observation(what, 0, 0.1, "at least the value at risk of that day"),
        "the expected shortfall of day 0 is 0.1, expected at least the value at risk of that day",
    );
    assert_eq!(Violations::new(Vec::new()).unwrap_err(), InputError::Empty { what: "the list of days" });
}

#[test]
fn counts_are_checked() {
    let level = confidence(0.99);
    let empty = InputError::Empty { what: "the list of days" };
    let text = "the list of days is empty, expected at least one item";
    refused(kupiec(0, 0, level), empty.clone(), text);
    refused(kupiec_region(0, level, 0.05), empty.clone(), text);
    refused(traffic_light(0, 0, level).map_err(Error::from), empty, text);
    let (name, expected) = ("the number of violations", "at most the number of days");
    let many = InputError::OutOfRange { name, value: 6.0, expected };
    let text = "the number of violations is 6, expected at most the number of days";
    refused(kupiec(5, 6, level), many.clone(), text);
    refused(traffic_light(5, 6, level).map_err(Error::from), many, text);
    let (name, expected) = ("the significance", "a number in (0, 1)");
    let error = InputError::OutOfRange { name, value: 1.0, expected };
    refused(kupiec_region(5, level, 1.0), error, "the significance is 1, expected a number in (0, 1)");
}

#[test]
fn shortfalls_are_needed_for_tests_of_them() {
    let forecasts = Forecasts::new(&[0.0; 3], &[0.1; 3], None).unwrap();
    let error = || InputError::Empty { what: "the list of forecasts of expected shortfall" };
    let text = "the list of forecasts of expected shortfall is empty, expected at least one item";
    let level = confidence(0.95);
    refused(acerbi_szekely(&forecasts, level, &AcerbiSzekelyParams::default()), error(), text);
    refused(exceedance_residuals(&forecasts, LossScale::Unit, &NONE), error(), text);
    refused(conditional_calibration(&forecasts, level, LossScale::Unit), error(), text);
    refused(scores(&forecasts, level, Score::Fz0), error(), text);
    let found = backtest(&forecasts, level, &BacktestParams::default()).unwrap();
    assert_eq!((found.acerbi_szekely, found.fz0), (None, None));
}

#[test]
fn settings_are_checked() {
    let level = confidence(0.95);
    let forecasts = Forecasts::new(&[-0.2, 0.0, 0.0], &[0.1; 3], Some(&[0.12; 3])).unwrap();
    let null = |null| AcerbiSzekelyParams { null, simulation: NONE };
    let (name, expected) = ("the degrees of freedom", "a finite number above 1");
    refused(
        acerbi_szekely(&forecasts, level, &null(ShortfallNull::Student { degrees: 1.0 })),
        InputError::OutOfRange { name, value: 1.0, expected },
        "the degrees of freedom is 1, expected a finite number above 1",
    );
    refused(
        acerbi_szekely(&forecasts, confidence(0.5), &null(ShortfallNull::Normal)),
        InputError::OutOfRange { name: "the confidence", value: 0.5, expected: "a number in (0.5, 1)" },
        "the confidence is 0.5, expected a number in (0.5, 1)",
    );
    for scenarios in [vec![], vec![0.5; 4]] {
        refused(
            acerbi_szekely(&forecasts, level, &null(ShortfallNull::Scenarios(scenarios))),
            Error::TooFew { what: "the scenarios beyond their value at risk", needed: 1, actual: 0 },
            "the scenarios beyond their value at risk has 0 observations, expected at least 1",
        );
    }
    refused(
        acerbi_szekely(&forecasts, level, &null(ShortfallNull::Scenarios(vec![0.0, f64::INFINITY]))),
        observation("scenario", 1, f64::INFINITY, "a finite number"),
        "scenario 1 is inf, expected a finite number",
    );
    let params = DynamicQuantileParams { simulation: NONE, ..DynamicQuantileParams::default() };
    refused(
        dynamic_quantile(&forecasts, level, &params),
        Error::TooFew { what: "the sample of a dynamic quantile test", needed: 11, actual: 3 },
        "the sample of a dynamic quantile test has 3 observations, expected at least 11",
    );
    refused(
        exceedance_residuals(&forecasts, LossScale::Unit, &NONE),
        Error::TooFew { what: "the sample of violations", needed: 2, actual: 1 },
        "the sample of violations has 1 observations, expected at least 2",
    );
    let (what, expected, actual) = ("the list of volatilities", 3, 1);
    refused(
        conditional_calibration(&forecasts, level, LossScale::Volatility(&[0.1])),
        InputError::LengthMismatch { what, expected, actual },
        "the list of volatilities has length 1, expected 3",
    );
    refused(
        exceedance_residuals(&forecasts, LossScale::Volatility(&[0.1, 0.0, 0.1]), &NONE),
        observation("the volatility of day", 1, 0.0, "a positive number"),
        "the volatility of day 1 is 0, expected a positive number",
    );
    let (what, expected, actual) = ("the list of scores", 3, 2);
    refused(
        scores_into(&forecasts, level, Score::Tick, &mut [0.0; 2]),
        InputError::LengthMismatch { what, expected, actual },
        "the list of scores has length 2, expected 3",
    );
    let params = BacktestParams { significance: 0.0, ..BacktestParams::default() };
    let (name, expected) = ("the significance", "a number in (0, 1)");
    refused(
        backtest(&forecasts, level, &params),
        InputError::OutOfRange { name, value: 0.0, expected },
        "the significance is 0, expected a number in (0, 1)",
    );
}

#[test]
fn probabilities_are_checked() {
    let level = confidence(0.95);
    refused(
        cumulative_violations(&[0.5, 1.5, 0.2], level, 1),
        observation("the probability of day", 1, 1.5, "a number in [0, 1]"),
        "the probability of day 1 is 1.5, expected a number in [0, 1]",
    );
    assert!(cumulative_violations(&[0.5, f64::NAN], level, 1).is_err());
    refused(
        cumulative_violations(&[0.5; 3], level, 3),
        Error::TooFew { what: "the sample of probabilities", needed: 4, actual: 3 },
        "the sample of probabilities has 3 observations, expected at least 4",
    );
}

#[test]
fn losses_are_checked() {
    let params = DieboldMarianoParams::default();
    let (what, expected, actual) = ("the second list of losses", 2, 1);
    refused(
        diebold_mariano(&[1.0, 2.0], &[1.0], &params),
        InputError::LengthMismatch { what, expected, actual },
        "the second list of losses has length 1, expected 2",
    );
    refused(
        diebold_mariano(&[1.0, 2.0], &[1.0, f64::INFINITY], &params),
        observation("the second loss of day", 1, f64::INFINITY, "a finite number"),
        "the second loss of day 1 is inf, expected a finite number",
    );
    let late = DieboldMarianoParams { horizon: 2, ..params };
    refused(
        diebold_mariano(&[1.0, 2.0, 3.0], &[0.0; 3], &late),
        Error::TooFew { what: "the list of losses", needed: 4, actual: 3 },
        "the list of losses has 3 observations, expected at least 4",
    );
    refused(
        diebold_mariano(&[1.0, 2.0], &[0.0; 2], &DieboldMarianoParams { horizon: 0, ..params }),
        InputError::OutOfRange { name: "the horizon", value: 0.0, expected: "1 or more" },
        "the horizon is 0, expected 1 or more",
    );
    let (name, expected) = ("the number of lags", "less than the number of days");
    refused(
        diebold_mariano(&[1.0, 2.0], &[0.0; 2], &DieboldMarianoParams { lags: LagRule::Lags(2), ..params }),
        InputError::OutOfRange { name, value: 2.0, expected },
        "the number of lags is 2, expected less than the number of days",
    );
    refused(
        diebold_mariano(&[1.0; 4], &[0.5; 4], &params),
        Error::Constant { what: "the differences of losses", value: 0.5 },
        "the differences of losses are all 0.5, expected at least two different values",
    );
    // Twice the same forecast is as good as itself.
    let same = diebold_mariano(&[1.0; 4], &[1.0; 4], &params).unwrap();
    assert_eq!((same.statistic, same.p_value, same.second_better), (0.0, 1.0, 0.5));
}

#[test]
fn sets_are_checked() {
    let params = ModelConfidenceSetParams::default();
    refused(
        model_confidence_set(&[], &params),
        InputError::Empty { what: "the list of forecasts" },
        "the list of forecasts is empty, expected at least one item",
    );
    refused(
        model_confidence_set(&[&[], &[]], &params),
        InputError::Empty { what: "the list of losses" },
        "the list of losses is empty, expected at least one item",
    );
    refused(
        model_confidence_set(&[&[1.0, 2.0], &[1.0]], &params),
        InputError::LengthMismatch { what: "a list of losses", expected: 2, actual: 1 },
        "a list of losses has length 1, expected 2",
    );
    let bootstrap = BootstrapParams { resamples: 0, ..BootstrapParams::default() };
    let (name, expected) = ("the number of resamples", "1 or more");
    refused(
        model_confidence_set(&[&[1.0]], &ModelConfidenceSetParams { bootstrap, ..params }),
        InputError::OutOfRange { name, value: 0.0, expected },
        "the number of resamples is 0, expected 1 or more",
    );
    // Forecasts that are the same cannot be told apart.
    let found = model_confidence_set(&[&[1.0, 2.0], &[1.0, 2.0], &[1.0, 2.0]], &params).unwrap();
    assert_eq!((found.p_values, found.included), (vec![1.0; 3], vec![0, 1, 2]));
}
