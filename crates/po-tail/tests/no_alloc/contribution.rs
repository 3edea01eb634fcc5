//! Contributions to the risk of a portfolio.

use po_core::{Confidence, Returns, Weights};
use po_tail::{
    ContributionMeasure, ContributionModel, ContributionScratch, GpdMethod, TailContributions, Threshold,
};

use super::calls;

#[test]
fn the_second_share_out_does_not_allocate() {
    let values: Vec<f64> = (1..=1500_u32)
        .map(|i| {
            let p = (f64::from(i) * 0.618_033_988_749_895).fract();
            0.01 * (p / (1.0 - p)).ln() + 0.001
        })
        .collect();
    let returns = Returns::from_column_slice(300, 5, &values).unwrap();
    let weights = Weights::new(vec![0.3, 0.2, 0.1, 0.25, 0.15]).unwrap();
    let confidence = Confidence::new(0.95).unwrap();
    let models = [
        ContributionModel::Historical,
        ContributionModel::Kernel,
        ContributionModel::Normal,
        ContributionModel::StudentT,
        ContributionModel::Evt { threshold: Threshold::Quantile(0.85), method: GpdMethod::MaximumLikelihood },
    ];
    for model in models {
        for measure in [ContributionMeasure::Var, ContributionMeasure::Cvar] {
            let (mut scratch, mut found) = (ContributionScratch::default(), TailContributions::default());
            let mut share_out = || {
                model
                    .contributions_into(measure, &returns, &weights, confidence, &mut scratch, &mut found)
                    .unwrap();
            };
            share_out();
            assert_eq!(calls(share_out), 0, "{model:?} {measure:?}");
        }
    }
}
