//! The frontier point by point: closed forms, the critical line, and what the critical line cannot take.

use po_convex::{
    Constraint, Constraints, Costs, Error, FrontierParams, MarkowitzInput, Objective, Portfolio, Rows,
    Spacing, critical_line, frontier,
};
use po_convex::{Markowitz, MarkowitzParams};
use po_core::{Allocator, Bounds, Covariance, InputError, Moments, Status, Weights};

use crate::random::Random;

/// The same portfolio by two roads, each exact but for rounding.
const SAME: f64 = 1e-9;

/// Closed forms.
const CLOSE: f64 = 1e-12;

const ASSETS: usize = 8;

fn two_assets() -> Moments {
    Moments::new(vec![0.10, 0.05], Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap())
        .unwrap()
}

fn random_market(seed: u64) -> Moments {
    let mut random = Random::new(seed);
    let exposures: Vec<f64> = (0..ASSETS * 3).map(|_| 0.15 * random.normal()).collect();
    let mut entries = vec![0.0; ASSETS * ASSETS];
    for row in 0..ASSETS {
        for col in 0..ASSETS {
            let common: f64 =
                (0..3).map(|factor| exposures[row * 3 + factor] * exposures[col * 3 + factor]).sum();
            entries[col * ASSETS + row] = common + if row == col { 0.01 } else { 0.0 };
        }
    }
    let mean = (0..ASSETS).map(|_| random.between(0.01, 0.12)).collect();
    Moments::new(mean, Covariance::from_column_slice(ASSETS, &entries).unwrap()).unwrap()
}

fn net(portfolio: &Portfolio) -> f64 {
    portfolio.mean.unwrap() - portfolio.cost
}

/// Neighbours are equally far apart, and the frontier rises and bends down.
fn assert_shape(portfolios: &[Portfolio], along: fn(&Portfolio) -> f64) {
    let steps: Vec<f64> = portfolios.windows(2).map(|pair| along(&pair[1]) - along(&pair[0])).collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    assert!(steps.iter().all(|step| (step - mean).abs() <= SAME), "{steps:?}");
    let slopes: Vec<f64> = portfolios
        .windows(2)
        .map(|pair| (net(&pair[1]) - net(&pair[0])) / (pair[1].volatility() - pair[0].volatility()))
        .collect();
    assert!(slopes.windows(2).all(|pair| pair[0] > 0.0 && pair[1] <= pair[0] * (1.0 + 1e-6)), "{slopes:?}");
    for portfolio in portfolios {
        assert_eq!(portfolio.solution.status, Status::Converged);
        assert!(portfolio.gap() <= SAME, "{:?}", portfolio.solution.certificate);
    }
}

#[test]
fn steps_of_volatility_are_equal_too() {
    let params = FrontierParams { points: 3, spacing: Spacing::Volatility, ..FrontierParams::default() };
    let portfolios = frontier(&params, (&two_assets()).into()).unwrap();
    // From sqrt(0.04 · 0.01 / 0.05) to 0.2; on the way 0.05 w² - 0.02 w + 0.01 is the variance.
    let (least, greatest) = (0.008_f64.sqrt(), 0.2);
    let middle = 0.5 * (least + greatest);
    let weight = (0.02 + (0.0004 - 0.2 * (0.01 - middle * middle)).sqrt()) / 0.1;
    for (portfolio, (volatility, weight)) in
        portfolios.iter().zip([(least, 0.2), (middle, weight), (greatest, 1.0)])
    {
        assert!((portfolio.volatility() - volatility).abs() <= CLOSE, "{}", portfolio.volatility());
        assert!((portfolio.as_ref().as_slice()[0] - weight).abs() <= CLOSE, "{:?}", portfolio.as_ref());
    }
}

