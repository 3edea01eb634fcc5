//! What holds for any sample.
#![expect(clippy::float_cmp, reason = "the same numbers, or their negatives, to the last bit")]

use po_tail::{
    AcerbiSzekelyParams, DieboldMarianoParams, DynamicQuantileParams, Forecasts, LagRule, LossScale,
    MonteCarlo, Score, ShortfallNull, VarRegressor, Violations, acerbi_szekely, backtest, christoffersen,
    conditional_calibration, diebold_mariano, durations, dynamic_quantile, first_failure, kupiec,
    kupiec_region, mixed_kupiec, scores, scores_into, traffic_light,
};
use proptest::prelude::*;

use super::{NONE, Noise, bits, close, confidence};

/// Few samples, for speed.
const FEW: MonteCarlo = MonteCarlo { simulations: 19, seed: 2 };

fn sample() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>)> {
    proptest::collection::vec((-0.05..0.05, 0.001..0.04, 0.0..0.02), 1..60).prop_map(|days| {
        let returns = days.iter().map(|day| day.0).collect();
        let var = days.iter().map(|day| day.1).collect();
        let cvar = days.iter().map(|day| day.1 + day.2).collect();
        (returns, var, cvar)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_statistic_is_undefined((returns, var, cvar) in sample(), level in 0.51..0.999) {
        let forecasts = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
        let params = po_tail::BacktestParams { simulation: FEW, ..po_tail::BacktestParams::default() };
        let found = backtest(&forecasts, confidence(level), &params).unwrap();
        for line in found.lines() {
            prop_assert!(!line.statistic.is_nan(), "{line:?}");
            for p_value in [line.asymptotic, line.exact].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&p_value), "{line:?}");
            }
        }
        prop_assert!(found.tick.is_finite() && found.fz0.unwrap().is_finite());
    }

    #[test]
    fn units_do_not_matter((returns, var, cvar) in sample()) {
        // A power of two, so that nothing is rounded.
        let scaled = |series: &[f64]| series.iter().map(|value| value * 128.0).collect::<Vec<f64>>();
        let others = [scaled(&returns), scaled(&var), scaled(&cvar)];
        let one = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
        let other = Forecasts::new(&others[0], &others[1], Some(&others[2])).unwrap();
        let level = confidence(0.9);
        let params = AcerbiSzekelyParams { simulation: FEW, ..AcerbiSzekelyParams::default() };
        let found = [one, other].map(|forecasts| acerbi_szekely(&forecasts, level, &params).unwrap());
        prop_assert_eq!(found[0], found[1]);
        let scale = LossScale::Shortfall;
        let found = [one, other].map(|forecasts| conditional_calibration(&forecasts, level, scale).unwrap());
        close(found[0].general.statistic, found[1].general.statistic, 1e-10);
        let [fz0, again] = [one, other].map(|forecasts| scores(&forecasts, level, Score::Fz0).unwrap());
        for (fz0, again) in fz0.iter().zip(again) {
            // Of zero degree: the unit adds the same to every forecast.
            close(again - fz0, 128f64.ln(), 1e-10);
        }
    }

    #[test]
    fn scores_are_the_same_in_memory_that_is_kept((returns, var, cvar) in sample()) {
        let forecasts = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
        let mut kept = vec![f64::NAN; returns.len()];
        for score in [Score::Tick, Score::Fz0, Score::AsymmetricLaplace] {
            scores_into(&forecasts, confidence(0.95), score, &mut kept).unwrap();
            prop_assert_eq!(&kept, &scores(&forecasts, confidence(0.95), score).unwrap());
        }
    }

    #[test]
    fn losses_compare_the_other_way_round(series in proptest::collection::vec((-1.0..1.0, -1.0..1.0), 4..50)) {
        let (one, other): (Vec<f64>, Vec<f64>) = series.into_iter().unzip();
        for lags in [LagRule::NeweyWest, LagRule::Andrews, LagRule::RuleOfThumb, LagRule::Horizon] {
            let params = DieboldMarianoParams { horizon: 2, lags };
            let found = diebold_mariano(&one, &other, &params).unwrap();
            let turned = diebold_mariano(&other, &one, &params).unwrap();
            prop_assert_eq!(found.statistic, -turned.statistic);
            prop_assert_eq!(found.p_value, turned.p_value);
            close(found.second_better + turned.second_better, 1.0, 1e-12);
        }
    }

    #[test]
    fn the_shape_of_durations_is_the_best(number in 0_u32..1 << 24) {
        let sample = bits(24, number);
        let found = durations(&sample, confidence(0.9), &NONE);
        prop_assert!(found.shape > 0.0 && found.shape <= 10.0);
        prop_assert!(found.independence.statistic <= found.conditional_coverage.statistic + 1e-9);
        prop_assert_eq!(found.complete, sample.count().saturating_sub(1));
    }
}

