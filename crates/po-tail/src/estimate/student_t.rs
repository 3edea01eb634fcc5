//! Student's t distribution with a location and a scale, by maximum likelihood.

use po_core::{Confidence, InputError};

use super::TailRisk;
use super::distribution::{HALF_LN_TAU, gamma_ratio, student_tail};
use super::moments::Central;
use super::weighted::check_series;
use crate::Error;

/// Inverse degrees of freedom: at most just below one half, so that the variance is finite.
const MOST: f64 = 0.5 - 1e-6;

/// With fewer inverse degrees than these the distribution is taken to be normal.
const LEAST: f64 = 1e-4;

/// Steps towards the maximum; some eight are needed.
const STEPS: usize = 200;

/// Steps of the expectation-maximisation kind before those of Newton's.
const WARMING: usize = 3;

/// What the likelihood may still gain by a step, in units of itself, at the maximum.
const GAIN: f64 = 1e-13;

/// Student's t distribution, fitted to a series by maximum likelihood.
///
/// ```text
/// r = μ + s t,    t with ν degrees of freedom,    ν > 2
/// ```
///
/// Returns whose tails are no heavier than those of a normal distribution have the greatest likelihood at infinitely many
/// degrees, and those whose variance would be infinite at two: the fit then stands at that bound, infinity or 2.000004.
///
/// # Shapes and units
/// Location and scale in returns per period; the scale is no standard deviation, which is `s sqrt(ν/(ν-2))`.
///
/// # Examples
/// ```
/// use po_tail::StudentTFit;
///
/// // Five hundred quantiles of t with two degrees of freedom have a closed form; of so few the greatest are too small.
/// let quantile = |p: f64| (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
/// let returns: Vec<f64> = (1..=500).map(|k| 0.001 + 0.01 * quantile((f64::from(k) - 0.5) / 500.0)).collect();
/// let fit = StudentTFit::of(&returns)?;
/// assert!((fit.location - 0.001).abs() < 1e-8);
/// assert!((fit.scale - 0.01).abs() < 5e-4);
/// assert!((fit.degrees - 2.0).abs() < 0.2);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Lange, Little and Taylor (1989), section 3; steps of Liu and Rubin (1995) with the expanded scale of Kent, Tyler and
/// Vardi (1994), then Newton's on the inverse degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct StudentTFit {
    /// μ.
    pub location: f64,
    /// s.
    pub scale: f64,
    /// ν; infinity for the normal distribution.
    pub degrees: f64,
    /// Logarithm of the likelihood.
    pub log_likelihood: f64,
    /// Steps used.
    pub iterations: usize,
}

impl StudentTFit {
    /// Fits a series.
    ///
    /// # Errors
    /// [`InputError::Empty`], and [`RiskError::NotFinite`](po_core::RiskError::NotFinite) for a return that is none;
    /// [`Error::TooFew`] for fewer than five returns; [`InputError::OutOfRange`] for a series that does not move;
    /// [`InputError::NotConverged`] where so many returns are the same number that the likelihood has no maximum.
    ///
    /// # Cost
    /// Some ten passes of T logarithms.
    pub fn of(returns: &[f64]) -> Result<Self, Error> {
        check_series(returns)?;
        Self::near(returns, None)
    }

    /// Fits a series that was checked, from the degrees of another fit.
    pub(crate) fn near(returns: &[f64], start: Option<&Self>) -> Result<Self, Error> {
        if returns.len() < 5 {
            return Err(Error::TooFew { what: "the series of returns", needed: 5, actual: returns.len() });
        }
        check_moves(returns)?;
        let central = Central::of(returns);
        let deviation = central.second.sqrt();
        // In units of the standard deviation and from the mean, so that no step depends on the unit of the returns.
        let unit = (central.mean, deviation);
        let point = match start {
            // Only the degrees of another fit: its location may lie many deviations away.
            Some(fit) if fit.degrees.is_finite() => Point { inverse: 1.0 / fit.degrees, ..START },
            _ => START,
        };
        let (point, iterations) = maximum(returns, unit, point)?;
        let degrees = if point.inverse <= LEAST { f64::INFINITY } else { 1.0 / point.inverse };
        // At the bound of the normal distribution its own maximum is known.
        let (location, scale) = if degrees.is_infinite() {
            (central.mean, deviation)
        } else {
            (central.mean + deviation * point.location, deviation * point.log_scale.exp())
        };
        let count = returns.len() as f64;
        let log_likelihood = if degrees.is_infinite() {
            -count * (HALF_LN_TAU + 0.5 + deviation.ln())
        } else {
            point.derivatives(returns, unit).value - count * deviation.ln()
        };
        Ok(Self { location, scale, degrees, log_likelihood, iterations })
    }

