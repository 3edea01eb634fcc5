//! Clarabel on the same programmes, set up as its documentation does for a dense covariance.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SupportedConeT};
use po_core::Covariance;

/// `minimise ½ x'Σx + c'x, Σ x = 1, 0 <= x <= upper, lower_s <= Σ_{i in s} x_i <= upper_s` for sectors that take turns.
#[derive(Clone, Debug)]
pub struct Reference {
    covariance: CscMatrix<f64>,
    linear: Vec<f64>,
    constraints: CscMatrix<f64>,
    limits: Vec<f64>,
    rows: usize,
}

impl Reference {
    /// The programme; a sector holds every `sectors`-th asset.
    #[must_use]
    pub fn new(covariance: &Covariance, linear: &[f64], upper: f64, sectors: Option<(usize, f64, f64)>) -> Self {
        let assets = covariance.len();
        let (mut start, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
        for col in 0..assets {
            rows.extend(0..=col);
            values.extend_from_slice(&covariance.column(col)[..=col]);
            start.push(rows.len());
        }
        let quadratic = CscMatrix::new(assets, assets, start, rows, values);
        let (mut start, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
        for asset in 0..assets {
            rows.extend([0, 1 + asset, 1 + assets + asset]);
            values.extend([1.0, -1.0, 1.0]);
            if let Some((sectors, _, _)) = sectors {
                let row = 1 + 2 * assets + asset % sectors;
                rows.extend([row, row + sectors]);
                values.extend([1.0, -1.0]);
            }
            start.push(rows.len());
        }
        let mut limits = vec![1.0];
        limits.extend(std::iter::repeat_n(0.0, assets));
        limits.extend(std::iter::repeat_n(upper, assets));
        if let Some((sectors, least, most)) = sectors {
            limits.extend(std::iter::repeat_n(most, sectors));
            limits.extend(std::iter::repeat_n(-least, sectors));
        }
        let count = limits.len();
        let constraints = CscMatrix::new(count, assets, start, rows, values);
        Self { covariance: quadratic, linear: linear.to_vec(), constraints, limits, rows: count - 1 }
    }

    /// Sets the solver up and solves; the objective, and the weights.
    ///
    /// # Panics
    /// When Clarabel refuses the programme.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the programme is sound by construction")]
    pub fn solve(&self) -> (f64, Vec<f64>) {
        let cones = [SupportedConeT::ZeroConeT(1), SupportedConeT::NonnegativeConeT(self.rows)];
        let settings = DefaultSettings { verbose: false, ..DefaultSettings::default() };
        let mut solver = DefaultSolver::new(
            &self.covariance,
            &self.linear,
            &self.constraints,
            &self.limits,
            &cones,
            settings,
        )
        .expect("a sound programme");
        solver.solve();
        (solver.solution.obj_val, solver.solution.x)
    }
}
