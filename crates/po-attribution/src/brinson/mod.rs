//! What was earned beyond a benchmark, by groups.

mod ankrim_hensel;
mod attribute;
mod attribution;
mod cell;
mod currency;
mod geometric;
mod hierarchy;
mod holdings;
mod karnosky_singer;
mod nested;
mod nested_geometric;
mod params;
mod segment;

pub use ankrim_hensel::{AnkrimHenselAttribution, CurrencyEffects, ankrim_hensel, ankrim_hensel_into};
pub use attribute::{Brinson, BrinsonScratch};
pub use attribution::BrinsonAttribution;
pub use currency::{CashCurrency, CurrencySegment, ForwardCurrency, ReturnKind};
pub use geometric::{GeometricAttribution, GeometricEffects};
pub use hierarchy::Hierarchy;
pub use holdings::BrinsonHoldings;
pub use karnosky_singer::{KarnoskySingerAttribution, karnosky_singer, karnosky_singer_into};
pub use nested::{LevelAttribution, LevelEffects, NestedAttribution, NestedBrinson};
pub use nested_geometric::NestedGeometric;
pub use params::{
    BrinsonModel, BrinsonParams, DecisionOrder, Interaction, NestedBrinsonParams, OffBenchmark,
};
pub use segment::{Segment, SegmentEffects};
