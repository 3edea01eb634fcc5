//! One market after the other: portfolios of the past, returns of what follows.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use po_core::Returns;
use po_core::threads::each;

use crate::market::{ASSETS, Market, PERIODS, Scenario, WINDOW};
use crate::methods::{Failure, METHODS, rules};

/// Periods for which a portfolio is held.
const HELD: usize = 22;

/// What became of one method in one market.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// The compounded return of all periods out of sample.
    pub(crate) terminal: f64,
    /// The variance of the returns of single periods out of sample.
    pub(crate) variance: f64,
    /// Half the sum of the absolute changes of the target weights, the mean over rebalances.
    pub(crate) turnover: f64,
}

/// The outcomes of all methods in one market.
pub(crate) type Outcomes = [Outcome; METHODS.len()];

/// The weights of one method, a portfolio per rebalance.
pub(crate) type Portfolios = Vec<Vec<f64>>;

/// Where portfolios are formed: the first periods that they are held for.
pub(crate) fn rebalances() -> impl Iterator<Item = usize> {
    (WINDOW..PERIODS).step_by(HELD)
}

/// The portfolios of all methods in a market.
pub(crate) fn portfolios(market: &Market) -> Result<[Portfolios; METHODS.len()], Failure> {
    let (mut rules, mut columns) = (rules()?, Vec::new());
    let mut portfolios: [Portfolios; METHODS.len()] = Default::default();
    for period in rebalances() {
        market.window_into(period, &mut columns);
        let returns = Returns::from_column_slice(WINDOW, ASSETS, &columns)?;
        let covariance = returns.covariance()?;
        for (portfolios, rule) in portfolios.iter_mut().zip(&mut rules) {
            portfolios.push(rule(&returns, &covariance)?);
        }
    }
    Ok(portfolios)
}

/// What portfolios earn in the periods that follow them; within those the weights are kept, as in the paper.
pub(crate) fn outcome(market: &Market, portfolios: &Portfolios) -> Outcome {
    let mut returns = Vec::with_capacity(PERIODS - WINDOW);
    for (rows, weights) in market.returns[WINDOW..].chunks(HELD).zip(portfolios) {
        returns.extend(
            rows.iter().map(|row| row.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>()),
        );
    }
    let periods = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / periods;
    let traded: f64 = portfolios
        .windows(2)
        .flat_map(|pair| pair[0].iter().zip(&pair[1]))
        .map(|(before, after)| (after - before).abs())
        .sum();
    Outcome {
        terminal: returns.iter().map(|value| 1.0 + value).product::<f64>() - 1.0,
        variance: returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (periods - 1.0),
        turnover: 0.5 * traded / (portfolios.len() - 1) as f64,
    }
}

fn outcomes(market: &Market) -> Result<Outcomes, Failure> {
    Ok(portfolios(market)?.each_ref().map(|portfolios| outcome(market, portfolios)))
}

/// Draws so many markets and tries all methods in each; the same outcomes for any number of threads.
pub(crate) fn run(
    scenario: &Scenario,
    seed: u64,
    iterations: usize,
    threads: NonZeroUsize,
    told: impl Fn(usize) + Sync,
) -> Result<Vec<Outcomes>, Failure> {
    let done = AtomicUsize::new(0);
    let one = |(): &mut (), _, iteration| {
        let found = outcomes(&Market::draw(scenario, seed, iteration))?;
        told(done.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(found)
    };
    each(0..iterations as u64, threads.get(), || (), one).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::SCENARIOS;

    /// A handful of additions.
    const ROUNDING: f64 = 1e-14;

    #[test]
    fn the_outcomes_do_not_depend_on_the_thread_count() -> Result<(), Failure> {
        let run = |threads| run(&SCENARIOS[0], 11, 20, threads, |_| ());
        let alone = run(NonZeroUsize::MIN)?;
        for threads in [2, 3, 64] {
            assert_eq!(run(NonZeroUsize::MIN.saturating_add(threads - 1))?, alone);
        }
        Ok(())
    }

    #[test]
    fn progress_counts_every_market_once() -> Result<(), Failure> {
        let sum = AtomicUsize::new(0);
        run(&SCENARIOS[2], 11, 6, NonZeroUsize::MIN.saturating_add(1), |done| {
            sum.fetch_add(done, Ordering::Relaxed);
        })?;
        assert_eq!(sum.into_inner(), 21);
        Ok(())
    }

    #[test]
    fn portfolios_are_formed_every_22_periods() {
        let periods: Vec<usize> = rebalances().collect();
        assert_eq!((periods.len(), periods[0], periods[1], periods[11]), (12, 260, 282, 502));
    }

    #[test]
    fn an_outcome_by_hand() {
        let mut market = Market { returns: vec![[0.0; ASSETS]; PERIODS], sources: [0; 5] };
        market.returns[WINDOW - 1][0] = 9.0;
        market.returns[WINDOW][0] = 0.5;
        market.returns[PERIODS - 1][1] = -0.2;
        let mut first = vec![0.0; ASSETS];
        first[0] = 1.0;
        let mut last = vec![0.0; ASSETS];
        (last[0], last[1]) = (0.5, 0.5);
        let mut portfolios = vec![first; 12];
        portfolios[11] = last;
        let outcome = outcome(&market, &portfolios);
        assert!((outcome.terminal - (1.5 * 0.9 - 1.0)).abs() < ROUNDING);
        assert!((outcome.turnover - 0.5 / 11.0).abs() < ROUNDING);
        // The squares less those of the mean, 0.26 - 260 (0.4 / 260)².
        assert!((outcome.variance - (0.26 - 0.16 / 260.0) / 259.0).abs() < ROUNDING);
    }
}
