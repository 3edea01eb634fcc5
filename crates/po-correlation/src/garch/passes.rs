//! One pass through a sample: variances, and how each observation's log-likelihood changes with the
//! parameters.

use pulp::{Simd, WithSimd};
use statrs::function::gamma::{digamma, ln_gamma};

use super::logarithm::LogProduct;
use super::parameters::MEAN_OF_ABS_NORMAL;
use super::params::GarchModel;
use super::programme::Vector;

/// Places of the parameters in a vector; the last is ν.
pub(crate) const MEAN: usize = 0;
pub(crate) const OMEGA: usize = 1;
pub(crate) const ALPHA: usize = 2;
pub(crate) const GAMMA: usize = 3;
pub(crate) const BETA: usize = 4;
pub(crate) const SHAPE: usize = 5;

/// Lifts the square of a factor off zero, where its logarithm has no end.
const LIFT: f64 = 1e-4;

/// Derivatives, filled up to a whole vector register.
pub(crate) type Lanes = [f64; 8];

/// The variance before the sample, and its derivative by the mean.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Presample {
    pub(crate) variance: f64,
    pub(crate) slope: f64,
}

/// The density of an innovation, written so that the normal one is a special case.
///
/// ```text
/// ln f(z) = c - factor ln(1 + κ z²)        normal: c - z²/2
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Density {
    pub(crate) constant: f64,
    /// The derivative of the constant by ν.
    pub(crate) slope: f64,
    /// 1 / (ν - 2)
    pub(crate) kappa: f64,
    /// (ν + N) / 2
    pub(crate) factor: f64,
    pub(crate) student: bool,
}

impl Density {
    /// The density of N innovations at once.
    pub(crate) fn new(degrees_of_freedom: Option<f64>, dimension: usize) -> Self {
        let n = dimension as f64;
        let Some(nu) = degrees_of_freedom else {
            let constant = -0.5 * n * std::f64::consts::TAU.ln();
            return Self { constant, slope: 0.0, kappa: 0.0, factor: 0.5, student: false };
        };
        let constant = ln_gamma(0.5 * (nu + n))
            - ln_gamma(0.5 * nu)
            - 0.5 * n * (std::f64::consts::PI * (nu - 2.0)).ln();
        let slope = 0.5 * (digamma(0.5 * (nu + n)) - digamma(0.5 * nu) - n / (nu - 2.0));
        Self { constant, slope, kappa: 1.0 / (nu - 2.0), factor: 0.5 * (nu + n), student: true }
    }
}

/// One observation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) residual: f64,
    pub(crate) variance: f64,
    /// z², plain and weighted.
    pub(crate) scaled: f64,
    pub(crate) weighted: f64,
}

/// What is done with each observation.
pub(crate) trait Visitor {
    /// Whether it looks at the derivatives.
    const SCORES: bool;

    /// `seen.weighted` is z² times its weight in the score; the score lacks that of ν, and `slopes` are the
    /// derivatives of ln h.
    fn visit(&mut self, t: usize, seen: Seen, score: &Lanes, slopes: &Lanes);
}

/// The sums of a pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sums {
    pub(crate) log_likelihood: f64,
    /// Σ ln(1 + κ z²)
    pub(crate) tails: f64,
    /// In an EGARCH, the log-variance that is farthest from zero.
    pub(crate) widest: f64,
    /// In an EGARCH, by how much a change of one log-variance has grown in a later one, at most.
    pub(crate) amplified: f64,
    /// In an EGARCH, the mean logarithm of what a change of a log-variance is multiplied by from one period to
    /// the next, and its derivatives; zero where all are one.
    pub(crate) expansion: f64,
    pub(crate) expansion_slopes: Lanes,
}

/// A pass, to be run with the widest registers there are; every operation is one that rounds alike on all of
/// them.
pub(crate) struct Pass<'a, V> {
    pub(crate) model: GarchModel,
    pub(crate) parameters: &'a Vector,
    pub(crate) density: Density,
    pub(crate) presample: Presample,
    pub(crate) returns: &'a [f64],
    pub(crate) visitor: &'a mut V,
}

impl<V: Visitor> WithSimd for Pass<'_, V> {
    type Output = Sums;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> Sums {
        match (self.model, self.density.student) {
            (GarchModel::Egarch, false) => self.egarch::<false>(),
            (GarchModel::Egarch, true) => self.egarch::<true>(),
            (_, false) => self.garch::<false>(),
            (_, true) => self.garch::<true>(),
        }
    }
}

/// z², its weighted form, and the logarithm of the tail, for one observation.
#[inline(always)]
fn observe<const STUDENT: bool>(
    density: &Density,
    scaled: f64,
    tails: &mut LogProduct,
    squares: &mut f64,
) -> f64 {
    if STUDENT {
        let tail = 1.0 + density.kappa * scaled;
        tails.multiply(tail);
        2.0 * density.factor * density.kappa * scaled / tail
    } else {
        *squares += scaled;
        scaled
    }
}

