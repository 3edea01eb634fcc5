//! What is known of a segment, and what is found.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Weights and returns of one segment on both sides.
///
/// A return may be missing only where the weight is zero; where it is given although the weight is zero, as by an
/// index of the segment, it is used.
///
/// # Examples
/// ```
/// use po_attribution::Segment;
///
/// let held = Segment::new(0.3, -0.05, 0.2, -0.04);
/// assert_eq!(held.portfolio_return, Some(-0.05));
/// let off_benchmark = Segment { portfolio_weight: 0.1, portfolio_return: Some(0.02), ..Segment::default() };
/// assert_eq!(off_benchmark.benchmark_return, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Segment {
    /// Share of the portfolio's capital at the start of the period.
    pub portfolio_weight: f64,
    /// Simple return of what the portfolio holds of the segment.
    pub portfolio_return: Option<f64>,
    /// Share of the benchmark's capital at the start of the period.
    pub benchmark_weight: f64,
    /// Simple return of what the benchmark holds of the segment.
    pub benchmark_return: Option<f64>,
}

impl Segment {
    /// A segment whose returns are known on both sides.
    #[must_use]
    pub fn new(
        portfolio_weight: f64,
        portfolio_return: f64,
        benchmark_weight: f64,
        benchmark_return: f64,
    ) -> Self {
        let (portfolio_return, benchmark_return) = (Some(portfolio_return), Some(benchmark_return));
        Self { portfolio_weight, portfolio_return, benchmark_weight, benchmark_return }
    }
}

/// What the decisions about one segment earned beyond the benchmark.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SegmentEffects {
    /// Of holding more or less of the segment.
    pub allocation: f64,
    /// Of holding other assets in it.
    pub selection: f64,
    /// Of both at once, where it is told apart.
    pub interaction: f64,
}

impl SegmentEffects {
    /// What the segment earned beyond the benchmark.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.allocation + self.selection + self.interaction
    }
}

impl Add for SegmentEffects {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            allocation: self.allocation + other.allocation,
            selection: self.selection + other.selection,
            interaction: self.interaction + other.interaction,
        }
    }
}

impl AddAssign for SegmentEffects {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for SegmentEffects {
    fn sum<I: Iterator<Item = Self>>(effects: I) -> Self {
        effects.fold(Self::default(), Add::add)
    }
}
