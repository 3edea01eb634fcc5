//! A volatility that follows the market: fitted to a window, and run on from day to day with its parameters fixed.

use po_engine::Status;
use po_engine::correlation::{Garch, GarchFit, GarchMean, GarchModel, GarchParams, Innovations};
use po_engine::tail::EwmaFilter;

use super::model::Filter;
use super::walk::Fault;

/// The mean and the volatility of the next period, and what moves the volatility.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volatility {
    pub(crate) mean: f64,
    /// Of the next period.
    variance: f64,
    /// h' = ω + (α + γ 1[e < 0]) e² + β h
    omega: f64,
    alpha: f64,
    gamma: f64,
    beta: f64,
}

/// A volatility at the end of the returns it was fitted to.
#[derive(Clone, Debug)]
pub(crate) struct Filtered {
    pub(crate) next: Volatility,
    /// The volatility of each period, but for the first that start it.
    pub(crate) volatilities: Vec<f64>,
    /// Each of these returns, less the mean, over its volatility.
    pub(crate) residuals: Vec<f64>,
    /// The fit, where there was one.
    pub(crate) fit: Option<GarchFit>,
}

impl Filter {
    /// Fits the volatility to returns, oldest first.
    pub(crate) fn fit(self, returns: &[f64]) -> Result<Filtered, Fault> {
        match self {
            Self::Ewma => ewma(returns),
            Self::Garch => garch(GarchModel::Garch, returns),
            Self::Gjr => garch(GarchModel::Gjr, returns),
        }
    }
}

impl Filtered {
    /// Whether the search for the parameters met its tolerances.
    pub(crate) fn is_converged(&self) -> bool {
        self.fit.as_ref().is_none_or(|fit| fit.status == Status::Converged)
    }
}

impl Volatility {
    /// The volatility of the next period.
    pub(crate) fn next(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Takes in a return; the next period is then the one after it.
    pub(crate) fn update(&mut self, value: f64) {
        let residual = value - self.mean;
        let news = if residual < 0.0 { self.alpha + self.gamma } else { self.alpha };
        self.variance = self.omega + news * residual * residual + self.beta * self.variance;
    }
}

/// Innovations are Student's t: a likelihood that knows of heavy tails is not led by single days.
fn garch(model: GarchModel, returns: &[f64]) -> Result<Filtered, Fault> {
    let params = GarchParams {
        model,
        innovations: Innovations::StudentT,
        mean: GarchMean::Constant,
        ..GarchParams::default()
    };
    let fit = Garch::new(params).fit(returns)?;
    let own = fit.parameters;
    let next = Volatility {
        mean: own.mean,
        variance: fit.next_variance,
        omega: own.omega,
        alpha: own.alpha,
        gamma: own.gamma,
        beta: own.beta,
    };
    let volatilities = fit.variances.iter().map(|variance| variance.sqrt()).collect();
    Ok(Filtered { next, volatilities, residuals: fit.residuals.clone(), fit: Some(fit) })
}

/// About a mean of zero.
fn ewma(returns: &[f64]) -> Result<Filtered, Fault> {
    let filter = EwmaFilter::default();
    let mut residuals = Vec::new();
    let end = filter.filter_into(returns, &mut residuals)?.volatility;
    // There are more returns than those that start the volatility: that was checked.
    let (first, rest) = returns.split_at(filter.warm_up);
    let variance = first.iter().map(|value| value * value).sum::<f64>() / first.len() as f64;
    let alpha = 1.0 - filter.decay;
    let mut next = Volatility { mean: 0.0, variance, omega: 0.0, alpha, gamma: 0.0, beta: filter.decay };
    let step = |value: &f64| {
        let volatility = next.next();
        next.update(*value);
        volatility
    };
    let volatilities = rest.iter().map(step).collect();
    next.variance = end * end;
    Ok(Filtered { next, volatilities, residuals, fit: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns that only look random, calm first and then not.
    fn returns() -> Vec<f64> {
        let sine = |t: u32| (f64::from(t * t % 7919) * 0.618_034).sin();
        (0..600).map(|t| 0.01 * sine(t) * if t < 300 { 1.0 } else { 2.5 }).collect()
    }

    #[test]
    fn run_on_it_is_the_recursion_of_the_fit() {
        let returns = returns();
        for filter in [Filter::Ewma, Filter::Garch, Filter::Gjr] {
            let Filtered { next, volatilities, .. } = filter.fit(&returns).unwrap();
            let returns = &returns[600 - volatilities.len()..];
            // From any day on, the returns lead to the volatilities that the fit tells.
            let mut run = Volatility { variance: volatilities[100].powi(2), ..next };
            for (value, after) in returns[100..].iter().zip(&volatilities[101..]) {
                run.update(*value);
                assert!((run.next() / after - 1.0).abs() < 1e-12, "{filter:?}");
            }
            run.update(returns[returns.len() - 1]);
            assert!((run.next() / next.next() - 1.0).abs() < 1e-12, "{filter:?}");
        }
    }

    #[test]
    fn residuals_times_volatility_are_the_returns() {
        let returns = returns();
        for filter in [Filter::Ewma, Filter::Gjr] {
            let Filtered { next, volatilities, residuals, .. } = filter.fit(&returns).unwrap();
            let returns = &returns[600 - volatilities.len()..];
            for ((value, volatility), residual) in returns.iter().zip(&volatilities).zip(&residuals) {
                assert!((next.mean + volatility * residual - value).abs() < 1e-15);
            }
        }
    }
}
