//! Every refusal, with its payload and its text.

use po_core::{Covariance, InputError, StreamingEstimator};
use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, BreakdownAlarm, BreakdownAlarmParams, Decay, Error, Ewma, EwmaParams,
    Exposures, FactorEwma, FactorEwmaParams,
};

use super::market::{bars, run};

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (InputError, String) {
    let error = result.unwrap_err();
    let text = error.to_string();
    match error {
        Error::Input(error) => (error, text),
        other => panic!("{other:?} is no input error"),
    }
}

#[test]
fn settings_out_of_range() {
    let new = |params| Ewma::new(params, 2);
    let half_life = |bars| EwmaParams { correlation: Some(Decay::HalfLife(bars)), ..EwmaParams::default() };
    let (name, expected) = ("the half-life", "a number of bars in [0.01, 1e9]");
    let (error, text) = refusal(new(half_life(0.0)));
    assert_eq!(error, InputError::OutOfRange { name, value: 0.0, expected });
    assert_eq!(text, "the half-life is 0, expected a number of bars in [0.01, 1e9]");
    for bars in [-1.0, f64::INFINITY, f64::NAN, 2e9] {
        refusal(new(half_life(bars)));
    }

    let (error, text) = refusal(new(EwmaParams { volatility: Decay::Factor(1.0), ..EwmaParams::default() }));
    let (name, expected) = ("the decay factor", "a number between 0 and 1, both excluded");
    assert_eq!(error, InputError::OutOfRange { name, value: 1.0, expected });
    assert_eq!(text, "the decay factor is 1, expected a number between 0 and 1, both excluded");
    refusal(new(EwmaParams { mean: Some(Decay::Factor(f64::NAN)), ..EwmaParams::default() }));
    refusal(new(EwmaParams { regime: Some(Decay::Factor(0.0)), ..EwmaParams::default() }));

    let (error, text) = refusal(new(EwmaParams { lags: 1001, ..EwmaParams::default() }));
    let name = "the number of lags";
    assert_eq!(error, InputError::OutOfRange { name, value: 1001.0, expected: "at most 1000" });
    assert_eq!(text, "the number of lags is 1001, expected at most 1000");

    let (_, text) = refusal(new(EwmaParams { min_observations: 0, ..EwmaParams::default() }));
    assert_eq!(text, "the least number of observations is 0, expected 1 or more");

    let (error, text) = refusal(Ewma::new(EwmaParams::default(), 0));
    assert_eq!(error, InputError::Empty { what: "the list of assets" });
    assert_eq!(text, "the list of assets is empty, expected at least one item");
}

/// A bar that is refused changes nothing.
#[test]
fn bars_that_are_none() {
    let mut ewma = run(Ewma::new(EwmaParams::default(), 3).unwrap(), &bars(1, 30, 3));
    let before = ewma.clone();

    let (error, text) = refusal(ewma.update(&[0.01, 0.02]));
    let what = "the list of returns";
    assert_eq!(error, InputError::LengthMismatch { what, expected: 3, actual: 2 });
    assert_eq!(text, "the list of returns has length 2, expected 3");

    let (error, text) = refusal(ewma.update(&[0.01, f64::NAN, f64::NEG_INFINITY]));
    let (what, value) = ("the return", f64::NEG_INFINITY);
    assert_eq!(error, InputError::NotFinite { what, row: 30, asset: 2, value });
    assert_eq!(text, "the return of asset 2 in row 30 is -inf, expected a finite number");

    let (error, text) = refusal(ewma.update(&[0.01, -2e100, 0.0]));
    let (name, expected) = ("the return", "a number in [-1e100, 1e100]");
    assert_eq!(error, InputError::AssetOutOfRange { name, asset: 1, value: -2e100, expected });
    assert!(text.starts_with("the return of asset 1 is -2000"), "{text}");

    assert_eq!(ewma, before);
}

#[test]
fn what_is_not_known_yet() {
    let mut ewma = Ewma::new(EwmaParams::default(), 2).unwrap();
    ewma.update(&[0.01, f64::NAN]).unwrap();
    let (error, text) = refusal(ewma.covariance_into(&mut Covariance::default()));
    assert_eq!(error, InputError::NeverObserved { asset: 1 });
    assert_eq!(text, "asset 1 has no observation, expected at least one");

    let (_, text) = refusal(ewma.forecast_into(0, &mut Covariance::default()));
    assert_eq!(text, "the horizon is 0, expected a number of bars, 1 or more");

    let (error, text) = refusal(ewma.forget(2));
    let (name, expected) = ("the index of the asset", "less than the number of assets");
    assert_eq!(error, InputError::OutOfRange { name, value: 2.0, expected });
    assert_eq!(text, "the index of the asset is 2, expected less than the number of assets");
}

