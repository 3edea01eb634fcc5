//! Random numbers: uniform, normal and chi-squared, from a seed and the number of a scenario.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The random numbers of one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The numbers that belong to a scenario, whichever were drawn before.
    pub(crate) fn of(seed: u64, scenario: usize) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed(seed ^ mixed(scenario as u64))))
    }

    /// A number in (0, 1), never at its ends.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A whole number below a bound: the high half of a product (Lemire 2019), unfair by less than bound / 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// A standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// A chi-squared number, by Marsaglia and Tsang, A simple method for generating gamma variables (2000).
    pub(crate) fn chi_squared(&mut self, degrees: f64) -> f64 {
        let shape = 0.5 * degrees;
        // Below one, a gamma variable of one more is scaled by a power of a uniform number.
        let boost = if shape < 1.0 { self.uniform().powf(1.0 / shape) } else { 1.0 };
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let cube = (1.0 + c * x).powi(3);
            if cube > 0.0 && self.uniform().ln() < 0.5 * x * x + d * (1.0 - cube + cube.ln()) {
                return 2.0 * boost * d * cube;
            }
        }
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The quantile of the standard normal distribution, to about one rounding: algorithm AS 241 of Wichura, The percentage
/// points of the normal distribution (1988).
///
/// The one of `statrs` is a tenth as fast, and this one is called for every number drawn.
#[inline]
#[expect(clippy::excessive_precision, reason = "the coefficients as printed")]
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        let numerator = polynomial(
            r,
            [
                2.5090809287301226727e3,
                3.3430575583588128105e4,
                6.7265770927008700853e4,
                4.5921953931549871457e4,
                1.3731693765509461125e4,
                1.9715909503065514427e3,
                1.3314166789178437745e2,
                3.3871328727963666080,
            ],
        );
        let denominator = polynomial(
            r,
            [
                5.2264952788528545610e3,
                2.8729085735721942674e4,
                3.9307895800092710610e4,
                2.1213794301586595867e4,
                5.3941960214247511077e3,
                6.8718700749205790830e2,
                4.2313330701600911252e1,
                1.0,
            ],
        );
        return centred * numerator / denominator;
    }
    let tail = if centred < 0.0 { probability } else { 1.0 - probability };
    let size = normal_tail_quantile(tail);
    if centred < 0.0 { -size } else { size }
}

/// The number that a standard normal one exceeds with a small probability.
#[expect(clippy::excessive_precision, reason = "the coefficients as printed")]
fn normal_tail_quantile(tail: f64) -> f64 {
    let root = (-tail.ln()).sqrt();
    let (r, numerator, denominator) = if root <= 5.0 {
        (
            root - 1.6,
            [
                7.74545014278341407640e-4,
                2.27238449892691845833e-2,
                2.41780725177450611770e-1,
                1.27045825245236838258,
                3.64784832476320460504,
                5.76949722146069140550,
                4.63033784615654529590,
                1.42343711074968357734,
            ],
            [
                1.05075007164441684324e-9,
                5.47593808499534494600e-4,
                1.51986665636164571966e-2,
                1.48103976427480074590e-1,
                6.89767334985100004550e-1,
                1.67638483018380384940,
                2.05319162663775882187,
                1.0,
            ],
        )
    } else {
        (
            root - 5.0,
            [
                2.01033439929228813265e-7,
                2.71155556874348757815e-5,
                1.24266094738807843860e-3,
                2.65321895265761230930e-2,
                2.96560571828504891230e-1,
                1.78482653991729133580,
                5.46378491116411436990,
                6.65790464350110377720,
            ],
            [
                2.04426310338993978564e-15,
                1.42151175831644588870e-7,
                1.84631831751005468180e-5,
                7.86869131145613259100e-4,
                1.48753612908506148525e-2,
                1.36929880922735805310e-1,
                5.99832206555887937690e-1,
                1.0,
            ],
        )
    };
    polynomial(r, numerator) / polynomial(r, denominator)
}

#[inline(always)]
fn polynomial(x: f64, coefficients: [f64; 8]) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::{Random, normal_quantile};

    /// Scipy 1.17, `scipy.stats.norm.ppf`.
    const QUANTILES: [(f64, f64); 7] = [
        (1e-300, -37.0471),
        (1e-12, -7.034483825301132),
        (0.001, -3.090232306167813),
        (0.07, -1.4757910281791706),
        (0.3, -0.5244005127080409),
        (0.5, 0.0),
        (0.975, 1.959963984540054),
    ];

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (probability, expected) in QUANTILES.into_iter().skip(1) {
            let quantile = normal_quantile(probability);
            assert!(
                (quantile - expected).abs() <= 4e-15 * (1.0 + expected.abs()),
                "{probability}: {quantile}"
            );
        }
        // The outermost one was taken to six digits.
        assert!((normal_quantile(QUANTILES[0].0) - QUANTILES[0].1).abs() < 5e-5);
    }

    #[test]
    fn chi_squared_numbers_have_their_moments() {
        const DRAWS: usize = 200_000;
        for degrees in [1.0, 3.5, 30.0] {
            let draws = (0..DRAWS).map(|draw| Random::of(5, draw).chi_squared(degrees)).collect::<Vec<_>>();
            let mean = draws.iter().sum::<f64>() / DRAWS as f64;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / DRAWS as f64;
            // Five standard errors of a mean; a variance has heavier ones.
            assert!((mean - degrees).abs() < 5.0 * (2.0 * degrees / DRAWS as f64).sqrt());
            assert!((variance / (2.0 * degrees) - 1.0).abs() < 0.05);
        }
    }
}
