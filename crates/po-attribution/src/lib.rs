#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod asset;
mod brinson;
mod decision;
mod error;
mod factor;
mod linking;
mod risk;
mod stream;
mod sum;

pub use asset::{
    AssetAttribution, AssetInput, AssetLine, HoldInput, HoldWeights, asset_attribution,
    asset_attribution_into, buy_and_hold, buy_and_hold_into,
};
pub use brinson::{
    AnkrimHenselAttribution, Brinson, BrinsonAttribution, BrinsonHoldings, BrinsonModel, BrinsonParams,
    BrinsonScratch, CashCurrency, CurrencyEffects, CurrencySegment, DecisionOrder, ForwardCurrency,
    GeometricAttribution, GeometricEffects, Hierarchy, Interaction, KarnoskySingerAttribution,
    LevelAttribution, LevelEffects, NestedAttribution, NestedBrinson, NestedBrinsonParams, NestedGeometric,
    OffBenchmark, ReturnKind, Segment, SegmentEffects, ankrim_hensel, ankrim_hensel_into, karnosky_singer,
    karnosky_singer_into,
};
pub use decision::{
    ConstraintAttribution, ConstraintInput, ConstraintParams, ConstraintProfits, ConstraintRow,
    ConstraintScratch, DecisionAttribution, DecisionInput, DecisionScratch, DelayBasis, Fill,
    ImplementationShortfall, Order, PricedConstraint, Relation, ShortfallList, Side, Stage,
    constraint_attribution, constraint_attribution_into, decision_attribution, decision_attribution_into,
    implementation_shortfall, implementation_shortfalls, implementation_shortfalls_into,
};
pub use error::Error;
pub use factor::{
    Estimate, EstimationError, FactorAttribution, FactorInput, FactorMeans, FactorParams, FactorRegression,
    FactorScratch, FactorStandardErrors, Family, OverTime, RegressionErrors, RegressionParams,
    RegressionScratch, Totals, factor_attribution, factor_attribution_into, factor_regression,
    factor_regression_into, factor_standard_errors, rolling_factor_attribution, rolling_factor_regression,
};
pub use linking::{
    EffectHistory, GeometricLinker, LinkScratch, LinkedEffects, LinkedGeometric, Linker, LinkingMethod, link,
    link_into,
};
pub use risk::{
    AssetByFactorRisk, ComponentRisk, NormalTail, RiskAttribution, RiskAttributionScratch, RiskInput,
    RiskModel, RiskSources, asset_by_factor_risk, asset_by_factor_risk_into, factor_risk_attribution,
    factor_risk_attribution_into, realised_risk_attribution, realised_risk_attribution_into,
    risk_attribution, risk_attribution_into, rolling_realised_risk_attribution,
};
pub use stream::{
    AttributionLedger, Calendar, Keep, LedgerBar, LedgerParams, Restatement, Rollup, Statement,
};
