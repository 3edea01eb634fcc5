//! Stabilities that follow by hand.

use po_core::{BootstrapParams, Confidence, InputError, Resampling, Returns, Weights};
use po_hrp::{
    Answer, BootstrapInterval, ClusterCount, CountFrequency, Dendrogram, Linkage, Merge, StabilityAnalysis,
    StabilityParams,
};

use super::{analysis, blocks, equal, hrp, number, numbered, silent};

/// A few numbers, summed and divided.
const ROUNDING: f64 = 1e-15;

/// Two thousand resamples tell a standard error to 1 / sqrt(4000), or 1.6 %; three times that.
const RESAMPLED: f64 = 0.048;

/// Two fourth moments of 3000 normal numbers are known to sqrt(96 / 3000) of 3 each, so that their part of the standard
/// error is known to 2.1 %; three times that, and what the resamples add.
const SAMPLED: f64 = 0.08;

/// Two blocks of assets that share nothing but noise are never mistaken for each other.
#[test]
fn separate_blocks_are_certain() {
    for linkage in Linkage::ALL {
        let returns = blocks(250, &[3, 4], 0.001, 5);
        let found = analysis(200).judge(&returns, hrp(*linkage, ClusterCount::Given(2)), &silent).unwrap();
        assert_eq!(found.clusters.len(), 2);
        for (cluster, assets) in found.clusters.iter().zip([vec![0, 1, 2], vec![3, 4, 5, 6]]) {
            assert_eq!(cluster.assets, assets);
            assert_eq!(
                (cluster.similarity, cluster.dissolved, cluster.recovered, cluster.support),
                (1.0, 0.0, 1.0, Some(1.0))
            );
        }
        for (place, &share) in found.co_clustering.iter().enumerate() {
            let (row, col) = (place / 7, place % 7);
            assert_eq!(share.to_bits(), f64::from(u8::from((row < 3) == (col < 3))).to_bits());
        }
        assert_eq!(found.counts, [CountFrequency { clusters: 2, share: 1.0 }]);
        let root = found.nodes.last().unwrap();
        assert_eq!((root.support, root.split), (1.0, 1.0));
        // Within a block all assets are alike, and no node is certain.
        let within = found.nodes.iter().filter(|node| node.left.len() + node.right.len() < 3);
        assert!(within.clone().count() > 0 && within.into_iter().all(|node| node.support < 1.0));
    }
}

/// `1 / s²` of two independent assets, in units of their sum.
fn inverse_variance(returns: &Returns, (): &mut (), answer: &mut Answer) -> Result<(), InputError> {
    let precision = [0, 1].map(|asset| 1.0 / variance(returns.column(asset)));
    let sum: f64 = precision.iter().sum();
    answer.weights.assign(&precision.map(|own| own / sum))
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// `w = 1 / (1 + v_1 / v_2)` has the derivative `w (1 - w)` in the logarithm of the ratio, whose variance is that of
/// `z_1² / v_1 - z_2² / v_2`, divided by T: for normal returns 4 / T.
#[test]
fn the_standard_error_is_that_of_the_delta_method() {
    let observations = 3000;
    let returns = blocks(observations, &[1, 1], 0.0, 8);
    let bootstrap = BootstrapParams {
        resampling: Resampling::Circular,
        block: Some(1),
        resamples: 2000,
        ..BootstrapParams::default()
    };
    let params = StabilityParams { bootstrap, ..StabilityParams::default() };
    let found = StabilityAnalysis::new(params).unwrap().judge(&returns, inverse_variance, &silent).unwrap();
    let [first, second] = [0, 1].map(|asset| found.assets[asset]);
    // The two weights mirror each other.
    assert!((first.standard_error / second.standard_error - 1.0).abs() < 1e-9);
    let slope = first.weight * second.weight;
    let relative = [0, 1].map(|asset| {
        let (column, mean) = (returns.column(asset), returns.mean()[asset]);
        let variance = variance(column);
        column.iter().map(|value| (value - mean) * (value - mean) / variance).collect::<Vec<f64>>()
    });
    let squares: f64 = relative[0].iter().zip(&relative[1]).map(|(a, b)| (a - b) * (a - b)).sum();
    let from_sample = slope * squares.sqrt() / observations as f64;
    assert!((first.standard_error / from_sample - 1.0).abs() < RESAMPLED, "{first:?}");
    let from_law = slope * (4.0 / observations as f64).sqrt();
    assert!((first.standard_error / from_law - 1.0).abs() < SAMPLED, "{first:?}");
    // Nearly normal weights: 1.96 standard errors to either side, as the half-width of the interval tells.
    let width = (first.upper - first.lower) / 2.0;
    assert!((width / (1.96 * first.standard_error) - 1.0).abs() < RESAMPLED, "{first:?}");
    assert!(first.lower < first.weight && first.weight < first.upper);
    // A rule without clusters is judged by its weights alone.
    assert!(found.clusters.is_empty() && found.nodes.is_empty());
    assert!(found.co_clustering.is_empty() && found.counts.is_empty());
}

#[test]
fn weights_are_summed_up_by_hand() {
    let (returns, resamples) = numbered(1, 5);
    let weights = [0.5, 0.1, 0.4, 0.2, 0.3];
    let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| {
        answer.weights.assign(&[number(returns).map_or(0.4, |number| weights[number])])
    };
    let judged = |interval| {
        let confidence = Confidence::new(0.75).unwrap();
        let params = StabilityParams { confidence, interval, ..StabilityParams::default() };
        let analysis = StabilityAnalysis::new(params).unwrap();
        let found: po_hrp::Stability<InputError> =
            analysis.judge_resampled(&returns, &resamples, rule, &silent).unwrap();
        found.assets[0]
    };
    let found = judged(BootstrapInterval::Percentile);
    // Squares of 0.2, 0.2, 0.1, 0.1 and 0, over four; one eighth of the way from 0.1 to 0.5 is half a step.
    let expected = [0.4, 0.3, -0.1, 0.025_f64.sqrt(), 0.15, 0.45];
    let values = [found.weight, found.mean, found.bias, found.standard_error, found.lower, found.upper];
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() <= ROUNDING, "{found:?}");
    }
    let found = judged(BootstrapInterval::Basic);
    assert!((found.lower - 0.35).abs() <= ROUNDING && (found.upper - 0.65).abs() <= ROUNDING, "{found:?}");
}

