//! The one programme that every problem about conditional value at risk becomes.

use po_convex::{Absolute, Program, Rows};
use po_core::{Certificate, Confidence, InputError, Returns, Status};

/// A convex programme in the conditional value at risk of a portfolio over scenarios.
///
/// ```text
/// minimise    λ CVaR_β(x) + c'x + ½ x'diag(r)x + Σ_f Σ_i k_fi |x_i - h_fi|
/// subject to  CVaR_β(x) <= limit
///             lower <= x <= upper
///             row_lower <= A x <= row_upper
///             Σ_i |x_i - h_fi| <= limit_f          for each family f of absolute values
///
/// CVaR_β(x) = min_ζ ζ + 1/(1-β) Σ_t p_t (-R_t'x - ζ)₊
/// ```
///
/// R is the matrix of returns, of which each row is a scenario with the probability p. Without a ridge it is the linear programme of Rockafellar
/// and Uryasev.
///
/// # Shapes and units
/// T scenarios of N assets. Weights are fractions of capital, losses positive, everything per period.
///
/// # Source
/// Rockafellar and Uryasev (2000), equations 9 and 17; (2002), theorem 10.
#[derive(Clone, Copy, Debug)]
pub struct CvarProgram<'a> {
    /// R: the returns of each asset in each scenario.
    pub returns: &'a Returns,
    /// p: positive or zero, one per scenario, summing to one; empty for equal ones.
    pub probabilities: &'a [f64],
    /// β.
    pub confidence: Confidence,
    /// λ, zero or more: the price of risk in the objective.
    pub price: f64,
    /// The greatest conditional value at risk; infinity for none.
    pub limit: f64,
    /// c, for example the expected returns with their signs turned.
    pub linear: &'a [f64],
    /// r, zero or more for each asset; empty for none.
    pub ridge: &'a [f64],
    /// Least weight of each asset, possibly minus infinity.
    pub lower: &'a [f64],
    /// Greatest weight of each asset, possibly infinity.
    pub upper: &'a [f64],
    /// A and its limits.
    pub rows: &'a Rows,
    /// Families of absolute values: turnover, gross exposure, both or none.
    pub absolute: &'a [Absolute<'a>],
}

/// The solution of a [`CvarProgram`], with its multipliers and its proof.
///
/// Multipliers have the sign of `∂ objective / ∂ limit`: of a lower limit that binds zero or more, of an upper one
/// zero or less.
#[derive(Debug, Default, PartialEq)]
pub struct CvarSolution {
    /// x.
    pub x: Vec<f64>,
    /// The objective at x.
    pub objective: f64,
    /// The value at risk at x: the ζ of the definition.
    pub var: f64,
    /// The conditional value at risk at x.
    pub cvar: f64,
    /// Multiplier of each row.
    pub rows: Vec<f64>,
    /// Multiplier of the limit of each family of absolute values: zero or less.
    pub absolute: Vec<f64>,
    /// Multiplier of the bounds of each asset.
    pub bounds: Vec<f64>,
    /// Multiplier of the limit on conditional value at risk: zero or less.
    pub limit: f64,
    /// The scenarios that make up the tail, and the weight of each in the worst mean: zero or more, at most
    /// p_t/(1-β), summing to one.
    pub tail: Vec<(usize, f64)>,
    /// How the numerics ended.
    pub status: Status,
    /// Iterations used.
    pub iterations: usize,
    /// The proof, computed from the programme, x and the multipliers alone.
    pub certificate: Certificate,
    /// Multiplier of a limit on the tracking error, which a programme has not: zero or less.
    pub(crate) tracking: f64,
}

