//! Where risk comes from: before the fact by asset and by factor, after the fact by what was earned.

use po_attribution::{
    Error, Family, NormalTail, RiskInput, RiskModel, factor_risk_attribution, realised_risk_attribution,
    risk_attribution,
};
use po_core::{Confidence, Covariance, FactorCovariance, Returns, Weights, nalgebra::DMatrix};

fn main() -> Result<(), Error> {
    let exposures =
        DMatrix::from_column_slice(4, 3, &[1.1, 0.9, 1.0, 1.2, 0.2, -0.3, 0.5, -0.1, -0.1, 0.4, 0.0, -0.2]);
    let factors = Covariance::from_column_slice(
        3,
        &[0.0225, 0.001, -0.002, 0.001, 0.0064, 0.0005, -0.002, 0.0005, 0.0049],
    )?;
    let model = FactorCovariance::new(exposures, factors, vec![0.01, 0.02, 0.015, 0.03])?;
    let weights = Weights::new(vec![0.4, 0.3, 0.2, 0.1])?;
    let benchmark = Weights::equal(4)?;

    let by_asset = risk_attribution(RiskModel::Factors(&model), &RiskInput::new(&weights))?;
    assert!((by_asset.risk - 0.16778334243899184).abs() < 1e-15);
    assert!((by_asset.sources.contribution[0] - 0.07136703695334937).abs() < 1e-15);
    assert!((by_asset.sources.correlation[0] - 0.9106020391840083).abs() < 1e-14);

    // The tracking error is nearly all specific.
    let families = [Family::new("market", [0]), Family::new("style", [1, 2])];
    let input = RiskInput { weights: &weights, benchmark: Some(&benchmark), families: &families };
    let active = factor_risk_attribution(&model, &input)?;
    assert!((active.risk - 0.03170863447075575).abs() < 1e-15);
    assert!((active.families.contribution[2] - 0.031142936820907626).abs() < 1e-15);
    assert!(active.families.share[2] > 0.98);

    let var = by_asset.component(NormalTail::Var, None, Confidence::new(0.99)?)?;
    assert!((var.components[3] - 0.0429127621699063).abs() < 1e-14);

    // After the fact: two sources over four periods.
    let series = Returns::from_column_slice(4, 2, &[0.02, -0.01, 0.01, -0.02, -0.01, 0.00, 0.00, 0.01])?;
    let past = realised_risk_attribution(&series, &[])?;
    assert!(past.sources.contribution[1] < 0.0);
    assert!((past.sources.share[0] + past.sources.share[1] - 1.0).abs() < 1e-15);
    Ok(())
}
