//! Settings of the limit on correlations.

/// Settings of [`CorrelationLimit`](crate::CorrelationLimit).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `limit` | 0.6 | `(-1, 1]`; `(0, 1]` for `Absolute` | the correlation that two assets that are held stay below |
/// | `sense` | `Positions` | two kinds | whether it is that of the positions, or its size |
/// | `search` | 10 000 | any | nodes of the search; none leaves the first good selection |
/// | `incumbent_bonus` | 0 | finite, `>= 0` | by how much more an asset that is held already is worth |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CorrelationLimitParams {
    /// The correlation that two assets that are held stay below.
    pub limit: f64,
    /// Whether it is that of the positions, or its size.
    pub sense: CorrelationSense,
    /// Nodes of the search; none leaves the first good selection.
    pub search: usize,
    /// By how much more an asset that is held already is worth: 0.1 for a tenth.
    pub incumbent_bonus: f64,
}

impl Default for CorrelationLimitParams {
    fn default() -> Self {
        Self { limit: 0.6, sense: CorrelationSense::Positions, search: 10_000, incumbent_bonus: 0.0 }
    }
}

/// Which correlation is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CorrelationSense {
    /// That of the profits of the two positions: that of the assets, with the opposite sign where one is long and the
    /// other short. Two that hedge each other are no conflict.
    #[default]
    Positions,
    /// The size of the correlation, whatever its sign.
    Absolute,
}
