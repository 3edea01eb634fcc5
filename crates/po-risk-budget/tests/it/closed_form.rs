//! Weights, marginal risks and sensitivities that follow by hand.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Budget, Covariance, Status, Weights};
use po_risk_budget::{
    Algorithm, Normalisation, Position, RiskBudgetAllocation, RiskBudgetParams, RiskBudgeting, RiskReport,
};

/// Rounding of a dozen operations; shares are within 1e-13 of their budgets.
const EXACT: f64 = 1e-12;

fn covariance(volatilities: &[f64], correlation: impl Fn(usize, usize) -> f64) -> Covariance {
    let len = volatilities.len();
    Covariance::new(DMatrix::from_fn(len, len, |row, col| {
        let correlation = if row == col { 1.0 } else { correlation(row.min(col), row.max(col)) };
        volatilities[row] * volatilities[col] * correlation
    }))
    .unwrap()
}

fn params(budget: &[f64]) -> RiskBudgetParams {
    RiskBudgetParams {
        budget: Some(Budget::new(budget.to_vec()).unwrap()),
        tolerance: 1e-13,
        ..RiskBudgetParams::default()
    }
}

fn allocate<'a>(params: &RiskBudgetParams, risk: impl Into<Risk<'a>>) -> RiskBudgetAllocation {
    let allocation = RiskBudgeting::new(params.clone()).unwrap().allocate(risk.into()).unwrap();
    assert_eq!(allocation.solution.status, Status::Converged);
    allocation
}

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected}");
    }
}

/// Bruder and Roncalli (2012): with `x = w_1 / σ_2` and so on, a quadratic equation.
fn two_assets(b: f64, s1: f64, s2: f64, rho: f64) -> f64 {
    let root = ((b - 0.5) * (b - 0.5) * rho * rho + b * (1.0 - b)).sqrt();
    let ratio = ((b - 0.5) * rho + root) * s2;
    ratio / (ratio + (1.0 - b) * s1)
}

#[test]
fn two_assets_follow_a_quadratic_equation() {
    for (b, s1, s2, rho) in [
        (0.3, 0.2, 0.3, 0.4),
        (0.7, 0.1, 0.25, -0.5),
        (0.2, 0.15, 0.2, 0.9),
        (0.5, 0.1, 0.4, -0.99),
        (0.9, 1.0, 1.0, 1.0),
    ] {
        let covariance = covariance(&[s1, s2], |_, _| rho);
        for &algorithm in Algorithm::ALL {
            let params = RiskBudgetParams { algorithm, ..params(&[b, 1.0 - b]) };
            let first = two_assets(b, s1, s2, rho);
            close(allocate(&params, &covariance).weights().as_slice(), &[first, 1.0 - first], EXACT);
        }
    }
}

/// Values of the same formula, computed elsewhere.
#[test]
fn the_quadratic_equation_is_the_one_of_the_paper() {
    close(
        &[two_assets(0.3, 0.2, 0.3, 0.4), two_assets(0.7, 0.1, 0.25, -0.5), two_assets(0.2, 0.15, 0.2, 0.9)],
        &[0.452_175_809_410_323_54, 0.754_622_089_627_135, 0.261_626_739_610_260_5],
        1e-15,
    );
}

#[test]
fn equal_budgets_and_a_constant_correlation_give_inverse_volatilities() {
    let volatilities = [0.1, 0.15, 0.2, 0.25, 0.3, 0.05, 0.4, 0.33, 0.12, 0.07];
    let sum: f64 = volatilities.iter().map(|volatility| 1.0 / volatility).sum();
    let expected: Vec<f64> = volatilities.iter().map(|volatility| 1.0 / volatility / sum).collect();
    for rho in [-0.1, 0.0, 0.5, 0.99, 1.0] {
        let covariance = covariance(&volatilities, |_, _| rho);
        let params = RiskBudgetParams { tolerance: 1e-13, ..RiskBudgetParams::default() };
        close(allocate(&params, &covariance).weights().as_slice(), &expected, EXACT);
    }
}

#[test]
fn without_correlation_weights_are_roots_of_budgets_over_volatilities() {
    let (volatilities, budget) = ([0.1, 0.15, 0.2, 0.25, 0.3], [0.1, 0.2, 0.3, 0.25, 0.15]);
    let parts: Vec<f64> = budget.iter().zip(&volatilities).map(|(b, s): (&f64, &f64)| b.sqrt() / s).collect();
    let sum: f64 = parts.iter().sum();
    let expected: Vec<f64> = parts.iter().map(|part| part / sum).collect();
    let covariance = covariance(&volatilities, |_, _| 0.0);
    close(allocate(&params(&budget), &covariance).weights().as_slice(), &expected, EXACT);
    close(&expected[..1], &[0.259_771_414_236_352_3], 1e-15);
}

/// With all correlations one, each unit of risk is the same, so that weights are budgets over volatilities.
#[test]
fn with_full_correlation_weights_are_budgets_over_volatilities() {
    let covariance = covariance(&[0.1, 0.2, 0.4], |_, _| 1.0);
    close(
        allocate(&params(&[0.5, 0.3, 0.2]), &covariance).weights().as_slice(),
        &[5.0 / 7.0, 1.5 / 7.0, 0.5 / 7.0],
        EXACT,
    );
}

