//! The band around the target within which nothing is traded.

use po_core::{BandWidth, InputError, NoTradeBand, NoTradeBandParams, NoTradeDecision, Rebalance, Weights};
use proptest::prelude::*;

use crate::random::{Random, config};

/// Sums of some hundred weights.
const ROUNDING: f64 = 1e-13;

const ALL: [Rebalance; 3] = [Rebalance::Edge, Rebalance::Target, Rebalance::Whole];

fn band(width: BandWidth, rebalance: Rebalance) -> NoTradeBand {
    NoTradeBand::new(NoTradeBandParams { width, rebalance }).unwrap()
}

fn weights(numbers: &[f64]) -> Weights {
    Weights::new(numbers.to_vec()).unwrap()
}

fn decide(band: &NoTradeBand, target: &[f64], held: &[f64]) -> NoTradeDecision {
    band.apply(&weights(target), &weights(held)).unwrap()
}

fn assert_near(actual: &[f64], expected: &[f64]) {
    let near = actual.iter().zip(expected).all(|(actual, expected)| (actual - expected).abs() <= 1e-15);
    assert!(near && actual.len() == expected.len(), "{actual:?}, expected {expected:?}");
}

const TARGET: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

#[test]
fn each_way_to_rebalance_by_hand() {
    // The first is 0.10 too large and the second 0.06 too small; the others lie within 0.05.
    let held = [0.5, 0.24, 0.17, 0.09];
    for (rebalance, expected, turnover) in [
        // To the edge 0.05 are sold and 0.01 bought. Of the 0.04 that are left, the second can take 0.05.
        (Rebalance::Edge, [0.45, 0.29, 0.17, 0.09], 0.1),
        // 0.10 are sold and 0.06 bought; the others go all of their way.
        (Rebalance::Target, TARGET, 0.2),
        (Rebalance::Whole, TARGET, 0.2),
    ] {
        let decision = decide(&band(BandWidth::Absolute(0.05), rebalance), &TARGET, &held);
        assert_near(decision.weights.as_slice(), &expected);
        let trades: Vec<f64> = expected.iter().zip(held).map(|(weight, held)| weight - held).collect();
        assert_near(&decision.trades, &trades);
        assert!(decision.traded);
        assert!((decision.turnover - turnover).abs() <= 1e-15, "{}", decision.turnover);
        assert!((decision.turnover_avoided - (0.2 - turnover)).abs() <= 1e-15);
    }
}

/// Only one lies outside: what it sells is shared by those that lack something, as far as each lacks it.
#[test]
fn one_sale_is_shared_by_what_is_missing() {
    let held = [0.5, 0.26, 0.17, 0.07];
    let decision = decide(&band(BandWidth::Absolute(0.05), Rebalance::Edge), &TARGET, &held);
    assert_near(decision.weights.as_slice(), &[0.45, 0.28, 0.185, 0.085]);
    let decision = decide(&band(BandWidth::Absolute(0.05), Rebalance::Target), &TARGET, &held);
    assert_near(decision.weights.as_slice(), &TARGET);
    // Two that are too large, of which one is sold to its target: the purchase is that sale, and the other one stays.
    let held = [0.49, 0.33, 0.12, 0.06];
    let decision = decide(&band(BandWidth::Absolute(0.085), Rebalance::Target), &TARGET, &held);
    assert_near(decision.weights.as_slice(), &[0.4, 0.33, 0.18, 0.09]);
    assert!((decision.turnover - 0.18).abs() <= 1e-15 && (decision.turnover_avoided - 0.06).abs() <= 1e-15);
}

#[test]
fn widths_are_of_capital_or_of_the_target() {
    // 0.02 is a twentieth of the first target and a fifth of the last.
    let held = [0.42, 0.3, 0.2, 0.08];
    let wide = decide(&band(BandWidth::Relative(0.21), Rebalance::Edge), &TARGET, &held);
    assert!(!wide.traded);
    let narrow = decide(&band(BandWidth::Relative(0.1), Rebalance::Edge), &TARGET, &held);
    // The last is bought to 0.09; the first pays for it.
    assert_near(narrow.weights.as_slice(), &[0.41, 0.3, 0.2, 0.09]);
    assert!(!decide(&band(BandWidth::Absolute(0.021), Rebalance::Edge), &TARGET, &held).traded);

    // What the target has dropped: sold in full where bands are relative, left alone while it is small where they are not.
    let (target, held) = ([0.6, 0.4, 0.0], [0.58, 0.4, 0.02]);
    let relative = decide(&band(BandWidth::Relative(0.2), Rebalance::Edge), &target, &held);
    assert_near(relative.weights.as_slice(), &target);
    assert!(!decide(&band(BandWidth::Absolute(0.05), Rebalance::Edge), &target, &held).traded);
}