impl<V: Visitor> Pass<'_, V> {
    #[inline(always)]
    fn garch<const STUDENT: bool>(self) -> Sums {
        let Self { parameters, density, presample, returns, visitor, .. } = self;
        let [mean, omega, alpha, gamma, beta, _] = *parameters;
        let persistence = alpha + 0.5 * gamma + beta;
        let v = presample.variance;
        let mut variance = omega + persistence * v;
        let mut slopes: Lanes = [persistence * presample.slope, 1.0, v, 0.5 * v, v, 0.0, 0.0, 0.0];
        let (mut variances, mut tails, mut squares) = (LogProduct::new(), LogProduct::new(), 0.0);
        let mut least = variance;
        for (t, value) in returns.iter().enumerate() {
            let residual = value - mean;
            let inverse = 1.0 / variance;
            let square = residual * residual;
            let scaled = square * inverse;
            variances.multiply(variance);
            least = if variance > least { least } else { variance };
            let weighted = observe::<STUDENT>(&density, scaled, &mut tails, &mut squares);
            let fall = if residual < 0.0 { 1.0 } else { 0.0 };
            let seen = Seen { residual, variance, scaled, weighted };
            if V::SCORES {
                let factor = 0.5 * (weighted - 1.0);
                let relative: Lanes = slopes.map(|slope| slope * inverse);
                let mut score: Lanes = relative.map(|slope| factor * slope);
                let z = residual * inverse;
                // w e / h, from w z²: the quotient would be lost at e = 0.
                score[MEAN] += if STUDENT {
                    2.0 * density.factor * density.kappa * z / (1.0 + density.kappa * scaled)
                } else {
                    z
                };
                visitor.visit(t, seen, &score, &relative);
                let news = -2.0 * (alpha + gamma * fall) * residual;
                let inputs: Lanes = [news, 1.0, square, square * fall, variance, 0.0, 0.0, 0.0];
                for (slope, input) in slopes.iter_mut().zip(inputs) {
                    *slope = input + beta * *slope;
                }
            } else {
                visitor.visit(t, seen, &[0.0; 8], &[0.0; 8]);
            }
            variance = omega + (alpha + gamma * fall) * square + beta * variance;
        }
        let sound = least > 0.0;
        total::<STUDENT>(
            &density,
            returns.len(),
            if sound { variances.ln() } else { f64::NAN },
            &tails,
            squares,
        )
    }

    #[inline(always)]
    fn egarch<const STUDENT: bool>(self) -> Sums {
        let Self { parameters, density, presample, returns, visitor, .. } = self;
        let [mean, omega, alpha, gamma, beta, _] = *parameters;
        let before = presample.variance.ln();
        let mut level = omega + beta * before;
        let mut slopes: Lanes =
            [beta * presample.slope / presample.variance, 1.0, 0.0, 0.0, before, 0.0, 0.0, 0.0];
        let (mut levels, mut tails, mut squares) = (0.0, LogProduct::new(), 0.0);
        let (mut widest, mut amplified, mut amplification) = (0.0_f64, 0.0_f64, 0.0_f64);
        let (mut expansions, mut expansion_slopes) = (LogProduct::new(), [0.0; 8]);
        for (t, value) in returns.iter().enumerate() {
            let residual = value - mean;
            let deviation = (0.5 * level).exp();
            let z = residual / deviation;
            let scaled = z * z;
            levels += level;
            widest = widest.max(level.abs());
            let weighted = observe::<STUDENT>(&density, scaled, &mut tails, &mut squares);
            let variance = deviation * deviation;
            let surprise = z.abs() - MEAN_OF_ABS_NORMAL;
            let seen = Seen { residual, variance, scaled, weighted };
            let turn = if z < 0.0 { gamma - alpha } else { gamma + alpha };
            let carried = beta - 0.5 * turn * z;
            // From here, or from where it was greatest before.
            amplification = carried.abs() * amplification.max(1.0);
            amplified = amplified.max(amplification);
            let expanded = carried * carried + LIFT;
            expansions.multiply(expanded);
            if V::SCORES {
                let factor = 0.5 * (weighted - 1.0);
                let mut score: Lanes = slopes.map(|slope| factor * slope);
                score[MEAN] += if STUDENT {
                    2.0 * density.factor * density.kappa * z / (1.0 + density.kappa * scaled) / deviation
                } else {
                    z / deviation
                };
                visitor.visit(t, seen, &score, &slopes);
                let (pull, moving) = (carried / expanded, 0.25 * turn * z);
                let moves: Lanes =
                    [0.5 * turn / deviation, 0.0, -0.5 * z.abs(), -0.5 * z, 1.0, 0.0, 0.0, 0.0];
                for ((sum, slope), moves) in expansion_slopes.iter_mut().zip(&slopes).zip(moves) {
                    *sum += pull * (moves + moving * slope);
                }
                let inputs: Lanes = [-turn / deviation, 1.0, surprise, z, level, 0.0, 0.0, 0.0];
                for (slope, input) in slopes.iter_mut().zip(inputs) {
                    *slope = input + carried * *slope;
                }
            } else {
                visitor.visit(t, seen, &[0.0; 8], &[0.0; 8]);
            }
            level = omega + alpha * surprise + gamma * z + beta * level;
        }
        let sums = total::<STUDENT>(&density, returns.len(), levels, &tails, squares);
        let periods = returns.len() as f64;
        Sums {
            widest,
            amplified,
            expansion: 0.5 * (expansions.ln() / periods - LIFT.ln_1p()),
            expansion_slopes: expansion_slopes.map(|slope| slope / periods),
            ..sums
        }
    }
}

