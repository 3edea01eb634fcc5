//! The methods that are compared: each turns a window of returns into weights.

use po_convex::{Markowitz, MarkowitzParams};
use po_core::{Allocator, Covariance, CovarianceEstimator, EqualWeight, InverseVariance, Returns};
use po_correlation::{LedoitWolf, LedoitWolfParams};
use po_hrp::{
    Division, Herc, HercParams, Hrp, HrpParams, Linkage, Metric, Nco, NcoParams, Schur, SchurParams,
};

/// What any part of the experiment can fail with.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Weights from a window of returns and its sample covariance.
type Rule = Box<dyn FnMut(&Returns, &Covariance) -> Result<Vec<f64>, Failure>>;

/// Name of a method, and the variance that the paper reports for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) paper: Option<f64>,
}

const fn of_the_paper(name: &'static str, variance: f64) -> Method {
    Method { name, paper: Some(variance) }
}

const fn beyond(name: &'static str) -> Method {
    Method { name, paper: None }
}

/// All of them, in the order of [`rules`]; the others are compared with [`HRP`].
pub(crate) const METHODS: [Method; 10] = [
    of_the_paper("minimum variance (CLA)", 0.1157),
    of_the_paper("inverse variance (IVP)", 0.0928),
    of_the_paper("HRP of the paper", 0.0671),
    beyond("HRP, Ward"),
    beyond("HERC"),
    beyond("HERC, divided by all assets"),
    beyond("NCO"),
    beyond("Schur, γ = 0.5"),
    beyond("1/N"),
    beyond("minimum variance, Ledoit-Wolf"),
];

/// Minimum variance and the paper's hierarchical risk parity among [`METHODS`].
#[cfg(test)]
pub(crate) const CLA: usize = 0;
pub(crate) const HRP: usize = 2;

/// An allocator of covariances, with memory of its own.
fn rule<A: Allocator + 'static>(allocator: A) -> Rule
where
    for<'a> A::Input<'a>: From<&'a Covariance>,
{
    let (mut scratch, mut output) = (A::Scratch::default(), A::Output::default());
    Box::new(move |_, covariance| {
        allocator.allocate_into(covariance.into(), &mut scratch, &mut output)?;
        Ok(output.as_ref().as_slice().to_vec())
    })
}

/// The same for another estimate of the covariance.
fn estimated<E: CovarianceEstimator + 'static>(estimator: E, mut rule: Rule) -> Rule {
    let (mut scratch, mut covariance) = (E::Scratch::default(), Covariance::default());
    Box::new(move |returns, _| {
        estimator.estimate_into(returns, &mut scratch, &mut covariance)?;
        rule(returns, &covariance)
    })
}

/// A rule for each of [`METHODS`].
pub(crate) fn rules() -> Result<[Rule; METHODS.len()], Failure> {
    // Every exact method ends at the one portfolio at which the critical line ends.
    let minimum = || Markowitz::new(MarkowitzParams::default());
    let paper = HrpParams { linkage: Linkage::Single, metric: Metric::Columns, ..HrpParams::default() };
    let ledoit_wolf = LedoitWolf::new(LedoitWolfParams::default());
    Ok([
        rule(minimum()?),
        rule(InverseVariance),
        rule(Hrp::new(paper)?),
        rule(Hrp::new(HrpParams::default())?),
        rule(Herc::new(HercParams::default())?),
        rule(Herc::new(HercParams { division: Division::Assets, ..HercParams::default() })?),
        rule(Nco::new(NcoParams::default(), minimum()?, minimum()?)?),
        rule(Schur::new(SchurParams { gamma: 0.5, ..SchurParams::default() })?),
        rule(EqualWeight),
        estimated(ledoit_wolf, rule(minimum()?)),
    ])
}

#[cfg(test)]
mod tests {
    use po_convex::{Rows, critical_line};
    use po_core::{Bounds, Moments};

    use super::*;
    use crate::market::{ASSETS, Market, PERIODS, SCENARIOS, WINDOW};

    /// Two exact methods differ by rounding, magnified by the condition of a covariance with shocks.
    const ROUNDING: f64 = 1e-10;

    /// A sum of ten weights.
    const SUM: f64 = 1e-12;

    #[test]
    fn minimum_variance_is_where_the_critical_line_ends() -> Result<(), Failure> {
        let mut rows = Rows::new(ASSETS);
        rows.push("budget", &[1.0; ASSETS], 1.0, 1.0)?;
        let bounds = Bounds::uniform(ASSETS, 0.0, 1.0)?;
        let mean = (0..ASSETS).map(|asset| asset as f64).collect::<Vec<_>>();
        let (mut rules, mut columns) = (rules()?, Vec::new());
        for iteration in 0..20 {
            let market = Market::draw(&SCENARIOS[0], 3, iteration);
            for period in [WINDOW, PERIODS] {
                market.window_into(period, &mut columns);
                let returns = Returns::from_column_slice(WINDOW, ASSETS, &columns)?;
                let covariance = returns.covariance()?;
                let found = rules[CLA](&returns, &covariance)?;
                let line = critical_line(&Moments::new(mean.clone(), covariance)?, &bounds, &rows)?;
                let last = line.turning_points().last().ok_or("no turning point")?;
                for (weight, expected) in found.iter().zip(last.weights.as_slice()) {
                    assert!((weight - expected).abs() < ROUNDING, "{found:?} {:?}", last.weights);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn every_method_invests_everything_and_sells_nothing_short() -> Result<(), Failure> {
        let (mut rules, mut columns) = (rules()?, Vec::new());
        let market = Market::draw(&SCENARIOS[0], 3, 0);
        market.window_into(PERIODS, &mut columns);
        let returns = Returns::from_column_slice(WINDOW, ASSETS, &columns)?;
        let covariance = returns.covariance()?;
        for (method, rule) in METHODS.iter().zip(&mut rules) {
            let weights = rule(&returns, &covariance)?;
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < SUM, "{}", method.name);
            assert!(weights.iter().all(|weight| *weight >= 0.0), "{}: {weights:?}", method.name);
        }
        Ok(())
    }
}
