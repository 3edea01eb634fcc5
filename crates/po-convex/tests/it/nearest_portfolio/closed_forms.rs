//! Nearest portfolios that can be written down.

use po_convex::{
    Constraint, Constraints, Costs, LinearConstraint, NearestParams, Nearness, Net, ShadowPrice, Side,
};
use po_core::{Bounds, Covariance, Weights};

use super::{CLOSED, assert_near, nearest, nearest_under, with};
use crate::random::Random;

fn group(label: &str, members: &[usize], lower: f64, upper: f64) -> LinearConstraint {
    LinearConstraint::new(label, members.iter().map(|member| (*member, 1.0)).collect(), lower, upper).unwrap()
}

fn weights(numbers: &[f64]) -> Weights {
    Weights::new(numbers.to_vec()).unwrap()
}

/// One cap that binds: what it holds is scaled by one factor, all else by another.
#[test]
fn one_cap_scales_in_proportion() {
    let target = [0.35, 0.25, 0.2, 0.12, 0.08];
    let constraints =
        Constraints { linear: vec![group("cap", &[0, 2], 0.0, 0.33)], ..Constraints::default() };
    let allocation = nearest(NearestParams { constraints, ..NearestParams::default() }, &target);
    let (inside, outside) = (0.33 / 0.55, 0.67 / 0.45);
    let factors = [inside, outside, inside, outside, outside];
    let expected: Vec<f64> = target.iter().zip(factors).map(|(target, factor)| target * factor).collect();
    assert_near(allocation.solution.weights.as_slice(), &expected, CLOSED);
    assert!((allocation.change - 0.44).abs() <= CLOSED);
    // The mean of squared relative changes, each with the weight of its asset.
    let squared = 0.55 * (inside - 1.0).powi(2) + 0.45 * (outside - 1.0).powi(2);
    assert!((allocation.distance - squared.sqrt()).abs() <= CLOSED);
    assert!((allocation.objective - 0.5 * squared).abs() <= CLOSED);
    // Per unit of the cap, what is inside gains as a share, and what is outside loses.
    let prices = allocation.shadow_prices();
    let row = |label: &str, side, limit| Constraint::Row { label: label.to_owned(), side, limit };
    assert_eq!(prices[1].constraint, row("cap", Side::Upper, 0.33));
    assert!((prices[1].value - (inside - outside)).abs() <= CLOSED);
    assert_eq!(prices[0].constraint, row("budget", Side::Lower, 1.0));
    assert!((prices[0].value - (outside - 1.0)).abs() <= CLOSED);
    assert_eq!(prices.len(), 2, "{prices:?}");
}

/// The example of the theory of groups: a cap on the last two, and a floor under the first and the third.
#[test]
fn two_groups_that_overlap() {
    let linear = vec![group("last", &[2, 3], 0.0, 0.6), group("odd", &[0, 2], 0.7, 1.0)];
    let constraints = Constraints { linear, ..Constraints::default() };
    let params = NearestParams { constraints, ..NearestParams::default() };
    let allocation = nearest(params, &[0.1, 0.1, 0.4, 0.4]);
    assert_near(allocation.solution.weights.as_slice(), &[0.24, 0.16, 0.46, 0.14], CLOSED);
}

/// What the target does not hold moves as if it held a millionth, so that a floor lifts it.
#[test]
fn a_floor_lifts_what_is_not_held() {
    let constraints = Constraints { linear: vec![group("new", &[2, 3], 0.2, 1.0)], ..Constraints::default() };
    let params = NearestParams { constraints, ..NearestParams::default() };
    let allocation = nearest(params, &[0.75, 0.25, 0.0, 0.0]);
    assert_near(allocation.solution.weights.as_slice(), &[0.6, 0.2, 0.1, 0.1], CLOSED);
}

/// Shares of short positions move the other way.
#[test]
fn a_budget_moves_long_and_short_positions_by_their_size() {
    let bounds = Some(Bounds::uniform(3, -1.0, 2.0).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let params = NearestParams { constraints, ..NearestParams::default() };
    let allocation = nearest(params, &[0.8, 0.4, -0.3]);
    // The sum lacks 0.1, of 1.5 gross.
    let step = 0.1 / 1.5;
    let expected = [0.8 * (1.0 + step), 0.4 * (1.0 + step), -0.3 * (1.0 - step)];
    assert_near(allocation.solution.weights.as_slice(), &expected, CLOSED);
}

/// The projection on the simplex by sorting (Held, Wolfe and Crowder 1974).
fn on_simplex(target: &[f64]) -> Vec<f64> {
    let mut sorted = target.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut level) = (0.0, 0.0);
    for (count, value) in sorted.iter().enumerate() {
        sum += value;
        let next = (sum - 1.0) / (count + 1) as f64;
        if *value > next {
            level = next;
        }
    }
    target.iter().map(|value| (value - level).max(0.0)).collect()
}

