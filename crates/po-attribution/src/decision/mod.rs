//! What each decision earned.

mod constraint;
mod constraint_attribution;
mod shortfall;
mod waterfall;

pub use constraint::{ConstraintInput, ConstraintParams, ConstraintRow, PricedConstraint, Relation};
pub use constraint_attribution::{
    ConstraintAttribution, ConstraintProfits, ConstraintScratch, constraint_attribution,
    constraint_attribution_into,
};
pub use shortfall::{
    DelayBasis, Fill, ImplementationShortfall, Order, ShortfallList, Side, implementation_shortfall,
    implementation_shortfalls, implementation_shortfalls_into,
};
pub use waterfall::{
    DecisionAttribution, DecisionInput, DecisionScratch, Stage, decision_attribution,
    decision_attribution_into,
};