#[test]
fn points_lie_on_the_critical_line() {
    for seed in 0..4 {
        let moments = random_market(seed);
        let mut rows = Rows::new(ASSETS);
        rows.push("budget", &[1.0; ASSETS], 1.0, 1.0).unwrap();
        let line = critical_line(&moments, &Bounds::uniform(ASSETS, 0.0, 0.4).unwrap(), &rows).unwrap();
        let bounds = Some(Bounds::uniform(ASSETS, 0.0, 0.4).unwrap());
        let constraints = Constraints { bounds, ..Constraints::default() };
        let params =
            FrontierParams { points: 12, constraints: constraints.clone(), ..FrontierParams::default() };
        let by_return = frontier(&params, (&moments).into()).unwrap();
        assert_shape(&by_return, net);
        for portfolio in &by_return {
            // The greatest return is rounded twice.
            let target = portfolio.mean.unwrap().min(line.maximum_return().unwrap().mean);
            let exact = line.at_return(target).unwrap();
            for (x, expected) in portfolio.as_ref().as_slice().iter().zip(exact.weights.as_slice()) {
                assert!((x - expected).abs() <= SAME, "{seed}: {x} is not {expected}");
            }
        }
        // The price of the target is the slope of the variance, 2 λ.
        let middle = &by_return[6];
        let price = middle.shadow_prices().into_iter().find(
            |price| matches!(&price.constraint, Constraint::Row { label, .. } if label == "target return"),
        );
        let lambda = line.at_return(middle.mean.unwrap()).unwrap().lambda;
        assert!((price.unwrap().value - 2.0 * lambda).abs() <= SAME * lambda.max(1.0));
        let params = FrontierParams { points: 12, spacing: Spacing::Volatility, constraints, ..params };
        assert_shape(&frontier(&params, (&moments).into()).unwrap(), Portfolio::volatility);
    }
}

/// Turnover, costs and a limit on the tracking error hold at every point, and each point is what is asked for alone.
#[test]
fn every_point_keeps_all_constraints() {
    for seed in 0..4 {
        let moments = random_market(seed);
        let equal = Weights::equal(ASSETS).unwrap();
        let constraints = Constraints {
            bounds: Some(Bounds::uniform(ASSETS, 0.0, 0.5).unwrap()),
            holdings: Some(equal.clone()),
            turnover: Some(1.0),
            costs: Some(Costs::Uniform(0.001)),
            benchmark: Some(equal),
            tracking_error: Some(0.05),
            ..Constraints::default()
        };
        for spacing in [Spacing::Return, Spacing::Volatility] {
            let params = FrontierParams {
                points: 9,
                spacing,
                constraints: constraints.clone(),
                ..FrontierParams::default()
            };
            let portfolios = frontier(&params, (&moments).into()).unwrap();
            for portfolio in &portfolios {
                assert!(portfolio.tracking_error.unwrap() <= 0.05 + SAME);
                assert!(portfolio.gap() <= 1e-8, "{:?}", portfolio.solution.certificate);
            }
            for portfolio in &portfolios[1..8] {
                let objective = match spacing {
                    Spacing::Return => Objective::MinRisk { target_return: net(portfolio) },
                    Spacing::Volatility => Objective::MaxReturn { volatility: portfolio.volatility() },
                };
                let params = MarkowitzParams {
                    objective,
                    constraints: constraints.clone(),
                    ..MarkowitzParams::default()
                };
                let alone = Markowitz::new(params).unwrap().allocate((&moments).into()).unwrap();
                for (x, expected) in portfolio.as_ref().as_slice().iter().zip(alone.as_ref().as_slice()) {
                    // Two limits at once are found one inside the other, each as a root.
                    assert!((x - expected).abs() <= 1e-7, "{seed} {spacing:?}: {x} is not {expected}");
                }
            }
        }
    }
}

