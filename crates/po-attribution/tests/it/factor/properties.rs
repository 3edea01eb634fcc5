//! What holds for every portfolio, market and factor model.

use po_attribution::{
    FactorAttribution, FactorInput, FactorParams, FactorRegression, FactorScratch, Family, OverTime,
    RegressionErrors, RegressionParams, RegressionScratch, Totals, factor_attribution,
    factor_attribution_into, factor_regression, factor_regression_into,
};
use po_core::Returns;
use proptest::prelude::*;

use super::returns;

/// Sums of some hundred products, of which each is rounded.
const ROUNDING: f64 = 1e-13;

#[derive(Clone, Debug)]
struct Market {
    shape: (usize, usize, usize),
    returns: Vec<f64>,
    factors: Vec<f64>,
    exposures: Vec<f64>,
    weights: Vec<f64>,
    benchmark: Vec<f64>,
}

fn market() -> impl Strategy<Value = Market> {
    (1..12_usize, 1..7_usize, 1..5_usize).prop_flat_map(|shape| {
        let (periods, assets, factors) = shape;
        let list = |length, range: std::ops::Range<f64>| proptest::collection::vec(range, length);
        (
            list(periods * assets, -0.2..0.2),
            list(periods * factors, -0.2..0.2),
            list(periods * assets * factors, -2.0..2.0),
            list(periods * assets, -1.0..1.0),
            list(periods * assets, -1.0..1.0),
        )
            .prop_map(move |(returns, factors, exposures, weights, benchmark)| Market {
                shape,
                returns,
                factors,
                exposures,
                weights,
                benchmark,
            })
    })
}

impl Market {
    fn with<T>(&self, active: bool, use_input: impl FnOnce(&FactorInput<'_>) -> T) -> T {
        let (periods, assets, factors) = self.shape;
        let table = returns(periods, assets, &self.returns);
        let factor_returns = returns(periods, factors, &self.factors);
        use_input(&FactorInput {
            benchmark: active.then_some(OverTime::PerPeriod(&self.benchmark)),
            ..FactorInput::new(
                &table,
                &factor_returns,
                OverTime::PerPeriod(&self.exposures),
                OverTime::PerPeriod(&self.weights),
            )
        })
    }

    /// Compounded or summed return of weights, by nothing but their definition.
    fn earned(&self, weights: &[f64], totals: Totals) -> f64 {
        let (periods, assets, _) = self.shape;
        let of = |period: usize| -> f64 {
            (0..assets)
                .map(|asset| weights[period * assets + asset] * self.returns[asset * periods + period])
                .sum()
        };
        match totals {
            Totals::Money => (0..periods).map(of).fold(1.0, |wealth, earned| wealth * (1.0 + earned)) - 1.0,
            Totals::Arithmetic => (0..periods).map(of).sum(),
        }
    }
}

fn attribution(market: &Market, active: bool, totals: Totals) -> FactorAttribution {
    let all = 0..market.shape.2;
    let families = vec![Family::new("all", all)];
    market.with(active, |input| factor_attribution(input, &FactorParams { totals, families }).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_to_the_return_whatever_the_model(market in market()) {
        for totals in [Totals::Money, Totals::Arithmetic] {
            let own = market.earned(&market.weights, totals);
            let parts = attribution(&market, false, totals);
            prop_assert!((parts.total - own).abs() <= ROUNDING * (1.0 + own.abs()) * 100.0);
            let active = attribution(&market, true, totals);
            let beyond = own - market.earned(&market.benchmark, totals);
            prop_assert!((active.total - beyond).abs() <= ROUNDING * (1.0 + own.abs()) * 100.0);
            for parts in [parts, active] {
                let sum: f64 = parts.factors.iter().sum::<f64>() + parts.specific + parts.unattributed;
                prop_assert!((sum - parts.total).abs() <= ROUNDING);
                prop_assert_eq!(&parts.families, &[parts.systematic]);
                // Assets add up to the same total.
                let assets: f64 = (0..market.shape.1).map(|asset| parts.asset_total(asset).unwrap()).sum();
                prop_assert!((assets - parts.total).abs() <= ROUNDING * 100.0);
            }
        }
    }

    #[test]
    fn each_period_adds_up(market in market()) {
        let periods = market.shape.0;
        let parts = attribution(&market, true, Totals::Money);
        for period in 0..periods {
            let factors: f64 = parts.factor_series.iter().skip(period).step_by(periods).sum();
            let sum = factors + parts.specific_series[period] + parts.unattributed_series[period];
            prop_assert!((sum - parts.return_series[period]).abs() <= ROUNDING);
        }
    }

    #[test]
    fn another_basis_of_the_same_factors_leaves_the_split_of_systematic_and_specific(
        market in market(),
        scale in 0.5..2.0_f64,
    ) {
        let (_, assets, factors) = market.shape;
        let mut other = market.clone();
        other.factors.iter_mut().for_each(|value| *value *= scale);
        other.exposures.iter_mut().for_each(|value| *value /= scale);
        prop_assert_eq!(other.exposures.len(), market.shape.0 * assets * factors);
        let (a, b) = (attribution(&market, false, Totals::Money), attribution(&other, false, Totals::Money));
        prop_assert!((a.systematic - b.systematic).abs() <= ROUNDING * 100.0);
        prop_assert!((a.specific - b.specific).abs() <= ROUNDING * 100.0);
    }

    #[test]
    fn memory_that_was_used_before_changes_nothing(first in market(), second in market()) {
        let (mut scratch, mut parts) = (FactorScratch::default(), FactorAttribution::default());
        for market in [&first, &second, &first] {
            let params = FactorParams::default();
            market.with(true, |input| {
                factor_attribution_into(input, &params, &mut scratch, &mut parts).unwrap();
                assert_eq!(parts, factor_attribution(input, &params).unwrap());
            });
        }
    }

    #[test]
    fn residuals_are_orthogonal_and_the_mean_is_split_exactly(
        entries in proptest::collection::vec(-0.1..0.1_f64, 60),
        portfolio in proptest::collection::vec(-0.1..0.1_f64, 20),
    ) {
        let factors = Returns::from_column_slice(20, 3, &entries).unwrap();
        let (mut scratch, mut fit) = (RegressionScratch::default(), FactorRegression::default());
        let errors = RegressionErrors::NeweyWest { lags: None, correction: true };
        for params in [RegressionParams::default(), RegressionParams { errors, ..RegressionParams::default() }] {
            factor_regression_into(&portfolio, &factors, &params, &mut scratch, &mut fit).unwrap();
            prop_assert_eq!(&fit, &factor_regression(&portfolio, &factors, &params).unwrap());
            for factor in 0..3 {
                let product: f64 = fit.residuals.iter().zip(factors.column(factor)).map(|(a, b)| a * b).sum();
                prop_assert!(product.abs() < 1e-15);
            }
            let mean = portfolio.iter().sum::<f64>() / 20.0;
            prop_assert!((fit.mean - mean).abs() < 1e-15);
        }
    }
}
