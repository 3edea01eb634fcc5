//! The bootstrap of a rule: how stable its weights and its clusters are, top to bottom.

mod answer;
mod error;
mod found;
mod nodes;
mod params;
mod partition;
#[cfg(feature = "linalg")]
mod sampled;

pub use answer::Answer;
pub use error::StabilityError;
pub use found::{AssetStability, ClusterStability, CountFrequency, Failure, NodeStability, Stability};
pub use params::{BootstrapInterval, StabilityParams};

use std::sync::atomic::{AtomicUsize, Ordering};

use po_core::threads::{each, processors};
use po_core::{Bootstrap, InputError, Returns};
use tracing::dispatcher::{DefaultGuard, get_default, set_default};

use answer::Shape;
use found::{Reference, Resampled};
use nodes::Span;
use partition::Table;

/// With fewer resamples there is no standard deviation.
const LEAST: usize = 2;

/// How far weights and clusters are to be trusted: a rule is asked again for resamples of the observations, and its
/// answers are compared with the one for the sample.
///
/// A rule is anything that turns [`Returns`] into an [`Answer`]: any estimator of the covariance, and any allocator.
/// Resamples are drawn in blocks, so that what neighbours in time have in common stays. The same input gives the same
/// bits, on any number of threads.
///
/// What comes out is the error of sampling alone, for a market that stays as it was. Weights of a tree jump where the tree
/// turns over; intervals then tell how far, and are no exact ones.
///
/// # Cost
/// What the rule takes, once for the sample and once for each resample; for N assets, R resamples, and clusters of `n`
/// assets, O(R N log N + R Σ n²) beside it. In numbers of eight bytes, R (2 N + N / 8) for what is kept of the resamples,
/// 2 N² for what comes of them, and for each thread T N, half of N times the number of clusters at most, and what the
/// rule needs.
///
/// # Examples
/// ```
/// use po_core::{Allocator, BootstrapParams, Returns};
/// use po_hrp::{Answer, ClusterCount, Error, Herc, HercParams, StabilityAnalysis, StabilityParams};
///
/// // Two pairs of assets, 64 observations: the pairs have nothing to do with each other.
/// let wave = |own: f64, pair: f64| (0..64).map(move |t| (pair * f64::from(t)).sin() + 0.1 * (own * f64::from(t)).cos());
/// let waves = [(0.3, 2.0), (0.7, 2.0), (1.1, 3.1), (1.3, 3.1)].map(|(own, pair)| wave(own, pair));
/// let returns = Returns::from_column_slice(64, 4, &waves.into_iter().flatten().collect::<Vec<f64>>())?;
///
/// let herc = Herc::new(HercParams { clusters: ClusterCount::Given(2), ..HercParams::default() })?;
/// let rule = |returns: &Returns, _: &mut (), answer: &mut Answer| -> Result<(), Error> {
///     let assets = returns.assets();
///     let mut covariance = po_core::Covariance::default();
///     covariance.assign_lower(assets, |col, below| {
///         let product = |row| returns.column(row).iter().zip(returns.column(col)).map(|(a, b)| a * b).sum::<f64>();
///         below.iter_mut().zip(col..).for_each(|(entry, row)| *entry = product(row));
///     })?;
///     let allocation = herc.allocate(&covariance)?;
///     answer.weights = allocation.weights().clone();
///     answer.labels = allocation.cut().labels().to_vec();
///     answer.dendrogram = allocation.dendrogram().clone();
///     Ok(())
/// };
/// let bootstrap = BootstrapParams { resamples: 100, ..BootstrapParams::default() };
/// let analysis = StabilityAnalysis::new(StabilityParams { bootstrap, ..StabilityParams::default() })?;
/// let stability = analysis.judge(&returns, rule, &|_| {})?;
/// // No resample mistakes the pairs.
/// assert_eq!(stability.clusters[0].assets, [0, 1]);
/// assert_eq!((stability.clusters[0].similarity, stability.co_clustering[1]), (1.0, 1.0));
/// assert!(stability.assets[0].standard_error < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Efron (1979), Bootstrap Methods; Politis and Romano (1994), The Stationary Bootstrap; Hennig (2007), Cluster-wise
/// assessment of cluster stability; Felsenstein (1985), Confidence Limits on Phylogenies: An Approach Using the Bootstrap.
///
/// # Settings
/// [`StabilityParams`]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StabilityAnalysis {
    params: StabilityParams,
    bootstrap: Bootstrap,
}