#[test]
fn euclidean_without_other_constraints_is_the_projection_on_the_simplex() {
    let mut random = Random::new(1974);
    for assets in [1, 2, 5, 40, 300] {
        for spread in [0.01, 0.3, 3.0] {
            let target: Vec<f64> =
                (0..assets).map(|_| 1.0 / f64::from(assets) + spread * random.normal()).collect();
            let allocation = nearest(with(Nearness::Euclidean), &target);
            assert_near(allocation.solution.weights.as_slice(), &on_simplex(&target), 1e-13 * (1.0 + spread));
        }
    }
}

/// With two assets and a budget, all norms lead to the same place.
#[test]
fn two_assets_have_one_way_to_go() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.09]).unwrap();
    let bounds = Some(Bounds::new(vec![0.0, 0.0], vec![0.4, 1.0]).unwrap());
    let constraints = Constraints { bounds, ..Constraints::default() };
    let distances = [
        (Nearness::Relative, 0.3 * (1.0_f64 / 0.7 + 1.0 / 0.3).sqrt()),
        (Nearness::Euclidean, 0.3 * 2.0_f64.sqrt()),
        // A long position against a short one.
        (Nearness::TrackingError, 0.3 * (0.04 + 0.09 - 0.02_f64).sqrt()),
    ];
    for (nearness, distance) in distances {
        let params = NearestParams { constraints: constraints.clone(), ..with(nearness) };
        let allocation = nearest_under(params, &[0.7, 0.3], &covariance);
        assert_near(allocation.solution.weights.as_slice(), &[0.4, 0.6], CLOSED);
        assert!((allocation.distance - distance).abs() <= CLOSED, "{nearness:?}: {}", allocation.distance);
        assert!((allocation.change - 0.6).abs() <= CLOSED);
    }
}

/// Without a budget each asset has its own region without trades, of the width that the documentation tells, and what
/// lies outside is traded to its edge.
#[test]
fn costs_make_a_region_without_trades() {
    let target = [0.4, 0.2, 0.1, 0.3];
    let holdings = weights(&[0.5, 0.21, 0.06, 0.28]);
    let covariance = Covariance::from_column_slice(
        4,
        &[0.04, 0.0, 0.0, 0.0, 0.0, 0.09, 0.0, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0225],
    )
    .unwrap();
    let bounds = Some(Bounds::uniform(4, 0.0, 1.0).unwrap());
    let rates = [0.001, 0.002, 0.001, 0.003];
    let constraints = Constraints {
        bounds,
        budget: Net { lower: 0.0, upper: 2.0 },
        holdings: Some(holdings.clone()),
        costs: Some(Costs::Each(rates.to_vec())),
        ..Constraints::default()
    };
    for (nearness, cost_weight, curvature) in [
        (Nearness::Relative, 100.0, [1.0 / 0.4, 1.0 / 0.2, 1.0 / 0.1, 1.0 / 0.3]),
        (Nearness::Euclidean, 20.0, [1.0; 4]),
        (Nearness::TrackingError, 1.0, [0.04, 0.09, 0.01, 0.0225]),
    ] {
        let params = NearestParams { constraints: constraints.clone(), cost_weight, ..with(nearness) };
        let allocation = nearest_under(params, &target, &covariance);
        let mut expected = [0.0; 4];
        let (mut cost, mut squared, mut held) = (0.0, 0.0, 0);
        for asset in 0..4 {
            let (own, band) = (holdings.as_slice()[asset], cost_weight * rates[asset] / curvature[asset]);
            let gap = own - target[asset];
            expected[asset] = target[asset] + gap.clamp(-band, band);
            held += usize::from(gap.abs() <= band);
            cost += rates[asset] * (expected[asset] - own).abs();
            squared += curvature[asset] * (expected[asset] - target[asset]).powi(2);
        }
        assert!((1..4).contains(&held), "{nearness:?}: some stay and some trade");
        assert_near(allocation.solution.weights.as_slice(), &expected, CLOSED);
        for (asset, weight) in allocation.solution.weights.as_slice().iter().enumerate() {
            let own = holdings.as_slice()[asset];
            if (expected[asset] - own).abs() == 0.0 {
                assert_eq!(weight.to_bits(), own.to_bits(), "what is not traded stays to the bit");
            }
        }
        assert!((allocation.cost - cost).abs() <= CLOSED);
        assert!((allocation.distance - squared.sqrt()).abs() <= CLOSED);
        assert!((allocation.objective - (0.5 * squared + cost_weight * cost)).abs() <= CLOSED);
    }
}

