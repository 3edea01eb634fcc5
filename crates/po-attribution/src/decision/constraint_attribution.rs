//! What each constraint costs.

use po_core::linalg::Cholesky;
use po_core::simd::dot;

use super::{ConstraintInput, ConstraintParams};
use crate::Error;
use crate::factor::{check_assets, check_total};
use crate::sum::Sum;

/// The distance from the unconstrained optimum to the constrained one, split by constraints.
///
/// ```text
/// w* = 1/γ Σ⁻¹ μ                       the unconstrained optimum
/// h_j = -λ_j/γ Σ⁻¹ a_j                 what constraint j changed
/// w  = w* + Σ_j h_j + h_0              h_0: what the conditions of optimality are off by
///
/// U(w*) - U(w) = γ/2 (w*-w)'Σ(w*-w) = Σ_j λ_j/2 a_j'(w*-w) + ...        utility: U(w) = μ'w - γ/2 w'Σw
/// ```
///
/// A constraint that does not bind has a price of zero and changes nothing. What a cap on each of many assets costs
/// together is the sum of its bounds, as [`Family::total`](crate::Family::total) tells it. Utility costs are those of one constraint in
/// the company of the others; one of them may be negative when a constraint undoes what another one does.
///
/// # Shapes and units
/// N assets, J constraints; weights in fractions of capital, costs in expected return per period: 0.0001 is a basis point.
///
/// # Examples
/// ```
/// use po_attribution::{
///     ConstraintInput, ConstraintParams, ConstraintRow, PricedConstraint, Relation, constraint_attribution,
/// };
/// use po_core::Covariance;
///
/// // One asset with an expected return of 4 %, a variance of 0.04 and an aversion of 2 would be held by half; a cap of
/// // 30 % has a price of 0.04 - 2 * 0.04 * 0.3.
/// let covariance = Covariance::from_column_slice(1, &[0.04])?;
/// let cap = PricedConstraint {
///     name: "cap",
///     row: ConstraintRow::Asset(0),
///     relation: Relation::AtMost,
///     limit: 0.3,
///     multiplier: 0.016,
/// };
/// let input = ConstraintInput {
///     covariance: &covariance,
///     expected_returns: &[0.04],
///     risk_aversion: 2.0,
///     weights: &[0.3],
///     constraints: &[cap],
/// };
/// let parts = constraint_attribution(&input, &ConstraintParams::default())?;
/// assert!((parts.unconstrained[0] - 0.5).abs() < 1e-15);
/// assert!((parts.shift(0)[0] + 0.2).abs() < 1e-15);
/// assert!((parts.utility_costs[0] - 0.0016).abs() < 1e-16);
/// assert!((parts.first_order_costs[0] - 0.0032).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Grinold and Easton (1998), "Attribution of performance and holdings"; Scherer and Xu (2007), "The impact of constraints
/// on value-added"; Stubbs and Vandenbussche (2010), "Constraint attribution". Transfer coefficient: Clarke, de Silva and
/// Thorley (2002), here with the whole covariance in place of its diagonal.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ConstraintAttribution {
    /// What the constraints are called: J.
    pub names: Vec<String>,
    /// The unconstrained optimum: N.
    pub unconstrained: Vec<f64>,
    /// What each constraint changed, one after the other: J times N.
    pub shifts: Vec<f64>,
    /// The expected returns for which the weights would be optimal without constraints, `γ Σ w`: N.
    pub implied_returns: Vec<f64>,
    /// What is left of the distance: N. It is zero but for the tolerance of the optimiser.
    pub residual: Vec<f64>,
    /// Utility that each constraint costs: J.
    pub utility_costs: Vec<f64>,
    /// Utility that the residual costs.
    pub residual_utility_cost: f64,
    /// Utility that everything costs: the sum of the above.
    pub utility_cost: f64,
    /// Expected return that each constraint costs: J. Less risk may be what it buys.
    pub return_costs: Vec<f64>,
    /// `λ_j (a_j'w* - b_j)`: the price times how far the unconstrained optimum is beyond the limit, J. What is lost to one
    /// constraint alone is half of that.
    pub first_order_costs: Vec<f64>,
    /// The correlation of the returns of the two optima; zero where one of them has no risk.
    pub transfer_coefficient: f64,
    /// The largest violation of `μ - γΣw - A'λ = 0`, over its largest term.
    pub optimality_residual: f64,
}

