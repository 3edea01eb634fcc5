//! The penalty on heavy tails.

/// `λ (ξ / (1 - ξ))^α` for a positive shape below one, what is subtracted from the log-likelihood; `λ = 0` for none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Penalty {
    pub(super) lambda: f64,
    pub(super) alpha: f64,
}

/// A penalty and its derivatives by the shape.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Charge {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) bend: f64,
}

impl Penalty {
    pub(super) const NONE: Self = Self { lambda: 0.0, alpha: 1.0 };

    pub(super) fn is_none(self) -> bool {
        self.lambda == 0.0
    }

    /// The penalty of a shape, to the right of the kink at zero where there is one.
    pub(super) fn at(self, shape: f64) -> Charge {
        if self.is_none() || shape < 0.0 {
            return Charge::default();
        }
        if shape >= 1.0 {
            return Charge { value: f64::INFINITY, slope: f64::INFINITY, bend: f64::INFINITY };
        }
        let Self { lambda, alpha } = self;
        let rest = 1.0 - shape;
        let odds = shape / rest;
        // The powers that vanish at a shape of zero are told apart, so that nothing is divided by it.
        let bend =
            lambda * alpha * (power(odds, alpha - 2.0, alpha - 1.0) + 2.0 * odds.powf(alpha - 1.0) * rest)
                / rest.powi(4);
        Charge {
            value: lambda * odds.powf(alpha),
            slope: lambda * alpha * odds.powf(alpha - 1.0) / (rest * rest),
            bend,
        }
    }
}

/// `factor base^exponent`, zero where the factor is.
fn power(base: f64, exponent: f64, factor: f64) -> f64 {
    if factor == 0.0 { 0.0 } else { factor * base.powf(exponent) }
}

#[cfg(test)]
mod tests {
    use super::Penalty;

    /// A central difference over 1e-5 of a smooth function.
    const DIFFERENCE: f64 = 1e-7;

    #[test]
    fn the_derivatives_are_those_of_the_value() {
        for alpha in [1.0, 1.5, 2.0, 3.0] {
            let penalty = Penalty { lambda: 0.7, alpha };
            for shape in [0.05, 0.3, 0.6] {
                let (below, at, above) =
                    (penalty.at(shape - 1e-5), penalty.at(shape), penalty.at(shape + 1e-5));
                let slope = (above.value - below.value) / 2e-5;
                let bend = (above.slope - below.slope) / 2e-5;
                assert!((at.slope - slope).abs() < DIFFERENCE * slope, "{alpha} {shape} {at:?} {slope}");
                assert!(
                    (at.bend - bend).abs() < DIFFERENCE * bend.abs().max(1.0),
                    "{alpha} {shape} {at:?} {bend}"
                );
            }
        }
        assert_eq!(Penalty { lambda: 1.0, alpha: 1.0 }.at(0.0).slope.to_bits(), 1.0_f64.to_bits());
        assert_eq!(Penalty { lambda: 1.0, alpha: 2.0 }.at(0.0).bend.to_bits(), 2.0_f64.to_bits());
    }
}
