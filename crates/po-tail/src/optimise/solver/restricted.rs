//! A programme over some of the assets and some of the scenarios, in units of its own.

/// A [`CvarProgram`](crate::CvarProgram) in which all other assets stand still and no other scenario loses more than
/// the value at risk; losses are divided by a unit that makes them about one, and so is the objective.
#[derive(Clone, Debug, Default)]
pub(super) struct Restricted {
    pub(super) assets: usize,
    pub(super) scenarios: usize,
    /// R, one column for each asset.
    pub(super) returns: Vec<f64>,
    /// p / (1 - β) of each scenario.
    pub(super) shares: Vec<f64>,
    /// What the assets that stand still lose in each scenario.
    pub(super) base: Vec<f64>,
    pub(super) price: f64,
    pub(super) limit: f64,
    pub(super) linear: Vec<f64>,
    pub(super) ridge: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    /// Rows, one after the other.
    pub(super) rows: Vec<f64>,
    pub(super) row_lower: Vec<f64>,
    pub(super) row_upper: Vec<f64>,
    pub(super) families: Vec<Family>,
}

/// A family of absolute values.
#[derive(Clone, Debug, Default)]
pub(super) struct Family {
    pub(super) center: Vec<f64>,
    pub(super) cost: Vec<f64>,
    /// What is left of the limit by the assets that stand still.
    pub(super) limit: f64,
}

impl Restricted {
    pub(super) fn column(&self, asset: usize) -> &[f64] {
        &self.returns[asset * self.scenarios..][..self.scenarios]
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.rows[row * self.assets..][..self.assets]
    }

    pub(super) fn is_equation(&self, row: usize) -> bool {
        self.row_lower[row] >= self.row_upper[row]
    }

    pub(super) fn is_quadratic(&self) -> bool {
        self.ridge.iter().any(|ridge| *ridge > 0.0)
    }
}
