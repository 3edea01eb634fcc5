//! Tracking errors of zero and near to it, and the greatest return with and without a limit on them.

use po_convex::{
    Constraints, Error, LinearConstraint, Markowitz, MarkowitzParams, MeanUncertainty, Objective, Portfolio,
    Program, Rows,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, Moments, Status, Weights};

/// Weights and objectives in closed form, but for rounding.
const CLOSE: f64 = 1e-12;

/// A limit of zero is held to this, in units of the volatility of assets, because smaller squares are rounding.
const FINEST: f64 = 1e-8;

const ASSETS: usize = 6;

/// A factor market, with or without risk of its own for each asset, and a benchmark.
fn market(full: bool) -> (Moments, Weights) {
    let exposures =
        DMatrix::from_fn(ASSETS, 3, |asset, factor| 0.2 * ((asset * 7 + factor * 3) as f64).sin());
    let mut covariance = &exposures * exposures.transpose();
    for asset in 0..ASSETS {
        covariance[(asset, asset)] += if full { 0.01 + 0.002 * asset as f64 } else { 0.0 };
    }
    let mean = (0..ASSETS).map(|asset| 0.03 + 0.01 * asset as f64).collect();
    let benchmark = Weights::new(vec![0.3, 0.1, 0.2, 0.1, 0.15, 0.15]).unwrap();
    (Moments::new(mean, Covariance::new(covariance).unwrap()).unwrap(), benchmark)
}

fn allocate(objective: Objective, constraints: Constraints, moments: &Moments) -> Result<Portfolio, Error> {
    Markowitz::new(MarkowitzParams { objective, constraints, ..MarkowitzParams::default() })
        .unwrap()
        .allocate(moments.into())
}

#[test]
fn a_benchmark_that_can_be_held_is_tracked_with_a_proof() {
    for full in [true, false] {
        let (moments, benchmark) = market(full);
        let constraints = Constraints { benchmark: Some(benchmark), ..Constraints::default() };
        let portfolio = allocate(Objective::MinTrackingError, constraints, &moments).unwrap();
        let certificate = portfolio.solution.certificate;
        assert_eq!(portfolio.solution.status, Status::Converged);
        assert!(portfolio.objective <= CLOSE && portfolio.gap() <= CLOSE, "{certificate:?}");
        assert!(portfolio.bound >= 0.0 && portfolio.bound <= portfolio.objective, "{}", portfolio.bound);
        let worst = certificate.dual_residual.max(certificate.complementarity);
        assert!(worst.max(certificate.primal_residual) <= CLOSE, "{certificate:?}");
        assert!(portfolio.shadow_prices().is_empty());
    }
}

/// Of two assets, at most 0.6 of the first: the difference is 0.4 long and 0.4 short.
#[test]
fn a_benchmark_out_of_reach_is_tracked_as_near_as_bounds_allow() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.09]).unwrap();
    let moments = Moments::new(vec![0.05, 0.03], covariance).unwrap();
    let constraints = Constraints {
        bounds: Some(Bounds::uniform(2, 0.0, 0.6).unwrap()),
        benchmark: Some(Weights::new(vec![1.0, 0.0]).unwrap()),
        ..Constraints::default()
    };
    let spread = (0.04_f64 - 0.02 + 0.09).sqrt();
    let portfolio = allocate(Objective::MinTrackingError, constraints.clone(), &moments).unwrap();
    assert!((portfolio.objective - 0.4 * spread).abs() <= CLOSE, "{}", portfolio.objective);
    assert!(portfolio.gap() <= CLOSE, "{:?}", portfolio.solution.certificate);
    // One more of the first asset is one less of the second.
    let price: f64 = portfolio.shadow_prices().iter().map(|price| price.value).fold(0.0, f64::min);
    assert!((price + spread).abs() <= CLOSE, "{price} is not {}", -spread);
    // What is asked for is what the message says, however small.
    for objective in
        [Objective::MinTrackingError, Objective::MinVariance, Objective::MaxReturn { volatility: 1.0 }]
    {
        let limited = Constraints { tracking_error: Some(0.0), ..constraints.clone() };
        let error = allocate(objective, limited, &moments).unwrap_err();
        let Error::RiskLimitTooLow { what: "the tracking error", limit, least } = error else {
            panic!("{error}")
        };
        assert!(limit == 0.0 && (least - 0.4 * spread).abs() <= CLOSE, "{objective:?}: {limit} {least}");
    }
}

