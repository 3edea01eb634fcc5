//! The methods that allocate by clusters of assets.

use po_engine::convex::{self, Markowitz, MarkowitzParams};
use po_engine::correlation::{
    CodependenceEstimator, DistanceCorrelation, Gerber, GerberParams, GerberStatistic, InformationParams,
    Kendall, LowerTailDependence, MutualInformation, RankParams, SampleCovariance, Spearman,
    VariationOfInformation,
};
use po_engine::hrp::{
    Division, Herc, HercCluster, HercParams, Hrp, HrpAllocation, HrpParams, Market, Nco, NcoError, NcoParams,
    Nest, Schur, SchurParams, Split,
};
use po_engine::{
    Codependence, CodependenceError, Confidence, CovarianceEstimator, DistanceMatrix, Returns, Universe,
    Weights,
};

use crate::args::{AllocateArgs, CodependenceKind, Measure, Method};
use crate::error::Error;
use crate::long_short::{books, long_short};
use crate::problem::Problem;
use crate::share::confidence;

/// What a hierarchical method was told beside the covariance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy {
    /// What clusters were weighed by, and the confidence of its tail if it has one.
    pub(crate) risk: Option<(Measure, Confidence)>,
    pub(crate) codependence: Option<CodependenceKind>,
    /// How much the halves of a cluster were to learn of each other, and how much they did.
    pub(crate) gamma: Option<(f64, f64)>,
    /// By what the weight of a node was divided, where nodes are.
    pub(crate) division: Option<Division>,
    /// How many clusters were formed.
    pub(crate) clusters: Option<usize>,
    /// The size of all positions, of which splits are shares, where some assets are held short.
    pub(crate) gross: Option<f64>,
    /// Each split, a cluster before its parts.
    pub(crate) splits: Vec<Split>,
    /// What each cluster got, for methods that form some.
    pub(crate) formed: Vec<Formed>,
    /// How the weight was split, in words: each split, and then each cluster that was formed.
    pub(crate) words: Vec<String>,
}

/// A cluster that was formed.
#[derive(Clone, Debug)]
pub(crate) struct Formed {
    pub(crate) assets: Vec<usize>,
    /// Of each of them, in the whole portfolio.
    pub(crate) weights: Vec<f64>,
    pub(crate) weight: f64,
    /// By the measure that the method was told, where it weighs clusters by one.
    pub(crate) risk: Option<f64>,
}

/// Runs such a method within bounds of assets and groups; the settings say how the tree is grown.
pub(crate) fn hierarchical(
    args: &AllocateArgs,
    method: Method,
    params: &HrpParams,
    problem: &Problem,
) -> Result<(Weights, Option<HrpAllocation>, Hierarchy), Error> {
    let universe = problem.universe();
    let (input, refused) = (Error::input(universe), Error::hrp(universe));
    let (bounds, groups) = (problem.limits.bounds.clone(), problem.limits.group_bounds.clone());
    let HrpParams { linkage, metric, leaf_order, .. } = *params;
    let mut hierarchy = Hierarchy { codependence: args.hierarchy.codependence, ..Hierarchy::default() };
    let covariance = &problem.covariance;
    let distances = distances(hierarchy.codependence, universe, &problem.observations.returns)?;
    let (returns, distances) = (Some(&problem.observations.returns), distances.as_ref());
    let order_before = problem.order_before.as_deref();
    let market = Market { covariance, returns, distances, order_before };
    let level = confidence(args).map_err(&input)?;
    let measure = args.risk.measure.unwrap_or(Measure::Variance);
    let risk = measure.risk(level);
    if [Method::Hrp, Method::Herc].contains(&method) {
        hierarchy.risk = Some((measure, level));
    }
    let weights = match method {
        Method::Herc => {
            let division = args.hierarchy.division.unwrap_or_default().0;
            hierarchy.division = Some(division);
            let params = HercParams { linkage, metric, risk, division, bounds, ..HercParams::default() };
            let herc = Herc::new(params).and_then(|herc| herc.allocate_market(market)).map_err(&refused)?;
            let clusters = herc.clusters();
            hierarchy.clusters = Some(clusters.len());
            hierarchy.splits = herc.explain();
            hierarchy.words = hierarchy.splits.iter().map(|split| split.words(universe)).collect();
            hierarchy.words.extend(clusters.iter().map(|cluster| cluster.words(universe)));
            let formed = |HercCluster { assets, weights, weight, risk, .. }| Formed {
                assets,
                weights,
                weight,
                risk: Some(risk),
            };
            hierarchy.formed = clusters.into_iter().map(formed).collect();
            herc.weights().clone()
        }
        Method::Nco => {
            // Minimum variance, long only.
            let least = Markowitz::new(MarkowitzParams::default()).map_err(Error::convex(universe))?;
            let params = NcoParams { linkage, metric, ..NcoParams::default() };
            let nco = Nco::new(params, least.clone(), least).map_err(&refused)?;
            let nco = nco.allocate_market(market).map_err(|error| nested(error, universe))?;
            hierarchy.clusters = Some(nco.clusters().count());
            let nests = nco.explain();
            hierarchy.words = nests.iter().map(|nest| nest.words(universe)).collect();
            let formed = |Nest { members, inner, outer }: Nest| Formed {
                assets: members,
                weights: inner.as_slice().iter().map(|weight| weight * outer).collect(),
                weight: outer,
                risk: None,
            };
            hierarchy.formed = nests.into_iter().map(formed).collect();
            nco.weights().clone()
        }
        Method::Schur => {
            let defaults = SchurParams::default();
            let gamma = args.hierarchy.gamma.unwrap_or(defaults.gamma);
            let params = SchurParams { gamma, linkage, metric, leaf_order, bounds, groups, ..defaults };
            let schur =
                Schur::new(params).and_then(|schur| schur.allocate_market(market)).map_err(&refused)?;
            hierarchy.gamma = Some((gamma, schur.effective_gamma()));
            hierarchy.splits = schur.explain();
            hierarchy.words = hierarchy.splits.iter().map(|split| split.words(universe)).collect();
            schur.weights().clone()
        }
        _ => {
            let params = HrpParams { risk, bounds, groups, ..params.clone() };
            if let Some(allocation) = long_short(args, params.clone(), problem, market)? {
                let positions = allocation.positions().clone();
                let (long, short) = books(allocation.weights().as_slice());
                hierarchy.gross = Some(long + short);
                hierarchy.splits = positions.explain();
                hierarchy.words = hierarchy.splits.iter().map(|split| split.words(universe)).collect();
                return Ok((allocation.weights().clone(), Some(positions), hierarchy));
            }
            let hrp = Hrp::new(params).and_then(|hrp| hrp.allocate_market(market)).map_err(&refused)?;
            hierarchy.splits = hrp.explain();
            hierarchy.words = hierarchy.splits.iter().map(|split| split.words(universe)).collect();
            return Ok((hrp.weights().clone(), Some(hrp), hierarchy));
        }
    };
    // The tree of all of them is that of hrp.
    let tree = Hrp::new(params.clone()).and_then(|hrp| hrp.allocate_market(market)).ok();
    Ok((weights, tree, hierarchy))
}

