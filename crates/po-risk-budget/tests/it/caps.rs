//! Least variance under caps on risk: proven cases, closed forms, properties, and what is refused.

use po_convex::{Constraints, LinearConstraint};
use po_core::{Allocator, Bounds, Covariance, InputError, Status};
use po_risk_budget::{
    CapScratch, CappedAllocation, Caps, Error, RiskBudgetParams, RiskBudgeting, RiskCapParams, RiskCapping,
};
use proptest::prelude::*;

use crate::constrained::file;
use crate::covariances::sample_covariance;
use crate::scenarios::{Dice, assert_close, budget, cases, renumbered, returns};

/// A few sums and quotients of numbers of order one.
const ROUNDING: f64 = 1e-12;

/// Weights of a solution whose caps hold to 1e-13.
const SOLVED: f64 = 1e-9;

fn allocate(params: RiskCapParams, covariance: &Covariance) -> Result<CappedAllocation, Error> {
    RiskCapping::new(params)?.allocate(covariance)
}

fn capped(caps: Caps) -> RiskCapParams {
    RiskCapParams { caps, ..RiskCapParams::default() }
}

#[test]
fn weights_agree_with_those_proven_in_fifty_digits() {
    let file = file();
    assert_eq!(file.capped.len(), 6);
    for case in &file.capped {
        let params =
            RiskCapParams { constraints: case.constraints(), ..capped(Caps::Each(case.caps.clone())) };
        let allocation = allocate(params, &file.covariance(case)).unwrap();
        assert_eq!(allocation.solution.status, Status::Converged, "{}", case.name);
        assert_close(allocation.weights().as_slice(), &case.weights, case.tolerance);
        assert_close(&allocation.report.share, &case.shares, 10.0 * case.tolerance);
        assert!((0.5 * allocation.report.risk.powi(2) / case.objective.unwrap() - 1.0).abs() < SOLVED);
        assert!(allocation.is_global, "{}", case.name);
    }
}

/// Without correlation and with caps of 1/2 on the calm asset, the others of equal variance v share the other
/// half: `x² s = 2 y² v`.
#[test]
fn one_calm_asset_at_its_cap() {
    let covariance =
        Covariance::from_column_slice(3, &[0.01, 0.0, 0.0, 0.0, 0.04, 0.0, 0.0, 0.0, 0.04]).unwrap();
    let allocation = allocate(capped(Caps::All(0.5)), &covariance).unwrap();
    // x = sqrt(8) y and x + 2 y = 1.
    let y = 1.0 / (8.0_f64.sqrt() + 2.0);
    assert_close(allocation.weights().as_slice(), &[1.0 - 2.0 * y, y, y], SOLVED);
    assert!(allocation.prices[0] > 0.0 && allocation.prices[1] == 0.0);
    assert!(allocation.is_global);
}

/// The price of a cap is what half the variance falls by, in units of the variance of the start, when the cap
/// gives way.
#[test]
fn prices_are_slopes() {
    /// The cap gives way by this; the variance is known to 1e-12.
    const STEP: f64 = 1e-5;
    let file = file();
    let case = file.capped.iter().find(|case| case.name == "caps-20").unwrap();
    let covariance = file.covariance(case);
    let base = allocate(capped(Caps::Each(case.caps.clone())), &covariance).unwrap();
    for asset in 0..case.caps.len() {
        let mut caps = case.caps.clone();
        caps[asset] += STEP;
        let loose = allocate(capped(Caps::Each(caps)), &covariance).unwrap();
        let variance = base.report.risk.powi(2);
        let fall = 0.5 * (variance - loose.report.risk.powi(2)) / variance / STEP;
        // The second derivative times the step, and rounding over the step.
        assert!((fall - base.prices[asset]).abs() < 1e-4, "{fall} and {}", base.prices[asset]);
    }
}

/// Constraints and caps that exclude each other: what is handed back says by how much.
#[test]
fn caps_that_bounds_do_not_allow() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let bounds = Some(Bounds::new(vec![0.9, 0.0], vec![1.0, 1.0]).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let allocation = allocate(RiskCapParams { constraints, ..capped(Caps::All(0.6)) }, &covariance).unwrap();
    assert_ne!(allocation.solution.status, Status::Converged);
    assert!(!allocation.is_global);
    let share = 0.81 * 0.04 / (0.81 * 0.04 + 0.01 * 0.01);
    assert!(allocation.solution.certificate.primal_residual >= share - 0.6 - SOLVED);
}

