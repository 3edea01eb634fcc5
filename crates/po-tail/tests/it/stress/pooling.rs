//! Entropy pooling: closed forms, properties and refusals.

use po_core::{Confidence, InputError, Returns, Status, Universe, Weights};
use po_tail::{
    EntropyPooling, EntropyPoolingParams, Error, PooledViews, PoolingView, Relation, Scenarios, Statistic,
};

/// What rounding leaves.
const ROUNDING: f64 = 1e-12;

fn pool(scenarios: &Scenarios, views: &[PoolingView]) -> Result<PooledViews, Error> {
    EntropyPooling::new(EntropyPoolingParams::default()).unwrap().pool(scenarios, views)
}

/// Numbers without a pattern, of mean about zero and deviation about `scale`, with heavy ends.
fn numbers(count: usize, assets: usize, scale: f64) -> Returns {
    let mut state = 12_345_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let entries: Vec<f64> = (0..count * assets)
        .map(|_| {
            let x: f64 = (0..6).map(|_| next()).sum::<f64>() - 3.0;
            scale * x * (1.0 + x * x)
        })
        .collect();
    Returns::from_column_slice(count, assets, &entries).unwrap()
}

fn view(statistic: Statistic, value: f64) -> PoolingView {
    PoolingView { statistic, relation: Relation::Equal, value }
}

#[test]
fn a_view_on_the_mean_of_a_normal_prior_moves_it_and_keeps_its_variance() {
    // A fine grid with normal weights: sums over it are those of the normal law far below rounding.
    let grid: Vec<f64> = (-1200..=1200).map(|step| f64::from(step) * 0.01).collect();
    let weights: Vec<f64> = grid.iter().map(|x| (-0.5 * x * x).exp()).collect();
    let total: f64 = weights.iter().sum();
    let prior: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
    let returns = Returns::from_column_slice(grid.len(), 1, &grid).unwrap();
    let scenarios = Scenarios::new(returns, prior).unwrap();
    let pooled = pool(&scenarios, &[view(Statistic::Mean(vec![(0, 1.0)]), 0.7)]).unwrap();
    // Exponential tilting: N(0, 1) becomes N(m, 1), at an entropy of m²/2.
    assert!((pooled.relative_entropy - 0.245).abs() < ROUNDING);
    for (x, p) in grid.iter().zip(&pooled.probabilities) {
        let expected = (-0.5 * (x - 0.7) * (x - 0.7)).exp() / total;
        assert!((p - expected).abs() < ROUNDING);
    }
    let posterior = pooled.scenarios(scenarios).unwrap();
    assert!((posterior.covariance().unwrap().as_slice()[0] - 1.0).abs() < ROUNDING);
}

#[test]
fn all_kinds_of_views_hold_at_once() {
    let scenarios = Scenarios::equal(numbers(20_000, 3, 0.01));
    let confidence = Confidence::new(0.95).unwrap();
    let one = |asset: usize| vec![(asset, 1.0)];
    let weights =
        |asset: usize| Weights::new((0..3).map(|i| if i == asset { 1.0 } else { 0.0 }).collect()).unwrap();
    let now = scenarios.cvar(&weights(2), confidence).unwrap();
    let views = [
        view(Statistic::Mean(one(0)), 0.001),
        view(Statistic::Volatility(one(1)), 0.015),
        view(Statistic::Correlation(0, 1), 0.3),
        view(Statistic::Cvar(one(2), confidence), 1.1 * now),
    ];
    let pooled = pool(&scenarios, &views).unwrap();
    assert_eq!(pooled.status, Status::Converged);
    let posterior = pooled.scenarios(scenarios).unwrap();
    assert!((posterior.mean()[0] - 0.001).abs() < ROUNDING);
    let covariance = posterior.covariance().unwrap();
    assert!((covariance.volatilities()[1] - 0.015).abs() < ROUNDING);
    assert!((covariance.correlation().unwrap().as_slice()[1] - 0.3).abs() < 1e-10);
    assert!((posterior.cvar(&weights(2), confidence).unwrap() - 1.1 * now).abs() < 1e-11);
    assert!((pooled.effective_number - posterior.effective_number()).abs() < 1e-6);
}

