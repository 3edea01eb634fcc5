//! Assets that are nearly copies or mirrors of each other, under tight bounds: every limit is held, and every answer proven.

use po_convex::{
    Constraints, Error, LinearConstraint, Markowitz, MarkowitzInput, MarkowitzParams, MeanUncertainty,
    Objective, Portfolio, Semidefinite,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, Status, Weights};

use crate::random::Random;

/// Limits are held to this.
const HELD: f64 = 1e-9;

/// The gap, in units of one and the objective: what a hedge leaves of the risk is what is left of its digits.
const PROVEN: f64 = 1e-8;

/// A market with a factor or a few, in which some assets are others times a number, but for a correlation of `rho`.
fn market(random: &mut Random, assets: usize, rho: f64, sign: f64, same: bool) -> (Covariance, Vec<f64>) {
    let factors = 1 + random.below(3);
    let loadings = DMatrix::from_fn(assets, factors, |_, factor| {
        if factor == 0 { random.between(0.1, 0.3) } else { 0.1 * random.normal() }
    });
    let mut covariance = &loadings * loadings.transpose();
    for asset in 0..assets {
        covariance[(asset, asset)] += random.between(0.0005, 0.02);
    }
    let pairs = 1 + random.below(3.min(assets / 2));
    for pair in 0..pairs {
        let (one, other) = (2 * pair, 2 * pair + 1);
        let scale = sign * if same { 1.0 } else { random.between(0.5, 2.0) };
        let own = covariance[(one, one)];
        for asset in (0..assets).filter(|&asset| asset != other) {
            let common = scale * covariance[(one, asset)];
            covariance[(other, asset)] = common;
            covariance[(asset, other)] = common;
        }
        covariance[(other, other)] = scale * scale * own / (rho * rho);
    }
    let mean = (0..assets).map(|_| random.between(-0.02, 0.12)).collect();
    (Covariance::new(covariance).unwrap(), mean)
}

/// What is asked of a seed, and the correlation.
fn request(seed: u64) -> (f64, Covariance, Vec<f64>, MarkowitzParams) {
    let mut random = Random::new(seed);
    let assets = 2 + random.below(20);
    let rho = [0.99, 0.999, 0.9999, 0.999_999, 1.0 - 1e-9, 1.0 - 1e-12][random.below(6)];
    let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
    let same = random.below(2) == 0;
    let (covariance, mean) = market(&mut random, assets, rho, sign, same);
    let weight = 1.0 / assets as f64;
    let tight = [1e-6, 1e-4, 0.01, 0.1, 0.5][random.below(5)];
    let style = random.below(4);
    let bounds = (0..assets).map(|_| match style {
        0 => (0.0, (1.0 + tight) * weight + 1e-3),
        1 => ((1.0 - tight * random.uniform()) * weight, (1.0 + tight * random.uniform()) * weight),
        2 => (-tight, 1.0),
        _ => (-1.0, (1.0 + 3.0 * tight) * weight.max(0.2)),
    });
    let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.unzip();
    let tracking_error = [Some(0.05), Some(0.005), Some(1e-4), None][random.below(4)];
    let group = |group: usize| {
        let members: Vec<_> = (0..assets)
            .filter(|asset| (asset / 2 + group).is_multiple_of(2))
            .map(|asset| (asset, 1.0))
            .collect();
        let share = members.len() as f64 * weight;
        LinearConstraint::new(format!("group {group}"), members, share - tight, share + tight).unwrap()
    };
    let linear = (0..random.below(3).min(assets / 2)).map(group).collect();
    let turnover = (random.below(4) == 0).then_some(tight.max(1e-3));
    let constraints = Constraints {
        bounds: Some(Bounds::new(lower, upper).unwrap()),
        linear,
        holdings: Some(Weights::equal(assets).unwrap()),
        turnover,
        benchmark: Some(Weights::equal(assets).unwrap()),
        tracking_error,
        ..Constraints::default()
    };
    let volatility = [0.05, 0.1, 0.15, 0.2][random.below(4)];
    let target_return = random.between(0.0, 0.1);
    let risk_aversion = [0.1, 3.0, 100.0][random.below(3)];
    let uncertainty = MeanUncertainty::Sample { observations: 60.0 };
    let objective = [
        Objective::MinVariance,
        Objective::Utility { risk_aversion },
        Objective::MaxReturn { volatility },
        Objective::MaxReturn { volatility: f64::INFINITY },
        Objective::MinRisk { target_return },
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MaxDiversification,
        Objective::MinTrackingError,
        Objective::Robust { risk_aversion: 2.0, kappa: 0.5, uncertainty },
    ][random.below(9)];
    let semidefinite = Semidefinite::Trust;
    let params = MarkowitzParams { objective, constraints, semidefinite, ..MarkowitzParams::default() };
    (rho, covariance, mean, params)
}

