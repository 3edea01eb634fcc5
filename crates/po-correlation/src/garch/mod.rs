//! Univariate models of variance.

mod estimates;
mod fit;
mod forecast;
mod likelihood;
mod logarithm;
mod matrix;
mod optimum;
mod parameters;
mod params;
mod passes;
mod programme;
mod search;
mod starts;

pub use estimates::{Coefficient, GarchEstimate};
pub use fit::{Garch, GarchFit};
pub use parameters::GarchParameters;
pub use params::{GarchMean, GarchModel, GarchParams, InitialVariance, Innovations, Intercept};

pub(crate) use optimum::{Objective, minimise};
pub(crate) use passes::Density;
pub(crate) use programme::{Constraint, SIZE};
