//! Against the definitions with whole matrices, scipy, and skfolio 1.12.2.

use po_attribution::{
    Family, NormalTail, RiskAttribution, RiskInput, RiskModel, factor_risk_attribution,
    realised_risk_attribution, risk_attribution,
};
use po_core::{Confidence, Covariance, FactorCovariance, Weights, nalgebra::DMatrix};
use serde::Deserialize;

use crate::factor::{near, returns};

/// Products over some tens of assets, and a root.
const ROUNDING: f64 = 1e-14;

/// The density at a quantile, over a small tail.
const TAIL: f64 = 1e-13;

#[derive(Deserialize)]
struct File {
    ex_ante: ExAnte,
    ex_post: ExPost,
    normal: Normal,
}

#[derive(Deserialize)]
struct ExAnte {
    small: Case,
    random: Case,
}

#[derive(Deserialize)]
struct Case {
    assets: usize,
    factors: usize,
    exposures: Vec<f64>,
    factor_covariance: Vec<f64>,
    specific: Vec<f64>,
    weights: Vec<f64>,
    benchmark: Vec<f64>,
    absolute_risk: f64,
    absolute_volatility: Vec<f64>,
    absolute_correlation: Vec<f64>,
    absolute_assets: Vec<f64>,
    absolute_family_volatility: Vec<f64>,
    absolute_family_correlation: Vec<f64>,
    absolute_families: Vec<f64>,
    absolute_factor_exposure: Vec<f64>,
    absolute_factor_volatility: Vec<f64>,
    absolute_factor_correlation: Vec<f64>,
    absolute_factors: Vec<f64>,
    absolute_factor_family_volatility: Vec<f64>,
    absolute_factor_family_correlation: Vec<f64>,
    absolute_factor_families: Vec<f64>,
    active_risk: f64,
    active_assets: Vec<f64>,
    active_correlation: Vec<f64>,
    active_families: Vec<f64>,
    active_factors: Vec<f64>,
    active_factor_families: Vec<f64>,
    var99: Vec<f64>,
    es975: Vec<f64>,
    means: Vec<f64>,
    var95: Vec<f64>,
}

#[derive(Deserialize)]
struct ExPost {
    periods: usize,
    sources: usize,
    series: Vec<f64>,
    risk: f64,
    contributions: Vec<f64>,
    volatility: Vec<f64>,
    correlation: Vec<f64>,
    family_volatility: Vec<f64>,
    family_correlation: Vec<f64>,
}

#[derive(Deserialize)]
struct Normal {
    levels: Vec<f64>,
    quantiles: Vec<f64>,
    shortfalls: Vec<f64>,
}

fn file() -> File {
    toml::from_str(include_str!("../../data/risk.toml")).unwrap()
}

impl Case {
    fn model(&self) -> FactorCovariance {
        let exposures = DMatrix::from_column_slice(self.assets, self.factors, &self.exposures);
        let factors = Covariance::from_column_slice(self.factors, &self.factor_covariance).unwrap();
        FactorCovariance::new(exposures, factors, self.specific.clone()).unwrap()
    }
}

/// Even and odd assets, or the ends and the middle of four; the first and last factor, or the first alone.
fn families(case: &Case) -> (Vec<Family>, Vec<Family>) {
    let assets = if case.assets == 4 {
        [Family::new("ends", [0, 3]), Family::new("middle", [1, 2])]
    } else {
        [Family::new("even", (0..case.assets).step_by(2)), Family::new("odd", (1..case.assets).step_by(2))]
    };
    let factors = if case.assets == 4 {
        [Family::new("market", [0]), Family::new("style", [1, 2])]
    } else {
        [Family::new("outer", [0, 4]), Family::new("inner", [1, 2, 3])]
    };
    (assets.into(), factors.into())
}

#[test]
fn assets_as_a_matrix_and_by_factors() {
    let File { ex_ante: ExAnte { small, random }, .. } = file();
    for case in [small, random] {
        let factors = case.model();
        let matrix = factors.covariance().unwrap();
        let (weights, benchmark) =
            (Weights::new(case.weights.clone()).unwrap(), Weights::new(case.benchmark.clone()).unwrap());
        let (families, _) = families(&case);
        for model in [RiskModel::Full(&matrix), RiskModel::Factors(&factors)] {
            let input = RiskInput { weights: &weights, benchmark: None, families: &families };
            let parts = risk_attribution(model, &input).unwrap();
            near("risk", &[parts.risk], &[case.absolute_risk], ROUNDING);
            near("exposure", &parts.sources.exposure, &case.weights, 0.0);
            near("volatility", &parts.sources.volatility, &case.absolute_volatility, ROUNDING);
            near("correlation", &parts.sources.correlation, &case.absolute_correlation, ROUNDING);
            near("contribution", &parts.sources.contribution, &case.absolute_assets, ROUNDING);
            near("family volatility", &parts.families.volatility, &case.absolute_family_volatility, ROUNDING);
            near(
                "family correlation",
                &parts.families.correlation,
                &case.absolute_family_correlation,
                ROUNDING,
            );
            near("family", &parts.families.contribution, &case.absolute_families, ROUNDING);
            let input = RiskInput { benchmark: Some(&benchmark), ..input };
            let parts = risk_attribution(model, &input).unwrap();
            near("tracking error", &[parts.risk], &[case.active_risk], ROUNDING);
            near("active contribution", &parts.sources.contribution, &case.active_assets, ROUNDING);
            near("active correlation", &parts.sources.correlation, &case.active_correlation, 10.0 * ROUNDING);
            near("active family", &parts.families.contribution, &case.active_families, ROUNDING);
        }
    }
}

