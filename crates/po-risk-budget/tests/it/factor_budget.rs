//! Risk budgets of factors: closed forms, properties, a slow oracle, and what is refused.

use po_convex::Constraints;
use po_core::{Allocator, Bounds, Covariance, InputError, Status, Weights};
use po_risk_budget::{
    Error, FactorBudgetAllocation, FactorExposures, FactorRiskBudgetParams, FactorRiskBudgeting,
    RiskBudgetParams, RiskBudgeting,
};
use proptest::prelude::*;

use crate::covariances::{self, hedged_covariance};
use crate::scenarios::{Dice, assert_close, budget, cases, returns};

/// A few sums and quotients of numbers of order one.
const ROUNDING: f64 = 1e-12;

/// The same after the inversion of random exposures.
const INVERTED: f64 = 1e-9;

fn allocate(
    params: FactorRiskBudgetParams,
    covariance: &Covariance,
    exposures: &FactorExposures,
) -> Result<FactorBudgetAllocation, Error> {
    FactorRiskBudgeting::new(params)?.allocate(covariance, exposures)
}

fn params(shares: &[f64], constraints: Option<Constraints>) -> FactorRiskBudgetParams {
    FactorRiskBudgetParams { budget: Some(budget(shares)), constraints, ..Default::default() }
}

/// When each asset is its own factor, the budgets are those of the assets.
#[test]
fn assets_as_factors() {
    let covariance = returns(100, 4, 3).covariance().unwrap();
    let identity: Vec<f64> = (0..16).map(|place| if place % 5 == 0 { 1.0 } else { 0.0 }).collect();
    let exposures = FactorExposures::from_column_slice(4, 4, &identity).unwrap();
    let shares = [0.1, 0.2, 0.3, 0.4];
    let found = allocate(params(&shares, None), &covariance, &exposures).unwrap();
    let of_assets =
        RiskBudgetParams { budget: Some(budget(&shares)), tolerance: 1e-13, ..Default::default() };
    let expected = RiskBudgeting::new(of_assets).unwrap().allocate((&covariance).into()).unwrap();
    assert_close(found.weights().as_slice(), expected.weights().as_slice(), ROUNDING);
    assert!(found.is_met && found.report.residual_share.abs() < ROUNDING);
}

/// Principal portfolios do not move together: exposures are as `sqrt(b) / σ` of each, on the side of a
/// positive sum.
#[test]
fn principal_portfolios() {
    // Two assets of variance 0.05 and covariance 0.03: together 0.08, apart 0.02, for vectors of length one.
    let covariance = Covariance::from_column_slice(2, &[0.05, 0.03, 0.03, 0.05]).unwrap();
    let root = 0.5_f64.sqrt();
    let exposures = FactorExposures::from_column_slice(2, 2, &[root, root, root, -root]).unwrap();
    let found = allocate(params(&[0.8, 0.2], None), &covariance, &exposures).unwrap();
    // sqrt(0.8 / 0.08) : sqrt(0.2 / 0.02) = 1 : 1, so that all is in the first asset.
    assert_close(found.weights().as_slice(), &[1.0, 0.0], ROUNDING);
    assert_close(&found.report.share, &[0.8, 0.2], ROUNDING);
    assert_close(&found.report.exposure, &[root, root], ROUNDING);
}

/// A portfolio that no factor spans is all residual.
#[test]
fn what_factors_do_not_span_is_residual() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04]).unwrap();
    let exposures = FactorExposures::from_column_slice(2, 1, &[1.0, 1.0]).unwrap();
    let spread = exposures.contributions(&covariance, &Weights::new(vec![1.0, -1.0]).unwrap()).unwrap();
    assert_close(&spread.share, &[0.0], ROUNDING);
    assert!(
        (spread.residual_share - 1.0).abs() < ROUNDING
            && (spread.residual - 0.08_f64.sqrt()).abs() < ROUNDING
    );
}