fn problems() -> impl Strategy<Value = (Covariance, Vec<f64>, u64)> {
    (2_usize..=12, any::<u64>(), 1.05_f64..3.0).prop_map(|(assets, seed, room)| {
        let mut dice = Dice::new(seed);
        let caps = dice.shares(assets).iter().map(|share| (room * share).min(1.0)).collect::<Vec<_>>();
        let sum: f64 = caps.iter().sum();
        // Clipped at one, caps may leave no room.
        let caps = if sum < 1.0 { vec![1.0; assets] } else { caps };
        (returns(60 + 4 * assets, assets, seed).covariance().unwrap(), caps, seed)
    })
}

proptest! {
    #![proptest_config(cases(120))]

    /// Caps hold, weights are long and sum to one, and no portfolio that keeps the caps is known to do
    /// better: each budget below the caps gives one.
    #[test]
    fn caps_hold_at_least_variance((covariance, caps, seed) in problems()) {
        let allocation = allocate(capped(Caps::Each(caps.clone())), &covariance).unwrap();
        prop_assert_eq!(allocation.solution.status, Status::Converged);
        prop_assert!(allocation.solution.certificate.primal_residual <= 1e-10);
        prop_assert!(allocation.weights().as_slice().iter().all(|weight| *weight >= 0.0));
        prop_assert!((allocation.weights().net() - 1.0).abs() < ROUNDING);
        let mut dice = Dice::new(seed ^ 7);
        let total: f64 = caps.iter().sum();
        for trial in 0..10 {
            // A point between caps in proportion and a random corner below them.
            let mut left = 1.0;
            let mut corner = vec![0.0; caps.len()];
            for asset in dice.permutation(caps.len()) {
                corner[asset] = caps[asset].min(left);
                left -= corner[asset];
            }
            let mix = f64::from(trial) / 10.0;
            let blend = |(corner, cap): (&f64, &f64)| mix * corner + (1.0 - mix) * cap / total;
            let shares: Vec<f64> = corner.iter().zip(&caps).map(blend).collect();
            let params = RiskBudgetParams { budget: Some(budget(&shares)), ..Default::default() };
            let other = RiskBudgeting::new(params).unwrap().allocate((&covariance).into()).unwrap();
            prop_assert!(allocation.report.risk <= other.report.risk * (1.0 + 1e-9));
        }
    }

    #[test]
    fn numbering_and_units_do_not_matter((covariance, caps, seed) in problems()) {
        let base = allocate(capped(Caps::Each(caps.clone())), &covariance).unwrap();
        let order = Dice::new(seed).permutation(covariance.len());
        let pick = |values: &[f64]| order.iter().map(|&asset| values[asset]).collect::<Vec<f64>>();
        let renumbered = renumbered(&covariance, &order);
        let other = allocate(capped(Caps::Each(pick(&caps))), &renumbered).unwrap();
        // Weights of an optimum known to 1e-10 in the caps.
        assert_close(other.weights().as_slice(), &pick(base.weights().as_slice()), 1e-7);
        let scaled: Vec<f64> = covariance.as_slice().iter().map(|entry| 252.0 * entry).collect();
        let scaled = Covariance::from_column_slice(covariance.len(), &scaled).unwrap();
        let other = allocate(capped(Caps::Each(caps)), &scaled).unwrap();
        assert_close(other.weights().as_slice(), base.weights().as_slice(), 1e-7);
    }

    #[test]
    fn kept_memory_gives_the_same_bits(first in problems(), second in problems()) {
        let (mut scratch, mut kept) = (CapScratch::default(), CappedAllocation::default());
        for (covariance, caps, _) in [&first, &second, &first] {
            let capping = RiskCapping::new(capped(Caps::Each(caps.clone()))).unwrap();
            capping.allocate_into(covariance, &mut scratch, &mut kept).unwrap();
            prop_assert_eq!(&kept, &capping.allocate(covariance).unwrap());
        }
    }
}

