//! Quantiles of the normal distribution and of Student's, to the last digits also far out.

/// `1 / sqrt(2π)`.
pub(crate) const INVERSE_ROOT_TAU: f64 = 0.398_942_280_401_432_7;

/// `1/2 ln(2π)`.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Degrees of freedom from which on the expansion in their inverse is exact to rounding.
const MANY_DEGREES: f64 = 1e4;

/// Below it the logarithm of a ratio of gamma functions is brought up by the recurrence, before its series is taken.
const SERIES: f64 = 12.0;

/// Terms of the continued fraction at most; some hundred are needed with ten thousand degrees.
const TERMS: i32 = 1000;

/// Steps towards a quantile; three suffice from where they start, but for the heaviest tails.
const STEPS: usize = 60;

/// The density of the standard normal distribution.
pub(crate) fn normal_density(x: f64) -> f64 {
    INVERSE_ROOT_TAU * (-0.5 * x * x).exp()
}

/// The number that a standard normal variable exceeds with a probability of `tail`, in (0, 1).
///
/// The error functions of statrs lose five digits; the rational functions of Wichura (1988), algorithm AS 241, are right
/// to sixteen.
pub(crate) fn normal_upper_quantile(tail: f64) -> f64 {
    let centred = 0.5 - tail;
    if centred.abs() <= 0.425 {
        return centred * ratio(&CENTRE, 0.180_625 - centred * centred);
    }
    let root = (-tail.min(1.0 - tail).ln()).sqrt();
    let quantile = if root <= 5.0 { ratio(&MIDDLE, root - 1.6) } else { ratio(&FAR, root - 5.0) };
    if centred > 0.0 { quantile } else { -quantile }
}

/// A ratio of two polynomials, the lowest power first.
fn ratio([above, below]: &[[f64; 8]; 2], x: f64) -> f64 {
    let polynomial = |factors: &[f64; 8]| factors.iter().rev().fold(0.0, |sum, factor| sum * x + factor);
    polynomial(above) / polynomial(below)
}

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

/// The mean of a standard normal variable beyond its upper quantile, and that quantile.
pub(crate) fn normal_tail(tail: f64) -> (f64, f64) {
    let quantile = normal_upper_quantile(tail);
    (quantile, normal_density(quantile) / tail)
}

/// What `ln Γ(a+½) - ln Γ(a)` exceeds `½ ln a` by, with its first two derivatives.
///
/// The difference of two logarithms of gamma functions would lose all digits for large a, where this goes to zero.
pub(crate) fn gamma_ratio(a: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let mut a = a;
    while a < SERIES {
        let half = a + 0.5;
        let next = a + 1.0;
        sums[0] += 0.5 * (next / a).ln() - (half / a).ln();
        sums[1] += 0.5 / next + 0.5 / a - 1.0 / half;
        sums[2] += 1.0 / (half * half) - 0.5 / (next * next) - 0.5 / (a * a);
        a = next;
    }
    // The numerators over a^1, a^3, a^5, …; from Stirling's series at a + ½ and at a.
    const SERIES_TERMS: [f64; 6] =
        [-1.0 / 8.0, 1.0 / 192.0, -1.0 / 640.0, 17.0 / 14336.0, -31.0 / 18432.0, 691.0 / 180_224.0];
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let mut power = inverse;
    for (term, exponent) in SERIES_TERMS.iter().zip([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]) {
        sums[0] += term * power;
        sums[1] -= exponent * term * power * inverse;
        sums[2] += exponent * (exponent + 1.0) * term * power * square;
        power *= square;
    }
    sums
}

/// The density of Student's t.
pub(crate) fn student_density(x: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return normal_density(x);
    }
    let [ratio, ..] = gamma_ratio(0.5 * degrees);
    INVERSE_ROOT_TAU * (ratio - 0.5 * (degrees + 1.0) * (x * x / degrees).ln_1p()).exp()
}

/// The probability that Student's t exceeds a number of zero or more.
///
/// An incomplete beta function, as a continued fraction of its own: that of statrs is right to eleven digits.
fn student_survival(x: f64, degrees: f64) -> f64 {
    let (a, square) = (0.5 * degrees, x * x);
    let (out, inside) = (degrees / (degrees + square), square / (degrees + square));
    let [gammas, ..] = gamma_ratio(a);
    // x^a (1-x)^b / B(a, b) with b = 1/2; the power is taken of 1 + t²/ν, which loses nothing near one.
    let scale = (gammas - a * (square / degrees).ln_1p()).exp() * (a * inside / std::f64::consts::PI).sqrt();
    if out < (a + 1.0) / (a + 2.5) {
        0.5 * scale / a * continued_fraction(a, 0.5, out)
    } else {
        0.5 - scale * continued_fraction(0.5, a, inside)
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 1964, 26.5.8), by the method of Lentz.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = below;
    for step in 1..=TERMS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut last = 1.0;
        for term in [even, odd] {
            below = 1.0 / away(1.0 + term * below);
            above = away(1.0 + term / above);
            last = above * below;
            fraction *= last;
        }
        if (last - 1.0_f64).abs() <= f64::EPSILON {
            break;
        }
    }
    fraction
}

/// The number that Student's t exceeds with a probability of `tail`, in (0, 1).
pub(crate) fn student_upper_quantile(tail: f64, degrees: f64) -> f64 {
    if tail > 0.5 {
        return -student_upper_quantile(1.0 - tail, degrees);
    }
    let normal = normal_upper_quantile(tail);
    let expanded = expansion(normal, degrees);
    if degrees >= MANY_DEGREES || normal == 0.0 {
        return expanded;
    }
    // Where the tail is a power, its logarithm is nearly linear in that of x: Newton's steps are taken there.
    let mut log = expanded.max(1e-300).ln();
    for _ in 0..STEPS {
        let x = log.exp();
        let survival = student_survival(x, degrees);
        let slope = -student_density(x, degrees) * x / survival;
        let step = (tail / survival).ln() / slope;
        log += step.clamp(-2.0, 2.0);
        if step.abs() <= 2.0 * f64::EPSILON * log.abs().max(1.0) {
            break;
        }
    }
    log.exp()
}

/// The quantile of Student's t from that of the normal distribution (Abramowitz and Stegun 1964, 26.7.5).
fn expansion(x: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return x;
    }
    let s = x * x;
    let g1 = x * (s + 1.0) / 4.0;
    let g2 = x * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let g3 = x * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let g4 = x * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0;
    let inverse = 1.0 / degrees;
    x + inverse * (g1 + inverse * (g2 + inverse * (g3 + inverse * g4)))
}

/// The upper quantile of Student's t, and its mean beyond it.
pub(crate) fn student_tail(tail: f64, degrees: f64) -> (f64, f64) {
    if degrees.is_infinite() {
        return normal_tail(tail);
    }
    let quantile = student_upper_quantile(tail, degrees);
    let beyond =
        student_density(quantile, degrees) * (degrees + quantile * quantile) / (degrees - 1.0) / tail;
    (quantile, beyond)
}