/// A chain: the assets join in this order.
fn chain(order: &[usize]) -> Dendrogram {
    let assets = order.len();
    let mut last = order[0];
    let merges = order[1..].iter().enumerate().map(|(step, &asset)| {
        let (left, right) = (asset.min(last), asset.max(last));
        last = assets + step;
        Merge { left, right, height: step as f64, size: step + 2 }
    });
    Dendrogram::new(assets, merges.collect()).unwrap()
}

#[test]
fn clusters_are_compared_by_hand() {
    let (returns, resamples) = numbered(5, 4);
    let answers = [
        // As the sample, with other names: {0, 1, 2, 3} and {4}.
        ([3, 3, 3, 3, 1], chain(&[0, 1, 2, 3, 4])),
        // Three of four: a similarity of 3/4, which is not more than that; {4} and {3, 4}: one half is dissolved.
        ([0, 0, 0, 1, 1], chain(&[0, 1, 2, 4, 3])),
        // Two and two: 2/4 is dissolved; {4} is alone.
        ([0, 0, 1, 1, 2], chain(&[2, 3, 0, 1, 4])),
        // All together: 4/5 and 1/5.
        ([4, 4, 4, 4, 4], chain(&[1, 0, 2, 3, 4])),
    ];
    let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), InputError> {
        let (labels, tree) = &answers[number(returns).unwrap_or(0)];
        (answer.labels, answer.dendrogram, answer.weights) = (labels.to_vec(), tree.clone(), equal(5));
        Ok(())
    };
    let found = analysis(2).judge_resampled(&returns, &resamples, rule, &silent).unwrap();
    let [large, small] = [&found.clusters[0], &found.clusters[1]];
    assert_eq!((&large.assets[..], &small.assets[..]), (&[0, 1, 2, 3][..], &[4][..]));
    assert!((large.similarity - (1.0 + 0.75 + 0.5 + 0.8) / 4.0).abs() <= ROUNDING);
    assert_eq!((large.dissolved, large.recovered), (0.25, 0.5));
    // The node of the four is in all trees but the second.
    assert_eq!(large.support, Some(0.75));
    assert!((small.similarity - (1.0 + 0.5 + 1.0 + 0.2) / 4.0).abs() <= ROUNDING);
    assert_eq!((small.dissolved, small.recovered, small.support), (0.5, 0.5, Some(1.0)));
    // {0, 1}, {0, 1, 2}, {0, 1, 2, 3}, all.
    let supports: Vec<f64> = found.nodes.iter().map(|node| node.support).collect();
    assert_eq!(supports, [0.75, 0.75, 0.75, 1.0]);
    // {2, 3, 0} and {1} are other sides of {0, 1, 2, 3}; the root of the second tree parts off asset 3.
    let splits: Vec<f64> = found.nodes.iter().map(|node| node.split).collect();
    assert_eq!(splits, [0.75, 0.75, 0.5, 0.75]);
    assert_eq!((&found.nodes[1].left[..], &found.nodes[1].right[..]), (&[2][..], &[0, 1][..]));
    let counts = found.counts.iter().map(|count| (count.clusters, count.share)).collect::<Vec<_>>();
    assert_eq!(counts, [(1, 0.25), (2, 0.5), (3, 0.25)]);
    let together = |a: usize, b: usize| (found.co_clustering[5 * a + b], found.co_clustering[5 * b + a]);
    assert_eq!(together(0, 1), (1.0, 1.0));
    assert_eq!(together(0, 2), (0.75, 0.75));
    assert_eq!(together(3, 4), (0.5, 0.5));
    assert_eq!(together(4, 4), (1.0, 1.0));
}

/// A cluster that is no node of the tree has no support to tell.
#[test]
fn clusters_need_not_be_nodes() {
    let (returns, resamples) = numbered(3, 2);
    let rule = |_: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), InputError> {
        answer.labels.extend([0, 1, 0]);
        answer.dendrogram = chain(&[0, 1, 2]);
        answer.weights = equal(3);
        Ok(())
    };
    let found = analysis(2).judge_resampled(&returns, &resamples, rule, &silent).unwrap();
    let supports: Vec<Option<f64>> = found.clusters.iter().map(|cluster| cluster.support).collect();
    assert_eq!(supports, [None, Some(1.0)]);
}

/// One asset is one cluster, and a tree without merges.
#[test]
fn one_asset_is_stable() {
    let returns = Returns::from_column_slice(4, 1, &[0.1, 0.2, -0.1, 0.0]).unwrap();
    let rule = |_: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), InputError> {
        (answer.labels, answer.weights) = (vec![0], Weights::equal(1)?);
        answer.dendrogram = Dendrogram::new(1, Vec::new()).unwrap();
        Ok(())
    };
    let found = analysis(10).judge(&returns, rule, &silent).unwrap();
    assert_eq!((found.clusters[0].similarity, found.clusters[0].support), (1.0, Some(1.0)));
    assert_eq!((found.assets[0].standard_error, found.assets[0].upper), (0.0, 1.0));
    assert_eq!((found.nodes.len(), found.co_clustering), (0, vec![1.0]));
}
