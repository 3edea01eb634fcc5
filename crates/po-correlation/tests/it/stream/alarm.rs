//! The alarm: how often it is wrong, how soon it is right, and what leaves it silent.

use po_core::{Covariance, StreamingEstimator};
use po_correlation::{Breakdown, BreakdownAlarm, BreakdownAlarmParams, Decay, Ewma, EwmaParams};

use super::market::{Draws, covariance_of};

const ASSETS: usize = 10;

/// Rounding of sums over six hundred bars.
const SUM: f64 = 1e-10;

/// Sixteen digits of a threshold are fourteen of its exponential.
const SIEGMUND: f64 = 1e-10;

/// Every pair with correlation `rho`, volatilities of 1 %.
fn alike(rho: f64) -> Covariance {
    let entry = |row: usize, col: usize| if row == col { 1e-4 } else { rho * 1e-4 };
    let entries: Vec<f64> = (0..ASSETS * ASSETS).map(|place| entry(place % ASSETS, place / ASSETS)).collect();
    Covariance::from_column_slice(ASSETS, &entries).unwrap()
}

/// Settings ask for 1,000 bars between false alarms. Over 60,000 bars there are 60 alarms, give or take 8;
/// beyond that, the statistic is not normal, and Siegmund's approximation is for numbers that are.
const HONEST: std::ops::Range<f64> = 500.0..2000.0;

/// Bars between alarms, on average, over bars that come as foretold.
fn between_alarms(mut next: impl FnMut() -> (Covariance, Vec<f64>)) -> f64 {
    let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap();
    let bars = 60_000;
    let mut raised = |_: &usize| {
        let (foretold, returns) = next();
        alarm.update(&foretold, &returns).unwrap().is_some()
    };
    bars as f64 / (0..bars).filter(&mut raised).count() as f64
}

#[test]
fn false_alarms_are_as_rare_as_was_asked() {
    for rho in [0.3, 0.6] {
        let foretold = alike(rho);
        let mut draws = Draws::new(1);
        let between = between_alarms(|| (foretold.clone(), draws.bar(ASSETS, rho)));
        assert!(HONEST.contains(&between), "normal returns, {rho}: {between}");
        // Student's t with four degrees of freedom: turbulence that all share.
        let between = between_alarms(|| {
            let chi: f64 = (0..4).map(|_| draws.normal().powi(2)).sum();
            let turbulence = 2.0 / chi.sqrt();
            (foretold.clone(), draws.bar(ASSETS, rho).iter().map(|value| value * turbulence).collect())
        });
        assert!(HONEST.contains(&between), "turbulent returns, {rho}: {between}");
        let params = EwmaParams { volatility: Decay::HalfLife(30.0), ..EwmaParams::default() };
        let mut ewma = Ewma::starting_from(params, &foretold).unwrap();
        let between = between_alarms(|| {
            let (foretold, returns) = (covariance_of(&ewma), draws.bar(ASSETS, rho));
            ewma.update(&returns).unwrap();
            (foretold, returns)
        });
        assert!(HONEST.contains(&between), "an estimate, {rho}: {between}");
    }
}

/// Bars from the break to the alarm and what it says, after 300 bars as foretold; for each of 30 seeds.
fn after_a_break(from: f64, to: f64) -> Vec<(usize, Breakdown)> {
    let foretold = alike(from);
    let delay = |seed| {
        let mut draws = Draws::new(seed);
        let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap();
        for _ in 0..300 {
            alarm.update(&foretold, &draws.bar(ASSETS, from)).unwrap();
        }
        let mut raised = |bar| Some((bar, alarm.update(&foretold, &draws.bar(ASSETS, to)).unwrap()?));
        (1..500).find_map(&mut raised).unwrap()
    };
    (100..130).map(delay).collect()
}

#[test]
fn a_break_is_found_within_weeks() {
    for (from, to, expected, bars) in [
        (0.6, 0.0, Breakdown::Apart, 15.0),
        (0.3, 0.95, Breakdown::Together, 6.0),
        (0.6, 0.95, Breakdown::Together, 10.0),
    ] {
        let found = after_a_break(from, to);
        assert!(found.iter().all(|(_, breakdown)| *breakdown == expected), "{from} to {to}: {found:?}");
        let mean = found.iter().map(|(bar, _)| *bar as f64).sum::<f64>() / found.len() as f64;
        assert!(mean <= bars, "{from} to {to}: {mean}");
    }
}

/// All volatilities times ten: the same sums but for rounding.
#[test]
fn volatility_alone_raises_no_alarm() {
    let run = |factor: f64| {
        let mut draws = Draws::new(9);
        let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap();
        let mut raised = 0;
        for bar in 0..600 {
            let factor = if bar < 300 { 1.0 } else { factor };
            let returns: Vec<f64> = draws.bar(ASSETS, 0.5).iter().map(|value| factor * value).collect();
            raised += usize::from(alarm.update(&alike(0.5), &returns).unwrap().is_some());
        }
        (raised, alarm.together(), alarm.apart(), alarm.bars())
    };
    let (calm, wild) = (run(1.0), run(10.0));
    assert_eq!((calm.0, calm.3), (wild.0, wild.3));
    assert!((calm.1 - wild.1).abs() < SUM && (calm.2 - wild.2).abs() < SUM);
}

/// Only those that are seen and move are asked, and without two of them there is nothing to tell.
#[test]
fn bars_that_say_nothing_are_passed_over() {
    let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap();
    let mut returns = vec![f64::NAN; ASSETS];
    returns[3] = 0.01;
    assert_eq!(alarm.update(&alike(0.5), &returns).unwrap(), None);
    assert_eq!(alarm.update(&alike(0.5), &[0.0; ASSETS]).unwrap(), None);
    assert_eq!(alarm.bars(), 0);
    returns[4] = -0.01;
    assert_eq!(alarm.update(&alike(0.5), &returns).unwrap(), None);
    assert_eq!(alarm.bars(), 1);
}

/// The threshold solves Siegmund's equation, for each of two sides half as often.
#[test]
fn the_threshold_is_siegmund_s() {
    for (bars_between_false_alarms, shift) in [(10.0, 1.0), (1000.0, 1.0), (1000.0, 0.1), (1e9, 5.0)] {
        let params =
            BreakdownAlarmParams { bars_between_false_alarms, shift, ..BreakdownAlarmParams::default() };
        let power = shift * (BreakdownAlarm::new(params).unwrap().threshold() + 1.166);
        let bars = (power.exp() - power - 1.0) / (0.5 * shift * shift);
        assert!((bars / (2.0 * bars_between_false_alarms) - 1.0).abs() < SIEGMUND, "{bars}");
    }
}