    /// The tail of the fitted distribution.
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::StudentTFit;
    ///
    /// let fit = StudentTFit { location: 0.0, scale: 0.01, degrees: 4.0, log_likelihood: 0.0, iterations: 0 };
    /// let risk = fit.tail(Confidence::new(0.99)?);
    /// // The 3.747 of every table, and 5.221 beyond it.
    /// assert!((risk.var - 0.03746947387979196).abs() < 1e-15);
    /// assert!((risk.cvar - 0.05220584194492218).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tail(&self, confidence: Confidence) -> TailRisk {
        let (var, cvar) = student_tail(confidence.tail(), self.degrees);
        TailRisk { var, cvar }.rescaled(self.location, self.scale)
    }

    /// The weight of a return in the equations of the maximum.
    pub(crate) fn weight(&self, value: f64) -> f64 {
        if self.degrees.is_infinite() {
            return 1.0;
        }
        let z = (value - self.location) / self.scale;
        (self.degrees + 1.0) / (self.degrees + z * z)
    }

    /// The covariance of location, logarithm of the scale, and inverse degrees: the inverse of the observed information.
    ///
    /// None where the fit stands at a bound, or the information is not positive definite.
    pub(super) fn covariance(&self, returns: &[f64]) -> Option<[[f64; 3]; 3]> {
        let inverse = 1.0 / self.degrees;
        if !(inverse > LEAST && inverse < MOST) {
            return None;
        }
        let point = Point { location: 0.0, log_scale: 0.0, inverse };
        let derivatives = point.derivatives(returns, (self.location, self.scale));
        let columns = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let mut covariance = [[0.0; 3]; 3];
        for (column, unit) in covariance.iter_mut().zip(columns) {
            *column = solve(&derivatives.information, unit)?;
        }
        // The location was measured in units of the scale.
        for (row, entries) in covariance.iter_mut().enumerate() {
            for (col, entry) in entries.iter_mut().enumerate() {
                let units = usize::from(row == 0) + usize::from(col == 0);
                *entry *= self.scale.powi(units as i32);
            }
        }
        Some(covariance)
    }
}

/// The tail of Student's t with a location of zero and a scale of one.
pub(crate) fn standard_student(confidence: Confidence, degrees: f64) -> TailRisk {
    let (var, cvar) = student_tail(confidence.tail(), degrees);
    TailRisk { var, cvar }
}

/// Refuses a series that does not move.
pub(super) fn check_moves(returns: &[f64]) -> Result<(), Error> {
    let moves = returns.iter().any(|value| value.to_bits() != returns[0].to_bits());
    if moves && Central::of(returns).second > 0.0 {
        return Ok(());
    }
    let (name, expected) = ("the standard deviation of the returns", "more than 0");
    Err(InputError::OutOfRange { name, value: 0.0, expected }.into())
}

#[derive(Clone, Copy, Debug)]
struct Point {
    location: f64,
    log_scale: f64,
    /// One over the degrees of freedom.
    inverse: f64,
}

/// Where the search starts, in units of the standard deviation.
const START: Point = Point { location: 0.0, log_scale: -0.2, inverse: 0.2 };

struct Derivatives {
    value: f64,
    gradient: [f64; 3],
    /// Minus the second derivatives.
    information: [[f64; 3]; 3],
}

impl Point {
    /// The logarithm of the likelihood alone.
    fn value(&self, returns: &[f64], (origin, unit): (f64, f64)) -> f64 {
        let eta = self.inverse;
        let [ratio, ..] = gamma_ratio(0.5 / eta);
        let scale = unit * self.log_scale.exp();
        let location = origin + unit * self.location;
        let logs: f64 = returns
            .iter()
            .map(|value| {
                let z = (value - location) / scale;
                (eta * z * z).ln_1p()
            })
            .sum();
        returns.len() as f64 * (ratio - HALF_LN_TAU - self.log_scale) - 0.5 * (1.0 + eta) / eta * logs
    }

    fn derivatives(&self, returns: &[f64], (origin, unit): (f64, f64)) -> Derivatives {
        let eta = self.inverse;
        let [ratio, ratio_slope, ratio_bend] = gamma_ratio(0.5 / eta);
        let own = self.log_scale.exp();
        let (scale, location) = (unit * own, origin + unit * self.location);
        let mut logs = 0.0;
        let mut first = [0.0; 3];
        let mut second = [0.0; 6];
        for value in returns {
            let z = (value - location) / scale;
            let square = z * z;
            let u = eta * square;
            let log = u.ln_1p();
            let over = 1.0 / (1.0 + u);
            let weight = (1.0 + eta) * over;
            // The slope of the weight in z², and in η, times z² or its like.
            let bend = -eta * weight * over * square;
            let drift = (1.0 - square) * over * over;
            logs += log;
            first[0] += weight * z;
            first[1] += weight * square;
            first[2] += log - weight * u;
            second[0] += weight + 2.0 * bend;
            second[1] += z * (weight + bend);
            second[2] += square * (weight + bend);
            second[3] += z * drift;
            second[4] += square * drift;
            second[5] += square * over - u * over - weight * square * over;
        }
        let count = returns.len() as f64;
        let half = 0.5 / (eta * eta);
        let inner = first[2] - count * ratio_slope;
        let inner_slope = second[5] + count * ratio_bend * half;
        let by_eta = half * inner_slope - inner / (eta * eta * eta);
        let information = [
            [second[0] / (own * own), 2.0 * second[1] / own, -second[3] / own],
            [2.0 * second[1] / own, 2.0 * second[2], -second[4]],
            [-second[3] / own, -second[4], -by_eta],
        ];
        Derivatives {
            value: count * (ratio - HALF_LN_TAU - self.log_scale) - 0.5 * (1.0 + eta) / eta * logs,
            gradient: [first[0] / own, first[1] - count, half * inner],
            information,
        }
    }