#[test]
fn one_asset_takes_all() {
    let covariance = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let allocation = allocate(&RiskBudgetParams::default(), &covariance);
    assert_eq!(allocation.weights().as_slice(), [1.0]);
    close(&[allocation.report.risk], &[0.2], 1e-16);
    close(&allocation.report.marginal, &[0.2], 1e-16);
}

/// Bruder and Roncalli (2012), three assets: marginal risks, to full precision from their formulas.
#[test]
fn marginal_risks_are_those_of_the_paper() {
    let correlations = [[1.0, 0.8, 0.5], [0.8, 1.0, 0.3], [0.5, 0.3, 1.0]];
    let covariance = covariance(&[0.3, 0.2, 0.15], |row, col| correlations[row][col]);
    let budget = [0.5, 0.2, 0.3];
    let report = allocate(&params(&budget), &covariance).report;
    close(
        &report.marginal,
        &[0.280_778_408_793_976_2, 0.159_725_251_437_328_21, 0.111_743_002_143_815_6],
        EXACT,
    );
    close(&report.share, &budget, 1e-13);
    for asset in 0..3 {
        close(&[report.use_of_budget(asset).unwrap()], &[1.0], 1e-12);
    }
    // A portfolio whose weights are the budgets spends them differently.
    let weights = Weights::new(budget.to_vec()).unwrap();
    let report =
        RiskReport::new(&covariance, &weights, Some(&Budget::new(budget.to_vec()).unwrap())).unwrap();
    close(
        &report.marginal,
        &[0.293_964_954_253_069_57, 0.166_268_686_431_646_55, 0.094_873_774_966_760_85],
        1e-15,
    );
    let percent: Vec<f64> = report.share.iter().map(|share| 100.0 * share).collect();
    // Two decimals of a per cent were printed.
    close(&percent, &[70.43, 15.93, 13.64], 0.005_1);
    close(&[report.component.iter().sum::<f64>(), report.residual()], &[report.risk, 0.204_3], 5e-5);
    assert!(RiskReport::new(&covariance, &weights, None).unwrap().budget.is_empty());
}

/// Long one and short the other of two assets is long both of two assets with the correlation turned.
#[test]
fn signs_turn_correlations() {
    let (b, s1, s2, rho) = (0.3, 0.2, 0.3, 0.4);
    let covariance = covariance(&[s1, s2], |_, _| rho);
    let positions = Some(vec![Position::Long, Position::Short]);
    let gross = two_assets(b, s1, s2, -rho);
    let params = RiskBudgetParams { positions, ..params(&[b, 1.0 - b]) };
    let allocation = allocate(&params, &covariance);
    close(allocation.weights().as_slice(), &[gross, gross - 1.0], EXACT);
    close(&allocation.report.share, &[b, 1.0 - b], 1e-13);

    let net = 2.0 * gross - 1.0;
    let scaled = RiskBudgetParams { normalisation: Normalisation::Net, ..params.clone() };
    close(allocate(&scaled, &covariance).weights().as_slice(), &[gross / net, (gross - 1.0) / net], 1e-10);

    let target = RiskBudgetParams { normalisation: Normalisation::Volatility(0.1), ..params };
    let targeted = allocate(&target, &covariance);
    let scale = 0.1 / allocation.report.risk;
    close(targeted.weights().as_slice(), &[gross * scale, (gross - 1.0) * scale], EXACT);
    close(&[targeted.report.risk, targeted.report.component.iter().sum()], &[0.1, 0.1], 1e-15);
    let variance = covariance.portfolio_variance(targeted.weights()).unwrap();
    close(&[variance], &[0.01], 1e-15);
}

/// `w_i = r_i / Σ r` with `r = sqrt(b) / σ`, so that `dw_i / db_j = (δ_ij - w_i) w_j / (2 b_j)`.
#[test]
fn without_correlation_the_sensitivity_is_a_formula() {
    let (volatilities, budget) = ([0.1, 0.15, 0.2, 0.25, 0.3], [0.1, 0.2, 0.3, 0.25, 0.15]);
    let covariance = covariance(&volatilities, |_, _| 0.0);
    let params = params(&budget);
    let allocation = allocate(&params, &covariance);
    let weights = allocation.weights().as_slice();
    let sensitivity = RiskBudgeting::new(params).unwrap().sensitivity(&covariance, &allocation).unwrap();
    assert_eq!((sensitivity.len(), sensitivity.as_slice().len()), (5, 25));
    for (j, (w_j, b_j)) in weights.iter().zip(&budget).enumerate() {
        for (i, w_i) in weights.iter().enumerate() {
            let expected = (f64::from(u8::from(i == j)) - w_i) * w_j / (2.0 * b_j);
            close(&[sensitivity.of(i, j), sensitivity.to(j)[i]], &[expected, expected], 1e-11);
        }
    }
}