#[test]
fn a_limit_of_zero_leaves_the_benchmark() {
    let uncertainty = MeanUncertainty::Sample { observations: 60.0 };
    let (moments, benchmark) = market(true);
    for objective in [
        Objective::MinVariance,
        Objective::MinTrackingError,
        Objective::Utility { risk_aversion: 3.0 },
        Objective::MaxReturn { volatility: 0.5 },
        Objective::MaxReturn { volatility: f64::INFINITY },
        Objective::MinRisk { target_return: 0.02 },
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MaxDiversification,
        Objective::Robust { risk_aversion: 3.0, kappa: 0.5, uncertainty },
    ] {
        for limit in [0.0, 1e-17, 1e-14, 1e-11] {
            let constraints = Constraints {
                benchmark: Some(benchmark.clone()),
                tracking_error: Some(limit),
                ..Constraints::default()
            };
            let portfolio = allocate(objective, constraints, &moments).unwrap();
            let volatility = moments.covariance().volatilities().iter().fold(0.0, |a: f64, b| a.max(*b));
            assert!(portfolio.tracking_error.unwrap() <= FINEST * volatility, "{objective:?}");
            for (x, b) in portfolio.as_ref().as_slice().iter().zip(benchmark.as_slice()) {
                // No asset has less than a tenth of risk of its own.
                assert!((x - b).abs() <= 10.0 * FINEST * volatility, "{objective:?}: {x} is not {b}");
            }
            assert_eq!(portfolio.solution.status, Status::Converged, "{objective:?}");
            // Multipliers are as large as the limit is small, and so is the rounding that they multiply.
            assert!(portfolio.gap() <= 1e-7, "{objective:?}: {:?}", portfolio.solution.certificate);
            let missed = portfolio.solution.certificate.primal_residual;
            assert!(missed <= FINEST * volatility, "{objective:?}: {missed}");
        }
    }
}

/// Where many portfolios track the benchmark without error, the best of them is found.
#[test]
fn a_limit_of_zero_leaves_the_choice_between_equals() {
    let (moments, benchmark) = market(false);
    let of = |limit| {
        let constraints = Constraints {
            benchmark: Some(benchmark.clone()),
            tracking_error: Some(limit),
            ..Constraints::default()
        };
        allocate(Objective::MaxSharpe { risk_free: 0.0 }, constraints, &moments).unwrap()
    };
    let (none, little) = (of(0.0), of(1e-7));
    // The ratio changes by some units for a unit of tracking error.
    assert!((none.objective - little.objective).abs() <= 1e-6, "{} {}", none.objective, little.objective);
    assert!(none.gap() <= 1e-6, "{:?}", none.solution.certificate);
}