/// Where the programmes are cut short, caps hold all the same, and nothing is worse than the portfolio whose shares
/// are in proportion to the caps.
#[test]
fn little_time_leaves_a_portfolio_that_keeps_the_caps() {
    let mut cut = 0;
    for seed in 0..200 {
        let mut dice = Dice::new(seed);
        let assets = 8 + seed as usize % 5;
        // Volatilities that differ by factors of ten and more, and budgets that follow something else.
        let sizes: Vec<f64> = (0..assets).map(|_| (2.0 * dice.normal()).exp()).collect();
        let correlations = sample_covariance(assets, assets + 2, seed);
        let entries: Vec<f64> = (0..assets * assets)
            .map(|place| correlations.as_slice()[place] * sizes[place / assets] * sizes[place % assets])
            .collect();
        let covariance = Covariance::from_column_slice(assets, &entries).unwrap();
        let room = 1.0 + dice.uniform();
        let caps: Vec<f64> = dice.shares(assets).iter().map(|share| (room * share).min(1.0)).collect();
        let total: f64 = caps.iter().sum();
        let params = RiskCapParams { iteration_limit: 1, ..capped(Caps::Each(caps.clone())) };
        let allocation = allocate(params, &covariance).unwrap();
        cut += usize::from(allocation.solution.status == Status::IterationLimit);
        assert!(allocation.solution.certificate.primal_residual <= 1e-10, "{seed}");
        let shares: Vec<f64> = caps.iter().map(|cap| cap / total).collect();
        let params = RiskBudgetParams { budget: Some(budget(&shares)), ..Default::default() };
        let other = RiskBudgeting::new(params).unwrap().allocate((&covariance).into()).unwrap();
        assert!(allocation.report.risk <= other.report.risk * (1.0 + SOLVED), "{seed}");
    }
    assert!(cut > 0);
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

#[test]
fn caps_out_of_range() {
    let (name, expected) = ("the cap on the share of risk", "a number from 0 to 1");
    assert_refused(
        RiskCapping::new(capped(Caps::All(1.5))),
        &InputError::OutOfRange { name, value: 1.5, expected }.into(),
        "the cap on the share of risk is 1.5, expected a number from 0 to 1",
    );
    assert_refused(
        RiskCapping::new(capped(Caps::Each(vec![0.5, -0.5]))),
        &InputError::AssetOutOfRange { name, asset: 1, value: -0.5, expected }.into(),
        "the cap on the share of risk of asset 1 is -0.5, expected a number from 0 to 1",
    );
    let expected =
        InputError::OutOfRange { name: "the tolerance", value: 0.0, expected: "a number in (0, 1)" };
    let params = RiskCapParams { tolerance: 0.0, ..RiskCapParams::default() };
    assert_refused(
        RiskCapping::new(params),
        &expected.into(),
        "the tolerance is 0, expected a number in (0, 1)",
    );
}

#[test]
fn caps_that_do_not_fit() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    assert_refused(
        allocate(capped(Caps::Each(vec![0.25, 0.5])), &covariance),
        &Error::CapsTooLow { sum: 0.75 },
        "the caps on the shares of risk sum to 0.75, expected at least 1: the shares themselves do",
    );
    let expected = InputError::LengthMismatch { what: "the list of caps", expected: 2, actual: 3 };
    assert_refused(
        allocate(capped(Caps::Each(vec![0.5; 3])), &covariance),
        &expected.into(),
        "the list of caps has length 3, expected 2",
    );
}

#[test]
fn constraints_that_cannot_be_met_or_taken() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let linear =
        vec![LinearConstraint::new("both", vec![(0, 1.0), (1, 1.0)], f64::NEG_INFINITY, 0.5).unwrap()];
    let constraints = Constraints { linear, ..Constraints::default() };
    let error = allocate(RiskCapParams { constraints, ..capped(Caps::All(0.6)) }, &covariance).unwrap_err();
    assert!(error.to_string().starts_with("no portfolio satisfies \"budget\""), "{error}");
    let constraints = Constraints { cardinality: Some(1), ..Constraints::default() };
    let method = "the least variance under caps on risk";
    let expected = po_convex::Error::Unsupported { method, constraint: "a limit on the number of assets" };
    assert_refused(
        allocate(RiskCapParams { constraints, ..capped(Caps::All(0.6)) }, &covariance),
        &expected.into(),
        "the least variance under caps on risk cannot take a limit on the number of assets, expected a request without it",
    );
}