fn check(seed: u64, params: &MarkowitzParams, portfolio: &Portfolio) {
    let MarkowitzParams { objective, constraints, .. } = params;
    let name = format!("{seed}, {objective:?}");
    let certificate = portfolio.solution.certificate;
    assert_eq!(portfolio.solution.status, Status::Converged, "{name}: {certificate:?}");
    assert!(certificate.primal_residual <= HELD, "{name}: {certificate:?}");
    let allowed = PROVEN * (1.0 + portfolio.objective.abs());
    assert!(certificate.gap.abs() <= allowed, "{name}: {certificate:?}");
    let tracking = portfolio.tracking_error.unwrap();
    assert!(constraints.tracking_error.is_none_or(|limit| tracking <= limit + HELD), "{name}: {tracking}");
    match *objective {
        Objective::MaxReturn { volatility } => {
            let own = portfolio.volatility();
            assert!(own <= volatility + HELD, "{name}: {own}");
        }
        Objective::MinRisk { target_return } => {
            let own = portfolio.mean.unwrap();
            assert!(own >= target_return - HELD, "{name}: {own}");
        }
        _ => {}
    }
    let bounds = constraints.bounds.as_ref().unwrap();
    for (x, (lower, upper)) in
        portfolio.as_ref().as_slice().iter().zip(bounds.lower().iter().zip(bounds.upper()))
    {
        assert!(*x >= lower - HELD && *x <= upper + HELD, "{name}: {x}");
    }
}

/// Beside the first seeds some that were hard: in 1258 and 1997 two portfolios have one volatility at one price of variance,
/// of which only one keeps the limit on the tracking error; in 3306, 5083, 5319 and 6077 the prices of the greatest return
/// are not unique.
#[test]
fn limits_are_held_and_answers_proven() {
    let (mut solved, mut refused) = (0, 0);
    for seed in (0..250).chain([1258, 1997, 3306, 5083, 5319, 6077]) {
        let (rho, covariance, mean, params) = request(seed);
        if rho > 0.999_999 {
            continue;
        }
        let input = MarkowitzInput { risk: (&covariance).into(), mean: Some(&mean) };
        match Markowitz::new(params.clone()).unwrap().allocate(input) {
            Ok(portfolio) => {
                check(seed, &params, &portfolio);
                solved += 1;
            }
            Err(
                Error::RiskLimitTooLow { .. } | Error::TargetTooHigh { .. } | Error::NoExcessReturn { .. },
            ) => refused += 1,
            Err(error) => panic!("{seed}: {error}"),
        }
    }
    assert!(solved > 120 && refused < 40, "{solved} {refused}");
}

/// Correlations of one but for 1e-9: what a first solution of the equations misses is more than a proof allows, and is
/// solved for again.
#[test]
fn equations_that_nearly_copies_leave_open_are_refined() {
    for seed in [376, 424, 704, 1984, 3512, 6500, 8135, 10386, 14061, 16428, 18546, 19807] {
        let (_, covariance, mean, params) = request(seed);
        let input = MarkowitzInput { risk: (&covariance).into(), mean: Some(&mean) };
        check(seed, &params, &Markowitz::new(params.clone()).unwrap().allocate(input).unwrap());
    }
}

/// Two assets whose correlation is -1 but for 1e-12: of the variance of the better mixture four digits are left, and as many
/// of the ratio. What cannot be proven is not called an optimum.
#[test]
fn a_ratio_to_what_rounding_leaves_of_risk_is_no_optimum() {
    let below = -0.04 * (1.0 - 1e-12);
    let covariance = Covariance::from_column_slice(2, &[0.04, below, below, 0.04]).unwrap();
    let of = |objective| {
        let params =
            MarkowitzParams { objective, semidefinite: Semidefinite::Trust, ..MarkowitzParams::default() };
        Markowitz::new(params).unwrap().allocate((&covariance).into()).unwrap()
    };
    let portfolio = of(Objective::MaxDiversification);
    let proven = portfolio.solution.certificate.gap.abs() <= 1e-6 * portfolio.objective;
    assert_eq!(portfolio.solution.status == Status::Converged, proven, "{portfolio:?}");
    assert!(!proven, "{portfolio:?}");
    // The least variance itself is known to the rounding of a variance.
    assert_eq!(of(Objective::MinVariance).solution.status, Status::Converged);
}
