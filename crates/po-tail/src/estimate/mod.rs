//! Estimators of value at risk and its conditional mean.

mod cornish_fisher;
mod delta;
mod distribution;
mod entropic;
mod evaluate;
mod ewma;
mod filtered;
mod interval;
mod model;
mod moments;
mod normal;
mod order_statistics;
mod risk;
mod scratch;
mod sheet;
mod student_t;
mod weighted;

pub use ewma::EwmaFilter;
pub use filtered::Filtered;
pub use interval::{IntervalChoice, IntervalMethod, TailInterval, TailIntervals};
pub use model::TailModel;
pub use risk::TailRisk;
pub use scratch::TailScratch;
pub use sheet::{MeasureRow, ModelRow, ScenarioSheet, TailSheet};
pub use student_t::StudentTFit;

pub(crate) use evaluate::{finite, historical};
pub(crate) use ewma::deviation;
pub(crate) use moments::mean_and_deviation;
pub(crate) use normal::{normal, standard_normal};
pub(crate) use student_t::standard_student;