/// Cash stays while the sum is in its band; when it leaves it, all of it is invested, where it is missing.
#[test]
fn the_sum_has_a_band_too() {
    let edge = band(BandWidth::Absolute(0.05), Rebalance::Edge);
    let idle = [0.385, 0.29, 0.195, 0.1];
    let decision = decide(&edge, &TARGET, &idle);
    assert_eq!((decision.traded, decision.weights.as_slice()), (false, idle.as_slice()));
    assert_eq!(decision.turnover, 0.0);
    assert!((decision.turnover_avoided - 0.03).abs() <= 1e-15);
    // 0.06 of cash, and each weight in its band: in proportion to what each lacks, 0.04, 0.01, 0.02 of which one has 0.01
    // too much.
    let decision = decide(&edge, &TARGET, &[0.36, 0.29, 0.18, 0.11]);
    let share = 6.0 / 7.0;
    assert_near(
        decision.weights.as_slice(),
        &[0.36 + 0.04 * share, 0.29 + 0.01 * share, 0.18 + 0.02 * share, 0.11],
    );
    // Relative to the gross exposure of the target: a long-short portfolio has a band for its sum.
    let relative = band(BandWidth::Relative(0.1), Rebalance::Edge);
    assert!(!decide(&relative, &[0.5, -0.5], &[0.53, -0.46]).traded);
    assert!(decide(&relative, &[0.5, -0.5], &[0.56, -0.5]).traded);
}

#[test]
fn settings_and_weights_that_are_refused() {
    let expected = "a finite number, zero or more";
    for value in [-0.01, f64::INFINITY] {
        for width in [BandWidth::Absolute(value), BandWidth::Relative(value)] {
            let params = NoTradeBandParams { width, ..NoTradeBandParams::default() };
            let name = "the width of the band";
            assert_eq!(NoTradeBand::new(params), Err(InputError::OutOfRange { name, value, expected }));
        }
    }
    let params = NoTradeBandParams { width: BandWidth::Absolute(f64::NAN), ..NoTradeBandParams::default() };
    let error = NoTradeBand::new(params).unwrap_err().to_string();
    assert_eq!(error, "the width of the band is NaN, expected a finite number, zero or more");

    let default = NoTradeBand::new(NoTradeBandParams::default()).unwrap();
    assert_eq!(
        default.params(),
        &NoTradeBandParams { width: BandWidth::Absolute(0.05), rebalance: Rebalance::Edge }
    );
    let two = weights(&[0.5, 0.5]);
    let error = default.apply(&Weights::default(), &two).unwrap_err();
    assert_eq!(error, InputError::Empty { what: "the list of target weights" });
    let error = default.apply(&two, &weights(&[1.0])).unwrap_err();
    let (what, expected, actual) = ("the list of held weights", 2, 1);
    assert_eq!(error, InputError::LengthMismatch { what, expected, actual });
    assert_eq!(error.to_string(), "the list of held weights has length 1, expected 2");
    let huge = weights(&[1e308, -1e308]);
    let mut kept = default.apply(&two, &two).unwrap();
    let before = kept.clone();
    let error = default.apply_into(&huge, &huge, &mut kept).unwrap_err();
    let (name, value) = ("the gross exposure of target and holdings", f64::INFINITY);
    assert_eq!(error, InputError::OutOfRange { name, value, expected: "a finite number" });
    assert_eq!(error.to_string(), format!("{name} is inf, expected a finite number"));
    assert_eq!(kept, before);
    assert_eq!(AsRef::<Weights>::as_ref(&kept), &two);
}

