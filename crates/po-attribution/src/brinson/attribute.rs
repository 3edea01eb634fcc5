//! Brinson attribution of one period.

use po_core::InputError;

use super::cell::{Cell, Frame, collect};
use super::{BrinsonAttribution, BrinsonHoldings, BrinsonParams, Hierarchy, Segment};
use crate::Error;

/// What was earned beyond a benchmark by the weights of segments, and by what is held in them.
///
/// ```text
/// A_i = (w_i - W_i) (b_i - b)        S_i = W_i (r_i - b_i)        I_i = (w_i - W_i) (r_i - b_i)
/// ```
///
/// with weights w and returns r of the portfolio, W and b of the benchmark; [`BrinsonParams`] has the variants.
/// The effects add up to `Σ w_i r_i - Σ W_i b_i`, whatever the weights:
///
/// - Weights that do not sum to one leave cash that earns nothing: [`BrinsonAttribution::cash`].
/// - Where the portfolio holds nothing of a segment, there is no selection: `r_i = b_i`.
/// - Where the benchmark holds nothing, [`OffBenchmark`](crate::OffBenchmark) says what `b_i` is.
/// - Where longs and shorts of a segment cancel, its return does not exist, and what it contributed is selection: on
///   the portfolio's side with the sign it has, on the benchmark's side with the other; `b_i` is then b.
///
/// # Examples
/// ```
/// use po_attribution::{Brinson, BrinsonParams, Segment};
///
/// let segments =
///     [Segment::new(0.4, 0.20, 0.4, 0.10), Segment::new(0.3, -0.05, 0.2, -0.04), Segment::new(0.3, 0.06, 0.4, 0.08)];
/// let attribution = Brinson::new(BrinsonParams::default()).of_segments(&segments)?;
/// assert!((attribution.excess() - 0.019).abs() < 1e-15);
/// let totals = attribution.totals();
/// assert!((totals.allocation + 0.012).abs() < 1e-15);
/// assert!((totals.selection - 0.03).abs() < 1e-15);
/// assert!((totals.interaction - 0.001).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Brinson, Hood, Beebower (1986); Brinson, Fachler (1985); the example is of Bacon (2008), chapter 5.
///
/// # Settings
/// [`BrinsonParams`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Brinson {
    params: BrinsonParams,
}

/// Working memory of [`Brinson`] and [`NestedBrinson`](crate::NestedBrinson).
#[derive(Clone, Debug, Default)]
pub struct BrinsonScratch {
    /// The segments of each level, one level after the other.
    pub(crate) cells: Vec<Cell>,
    /// What the parts of each segment are measured against.
    pub(crate) frames: Vec<Frame>,
}

impl Brinson {
    /// Attribution with these settings.
    #[must_use]
    pub fn new(params: BrinsonParams) -> Self {
        Self { params }
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &BrinsonParams {
        &self.params
    }

    /// From weights and returns of segments.
    ///
    /// # Errors
    /// [`InputError::Empty`] without segments; [`Error::SegmentNotFinite`]; [`Error::MissingReturn`] for a segment that
    /// is held and has no return.
    pub fn of_segments(&self, segments: &[Segment]) -> Result<BrinsonAttribution, Error> {
        let (mut scratch, mut attribution) = (BrinsonScratch::default(), BrinsonAttribution::default());
        self.of_segments_into(segments, &mut scratch, &mut attribution)?;
        Ok(attribution)
    }

    /// As [`Brinson::of_segments`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Brinson::of_segments`]; `attribution` is then not to be read.
    pub fn of_segments_into(
        &self,
        segments: &[Segment],
        scratch: &mut BrinsonScratch,
        attribution: &mut BrinsonAttribution,
    ) -> Result<(), Error> {
        if segments.is_empty() {
            return Err(InputError::Empty { what: "the list of segments" }.into());
        }
        scratch.cells.clear();
        for (number, segment) in segments.iter().enumerate() {
            scratch.cells.push(Cell::given(segment, number)?);
        }
        self.fill(&scratch.cells, attribution);
        Ok(())
    }

    /// From assets, which are grouped by the lowest level of a hierarchy.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one number for each asset of the hierarchy;
    /// [`InputError::AssetOutOfRange`] for one that is not finite.
    ///
    /// # Cost
    /// One pass over the assets.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::{Brinson, BrinsonHoldings, BrinsonParams, Hierarchy};
    ///
    /// let sectors = Hierarchy::new(&[&[Some(0), Some(0), Some(1)]])?;
    /// let holdings =
    ///     BrinsonHoldings { portfolio: &[0.5, 0.1, 0.4], benchmark: &[0.2, 0.2, 0.6], returns: &[0.1, 0.0, -0.02] };
    /// let attribution = Brinson::new(BrinsonParams::default()).attribute(&holdings, &sectors)?;
    /// // The sector is overweight by a fifth; the benchmark earns 5 % there, and 0.8 % in all.
    /// assert!((attribution.effects[0].allocation - 0.2 * (0.05 - 0.008)).abs() < 1e-15);
    /// assert!((attribution.totals().total() - holdings.excess()?).abs() < 1e-15);
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    pub fn attribute(
        &self,
        holdings: &BrinsonHoldings<'_>,
        hierarchy: &Hierarchy,
    ) -> Result<BrinsonAttribution, Error> {
        let (mut scratch, mut attribution) = (BrinsonScratch::default(), BrinsonAttribution::default());
        self.attribute_into(holdings, hierarchy, &mut scratch, &mut attribution)?;
        Ok(attribution)
    }

    /// As [`Brinson::attribute`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Brinson::attribute`]; `attribution` is then not to be read.
    pub fn attribute_into(
        &self,
        holdings: &BrinsonHoldings<'_>,
        hierarchy: &Hierarchy,
        scratch: &mut BrinsonScratch,
        attribution: &mut BrinsonAttribution,
    ) -> Result<(), Error> {
        holdings.check(hierarchy.assets())?;
        let lowest = hierarchy.levels() - 1;
        scratch.cells.resize(hierarchy.segments(lowest), Cell::default());
        collect(holdings, hierarchy.segment_of(), &mut scratch.cells)?;
        hierarchy.settle(lowest, holdings.returns, &mut scratch.cells);
        self.fill(&scratch.cells, attribution);
        Ok(())
    }

    fn fill(&self, cells: &[Cell], attribution: &mut BrinsonAttribution) {
        let BrinsonParams { model, interaction, off_benchmark } = self.params;
        let mut total = Cell::default();
        cells.iter().for_each(|cell| total.add(cell));
        let benchmark_return = total.benchmark.contribution;
        let frame = model.frame(benchmark_return);
        attribution.params = self.params;
        attribution.portfolio_return = total.portfolio.contribution;
        attribution.benchmark_return = benchmark_return;
        attribution.cash = (total.portfolio.weight - total.benchmark.weight) * frame.base;
        attribution.segments.clear();
        attribution.segments.extend(cells.iter().map(Cell::segment));
        attribution.effects.clear();
        let effects = cells.iter().map(|cell| cell.effects(frame, off_benchmark, interaction));
        attribution.effects.extend(effects);
    }
}
