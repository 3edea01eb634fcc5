//! The tail of extreme values: where it begins, its shape, and how well it fits.

use po_engine::Confidence;
use po_engine::tail::{
    Error, GeneralisedPareto, GpdMethod, MeanExcess, ParameterStability, PeaksOverThreshold, ProfileInterval,
    QuantilePoint, Threshold, ThresholdChoice, mean_excess, parameter_stability, quantile_plot,
};

/// A fit to fewer losses is told to be rough.
const LEAST: usize = 30;

/// At how many thresholds the shape is shown, from the quantile that so great a share of losses exceeds to that of the
/// fewest losses.
const THRESHOLDS: usize = 60;
const MOST_SHARE: f64 = 0.3;
const FEWEST: usize = 20;

/// A generalised Pareto distribution beyond a threshold, and pictures of how well it fits.
#[derive(Clone, Debug)]
pub(super) struct Extreme {
    pub(super) choice: ThresholdChoice,
    pub(super) tail: PeaksOverThreshold,
    /// The interval of the shape; none where the likelihood has no inner maximum.
    pub(super) shape: Option<ProfileInterval>,
    /// Excesses beside those of the fit.
    pub(super) quantiles: Vec<QuantilePoint>,
    /// The mean excess beyond each threshold, from the lowest that is shown up.
    pub(super) mean_excesses: Vec<MeanExcess>,
    /// The parameters beyond each threshold.
    pub(super) stability: Vec<ParameterStability>,
}

impl Extreme {
    pub(super) fn fit(returns: &[f64], threshold: Threshold, cover: Confidence) -> Result<Self, Error> {
        let losses: Vec<f64> = returns.iter().map(|value| 0.0 - value).collect();
        let choice = threshold.choose(&losses)?;
        let tail = PeaksOverThreshold::fit(&losses, choice.threshold, GpdMethod::default())?;
        let shape = tail.gpd().shape_interval(tail.excesses(), cover).ok();
        let quantiles = quantile_plot(tail.excesses(), &tail.gpd().distribution())?;
        let most = (MOST_SHARE * losses.len() as f64).max((FEWEST + 1) as f64);
        let mut mean_excesses = mean_excess(&losses, cover)?;
        mean_excesses.retain(|point| {
            point.exceedances >= FEWEST.min(tail.exceedances()) && point.exceedances as f64 <= most
        });
        let quantile = |step: usize| {
            let share = step as f64 / THRESHOLDS as f64;
            let count = FEWEST as f64 + (1.0 - share) * (most - FEWEST as f64);
            1.0 - count / losses.len() as f64
        };
        let quantiles_shown: Vec<f64> =
            (0..=THRESHOLDS).map(quantile).filter(|quantile| *quantile > 0.0).collect();
        let stability = parameter_stability(&losses, &quantiles_shown, cover)?;
        Ok(Self { choice, tail, shape, quantiles, mean_excesses, stability })
    }

    pub(super) fn distribution(&self) -> GeneralisedPareto {
        self.tail.gpd().distribution()
    }

    /// What the fit does not bear.
    pub(super) fn cautions(&self) -> Vec<String> {
        let mut cautions: Vec<String> =
            self.tail.gpd().notes().map(|note| format!("the tail: {note}")).collect();
        let exceedances = self.tail.exceedances();
        if exceedances < LEAST {
            cautions.push(format!(
                "{exceedances} losses lie beyond the threshold: the shape of the tail is rough, and so is what follows from it"
            ));
        }
        cautions
    }
}