/// Weights of either sign, and what prices and cash have made of them.
fn problem(assets: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(seed);
    let shorts = random.uniform() < 0.3;
    let mut target: Vec<f64> =
        (0..assets).map(|_| random.uniform() - if shorts { 0.3 } else { 0.0 }).collect();
    let gross: f64 = target.iter().map(|weight| weight.abs()).sum();
    target.iter_mut().for_each(|weight| *weight /= gross);
    if random.uniform() < 0.3 {
        target[0] = 0.0;
    }
    let cash = if random.uniform() < 0.5 { 1.0 } else { 0.8 + 0.4 * random.uniform() };
    let held: Vec<f64> =
        target.iter().map(|weight| weight * (0.6 + 0.8 * random.uniform()) + 0.002).collect();
    let scale = if shorts { cash } else { cash * target.iter().sum::<f64>() / held.iter().sum::<f64>() };
    let held = held.iter().map(|weight| weight * scale).collect();
    (target, held)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn what_any_decision_keeps(assets in 1_usize..60, seed in any::<u64>(), width in 0.0_f64..0.3, kind in 0..6) {
        let (target, held) = problem(assets, seed);
        let relative = kind % 2 == 0;
        let width = if relative { BandWidth::Relative(width) } else { BandWidth::Absolute(width * 0.1) };
        let of = |size: f64| match width {
            BandWidth::Relative(width) => width * size,
            BandWidth::Absolute(width) => width,
        };
        let band = band(width, ALL[kind as usize / 2]);
        let decision = decide(&band, &target, &held);
        let found = decision.weights.as_slice();
        let sum = |numbers: &[f64]| numbers.iter().sum::<f64>();
        let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>();
        if !decision.traded {
            prop_assert_eq!(found, held.as_slice());
        }
        // The sum of the target, no weight beyond its target or outside its band, and no trade away from the target.
        if decision.traded {
            prop_assert!((sum(found) - sum(&target)).abs() <= 3e-12);
        }
        for (weight, (held, target)) in found.iter().zip(held.iter().zip(&target)) {
            prop_assert!((weight - target) * (held - target) >= -ROUNDING);
            prop_assert!((weight - target).abs() <= (held - target).abs() + ROUNDING);
            prop_assert!((weight - target).abs() <= of(target.abs()) + 2e-12);
        }
        prop_assert!((decision.turnover - apart(found, &held)).abs() <= ROUNDING);
        let whole = apart(&target, &held);
        prop_assert!((decision.turnover + decision.turnover_avoided - whole).abs() <= ROUNDING);
        for (trade, (weight, held)) in decision.trades.iter().zip(found.iter().zip(&held)) {
            prop_assert!((held + trade - weight).abs() <= ROUNDING);
        }
        // What was traded does not trade again, to the bit.
        let again = decide(&band, &target, found);
        prop_assert!(!again.traded);
        prop_assert_eq!(again.weights.as_slice(), found);
        // Used memory leaves no trace.
        let mut used = decide(&band, &[1.0, 0.0], &[0.2, 0.8]);
        band.apply_into(&weights(&target), &weights(&held), &mut used).unwrap();
        prop_assert_eq!(used, decision);
    }

    /// Going to the edge never trades more than going to the target, and that no more than trading everything.
    #[test]
    fn less_is_traded_the_lazier_the_rule(assets in 1_usize..40, seed in any::<u64>(), width in 0.0_f64..0.05) {
        let (target, held) = problem(assets, seed);
        let turnovers = ALL.map(|rebalance| {
            decide(&band(BandWidth::Absolute(width), rebalance), &target, &held).turnover
        });
        prop_assert!(turnovers[0] <= turnovers[1] + ROUNDING && turnovers[1] <= turnovers[2] + ROUNDING);
    }

    /// Relative bands know no unit: amounts of money do as well as fractions.
    #[test]
    fn relative_bands_scale(assets in 1_usize..40, seed in any::<u64>(), width in 0.0_f64..0.3) {
        let (target, held) = problem(assets, seed);
        let larger = |numbers: &[f64]| numbers.iter().map(|number| 1024.0 * number).collect::<Vec<f64>>();
        for rebalance in ALL {
            let band = band(BandWidth::Relative(width), rebalance);
            let one = decide(&band, &target, &held);
            let other = decide(&band, &larger(&target), &larger(&held));
            let expected = larger(one.weights.as_slice());
            prop_assert_eq!(other.weights.as_slice(), expected.as_slice());
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn settings_and_decisions_come_back_from_files() {
    let params = NoTradeBandParams { width: BandWidth::Relative(0.25), rebalance: Rebalance::Target };
    let text = r#"{"width":{"relative":0.25},"rebalance":"target"}"#;
    assert_eq!(serde_json::to_string(&params).unwrap(), text);
    assert_eq!(serde_json::from_str::<NoTradeBandParams>(text).unwrap(), params);
    assert_eq!(serde_json::from_str::<NoTradeBandParams>("{}").unwrap(), NoTradeBandParams::default());
    let error = serde_json::from_str::<NoTradeBandParams>(r#"{"band":1}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `band`, expected `width` or `rebalance`"), "{error}");
    let decision = decide(&band(BandWidth::Absolute(0.0), Rebalance::Edge), &[0.5, 0.5], &[0.25, 0.75]);
    let text =
        r#"{"weights":[0.5,0.5],"trades":[0.25,-0.25],"traded":true,"turnover":0.5,"turnover_avoided":0.0}"#;
    assert_eq!(serde_json::to_string(&decision).unwrap(), text);
    assert_eq!(serde_json::from_str::<NoTradeDecision>(text).unwrap(), decision);
}

/// A product of two of them is zero.
#[test]
fn small_weights_are_traded_as_large_ones_are() {
    let scaled = |weights: [f64; 4], scale: f64| weights.map(|weight| weight * scale);
    let held = [0.5, 0.24, 0.17, 0.09];
    for rebalance in ALL {
        let scale = 2.0_f64.powi(-700);
        let large = decide(&band(BandWidth::Absolute(0.05), rebalance), &TARGET, &held);
        let width = BandWidth::Absolute(0.05 * scale);
        let small = decide(&band(width, rebalance), &scaled(TARGET, scale), &scaled(held, scale));
        let back: Vec<f64> = small.weights.as_slice().iter().map(|weight| weight / scale).collect();
        assert_eq!(back, large.weights.as_slice(), "{rebalance:?}");
    }
}
