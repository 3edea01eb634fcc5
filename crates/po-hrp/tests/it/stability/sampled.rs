//! The common case gives what the rule written out gives.

use po_core::{Allocator, Confidence, InputError, Returns, Risk};
use po_hrp::{
    Answer, ClusterCount, Error, Hrp, HrpParams, LeafOrder, Linkage, Market, Metric, StabilityError, clusters,
};

use super::{analysis, blocks, hrp, silent};

#[test]
fn the_rule_written_out_gives_the_same_bits() {
    let returns = blocks(60, &[3, 2, 4], 0.01, 17);
    for (linkage, leaf_order) in [
        (Linkage::Ward, LeafOrder::Dendrogram),
        (Linkage::Single, LeafOrder::Optimal),
        (Linkage::Centroid, LeafOrder::Dendrogram),
    ] {
        for count in [ClusterCount::Given(3), ClusterCount::default()] {
            let allocator = Hrp::new(HrpParams { linkage, leaf_order, ..HrpParams::default() }).unwrap();
            let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), Error> {
                let covariance = returns.covariance()?;
                let allocation = allocator.allocate(&covariance)?;
                answer.weights = allocation.weights().clone();
                answer.dendrogram = allocation.dendrogram();
                let correlation = covariance.correlation()?;
                let pairs = (0..9).flat_map(|row| (row + 1..9).map(move |col| (row, col)));
                let distances: Vec<f64> =
                    pairs.map(|pair| ((1.0 - correlation.as_view()[pair]) / 2.0).sqrt()).collect();
                answer.labels = clusters(&answer.dendrogram, &distances, count)?.labels().to_vec();
                Ok(())
            };
            let analysis = analysis(40);
            let ready = analysis.judge_hrp(&returns, &allocator, count, &silent).unwrap();
            assert_eq!(ready, analysis.judge(&returns, rule, &silent).unwrap(), "{linkage} {count}");
        }
    }
}

/// Risks of returns are those of the resample, and distances may be those of columns.
#[test]
fn all_settings_reach_the_resamples() {
    let returns = blocks(60, &[2, 3], 0.01, 18);
    let risk = Risk::Cvar { confidence: Confidence::new(0.9).unwrap() };
    let params = HrpParams { risk, metric: Metric::Columns, ..HrpParams::default() };
    let allocator = Hrp::new(params).unwrap();
    let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), Error> {
        let covariance = returns.covariance()?;
        let market = Market { returns: Some(returns), ..Market::from(&covariance) };
        let allocation = allocator.allocate_market(market)?;
        answer.weights = allocation.weights().clone();
        answer.dendrogram = allocation.dendrogram();
        answer.labels = answer.dendrogram.cut(2);
        Ok(())
    };
    let ready = analysis(30).judge_hrp(&returns, &allocator, ClusterCount::Given(2), &silent).unwrap();
    assert_eq!(ready, analysis(30).judge(&returns, rule, &silent).unwrap());
    // Another risk would have given other weights.
    let plain = hrp(Linkage::Ward, ClusterCount::Given(2));
    assert_ne!(ready.assets, analysis(30).judge(&returns, plain, &silent).unwrap().assets);
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    let one = Returns::from_column_slice(1, 2, &[0.1, 0.2]).unwrap();
    let error = analysis(2).judge_hrp(&one, &hrp, ClusterCount::default(), &silent).unwrap_err();
    let what = "the observations for a sample covariance";
    let source = InputError::TooFewObservations { what, observations: 1, required: 2 }.into();
    assert_eq!(error, StabilityError::Sample { source });
    let two = Returns::from_column_slice(2, 2, &[0.1, 0.2, 0.2, 0.1]).unwrap();
    let error = analysis(2).judge_hrp(&two, &hrp, ClusterCount::Given(0), &silent).unwrap_err();
    assert_eq!(error.to_string(), "the sample is refused: the number of clusters is 0, expected one or more");
    let error = analysis(2).judge_hrp(&two, &hrp, ClusterCount::Given(3), &silent).unwrap_err();
    let source = Error::TooManyClusters { clusters: 3, assets: 2 };
    assert_eq!(error, StabilityError::Sample { source });
    // An observation alone does not move; half of the resamples of two are one of them twice.
    let found = analysis(50).judge_hrp(&two, &hrp, ClusterCount::Given(1), &silent).unwrap();
    assert!((5..45).contains(&found.failed), "{}", found.failed);
    let first = found.first_failure.unwrap().error;
    assert_eq!(first, Error::Input(InputError::ZeroVariance { asset: 0 }));
}
