//! A portfolio of assets that are not too alike.

mod bits;
mod conflicts;
mod params;
mod reduction;
mod search;
mod swaps;

use std::iter::zip;

use crate::{Covariance, InputError, Status, Weights};
use conflicts::Conflicts;
use search::Search;

pub use params::{CorrelationLimitParams, CorrelationSense};

/// Worths are counted in parts of their sum: whole numbers, whose sums do not depend on their order.
const PARTS: f64 = (1_u64 << 60) as f64;

/// What rounding to parts can hide of the worth of a selection, relative to the sum of all worths.
const ROUNDING: f64 = 1e-12;

/// Of a target portfolio, keeps those assets that are pairwise less correlated than a limit, at the least cost.
///
/// ```text
/// max Σ_{i in K} v_i   over sets K of held assets with  ρ_ij < limit  for each two of them
/// w_i = t_i Σ_{held} t / Σ_K t   for i in K, each side of the portfolio for itself,   w_i = 0 elsewhere
/// ```
///
/// Here t is the target and `v_i = |t_i|`, times one plus the bonus where asset i is held already. The best K is the
/// independent set of the greatest weight in the graph of the conflicts.
///
/// **Least turnover.** Let t be long only, with sum 1, and K keep the share κ of it. Each asset of K grows by the factor
/// 1/κ, and so Σ|w - t| = κ (1/κ - 1) + (1 - κ) = 2 (1 - κ). Conversely, let x be any long-only portfolio with that sum
/// within the limit, perhaps with assets that t does not have. It sells at least those assets of t that it does not hold,
/// and buys as much as it sells; what it holds of t is a set without conflict, so that it is worth κ at most for the best
/// K: Σ|x - t| >= 2 (1 - κ). No portfolio within the limit is nearer to the target. For long-short portfolios, where
/// each side keeps an asset, it is 2 times what is dropped of both sides; a side of which nothing is kept stays empty.
///
/// The search is exact until its nodes are used up; then [`Status::IterationLimit`] says so, and `bound` how much more
/// a better selection could keep. Bounds on single weights are not known here: those that are kept grow.
///
/// An asset without variance is uncorrelated with every other. A correlation within 1e-12 of the limit is at the limit, so
/// that a limit of 1 drops copies, and copies only.
///
/// # Cost
/// N² comparisons, then what the conflicts ask for: little where they come in groups, and at most `search` nodes of
/// N²/64 to N³/64 operations.
///
/// # Examples
/// The first asset is like the second and the third, which are not like each other: to keep these two costs less.
///
/// ```
/// use po_core::{CorrelationLimit, CorrelationLimitParams, Covariance, Weights};
///
/// let covariance = Covariance::from_column_slice(3, &[1.0, 0.7, 0.7, 0.7, 1.0, 0.2, 0.7, 0.2, 1.0])?;
/// let limit = CorrelationLimit::new(CorrelationLimitParams::default())?;
/// let selection = limit.select(&covariance, &Weights::new(vec![0.4, 0.36, 0.24])?)?;
/// assert_eq!(selection.kept, [false, true, true]);
/// assert!((selection.weights.as_slice()[1] - 0.6).abs() < 1e-15);
/// assert!((selection.dropped - 0.4).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// The search after Balas and Yu (1986), with bounds from weighted covers by cliques as in Babel (1994) and Held, Cook
/// and Sewell (2012); reductions after Lamm, Schulz, Strash, Williger and Zhang (2019).
///
/// # Settings
/// [`CorrelationLimitParams`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelationLimit {
    params: CorrelationLimitParams,
}

/// What is kept of a target.
///
/// # Shapes and units
/// N weights, fractions of capital; worths in the units they were given in.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CorrelationSelection {
    /// The weights to hold.
    pub weights: Weights,
    /// Whether each asset is kept; not where the target does not have it.
    pub kept: Vec<bool>,
    /// Gross weight of the target that is not kept.
    pub dropped: f64,
    /// What is kept is worth this.
    pub worth: f64,
    /// No selection is worth more.
    pub bound: f64,
    /// Pairs of assets of the target that must not be held together.
    pub conflicts: usize,
    /// Nodes of the search.
    pub nodes: usize,
    /// Whether the selection is known to be the best.
    pub status: Status,
}

impl AsRef<Weights> for CorrelationSelection {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}

/// Working memory of [`CorrelationLimit`]; grows with the square of the number of assets, in bits.
#[derive(Clone, Debug, Default)]
pub struct CorrelationLimitScratch {
    conflicts: Conflicts,
    /// N numbers: the worths, as they came and in parts of their sum.
    values: Vec<f64>,
    worths: Vec<u64>,
    /// Sets of N assets: still open, kept, and found on a walk.
    open: Vec<u64>,
    kept: Vec<u64>,
    found: Vec<u64>,
    /// The open assets, one connected part after the other, and where each part lies.
    members: Vec<usize>,
    parts: Vec<(usize, usize)>,
    search: Search,
}

