//! Against `SciPy`, statsmodels and arch; `backtest.py` has the details.

use po_core::{BootstrapParams, Resampling};
use po_tail::{
    AcerbiSzekelyParams, DieboldMarianoParams, DynamicQuantileParams, Forecasts, LagRule, LossScale,
    ModelConfidenceSetParams, Score, SetStatistic, VarRegressor, acerbi_szekely, christoffersen,
    conditional_calibration, cumulative_violations, diebold_mariano, durations, dynamic_quantile,
    exceedance_residuals, first_failure, kupiec, mixed_kupiec, model_confidence_set, scores, traffic_light,
};
use serde::Deserialize;

use super::{NONE, close, confidence};

/// Two programs that add the same numbers up in another order.
const GOLDEN: f64 = 1e-10;

/// The other program searches for the maximum without derivatives: it finds the place to half the digits.
const PLACE: f64 = 1e-6;

/// The value at that maximum, twice the difference of two.
const MAXIMUM: f64 = 1e-9;

/// The other program inverts matrices of second moments whose columns differ by orders of magnitude.
const INVERTED: f64 = 1e-8;

/// The root of the rounding of a ratio that is zero.
const ROOT: f64 = 1e-6;

#[derive(Deserialize)]
struct Golden {
    case: Vec<Case>,
    dm: Vec<Comparison>,
    mcs: Set,
}

#[derive(Deserialize)]
struct Case {
    days: usize,
    level: f64,
    returns: Vec<f64>,
    var: Vec<f64>,
    cvar: Vec<f64>,
    violations: usize,
    kupiec: [f64; 6],
    transitions: [usize; 4],
    markov: [f64; 4],
    first: [f64; 2],
    mixed: [f64; 4],
    durations: Vec<f64>,
    zones: [usize; 2],
    dq: [[f64; 3]; 3],
    z: [f64; 3],
    residuals: Vec<f64>,
    calibration: [f64; 4],
    scores: [f64; 3],
    ranks: Vec<f64>,
    cumulative: [f64; 5],
}

#[derive(Deserialize)]
struct Comparison {
    rule: String,
    horizon: usize,
    losses: Vec<f64>,
    others: Vec<f64>,
    lags: usize,
    found: [f64; 6],
}

#[derive(Deserialize)]
struct Set {
    resamples: usize,
    seed: u64,
    block: usize,
    days: usize,
    losses: Vec<f64>,
    range: Vec<f64>,
    range_order: Vec<usize>,
    max: Vec<f64>,
    max_order: Vec<usize>,
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/backtest.toml")).unwrap()
}

#[track_caller]
fn all_close<const N: usize>(found: [f64; N], expected: [f64; N], tolerance: f64) {
    for (found, expected) in found.into_iter().zip(expected) {
        close(found, expected, tolerance);
    }
}

#[test]
fn tests_of_value_at_risk_are_those_of_other_programs() {
    let cases = golden().case;
    assert_eq!(cases.len(), 5);
    for case in cases {
        let level = confidence(case.level);
        let forecasts = Forecasts::new(&case.returns, &case.var, Some(&case.cvar)).unwrap();
        let violations = forecasts.violations();
        assert_eq!((violations.days(), violations.count()), (case.days, case.violations));
        let found = kupiec(case.days, case.violations, level).unwrap();
        let p_values =
            [found.test.asymptotic, found.test.p_value(), found.binomial, found.at_least, found.at_most];
        close(found.test.statistic, case.kupiec[0], GOLDEN);
        // As many violations as expected: the p-value moves with the root of what is left of the ratio.
        let tolerance = if found.test.statistic < 1e-12 { ROOT } else { GOLDEN };
        all_close(p_values, [1, 2, 3, 4, 5].map(|place| case.kupiec[place]), tolerance);

        let found = christoffersen(&violations, level);
        let moves = found.transitions;
        assert_eq!([moves.n00, moves.n01, moves.n10, moves.n11], case.transitions);
        let [alone, joint] = [found.independence, found.conditional_coverage];
        all_close(
            [alone.statistic, alone.asymptotic, joint.statistic, joint.asymptotic],
            case.markov,
            GOLDEN,
        );

        let found = first_failure(&violations, level).test;
        all_close([found.statistic, found.asymptotic], case.first, GOLDEN);
        let found = mixed_kupiec(&violations, level, &NONE);
        let [alone, joint] = [found.independence, found.mixed];
        all_close([alone.statistic, alone.asymptotic, joint.statistic, joint.asymptotic], case.mixed, GOLDEN);

        let light = traffic_light(case.days, case.violations, level).unwrap();
        assert_eq!([light.yellow, light.red], case.zones);
        close(light.cumulative, case.kupiec[5], GOLDEN);

        let choices = [(4, VarRegressor::Current), (1, VarRegressor::None), (2, VarRegressor::Lagged)];
        for ((lags, var), expected) in choices.into_iter().zip(case.dq) {
            let params = DynamicQuantileParams { lags, var, simulation: NONE };
            let found = dynamic_quantile(&forecasts, level, &params).unwrap();
            all_close([found.statistic, found.degrees as f64, found.asymptotic], expected, GOLDEN);
        }
    }
}