/// A turnover that is limited and binds leaves the way to the target part undone.
#[test]
fn a_turnover_limit_stops_on_the_way() {
    let constraints =
        Constraints { holdings: Some(weights(&[0.5, 0.5])), turnover: Some(0.2), ..Constraints::default() };
    let allocation = nearest(NearestParams { constraints, ..with(Nearness::Euclidean) }, &[0.8, 0.2]);
    assert_near(allocation.solution.weights.as_slice(), &[0.6, 0.4], CLOSED);
    // One unit of turnover brings both half a unit nearer: the slope of half the square is 0.2.
    let prices = allocation.shadow_prices();
    let turnover = Constraint::Row { label: "turnover".to_owned(), side: Side::Upper, limit: 0.2 };
    let found: Vec<&ShadowPrice> = prices.iter().filter(|price| price.constraint == turnover).collect();
    assert!(found.len() == 1 && (found[0].value + 0.2).abs() <= CLOSED, "{prices:?}");
}

/// A limit on the tracking error to a benchmark: with a diagonal covariance of one variance, a ball.
#[test]
fn a_tracking_error_is_a_ball_around_the_benchmark() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04]).unwrap();
    for nearness in [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError] {
        let constraints = Constraints {
            benchmark: Some(weights(&[0.5, 0.5])),
            tracking_error: Some(0.02),
            ..Constraints::default()
        };
        let allocation =
            nearest_under(NearestParams { constraints, ..with(nearness) }, &[0.9, 0.1], &covariance);
        // 0.2 sqrt(2) d = 0.02. The square of the tracking error is met to its rounding.
        let step = 0.1 / 2.0_f64.sqrt();
        assert_near(allocation.solution.weights.as_slice(), &[0.5 + step, 0.5 - step], 1e-12);
        let prices = allocation.shadow_prices();
        assert!(prices.iter().any(|price| price.constraint
            == Constraint::Row { label: "tracking error".to_owned(), side: Side::Upper, limit: 0.02 }));
    }
}

/// A target that satisfies everything is handed back to the last bit, and proven.
#[test]
fn a_target_within_all_constraints_stays_to_the_bit() {
    // The sum of these is not one in binary.
    let target = [0.1, 0.2, 0.3, 0.15, 0.25];
    let covariance = Covariance::from_column_slice(
        5,
        &[
            0.04, 0.01, 0.0, 0.0, 0.0, 0.01, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0,
            0.03, 0.0, 0.0, 0.0, 0.0, 0.0, 0.06,
        ],
    )
    .unwrap();
    let constraints = Constraints {
        bounds: Some(Bounds::uniform(5, 0.1, 0.3).unwrap()),
        linear: vec![group("pair", &[0, 1], 0.0, 0.3)],
        holdings: Some(weights(&[0.2; 5])),
        turnover: Some(0.5),
        costs: Some(Costs::Uniform(0.01)),
        benchmark: Some(weights(&[0.2; 5])),
        tracking_error: Some(0.1),
        ..Constraints::default()
    };
    let chosen = Constraints {
        cardinality: Some(5),
        min_position: Some(0.1),
        max_correlation: Some(po_convex::MaxCorrelation::default()),
        ..constraints.clone()
    };
    for nearness in [Nearness::Relative, Nearness::Euclidean, Nearness::TrackingError] {
        for constraints in [&constraints, &chosen] {
            let params =
                NearestParams { constraints: constraints.clone(), cost_weight: 0.0, ..with(nearness) };
            let allocation = nearest_under(params, &target, &covariance);
            let found = allocation.solution.weights.as_slice();
            assert!(found.iter().zip(target).all(|(a, b)| a.to_bits() == b.to_bits()));
            assert_eq!((allocation.distance, allocation.change, allocation.moved), (0.0, 0.0, false));
            assert_eq!((allocation.objective, allocation.nodes), (0.0, 0));
            assert!(allocation.shadow_prices().is_empty(), "{:?}", allocation.shadow_prices());
        }
    }
}
