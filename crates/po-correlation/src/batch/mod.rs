//! Estimators of a whole sample.

mod chi_square;
mod denoise;
mod divisor;
mod ewma;
mod fourth_moments;
mod gerber;
mod inversions;
mod ledoit_wolf;
mod marchenko_pastur;
mod minimum_determinant;
mod nonlinear;
mod oas;
mod rank;
mod repair;
mod sample;
mod scratch;
mod semi;
mod spectrum;
mod subsets;

pub use denoise::{DenoisedCovariance, DenoisedCovarianceParams, Denoising, NoiseFit, Spectrum};
pub use divisor::Divisor;
pub use ewma::{Centring, EwmaCovariance, EwmaCovarianceParams};
pub use gerber::{Gerber, GerberParams, GerberStatistic};
pub use ledoit_wolf::{LedoitWolf, LedoitWolfParams, ShrinkageTarget};
pub use marchenko_pastur::MarchenkoPastur;
pub use minimum_determinant::{MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams, RobustFit};
pub use nonlinear::NonlinearShrinkage;
pub use oas::{Oas, OasFormula, OasParams};
pub use rank::{Kendall, RankMapping, RankParams, Spearman};
pub use repair::Repair;
pub use sample::{SampleCovariance, SampleCovarianceParams};
pub use scratch::BatchScratch;
pub use semi::{SemiCovariance, SemiCovarianceParams, Threshold};
