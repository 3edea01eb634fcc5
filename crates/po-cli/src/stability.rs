//! How far the weights of a hierarchical method are to be trusted, and its clusters.

use std::sync::atomic::{AtomicUsize, Ordering};

use po_engine::hrp::{self, Answer, Hrp, HrpParams, StabilityAnalysis, StabilityError, StabilityParams};
use po_engine::{Allocator, BootstrapParams, Returns};

use crate::allocate::{clustered, default_clusters};
use crate::args::{AllocateArgs, Method};
use crate::covariance::estimate;
use crate::error::{Error, ObservationError, SettingsError};
use crate::problem::Problem;
use crate::progress::Bar;

/// What became of weights and clusters in resamples, and how these were drawn.
#[derive(Clone, Debug)]
pub(crate) struct Stability {
    pub(crate) found: hrp::Stability<Error>,
    pub(crate) params: StabilityParams,
    /// The length of a block of observations, on average.
    pub(crate) block: usize,
    /// In how many resamples the estimate of the covariance left something to be said.
    unsettled: usize,
}

/// Refuses settings that mean nothing.
pub(crate) fn check(args: &AllocateArgs) -> Result<(), SettingsError> {
    let given = &args.stability;
    match given.stability {
        None if given.seed.is_some() => Err(SettingsError::Needs { what: "--seed", flag: "--stability" }),
        Some(resamples) if resamples < 2 => {
            let (flag, expected) = ("--stability", "at least 2 resamples".to_owned());
            Err(SettingsError::OutOfRange { flag, value: resamples as f64, expected })
        }
        _ => Ok(()),
    }
}

/// Runs the method again on resamples of the observations, if that is asked for: the covariance is estimated again, and
/// all settings are the same.
pub(crate) fn judge(
    args: &AllocateArgs,
    method: Method,
    params: &HrpParams,
    problem: &Problem,
) -> Result<Option<Stability>, Error> {
    let Some(resamples) = args.stability.stability else { return Ok(None) };
    let universe = problem.universe();
    let input = Error::input(universe);
    let default = StabilityParams::default();
    let seed = args.stability.seed.unwrap_or(default.bootstrap.seed);
    let bootstrap = BootstrapParams { resamples, seed, ..default.bootstrap };
    let judged = StabilityParams { bootstrap, ..default };
    let unsettled = AtomicUsize::new(0);
    let rule = |returns: &Returns, place: &mut Option<Problem>, answer: &mut Answer| {
        let again = place.get_or_insert_with(|| problem.clone());
        again.observations.warnings.clear();
        again.observations.returns.clone_from(returns);
        again.covariance = estimate(&args.data, &mut again.observations)?;
        unsettled.fetch_add(usize::from(!again.observations.warnings.is_empty()), Ordering::Relaxed);
        let allocation = clustered(args, method, params, again)?;
        let tree = match allocation.hrp {
            Some(tree) => tree,
            // It fails again, and says why.
            None => Hrp::new(params.clone())
                .and_then(|hrp| hrp.allocate(&again.covariance))
                .map_err(Error::hrp(universe))?,
        };
        let formed = allocation.hierarchy.and_then(|hierarchy| hierarchy.clusters);
        let shown = args.report.clusters.or(formed);
        answer.dendrogram = tree.dendrogram();
        answer.labels = answer.dendrogram.cut(shown.unwrap_or_else(|| default_clusters(universe.len())));
        answer.weights = allocation.weights;
        Ok(())
    };
    let bar = Bar::new();
    bar.say("resampling".to_owned());
    let analysis = StabilityAnalysis::new(judged).map_err(&input)?;
    let found = analysis.judge(&problem.observations.returns, rule, &|done| bar.show(done, resamples));
    let found = found.map_err(|error| match error {
        StabilityError::Input(error) => input(error),
        StabilityError::Sample { source } => source,
        StabilityError::Resamples { resamples, failed, source, .. } => {
            ObservationError::NoResample { resamples, failed, reason: source.to_string() }.into()
        }
        // There are no others.
        error => ObservationError::NoResample { resamples, failed: 0, reason: error.to_string() }.into(),
    })?;
    let observations = problem.observations.returns.observations();
    Ok(Some(Stability {
        found,
        params: judged,
        block: bootstrap.block.unwrap_or(observations.isqrt()),
        unsettled: unsettled.into_inner(),
    }))
}

impl Stability {
    /// What the user should know of.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let (all, failed) = (self.found.resamples, self.found.failed);
        let first = self.found.first_failure.as_ref().map(|first| {
            format!(
                "{failed} of {all} resamples have no weights and count for nothing; the first: {}",
                first.error
            )
        });
        let unsettled = (self.unsettled > 0).then(|| {
            format!(
                "in {} of {all} resamples the search for the covariance ended before its tolerances were met",
                self.unsettled
            )
        });
        first.into_iter().chain(unsettled).collect()
    }
}
