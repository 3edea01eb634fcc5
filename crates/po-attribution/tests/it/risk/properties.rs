//! What holds for every portfolio and every covariance.

use po_attribution::{
    Family, RiskAttribution, RiskAttributionScratch, RiskInput, RiskModel, asset_by_factor_risk,
    asset_by_factor_risk_into, factor_risk_attribution, factor_risk_attribution_into,
    realised_risk_attribution, realised_risk_attribution_into, risk_attribution, risk_attribution_into,
};
use po_core::{Covariance, FactorCovariance, Weights, nalgebra::DMatrix};
use proptest::prelude::*;

use crate::factor::returns;

/// The promise of the documentation, for contributions that add up to a risk.
const EXACT: f64 = 1e-15;

/// Two roads to one number, over sums of some tens of products.
const ROUNDING: f64 = 1e-12;

#[derive(Clone, Debug)]
struct Model {
    covariance: FactorCovariance,
    weights: Weights,
    benchmark: Weights,
}

fn model() -> impl Strategy<Value = Model> {
    (1..9_usize, 1..4_usize).prop_flat_map(|(assets, factors)| {
        let list = |length, range: std::ops::Range<f64>| proptest::collection::vec(range, length);
        (
            list(assets * factors, -1.5..1.5),
            list(factors * factors, -0.2..0.2),
            list(assets, 0.001..0.05),
            list(assets, -1.0..1.0),
            list(assets, 0.0..1.0),
        )
            .prop_map(move |(exposures, root, specific, weights, benchmark)| {
                let root = DMatrix::from_vec(factors, factors, root);
                let factor_covariance = Covariance::new(&root * root.transpose()).unwrap();
                let exposures = DMatrix::from_vec(assets, factors, exposures);
                Model {
                    covariance: FactorCovariance::new(exposures, factor_covariance, specific).unwrap(),
                    weights: Weights::new(weights).unwrap(),
                    benchmark: Weights::new(benchmark).unwrap(),
                }
            })
    })
}

fn halves(members: usize) -> Vec<Family> {
    vec![Family::new("even", (0..members).step_by(2)), Family::new("odd", (1..members).step_by(2))]
}

