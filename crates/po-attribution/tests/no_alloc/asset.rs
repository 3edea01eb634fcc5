//! The history of a portfolio.

use po_attribution::{
    AssetAttribution, AssetInput, HoldInput, HoldWeights, asset_attribution_into, buy_and_hold_into,
};

use super::calls;

#[test]
fn the_second_history_is_not_allocated() {
    let (assets, periods) = (7, 40);
    let returns: Vec<f64> =
        (0..assets * periods).map(|place| 0.01 * ((place * 5 % 13) as f64 - 6.0)).collect();
    let (mut weights, mut attribution) = (HoldWeights::default(), AssetAttribution::default());
    let targets = vec![0.1; 2 * assets];
    let hold =
        HoldInput { assets, returns: &returns, rebalances: &[0, 20], targets: &targets, cash_returns: &[] };
    let mut run = || {
        buy_and_hold_into(&hold, &mut weights).unwrap();
        let (held, decided) = (weights.held(), weights.decided());
        let input = AssetInput { assets, returns: &returns, held, decided, ..AssetInput::default() };
        asset_attribution_into(&input, &mut attribution).unwrap();
    };
    run();
    assert_eq!(calls(run), 0);
}
