//! The simulated market has the habits it claims.

use po_cli::demo::{Market, MarketParams};

const PARAMS: MarketParams = MarketParams { seed: 1, assets: 15, days: 20_000 };

/// The returns of an asset over the days on which it is listed.
fn returns(market: &Market, asset: usize) -> Vec<f64> {
    let returns = market.column(asset).windows(2).map(|pair| pair[1] / pair[0] - 1.0);
    returns.filter(|value| !value.is_nan()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean product of the deviations of two lists, to given powers.
fn moment(a: &[f64], power_a: i32, b: &[f64], power_b: i32) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |(a, b): (&f64, &f64)| (a - mean_a).powi(power_a) * (b - mean_b).powi(power_b);
    a.iter().zip(b).map(product).sum::<f64>() / a.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    moment(a, 1, b, 1) / (moment(a, 2, a, 0) * moment(b, 2, b, 0)).sqrt()
}

#[test]
fn the_same_seed_gives_the_same_market() {
    let params = MarketParams { seed: 3, assets: 8, days: 200 };
    let bits = |params| {
        let market = Market::simulate(params);
        (0..8)
            .flat_map(|asset| market.column(asset).iter().map(|price| price.to_bits()).collect::<Vec<_>>())
            .collect()
    };
    let first: Vec<u64> = bits(params);
    assert_eq!(first, bits(params));
    assert_ne!(first, bits(MarketParams { seed: 4, ..params }));
}

#[test]
fn the_numbers_are_those_of_every_machine() {
    let market = Market::simulate(MarketParams { seed: 7, assets: 5, days: 60 });
    let last: Vec<f64> = (0..5).map(|asset| market.column(asset)[35]).collect();
    assert_eq!(last, [93.165, 118.9014, 116.6233, 85.0306, 96.4732]);
}

#[test]
fn tails_are_fat() {
    let market = Market::simulate(PARAMS);
    for asset in [0, 1, 2] {
        let returns = returns(&market, asset);
        let kurtosis = moment(&returns, 4, &returns, 0) / moment(&returns, 2, &returns, 0).powi(2);
        assert!(kurtosis > 6.0, "a normal has 3, {} has {kurtosis}", market.names()[asset]);
    }
}

#[test]
fn a_sector_moves_together() {
    let market = Market::simulate(PARAMS);
    // TECH1, TECH2, TECH3 are assets 0, 5 and 10; the late and the delisted asset are these last two.
    let [fin1, fin2, ener1, ener2] = [1, 6, 2, 7].map(|asset| returns(&market, asset));
    let (inside_finance, inside_energy) = (correlation(&fin1, &fin2), correlation(&ener1, &ener2));
    let across = correlation(&fin1, &ener1);
    assert!(across > 0.15, "{across}");
    assert!(
        inside_finance > across + 0.05 && inside_energy > across + 0.05,
        "{inside_finance} {inside_energy} {across}"
    );
}

#[test]
fn calm_and_crisis_take_turns() {
    let market = Market::simulate(PARAMS);
    let returns = returns(&market, 1);
    let sizes: Vec<f64> = returns.iter().map(|value| value.abs().min(0.1)).collect();
    // The size of a move tells that of the next one and of that in a week, but the move does not tell the next.
    let lagged = |values: &[f64], lag: usize| correlation(&values[lag..], &values[..values.len() - lag]);
    assert!(
        lagged(&sizes, 1) > 0.1 && lagged(&sizes, 5) > 0.08,
        "{} {}",
        lagged(&sizes, 1),
        lagged(&sizes, 5)
    );
    assert!(lagged(&returns, 1).abs() < 0.05);
}

#[test]
fn one_asset_comes_late_and_one_leaves_early() {
    let market = Market::simulate(MarketParams { seed: 1, assets: 12, days: 600 });
    let gaps = |asset: usize| market.column(asset).iter().filter(|price| price.is_nan()).count();
    let with_gaps: Vec<(usize, usize)> =
        (0..12).map(|asset| (asset, gaps(asset))).filter(|(_, gaps)| *gaps > 0).collect();
    assert_eq!(with_gaps, [(4, 100), (8, 240)]);
    assert_eq!(market.late(), ("UTIL1", market.dates()[100]));
    assert_eq!(market.delisted(), ("HLTH2", market.dates()[359]));
    assert!((0..12).all(|asset| market.column(asset).iter().all(|price| price.is_nan() || *price > 0.0)));
}