/// The long-only portfolio nearest to the budget, among all on a fine grid.
#[test]
fn the_nearest_long_only_portfolio_of_three_assets() {
    const STEPS: usize = 200;
    let mut dice = Dice::new(11);
    for seed in 0..12 {
        let covariance = returns(60, 3, seed).covariance().unwrap();
        let entries: Vec<f64> = (0..6).map(|_| dice.normal()).collect();
        let exposures = FactorExposures::from_column_slice(3, 2, &entries).unwrap();
        let shares = dice.shares(2);
        let found = allocate(params(&shares, Some(Constraints::default())), &covariance, &exposures).unwrap();
        assert!(found.weights().as_slice().iter().all(|weight| *weight >= 0.0));
        assert!((found.weights().net() - 1.0).abs() < ROUNDING);
        let distance = |weights: Vec<f64>| {
            let report = exposures.contributions(&covariance, &Weights::new(weights).unwrap()).unwrap();
            report
                .share
                .iter()
                .zip(&shares)
                .map(|(share, budget)| (share - budget).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let mut least = f64::INFINITY;
        for first in 0..=STEPS {
            for second in 0..=STEPS - first {
                let of = |steps: usize| steps as f64 / STEPS as f64;
                least = least.min(distance(vec![of(first), of(second), of(STEPS - first - second)]));
            }
        }
        assert!(found.distance <= least + ROUNDING, "{seed}: {} above {least}", found.distance);
    }
}

fn problems() -> impl Strategy<Value = (Covariance, FactorExposures, Vec<f64>, u64)> {
    (2_usize..=8, 1_usize..=8, any::<u64>()).prop_map(|(assets, factors, seed)| {
        let factors = factors.min(assets);
        let mut dice = Dice::new(seed);
        // A market beside random factors, so that the net exposure of one is not small.
        let entries: Vec<f64> = (0..assets * factors)
            .map(|place| if place < assets { 1.0 + 0.3 * dice.normal() } else { dice.normal() })
            .collect();
        let exposures = FactorExposures::from_column_slice(assets, factors, &entries).unwrap();
        (returns(40 + 4 * assets, assets, seed).covariance().unwrap(), exposures, dice.shares(factors), seed)
    })
}

proptest! {
    #![proptest_config(cases(150))]

    /// Components and residual add up, for any portfolio; marginal risk times exposure is the component.
    #[test]
    fn contributions_add_up((covariance, exposures, _, seed) in problems()) {
        let mut dice = Dice::new(seed ^ 3);
        let weights = Weights::new((0..covariance.len()).map(|_| dice.normal()).collect()).unwrap();
        let report = exposures.contributions(&covariance, &weights).unwrap();
        let variance = covariance.portfolio_variance(&weights).unwrap();
        prop_assert!((report.risk - variance.sqrt()).abs() < ROUNDING);
        let total: f64 = report.component.iter().sum::<f64>() + report.residual;
        prop_assert!((total - report.risk).abs() < ROUNDING);
        prop_assert!((report.share.iter().sum::<f64>() + report.residual_share - 1.0).abs() < ROUNDING);
        // Twice the portfolio has the same shares.
        let twice = Weights::new(weights.as_slice().iter().map(|weight| 2.0 * weight).collect()).unwrap();
        assert_close(&exposures.contributions(&covariance, &twice).unwrap().share, &report.share, ROUNDING);
    }

    /// Without constraints the budgets hold, with no residual, and weights sum to one; neither the sign of a
    /// factor nor its unit matters.
    #[test]
    fn unrestricted_budgets_are_met((covariance, exposures, shares, seed) in problems()) {
        let found = match allocate(params(&shares, None), &covariance, &exposures) {
            Err(Error::NetNotPositive { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        prop_assert!(found.is_met);
        let gross = found.weights().gross();
        prop_assert!((found.weights().net() - 1.0).abs() < ROUNDING * gross);
        assert_close(&found.report.share, &shares, INVERTED);
        prop_assert!(found.report.residual_share.abs() < INVERTED);
        let mut dice = Dice::new(seed ^ 5);
        let entries: Vec<f64> = (0..exposures.factors())
            .flat_map(|factor| {
                let unit = if dice.uniform() < 0.5 { -2.0 } else { 0.5 };
                exposures.factor(factor).iter().map(move |entry| unit * entry).collect::<Vec<_>>()
            })
            .collect();
        let (assets, factors) = (exposures.assets(), exposures.factors());
        let turned = FactorExposures::from_column_slice(assets, factors, &entries).unwrap();
        let other = allocate(params(&shares, None), &covariance, &turned).unwrap();
        assert_close(other.weights().as_slice(), found.weights().as_slice(), INVERTED * gross);
    }

    /// Under constraints these hold, and the distance told is that of the shares.
    #[test]
    fn constraints_hold((covariance, exposures, shares, _) in problems()) {
        let found = match allocate(params(&shares, Some(Constraints::default())), &covariance, &exposures) {
            Err(Error::NetNotPositive { .. }) => return Ok(()),
            other => other.unwrap(),
        };
        prop_assert!(found.weights().as_slice().iter().all(|weight| *weight >= -ROUNDING));
        prop_assert!((found.weights().net() - 1.0).abs() < ROUNDING);
        let squares = found.report.share.iter().zip(&shares).map(|(share, budget)| (share - budget).powi(2));
        prop_assert!((squares.sum::<f64>().sqrt() - found.distance).abs() < ROUNDING);
        let free = allocate(params(&shares, None), &covariance, &exposures).unwrap();
        let long = free.weights().as_slice().iter().all(|weight| *weight >= 0.0);
        prop_assert!(found.is_met || !long);
        prop_assert_eq!(found.is_met, found.distance < 1e-9);
    }
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn exposures_that_are_none() {
    let expected = InputError::LengthMismatch { what: "the list of exposures", expected: 4, actual: 3 };
    let text = "the list of exposures has length 3, expected 4";
    assert_refused(FactorExposures::from_column_slice(2, 2, &[1.0; 3]), &expected.into(), text);
    let text = "the exposures to 2 factors have rank 1, expected 2: some factors are combinations of others";
    let expected = Error::DependentFactors { factors: 2, rank: 1 };
    assert_refused(FactorExposures::from_column_slice(2, 2, &[1.0, 2.0, 2.0, 4.0]), &expected, text);
    let more = FactorExposures::from_column_slice(1, 2, &[1.0, 2.0]);
    assert_eq!(more, Err(Error::DependentFactors { factors: 2, rank: 1 }));
    assert!(matches!(
        FactorExposures::from_column_slice(0, 0, &[]),
        Err(Error::Input(InputError::Empty { .. }))
    ));
    let nan = FactorExposures::from_column_slice(2, 1, &[1.0, f64::NAN]);
    assert!(matches!(nan, Err(Error::Input(InputError::NotFinite { row: 1, .. }))));
}

#[test]
fn lists_of_another_length() {
    let exposures = FactorExposures::from_column_slice(2, 1, &[1.0, 1.0]).unwrap();
    let (three, two) = (returns(20, 3, 1).covariance().unwrap(), returns(20, 2, 1).covariance().unwrap());
    let expected = InputError::LengthMismatch { what: "the covariance", expected: 2, actual: 3 };
    let text = "the covariance has length 3, expected 2";
    assert_refused(allocate(params(&[1.0], None), &three, &exposures), &expected.clone().into(), text);
    let weights = Weights::equal(2).unwrap();
    assert_refused(exposures.contributions(&three, &weights), &expected.into(), text);
    let expected = InputError::LengthMismatch { what: "the risk budget", expected: 1, actual: 2 };
    let text = "the risk budget has length 2, expected 1";
    assert_refused(allocate(params(&[0.5, 0.5], None), &two, &exposures), &expected.into(), text);
    let expected = InputError::LengthMismatch { what: "the list of weights", expected: 2, actual: 3 };
    let text = "the list of weights has length 3, expected 2";
    assert_refused(exposures.contributions(&two, &Weights::equal(3).unwrap()), &expected.into(), text);
}

#[test]
fn settings_and_portfolios_out_of_range() {
    let with = FactorRiskBudgetParams { iteration_limit: 0, ..Default::default() };
    let expected = InputError::OutOfRange { name: "the iteration limit", value: 0.0, expected: "1 or more" };
    assert_refused(
        FactorRiskBudgeting::new(with),
        &expected.into(),
        "the iteration limit is 0, expected 1 or more",
    );
    let exposures = FactorExposures::from_column_slice(2, 1, &[1.0, 1.0]).unwrap();
    let covariance = returns(20, 2, 1).covariance().unwrap();
    let nothing = exposures.contributions(&covariance, &Weights::new(vec![0.0, 0.0]).unwrap());
    let (name, expected) = ("the variance of the portfolio", "a positive, finite number");
    let text = "the variance of the portfolio is 0, expected a positive, finite number";
    assert_refused(nothing, &InputError::OutOfRange { name, value: 0.0, expected }.into(), text);
}

/// A factor that is long one asset and short the other by as much has no net exposure to scale to one.
#[test]
fn a_factor_without_a_net_exposure() {
    let exposures = FactorExposures::from_column_slice(2, 1, &[1.0, -1.0]).unwrap();
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let error = allocate(params(&[1.0], None), &covariance, &exposures).unwrap_err();
    assert!(matches!(error, Error::NetNotPositive { net } if net.abs() < ROUNDING), "{error}");
}

#[test]
fn a_constraint_that_no_programme_can_take() {
    let constraints = Some(Constraints { cardinality: Some(1), ..Constraints::default() });
    let exposures = FactorExposures::from_column_slice(2, 1, &[1.0, 1.0]).unwrap();
    let method = "the nearest budget of factors";
    let expected = po_convex::Error::Unsupported { method, constraint: "a limit on the number of assets" };
    let text = "the nearest budget of factors cannot take a limit on the number of assets, expected a request without it";
    assert_refused(
        allocate(params(&[1.0], constraints), &returns(20, 2, 1).covariance().unwrap(), &exposures),
        &expected.into(),
        text,
    );
}

/// All that the bounds leave is cash, which has no risk that factors could share.
#[test]
fn a_portfolio_without_risk() {
    let covariance = Covariance::from_column_slice(2, &[0.0, 0.0, 0.0, 0.04]).unwrap();
    let exposures = FactorExposures::from_column_slice(2, 1, &[0.0, 1.0]).unwrap();
    let bounds = Some(Bounds::new(vec![0.0, 0.0], vec![1.0, 0.0]).unwrap());
    let constraints = Some(Constraints { bounds, ..Constraints::default() });
    let error = allocate(params(&[1.0], constraints), &covariance, &exposures).unwrap_err();
    assert_eq!(error, Error::Riskless { ratio: 0.0 });
}

/// Rounding keeps the shares of an all but perfect hedge from any budget; that is told, and no error.
#[test]
fn rounding_that_is_in_the_way_is_told() {
    let mut matrix = hedged_covariance(10, 1.0).into_inner();
    matrix.iter_mut().step_by(11).for_each(|variance| *variance *= 1.0 + 1e-11);
    let covariance = Covariance::new(matrix).unwrap();
    let identity: Vec<f64> = (0..100).map(|place| f64::from(u8::from(place % 11 == 0))).collect();
    let exposures = FactorExposures::from_column_slice(10, 10, &identity).unwrap();
    let shares = covariances::budget(10, 5);
    let allocation = allocate(params(shares.shares(), None), &covariance, &exposures).unwrap();
    assert_eq!(allocation.solution.status, Status::Stalled);
    assert!(!allocation.is_met && (1e-10..1e-2).contains(&allocation.distance));
    assert!(allocation.solution.certificate.dual_residual <= allocation.distance);
}