fn total<const STUDENT: bool>(
    density: &Density,
    observations: usize,
    log_variances: f64,
    tails: &LogProduct,
    squares: f64,
) -> Sums {
    let tails = if STUDENT { tails.ln() } else { 0.0 };
    let away = if STUDENT { density.factor * tails } else { 0.5 * squares };
    Sums {
        log_likelihood: observations as f64 * density.constant - 0.5 * log_variances - away,
        tails,
        widest: 0.0,
        amplified: 0.0,
        expansion: f64::NEG_INFINITY,
        expansion_slopes: [0.0; 8],
    }
}

/// Looks at nothing: the sums are all that is wanted.
pub(crate) struct Nothing;

impl Visitor for Nothing {
    const SCORES: bool = false;

    #[inline(always)]
    fn visit(&mut self, _: usize, _: Seen, _: &Lanes, _: &Lanes) {}
}

/// Keeps the variances and the standardised residuals.
pub(crate) struct Record<'a> {
    pub(crate) variances: &'a mut [f64],
    pub(crate) residuals: &'a mut [f64],
}

impl Visitor for Record<'_> {
    const SCORES: bool = false;

    #[inline(always)]
    fn visit(&mut self, t: usize, seen: Seen, _: &Lanes, _: &Lanes) {
        self.variances[t] = seen.variance;
        self.residuals[t] = seen.residual / seen.variance.sqrt();
    }
}

/// Adds up the scores.
#[derive(Default)]
pub(crate) struct Gradient {
    pub(crate) sum: Lanes,
    weighted: f64,
}

impl Visitor for Gradient {
    const SCORES: bool = true;

    #[inline(always)]
    fn visit(&mut self, _: usize, seen: Seen, score: &Lanes, _: &Lanes) {
        self.sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
        self.weighted += seen.weighted;
    }
}

impl Gradient {
    /// The gradient, after a pass over so many observations.
    pub(crate) fn finish(&self, density: &Density, observations: usize, sums: &Sums) -> Vector {
        let mut gradient = [0.0; 6];
        gradient.copy_from_slice(&self.sum[..6]);
        if density.student {
            gradient[SHAPE] =
                observations as f64 * density.slope - 0.5 * sums.tails + 0.5 * density.kappa * self.weighted;
        }
        gradient
    }
}

/// Adds up the outer products of the scores, or what is expected of them if the density is right.
pub(crate) struct Information {
    pub(crate) density: Density,
    pub(crate) expected: bool,
    pub(crate) sum: [Lanes; 6],
}

impl Visitor for Information {
    const SCORES: bool = true;

    #[inline(always)]
    fn visit(&mut self, _: usize, seen: Seen, score: &Lanes, slopes: &Lanes) {
        let (mut score, density) = (*score, &self.density);
        if density.student {
            let tail = (density.kappa * seen.scaled).ln_1p();
            score[SHAPE] = density.slope - 0.5 * tail + 0.5 * density.kappa * seen.weighted;
        }
        let mut left = score;
        if self.expected {
            // The variance of (w z² - 1) / 2, and that of the score of the mean; the shape is taken apart.
            self.sum[MEAN][MEAN] += 1.0 / seen.variance;
            self.sum[SHAPE][SHAPE] += score[SHAPE] * score[SHAPE];
            let nu = 2.0 * density.factor - 1.0;
            let share = if density.student { 0.5 * nu / (nu + 3.0) } else { 0.5 };
            left = slopes.map(|slope| share * slope);
            score = *slopes;
        }
        for (sums, left) in self.sum.iter_mut().zip(left) {
            sums.iter_mut().zip(&score).for_each(|(sum, right)| *sum += left * right);
        }
    }
}
