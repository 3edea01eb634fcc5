//! Brinson attribution of segments within segments.

use super::cell::{Cell, Frame, collect};
use super::{BrinsonHoldings, BrinsonScratch, DecisionOrder, Hierarchy, NestedBrinsonParams, Segment};
use crate::Error;

/// What was earned beyond a benchmark by the decisions of each level of a hierarchy.
///
/// Top-down, a segment i within segment s is weighed against its share of what the portfolio gave to s:
///
/// ```text
/// A_i = (w_i - w_s W_i / W_s) (b_i - b_s)        S_i = w_i (r_i - b_i)
/// S_s = Σ_{i in s} (A_i + S_i)
/// ```
///
/// so that the selection of a segment is, without remainder, what its parts earned, and the excess return is the
/// allocation of all levels plus the selection of the lowest. Interaction belongs to the decision that comes later:
/// top-down to what is within, bottom-up to what is above. Special cases are those of [`Brinson`](crate::Brinson).
///
/// # Examples
/// ```
/// use po_attribution::{Hierarchy, BrinsonHoldings, NestedBrinson, NestedBrinsonParams};
///
/// let hierarchy = Hierarchy::new(&[&[Some(0), Some(0), Some(1)]])?.with_assets();
/// let holdings =
///     BrinsonHoldings { portfolio: &[0.5, 0.1, 0.4], benchmark: &[0.2, 0.2, 0.6], returns: &[0.1, 0.0, -0.02] };
/// let nested = NestedBrinson::new(NestedBrinsonParams::default()).attribute(&holdings, &hierarchy)?;
/// // The first sector is 60 % of the portfolio; half of that would be neutral for either asset.
/// assert!((nested.levels[1].effects[0].allocation - (0.5 - 0.3) * (0.1 - 0.05)).abs() < 1e-15);
/// assert!((nested.allocation(0) + nested.allocation(1) - nested.excess()).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Bacon (2008), on attribution at several levels.
///
/// # Settings
/// [`NestedBrinsonParams`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NestedBrinson {
    params: NestedBrinsonParams,
}

/// What the decisions about one segment of a level earned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LevelEffects {
    /// Of holding more or less of the segment than its share of the segment above.
    pub allocation: f64,
    /// Of all that is within the segment.
    pub selection: f64,
}

/// One level of a [`NestedAttribution`].
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LevelAttribution {
    /// Weights and returns by segment.
    pub segments: Vec<Segment>,
    /// Effects by segment.
    pub effects: Vec<LevelEffects>,
}

/// What the decisions of each level earned beyond the benchmark in one period.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NestedAttribution {
    /// The settings that the effects are by.
    pub params: NestedBrinsonParams,
    /// The levels, the coarsest first.
    pub levels: Vec<LevelAttribution>,
    /// The allocation effect of what the weights leave of the capital.
    pub cash: f64,
    /// Return of the portfolio.
    pub portfolio_return: f64,
    /// Return of the benchmark.
    pub benchmark_return: f64,
}

impl NestedAttribution {
    /// What the portfolio earned beyond the benchmark.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.portfolio_return - self.benchmark_return
    }

    /// The allocation of a level in sum, that of cash included in the first; zero where there is no such level.
    #[must_use]
    pub fn allocation(&self, level: usize) -> f64 {
        let cash = if level == 0 { self.cash } else { 0.0 };
        let effects = self.levels.get(level).map_or(&[][..], |level| &level.effects);
        effects.iter().map(|effects| effects.allocation).sum::<f64>() + cash
    }

    /// The selection within the segments of a level in sum; zero where there is no such level.
    #[must_use]
    pub fn selection(&self, level: usize) -> f64 {
        let effects = self.levels.get(level).map_or(&[][..], |level| &level.effects);
        effects.iter().map(|effects| effects.selection).sum()
    }
}