/// The profit of an unconstrained optimum, and what each constraint added to it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ConstraintProfits {
    /// Of the unconstrained optimum.
    pub unconstrained: f64,
    /// Of what each constraint changed; negative where it was a cost.
    pub constraints: Vec<f64>,
    /// Of the residual.
    pub residual: f64,
    /// Of the constrained optimum: the sum of the above.
    pub total: f64,
}

/// Memory that an attribution of constraints keeps from call to call; it grows to the largest problem seen.
#[derive(Clone, Debug, Default)]
pub struct ConstraintScratch {
    /// Of the covariance.
    cholesky: Cholesky,
    /// Right-hand sides, N.
    side: Vec<f64>,
    /// What the condition of optimality is off by: N.
    off: Vec<f64>,
    /// The unconstrained optimum less the constrained one: N.
    distance: Vec<f64>,
}

impl ConstraintAttribution {
    /// What one constraint changed: N numbers, none where there is no such constraint.
    #[must_use]
    pub fn shift(&self, constraint: usize) -> &[f64] {
        let assets = self.unconstrained.len();
        self.shifts.chunks_exact(assets.max(1)).nth(constraint).unwrap_or_default()
    }

    /// The profit of the weights by what led to them, for realised returns of the assets, with fresh memory.
    ///
    /// # Errors
    /// As [`ConstraintAttribution::profits_into`].
    ///
    /// # Examples
    /// ```
    /// use po_attribution::ConstraintAttribution;
    ///
    /// let parts = ConstraintAttribution {
    ///     unconstrained: vec![0.5],
    ///     shifts: vec![-0.2],
    ///     residual: vec![0.0],
    ///     ..ConstraintAttribution::default()
    /// };
    /// let profits = parts.profits(&[0.10])?;
    /// assert!((profits.constraints[0] + 0.02).abs() < 1e-16);
    /// assert!((profits.total - 0.03).abs() < 1e-16);
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    pub fn profits(&self, returns: &[f64]) -> Result<ConstraintProfits, Error> {
        let mut profits = ConstraintProfits::default();
        self.profits_into(returns, &mut profits)?;
        Ok(profits)
    }

    /// As [`ConstraintAttribution::profits`], in the memory that is there.
    ///
    /// # Errors
    /// [`po_core::InputError::LengthMismatch`] unless there is one return for each asset;
    /// [`po_core::InputError::AssetOutOfRange`] for one that is not finite.
    pub fn profits_into(&self, returns: &[f64], profits: &mut ConstraintProfits) -> Result<(), Error> {
        check_assets("the return", returns, self.unconstrained.len())?;
        profits.unconstrained = dot(&self.unconstrained, returns);
        profits.residual = dot(&self.residual, returns);
        profits.constraints.clear();
        let shifts = self.shifts.chunks_exact(returns.len().max(1));
        profits.constraints.extend(shifts.map(|shift| dot(shift, returns)));
        let parts: Sum = profits.constraints.iter().copied().collect();
        profits.total = parts.plus(profits.unconstrained).plus(profits.residual).value();
        check_total(profits.total)
    }
}

/// Splits the distance between the two optima by constraints, with fresh memory.
///
/// # Errors
/// As [`constraint_attribution_into`].
pub fn constraint_attribution(
    input: &ConstraintInput<'_>,
    params: &ConstraintParams,
) -> Result<ConstraintAttribution, Error> {
    let mut attribution = ConstraintAttribution::default();
    constraint_attribution_into(input, params, &mut ConstraintScratch::default(), &mut attribution)?;
    Ok(attribution)
}

