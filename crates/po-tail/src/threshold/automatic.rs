//! The automatic choice: ordered tests of the generalised Pareto distribution, and where they stop to reject.

use crate::Error;
use crate::extreme::{GpdFit, GpdMethod};

use super::choice::{ThresholdChoice, ThresholdStep, ThresholdVerdict};
use super::params::{StopRule, ThresholdParams};
use super::rule::ThresholdScratch;
use super::sample::{beyond, greatest_into};

/// Tests the candidates and writes the choice.
///
/// Candidates whose thresholds coincide are tested once, those with too few exceedances, or with excesses
/// that are all equal, not at all.
pub(super) fn choose_into(
    params: &ThresholdParams,
    losses: &[f64],
    scratch: &mut ThresholdScratch,
    choice: &mut ThresholdChoice,
) -> Result<(), Error> {
    let least = params.least_exceedances;
    let largest = beyond(losses.len(), params.lowest);
    if largest < least {
        let what = "the tail above the lowest candidate threshold";
        return Err(Error::TooFew { what, needed: least, actual: largest });
    }
    let ThresholdScratch { greatest, excesses, gpd, fit } = scratch;
    greatest_into(losses, largest + 1, greatest);
    let mut tested = usize::MAX;
    let mut refused = None;
    for quantile in params.quantiles() {
        let Some(&threshold) = greatest.get(beyond(losses.len(), quantile)) else { continue };
        let exceedances = greatest.partition_point(|&loss| loss > threshold);
        if exceedances < least {
            break;
        }
        if exceedances == tested {
            continue;
        }
        tested = exceedances;
        excesses.clear();
        excesses.extend(greatest[..exceedances].iter().rev().map(|loss| loss - threshold));
        if let Err(error) = GpdFit::fit_into(excesses, GpdMethod::MaximumLikelihood, gpd, fit) {
            refused = Some(error);
            continue;
        }
        let (shape, scale) = (fit.distribution().shape(), fit.distribution().scale());
        let statistic = params.statistic.of_ascending(excesses, shape, scale);
        let p_value = params.statistic.p_value(statistic, shape);
        choice.steps.push(ThresholdStep {
            quantile,
            threshold,
            exceedances,
            shape,
            scale,
            statistic,
            p_value,
            adjusted: p_value,
            rejected: false,
        });
    }
    let Some(last) = choice.steps.len().checked_sub(1) else {
        let what = "the tail above the lowest candidate threshold";
        let actual = greatest.last().map_or(0, |edge| greatest.partition_point(|loss| loss > edge));
        return Err(refused.unwrap_or(Error::TooFew { what, needed: least, actual }));
    };
    let rejected = stop(params, &mut choice.steps);
    choice.steps.iter_mut().take(rejected).for_each(|step| step.rejected = true);
    choice.verdict =
        if rejected > last { ThresholdVerdict::AllRejected } else { ThresholdVerdict::NotRejected };
    let step = choice.steps[rejected.min(last)];
    choice.threshold = step.threshold;
    choice.exceedances = step.exceedances;
    Ok(())
}

/// Writes what the stop rule compares with the significance, and tells how many candidates it rejects.
fn stop(params: &ThresholdParams, steps: &mut [ThresholdStep]) -> usize {
    let count = steps.len() as f64;
    let mut sum = 0.0;
    match params.stop {
        StopRule::Forward => {
            for (index, step) in steps.iter_mut().enumerate() {
                // A p-value of one is one but for rounding; its logarithm must not outweigh all that follow.
                sum -= (-step.p_value.min(1.0 - f64::EPSILON)).ln_1p();
                step.adjusted = sum / (index + 1) as f64;
            }
        }
        StopRule::Strong => {
            for (index, step) in steps.iter_mut().enumerate().rev() {
                let k = (index + 1) as f64;
                sum += step.p_value.max(f64::MIN_POSITIVE).ln() / k;
                step.adjusted = sum.exp() * count / k;
            }
        }
    }
    steps.iter().rposition(|step| step.adjusted <= params.significance).map_or(0, |index| index + 1)
}