#[test]
fn candidates_that_are_none() {
    let new =
        |candidates| AdaptiveEwma::new(AdaptiveEwmaParams { candidates, ..AdaptiveEwmaParams::default() }, 2);
    let (error, text) = refusal(new(Vec::new()));
    assert_eq!(error, InputError::Empty { what: "the list of candidates" });
    assert_eq!(text, "the list of candidates is empty, expected at least one item");
    let (_, text) = refusal(new(vec![Decay::HalfLife(9.0); 65]));
    assert_eq!(text, "the number of candidates is 65, expected at most 64");
    let (_, text) = refusal(new(vec![Decay::HalfLife(9.0), Decay::Factor(-0.5)]));
    assert_eq!(text, "the decay factor is -0.5, expected a number between 0 and 1, both excluded");
    let memory = AdaptiveEwmaParams { memory: Decay::HalfLife(0.0), ..AdaptiveEwmaParams::default() };
    refusal(AdaptiveEwma::new(memory, 2));
    let (error, _) = refusal(AdaptiveEwma::new(AdaptiveEwmaParams::default(), 0));
    assert_eq!(error, InputError::Empty { what: "the list of assets" });

    let mut adaptive = run(AdaptiveEwma::new(AdaptiveEwmaParams::default(), 2).unwrap(), &bars(2, 30, 2));
    let before = adaptive.clone();
    let (error, _) = refusal(adaptive.update(&[0.01, f64::INFINITY]));
    let (what, value) = ("the return", f64::INFINITY);
    assert_eq!(error, InputError::NotFinite { what, row: 30, asset: 1, value });
    refusal(adaptive.forget(2));
    assert_eq!(adaptive, before);
}

#[test]
fn factors_that_are_none() {
    let new = |factors, exposures: &[f64]| FactorEwma::new(FactorEwmaParams::default(), factors, exposures);
    let (_, text) = refusal(new(0, &[1.0]));
    assert_eq!(text, "the number of factors is 0, expected 1 or more, and at most the number of assets");
    refusal(new(2, &[1.0, 2.0]));
    let (error, text) = refusal(new(2, &[1.0, 2.0, 3.0, 4.0, 5.0]));
    assert_eq!(error, InputError::LengthMismatch { what: "the list of exposures", expected: 4, actual: 5 });
    assert_eq!(text, "the list of exposures has length 5, expected 4");
    let (error, text) = refusal(new(2, &[1.0, 2.0, 3.0, f64::INFINITY]));
    let (what, value) = ("the exposure", f64::INFINITY);
    assert_eq!(error, InputError::NotFinite { what, row: 1, asset: 1, value });
    assert_eq!(text, "the exposure of asset 1 in row 1 is inf, expected a finite number");
    let (error, _) = refusal(new(2, &[1.0, 2.0, 3.0, 2.0, 4.0, 6.0]));
    assert_eq!(error, InputError::NotPositiveDefinite { pivot: 1 });
    let half_life = Decay::HalfLife(f64::NAN);
    for params in [
        FactorEwmaParams { factors: half_life, ..FactorEwmaParams::default() },
        FactorEwmaParams { specific: half_life, ..FactorEwmaParams::default() },
        FactorEwmaParams { exposures: Exposures::Tracked(half_life), ..FactorEwmaParams::default() },
        FactorEwmaParams { min_observations: 0, ..FactorEwmaParams::default() },
    ] {
        let (error, _) = refusal(FactorEwma::new(params, 1, &[1.0]));
        assert!(matches!(error, InputError::OutOfRange { .. }));
    }

    let mut estimate = new(2, &[1.0, 1.0, 1.0, 0.0, 1.0, 2.0]).unwrap();
    let before = estimate.clone();
    let (error, text) = refusal(estimate.update(&[0.01, f64::NAN, f64::NAN]));
    let what = "returns seen in the bar, for as many factors";
    assert_eq!(error, InputError::TooFewObservations { what, observations: 1, required: 2 });
    assert_eq!(text, "returns seen in the bar, for as many factors: 1, expected at least 2");
    refusal(estimate.update(&[0.01, f64::NAN, f64::INFINITY]));
    assert_eq!(estimate, before);
    estimate.update(&[0.01, f64::NAN, 0.02]).unwrap();
    let (error, _) = refusal(estimate.factor_covariance());
    assert_eq!(error, InputError::NeverObserved { asset: 1 });
    assert_eq!(refusal(estimate.covariance_into(&mut Covariance::default())).0, error);
}

#[test]
fn alarms_that_are_none() {
    let params = BreakdownAlarmParams::default();
    let text = |params| refusal(BreakdownAlarm::new(params)).1;
    assert_eq!(
        text(BreakdownAlarmParams { bars_between_false_alarms: 1.0, ..params.clone() }),
        "the number of bars between false alarms is 1, expected a number in [10, 1e9]"
    );
    assert_eq!(
        text(BreakdownAlarmParams { shift: 9.0, ..params.clone() }),
        "the shift is 9, expected a number in [0.1, 5]"
    );
    assert_eq!(
        text(BreakdownAlarmParams { warm_up: 9, ..params.clone() }),
        "the number of bars to warm up is 9, expected 10 or more"
    );
    assert_eq!(
        text(BreakdownAlarmParams { shrinkage: 0.0, ..params.clone() }),
        "the shrinkage is 0, expected a number in (0, 1]"
    );
    text(BreakdownAlarmParams { memory: Decay::Factor(1.5), ..params.clone() });

    let mut alarm = BreakdownAlarm::new(params).unwrap();
    let broken = Covariance::from_column_slice(2, &[1.0, 2.0, 2.0, 1.0]).unwrap();
    let (error, _) = refusal(alarm.update(&broken, &[0.01, 0.02]));
    assert_eq!(error, InputError::NotPositiveDefinite { pivot: 1 });
    let (error, _) = refusal(alarm.update(&broken, &[0.01]));
    assert_eq!(error, InputError::LengthMismatch { what: "the list of returns", expected: 2, actual: 1 });
    assert_eq!(alarm.bars(), 0);
}
