//! From the covariance to weights, one stage after the other.

use std::iter::zip;

use po_core::simd::quadratic_form;
use po_core::{Covariance, InputError, Investable, StreamingEstimator, Weights};
use tracing::trace_span;

use super::book::Book;
use super::engine::{ESTIMATE, Work};
use super::plan::Step;
use super::stages::{CorrelationLimitStage, TradingInput};
use super::{Bar, Base, Context, Engine, Fallback, FallbackRecord, Outcome, StageFailure, Stages};

impl<S: Stages> Engine<S> {
    /// Runs the stages where a decision is due, and trades.
    pub(super) fn decide(&mut self, bar: &Bar<'_>, realised: Option<f64>) {
        let since = self.clock.since_decision.map(|bars| bars.saturating_add(1));
        self.clock.since_decision = since;
        let due =
            since.is_none_or(|bars| bars >= self.config.rebalance_every) || !self.quotes.delisted.is_empty();
        let Self { work, estimator, quotes, .. } = self;
        let there = work
            .investable
            .set_ready(estimator)
            .and_then(|()| work.investable.retain(|asset| quotes.quoted[asset]));
        let anyone = there.is_ok();
        let outcome = match there {
            Err(_) if since.is_none() => Outcome::Waiting,
            // Without wealth there is nothing to hold.
            Ok(()) if due && self.ledger.wealth() > 0.0 => match self.prepare() {
                Ok(()) => {
                    self.run(bar, realised);
                    self.trade();
                    self.clock.since_decision = Some(0);
                    Outcome::Decided
                }
                Err(failure) => {
                    let taken = Fallback::PreviousWeights;
                    self.decision.fallbacks.push(FallbackRecord { stage: ESTIMATE, failure, taken });
                    Outcome::Held
                }
            },
            _ => Outcome::Held,
        };
        if outcome != Outcome::Decided {
            self.book.hold();
            #[cfg(feature = "risk-budget")]
            if let Some(budget) = &mut self.budget {
                budget.observe(realised);
            }
        }
        self.tell(outcome, anyone);
    }

    /// Narrows the problem to those that can be held.
    fn prepare(&mut self) -> Result<(), StageFailure> {
        let Self { work, estimator, book, .. } = self;
        let Work { investable, covariance, held, numbers, .. } = work;
        if investable.len() == investable.universe_len() {
            estimator.covariance_into(covariance)?;
        } else {
            estimator.covariance_of_into(investable.assets(), covariance)?;
        }
        investable.select_into(&book.held, numbers)?;
        held.assign(numbers)?;
        Ok(())
    }

    /// Runs the stages, each on the weights of the one before.
    fn run(&mut self, bar: &Bar<'_>, realised: Option<f64>) {
        let Self { work, book, plan, names, decision, config, quotes, clock, .. } = self;
        let Work { investable, covariance, held, weights, wanted, fallback, numbers, volatility } = work;
        let free = 1.0 - book.frozen(investable);
        write_base(config.attribution.base, investable, held, free, numbers);
        book.write_stage(0, investable, numbers);
        // The first stage of all begins from what is held.
        let _ = weights.assign(held.as_slice());
        let context = Context {
            time: bar.time,
            bar: clock.bars,
            investable,
            covariance,
            held,
            returns: &quotes.earned,
            realised,
        };
        let mut limited = false;
        for (number, (step, name)) in zip(&*plan, &*names).enumerate() {
            let _span = trace_span!("stage", name = *name).entered();
            *volatility = None;
            let done = match step {
                Step::Allocation => {
                    self.allocation.apply(&context, weights).and_then(|()| scale(weights, free, numbers))
                }
                Step::CorrelationLimit => self.limit.as_mut().map_or(Ok(()), |limit| {
                    limit.apply(&context, weights)?;
                    limited = true;
                    Ok(())
                }),
                #[cfg(feature = "tail")]
                Step::Tail => self.tail.as_mut().map_or(Ok(()), |tail| tail.apply(&context, weights)),
                #[cfg(feature = "risk-budget")]
                Step::Budget => self.budget.as_mut().map_or(Ok(()), |budget| budget.apply(&context, weights)),
                Step::Trading => {
                    let _ = wanted.assign(weights.as_slice());
                    let kept =
                        self.limit.as_ref().filter(|_| limited).map_or(&[][..], CorrelationLimitStage::kept);
                    let traded = self.trading.apply(TradingInput { held, kept }, weights);
                    #[cfg(feature = "risk-budget")]
                    if let Some(budget) = &self.budget {
                        let traded_to = deviation(covariance, weights);
                        if budget.leaves_band(traded_to) {
                            // A band around weights must not leave the band around their risk.
                            let _ = weights.assign(wanted.as_slice());
                        } else {
                            *volatility = Some(traded_to);
                        }
                    }
                    traded
                }
                Step::Custom(own) => self.custom.apply(*own, &context, weights),
            };
            let done = done.and_then(|()| same_length(weights, investable));
            if let Err(failure) = done {
                *volatility = None;
                let taken = Fallback::first(&config.fallback, covariance, held, fallback, weights);
                if taken != Fallback::PreviousWeights {
                    let _ = scale(weights, free, numbers);
                }
                decision.fallbacks.push(FallbackRecord { stage: name, failure, taken });
            }
            book.write_stage(number + 1, investable, weights.as_slice());
        }
    }

