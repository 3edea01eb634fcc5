//! What every model has to satisfy.

use po_core::{Risk, RiskMeasure};
use po_tail::{GpdMethod, ScenarioSheet, TailModel, TailScratch, Threshold};
use proptest::prelude::*;

use super::{beta, logistic};

/// Fits end where the likelihood no longer tells.
const FITTED: f64 = 1e-6;

/// Fits of light tails too, in returns per period.
const MOVED: f64 = 1e-9;

fn models() -> [TailModel; 7] {
    [
        TailModel::Historical,
        TailModel::AgeWeighted { decay: 0.98 },
        TailModel::Normal,
        TailModel::StudentT,
        TailModel::CornishFisher,
        TailModel::CornishFisherMatched,
        TailModel::Evt {
            threshold: Threshold::Quantile(0.85),
            method: GpdMethod::ProbabilityWeightedMoments,
        },
    ]
}

fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-1.0_f64..1.0, 0.1_f64..1.0), 120..400)
        .prop_map(|pairs| pairs.into_iter().map(|(value, scale)| 0.02 * value / scale).collect())
}

/// Light tails of 400 returns, which no model refuses.
#[test]
fn every_model_moves_and_scales_with_the_returns() {
    let returns = logistic(400);
    let (scale, shift) = (3.0, 0.002);
    let moved: Vec<f64> = returns.iter().map(|value| scale * value + shift).collect();
    for model in models() {
        for level in [0.9, 0.95, 0.99, 0.999] {
            let risk = model.estimate(&returns, beta(level)).unwrap();
            let found = model.estimate(&moved, beta(level)).unwrap();
            let expected = risk.rescaled(shift, scale);
            assert!((found.var - expected.var).abs() <= MOVED, "{} {level}", model.name());
            assert!((found.cvar - expected.cvar).abs() <= MOVED, "{} {level}", model.name());
            assert!(risk.cvar >= risk.var);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn risks_move_and_scale_with_the_returns(returns in returns(), shift in -0.01_f64..0.01, scale in 0.1_f64..10.0) {
        let confidence = beta(0.95);
        let moved: Vec<f64> = returns.iter().map(|value| scale * value + shift).collect();
        for model in models() {
            let Ok(risk) = model.estimate(&returns, confidence) else { continue };
            let Ok(found) = model.estimate(&moved, confidence) else { continue };
            let expected = risk.rescaled(shift, scale);
            prop_assert!((found.var - expected.var).abs() <= FITTED * scale * 0.1, "{}", model.name());
            prop_assert!((found.cvar - expected.cvar).abs() <= FITTED * scale * 0.1, "{}", model.name());
        }
    }

    #[test]
    fn the_mean_beyond_is_greater_and_both_rise_with_the_level(returns in returns()) {
        for model in models() {
            let mut before = None;
            for level in [0.9, 0.95, 0.975, 0.99, 0.995] {
                let Ok(risk) = model.estimate(&returns, beta(level)) else { continue };
                prop_assert!(risk.cvar >= risk.var - 1e-15, "{}", model.name());
                if let Some((var, cvar)) = before {
                    prop_assert!(risk.var >= var - 1e-12 && risk.cvar >= cvar - 1e-12, "{}", model.name());
                }
                before = Some((risk.var, risk.cvar));
            }
        }
    }

    #[test]
    fn kept_memory_changes_no_bit(first in returns(), second in returns()) {
        let mut scratch = TailScratch::default();
        for model in models() {
            for returns in [&first, &second] {
                let kept = model.estimate_into(returns, beta(0.95), &mut scratch);
                prop_assert_eq!(kept, model.estimate(returns, beta(0.95)));
            }
        }
    }

    #[test]
    fn equal_probabilities_change_nothing(returns in returns(), level in 0.5_f64..0.999) {
        let confidence = beta(level);
        let equal = vec![1.0 / returns.len() as f64; returns.len()];
        let sheet = ScenarioSheet::of(&returns, &equal, confidence).unwrap();
        let plain = TailModel::Historical.estimate(&returns, confidence).unwrap();
        prop_assert!(sheet.var.to_bits() == plain.var.to_bits());
        prop_assert!((sheet.cvar - plain.cvar).abs() <= 1e-14);
        let evar = Risk::Evar { confidence }.risk(&returns).unwrap();
        prop_assert!((sheet.evar - evar).abs() <= 1e-12, "{} {}", sheet.evar, evar);
        let worst = Risk::WorstRealisation.risk(&returns).unwrap();
        prop_assert!(sheet.worst.to_bits() == worst.to_bits());
    }

    #[test]
    fn a_scenario_twice_as_probable_is_two_scenarios(returns in returns(), level in 0.5_f64..0.999) {
        let confidence = beta(level);
        let twice: Vec<f64> = returns.iter().chain(&returns[..50]).copied().collect();
        let count = twice.len() as f64;
        let weight = |place: usize| if place < 50 { 2.0 / count } else { 1.0 / count };
        let probabilities: Vec<f64> = (0..returns.len()).map(weight).collect();
        let weighted = TailModel::Historical.estimate_weighted(&returns, &probabilities, confidence).unwrap();
        let plain = TailModel::Historical.estimate(&twice, confidence).unwrap();
        prop_assert!(weighted.var.to_bits() == plain.var.to_bits());
        prop_assert!((weighted.cvar - plain.cvar).abs() <= 1e-14);
    }
}
