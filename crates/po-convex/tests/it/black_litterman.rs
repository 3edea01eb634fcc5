//! Black and Litterman's posterior against algebra in fifty digits, and against printed tables.

use po_convex::{BlackLitterman, BlackLittermanParams, Posterior, Prior, Uncertainty, View};
use po_core::Covariance;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    assets: usize,
    covariance: Vec<f64>,
    prior: Vec<f64>,
    risk_aversion: f64,
    market_weights: Vec<f64>,
    tau: f64,
    views: Vec<f64>,
    view_returns: Vec<f64>,
    omega: Option<Vec<f64>>,
    confidences: Option<Vec<f64>>,
    posterior_mean: Vec<f64>,
    posterior_covariance: Vec<f64>,
    tolerance: f64,
}

impl Case {
    fn covariance(&self) -> Covariance {
        Covariance::from_column_slice(self.assets, &self.covariance).unwrap()
    }

    fn views(&self) -> Vec<View> {
        let rows = self.views.chunks_exact(self.assets).zip(&self.view_returns).enumerate();
        rows.map(|(view, (exposures, &mean))| {
            let uncertainty = match (&self.omega, &self.confidences) {
                (Some(omega), _) => Uncertainty::Variance(omega[view]),
                (None, Some(confidences)) => Uncertainty::Confidence(confidences[view]),
                (None, None) => Uncertainty::Proportional,
            };
            View::new(format!("view {view}"), exposures.to_vec(), mean, uncertainty)
        })
        .collect()
    }

    fn posterior(&self) -> Posterior {
        let method = BlackLitterman::new(BlackLittermanParams { tau: self.tau }).unwrap();
        let prior = Prior::Equilibrium { market: &self.market_weights, risk_aversion: self.risk_aversion };
        method.posterior(&self.covariance(), prior, &self.views()).unwrap()
    }
}

fn cases() -> Vec<Case> {
    let file: File = toml::from_str(include_str!("../data/black_litterman.toml")).unwrap();
    file.case
}

fn assert_close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
    for (place, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (actual - expected).abs();
        assert!(
            difference <= tolerance * size,
            "{what}[{place}]: {actual} is not {expected}: {difference:e}"
        );
    }
}

#[test]
fn posteriors_equal_algebra_in_fifty_digits() {
    for case in cases() {
        let posterior = case.posterior();
        let moments = &posterior.moments;
        assert_close(&case.name, &posterior.prior, &case.prior, case.tolerance);
        assert_close(&case.name, moments.mean(), &case.posterior_mean, case.tolerance);
        assert_close(&case.name, moments.covariance().as_slice(), &case.posterior_covariance, case.tolerance);
    }
}