#[test]
fn factors_and_what_is_specific() {
    let File { ex_ante: ExAnte { small, random }, .. } = file();
    for case in [small, random] {
        let model = case.model();
        let (weights, benchmark) =
            (Weights::new(case.weights.clone()).unwrap(), Weights::new(case.benchmark.clone()).unwrap());
        let (_, families) = families(&case);
        let input = RiskInput { weights: &weights, benchmark: None, families: &families };
        let parts = factor_risk_attribution(&model, &input).unwrap();
        near("risk", &[parts.risk], &[case.absolute_risk], ROUNDING);
        near("exposure", &parts.sources.exposure, &case.absolute_factor_exposure, ROUNDING);
        near("volatility", &parts.sources.volatility, &case.absolute_factor_volatility, ROUNDING);
        near("correlation", &parts.sources.correlation, &case.absolute_factor_correlation, ROUNDING);
        near("contribution", &parts.sources.contribution, &case.absolute_factors, ROUNDING);
        near(
            "family volatility",
            &parts.families.volatility,
            &case.absolute_factor_family_volatility,
            ROUNDING,
        );
        near(
            "family correlation",
            &parts.families.correlation,
            &case.absolute_factor_family_correlation,
            ROUNDING,
        );
        near("family", &parts.families.contribution, &case.absolute_factor_families, ROUNDING);
        let input = RiskInput { benchmark: Some(&benchmark), ..input };
        let parts = factor_risk_attribution(&model, &input).unwrap();
        near("tracking error", &[parts.risk], &[case.active_risk], ROUNDING);
        near("active contribution", &parts.sources.contribution, &case.active_factors, ROUNDING);
        near("active family", &parts.families.contribution, &case.active_factor_families, ROUNDING);
    }
}

#[test]
fn components_of_value_at_risk_and_expected_shortfall() {
    let File { ex_ante: ExAnte { small, random }, .. } = file();
    for case in [small, random] {
        let model = case.model();
        let weights = Weights::new(case.weights.clone()).unwrap();
        let parts: RiskAttribution =
            risk_attribution(RiskModel::Factors(&model), &RiskInput::new(&weights)).unwrap();
        for (measure, level, means, expected) in [
            (NormalTail::Var, 0.99, None, &case.var99),
            (NormalTail::Es, 0.975, None, &case.es975),
            (NormalTail::Var, 0.95, Some(&case.means[..]), &case.var95),
        ] {
            let found = parts.component(measure, means, Confidence::new(level).unwrap()).unwrap();
            near("component", &found.components, expected, TAIL);
            near("tail risk", &[found.risk], &[expected.iter().sum()], TAIL);
        }
    }
}

#[test]
fn the_past_by_source_as_skfolio_tells_it() {
    let case = file().ex_post;
    let series = returns(case.periods, case.sources, &case.series);
    let families = [Family::new("a", [0, 2]), Family::new("b", [1, 3])];
    let parts = realised_risk_attribution(&series, &families).unwrap();
    near("risk", &[parts.risk], &[case.risk], ROUNDING);
    near("contribution", &parts.sources.contribution, &case.contributions, ROUNDING);
    near("volatility", &parts.sources.volatility, &case.volatility, ROUNDING);
    near("correlation", &parts.sources.correlation, &case.correlation, ROUNDING);
    near("family volatility", &parts.families.volatility, &case.family_volatility, ROUNDING);
    near("family correlation", &parts.families.correlation, &case.family_correlation, ROUNDING);
}

#[test]
fn quantiles_and_shortfalls_are_those_of_scipy() {
    let case = file().normal;
    for ((level, quantile), shortfall) in case.levels.iter().zip(&case.quantiles).zip(&case.shortfalls) {
        let confidence = Confidence::new(*level).unwrap();
        near("quantile", &[NormalTail::Var.multiple(confidence)], &[*quantile], 1e-15);
        near("shortfall", &[NormalTail::Es.multiple(confidence)], &[*shortfall], TAIL);
    }
}
