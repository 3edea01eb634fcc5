//! Risk attribution.

use po_attribution::{
    AssetByFactorRisk, Family, RiskAttribution, RiskAttributionScratch, RiskInput, RiskModel,
    asset_by_factor_risk_into, factor_risk_attribution_into, realised_risk_attribution_into,
    risk_attribution_into,
};
use po_core::{Covariance, FactorCovariance, Returns, Weights, nalgebra::DMatrix};

use super::calls;

fn twice(mut run: impl FnMut()) {
    assert!(calls(&mut run) > 0);
    assert_eq!(calls(&mut run), 0);
}

#[test]
fn a_risk_attribution_does_not_allocate_twice() {
    let (assets, factors) = (40, 3);
    let exposures = DMatrix::from_fn(assets, factors, |row, col| ((row * 3 + col) as f64).sin());
    let factor_covariance =
        Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.02]).unwrap();
    let model = FactorCovariance::new(exposures, factor_covariance, vec![0.01; assets]).unwrap();
    let matrix = model.covariance().unwrap();
    let weights = Weights::equal(assets).unwrap();
    let families = [Family::new("a", 0..20), Family::new("b", 20..40)];
    let of_factors = [Family::new("a", [0, 1]), Family::new("b", [2])];
    let input = RiskInput { weights: &weights, benchmark: Some(&weights), families: &families };
    for covariance in [RiskModel::Full(&matrix), RiskModel::Factors(&model)] {
        let (mut scratch, mut parts) = (RiskAttributionScratch::default(), RiskAttribution::default());
        twice(|| risk_attribution_into(covariance, &input, &mut scratch, &mut parts).unwrap());
    }
    let (mut scratch, mut parts) = (RiskAttributionScratch::default(), RiskAttribution::default());
    let input = RiskInput { families: &of_factors, ..input };
    twice(|| factor_risk_attribution_into(&model, &input, &mut scratch, &mut parts).unwrap());
    let (mut scratch, mut by_factor, mut parts) =
        (RiskAttributionScratch::default(), RiskAttribution::default(), AssetByFactorRisk::default());
    twice(|| asset_by_factor_risk_into(&model, &input, &mut scratch, &mut by_factor, &mut parts).unwrap());
    let entries: Vec<f64> = (0..100).map(|place| 0.01 * f64::from(place).sin()).collect();
    let series = Returns::from_column_slice(25, 4, &entries).unwrap();
    let halves = [Family::new("a", [0, 1]), Family::new("b", [2, 3])];
    let (mut scratch, mut parts) = (RiskAttributionScratch::default(), RiskAttribution::default());
    twice(|| realised_risk_attribution_into(&series, &halves, &mut scratch, &mut parts).unwrap());
}
