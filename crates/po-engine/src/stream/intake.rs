//! From a bar to returns, profits and the covariance.

use std::iter::zip;

use po_attribution::LedgerBar;
use po_core::StreamingEstimator;
use tracing::trace_span;

use super::engine::ESTIMATE;
use super::{Bar, Engine, Event, Fallback, FallbackRecord, Refusal, StageFailure, Stages};

impl<S: Stages> Engine<S> {
    /// From the bar to returns, to profits, to the covariance; what the portfolio has earned.
    pub(super) fn take_in(&mut self, bar: &Bar<'_>) -> Result<Option<f64>, Refusal> {
        self.check(bar)?;
        let Self { config, quotes, ledger, book, clock, decision, estimator, .. } = self;
        decision.begin(bar.time, clock.bars + 1);
        {
            let _span = trace_span!("quotes").entered();
            quotes.update(bar.prices, &config.quotes, &mut decision.events);
        }
        let _span = trace_span!("account").entered();
        let wealth_before = ledger.wealth();
        let (exposures, factor_returns) =
            bar.factors.map_or((&[][..], &[][..]), |own| (own.exposures, own.returns));
        let entry = LedgerBar {
            calendar: bar.time.calendar(config.attribution.utc_offset_minutes),
            returns: &quotes.earned,
            held: &book.held,
            decided: &book.decided,
            stages: &book.stages,
            cash_return: if clock.bars > 0 { config.trading.cash_return } else { 0.0 },
            exposures,
            factor_returns,
        };
        if ledger.update(&entry).is_err() {
            quotes.undo();
            return Err(Refusal::Unaccountable);
        }
        quotes.remember(bar.time);
        let growth = ledger.wealth() / wealth_before;
        book.drift(&quotes.earned, growth);
        book.costs.fill(0.0);
        for &asset in &quotes.delisted {
            let weight = std::mem::take(&mut book.held[asset]);
            book.decided[asset] = 0.0;
            decision.events.push(Event::Delisted { asset, weight });
            estimator.forget(asset);
            #[cfg(feature = "tail")]
            if let Some(tail) = &mut self.tail {
                tail.forget(asset, quotes.last.len());
            }
        }
        #[cfg(feature = "tail")]
        if let Some(tail) = &mut self.tail {
            tail.observe(&quotes.returns);
        }
        drop(_span);
        let _span = trace_span!("estimate").entered();
        if let Err(error) = estimator.update(&quotes.returns) {
            let (failure, taken) = (StageFailure::Estimator(error), Fallback::PreviousWeights);
            decision.fallbacks.push(FallbackRecord { stage: ESTIMATE, failure, taken });
        }
        let realised = (clock.bars > 0).then(|| ledger.wealth() / clock.before_costs - 1.0);
        decision.bar_return = growth - 1.0;
        clock.last = Some(bar.time);
        clock.bars += 1;
        clock.before_costs = ledger.wealth();
        Ok(realised)
    }

    /// Whether a bar can be taken in at all.
    fn check(&self, bar: &Bar<'_>) -> Result<(), Refusal> {
        if let Some(last) = self.clock.last
            && bar.time <= last
        {
            return Err(Refusal::NotAfter { last });
        }
        if self.ledger.wealth() <= 0.0 {
            return Err(Refusal::Ruined);
        }
        let (assets, factors) = (self.universe.len(), self.config.attribution.factors.len());
        if bar.prices.len() != assets {
            return Err(Refusal::Prices { expected: assets, actual: bar.prices.len() });
        }
        let counts = bar.factors.map_or([0, 0], |own| [own.returns.len(), own.exposures.len()]);
        for (expected, actual) in zip([factors, factors * assets], counts) {
            if actual != expected {
                return Err(Refusal::Factors { expected, actual });
            }
        }
        Ok(())
    }
}
