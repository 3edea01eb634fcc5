//! What is fitted to the tail, as the threshold rises.

use po_core::Confidence;

use crate::Error;
use crate::extreme::{GpdFit, GpdMethod, GpdScratch};

use super::normal::two_sided;
use super::sample::{beyond, check_between, check_finite, greatest_into};

/// The generalised Pareto distribution fitted above one threshold.
///
/// Above a threshold where the tail is generalised Pareto, shape and modified scale are the same for all thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParameterStability {
    /// The threshold `u`.
    pub threshold: f64,
    /// How many losses exceed it.
    pub exceedances: usize,
    /// The shape `ξ`.
    pub shape: f64,
    /// The interval of the shape; `None` where the likelihood has no curvature to tell it from.
    pub shape_interval: Option<(f64, f64)>,
    /// The modified scale `σ - ξ u`.
    pub modified_scale: f64,
    /// The interval of the modified scale.
    pub modified_scale_interval: Option<(f64, f64)>,
}

/// Shape and modified scale, fitted by maximum likelihood above several quantiles of the losses, with
/// pointwise normal intervals.
///
/// ```text
/// σ* = σ - ξ u    Var σ* = Var σ - 2 u Cov(σ, ξ) + u² Var ξ
/// ```
///
/// Quantiles that fewer than ten losses exceed, and those whose threshold is that of the one before, are left out.
///
/// # Errors
/// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for a quantile that is not between 0 and 1;
/// [`Error::Observation`] for a loss that is not finite; [`Error::Constant`] for excesses that are all equal;
/// [`Error::TooFew`] when no quantile is left.
///
/// # Cost
/// A sort of the losses and a fit for each quantile.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::parameter_stability;
///
/// // Quantiles of Pareto's distribution with exponent 2: generalised Pareto, with shape 0.5, above any threshold.
/// let losses: Vec<f64> = (0..1000).map(|i| ((f64::from(i) + 0.5) / 1000.0).powf(-0.5)).collect();
/// let path = parameter_stability(&losses, &[0.5, 0.8, 0.9], Confidence::new(0.95)?)?;
/// assert!(path.iter().all(|point| (point.shape - 0.5).abs() < 0.05 && point.modified_scale.abs() < 0.15));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Coles (2001), An introduction to statistical modeling of extreme values, section 4.3.4.
pub fn parameter_stability(
    losses: &[f64],
    quantiles: &[f64],
    coverage: Confidence,
) -> Result<Vec<ParameterStability>, Error> {
    check_finite("loss", losses)?;
    for &quantile in quantiles {
        check_between("the quantile of a threshold", quantile, (0.0, 1.0), "a number in (0, 1)")?;
    }
    let mut descending = Vec::new();
    greatest_into(losses, losses.len(), &mut descending);
    let z = two_sided(coverage);
    let (mut gpd, mut fit, mut excesses) = (GpdScratch::default(), GpdFit::default(), Vec::new());
    let mut path: Vec<ParameterStability> = Vec::new();
    let mut most = 0;
    for &quantile in quantiles {
        let Some(&threshold) = descending.get(beyond(losses.len(), quantile)) else { continue };
        let exceedances = descending.partition_point(|&loss| loss > threshold);
        most = most.max(exceedances);
        let repeated = path.last().is_some_and(|last| last.exceedances == exceedances);
        if exceedances < GpdFit::LEAST_EXCEEDANCES || repeated {
            continue;
        }
        excesses.clear();
        excesses.extend(descending[..exceedances].iter().map(|loss| loss - threshold));
        GpdFit::fit_into(&excesses, GpdMethod::MaximumLikelihood, &mut gpd, &mut fit)?;
        let (shape, scale) = (fit.distribution().shape(), fit.distribution().scale());
        let modified_scale = scale - shape * threshold;
        let widths = fit.covariance().map(|[[of_shape, both], [_, of_scale]]| {
            let modified = of_scale - 2.0 * threshold * both + threshold * threshold * of_shape;
            (z * of_shape.sqrt(), z * modified.max(0.0).sqrt())
        });
        path.push(ParameterStability {
            threshold,
            exceedances,
            shape,
            shape_interval: widths.map(|(width, _)| (shape - width, shape + width)),
            modified_scale,
            modified_scale_interval: widths
                .map(|(_, width)| (modified_scale - width, modified_scale + width)),
        });
    }
    if path.is_empty() {
        let what = "the tail above the lowest threshold";
        return Err(Error::TooFew { what, needed: GpdFit::LEAST_EXCEEDANCES, actual: most });
    }
    Ok(path)
}