/// At most one asset: the frontier is the staircase of those that no other beats.
#[test]
fn points_may_choose_their_assets() {
    let covariance =
        Covariance::from_column_slice(3, &[0.01, 0.0, 0.0, 0.0, 0.04, 0.0, 0.0, 0.0, 0.09]).unwrap();
    let moments = Moments::new(vec![0.02, 0.05, 0.06], covariance).unwrap();
    let constraints = Constraints { cardinality: Some(1), ..Constraints::default() };
    let params = FrontierParams { points: 5, constraints, ..FrontierParams::default() };
    let portfolios = frontier(&params, (&moments).into()).unwrap();
    let held: Vec<usize> = portfolios
        .iter()
        .map(|portfolio| portfolio.as_ref().as_slice().iter().position(|x| *x > 0.5).unwrap())
        .collect();
    // Targets of 2, 3, 4, 5 and 6 per cent; no portfolio in between can be had.
    assert_eq!(held, [0, 1, 1, 1, 2]);
    assert!(portfolios.iter().all(|portfolio| portfolio.nodes > 0));
}

#[test]
fn a_repaired_covariance_has_a_frontier() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.021, 0.021, 0.01]).unwrap();
    let moments = Moments::new(vec![0.10, 0.05], covariance).unwrap();
    let refused = frontier(&FrontierParams::default(), (&moments).into()).unwrap_err();
    assert!(matches!(refused, Error::Input(InputError::NotPositiveSemidefinite { .. })), "{refused}");
    let semidefinite = po_convex::Semidefinite::Clip;
    let params = FrontierParams { points: 2, semidefinite, ..FrontierParams::default() };
    let portfolios = frontier(&params, (&moments).into()).unwrap();
    assert_eq!(portfolios.len(), 2);
    for (x, expected) in portfolios[1].as_ref().as_slice().iter().zip([1.0, 0.0]) {
        assert!((x - expected).abs() <= CLOSE, "{x} is not {expected}");
    }
}

#[test]
fn what_is_no_frontier_is_refused() {
    let moments = two_assets();
    let of = |params: FrontierParams, mean: Option<&[f64]>| {
        let input = MarkowitzInput { risk: moments.covariance().into(), mean };
        frontier(&params, input).unwrap_err()
    };
    let mean = Some(moments.mean());
    let (name, expected) = ("the number of points", "two or more");
    let error = of(FrontierParams { points: 1, ..FrontierParams::default() }, mean);
    assert_eq!(error, InputError::OutOfRange { name, value: 1.0, expected }.into());
    let error = of(FrontierParams::default(), None);
    assert_eq!(error, Error::NoMean { objective: "frontier" });
    assert_eq!(
        error.to_string(),
        "the objective frontier needs expected returns, expected a mean for each asset"
    );
    let (what, expected, actual) = ("the list of means", 2, 3);
    let error = of(FrontierParams::default(), Some(&[0.1; 3]));
    assert_eq!(error, InputError::LengthMismatch { what, expected, actual }.into());
    let error = of(FrontierParams::default(), Some(&[0.1, f64::NAN]));
    assert!(
        matches!(error, Error::Input(InputError::AssetOutOfRange { name: "the mean return", asset: 1, .. })),
        "{error}"
    );
    let bounds = Some(Bounds::uniform(2, f64::NEG_INFINITY, f64::INFINITY).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let error = of(FrontierParams { constraints, ..FrontierParams::default() }, mean);
    assert!(matches!(error, Error::Unbounded { .. }), "{error}");
}

#[cfg(feature = "serde")]
#[test]
fn settings_are_read_and_written() {
    let params: FrontierParams = toml::from_str("points = 7\nspacing = \"volatility\"\n").unwrap();
    let expected = FrontierParams { points: 7, spacing: Spacing::Volatility, ..FrontierParams::default() };
    assert_eq!(params, expected);
    assert_eq!(toml::from_str::<FrontierParams>(&toml::to_string(&params).unwrap()).unwrap(), params);
    assert!(toml::from_str::<FrontierParams>("point = 7").is_err());
}
