//! The logarithm of a long product.

/// Mantissas are multiplied up to this many at a time: each is below two, and 2^512 is far from overflow.
const AT_ONCE: u32 = 512;

/// Sums logarithms by multiplying: exponents are added as integers, and a logarithm is taken once in 512
/// factors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogProduct {
    /// The product of the mantissas since the last logarithm.
    mantissa: f64,
    /// The sum of the biased exponents, and how many there were.
    exponent: i64,
    factors: i64,
    pending: u32,
    /// The logarithms taken so far.
    sum: f64,
}

impl LogProduct {
    pub(crate) fn new() -> Self {
        Self { mantissa: 1.0, exponent: 0, factors: 0, pending: 0, sum: 0.0 }
    }

    /// Multiplies by a positive, normal number; whatever else comes, the result means nothing.
    #[inline(always)]
    pub(crate) fn multiply(&mut self, factor: f64) {
        let bits = factor.to_bits();
        self.exponent += (bits >> 52) as i64;
        self.mantissa *= f64::from_bits(bits & ((1 << 52) - 1) | 1.0_f64.to_bits());
        self.factors += 1;
        self.pending += 1;
        if self.pending == AT_ONCE {
            self.sum += self.mantissa.ln();
            self.mantissa = 1.0;
            self.pending = 0;
        }
    }

    /// The sum of the logarithms.
    pub(crate) fn ln(&self) -> f64 {
        let exponent = (self.exponent - 1023 * self.factors) as f64;
        self.sum + self.mantissa.ln() + exponent * std::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::LogProduct;

    #[test]
    fn is_the_sum_of_the_logarithms() {
        let factors = (1..3000).map(|k| (f64::from(k) * 0.618).fract() * 10f64.powi(k % 40 - 20) + 1e-30);
        let mut product = LogProduct::new();
        factors.clone().for_each(|factor| product.multiply(factor));
        let sum = factors.map(f64::ln).sum::<f64>();
        assert!((product.ln() - sum).abs() < 1e-12 * sum.abs(), "{} {sum}", product.ln());
    }
}
