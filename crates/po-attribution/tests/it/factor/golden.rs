//! Against numpy, skfolio 1.12.2 and the definitions.

use po_attribution::{
    EstimationError, FactorAttribution, FactorInput, FactorParams, Family, OverTime, Totals,
    factor_attribution, factor_standard_errors, realised_risk_attribution,
};
use serde::Deserialize;

use super::{near, returns};

/// Sums of some hundred products of numbers below one.
const ROUNDING: f64 = 1e-14;

/// Standard errors, in returns: the references solve with the normal equations, which square the condition.
const ERRORS: f64 = 1e-14;

#[derive(Deserialize)]
struct File {
    attribution: Case,
}

#[derive(Deserialize)]
struct Case {
    periods: usize,
    assets: usize,
    factors: usize,
    returns: Vec<f64>,
    factor_returns: Vec<f64>,
    exposures: Vec<f64>,
    weights: Vec<f64>,
    benchmark: Vec<f64>,
    portfolio_returns: Vec<f64>,
    regression_weights: Vec<f64>,
    specific_variances: Vec<f64>,
    arithmetic: Totalled,
    money: Totalled,
    active_arithmetic: Totalled,
    active_money: Totalled,
    skfolio: Skfolio,
    errors: Errors,
}

#[derive(Deserialize)]
struct Totalled {
    factors: Vec<f64>,
    families: Vec<f64>,
    specific: f64,
    unattributed: f64,
    total: f64,
    asset_by_factor: Vec<f64>,
    asset_specific: Vec<f64>,
}

#[derive(Deserialize)]
struct Skfolio {
    factors: Vec<f64>,
    families: Vec<f64>,
    specific: f64,
    unattributed: f64,
    asset_by_factor: Vec<f64>,
    factor_errors: Vec<f64>,
    family_errors: Vec<f64>,
    systematic_error: f64,
    risk: f64,
    risk_contributions: Vec<f64>,
}

#[derive(Deserialize)]
struct Errors {
    factor_covariances: Vec<f64>,
    exposure_errors: Vec<f64>,
    exposure_covariances: Vec<f64>,
    by_factor_returns: Vec<f64>,
    by_exposures: Vec<f64>,
    by_exposure_covariances: Vec<f64>,
}

fn case() -> Case {
    toml::from_str::<File>(include_str!("../../data/factor.toml")).unwrap().attribution
}

fn params(totals: Totals) -> FactorParams {
    let families = [("market", vec![0]), ("style", vec![1, 2]), ("industry", vec![3])];
    FactorParams { totals, families: families.map(|(name, members)| Family::new(name, members)).into() }
}

/// Hands the input to a check, with and without its benchmark.
fn with_input(case: &Case, active: bool, check: impl FnOnce(&FactorInput<'_>)) {
    let table = returns(case.periods, case.assets, &case.returns);
    let factors = returns(case.periods, case.factors, &case.factor_returns);
    let exposures = OverTime::PerPeriod(&case.exposures);
    let input = FactorInput {
        benchmark: active.then_some(OverTime::PerPeriod(&case.benchmark)),
        portfolio_returns: Some(&case.portfolio_returns),
        ..FactorInput::new(&table, &factors, exposures, OverTime::PerPeriod(&case.weights))
    };
    check(&input);
}

fn agree(found: &FactorAttribution, expected: &Totalled) {
    near("factor", &found.factors, &expected.factors, ROUNDING);
    near("family", &found.families, &expected.families, ROUNDING);
    near("specific", &[found.specific], &[expected.specific], ROUNDING);
    near("unattributed", &[found.unattributed], &[expected.unattributed], ROUNDING);
    near("total", &[found.total], &[expected.total], ROUNDING);
    near("asset by factor", &found.asset_by_factor, &expected.asset_by_factor, ROUNDING);
    near("asset", &found.asset_specific, &expected.asset_specific, ROUNDING);
}

#[test]
fn totals_are_those_of_the_definition_in_money_and_arithmetic_absolute_and_active() {
    let case = case();
    let expected = [
        (false, Totals::Arithmetic, &case.arithmetic),
        (false, Totals::Money, &case.money),
        (true, Totals::Arithmetic, &case.active_arithmetic),
        (true, Totals::Money, &case.active_money),
    ];
    for (active, totals, expected) in expected {
        with_input(&case, active, |input| {
            agree(&factor_attribution(input, &params(totals)).unwrap(), expected);
        });
    }
}

#[test]
fn arithmetic_totals_and_realised_risk_are_those_of_skfolio() {
    let case = case();
    with_input(&case, false, |input| {
        let found = factor_attribution(input, &params(Totals::Arithmetic)).unwrap();
        let theirs = &case.skfolio;
        near("factor", &found.factors, &theirs.factors, ROUNDING);
        near("family", &found.families, &theirs.families, ROUNDING);
        near("specific", &[found.specific], &[theirs.specific], ROUNDING);
        near("unattributed", &[found.unattributed], &[theirs.unattributed], ROUNDING);
        near("asset by factor", &found.asset_by_factor, &theirs.asset_by_factor, ROUNDING);
        let risk = realised_risk_attribution(&found.series().unwrap(), &[]).unwrap();
        near("risk", &[risk.risk], &[theirs.risk], ROUNDING);
        near("risk contribution", &risk.sources.contribution, &theirs.risk_contributions, ROUNDING);
    });
}

#[test]
fn standard_errors_of_a_regression_across_assets_are_those_of_skfolio() {
    let case = case();
    with_input(&case, false, |input| {
        let error = EstimationError::CrossSection {
            regression_weights: OverTime::PerPeriod(&case.regression_weights),
            specific_variances: OverTime::PerPeriod(&case.specific_variances),
        };
        let found = factor_standard_errors(input, &params(Totals::Arithmetic), error).unwrap();
        near("factor", &found.factors, &case.skfolio.factor_errors, ERRORS);
        near("family", &found.families, &case.skfolio.family_errors, ERRORS);
        near("systematic", &[found.systematic], &[case.skfolio.systematic_error], ERRORS);
    });
}

#[test]
fn standard_errors_of_given_covariances_are_those_of_the_whole_jacobian() {
    let case = case();
    let errors = &case.errors;
    with_input(&case, true, |input| {
        for (error, expected) in [
            (
                EstimationError::FactorReturns(OverTime::PerPeriod(&errors.factor_covariances)),
                &errors.by_factor_returns,
            ),
            (EstimationError::Exposures(&errors.exposure_errors), &errors.by_exposures),
            (
                EstimationError::ExposureCovariances(&errors.exposure_covariances),
                &errors.by_exposure_covariances,
            ),
        ] {
            let found = factor_standard_errors(input, &params(Totals::Money), error).unwrap();
            let all = [&found.factors[..], &found.families, &[found.systematic]].concat();
            near("error", &all, expected, ERRORS);
        }
    });
}
