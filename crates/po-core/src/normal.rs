//! The standard normal distribution, to the last digits also far out.

/// `1 / sqrt(2π)`.
const INVERSE_ROOT_TAU: f64 = 0.398_942_280_401_432_7;

/// For probabilities from 0.075 to 0.925.
#[expect(clippy::excessive_precision, reason = "as printed")]
const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_608_0,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ],
];

/// For probabilities beyond these, down to 1e-11.
#[expect(clippy::excessive_precision, reason = "as printed")]
const MIDDLE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_90,
        5.769_497_221_460_691_405_50,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_40,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
];

/// For the rest.
#[expect(clippy::excessive_precision, reason = "as printed")]
const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103_777_20,
        5.463_784_911_164_114_369_90,
        1.784_826_539_917_291_335_80,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
];

/// The density of the standard normal distribution.
///
/// # Examples
/// ```
/// assert!((po_core::normal::density(1.0) - 0.24197072451914337).abs() < 1e-16);
/// ```
#[must_use]
pub fn density(x: f64) -> f64 {
    INVERSE_ROOT_TAU * (-0.5 * x * x).exp()
}

/// The number that a standard normal variable stays below with a probability in (0, 1).
///
/// # Examples
/// ```
/// assert!((po_core::normal::quantile(0.975) - 1.959963984540054).abs() < 1e-15);
/// ```
///
/// # Source
/// As [`upper_quantile`].
#[must_use]
#[inline]
pub fn quantile(probability: f64) -> f64 {
    -upper_quantile(probability)
}

/// The number that a standard normal variable exceeds with a probability of `tail`, in (0, 1).
///
/// # Examples
/// ```
/// assert!((po_core::normal::upper_quantile(1e-12) - 7.034483825301132).abs() < 1e-14);
/// ```
///
/// # Source
/// Wichura (1988), algorithm AS 241, right to sixteen digits; the error functions of statrs lose five, and its quantile
/// takes ten times as long.
#[must_use]
#[inline]
pub fn upper_quantile(tail: f64) -> f64 {
    let centred = 0.5 - tail;
    if centred.abs() <= 0.425 {
        return centred * ratio(&CENTRE, 0.180_625 - centred * centred);
    }
    let root = (-tail.min(1.0 - tail).ln()).sqrt();
    let quantile = if root <= 5.0 { ratio(&MIDDLE, root - 1.6) } else { ratio(&FAR, root - 5.0) };
    if centred > 0.0 { quantile } else { -quantile }
}

/// A ratio of two polynomials, the lowest power first.
#[inline(always)]
fn ratio([above, below]: &[[f64; 8]; 2], x: f64) -> f64 {
    let polynomial = |factors: &[f64; 8]| factors.iter().rev().fold(0.0, |sum, factor| sum * x + factor);
    polynomial(above) / polynomial(below)
}

#[cfg(test)]
mod tests {
    use super::quantile;

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
            let found = quantile(probability);
            assert!((found - expected).abs() <= 4e-15 * (1.0 + expected.abs()), "{probability}: {found}");
        }
        // The outermost one was taken to six digits.
        assert!((quantile(QUANTILES[0].0) - QUANTILES[0].1).abs() < 5e-5);
    }
}
