//! Estimated parameters and how sure they are.

use super::likelihood::Likelihood;
use super::matrix::{LARGEST, solve};
use super::passes::{ALPHA, BETA, GAMMA, MEAN, OMEGA};
use super::programme::{Constraint, Matrix, SIZE, Vector, bordered};

/// A parameter of a univariate model of variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Coefficient {
    /// μ
    Mean,
    /// ω
    Omega,
    /// α
    Alpha,
    /// γ
    Gamma,
    /// β
    Beta,
    /// α + γ, where it is what stands on a bound.
    AlphaPlusGamma,
    /// The persistence, where it is what stands on a bound.
    Persistence,
    /// ν
    DegreesOfFreedom,
    /// How much an EGARCH expands a change of its variance, where it is what stands on a bound.
    Invertibility,
}

impl Coefficient {
    pub(crate) fn of_parameter(parameter: usize) -> Self {
        match parameter {
            MEAN => Self::Mean,
            OMEGA => Self::Omega,
            ALPHA => Self::Alpha,
            GAMMA => Self::Gamma,
            BETA => Self::Beta,
            _ => Self::DegreesOfFreedom,
        }
    }
}

/// An estimated parameter with its standard errors.
///
/// Both are computed within the bounds that hold the optimum: a parameter that stands on one has standard
/// error zero. They are not a number where the log-likelihood is not concave. The target of a targeted
/// intercept counts as known. The log-likelihood of an EGARCH has a kink wherever the mean meets a return; an
/// optimum that stands on one has no Hessian, and the error of the mean says little.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GarchEstimate {
    /// Which parameter.
    pub coefficient: Coefficient,
    /// Its estimate.
    pub value: f64,
    /// From the inverse of the Hessian H of the log-likelihood, which is right if the density is.
    pub standard_error: f64,
    /// From the sandwich of H and the outer products G of the scores, which is right whatever the density
    /// (Bollerslev and Wooldridge 1992).
    ///
    /// ```text
    /// H⁻¹ G H⁻¹
    /// ```
    pub robust_error: f64,
}

/// Differences of the gradient are taken over this part of a standard error: near enough for its curvature to
/// be lost, far enough for its rounding.
const APART: f64 = 1e-4;

/// The standard errors at an optimum, plain and robust, for each free parameter; `multiplier` is that of the bound
/// on the expansion.
pub(crate) fn errors(
    likelihood: &Likelihood<'_>,
    point: &Vector,
    held: &[Constraint],
    multiplier: f64,
) -> [(f64, f64); SIZE] {
    let size = likelihood.free().len();
    let information = likelihood.information(point, false);
    let hessian = hessian(likelihood, point, &information, multiplier);
    // A bound that bends is a plane where the optimum stands on it, and its bend is in the Hessian.
    let normal = likelihood.look(point).expansion_gradient;
    let bent = (multiplier > 0.0).then_some(Constraint { normal, lower: 0.0 });
    let held = held.iter().chain(&bent);
    let equations = size + held.clone().count();
    let mut identity = [[0.0; LARGEST]; LARGEST];
    (0..equations).for_each(|row| identity[row][row] = 1.0);
    let mut errors = [(f64::NAN, f64::NAN); SIZE];
    let Some(inverse) = solve(bordered(&hessian, size, held), identity, equations) else { return errors };
    for (row, errors) in errors.iter_mut().enumerate().take(size) {
        let along = |left: usize| (0..size).map(|k| information[left][k] * inverse[row][k]).sum::<f64>();
        let robust: f64 = (0..size).map(|left| inverse[row][left] * along(left)).sum();
        *errors = (clean(inverse[row][row]).sqrt(), clean(robust).sqrt());
    }
    errors
}

/// A variance that is rounding, which may be negative, is zero.
fn clean(variance: f64) -> f64 {
    if variance.abs() < 1e-24 { 0.0 } else { variance }
}

/// Minus the Hessian of the log-likelihood, less the force of the bound on the expansion, from central differences
/// of the gradient.
fn hessian(likelihood: &Likelihood<'_>, point: &Vector, information: &Matrix, multiplier: f64) -> Matrix {
    let size = likelihood.free().len();
    let mut hessian = [[0.0; SIZE]; SIZE];
    for col in 0..size {
        let apart = APART / information[col][col].sqrt();
        let at = |by: f64| {
            let mut moved = *point;
            moved[col] += by;
            (moved[col], likelihood.look(&moved).slopes(multiplier))
        };
        let ((up, above), (down, below)) = (at(apart), at(-apart));
        for (row, (above, below)) in above.into_iter().zip(below).enumerate().take(size) {
            let slope = 0.5 * (below - above) / (up - down);
            hessian[row][col] += slope;
            hessian[col][row] += slope;
        }
    }
    hessian
}
