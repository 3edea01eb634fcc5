//! What the benches compare with: Clarabel on the same programmes, and coordinate descent as the papers print it.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SupportedConeT};
use po_core::Covariance;
use po_core::simd::{axpy, dot};

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
    pub fn new(
        covariance: &Covariance,
        linear: &[f64],
        upper: f64,
        sectors: Option<(usize, f64, f64)>,
    ) -> Self {
        let assets = covariance.len();
        let (mut start, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
        for col in 0..assets {
            rows.extend(0..=col);
            values.extend_from_slice(&covariance.column(col)[..=col]);
            start.push(rows.len());
        }
        let quadratic = CscMatrix::new(assets, assets, start, rows, values);
        Self::of(quadratic, linear, upper, sectors)
    }

    /// As [`Reference::new`], with a diagonal in place of a covariance, stored as one.
    #[must_use]
    pub fn diagonal(
        diagonal: &[f64],
        linear: &[f64],
        upper: f64,
        sectors: Option<(usize, f64, f64)>,
    ) -> Self {
        let assets = diagonal.len();
        let quadratic =
            CscMatrix::new(assets, assets, (0..=assets).collect(), (0..assets).collect(), diagonal.to_vec());
        Self::of(quadratic, linear, upper, sectors)
    }

    fn of(quadratic: CscMatrix<f64>, linear: &[f64], upper: f64, sectors: Option<(usize, f64, f64)>) -> Self {
        let assets = linear.len();
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

/// Equal risk contributions by cyclical coordinate descent, one row at a time (Griveau-Billion, Richard and Roncalli
/// 2013), until no share of risk is further than `tolerance` from its budget.
#[must_use]
pub fn risk_parity_row_by_row(covariance: &Covariance, tolerance: f64) -> Vec<f64> {
    let assets = covariance.len();
    let budget = 1.0 / assets as f64;
    let mut x: Vec<f64> = covariance.volatilities().iter().map(|volatility| 1.0 / volatility).collect();
    let scale = 1.0 / covariance.as_view().sum().sqrt();
    x.iter_mut().for_each(|x| *x *= scale);
    let mut product: Vec<f64> = (0..assets).map(|asset| dot(covariance.column(asset), &x)).collect();
    for _ in 0..1000 {
        for asset in 0..assets {
            let variance = covariance.column(asset)[asset];
            let rest = product[asset] - variance * x[asset];
            let next = ((rest * rest + 4.0 * variance * budget).sqrt() - rest) / (2.0 * variance);
            axpy(next - x[asset], covariance.column(asset), &mut product);
            x[asset] = next;
        }
        let risk = dot(&x, &product);
        let worst =
            x.iter().zip(&product).fold(0.0, |worst: f64, (x, p)| worst.max((x * p / risk - budget).abs()));
        if worst <= tolerance {
            break;
        }
    }
    let sum: f64 = x.iter().sum();
    x.iter_mut().for_each(|x| *x /= sum);
    x
}