    /// Trades to the weights of the last stage, and pays for it.
    fn trade(&mut self) {
        let Self { book, ledger, decision, trading, plan, .. } = self;
        let stages = plan.len();
        let Book { held, decided, stages: portfolios, costs } = book;
        let target = &portfolios[stages * held.len()..];
        let (mut turnover, mut paid) = (0.0, 0.0);
        for ((weight, &target), (trade, cost)) in
            zip(zip(&mut *held, target), zip(&mut decision.trades, &mut *costs))
        {
            *trade = target - *weight;
            *cost = trading.cost * trade.abs();
            turnover += trade.abs();
            paid += *cost;
            *weight = target;
        }
        decision.turnover = turnover;
        if turnover > 0.0 {
            decided.copy_from_slice(held);
        }
        if paid > 0.0 && ledger.charge(costs).is_ok() {
            decision.cost = paid;
        }
    }

    /// Fills in what the decision tells of what is held.
    fn tell(&mut self, outcome: Outcome, anyone: bool) {
        let Self { decision, book, ledger, work, .. } = self;
        decision.outcome = outcome;
        decision.wealth = ledger.wealth();
        decision.investable = if anyone { work.investable.len() } else { 0 };
        // Weights are finite: they were, and prices are.
        let _ = decision.weights.assign(&book.held);
        decision.cash = 1.0 - decision.weights.net();
        if outcome != Outcome::Decided {
            return;
        }
        let volatility = work.volatility.take();
        let volatility = volatility.unwrap_or_else(|| deviation(&work.covariance, &work.weights));
        decision.volatility = Some(volatility);
        #[cfg(feature = "risk-budget")]
        if let Some(budget) = &self.budget {
            decision.budget_use = Some(volatility / budget.budget().0);
            decision.realised_use = budget.decision().realised_use;
        }
    }
}

/// The portfolio that the first stage is measured against.
fn write_base(base: Base, investable: &Investable, held: &Weights, free: f64, numbers: &mut Vec<f64>) {
    numbers.clear();
    match base {
        Base::PriorHoldings => numbers.extend_from_slice(held.as_slice()),
        Base::EqualWeight => numbers.resize(investable.len(), free / investable.len() as f64),
        Base::Cash => numbers.resize(investable.len(), 0.0),
    }
}

/// Scales weights to what is not bound in assets that cannot be traded.
fn scale(weights: &mut Weights, free: f64, numbers: &mut Vec<f64>) -> Result<(), StageFailure> {
    #[expect(clippy::float_cmp, reason = "nothing is bound: exactly one is free")]
    if free == 1.0 {
        return Ok(());
    }
    numbers.clear();
    numbers.extend(weights.as_slice().iter().map(|weight| free * weight));
    Ok(weights.assign(numbers)?)
}

fn same_length(weights: &Weights, investable: &Investable) -> Result<(), StageFailure> {
    let (expected, actual) = (investable.len(), weights.len());
    if actual == expected {
        return Ok(());
    }
    Err(InputError::LengthMismatch { what: "the weights of a stage", expected, actual }.into())
}

/// The forecast standard deviation of a portfolio: `sqrt(w'Σ w)`.
fn deviation(covariance: &Covariance, weights: &Weights) -> f64 {
    quadratic_form(covariance.as_slice(), weights.as_slice()).max(0.0).sqrt()
}