#[test]
fn durations_are_those_that_scipy_fits() {
    let mut fitted = 0;
    for case in golden().case.iter().filter(|case| !case.durations.is_empty()) {
        let forecasts = Forecasts::new(&case.returns, &case.var, None).unwrap();
        let found = durations(&forecasts.violations(), confidence(case.level), &NONE);
        all_close([found.shape, found.rate], [case.durations[0], case.durations[1]], PLACE);
        let [alone, joint] = [found.independence, found.conditional_coverage];
        let expected = [2, 3, 4, 5].map(|place| case.durations[place]);
        all_close([alone.statistic, alone.asymptotic, joint.statistic, joint.asymptotic], expected, MAXIMUM);
        fitted += 1;
    }
    assert_eq!(fitted, 3);
}

#[test]
fn tests_of_expected_shortfall_are_those_of_other_programs() {
    for case in golden().case {
        let level = confidence(case.level);
        let forecasts = Forecasts::new(&case.returns, &case.var, Some(&case.cvar)).unwrap();
        let params = AcerbiSzekelyParams { simulation: NONE, ..AcerbiSzekelyParams::default() };
        let found = acerbi_szekely(&forecasts, level, &params).unwrap();
        assert_eq!(found.z1.is_none(), case.z[0].is_nan());
        if let Some(z1) = found.z1 {
            close(z1.statistic, case.z[0], GOLDEN);
        }
        all_close([found.z2.statistic, found.z_es.statistic], [case.z[1], case.z[2]], GOLDEN);

        for (scale, expected) in
            [LossScale::Unit, LossScale::Shortfall].into_iter().zip(case.residuals.chunks(3))
        {
            let found = exceedance_residuals(&forecasts, scale, &NONE).unwrap();
            let expected = [expected[0], expected[1], expected[2]];
            all_close([found.mean, found.statistic, found.asymptotic], expected, GOLDEN);
        }

        let unit = conditional_calibration(&forecasts, level, LossScale::Unit).unwrap();
        let scaled = conditional_calibration(&forecasts, level, LossScale::Shortfall).unwrap();
        let found = [unit.simple.statistic, unit.one_sided, unit.general.statistic, scaled.general.statistic];
        all_close(found, case.calibration, INVERTED);
        let volatility =
            conditional_calibration(&forecasts, level, LossScale::Volatility(&case.cvar)).unwrap();
        assert_eq!(volatility, scaled);

        for (score, expected) in
            [Score::Tick, Score::Fz0, Score::AsymmetricLaplace].into_iter().zip(case.scores)
        {
            let found = scores(&forecasts, level, score).unwrap();
            close(found.iter().sum::<f64>() / case.days as f64, expected, GOLDEN);
        }

        let found = cumulative_violations(&case.ranks, level, 5).unwrap();
        let [statistic, p_value] = [found.conditional.statistic, found.conditional.asymptotic];
        all_close([found.mean, found.statistic, found.p_value, statistic, p_value], case.cumulative, GOLDEN);
    }
}

#[test]
fn losses_compare_as_in_statsmodels() {
    let comparisons = golden().dm;
    assert_eq!(comparisons.len(), 4);
    for case in comparisons {
        let lags = match case.rule.as_str() {
            "newey-west" => LagRule::NeweyWest,
            "andrews" => LagRule::Andrews,
            "rule-of-thumb" => LagRule::RuleOfThumb,
            _ => LagRule::Horizon,
        };
        let params = DieboldMarianoParams { horizon: case.horizon, lags };
        let found = diebold_mariano(&case.losses, &case.others, &params).unwrap();
        assert_eq!(found.lags, case.lags, "{}", case.rule);
        let values = [
            found.mean_difference,
            found.statistic,
            found.p_value,
            found.corrected,
            found.corrected_p_value,
            found.second_better,
        ];
        all_close(values, case.found, GOLDEN);
    }
}

#[test]
fn the_model_confidence_set_is_that_of_arch() {
    let set = golden().mcs;
    let losses: Vec<&[f64]> = set.losses.chunks(set.days).collect();
    let (resampling, block) = (Resampling::Stationary, Some(set.block));
    let bootstrap = BootstrapParams { resampling, block, resamples: set.resamples, seed: set.seed };
    let choices =
        [(SetStatistic::Range, &set.range, &set.range_order), (SetStatistic::Max, &set.max, &set.max_order)];
    for (statistic, p_values, order) in choices {
        let params = ModelConfidenceSetParams { significance: 0.05, statistic, bootstrap };
        let found = model_confidence_set(&losses, &params).unwrap();
        assert_eq!(&found.order, order);
        for (found, expected) in found.p_values.iter().zip(p_values) {
            // Counts, divided.
            close(*found, *expected, 1e-14);
        }
        assert!(found.included.iter().all(|&model| found.p_values[model] >= 0.05));
    }
}
