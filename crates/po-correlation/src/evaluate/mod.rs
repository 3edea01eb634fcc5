//! A race of covariance estimators: each forecasts the covariance of every bar from the bars before it, and is scored
//! by what came.
//!
//! | score | of one bar | from |
//! |---|---|---|
//! | QLIKE | `ln det H + r' H⁻¹ r` | Patton (2011); Laurent, Rombouts and Violante (2013) |
//! | variance of the minimum-variance portfolio | `(w' r)²`, `w = H⁻¹ 1 / 1' H⁻¹ 1` | Engle and Colacito (2006) |
//! | calibration | `r' H⁻¹ r / N`, which is 1 on average where H is right | |
//!
//! [`Race`] runs it; [`Entrant`] wraps an estimator of either kind, or one of your own; [`Evaluation`] is the table, with
//! a test of each entrant against the best ([`diebold_mariano`]) and the set of those that may be the best
//! ([`ModelConfidenceSet`]).

mod calibration;
mod confidence_set;
mod diebold_mariano;
mod entrant;
mod error;
mod evaluation;
mod history;
mod long_run;
mod params;
mod race;
mod refit;
mod scores;

pub use calibration::{Calibration, Coverage};
pub use confidence_set::{ConfidenceSet, ConfidenceStatistic, ModelConfidenceSet, ModelConfidenceSetParams};
pub use diebold_mariano::{DieboldMariano, DieboldMarianoParams, diebold_mariano};
pub use entrant::{Entrant, Fits, Forecaster};
pub use error::{EntrantError, ForecastError, RaceError};
pub use evaluation::{Criterion, Evaluation, Loss, LossSummary, Outcome, Standing};
pub use history::{Schedule, Window};
pub use long_run::Bandwidth;
pub use params::RaceParams;
pub use race::{Progress, Race};
pub use scores::Scores;