#[test]
fn samples_without_violations_and_of_nothing_else_have_answers() {
    let level = confidence(0.99);
    for days in [1, 2, 30] {
        let none = Violations::new(vec![false; days]).unwrap();
        let found = christoffersen(&none, level);
        assert_eq!((found.independence.statistic, found.independence.p_value()), (0.0, 1.0));
        close(found.conditional_coverage.statistic, -2.0 * days as f64 * 0.99_f64.ln(), 1e-12);
        close(first_failure(&none, level).test.statistic, -2.0 * days as f64 * 0.99_f64.ln(), 1e-12);
        assert_eq!(first_failure(&none, level).day, None);
        let spells = durations(&none, level, &FEW);
        assert_eq!((spells.shape, spells.rate, spells.complete, spells.censored), (1.0, 0.0, 0, 1));
        assert_eq!((spells.independence.statistic, spells.independence.p_value()), (0.0, 1.0));
        close(spells.conditional_coverage.statistic, 2.0 * 0.01 * days as f64, 1e-12);
        let mixed = mixed_kupiec(&none, level, &FEW);
        assert_eq!((mixed.independence.degrees, mixed.independence.p_value()), (0, 1.0));
        let all = Violations::new(vec![true; days]).unwrap();
        close(kupiec(days, days, level).unwrap().test.statistic, -2.0 * days as f64 * 0.01_f64.ln(), 1e-12);
        assert_eq!(christoffersen(&all, level).independence.p_value(), 1.0);
        // All durations are one day, as likely as can be whatever the shape: the greatest is taken.
        let spells = durations(&all, level, &FEW);
        close(spells.shape, if days > 1 { 10.0 } else { 1.0 }, 1e-12);
        assert!(spells.independence.statistic.is_finite());
    }
}

#[test]
fn columns_that_say_nothing_new_are_left_out() {
    // A constant value at risk is the constant; without violations, lags are the constant too.
    let returns = [0.01; 30];
    let forecasts = Forecasts::new(&returns, &[0.02; 30], None).unwrap();
    let params = DynamicQuantileParams { simulation: NONE, ..DynamicQuantileParams::default() };
    let found = dynamic_quantile(&forecasts, confidence(0.95), &params).unwrap();
    assert_eq!(found.degrees, 1);
    // (26 p)² / 26 / (p (1 - p)).
    close(found.statistic, 26.0 * 0.05 / 0.95, 1e-12);
    let params = DynamicQuantileParams { var: VarRegressor::None, ..params };
    assert_eq!(dynamic_quantile(&forecasts, confidence(0.95), &params).unwrap(), found);
}

#[test]
fn regions_and_zones_follow_from_p_values() {
    for (days, level) in [(100, 0.9), (250, 0.99), (777, 0.975), (3, 0.6)] {
        let level = confidence(level);
        let (low, high) = kupiec_region(days, level, 0.05).unwrap();
        for violations in 0..=days {
            let found = kupiec(days, violations, level).unwrap();
            assert_eq!(found.test.asymptotic >= 0.05, (low..=high).contains(&violations));
            let light = traffic_light(days, violations, level).unwrap();
            assert_eq!(violations >= light.yellow, found.at_most >= 0.95);
            assert_eq!(violations >= light.red, found.at_most >= 0.9999);
            assert!((3.0..=4.0).contains(&light.multiplier));
        }
    }
}

#[test]
fn the_same_seed_draws_the_same_samples() {
    let mut noise = Noise(4);
    let returns: Vec<f64> = (0..200).map(|_| 0.01 * noise.normal()).collect();
    let forecasts = Forecasts::new(&returns, &[0.015; 200], Some(&[0.02; 200])).unwrap();
    let params = po_tail::BacktestParams { simulation: FEW, ..po_tail::BacktestParams::default() };
    let found = || backtest(&forecasts, confidence(0.95), &params).unwrap();
    assert_eq!(found(), found());
}

/// Near the median nearly nothing would be accepted of the draws for far tails; there, others take their place.
#[test]
fn a_tail_of_half_the_days_can_be_simulated() {
    let mut noise = Noise(8);
    let returns: Vec<f64> = (0..60).map(|_| 0.01 * noise.normal()).collect();
    let p_value = |null: &ShortfallNull, level: f64, (var, cvar): (f64, f64)| {
        let (var, cvar) = (vec![0.01 * var; 60], vec![0.01 * cvar; 60]);
        let forecasts = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
        let params = AcerbiSzekelyParams { null: null.clone(), simulation: MonteCarlo::default() };
        acerbi_szekely(&forecasts, confidence(level), &params).unwrap().z2.p_value.unwrap()
    };
    // Quantile and tail mean of the normal distribution at one half, and on both sides of a quantile of one half.
    for null in [ShortfallNull::Normal, ShortfallNull::Student { degrees: 1e300 }] {
        let middle = p_value(&null, 0.500_000_1, (0.0, 0.797_884_56));
        assert!((0.05..0.95).contains(&middle), "{middle}");
    }
    for (null, levels) in
        [(ShortfallNull::Normal, [0.690, 0.693]), (ShortfallNull::Student { degrees: 5.0 }, [0.680, 0.682])]
    {
        let [near, far] = levels.map(|level| p_value(&null, level, (0.5, 1.14)));
        // Three standard errors of the difference of two shares of 999 samples, and what 0.003 of the level makes.
        assert!((near - far).abs() < 0.08, "{near} {far}");
    }
}
