//! What every public type can do: cross threads, be copied, compared, and printed.

use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, Breakdown, BreakdownAlarm, BreakdownAlarmParams, CorrelationOf, Decay,
    Ewma, EwmaParams, Exposures, FactorEwma, FactorEwmaParams,
};

fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn comparable<T: PartialEq>() {}

fn small<T: Copy + PartialEq>() {}

#[test]
fn every_type_is_plain() {
    plain::<AdaptiveEwma>();
    plain::<BreakdownAlarm>();
    plain::<Ewma>();
    plain::<FactorEwma>();
    comparable::<AdaptiveEwma>();
    comparable::<Ewma>();
    comparable::<FactorEwma>();
    small::<Breakdown>();
    small::<CorrelationOf>();
    small::<Decay>();
    small::<Exposures>();
}

/// Settings are told back as they were given.
#[test]
fn settings_are_kept() {
    plain::<AdaptiveEwmaParams>();
    plain::<BreakdownAlarmParams>();
    plain::<EwmaParams>();
    plain::<FactorEwmaParams>();
    let params = EwmaParams { lags: 2, min_observations: 3, ..EwmaParams::default() };
    assert_eq!(Ewma::new(params.clone(), 1).unwrap().params(), &params);
    let params = AdaptiveEwmaParams { min_observations: 3, ..AdaptiveEwmaParams::default() };
    assert_eq!(AdaptiveEwma::new(params.clone(), 1).unwrap().params(), &params);
    let params = FactorEwmaParams { min_observations: 3, ..FactorEwmaParams::default() };
    assert_eq!(FactorEwma::new(params.clone(), 1, &[1.0]).unwrap().params(), &params);
    let params = BreakdownAlarmParams { warm_up: 30, ..BreakdownAlarmParams::default() };
    assert_eq!(BreakdownAlarm::new(params.clone()).unwrap().params(), &params);
}