/// The means fall from asset to asset; the budget is spent from the best one down, as far as bounds and groups allow.
#[test]
fn the_greatest_return_of_all_is_a_vertex() {
    let (moments, _) = market(true);
    let mean: Vec<f64> = moments.mean().to_vec();
    let group = |label: &str, members: &[usize], lower, upper| {
        LinearConstraint::new(label, members.iter().map(|&asset| (asset, 1.0)).collect(), lower, upper)
            .unwrap()
    };
    let linear = vec![
        // The two best: at most 0.5 together.
        group("best", &[4, 5], f64::NEG_INFINITY, 0.5),
        // The two worst: at least 0.25 together.
        group("worst", &[0, 1], 0.25, f64::INFINITY),
    ];
    let bounds = Bounds::uniform(ASSETS, 0.0, 0.35).unwrap();
    let constraints = Constraints { bounds: Some(bounds), linear, ..Constraints::default() };
    let objective = Objective::MaxReturn { volatility: f64::INFINITY };
    let portfolio = allocate(objective, constraints.clone(), &moments).unwrap();
    let by_hand = [0.0, 0.25, 0.0, 0.25, 0.15, 0.35];
    for (x, expected) in portfolio.as_ref().as_slice().iter().zip(by_hand) {
        assert!((x - expected).abs() <= CLOSE, "{x} is not {expected}");
    }
    let expected: f64 = by_hand.iter().zip(&mean).map(|(x, mean)| x * mean).sum();
    assert!((portfolio.objective - expected).abs() <= CLOSE && portfolio.gap() <= CLOSE);
    assert_eq!(portfolio.solution.status, Status::Converged);
    // Prices: the next unit of the budget goes to asset 3, one of the best group is asset 4 for 3, one of the worst
    // asset 1 for 3, and one of asset 5 is for 4.
    let prices = portfolio.shadow_prices();
    let labels = |price: &po_convex::ShadowPrice| match &price.constraint {
        po_convex::Constraint::Row { label, .. } => label.clone(),
        po_convex::Constraint::LowerBound { asset, .. } => format!("lower {asset}"),
        po_convex::Constraint::UpperBound { asset, .. } => format!("upper {asset}"),
    };
    let price =
        |name: &str| prices.iter().find(|price| labels(price) == name).map_or(0.0, |price| price.value);
    for (name, expected) in [
        ("budget", mean[3]),
        ("best", mean[4] - mean[3]),
        ("worst", mean[1] - mean[3]),
        ("upper 5", mean[5] - mean[4]),
        ("lower 0", mean[0] - mean[1]),
        ("lower 2", mean[2] - mean[3]),
    ] {
        assert!((price(name) - expected).abs() <= CLOSE, "{name}: {} is not {expected}", price(name));
    }

    // The same as a linear programme.
    let mut rows = Rows::new(ASSETS);
    rows.push("budget", &[1.0; ASSETS], 1.0, 1.0).unwrap();
    rows.push("best", &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0], f64::NEG_INFINITY, 0.5).unwrap();
    rows.push("worst", &[1.0, 1.0, 0.0, 0.0, 0.0, 0.0], 0.25, f64::INFINITY).unwrap();
    let loss: Vec<f64> = mean.iter().map(|mean| -mean).collect();
    let program = Program {
        risk: moments.covariance().into(),
        scale: 0.0,
        ridge: &[],
        linear: &loss,
        lower: &[0.0; ASSETS],
        upper: &[0.35; ASSETS],
        rows: &rows,
        absolute: &[],
    };
    assert!((program.solve().unwrap().objective + portfolio.objective).abs() <= CLOSE);

    // A limit on the tracking error that is not reached changes nothing.
    let benchmark = Some(Weights::equal(ASSETS).unwrap());
    let wide = Constraints { benchmark, tracking_error: Some(1.0), ..constraints };
    let portfolio = allocate(objective, wide, &moments).unwrap();
    assert!((portfolio.objective - expected).abs() <= CLOSE && portfolio.gap() <= CLOSE);
}

/// What moves from the third asset to the first has tracking error `t sqrt(σ₁² + σ₃²)`; the group holds the second.
#[test]
fn the_greatest_return_within_a_tracking_error_is_on_its_edge() {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.05]).unwrap();
    let moments = Moments::new(vec![0.08, 0.05, 0.02], covariance).unwrap();
    let held = LinearConstraint::new("held", vec![(1, 1.0)], 0.4, 0.4).unwrap();
    let constraints = |limit| Constraints {
        bounds: Some(Bounds::uniform(3, 0.0, 0.5).unwrap()),
        linear: vec![held.clone()],
        benchmark: Some(Weights::new(vec![0.3, 0.4, 0.3]).unwrap()),
        tracking_error: Some(limit),
        ..Constraints::default()
    };
    // At 0.06 the upper bound of the first asset comes first.
    for (limit, moved) in [(0.03, 0.1), (0.045, 0.15), (0.06, 0.2), (0.09, 0.2)] {
        for volatility in [f64::INFINITY, 1.0] {
            let portfolio =
                allocate(Objective::MaxReturn { volatility }, constraints(limit), &moments).unwrap();
            let expected = [0.3 + moved, 0.4, 0.3 - moved];
            for (x, expected) in portfolio.as_ref().as_slice().iter().zip(expected) {
                assert!((x - expected).abs() <= CLOSE, "{limit}: {x} is not {expected}");
            }
            let value = 0.05 + 0.06 * moved;
            assert!((portfolio.objective - value).abs() <= CLOSE, "{limit}: {}", portfolio.objective);
            assert!(portfolio.gap() <= CLOSE, "{limit}: {:?}", portfolio.solution.certificate);
        }
    }
}