fn adds_up(parts: &RiskAttribution) {
    let (sum, gross) = parts
        .sources
        .contribution
        .iter()
        .fold((0.0, 0.0), |(sum, gross), part| (sum + part, gross + f64::abs(*part)));
    // A sum that rounds at every step: off by its own rounding only.
    assert!(
        (sum - parts.risk).abs() <= EXACT * gross.max(parts.risk) * parts.sources.contribution.len() as f64
    );
    for place in 0..parts.sources.exposure.len() {
        let sources = &parts.sources;
        let product = sources.exposure[place] * sources.volatility[place] * sources.correlation[place];
        assert!((product - sources.contribution[place]).abs() <= 4.0 * EXACT * product.abs());
        assert!(sources.correlation[place].abs() <= 1.0 + ROUNDING);
    }
    let families: f64 = parts.families.contribution.iter().sum();
    assert!((families - parts.risk).abs() <= EXACT * gross * 8.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn contributions_add_up_and_are_exposure_times_volatility_times_correlation(model in model()) {
        let matrix = model.covariance.covariance().unwrap();
        let families = halves(matrix.len());
        let of_factors = halves(model.covariance.factors());
        for benchmark in [None, Some(&model.benchmark)] {
            let input = RiskInput { weights: &model.weights, benchmark, families: &families };
            let full = risk_attribution(RiskModel::Full(&matrix), &input).unwrap();
            let factors = risk_attribution(RiskModel::Factors(&model.covariance), &input).unwrap();
            let input = RiskInput { families: &of_factors, ..input };
            let by_factor = factor_risk_attribution(&model.covariance, &input).unwrap();
            for parts in [&full, &factors, &by_factor] {
                adds_up(parts);
                prop_assert!((parts.risk - full.risk).abs() <= ROUNDING);
            }
            for (a, b) in full.sources.contribution.iter().zip(&factors.sources.contribution) {
                prop_assert!((a - b).abs() <= ROUNDING);
            }
        }
    }

    #[test]
    fn assets_by_factors_add_up_both_ways(model in model()) {
        let (assets, factors) = (model.covariance.len(), model.covariance.factors());
        let input = RiskInput { weights: &model.weights, benchmark: Some(&model.benchmark), families: &[] };
        let parts = asset_by_factor_risk(&model.covariance, &input).unwrap();
        let by_asset = risk_attribution(RiskModel::Factors(&model.covariance), &input).unwrap();
        let by_factor = factor_risk_attribution(&model.covariance, &input).unwrap();
        prop_assert!((parts.risk - by_asset.risk).abs() <= ROUNDING);
        for asset in 0..assets {
            let through: f64 = (0..factors).map(|factor| parts.of_asset(asset, factor).unwrap()).sum();
            let expected = by_asset.sources.contribution[asset];
            prop_assert!((through + parts.specific[asset] - expected).abs() <= ROUNDING);
        }
        for factor in 0..factors {
            let column: f64 = (0..assets).map(|asset| parts.of_asset(asset, factor).unwrap()).sum();
            prop_assert!((column - by_factor.sources.contribution[factor]).abs() <= ROUNDING);
        }
        prop_assert_eq!((parts.of_asset(assets, 0), parts.of_asset(0, factors)), (None, None));
        let (mut scratch, mut of_factors, mut again) = Default::default();
        asset_by_factor_risk_into(&model.covariance, &input, &mut scratch, &mut of_factors, &mut again).unwrap();
        prop_assert_eq!((&of_factors, &again), (&by_factor, &parts));
    }

    #[test]
    fn marginal_risk_is_the_slope_of_risk(model in model(), asset in 0..8_usize) {
        let asset = asset % model.weights.len();
        let risk = |step: f64| {
            let mut weights = Vec::from(model.weights.clone());
            weights[asset] += step;
            let weights = Weights::new(weights).unwrap();
            risk_attribution(RiskModel::Factors(&model.covariance), &RiskInput::new(&weights)).unwrap()
        };
        let here = risk(0.0);
        prop_assume!(here.risk > 0.01);
        let slope = (risk(1e-5).risk - risk(-1e-5).risk) / 2e-5;
        // A difference of second order, with a step of 1e-5, over a risk of a hundredth.
        prop_assert!((slope - here.sources.marginal[asset]).abs() <= 1e-6);
    }

    #[test]
    fn risk_grows_with_the_size_of_the_portfolio(model in model(), scale in 0.1..10.0_f64) {
        let scaled = Weights::new(model.weights.as_slice().iter().map(|weight| scale * weight).collect()).unwrap();
        let covariance = RiskModel::Factors(&model.covariance);
        let one = risk_attribution(covariance, &RiskInput::new(&model.weights)).unwrap();
        let other = risk_attribution(covariance, &RiskInput::new(&scaled)).unwrap();
        prop_assert!((other.risk - scale * one.risk).abs() <= ROUNDING * (1.0 + other.risk));
        for (a, b) in one.sources.share.iter().zip(&other.sources.share) {
            prop_assert!((a - b).abs() <= ROUNDING * (1.0 + a.abs()) * 100.0);
        }
    }

    #[test]
    fn the_past_adds_up_by_source_and_by_family(entries in proptest::collection::vec(-0.1..0.1_f64, 40)) {
        let series = returns(8, 5, &entries);
        let parts = realised_risk_attribution(&series, &halves(5)).unwrap();
        adds_up(&parts);
        let sums: Vec<f64> = (0..8).map(|row| (0..5).map(|col| entries[col * 8 + row]).sum()).collect();
        let whole = realised_risk_attribution(&returns(8, 1, &sums), &[]).unwrap();
        prop_assert!((whole.risk - parts.risk).abs() <= ROUNDING);
    }

    #[test]
    fn memory_that_was_used_before_changes_nothing(first in model(), second in model()) {
        let (mut scratch, mut parts) = (RiskAttributionScratch::default(), RiskAttribution::default());
        for model in [&first, &second, &first] {
            let families = halves(model.covariance.len());
            let input = RiskInput { weights: &model.weights, benchmark: Some(&model.benchmark), families: &families };
            let covariance = RiskModel::Factors(&model.covariance);
            risk_attribution_into(covariance, &input, &mut scratch, &mut parts).unwrap();
            prop_assert_eq!(&parts, &risk_attribution(covariance, &input).unwrap());
            let input = RiskInput { families: &[], ..input };
            factor_risk_attribution_into(&model.covariance, &input, &mut scratch, &mut parts).unwrap();
            prop_assert_eq!(&parts, &factor_risk_attribution(&model.covariance, &input).unwrap());
            let series = returns(4, 2, &[0.01, 0.02, -0.01, 0.0, 0.01, 0.03, 0.02, 0.0]);
            realised_risk_attribution_into(&series, &[], &mut scratch, &mut parts).unwrap();
            prop_assert_eq!(&parts, &realised_risk_attribution(&series, &[]).unwrap());
        }
    }
}
