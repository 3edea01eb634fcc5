//! Portfolios between two turning points.

use po_core::{InputError, Weights};

use super::{CriticalLine, Ray};
use crate::{Error, FrontierPoint};

/// Returns that differ by less, in units of either, are the same.
const LEVEL: f64 = 1e-12;

impl CriticalLine {
    /// The portfolio of least variance; of several, the one with the greatest return.
    #[must_use]
    pub fn minimum_variance(&self) -> &FrontierPoint {
        // The line has at least one point.
        &self.points[self.points.len() - 1]
    }

    /// The portfolio of greatest return, unless returns have no limit.
    #[must_use]
    pub fn maximum_return(&self) -> Option<&FrontierPoint> {
        if self.ray.is_some() { None } else { self.points.first() }
    }

    /// The portfolio of least variance among those that return at least `target`.
    ///
    /// # Errors
    /// [`Error::TargetTooHigh`] with the greatest return; [`InputError::OutOfRange`] for a target that is not finite.
    pub fn at_return(&self, target: f64) -> Result<FrontierPoint, Error> {
        check("the target return", target)?;
        let reached = |point: &FrontierPoint| point.mean >= target;
        let fraction = |a: &FrontierPoint, b: &FrontierPoint| (target - a.mean) / (b.mean - a.mean);
        let beyond = |last: &FrontierPoint, ray: &Ray| (target - last.mean) / ray.mean;
        match self.search(reached, fraction) {
            Found::At(point) => Ok(point),
            Found::Beyond(last) => match &self.ray {
                Some(ray) => last.along(ray, beyond(last, ray)),
                None => Err(Error::TargetTooHigh { target, greatest: last.mean }),
            },
        }
    }

    /// The portfolio of greatest return among those whose volatility is at most `limit`.
    ///
    /// # Errors
    /// [`Error::RiskLimitTooLow`] with the least volatility; [`InputError::OutOfRange`] for a limit that is not finite.
    pub fn at_volatility(&self, limit: f64) -> Result<FrontierPoint, Error> {
        check("the limit on the volatility", limit)?;
        let least = self.minimum_variance().volatility();
        if limit < least {
            return Err(Error::RiskLimitTooLow { what: "the volatility", limit, least });
        }
        let target = limit * limit;
        // Between two turning points the variance is a constant plus a multiple of λ².
        let fraction = |a: &FrontierPoint, b: &FrontierPoint| {
            let rise = b.lambda - a.lambda;
            let share = (a.lambda + b.lambda) * (target - a.variance) / (b.variance - a.variance);
            share / (a.lambda + (a.lambda * a.lambda + rise * share).sqrt())
        };
        match self.search(|point| point.variance > target, fraction) {
            Found::At(point) => Ok(point),
            Found::Beyond(last) => match &self.ray {
                Some(ray) => {
                    let growth = (target - last.variance) / ray.mean;
                    let step = growth / (last.lambda + (last.lambda * last.lambda + growth).sqrt());
                    last.along(ray, if growth > 0.0 { step } else { 0.0 })
                }
                None => Ok(last.clone()),
            },
        }
    }

    /// The portfolio that minimises `½ x'Σx - λ μ'x`: the best one at risk aversion `1 / λ`.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a λ that is negative or not finite.
    pub fn at_lambda(&self, lambda: f64) -> Result<FrontierPoint, Error> {
        if !(lambda.is_finite() && lambda >= 0.0) {
            let (name, expected) = ("lambda", "a finite number, zero or more");
            return Err(InputError::OutOfRange { name, value: lambda, expected }.into());
        }
        let fraction = |a: &FrontierPoint, b: &FrontierPoint| (lambda - a.lambda) / (b.lambda - a.lambda);
        match self.search(|point| point.lambda >= lambda, fraction) {
            Found::At(point) => Ok(point),
            Found::Beyond(last) => match &self.ray {
                Some(ray) => last.along(ray, lambda - last.lambda),
                None => Ok(FrontierPoint { lambda, ..last.clone() }),
            },
        }
    }

