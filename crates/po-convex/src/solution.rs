//! What solving a programme gives.

use po_core::{Certificate, Status};

/// The solution of a [`Program`](crate::Program), with its multipliers and its proof.
///
/// Multipliers have the sign of `∂ objective / ∂ limit`: of a lower limit that binds zero or more, of an upper one
/// zero or less.
#[derive(Debug, Default, PartialEq)]
pub struct ProgramSolution {
    /// x.
    pub x: Vec<f64>,
    /// The objective at x.
    pub objective: f64,
    /// Multiplier of each row.
    pub rows: Vec<f64>,
    /// Multiplier of the limit of each family of absolute values: zero or less.
    pub absolute: Vec<f64>,
    /// Multiplier of the bounds of each asset.
    pub bounds: Vec<f64>,
    /// How the numerics ended.
    pub status: Status,
    /// Iterations used.
    pub iterations: usize,
    /// The proof, computed from the programme, x and the multipliers alone.
    pub certificate: Certificate,
    /// What is held where: the start of the next call when that is warm.
    pub active: ActiveSet,
}

/// Which bounds, kinks and rows hold with equality.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ActiveSet {
    /// For each asset: twice the index of the breakpoint at which it stands, or one more than twice the index of the
    /// breakpoint to the left of the segment in which it is free.
    pub(crate) places: Vec<u8>,
    /// For each row, and then for each family: which limit holds with equality.
    pub(crate) rows: Vec<Binding>,
}

/// Which limit of a row holds with equality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Binding {
    #[default]
    None,
    Lower,
    Upper,
}

impl ProgramSolution {
    /// Makes room for a programme of this size.
    pub(crate) fn reserve(&mut self, assets: usize, limits: usize) {
        let Self { x, rows, absolute, bounds, active, .. } = self;
        for (list, size) in [(x, assets), (bounds, assets), (rows, limits), (absolute, limits)] {
            list.reserve(size.saturating_sub(list.len()));
        }
        active.places.reserve(assets.saturating_sub(active.places.len()));
        active.rows.reserve(limits.saturating_sub(active.rows.len()));
    }
}

impl Clone for ProgramSolution {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.clone_from(self);
        clone
    }

    /// Keeps the memory that is there, which the derived spelling would not.
    fn clone_from(&mut self, source: &Self) {
        let Self { x, objective, rows, absolute, bounds, status, iterations, certificate, active } = source;
        self.x.clone_from(x);
        self.rows.clone_from(rows);
        self.absolute.clone_from(absolute);
        self.bounds.clone_from(bounds);
        self.active.clone_from(active);
        self.objective = *objective;
        self.status = *status;
        self.iterations = *iterations;
        self.certificate = *certificate;
    }
}

impl Clone for ActiveSet {
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), rows: self.rows.clone() }
    }

    /// Keeps the memory that is there.
    fn clone_from(&mut self, source: &Self) {
        self.places.clone_from(&source.places);
        self.rows.clone_from(&source.rows);
    }
}
