//! Right forecasts are rejected as often as the significance says, and wrong ones more often.

use po_tail::{
    AcerbiSzekelyParams, DynamicQuantileParams, Forecasts, LossScale, MonteCarlo, ShortfallNull,
    VarRegressor, acerbi_szekely, christoffersen, durations, dynamic_quantile, exceedance_residuals, kupiec,
    mixed_kupiec,
};

use super::{Noise, confidence};

/// How many samples.
const SAMPLES: usize = 400;

/// At which p-values is rejected.
const SIGNIFICANCE: f64 = 0.1;

/// Four standard errors of a share of one tenth among the samples.
const BAND: f64 = 0.06;

/// Forecasts for 250 days of normal returns with a volatility that changes: right, but for a factor.
fn sample(number: u64, level: f64, factor: f64) -> [Vec<f64>; 3] {
    // Quantile and tail mean of a standard normal variable.
    let (quantile, mean) = match level {
        0.95 => (1.644_853_626_951_472, 2.062_712_807_507_395),
        _ => (1.959_963_984_540_054, 2.337_802_792_201_041),
    };
    let mut noise = Noise(number.wrapping_mul(0x5851_f42d_4c95_7f2d));
    let mut series = [Vec::new(), Vec::new(), Vec::new()];
    for day in 0..250 {
        let volatility = 0.01 * (1.0 + 0.5 * (f64::from(day) / 40.0).sin());
        series[0].push(volatility * noise.normal());
        series[1].push(factor * volatility * quantile);
        series[2].push(factor * volatility * mean);
    }
    series
}

/// The shares of samples that are rejected, by each p-value.
fn rejected<const N: usize>(
    level: f64,
    factor: f64,
    p_values: impl Fn(&Forecasts<'_>) -> [f64; N],
) -> [f64; N] {
    let mut counts = [0_usize; N];
    for number in 0..SAMPLES {
        let [returns, var, cvar] = sample(number as u64 + 1, level, factor);
        let forecasts = Forecasts::new(&returns, &var, Some(&cvar)).unwrap();
        for (count, p_value) in counts.iter_mut().zip(p_values(&forecasts)) {
            assert!((0.0..=1.0).contains(&p_value), "{p_value}");
            *count += usize::from(p_value <= SIGNIFICANCE);
        }
    }
    counts.map(|count| count as f64 / SAMPLES as f64)
}

fn of_var(forecasts: &Forecasts<'_>) -> [f64; 7] {
    let (level, simulation) = (confidence(0.95), MonteCarlo { simulations: 99, seed: 5 });
    let violations = forecasts.violations();
    let markov = christoffersen(&violations, level);
    let spells = durations(&violations, level, &simulation);
    let params = DynamicQuantileParams { lags: 2, var: VarRegressor::Current, simulation };
    [
        kupiec(250, violations.count(), level).unwrap().test.p_value(),
        markov.independence.p_value(),
        markov.conditional_coverage.p_value(),
        spells.independence.p_value(),
        spells.conditional_coverage.p_value(),
        mixed_kupiec(&violations, level, &simulation).mixed.p_value(),
        dynamic_quantile(forecasts, level, &params).unwrap().p_value(),
    ]
}

#[test]
fn right_values_at_risk_are_rejected_as_often_as_they_should() {
    let shares = rejected(0.95, 1.0, of_var);
    // Ties make the first three conservative; none rejects more often than it says.
    assert!(shares.iter().all(|share| *share <= SIGNIFICANCE + BAND), "{shares:?}");
    assert!(shares[3..].iter().all(|share| *share >= SIGNIFICANCE - BAND), "{shares:?}");
}

#[test]
fn values_at_risk_that_are_too_low_are_found_out() {
    let shares = rejected(0.95, 0.75, of_var);
    for place in [0, 2, 4, 5, 6] {
        assert!(shares[place] > 0.6, "{shares:?}");
    }
    // Violations are as independent as before.
    assert!(shares[1] <= SIGNIFICANCE + BAND && shares[3] <= SIGNIFICANCE + BAND, "{shares:?}");
}

fn of_shortfall(null: &ShortfallNull) -> impl Fn(&Forecasts<'_>) -> [f64; 3] {
    let simulation = MonteCarlo { simulations: 99, seed: 5 };
    let params = AcerbiSzekelyParams { null: null.clone(), simulation };
    move |forecasts| {
        let found = acerbi_szekely(forecasts, confidence(0.975), &params).unwrap();
        // Without violations nothing speaks against the forecasts.
        let z1 = found.z1.map_or(1.0, |z1| z1.p_value.unwrap());
        [z1, found.z2.p_value.unwrap(), found.z_es.p_value.unwrap()]
    }
}

#[test]
fn right_shortfalls_are_rejected_as_often_as_they_should() {
    let mut noise = Noise(77);
    let scenarios = ShortfallNull::Scenarios((0..20_000).map(|_| 3.0 + 2.0 * noise.normal()).collect());
    // A hundred degrees of freedom are next to normal.
    for null in [ShortfallNull::Normal, ShortfallNull::Student { degrees: 100.0 }, scenarios] {
        let shares = rejected(0.975, 1.0, of_shortfall(&null));
        assert!(shares.iter().all(|share| (share - SIGNIFICANCE).abs() <= BAND), "{null:?} {shares:?}");
    }
    // Heavier tails than there are make the tests milder.
    let student = rejected(0.975, 1.0, of_shortfall(&ShortfallNull::default()));
    assert!(student.iter().all(|share| *share <= SIGNIFICANCE + BAND), "{student:?}");
}

#[test]
fn shortfalls_that_are_too_low_are_found_out() {
    for null in [ShortfallNull::Normal, ShortfallNull::default(), ShortfallNull::Exceedances] {
        let [_, z2, z_es] = rejected(0.975, 0.75, of_shortfall(&null));
        assert!(z2 > 0.7 && z_es > 0.7, "{null:?} {z2} {z_es}");
    }
}

#[test]
fn the_bootstrap_of_residuals_keeps_its_size() {
    let simulation = MonteCarlo { simulations: 99, seed: 5 };
    let shares = rejected(0.95, 1.0, |forecasts| {
        match exceedance_residuals(forecasts, LossScale::Shortfall, &simulation) {
            Ok(found) => [found.bootstrap.unwrap(), found.asymptotic],
            Err(_) => [1.0, 1.0],
        }
    });
    // A dozen skewed residuals: neither p-value is exact, and both are on the safe side.
    assert!(shares.iter().all(|share| *share <= SIGNIFICANCE + BAND), "{shares:?}");
}