/// An error of nested clusters, with the names of those whom it is about.
fn nested(error: NcoError<convex::Error, convex::Error>, universe: &Universe) -> Error {
    match error {
        NcoError::Clusters(error) => Error::hrp(universe)(error),
        NcoError::Inner { members, source } => match universe.select(&members) {
            Ok(cluster) => Error::convex(&cluster)(source),
            Err(error) => Error::input(universe)(error),
        },
        NcoError::Outer { clusters, source } => {
            match Universe::new((1..=clusters).map(|cluster| format!("cluster {cluster}"))) {
                Ok(clusters) => Error::convex(&clusters)(source),
                Err(error) => Error::input(universe)(error),
            }
        }
    }
}

/// The distances that follow from a codependence, in its usual form.
pub(crate) fn distances(
    codependence: Option<CodependenceKind>,
    universe: &Universe,
    returns: &Returns,
) -> Result<Option<DistanceMatrix>, Error> {
    let Some(kind) = codependence else { return Ok(None) };
    let found = estimate(kind, returns).map_err(|fault| match fault {
        Fault::Codependence(error) => Error::codependence(universe)(error),
        Fault::Correlation(error) => Error::correlation(universe)(error),
    })?;
    let usual = found.measure().forms()[0];
    found.distances(usual).map(Some).map_err(Error::codependence(universe))
}

/// What an estimate refuses.
enum Fault {
    Codependence(CodependenceError),
    Correlation(po_engine::correlation::Error),
}

fn estimate(kind: CodependenceKind, returns: &Returns) -> Result<Codependence, Fault> {
    use CodependenceKind as Kind;
    let gerber = |statistic| Gerber::new(GerberParams { statistic, ..GerberParams::default() });
    let ranks = RankParams::default;
    let information = InformationParams::default();
    match kind {
        Kind::Pearson => correlation(&SampleCovariance::default(), returns),
        Kind::AbsolutePearson => Ok(correlation(&SampleCovariance::default(), returns)?.absolute()),
        Kind::Spearman => correlation(&Spearman::new(ranks()), returns),
        Kind::AbsoluteSpearman => Ok(correlation(&Spearman::new(ranks()), returns)?.absolute()),
        Kind::Kendall => correlation(&Kendall::new(ranks()), returns),
        Kind::AbsoluteKendall => Ok(correlation(&Kendall::new(ranks()), returns)?.absolute()),
        Kind::Gerber1 => correlation(&gerber(GerberStatistic::Gs1).map_err(Fault::Correlation)?, returns),
        Kind::Gerber2 => correlation(&gerber(GerberStatistic::Gs2).map_err(Fault::Correlation)?, returns),
        Kind::Distance => DistanceCorrelation::default().estimate(returns).map_err(Fault::Codependence),
        Kind::MutualInformation => MutualInformation::new(information)
            .and_then(|found| found.estimate(returns))
            .map_err(Fault::Codependence),
        Kind::VariationOfInformation => VariationOfInformation::new(information)
            .and_then(|found| found.estimate(returns))
            .map_err(Fault::Codependence),
        Kind::LowerTail => LowerTailDependence::default().estimate(returns).map_err(Fault::Codependence),
    }
}

/// The correlation of an estimated covariance.
fn correlation<E>(estimator: &E, returns: &Returns) -> Result<Codependence, Fault>
where
    E: CovarianceEstimator<Error = po_engine::correlation::Error>,
{
    let covariance = estimator.estimate(returns).map_err(Fault::Correlation)?;
    let correlation = covariance.correlation().map_err(|error| Fault::Correlation(error.into()))?;
    Ok(Codependence::from(&correlation))
}
