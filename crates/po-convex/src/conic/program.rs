//! What a conic programme is made of.

use po_core::simd::dot;
use po_core::{Certificate, InputError, Status};

use crate::interior::multiply;
use crate::{Program, Risk, check_positive_semidefinite};

/// A [`Program`] with limits on risks, risks in the objective, and costs that grow with a power of the trade.
///
/// ```text
/// minimise    f(x) + Σ_j p_j √((x - b_j)'Ω_j (x - b_j)) + Σ_i k_i |x_i - h_i|^{3/2}
/// subject to  the constraints of the programme
///             √((x - b_l)'Σ_l (x - b_l)) <= limit_l     for each limit l
/// ```
///
/// f is the objective of the programme. A limit with `b = 0` is one on volatility, with a benchmark for b one on
/// the tracking error. A risk in the objective is what remains of expected returns that are known only to lie in an
/// ellipsoid: the least return of x over `{ μ: (μ - m)'Ω^{-1}(μ - m) <= κ² }` is `m'x - κ √(x'Ωx)` (Ben-Tal and
/// Nemirovski, Robust solutions of uncertain linear programs, 1999).
///
/// # Shapes and units
/// N assets; limits in the units of a volatility, everything else as in [`Program`].
#[derive(Clone, Copy, Debug)]
pub struct ConicProgram<'a> {
    /// The objective and the constraints to begin with.
    pub program: Program<'a>,
    /// Limits on risks.
    pub limits: &'a [RiskLimit<'a>],
    /// Risks in the objective.
    pub costs: &'a [RiskCost<'a>],
    /// Market impact.
    pub power_cost: Option<PowerCost<'a>>,
}

/// A limit `√((x - b)'Σ (x - b)) <= limit`.
#[derive(Clone, Copy, Debug)]
pub struct RiskLimit<'a> {
    /// What results and errors call it.
    pub label: &'a str,
    /// Σ.
    pub risk: Risk<'a>,
    /// b: the benchmark; empty for zero.
    pub center: &'a [f64],
    /// The limit, above zero; infinity for none.
    pub limit: f64,
}

/// A term `p √((x - b)'Ω (x - b))` of the objective.
#[derive(Clone, Copy, Debug)]
pub struct RiskCost<'a> {
    /// Ω.
    pub risk: Risk<'a>,
    /// b; empty for zero.
    pub center: &'a [f64],
    /// p, zero or more.
    pub price: f64,
}

/// Terms `k_i |x_i - h_i|^{3/2}` of the objective: what trades cost by moving the price.
///
/// The price moves with the square root of what is traded (Almgren, Thum, Hauptmann and Li, Direct estimation of
/// equity market impact, 2005, measured an exponent of 0.6), so that the cost grows with the power 3/2.
#[derive(Clone, Copy, Debug)]
pub struct PowerCost<'a> {
    /// h: the holdings.
    pub center: &'a [f64],
    /// k, zero or more for each asset.
    pub cost: &'a [f64],
}

/// The solution of a [`ConicProgram`], with its multipliers and its proof.
///
/// Multipliers have the sign of `∂ objective / ∂ limit`, as in [`ProgramSolution`](crate::ProgramSolution).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConicSolution {
    /// x.
    pub x: Vec<f64>,
    /// The objective at x.
    pub objective: f64,
    /// Multiplier of each row.
    pub rows: Vec<f64>,
    /// Multiplier of the limit of each family of absolute values: zero or less.
    pub absolute: Vec<f64>,
    /// Multiplier of each limit on a risk: zero or less.
    pub limits: Vec<f64>,
    /// Multiplier of the bounds of each asset.
    pub bounds: Vec<f64>,
    /// Each risk that has a limit, at x.
    pub risks: Vec<f64>,
    /// How the numerics ended.
    pub status: Status,
    /// Iterations used.
    pub iterations: usize,
    /// The proof, computed from the programme, x and the multipliers alone.
    pub certificate: Certificate,
}

impl ConicProgram<'_> {
    /// The multiplier of each row, of each limit on absolute values and of each limit on a risk, by label: what the
    /// objective would change by if the limit were larger by one.
    ///
    /// In the example of [`ConicProgram::solve`], another unit of volatility is worth -0.6.
    pub fn shadow_prices<'s>(&'s self, solution: &'s ConicSolution) -> impl Iterator<Item = (&'s str, f64)> {
        let Self { program, limits, .. } = self;
        let rows = (0..program.rows.len()).map(|row| program.rows.label(row));
        let families = program.absolute.iter().map(|family| family.label);
        let labels = rows.chain(families).chain(limits.iter().map(|limit| limit.label));
        labels.zip(solution.rows.iter().chain(&solution.absolute).chain(&solution.limits).copied())
    }

    /// Checks what the programme does not.
    pub(super) fn check(&self) -> Result<(), InputError> {
        self.program.check()?;
        for limit in self.limits {
            self.check_risk(limit.risk, limit.center)?;
            if limit.limit.is_nan() || limit.limit <= 0.0 {
                let (name, value) = ("the limit on a risk", limit.limit);
                return Err(InputError::OutOfRange { name, value, expected: "a positive number" });
            }
        }
        for cost in self.costs {
            self.check_risk(cost.risk, cost.center)?;
            if !(cost.price.is_finite() && cost.price >= 0.0) {
                let (name, value) = ("the price of a risk", cost.price);
                return Err(InputError::OutOfRange {
                    name,
                    value,
                    expected: "a finite number, zero or more",
                });
            }
        }
        let Some(PowerCost { center, cost }) = self.power_cost else { return Ok(()) };
        self.check_length("the list of holdings", center.len())?;
        self.check_length("the list of costs", cost.len())?;
        check_assets("the holding", center, |value| value.is_finite(), "a finite number")?;
        let sound = |value: f64| value.is_finite() && value >= 0.0;
        check_assets("the cost", cost, sound, "a finite number, zero or more")
    }

    fn check_risk(&self, risk: Risk<'_>, center: &[f64]) -> Result<(), InputError> {
        self.check_length("a covariance", risk.len())?;
        if !center.is_empty() {
            self.check_length("a benchmark", center.len())?;
            check_assets("the weight in a benchmark", center, |value| value.is_finite(), "a finite number")?;
        }
        match risk {
            Risk::Dense(covariance) => check_positive_semidefinite(covariance),
            Risk::Factor(_) => Ok(()),
        }
    }

    fn check_length(&self, what: &'static str, actual: usize) -> Result<(), InputError> {
        let expected = self.program.len();
        if actual == expected { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
    }
}

fn check_assets(
    name: &'static str,
    values: &[f64],
    sound: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), InputError> {
    match values.iter().position(|&value| !sound(value)) {
        None => Ok(()),
        Some(asset) => Err(InputError::AssetOutOfRange { name, asset, value: values[asset], expected }),
    }
}

/// `√((x - b)'Σ (x - b))`, and `Σ (x - b)` into `product`.
pub(super) fn risk_at(risk: Risk<'_>, center: &[f64], x: &[f64], product: &mut [f64]) -> f64 {
    let distance = distance(center, x);
    multiply(risk, &distance, product);
    dot(&distance, product).max(0.0).sqrt()
}

/// `x - b`.
pub(super) fn distance(center: &[f64], x: &[f64]) -> Vec<f64> {
    x.iter().enumerate().map(|(asset, x)| x - center.get(asset).copied().unwrap_or(0.0)).collect()
}