    /// The portfolio with the greatest ratio of excess return to volatility.
    ///
    /// The excess return is the mean less `risk_free`, as for capital that is fully invested. For a budget that is not
    /// one, trace the line of excess returns and ask for a rate of zero.
    ///
    /// # Errors
    /// [`Error::Riskless`] when a portfolio without risk returns more than `risk_free`;
    /// [`Error::NoExcessReturn`] when no portfolio returns more than `risk_free`; [`Error::Unbounded`] when the ratio
    /// grows for ever, towards that of ever greater positions; [`InputError::OutOfRange`] for a rate that is not finite.
    pub fn maximum_sharpe(&self, risk_free: f64) -> Result<FrontierPoint, Error> {
        check("the risk-free rate", risk_free)?;
        let safest = self.minimum_variance();
        let reward = safest.mean - risk_free;
        if safest.variance <= self.rounding && reward > LEVEL * (safest.mean.abs() + risk_free.abs()) {
            let mut held = (0..).zip(safest.weights.as_slice()).filter(|(_, weight)| **weight != 0.0);
            let asset = held.next().filter(|_| held.next().is_none()).map(|(asset, _)| asset);
            return Err(Error::Riskless { asset, reward });
        }
        // Positive below the λ of the best ratio and negative above; between turning points a straight line. Of what
        // has no risk there is no ratio: any other portfolio is better.
        let is_none = |point: &FrontierPoint| point.lambda <= 0.0 && point.variance <= self.rounding;
        let slack = |point: &FrontierPoint| {
            if is_none(point) { 0.0 } else { point.variance - point.lambda * (point.mean - risk_free) }
        };
        let fraction = |a: &FrontierPoint, b: &FrontierPoint| {
            if is_none(a) { 1.0 } else { slack(a) / (slack(a) - slack(b)) }
        };
        match self.search(|point| slack(point) <= 0.0 && !is_none(point), fraction) {
            Found::At(point) => Ok(point),
            Found::Beyond(last) => match &self.ray {
                Some(ray) => {
                    let fall = last.mean - risk_free - last.lambda * ray.mean;
                    if fall > LEVEL * (last.mean.abs() + risk_free.abs()) {
                        return last.along(ray, slack(last) / fall);
                    }
                    let fastest = |best: (usize, f64), (asset, rate): (usize, &f64)| {
                        if rate.abs() > best.1 { (asset, rate.abs()) } else { best }
                    };
                    let (asset, _) = ray.weights.iter().enumerate().fold((0, 0.0), fastest);
                    Err(Error::Unbounded { asset })
                }
                None if last.mean > risk_free => Ok(last.clone()),
                None => Err(Error::NoExcessReturn { greatest: last.mean - risk_free, risk_free }),
            },
        }
    }

    /// The first point, from the least variance up, at which `reached` holds; `fraction` tells where between the two
    /// turning points around it.
    fn search(
        &self,
        reached: impl Fn(&FrontierPoint) -> bool,
        fraction: impl Fn(&FrontierPoint, &FrontierPoint) -> f64,
    ) -> Found<'_> {
        let mut before: Option<&FrontierPoint> = None;
        for point in self.points.iter().rev() {
            if reached(point) {
                return Found::At(match before {
                    None => point.clone(),
                    Some(before) => before.towards(point, fraction(before, point)),
                });
            }
            before = Some(point);
        }
        Found::Beyond(&self.points[0])
    }
}

enum Found<'a> {
    At(FrontierPoint),
    /// Beyond the first turning point.
    Beyond(&'a FrontierPoint),
}

impl FrontierPoint {
    /// The point at this fraction of the way to the next turning point.
    fn towards(&self, next: &Self, fraction: f64) -> Self {
        // Where both ends are the same, so is what lies between.
        let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
        #[expect(clippy::float_cmp, reason = "what is the same to the bit stays so")]
        let mix = |a: f64, b: f64| if a == b { a } else { a + fraction * (b - a) };
        let weights = self.weights.as_slice().iter().zip(next.weights.as_slice());
        let weights: Vec<f64> = weights.map(|(a, b)| mix(*a, *b)).collect();
        let (low, high) = (self.lambda, next.lambda);
        // The share of the growth in λ², without a difference of nearly equal numbers.
        let sum = (low + high).max(f64::MIN_POSITIVE);
        let share = fraction * (2.0 * low + fraction * (high - low)) / sum;
        let variance = self.variance + share * (next.variance - self.variance);
        let mut point =
            Self { mean: mix(self.mean, next.mean), variance, lambda: mix(low, high), ..Self::default() };
        // Mixtures of finite weights are finite, so that this cannot fail.
        let _ = point.weights.assign(&weights);
        point
    }

    /// The point this much λ further on a line without end.
    fn along(&self, ray: &Ray, step: f64) -> Result<Self, Error> {
        let weights = self.weights.as_slice().iter().zip(&ray.weights);
        let weights = Weights::new(weights.map(|(weight, rate)| weight + step * rate).collect())?;
        let variance = self.variance + step * (2.0 * self.lambda + step) * ray.mean;
        Ok(Self { weights, mean: self.mean + step * ray.mean, variance, lambda: self.lambda + step })
    }
}

fn check(name: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(InputError::OutOfRange { name, value, expected: "a finite number" }.into())
    }
}
