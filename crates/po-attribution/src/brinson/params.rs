//! The settings of Brinson attribution.

/// Settings of [`Brinson`](crate::Brinson).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `model` | `BrinsonFachler` | two models | what the return of a segment is measured against |
/// | `interaction` | `Separate` | three places | where the product of both decisions goes |
/// | `off_benchmark` | `Allocation` | two conventions | what a segment counts as that the benchmark does not hold |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BrinsonParams {
    /// What the return of a segment is measured against.
    pub model: BrinsonModel,
    /// Where the product of both decisions goes.
    pub interaction: Interaction,
    /// What a segment counts as that the benchmark does not hold.
    pub off_benchmark: OffBenchmark,
}

/// Settings of [`NestedBrinson`](crate::NestedBrinson).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `model` | `BrinsonFachler` | two models | what the segments of the first level are measured against |
/// | `order` | `TopDown` | two orders | which decision comes first |
/// | `off_benchmark` | `Allocation` | two conventions | what a segment counts as that the reference does not hold |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct NestedBrinsonParams {
    /// What the segments of the first level are measured against; those below are measured against the one they are in.
    pub model: BrinsonModel,
    /// Which decision comes first.
    pub order: DecisionOrder,
    /// What a segment counts as that the reference does not hold: the benchmark, or bottom-up the portfolio.
    pub off_benchmark: OffBenchmark,
}

/// What the return of a segment is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum BrinsonModel {
    /// Against zero: holding more of what rises is good.
    ///
    /// ```text
    /// A_i = (w_i - W_i) b_i
    /// ```
    BrinsonHoodBeebower,
    /// Against the benchmark: holding more of what beats it is good.
    ///
    /// ```text
    /// A_i = (w_i - W_i) (b_i - b)
    /// ```
    #[default]
    BrinsonFachler,
}

/// Where the product of both decisions, `(w_i - W_i) (r_i - b_i)`, goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Interaction {
    /// It is told apart.
    #[default]
    Separate,
    /// Selection has it: segments were chosen first, and assets for the weights that segments have.
    Selection,
    /// Allocation has it: assets were chosen first.
    Allocation,
}

/// What a segment counts as that the benchmark does not hold, and whose benchmark return nobody gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum OffBenchmark {
    /// To hold it was a decision about segments: its benchmark return is taken to be the portfolio's, `b_i = r_i`.
    #[default]
    Allocation,
    /// To hold it was a choice of assets: its benchmark return is taken to be what it is measured against, `b_i = b`.
    Selection,
}

/// Which decision comes first where segments are nested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DecisionOrder {
    /// Segments, then their parts in proportion to what the segment was given, assets last: each level is weighed as
    /// the portfolio weighs the one above, and has the benchmark's returns.
    #[default]
    TopDown,
    /// Assets first, segments last: each level is weighed as the benchmark weighs the one above, and has the
    /// portfolio's returns. It is [`DecisionOrder::TopDown`] with the two sides exchanged, and all signs.
    BottomUp,
}
