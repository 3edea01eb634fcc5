//! Stress scenarios by name, and views by entropy pooling.

mod day;
mod dual;
mod episode;
mod fault;
mod name;
mod parse;
mod pooling;
mod reach;
mod shock;
mod staged;
mod tail_view;
mod view;

pub use day::Day;
pub use episode::{Coverage, Episode};
pub use pooling::{EntropyPooling, EntropyPoolingParams, PooledViews};
pub use shock::{Stress, StressMode};
pub use view::{PoolingView, Relation, Statistic};
