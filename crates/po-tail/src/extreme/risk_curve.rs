//! How the scale follows from a risk beyond the threshold and the shape.

use super::support::power_derivatives;

/// Which risk is meant, with `t = -ln((1 - p) n / N)` of its level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum RiskCurve {
    /// The quantile: `R = σ P(ξ)` with `P(ξ) = (exp(ξ t) - 1) / ξ`.
    Quantile { t: f64 },
    /// The expected loss beyond the quantile: `R = σ (P(ξ) + 1) / (1 - ξ)`.
    Shortfall { t: f64 },
}

/// `κ(ξ) = ln σ - ln R`, and its derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LogRatio {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) bend: f64,
}

impl RiskCurve {
    /// Whether the risk is infinite for this shape.
    pub(super) fn is_infinite(self, shape: f64) -> bool {
        matches!(self, Self::Shortfall { .. }) && shape >= 1.0
    }

    pub(super) fn at(self, shape: f64) -> LogRatio {
        let (Self::Quantile { t } | Self::Shortfall { t }) = self;
        let [power, slope, bend] = power_derivatives(shape, t);
        match self {
            Self::Quantile { .. } => {
                let ratio = slope / power;
                LogRatio { value: -power.ln(), slope: -ratio, bend: ratio * ratio - bend / power }
            }
            Self::Shortfall { .. } => {
                let (ratio, rest) = (slope / (power + 1.0), 1.0 - shape);
                LogRatio {
                    value: rest.ln() - power.ln_1p(),
                    slope: -1.0 / rest - ratio,
                    bend: -1.0 / (rest * rest) + ratio * ratio - bend / (power + 1.0),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LogRatio, RiskCurve};

    /// A central difference over 1e-5 of a smooth function.
    const DIFFERENCE: f64 = 1e-8;

    #[test]
    fn the_derivatives_are_those_of_the_value() {
        for curve in [RiskCurve::Quantile { t: 2.5 }, RiskCurve::Shortfall { t: 2.5 }] {
            for shape in [-0.7, -0.3, -1e-9, 0.0, 0.3, 0.39999, 0.40001, 0.8] {
                let at = |shape: f64| curve.at(shape);
                let LogRatio { slope, bend, .. } = at(shape);
                let (below, above) = (at(shape - 1e-5), at(shape + 1e-5));
                let error = (slope - (above.value - below.value) / 2e-5).abs();
                assert!(error < DIFFERENCE * (1.0 + slope.abs()), "{curve:?} {shape} {error:e}");
                let error = (bend - (above.slope - below.slope) / 2e-5).abs();
                assert!(error < DIFFERENCE * (1.0 + bend.abs()), "{curve:?} {shape} {error:e}");
            }
        }
    }
}