    /// A step that cannot lead astray, for location and scale at the degrees that are there.
    fn warmed(&self, returns: &[f64], (origin, unit): (f64, f64)) -> Self {
        let (scale, location) = (unit * self.log_scale.exp(), origin + unit * self.location);
        let mut sums = [0.0; 3];
        for value in returns {
            let z = (value - location) / scale;
            let weight = (1.0 + self.inverse) / (1.0 + self.inverse * z * z);
            sums[0] += weight;
            sums[1] += weight * z;
            sums[2] += weight * z * z;
        }
        let shift = sums[1] / sums[0];
        // Over the sum of the weights, not their number: the expanded scale, with which the steps are few.
        let square = (sums[2] / sums[0] - shift * shift).max(f64::MIN_POSITIVE);
        let own = self.log_scale.exp();
        Self { location: self.location + own * shift, log_scale: self.log_scale + 0.5 * square.ln(), ..*self }
    }

    fn moved(&self, step: [f64; 3], part: f64) -> Self {
        Self {
            location: self.location + part * step[0],
            log_scale: self.log_scale + part * step[1],
            inverse: (self.inverse + part * step[2]).clamp(LEAST, MOST),
        }
    }
}

/// Climbs to the maximum; also says in how many steps.
fn maximum(returns: &[f64], unit: (f64, f64), start: Point) -> Result<(Point, usize), Error> {
    let mut point = start;
    for _ in 0..WARMING {
        point = point.warmed(returns, unit);
    }
    for iteration in 1..=STEPS {
        let Derivatives { value, gradient, information } = point.derivatives(returns, unit);
        let bound =
            point.inverse <= LEAST && gradient[2] <= 0.0 || point.inverse >= MOST && gradient[2] >= 0.0;
        let newton = if bound {
            let pair = [
                [information[0][0], information[0][1], 0.0],
                [information[1][0], information[1][1], 0.0],
                [0.0, 0.0, 1.0],
            ];
            solve(&pair, [gradient[0], gradient[1], 0.0])
        } else {
            solve(&information, gradient)
        };
        // Without a maximum of the quadratic nearby, the slope of the degrees alone tells the way.
        let step = newton.unwrap_or_else(|| {
            let warmed = point.warmed(returns, unit);
            let toward = if bound { 0.0 } else { 0.25 * point.inverse * gradient[2].signum() };
            [warmed.location - point.location, warmed.log_scale - point.log_scale, toward]
        });
        let gain: f64 = step.iter().zip(gradient).map(|(a, b)| a * b).sum();
        if newton.is_some() && gain <= GAIN * (1.0 + value.abs()) {
            // The last step is as good as those before it, and so near no search is needed.
            return Ok((point.moved(step, 1.0), iteration));
        }
        let mut part = 1.0;
        let mut next = point.moved(step, part);
        while next.value(returns, unit) < value && part > 1e-6 {
            part *= 0.5;
            next = point.moved(step, part);
        }
        point = next;
        if point.log_scale < -25.0 {
            break;
        }
    }
    Err(InputError::NotConverged { what: "the maximum of the likelihood of Student's t" }.into())
}

/// Solves three equations by Cholesky's factors; none where the matrix is not positive definite.
fn solve(matrix: &[[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let mut lower = [[0.0; 3]; 3];
    for row in 0..3 {
        for col in 0..=row {
            let inner: f64 = (0..col).map(|k| lower[row][k] * lower[col][k]).sum();
            let rest = matrix[row][col] - inner;
            if row == col {
                if rest.is_nan() || rest <= 1e-14 * matrix[row][row].abs() {
                    return None;
                }
                lower[row][row] = rest.sqrt();
            } else {
                lower[row][col] = rest / lower[col][col];
            }
        }
    }
    let mut x = right;
    for row in 0..3 {
        let inner: f64 = (0..row).map(|k| lower[row][k] * x[k]).sum();
        x[row] = (x[row] - inner) / lower[row][row];
    }
    for row in (0..3).rev() {
        let inner: f64 = (row + 1..3).map(|k| lower[k][row] * x[k]).sum();
        x[row] = (x[row] - inner) / lower[row][row];
    }
    Some(x)
}
