//! The stability of weights and clusters.

mod closed_forms;
mod errors;
mod golden;
mod oracle;
mod properties;
#[cfg(feature = "linalg")]
mod sampled;
mod types;

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, BootstrapParams, Covariance, Returns, Weights};
use po_hrp::{
    Answer, ClusterCount, Error, Hrp, HrpParams, Linkage, StabilityAnalysis, StabilityParams, clusters,
};

use crate::random::Random;

/// Tells nobody.
pub(super) fn silent(_: usize) {}

pub(super) fn analysis(resamples: usize) -> StabilityAnalysis {
    let bootstrap = BootstrapParams { resamples, ..BootstrapParams::default() };
    StabilityAnalysis::new(StabilityParams { bootstrap, ..StabilityParams::default() }).unwrap()
}

/// The sample covariance, as nalgebra multiplies it.
pub(super) fn sample_covariance(returns: &Returns) -> Covariance {
    let mut centred = returns.as_view().clone_owned();
    for (mut column, mean) in centred.column_iter_mut().zip(returns.mean()) {
        column.add_scalar_mut(-mean);
    }
    let divisor = returns.observations() as f64 - 1.0;
    Covariance::new(centred.transpose() * &centred / divisor).unwrap()
}

/// Hierarchical risk parity of the sample covariance, and the clusters of a cut.
pub(super) fn hrp(
    linkage: Linkage,
    count: ClusterCount,
) -> impl Fn(&Returns, &mut (), &mut Answer) -> Result<(), Error> + Sync {
    let hrp = Hrp::new(HrpParams { linkage, ..HrpParams::default() }).unwrap();
    move |returns, (), answer| {
        let covariance = sample_covariance(returns);
        let allocation = hrp.allocate(&covariance)?;
        let correlation = covariance.correlation()?;
        let assets = returns.assets();
        let pairs = (0..assets).flat_map(|row| (row + 1..assets).map(move |col| (row, col)));
        let distances: Vec<f64> =
            pairs.map(|pair| ((1.0 - correlation.as_view()[pair]) / 2.0).sqrt()).collect();
        answer.dendrogram = allocation.dendrogram();
        answer.labels = clusters(&answer.dendrogram, &distances, count)?.labels().to_vec();
        answer.weights = allocation.weights().clone();
        Ok(())
    }
}

/// Independent normal returns of one per cent, but for what blocks of assets have in common.
pub(super) fn blocks(observations: usize, sizes: &[usize], own: f64, seed: u64) -> Returns {
    let mut random = Random::new(seed);
    let mut columns = Vec::new();
    for &size in sizes {
        let common: Vec<f64> = (0..observations).map(|_| 0.01 * random.normal()).collect();
        for _ in 0..size {
            columns.extend(common.iter().map(|common| common + own * random.normal()));
        }
    }
    Returns::from_column_slice(observations, sizes.iter().sum(), &columns).unwrap()
}

/// A sample whose observations are numbered, and resamples of one observation each, so that a rule knows which one it
/// sees; the sample itself has as many observations as there are resamples, and one more.
pub(super) fn numbered(assets: usize, resamples: usize) -> (Returns, Vec<Vec<usize>>) {
    let returns = DMatrix::from_fn(resamples + 1, assets, |row, _| row as f64);
    (Returns::new(returns).unwrap(), (0..resamples).map(|resample| vec![resample]).collect())
}

/// Which resample it is; none for the sample.
pub(super) fn number(returns: &Returns) -> Option<usize> {
    (returns.observations() == 1).then(|| returns.column(0)[0] as usize)
}

pub(super) fn equal(assets: usize) -> Weights {
    Weights::equal(assets).unwrap()
}