impl CorrelationLimit {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a limit or a bonus out of its range.
    pub fn new(params: CorrelationLimitParams) -> Result<Self, InputError> {
        let CorrelationLimitParams { limit, sense, incumbent_bonus: bonus, .. } = params;
        let (least, expected) = match sense {
            CorrelationSense::Positions => (-1.0, "a number in (-1, 1]"),
            CorrelationSense::Absolute => (0.0, "a number in (0, 1]"),
        };
        if !(limit > least && limit <= 1.0) {
            return Err(InputError::OutOfRange { name: "the limit on correlations", value: limit, expected });
        }
        if !(bonus >= 0.0 && bonus.is_finite()) {
            let (name, expected) = ("the bonus of an incumbent", "a finite number, zero or more");
            return Err(InputError::OutOfRange { name, value: bonus, expected });
        }
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &CorrelationLimitParams {
        &self.params
    }

    /// Selects, when nothing is held yet.
    ///
    /// # Errors
    /// As [`CorrelationLimit::select_by_into`].
    pub fn select(
        &self,
        covariance: &Covariance,
        target: &Weights,
    ) -> Result<CorrelationSelection, InputError> {
        let mut selection = CorrelationSelection::default();
        let scratch = &mut CorrelationLimitScratch::default();
        self.select_into(covariance, target, &[], scratch, &mut selection)?;
        Ok(selection)
    }

    /// As [`CorrelationLimit::select`], with those assets marked that are held already (or none where the list is
    /// empty), into memory that is kept: from the second call of one size on, without touching the heap.
    ///
    /// # Errors
    /// As [`CorrelationLimit::select_by_into`].
    pub fn select_into(
        &self,
        covariance: &Covariance,
        target: &Weights,
        held: &[bool],
        scratch: &mut CorrelationLimitScratch,
        selection: &mut CorrelationSelection,
    ) -> Result<(), InputError> {
        scratch.values.clear();
        scratch.values.extend(target.as_slice().iter().map(|weight| weight.abs()));
        self.run(covariance, target, held, scratch, selection)
    }

    /// As [`CorrelationLimit::select`], at worths other than the weights, such as expected profits.
    ///
    /// # Errors
    /// As [`CorrelationLimit::select_by_into`].
    ///
    /// # Examples
    /// ```
    /// use po_core::{CorrelationLimit, CorrelationLimitParams, Covariance, Weights};
    ///
    /// let covariance = Covariance::from_column_slice(2, &[1.0, 0.7, 0.7, 1.0])?;
    /// let limit = CorrelationLimit::new(CorrelationLimitParams::default())?;
    /// let selection = limit.select_by(&covariance, &Weights::new(vec![0.6, 0.4])?, &[0.01, 0.02])?;
    /// assert_eq!(selection.weights.as_slice(), [0.0, 1.0]);
    /// assert_eq!(selection.worth, 0.02);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn select_by(
        &self,
        covariance: &Covariance,
        target: &Weights,
        worths: &[f64],
    ) -> Result<CorrelationSelection, InputError> {
        let mut selection = CorrelationSelection::default();
        let scratch = &mut CorrelationLimitScratch::default();
        self.select_by_into(covariance, target, worths, &[], scratch, &mut selection)?;
        Ok(selection)
    }

    /// As [`CorrelationLimit::select_by`], with those assets marked that are held already, into memory that is kept.
    ///
    /// # Errors
    /// [`InputError::Empty`] for a covariance of no asset; [`InputError::LengthMismatch`] unless there are a target
    /// weight and a worth for each asset, and a mark for each or for none; [`InputError::AssetOutOfRange`] for a worth
    /// below zero or not finite; [`InputError::OutOfRange`] for weights or worths so large that their sum overflows.
    /// `selection` then stays as it was.
    pub fn select_by_into(
        &self,
        covariance: &Covariance,
        target: &Weights,
        worths: &[f64],
        held: &[bool],
        scratch: &mut CorrelationLimitScratch,
        selection: &mut CorrelationSelection,
    ) -> Result<(), InputError> {
        check_length("the list of worths", covariance.len(), worths.len())?;
        if let Some(asset) = worths.iter().position(|worth| !(*worth >= 0.0 && worth.is_finite())) {
            let (name, expected) = ("the worth", "a finite number, zero or more");
            return Err(InputError::AssetOutOfRange { name, asset, value: worths[asset], expected });
        }
        scratch.values.clear();
        scratch.values.extend_from_slice(worths);
        self.run(covariance, target, held, scratch, selection)
    }