impl NestedBrinson {
    /// Attribution with these settings.
    #[must_use]
    pub fn new(params: NestedBrinsonParams) -> Self {
        Self { params }
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &NestedBrinsonParams {
        &self.params
    }

    /// The effects at all levels of a hierarchy.
    ///
    /// # Errors
    /// [`LengthMismatch`](po_core::InputError::LengthMismatch) unless there is one number for each asset of the
    /// hierarchy; [`AssetOutOfRange`](po_core::InputError::AssetOutOfRange) for one that is not finite.
    ///
    /// # Cost
    /// One pass over the assets, and one over the segments.
    pub fn attribute(
        &self,
        holdings: &BrinsonHoldings<'_>,
        hierarchy: &Hierarchy,
    ) -> Result<NestedAttribution, Error> {
        let (mut scratch, mut attribution) = (BrinsonScratch::default(), NestedAttribution::default());
        self.attribute_into(holdings, hierarchy, &mut scratch, &mut attribution)?;
        Ok(attribution)
    }

    /// As [`NestedBrinson::attribute`], in the memory that is there.
    ///
    /// # Errors
    /// As [`NestedBrinson::attribute`]; `attribution` is then not to be read.
    pub fn attribute_into(
        &self,
        holdings: &BrinsonHoldings<'_>,
        hierarchy: &Hierarchy,
        scratch: &mut BrinsonScratch,
        attribution: &mut NestedAttribution,
    ) -> Result<(), Error> {
        holdings.check(hierarchy.assets())?;
        let levels = hierarchy.levels();
        let count: usize = (0..levels).map(|level| hierarchy.segments(level)).sum();
        let BrinsonScratch { cells, frames } = scratch;
        cells.clear();
        cells.resize(count, Cell::default());
        let total = add_up(holdings, hierarchy, cells)?;

        let NestedBrinsonParams { model, order, off_benchmark } = self.params;
        let bottom_up = order == DecisionOrder::BottomUp;
        let seen = |cell: &Cell| if bottom_up { cell.exchanged() } else { *cell };
        let sign = if bottom_up { -1.0 } else { 1.0 };
        let root = model.frame(seen(&total).benchmark.contribution);
        attribution.params = self.params;
        attribution.portfolio_return = total.portfolio.contribution;
        attribution.benchmark_return = total.benchmark.contribution;
        attribution.cash = (total.portfolio.weight - total.benchmark.weight) * root.base;
        attribution.levels.resize_with(levels, LevelAttribution::default);
        frames.clear();
        frames.resize(count, root);
        let (mut above, mut start) = (0, 0);
        for (level, found) in attribution.levels.iter_mut().enumerate() {
            let parents = hierarchy.parents(level);
            let here = &cells[start..start + parents.len()];
            found.segments.clear();
            found.segments.extend(here.iter().map(Cell::segment));
            found.effects.clear();
            for (segment, (cell, &parent)) in here.iter().zip(parents).enumerate() {
                let frame: Frame = if level == 0 { root } else { frames[above + parent] };
                let measured = seen(cell).measure(frame, off_benchmark);
                frames[start + segment] = measured.inner;
                let (allocation, selection) = (sign * measured.allocation, sign * measured.selection);
                found.effects.push(LevelEffects { allocation, selection });
            }
            (above, start) = (start, start + parents.len());
        }
        Ok(())
    }
}

/// Adds up assets into the lowest level, and each level into the one above; returns the whole.
fn add_up(holdings: &BrinsonHoldings<'_>, hierarchy: &Hierarchy, cells: &mut [Cell]) -> Result<Cell, Error> {
    let lowest = hierarchy.levels() - 1;
    let mut start = cells.len() - hierarchy.segments(lowest);
    collect(holdings, hierarchy.segment_of(), &mut cells[start..])?;
    hierarchy.settle(lowest, holdings.returns, &mut cells[start..]);
    for level in (1..=lowest).rev() {
        let above = start - hierarchy.segments(level - 1);
        let (upper, parts) = cells.split_at_mut(start);
        let upper = &mut upper[above..];
        parts.iter().zip(hierarchy.parents(level)).for_each(|(part, &parent)| upper[parent].add(part));
        hierarchy.settle(level - 1, holdings.returns, upper);
        start = above;
    }
    let mut total = Cell::default();
    cells[..hierarchy.segments(0)].iter().for_each(|cell| total.add(cell));
    Ok(total)
}
