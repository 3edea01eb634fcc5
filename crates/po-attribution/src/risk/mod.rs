//! Where risk comes from.

mod asset_by_factor;
mod attribute;
mod attribution;
mod component;
mod input;

pub use asset_by_factor::{AssetByFactorRisk, asset_by_factor_risk, asset_by_factor_risk_into};
pub use attribute::{
    RiskAttributionScratch, RiskModel, factor_risk_attribution, factor_risk_attribution_into,
    realised_risk_attribution, realised_risk_attribution_into, risk_attribution, risk_attribution_into,
    rolling_realised_risk_attribution,
};
pub use attribution::{RiskAttribution, RiskSources};
pub use component::{ComponentRisk, NormalTail};
pub use input::RiskInput;