#[test]
fn two_tails_are_met_together() {
    let scenarios = Scenarios::equal(numbers(5_000, 2, 0.01));
    let confidence = Confidence::new(0.95).unwrap();
    let weights = [Weights::new(vec![1.0, 0.0]).unwrap(), Weights::new(vec![0.0, 1.0]).unwrap()];
    let targets = [1.2, 0.9].map(|factor| factor);
    let views: Vec<_> = (0..2)
        .map(|asset| {
            let now = scenarios.cvar(&weights[asset], confidence).unwrap();
            view(Statistic::Cvar(vec![(asset, 1.0)], confidence), targets[asset] * now)
        })
        .collect();
    let posterior = pool(&scenarios, &views).unwrap().scenarios(scenarios).unwrap();
    for (weights, view) in weights.iter().zip(&views) {
        assert!((posterior.cvar(weights, confidence).unwrap() - view.value).abs() < 1e-10);
    }
}

#[test]
fn confidence_mixes_prior_and_posterior() {
    let scenarios = Scenarios::equal(numbers(100, 1, 0.01));
    let views = [view(Statistic::Mean(vec![(0, 1.0)]), 0.002)];
    let full = pool(&scenarios, &views).unwrap();
    let params = EntropyPoolingParams { confidence: 0.25, ..EntropyPoolingParams::default() };
    let half = EntropyPooling::new(params).unwrap().pool(&scenarios, &views).unwrap();
    for (mixed, p) in half.probabilities.iter().zip(&full.probabilities) {
        assert!((mixed - (0.25 * p + 0.75 * 0.01)).abs() < ROUNDING);
    }
    assert!(half.relative_entropy < full.relative_entropy);
}

#[test]
fn a_view_that_the_scenarios_cannot_meet_is_refused_with_the_range_they_can() {
    let returns = Returns::from_column_slice(3, 2, &[-0.02, 0.01, 0.04, 0.0, 0.01, 0.03]).unwrap();
    let scenarios = Scenarios::equal(returns);
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let wish = view(Statistic::Mean(vec![(0, 1.0)]), 0.05);
    let error = pool(&scenarios, std::slice::from_ref(&wish)).unwrap_err();
    let Error::View { view: named, quantity, value, least, greatest } = &error else { panic!("{error}") };
    assert_eq!((named, *quantity), (&wish, "the mean"));
    assert!(
        (value - 0.05).abs() < ROUNDING
            && (least + 0.02).abs() < ROUNDING
            && (greatest - 0.04).abs() < ROUNDING
    );
    let text = error.named(&universe);
    assert!(text.starts_with("the mean of the view \"mean AAPL = 0.05\" is 0.05"), "{text}");
    assert!(text.contains("expected a number in ["), "{text}");
}

#[test]
fn the_view_that_contradicts_those_before_it_is_named() {
    let returns =
        Returns::from_column_slice(4, 2, &[-0.02, 0.01, 0.02, 0.04, -0.01, 0.0, 0.01, 0.02]).unwrap();
    let scenarios = Scenarios::equal(returns);
    let views = [view(Statistic::Mean(vec![(0, 1.0)]), 0.03), view(Statistic::Mean(vec![(1, 1.0)]), -0.005)];
    let error = pool(&scenarios, &views).unwrap_err();
    let Error::View { view, least, greatest, .. } = error else { panic!("{error}") };
    assert_eq!(view, views[1]);
    // At a mean of 3 % of the first, the hull of the scenarios reaches from (1, 0) and (4, 2) to (-2, -1) and (4, 2).
    assert!((least - 0.04 / 3.0).abs() < 1e-9 && (greatest - 0.015).abs() < 1e-9, "{least} {greatest}");
}

#[test]
fn a_volatility_beyond_the_scenarios_is_refused() {
    let returns = Returns::from_column_slice(3, 1, &[-0.01, 0.0, 0.01]).unwrap();
    let wish = view(Statistic::Volatility(vec![(0, 1.0)]), 0.02);
    let error = pool(&Scenarios::equal(returns), std::slice::from_ref(&wish)).unwrap_err();
    let Error::View { quantity, value, least, greatest, .. } = error else { panic!("{error}") };
    assert_eq!(quantity, "the volatility");
    assert!((value - 0.02).abs() < ROUNDING && least.abs() < 1e-9 && (greatest - 0.01).abs() < 1e-9);
}