impl StabilityAnalysis {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for fewer than two resamples, or no thread; else as [`Bootstrap::new`].
    pub fn new(params: StabilityParams) -> Result<Self, InputError> {
        let bootstrap = Bootstrap::new(params.bootstrap)?;
        check_many(params.bootstrap.resamples)?;
        if params.threads == Some(0) {
            let (name, expected) = ("the number of threads", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(Self { params, bootstrap })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &StabilityParams {
        &self.params
    }

    /// Judges a rule by resamples of the observations.
    ///
    /// `rule` gets a sample, a place to work in that its thread keeps, and an empty answer to fill in. `progress` is told
    /// how many resamples are done after each of them, by the thread that did it, and so not always in order.
    ///
    /// # Errors
    /// [`StabilityError::Sample`] where the rule refuses the sample, [`StabilityError::Resamples`] where it leaves fewer
    /// than two resamples; [`InputError::LengthMismatch`] and [`InputError::AssetOutOfRange`] for an answer of another
    /// shape than the one for the sample, or labels that are none; else as [`Bootstrap::indices_into`].
    pub fn judge<S: Default, E: Send>(
        &self,
        returns: &Returns,
        rule: impl Fn(&Returns, &mut S, &mut Answer) -> Result<(), E> + Sync,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Stability<E>, StabilityError<E>> {
        let draw = |resample, rows: &mut Vec<usize>| {
            self.bootstrap.indices_into(returns.observations(), resample, rows)
        };
        self.run(returns, (self.params.bootstrap.resamples, &draw), rule, progress)
    }

    /// As [`StabilityAnalysis::judge`], with resamples from elsewhere in place of the bootstrap's.
    ///
    /// # Shapes and units
    /// Each resample is a list of numbers below T, not always T of them.
    ///
    /// # Errors
    /// As [`StabilityAnalysis::judge`]; [`InputError::OutOfRange`] for fewer than two resamples, or a period that does not
    /// exist; [`InputError::Empty`] for a resample without periods.
    pub fn judge_resampled<S: Default, E: Send>(
        &self,
        returns: &Returns,
        resamples: &[Vec<usize>],
        rule: impl Fn(&Returns, &mut S, &mut Answer) -> Result<(), E> + Sync,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Stability<E>, StabilityError<E>> {
        check_many(resamples.len())?;
        let draw = |resample: usize, rows: &mut Vec<usize>| {
            rows.clone_from(&resamples[resample]);
            Ok(())
        };
        self.run(returns, (resamples.len(), &draw), rule, progress)
    }

    fn run<S: Default, E: Send>(
        &self,
        returns: &Returns,
        (many, draw): (usize, Draw<'_>),
        rule: impl Fn(&Returns, &mut S, &mut Answer) -> Result<(), E> + Sync,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Stability<E>, StabilityError<E>> {
        let mut sample = Answer::default();
        rule(returns, &mut S::default(), &mut sample).map_err(|source| StabilityError::Sample { source })?;
        let shape = sample.shape(returns.assets())?;
        let reference = Reference::new(&sample);
        let done = AtomicUsize::new(0);
        // What is logged on another thread goes where this one's goes.
        let log = get_default(Clone::clone);
        let place = || Place::<S>::new(returns, set_default(&log));
        let threads = self.params.threads.unwrap_or_else(processors).min(many);
        let outcomes = each(0..many, threads, place, |place, _, resample| {
            let outcome = place.judge(returns, draw, resample, &rule, (&reference, shape));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            outcome
        });
        let (mut resampled, mut first_failure) = (Vec::with_capacity(many), None);
        for (resample, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(came) => resampled.push(came),
                Err(Fault::Rule(error)) => {
                    first_failure.get_or_insert(Failure { resample, error });
                }
                Err(Fault::Input(error)) => return Err(error.into()),
            }
        }
        let failed = many - resampled.len();
        if resampled.len() < LEAST
            && let Some(Failure { resample, error: source }) = first_failure
        {
            return Err(StabilityError::Resamples { resamples: many, failed, resample, source });
        }
        tracing::debug!(resamples = many, failed, "judged");
        let (co_clustering, counts) = found::clusterings(shape.labels, &resampled);
        Ok(Stability {
            assets: found::assets(&sample.weights, &resampled, &self.params),
            clusters: reference.clusters(&resampled),
            nodes: reference.nodes(&resampled),
            co_clustering,
            counts,
            resamples: many,
            failed,
            first_failure,
            sample,
        })
    }
}

/// Writes the periods of a resample.
type Draw<'a> = &'a (dyn Fn(usize, &mut Vec<usize>) -> Result<(), InputError> + Sync);

/// What a thread works in.
struct Place<S> {
    rows: Vec<usize>,
    returns: Returns,
    scratch: S,
    answer: Answer,
    table: Table,
    spans: Vec<Span>,
    _log: DefaultGuard,
}

/// Why there is no answer for a resample.
enum Fault<E> {
    /// The rule refuses it.
    Rule(E),
    /// It cannot be drawn, or the answer does not fit.
    Input(InputError),
}

impl<S: Default> Place<S> {
    fn new(returns: &Returns, log: DefaultGuard) -> Self {
        Self {
            rows: Vec::new(),
            // Of the size of a resample, which is to come.
            returns: returns.clone(),
            scratch: S::default(),
            answer: Answer::default(),
            table: Table::default(),
            spans: Vec::new(),
            _log: log,
        }
    }

    /// Draws a resample, asks the rule, and compares.
    fn judge<E>(
        &mut self,
        sample: &Returns,
        draw: Draw<'_>,
        resample: usize,
        rule: &impl Fn(&Returns, &mut S, &mut Answer) -> Result<(), E>,
        (reference, shape): (&Reference, Shape),
    ) -> Result<Resampled, Fault<E>> {
        let Self { rows, returns, scratch, answer, table, spans, .. } = self;
        draw(resample, rows).and_then(|()| sample.rows_into(rows, returns)).map_err(Fault::Input)?;
        answer.clear();
        rule(returns, scratch, answer).map_err(Fault::Rule)?;
        answer.check(shape).map_err(Fault::Input)?;
        let similarities = reference.partition.similarities(&answer.labels, table);
        let nodes = reference.nodes.as_ref();
        let kept = nodes.map(|nodes| nodes.kept_in(&answer.dendrogram, spans)).unwrap_or_default();
        let weights = std::mem::take(&mut answer.weights);
        Ok(Resampled { weights, labels: std::mem::take(&mut answer.labels), similarities, kept })
    }
}

fn check_many(resamples: usize) -> Result<(), InputError> {
    if resamples < LEAST {
        let (name, expected) = ("the number of resamples", "2 or more");
        return Err(InputError::OutOfRange { name, value: resamples as f64, expected });
    }
    Ok(())
}
