//! Models of the tail.

use po_core::Confidence;
use po_tail::{EwmaFilter, Filtered, GpdMethod, TailModel, TailScratch, Threshold};

use super::calls;

fn series(count: usize) -> Vec<f64> {
    let logit = |p: f64| (p / (1.0 - p)).ln();
    (0..count).map(|place| 0.01 * logit((0.5 + place as f64 * 0.618_033_988_749_895).fract())).collect()
}

#[test]
fn the_second_estimate_does_not_allocate() {
    let evt = |threshold| TailModel::Evt { threshold, method: GpdMethod::default() };
    let models = [
        TailModel::Historical,
        TailModel::AgeWeighted { decay: 0.99 },
        TailModel::Normal,
        TailModel::StudentT,
        TailModel::CornishFisher,
        TailModel::CornishFisherMatched,
        evt(Threshold::Quantile(0.9)),
        evt(Threshold::Exceedances(60)),
    ];
    let (large, small) = (series(600), series(400));
    let probabilities = vec![1.0 / 600.0; 600];
    let confidence = Confidence::new(0.975).unwrap();
    let mut scratch = TailScratch::default();
    for model in models {
        model.estimate_into(&large, confidence, &mut scratch).unwrap();
        for returns in [&large, &small] {
            let again = calls(|| {
                model.estimate_into(returns, confidence, &mut scratch).unwrap();
            });
            assert_eq!(again, 0, "{}", model.name());
        }
    }
    let mut residuals = Vec::new();
    let filter = EwmaFilter::default();
    filter.filter_into(&large, &mut residuals).unwrap();
    let again = calls(|| {
        let filtered: Filtered<'_> = filter.filter_into(&large, &mut residuals).unwrap();
        let historical = TailModel::Historical;
        historical.estimate_filtered_into(filtered, confidence, &mut scratch).unwrap();
        historical.estimate_weighted_into(&large, &probabilities, confidence, &mut scratch).unwrap();
    });
    assert_eq!(again, 0);
}