#[test]
fn a_tail_beyond_the_scenarios_is_refused() {
    let scenarios = Scenarios::equal(Returns::from_column_slice(3, 1, &[-0.01, 0.0, 0.01]).unwrap());
    let confidence = Confidence::new(0.9).unwrap();
    let error = pool(&scenarios, &[view(Statistic::Cvar(vec![(0, 1.0)], confidence), 0.02)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the conditional value at risk of the view \"cvar@90% asset 0 = 0.02\" is 0.02, expected a number in [-0.01, 0.01]"
    );
    let error = pool(&scenarios, &[view(Statistic::Var(vec![(0, 1.0)], confidence), 0.02)]).unwrap_err();
    assert!(matches!(error, Error::View { greatest, .. } if greatest == 0.0), "{error}");
}

#[test]
fn an_extreme_view_that_can_just_be_met_is_met() {
    let scenarios = Scenarios::equal(numbers(1_000, 1, 0.01));
    let greatest = scenarios.returns().column(0).iter().copied().fold(f64::MIN, f64::max);
    let pooled = pool(&scenarios, &[view(Statistic::Mean(vec![(0, 1.0)]), 0.999 * greatest)]).unwrap();
    assert_eq!(pooled.status, Status::Converged);
    assert!(pooled.effective_number < 2.0);
}

#[test]
fn views_that_say_the_same_twice_do_no_harm() {
    let scenarios = Scenarios::equal(numbers(500, 1, 0.01));
    let wish = view(Statistic::Mean(vec![(0, 1.0)]), 0.002);
    let once = pool(&scenarios, std::slice::from_ref(&wish)).unwrap();
    let twice = pool(&scenarios, &[wish.clone(), wish]).unwrap();
    assert_eq!(twice.status, Status::Converged);
    for (a, b) in once.probabilities.iter().zip(&twice.probabilities) {
        assert!((a - b).abs() < ROUNDING);
    }
}

#[test]
fn settings_and_views_out_of_range_are_refused() {
    let params = EntropyPoolingParams { confidence: 1.5, ..EntropyPoolingParams::default() };
    let error = EntropyPooling::new(params).unwrap_err();
    assert_eq!(error.to_string(), "the confidence in the views is 1.5, expected a number in [0, 1]");
    let scenarios = Scenarios::equal(numbers(10, 2, 0.01));
    let refused = |statistic, value| match pool(&scenarios, &[view(statistic, value)]) {
        Err(Error::Input(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(Statistic::Mean(vec![(2, 1.0)]), 0.0).to_string(),
        "the index in a view of asset 2 is 2, expected an index below the number of assets"
    );
    assert_eq!(
        refused(Statistic::Correlation(0, 1), 1.5),
        InputError::OutOfRange { name: "the correlation", value: 1.5, expected: "a number in [-1, 1]" }
    );
    assert_eq!(
        refused(Statistic::Mean(Vec::new()), 0.0),
        InputError::Empty { what: "the list of assets in a view" }
    );
}

#[test]
fn a_tail_of_the_least_loss_alone_is_refused() {
    let scenarios = Scenarios::equal(Returns::from_column_slice(3, 1, &[-0.01, 0.0, 0.01]).unwrap());
    let statistic = Statistic::Cvar(vec![(0, 1.0)], Confidence::new(0.9).unwrap());
    let wish = PoolingView { statistic, relation: Relation::AtMost, value: -0.01 };
    let error = pool(&scenarios, std::slice::from_ref(&wish)).unwrap_err();
    assert!(
        matches!(&error, Error::View { value, least, .. } if (value - least).abs() < ROUNDING),
        "{error}"
    );
    // Where all scenarios have that loss, the view holds as it is.
    let equal = Scenarios::equal(Returns::from_column_slice(3, 1, &[0.01; 3]).unwrap());
    let pooled = pool(&equal, &[wish]).unwrap();
    assert!(pooled.relative_entropy.abs() < ROUNDING);
}

#[test]
fn settings_are_kept_and_checked() {
    let params = EntropyPoolingParams { confidence: 0.7, iterations: 40 };
    assert_eq!(*EntropyPooling::new(params).unwrap().params(), params);
    let error = EntropyPooling::new(EntropyPoolingParams { iterations: 0, ..params }).unwrap_err();
    assert!(error.to_string().contains("is 0, expected"), "{error}");
}