    fn run(
        &self,
        covariance: &Covariance,
        target: &Weights,
        held: &[bool],
        scratch: &mut CorrelationLimitScratch,
        selection: &mut CorrelationSelection,
    ) -> Result<(), InputError> {
        let size = covariance.len();
        if size == 0 {
            return Err(InputError::Empty { what: "the covariance" });
        }
        check_length("the list of target weights", size, target.len())?;
        if !held.is_empty() {
            check_length("the list of held assets", size, held.len())?;
        }
        check_sum("the gross exposure of the target", target.gross())?;
        for (value, held) in zip(&mut scratch.values, held) {
            *value *= if *held { 1.0 + self.params.incumbent_bonus } else { 1.0 };
        }
        for (value, weight) in zip(&mut scratch.values, target.as_slice()) {
            *value = if *weight == 0.0 { 0.0 } else { *value };
        }
        let total: f64 = scratch.values.iter().sum();
        check_sum("the sum of the worths", total)?;
        scratch.conflicts.find(&self.params, covariance, target);
        let outcome = scratch.select(self.params.search, total);
        let CorrelationLimitScratch { conflicts, values, kept, .. } = scratch;
        selection.conflicts = outcome.conflicts;
        selection.nodes = outcome.nodes;
        selection.status = if outcome.complete { Status::Converged } else { Status::IterationLimit };
        selection.kept.clear();
        selection.kept.extend((0..size).map(|asset| bits::contains(kept, asset)));
        selection.worth =
            zip(&*values, &selection.kept).filter(|(_, kept)| **kept).map(|(value, _)| value).sum();
        let most = if outcome.complete { 0.0 } else { outcome.bound / PARTS * total + ROUNDING * total };
        selection.bound = selection.worth.max(most.min(total));
        let whole = conflicts.assets.iter().zip(&*kept).all(|(target, kept)| target == kept);
        selection.dropped = if whole { 0.0 } else { rescale(target.as_slice(), selection) };
        if whole {
            selection.weights.assign(target.as_slice())?;
        }
        Ok(())
    }
}

/// How a selection ended.
struct Outcome {
    conflicts: usize,
    nodes: usize,
    complete: bool,
    /// In parts of the sum of all worths.
    bound: f64,
}

impl CorrelationLimitScratch {
    /// Fills `kept`.
    fn select(&mut self, budget: usize, total: f64) -> Outcome {
        let Self { conflicts, values, worths, open, kept, found, members, parts, search } = self;
        let (size, words) = (values.len(), conflicts.assets.len());
        open.clear();
        open.extend_from_slice(&conflicts.assets);
        bits::clear(kept, words);
        let mut outcome = Outcome { conflicts: conflicts.pairs(), nodes: 0, complete: true, bound: 0.0 };
        worths.clear();
        worths
            .extend(values.iter().map(|value| if total > 0.0 { (value / total * PARTS) as u64 } else { 0 }));
        bits::clear(found, words);
        members.clear();
        members.reserve(size);
        parts.clear();
        parts.reserve(size);
        search.reserve(size);
        if outcome.conflicts == 0 {
            kept.copy_from_slice(open);
            return outcome;
        }
        reduction::reduce(conflicts, worths, open, kept);
        let mut bound: u64 = bits::numbers(kept.iter().copied()).map(|asset| worths[asset]).sum();
        let mut from = 0;
        while reduction::take_component(conflicts, open, found, members) {
            parts.push((members.len() - from, from));
            from = members.len();
        }
        // The small ones first: they are solved before a large one uses the nodes up.
        parts.sort_unstable();
        for &(length, from) in &*parts {
            let ended = search.run(conflicts, worths, &members[from..from + length], budget - outcome.nodes);
            outcome.nodes += ended.nodes;
            outcome.complete &= ended.complete;
            bound += ended.bound;
            search.selected().for_each(|asset| bits::insert(kept, asset));
        }
        // What is worth nothing in the search may still be kept where it conflicts with nothing that is.
        for asset in bits::numbers(conflicts.assets.iter().copied()) {
            if !bits::meet(conflicts.of(asset), kept) {
                bits::insert(kept, asset);
            }
        }
        outcome.bound = bound as f64;
        outcome
    }
}

/// Writes what is kept, each side at its gross weight in the target; what is dropped.
fn rescale(target: &[f64], selection: &mut CorrelationSelection) -> f64 {
    // The long side and the short one: all of it, what is kept, and what is dropped.
    let mut sums = [[0.0; 3]; 2];
    for (weight, kept) in zip(target, &selection.kept) {
        let side = &mut sums[usize::from(*weight < 0.0)];
        side[0] += weight.abs();
        side[if *kept { 1 } else { 2 }] += weight.abs();
    }
    let weights = selection.weights.zeros(target.len());
    for ((to, weight), kept) in zip(zip(weights, target), &selection.kept) {
        let [all, own, dropped] = sums[usize::from(*weight < 0.0)];
        if *kept {
            // In this order nothing overflows; a side that keeps all it has keeps its bits.
            *to = if dropped > 0.0 { weight / own * all } else { *weight };
        }
    }
    sums[0][2] + sums[1][2]
}

fn check_length(what: &'static str, expected: usize, actual: usize) -> Result<(), InputError> {
    if expected == actual { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
}

fn check_sum(name: &'static str, value: f64) -> Result<(), InputError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(InputError::OutOfRange { name, value, expected: "a finite number" })
}
