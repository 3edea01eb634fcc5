//! Intervals of shape and of risk by profile likelihood.

use po_core::Confidence;

use super::likelihood::Local;
use super::maximum::{Peak, greatest};
use super::penalty::Penalty;
use super::profile::{Likelihood, Point, ends};
use super::risk_curve::RiskCurve;
use super::sample::Sample;
use crate::Error;

/// An interval by profile likelihood.
///
/// An end is infinite, or at the edge of the parameters, where the likelihood does not fall far enough to close the
/// interval on that side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ProfileInterval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// The least shape that the likelihood is looked at for.
const LEAST_SHAPE: f64 = -1.0;

/// The logarithm of how many times the estimate a risk may be before it counts as unbounded.
const UNBOUNDED: f64 = 25.0;

/// The interval of the shape; the scale is what is in the way.
pub(super) fn shape_interval(sample: &mut Sample, confidence: Confidence) -> Result<ProfileInterval, Error> {
    let Peak { shape, scale, .. } = inner_maximum(sample)?;
    let limits = [LEAST_SHAPE, f64::INFINITY];
    let ends = ends(&mut OfShape(sample), shape, [scale.ln()], confidence, limits);
    let [lower, upper] = ends.ok_or(Error::NoMaximum { what: "the excesses" })?;
    Ok(ProfileInterval { lower, upper })
}

/// The interval of a risk beyond the threshold; the shape is what is in the way.
pub(super) fn risk_interval(
    sample: &mut Sample,
    curve: RiskCurve,
    confidence: Confidence,
) -> Result<ProfileInterval, Error> {
    let Peak { shape, scale, .. } = inner_maximum(sample)?;
    if curve.is_infinite(shape) {
        return Err(Error::InfiniteMean { shape });
    }
    let log_risk = scale.ln() - curve.at(shape).value;
    let limits = [log_risk - UNBOUNDED, log_risk + UNBOUNDED];
    let unit = sample.unit();
    let ends = ends(&mut OfRisk { sample, curve }, log_risk, [shape], confidence, limits);
    let [lower, upper] = ends.ok_or(Error::NoMaximum { what: "the excesses" })?;
    let lower = if lower <= limits[0] { 0.0 } else { lower.exp() * unit };
    let upper = if upper >= limits[1] { f64::INFINITY } else { upper.exp() * unit };
    Ok(ProfileInterval { lower, upper })
}

fn inner_maximum(sample: &mut Sample) -> Result<Peak, Error> {
    greatest(sample, Penalty::NONE)?.ok_or(Error::NoMaximum { what: "the excesses" })
}

/// The shape is of interest.
struct OfShape<'a>(&'a mut Sample);

impl Likelihood<1> for OfShape<'_> {
    fn at(&mut self, shape: f64, [log_scale]: &[f64; 1]) -> Option<Point<1>> {
        let local = Local::at(self.0, shape, log_scale.exp()).filter(|_| shape >= LEAST_SHAPE)?;
        Some(Point {
            value: local.value,
            slope: local.shape,
            bend: local.shape_shape,
            gradient: [local.log_scale],
            hessian: [[local.scale_scale]],
            cross: [local.shape_scale],
        })
    }
}

/// The logarithm of a risk is of interest: `ln σ = ln R + κ(ξ)`.
struct OfRisk<'a> {
    sample: &'a mut Sample,
    curve: RiskCurve,
}

impl Likelihood<1> for OfRisk<'_> {
    fn at(&mut self, log_risk: f64, [shape]: &[f64; 1]) -> Option<Point<1>> {
        if *shape < LEAST_SHAPE || self.curve.is_infinite(*shape) {
            return None;
        }
        let curve = self.curve.at(*shape);
        let local = Local::at(self.sample, *shape, (log_risk + curve.value).exp())?;
        let both = local.shape_scale + curve.slope * local.scale_scale;
        Some(Point {
            value: local.value,
            slope: local.log_scale,
            bend: local.scale_scale,
            gradient: [local.shape + curve.slope * local.log_scale],
            hessian: [[local.shape_shape
                + curve.slope * (local.shape_scale + both)
                + curve.bend * local.log_scale]],
            cross: [both],
        })
    }
}
