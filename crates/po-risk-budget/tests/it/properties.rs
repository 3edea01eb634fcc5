//! What holds for every covariance and every budget.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Budget, Covariance, Status};
use po_risk_budget::{
    Algorithm, Normalisation, Position, RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch,
    RiskBudgeting,
};
use proptest::prelude::*;

use crate::covariances::{budget, covariance, factor_covariance, normalised, sample_covariance, selected};
use crate::scenarios::{Dice, cases};

/// The default tolerance.
const TOLERANCE: f64 = 1e-10;

/// Shares within 1e-13 of their budgets; weights of some 1/N, whose condition is small.
const WEIGHTS: f64 = 1e-11;

fn precise() -> RiskBudgetParams {
    RiskBudgetParams { tolerance: 1e-13, ..RiskBudgetParams::default() }
}

fn allocate<'a>(params: &RiskBudgetParams, risk: impl Into<Risk<'a>>) -> RiskBudgetAllocation {
    RiskBudgeting::new(params.clone()).unwrap().allocate(risk.into()).unwrap()
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{index}: {actual} is not {expected}");
    }
}

/// The objective minimised one coordinate at a time, as Griveau-Billion, Richard and Roncalli (2013) write it.
fn naive(covariance: &Covariance, budget: &Budget) -> Vec<f64> {
    let matrix = covariance.as_view();
    let len = covariance.len();
    let mut x: Vec<f64> = covariance.volatilities().iter().map(|volatility| 1.0 / volatility).collect();
    for _ in 0..3000 {
        for i in 0..len {
            let others: f64 = (0..len).filter(|&j| j != i).map(|j| matrix[(i, j)] * x[j]).sum();
            let root = (others * others + 4.0 * matrix[(i, i)] * budget.shares()[i]).sqrt();
            x[i] = (root - others) / (2.0 * matrix[(i, i)]);
        }
    }
    let sum: f64 = x.iter().sum();
    x.iter().map(|x| x / sum).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn shares_are_the_budget_and_weights_are_on_the_simplex(assets in 1_usize..70, seed in any::<u64>()) {
        let (factor, budget) = (factor_covariance(assets, seed), budget(assets, seed));
        let dense = factor.covariance().unwrap();
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { budget: Some(budget.clone()), algorithm, ..RiskBudgetParams::default() };
            for risk in [Risk::Dense(&dense), Risk::Factor(&factor)] {
                let allocation = allocate(&params, risk);
                prop_assert_eq!(allocation.solution.status, Status::Converged);
                let shares = dense.risk_contributions(allocation.weights()).unwrap();
                close(&shares, budget.shares(), 1.01 * TOLERANCE);
                close(&allocation.report.share, budget.shares(), TOLERANCE);
                prop_assert!(allocation.weights().as_slice().iter().all(|weight| *weight > 0.0));
                prop_assert!((allocation.weights().net() - 1.0).abs() < 1e-14);
                let certificate = allocation.solution.certificate;
                prop_assert!(certificate.primal_residual < 1e-14 && certificate.dual_residual <= TOLERANCE);
                prop_assert!((0.0..1e-16).contains(&certificate.gap));
            }
        }
    }

    #[test]
    fn algorithms_and_forms_find_what_the_plain_loop_finds(assets in 1_usize..40, seed in any::<u64>()) {
        let (factor, budget) = (factor_covariance(assets, seed), budget(assets, seed));
        let dense = factor.covariance().unwrap();
        let expected = naive(&dense, &budget);
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { budget: Some(budget.clone()), algorithm, ..precise() };
            close(allocate(&params, &dense).weights().as_slice(), &expected, WEIGHTS);
            close(allocate(&params, &factor).weights().as_slice(), &expected, WEIGHTS);
        }
    }

    /// A covariance from fewer observations than assets has a risk budget none the less.
    #[test]
    fn a_singular_covariance_is_allocated(assets in 20_usize..60, seed in any::<u64>()) {
        let (covariance, budget) = (sample_covariance(assets, assets / 2, seed), budget(assets, seed));
        let params = RiskBudgetParams { budget: Some(budget.clone()), ..RiskBudgetParams::default() };
        let allocation = allocate(&params, &covariance);
        prop_assert_eq!(allocation.solution.status, Status::Converged);
        close(&allocation.report.share, budget.shares(), TOLERANCE);
    }

    #[test]
    fn the_order_of_the_assets_does_not_matter(assets in 1_usize..40, seed in any::<u64>()) {
        let (covariance, budget) = (covariance(assets, seed), budget(assets, seed));
        let order = Dice::new(seed).permutation(assets);
        let pick = |values: &[f64]| -> Vec<f64> { order.iter().map(|&asset| values[asset]).collect() };
        let params = RiskBudgetParams { budget: Some(budget.clone()), ..precise() };
        let weights = allocate(&params, &covariance);
        let reordered = RiskBudgetParams { budget: Some(normalised(pick(budget.shares()))), ..precise() };
        let others = allocate(&reordered, &selected(&covariance, &order));
        close(others.weights().as_slice(), &pick(weights.weights().as_slice()), WEIGHTS);
    }

    /// An asset in another unit is held in that unit: volatilities of all sizes that can be computed with.
    #[test]
    fn units_do_not_matter(assets in 1_usize..40, seed in any::<u64>()) {
        let covariance = covariance(assets, seed);
        let mut dice = Dice::new(seed);
        let units: Vec<f64> = (0..assets).map(|_| 10_f64.powf(140.0 * dice.uniform() - 70.0)).collect();
        let matrix = covariance.as_view();
        let scaled = DMatrix::from_fn(assets, assets, |row, col| matrix[(row, col)] * (units[row] * units[col]));
        let expected = allocate(&precise(), &covariance);
        let allocation = allocate(&precise(), &Covariance::new(scaled).unwrap());
        let gross: f64 =
            expected.weights().as_slice().iter().zip(&units).map(|(weight, unit)| weight / unit).sum();
        for (asset, unit) in units.iter().enumerate() {
            let ratio = allocation.weights().as_slice()[asset] * unit * gross / expected.weights().as_slice()[asset];
            prop_assert!((ratio - 1.0).abs() < 1e-9, "{} is not 1", ratio);
        }
    }

    #[test]
    fn assets_without_a_budget_are_as_if_they_were_not_there(assets in 2_usize..40, seed in any::<u64>()) {
        let factor = factor_covariance(assets, seed);
        let dense = factor.covariance().unwrap();
        let mut dice = Dice::new(seed);
        let mut parts = budget(assets, seed).shares().to_vec();
        parts.iter_mut().skip(1).for_each(|part| if dice.uniform() < 0.4 { *part = 0.0 });
        let held: Vec<usize> = (0..assets).filter(|&asset| parts[asset] > 0.0).collect();
        let shares = normalised(parts);
        let inner = Budget::new(held.iter().map(|&asset| shares.shares()[asset]).collect()).unwrap();
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { budget: Some(shares.clone()), algorithm, ..RiskBudgetParams::default() };
            let alone = RiskBudgetParams { budget: Some(inner.clone()), ..params.clone() };
            let allocation = allocate(&params, &dense);
            let weights = allocation.weights().as_slice();
            let inner = allocate(&alone, &selected(&dense, &held));
            let mut expected = vec![0.0; assets];
            for (&asset, weight) in held.iter().zip(inner.weights().as_slice()) {
                expected[asset] = *weight;
            }
            prop_assert_eq!(weights, expected);
            let factor = allocate(&params, &factor);
            prop_assert!((0..assets).all(|asset| (factor.weights().as_slice()[asset] > 0.0) == held.contains(&asset)));
        }
    }

    /// With signs given there is one portfolio, and it has them.
    #[test]
    fn shorts_have_their_budgets_too(assets in 1_usize..40, seed in any::<u64>()) {
        let (factor, budget) = (factor_covariance(assets, seed), budget(assets, seed));
        let mut dice = Dice::new(seed);
        let positions: Vec<Position> =
            (0..assets).map(|_| if dice.uniform() < 0.3 { Position::Short } else { Position::Long }).collect();
        let dense = factor.covariance().unwrap();
        let mut found: Vec<RiskBudgetAllocation> = Vec::new();
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams {
                budget: Some(budget.clone()),
                positions: Some(positions.clone()),
                algorithm,
                iteration_limit: 20_000,
                ..RiskBudgetParams::default()
            };
            found.extend([allocate(&params, &dense), allocate(&params, &factor)]);
        }
        for allocation in &found {
            prop_assert_eq!(allocation.solution.status, Status::Converged);
            close(&dense.risk_contributions(allocation.weights()).unwrap(), budget.shares(), 1.01 * TOLERANCE);
            for (weight, position) in allocation.weights().as_slice().iter().zip(&positions) {
                prop_assert!(weight * position.sign() > 0.0);
            }
            prop_assert!((allocation.weights().gross() - 1.0).abs() < 1e-14);
            // Shares this near to the budgets leave weights apart by the condition of the hedge.
            close(allocation.weights().as_slice(), found[0].weights().as_slice(), 1e-7);
        }
    }

    #[test]
    fn normalisations_scale_the_same_portfolio(assets in 1_usize..30, seed in any::<u64>()) {
        let covariance = covariance(assets, seed);
        let gross = allocate(&precise(), &covariance);
        for (normalisation, scale) in
            [(Normalisation::Net, 1.0), (Normalisation::Volatility(0.1), 0.1 / gross.report.risk)]
        {
            let allocation = allocate(&RiskBudgetParams { normalisation, ..precise() }, &covariance);
            let expected: Vec<f64> = gross.weights().as_slice().iter().map(|weight| weight * scale).collect();
            close(allocation.weights().as_slice(), &expected, 1e-15 * assets as f64);
            prop_assert!(allocation.solution.certificate.primal_residual < 1e-14);
            close(&allocation.report.marginal, &gross.report.marginal, 1e-15);
            close(&[allocation.report.risk], &[gross.report.risk * scale], 1e-15);
        }
    }

    /// Central differences, along shifts of budget from one asset to another.
    #[test]
    fn sensitivities_are_those_of_differences(assets in 2_usize..12, seed in any::<u64>()) {
        let factor = factor_covariance(assets, seed);
        let dense = factor.covariance().unwrap();
        let budget = budget(assets, seed);
        let mut dice = Dice::new(seed);
        let mixed: Vec<Position> =
            (0..assets).map(|_| if dice.uniform() < 0.3 { Position::Short } else { Position::Long }).collect();
        let settings = [
            (None, Normalisation::Gross),
            (None, Normalisation::Net),
            (None, Normalisation::Volatility(0.1)),
            (Some(mixed), Normalisation::Gross),
        ];
        for (positions, normalisation) in settings {
            let params = RiskBudgetParams {
                budget: Some(budget.clone()), positions, normalisation, algorithm: Algorithm::Newton, ..precise()
            };
            let budgeting = RiskBudgeting::new(params.clone()).unwrap();
            let sensitivity = budgeting.sensitivity(&dense, &allocate(&params, &dense)).unwrap();
            let other = budgeting.sensitivity(&factor, &allocate(&params, &factor)).unwrap();
            let (to, from) = (seed as usize % assets, (seed as usize + 1) % assets);
            let step = 1e-5 * budget.shares()[to].min(budget.shares()[from]);
            let shifted = |sign: f64| {
                let mut shares = budget.shares().to_vec();
                shares[to] += sign * step;
                shares[from] -= sign * step;
                let params = RiskBudgetParams { budget: Some(Budget::new(shares).unwrap()), ..params.clone() };
                allocate(&params, &dense)
            };
            let (up, down) = (shifted(1.0), shifted(-1.0));
            let size = sensitivity.as_slice().iter().fold(1.0, |size: f64, entry| size.max(entry.abs()));
            // The steps are 1e-5 of the budgets: their square, and rounding over the step.
            let tolerance = 1e-6 * size;
            close(other.as_slice(), sensitivity.as_slice(), 1e-8 * size);
            for asset in 0..assets {
                let slope = (up.weights().as_slice()[asset] - down.weights().as_slice()[asset]) / (2.0 * step);
                let expected = sensitivity.of(asset, to) - sensitivity.of(asset, from);
                close(&[slope], &[expected], tolerance);
                // Weights do not depend on the scale of the budgets.
                let scale: f64 = (0..assets).map(|j| budget.shares()[j] * sensitivity.of(asset, j)).sum();
                close(&[scale], &[0.0], 1e-9 * size);
            }
        }
    }

    #[test]
    fn both_spellings_give_the_same_bits(sizes in proptest::collection::vec(1_usize..60, 1..4), seed in any::<u64>()) {
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { algorithm, ..RiskBudgetParams::default() };
            let budgeting = RiskBudgeting::new(params).unwrap();
            let (mut scratch, mut allocation) = (RiskBudgetScratch::default(), RiskBudgetAllocation::default());
            for &assets in &sizes {
                let factor = factor_covariance(assets, seed);
                let dense = factor.covariance().unwrap();
                for risk in [Risk::Dense(&dense), Risk::Factor(&factor)] {
                    budgeting.allocate_into(risk, &mut scratch, &mut allocation).unwrap();
                    prop_assert_eq!(&allocation, &budgeting.allocate(risk).unwrap());
                }
            }
        }
    }
}