impl Clone for CvarSolution {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.clone_from(self);
        clone
    }

    /// Keeps the memory that is there, which the derived spelling would not.
    fn clone_from(&mut self, source: &Self) {
        let Self {
            x,
            objective,
            var,
            cvar,
            rows,
            absolute,
            bounds,
            limit,
            tail,
            status,
            iterations,
            certificate,
            tracking,
        } = source;
        self.x.clone_from(x);
        self.rows.clone_from(rows);
        self.absolute.clone_from(absolute);
        self.bounds.clone_from(bounds);
        self.tail.clone_from(tail);
        self.objective = *objective;
        self.var = *var;
        self.cvar = *cvar;
        self.limit = *limit;
        self.status = *status;
        self.iterations = *iterations;
        self.certificate = *certificate;
        self.tracking = *tracking;
    }
}

/// How far the sum of probabilities may be from one: what thousands of roundings leave.
const ROUNDING: f64 = 1e-9;

const FINITE: &str = "a finite number";
const NOT_NEGATIVE: &str = "a finite number, zero or more";

impl CvarProgram<'_> {
    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "returns are never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.returns.assets()
    }

    /// Checks lengths, signs and finiteness, in the user's terms.
    pub(super) fn check(&self) -> Result<(), InputError> {
        let (assets, not_negative) = (self.len(), |value: f64| value.is_finite() && value >= 0.0);
        let length = |what, actual: usize, expected: usize| {
            if actual == expected {
                Ok(())
            } else {
                Err(InputError::LengthMismatch { what, expected, actual })
            }
        };
        let optional = |list: &[f64]| if list.is_empty() { assets } else { list.len() };
        if !self.probabilities.is_empty() {
            length("the list of probabilities", self.probabilities.len(), self.returns.observations())?;
            if let Some(&value) = self.probabilities.iter().find(|p| !not_negative(**p)) {
                let (name, expected) = ("the probability of a scenario", NOT_NEGATIVE);
                return Err(InputError::OutOfRange { name, value, expected });
            }
            let sum = po_core::simd::sum(self.probabilities);
            if (sum - 1.0).abs() > ROUNDING {
                return Err(InputError::SumNotOne { what: "the probabilities of the scenarios", sum });
            }
        }
        if !not_negative(self.price) {
            let (name, expected) = ("the price of risk", NOT_NEGATIVE);
            return Err(InputError::OutOfRange { name, value: self.price, expected });
        }
        if self.limit.is_nan() || self.limit == f64::NEG_INFINITY {
            let (name, expected) =
                ("the limit on conditional value at risk", "a number, or infinity for none");
            return Err(InputError::OutOfRange { name, value: self.limit, expected });
        }
        length("the list of linear terms", self.linear.len(), assets)?;
        each("the linear term", self.linear, f64::is_finite, FINITE)?;
        length("the list of ridge terms", optional(self.ridge), assets)?;
        each("the ridge term", self.ridge, not_negative, NOT_NEGATIVE)?;
        length("the list of lower bounds", self.lower.len(), assets)?;
        length("the list of upper bounds", self.upper.len(), assets)?;
        length("a row of coefficients", self.rows.assets(), assets)?;
        for (asset, (&lower, &upper)) in self.lower.iter().zip(self.upper).enumerate() {
            if !(lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY) {
                return Err(InputError::BoundsCross { asset, lower, upper });
            }
        }
        if self.absolute.len() > Program::FAMILIES {
            let (name, value) = ("the number of families of absolute values", self.absolute.len() as f64);
            return Err(InputError::OutOfRange { name, value, expected: "at most 2" });
        }
        for family in self.absolute {
            length("the list of holdings", family.center.len(), assets)?;
            each("the holding", family.center, f64::is_finite, FINITE)?;
            length("the list of costs", optional(family.cost), assets)?;
            each("the cost", family.cost, not_negative, NOT_NEGATIVE)?;
            if family.limit.is_nan() || family.limit < 0.0 {
                let (name, value) = ("the limit on absolute values", family.limit);
                return Err(InputError::OutOfRange { name, value, expected: "zero or more" });
            }
        }
        Ok(())
    }
}

fn each(
    name: &'static str,
    values: &[f64],
    sound: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), InputError> {
    match values.iter().position(|value| !sound(*value)) {
        None => Ok(()),
        Some(asset) => Err(InputError::AssetOutOfRange { name, asset, value: values[asset], expected }),
    }
}