/// Splits the distance between the two optima by constraints; from the second call of a size on without touching the heap.
///
/// # Errors
/// [`po_core::InputError::LengthMismatch`], [`po_core::InputError::AssetOutOfRange`] and
/// [`po_core::InputError::OutOfRange`] for shapes and numbers;
/// [`po_core::InputError::NotPositiveDefinite`] for a covariance without an inverse; [`Error::NegativeMultiplier`] for an
/// inequality with a negative price; [`Error::NotComplementary`] for a constraint that is violated, or has a price and does
/// not bind; [`Error::NotOptimal`] with the asset whose condition of optimality is furthest off, when it is by more than
/// the tolerance. `attribution` is then unspecified.
///
/// # Cost
/// N³/3 multiplications, and 2 N² for each constraint that has a price.
pub fn constraint_attribution_into(
    input: &ConstraintInput<'_>,
    params: &ConstraintParams,
    scratch: &mut ConstraintScratch,
    attribution: &mut ConstraintAttribution,
) -> Result<(), Error> {
    input.check(params)?;
    let assets = input.covariance.len();
    let ConstraintScratch { cholesky, side, off, distance } = scratch;
    let (mu, gamma, weights) = (input.expected_returns, input.risk_aversion, input.weights);

    off.clear();
    off.extend_from_slice(mu);
    let mut scale = largest(mu);
    attribution.implied_returns.clear();
    for (asset, off) in off.iter_mut().enumerate() {
        let implied = gamma * dot(input.covariance.column(asset), weights);
        scale = scale.max(implied.abs());
        *off -= implied;
        attribution.implied_returns.push(implied);
    }
    for constraint in input.constraints {
        constraint.row.add_to(-constraint.signed(), off);
    }
    let furthest = (0..assets).max_by(|&a, &b| off[a].abs().total_cmp(&off[b].abs())).unwrap_or_default();
    let residual = off.get(furthest).copied().unwrap_or_default().abs();
    // Without returns and risks, nothing but zero is optimal.
    attribution.optimality_residual = if residual > 0.0 { residual / scale } else { 0.0 };
    let tolerance = params.tolerance * scale;
    if residual > tolerance || residual.is_nan() {
        return Err(Error::NotOptimal { asset: furthest, residual, tolerance });
    }
    for (place, constraint) in input.constraints.iter().enumerate() {
        let (slack, multiplier) = (constraint.slack(weights), constraint.multiplier);
        let near = params.tolerance * (1.0 + constraint.limit.abs());
        if slack < -near || (slack > near && multiplier.abs() > tolerance) {
            return Err(Error::NotComplementary { constraint: place, multiplier, slack });
        }
    }

    cholesky.factor(input.covariance.as_view())?;
    resize(side, assets);
    resize(&mut attribution.unconstrained, assets);
    side.iter_mut().zip(mu).for_each(|(side, mu)| *side = mu / gamma);
    cholesky.solve_into(side, &mut attribution.unconstrained)?;
    distance.clear();
    distance.extend(attribution.unconstrained.iter().zip(weights).map(|(free, weight)| free - weight));

    attribution.names.resize_with(input.constraints.len(), String::new);
    resize(&mut attribution.shifts, input.constraints.len() * assets);
    attribution.utility_costs.clear();
    attribution.return_costs.clear();
    attribution.first_order_costs.clear();
    let shifts = attribution.shifts.chunks_exact_mut(assets);
    for ((constraint, shift), name) in input.constraints.iter().zip(shifts).zip(&mut attribution.names) {
        name.clear();
        name.push_str(constraint.name);
        let price = constraint.signed();
        if price != 0.0 {
            side.fill(0.0);
            constraint.row.add_to(-price / gamma, side);
            cholesky.solve_into(side, shift)?;
        }
        attribution.utility_costs.push(0.5 * price * constraint.row.dot(distance));
        attribution.return_costs.push(-dot(mu, shift));
        let beyond = constraint.row.dot(&attribution.unconstrained) - constraint.limit;
        attribution.first_order_costs.push(price * beyond);
    }

    // What is left is defined by the difference, so that the parts add up whatever the solutions have lost.
    attribution.residual.clear();
    for (asset, (weight, free)) in weights.iter().zip(&attribution.unconstrained).enumerate() {
        let moved = attribution.shifts.iter().skip(asset).step_by(assets);
        let reached: Sum = moved.copied().collect();
        attribution.residual.push(Sum::of_difference(*weight, *free).without(reached).value());
    }
    attribution.residual_utility_cost = 0.5 * dot(off, distance);
    let costs: Sum = attribution.utility_costs.iter().copied().collect();
    attribution.utility_cost = costs.plus(attribution.residual_utility_cost).value();

    // γ Σ w* = μ, so that the covariance of the two optima is that of the weights with the expected returns.
    let free = dot(mu, &attribution.unconstrained);
    let risks = (free.max(0.0) * dot(&attribution.implied_returns, weights).max(0.0)).sqrt();
    attribution.transfer_coefficient = if risks > 0.0 { dot(mu, weights) / risks } else { 0.0 };
    check_total(attribution.utility_cost)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}
