//! The common case: hierarchical risk parity of the sample covariance.

use po_core::linalg::gram_into;
use po_core::nalgebra::{DMatrix, DMatrixView};
use po_core::simd::sum;
use po_core::{Covariance, InputError, Returns};

use super::{Answer, Stability, StabilityAnalysis, StabilityError};
use crate::clustering::Grouping;
use crate::{ClusterCount, Clusters, Error, Hrp, HrpAllocation, HrpScratch, Market};

impl StabilityAnalysis {
    /// Judges hierarchical risk parity of the sample covariance, and the clusters that a cut of its tree leaves.
    ///
    /// # Errors
    /// As [`StabilityAnalysis::judge`], where the rule refuses what [`Hrp`] and [`Returns::covariance`] do.
    ///
    /// # Cost
    /// T N² / 2 multiplications for each resample, beside what [`Hrp`] takes.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_hrp::{ClusterCount, Hrp, HrpParams, StabilityAnalysis, StabilityParams};
    ///
    /// let series = [0.02, -0.01, 0.03, -0.02, 0.01, 0.01, -0.02, 0.01, 0.02, -0.03];
    /// let returns = Returns::from_column_slice(5, 2, &series)?;
    /// let analysis = StabilityAnalysis::new(StabilityParams::default())?;
    /// let hrp = Hrp::new(HrpParams::default())?;
    /// let stability = analysis.judge_hrp(&returns, &hrp, ClusterCount::Given(1), &|_| {})?;
    /// assert_eq!((stability.resamples, stability.clusters[0].similarity), (1000, 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
    pub fn judge_hrp(
        &self,
        returns: &Returns,
        hrp: &Hrp,
        clusters: ClusterCount,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Stability<Error>, StabilityError<Error>> {
        if let Err(source) = clusters.check() {
            return Err(StabilityError::Sample { source });
        }
        let rule = |returns: &Returns, scratch: &mut Scratch, answer: &mut Answer| {
            scratch.answer(returns, hrp, clusters, answer)
        };
        self.judge(returns, rule, progress)
    }
}

/// Working memory for one sample.
struct Scratch {
    /// The returns less their means.
    centred: Vec<f64>,
    gram: DMatrix<f64>,
    covariance: Covariance,
    hrp: HrpScratch,
    allocation: HrpAllocation,
    grouping: Grouping,
    clusters: Clusters,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            centred: Vec::new(),
            gram: DMatrix::zeros(0, 0),
            covariance: Covariance::default(),
            hrp: HrpScratch::default(),
            allocation: HrpAllocation::default(),
            grouping: Grouping::default(),
            clusters: Clusters::default(),
        }
    }
}

impl Scratch {
    fn answer(
        &mut self,
        returns: &Returns,
        hrp: &Hrp,
        count: ClusterCount,
        answer: &mut Answer,
    ) -> Result<(), Error> {
        self.estimate(returns)?;
        let Self { covariance, hrp: scratch, allocation, grouping, clusters, .. } = self;
        let market = Market { returns: Some(returns), ..Market::from(&*covariance) };
        hrp.allocate_market_into(market, scratch, allocation)?;
        let (linkage, metric) = hrp.growth();
        grouping.find((linkage, metric, count), market, &mut answer.dendrogram, clusters)?;
        answer.weights.clone_from(allocation.weights());
        answer.labels.extend_from_slice(clusters.labels());
        Ok(())
    }

    /// As [`Returns::covariance`], to the last bit.
    fn estimate(&mut self, returns: &Returns) -> Result<(), InputError> {
        let Self { centred, gram, covariance, .. } = self;
        let (observations, assets) = (returns.observations(), returns.assets());
        if observations < 2 {
            let what = "the observations for a sample covariance";
            return Err(InputError::TooFewObservations { what, observations, required: 2 });
        }
        centred.clear();
        for asset in 0..assets {
            let column = returns.column(asset);
            let mean = sum(column) / observations as f64;
            centred.extend(column.iter().map(|value| value - mean));
        }
        if gram.ncols() != assets {
            *gram = DMatrix::zeros(assets, assets);
        }
        let factor = 1.0 / (observations - 1) as f64;
        gram_into(factor, DMatrixView::from_slice(centred, observations, assets), gram)?;
        covariance.assign_lower(assets, |col, below| {
            below.copy_from_slice(&gram.as_slice()[col * assets + col..(col + 1) * assets]);
        })
    }
}
