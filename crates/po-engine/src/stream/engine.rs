//! The engine: one step for each bar.

use std::time::Instant;

use po_attribution::{AttributionLedger, LedgerParams};
use po_core::{Covariance, Investable, Universe, Weights};
use tracing::debug_span;

use super::book::Book;
use super::estimator::Estimator;
use super::plan::{Step, plan};
use super::quotes::Quotes;
#[cfg(feature = "risk-budget")]
use super::stages::BudgetStage;
#[cfg(feature = "tail")]
use super::stages::TailStage;
use super::stages::{Allocation, CorrelationLimitStage, Trading, TradingInput};
use super::{Bar, Context, Decision, EngineConfig, EngineError, Metrics, Stages, Time};

/// What stands for the estimate of the covariance where stages are named.
pub(super) const ESTIMATE: &str = "covariance";

/// Decides bar by bar what to hold, and accounts for what was earned.
///
/// Each [`step`](Engine::step) takes in a bar: quotes that cannot be believed are set aside, returns update the
/// covariance, stages turn it into weights one after the other, and the account of profits is written. A stage that has
/// no answer falls back; nothing a bar holds stops the engine. After the first bars a step leaves the heap alone, unless
/// something failed, the tail stage acted, or bounds had to be narrowed to other assets.
///
/// The portfolio is simulated: weights drift with prices, trades cost, and decisions are taken to be carried out at the
/// prices of their bar, unless [`executed`](Engine::executed) tells otherwise.
///
/// # Cost
/// That of the allocator, and some passes over N²/2 numbers.
///
/// # Examples
/// ```
/// use po_engine::stream::{AllocatorConfig, Bar, Engine, EngineConfig, Outcome, Time};
///
/// let config = EngineConfig {
///     assets: vec!["ash".into(), "oak".into()],
///     allocator: AllocatorConfig::EqualWeight,
///     ..EngineConfig::default()
/// };
/// let mut engine = Engine::new(config)?;
/// for day in 0..40 {
///     let price = 100.0 + f64::from(day % 3);
///     engine.step(&Bar::new(Time::from_seconds(86_400 * i64::from(day))?, &[price, 200.0 - price]));
/// }
/// let decision = engine.decision();
/// assert_eq!(decision.outcome, Outcome::Decided);
/// assert_eq!(decision.weights.as_slice(), [0.5, 0.5]);
/// # Ok::<(), po_engine::stream::EngineError>(())
/// ```
#[derive(Debug)]
pub struct Engine<S: Stages = ()> {
    pub(super) config: EngineConfig,
    pub(super) universe: Universe,
    pub(super) custom: S,
    pub(super) plan: Vec<Step>,
    pub(super) names: Vec<&'static str>,
    pub(super) quotes: Quotes,
    pub(super) estimator: Estimator,
    pub(super) allocation: Allocation,
    pub(super) limit: Option<CorrelationLimitStage>,
    #[cfg(feature = "tail")]
    pub(super) tail: Option<TailStage>,
    #[cfg(feature = "risk-budget")]
    pub(super) budget: Option<BudgetStage>,
    pub(super) trading: Trading,
    pub(super) book: Book,
    pub(super) ledger: AttributionLedger,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
    pub(super) decision: Decision,
    pub(super) work: Work,
}

/// What the engine remembers of time and wealth.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Clock {
    /// The last bar that was taken in; nothing before the first one.
    pub(super) last: Option<Time>,
    /// Bars taken in.
    pub(super) bars: u64,
    /// Bars since the last decision; nothing before the first one.
    pub(super) since_decision: Option<u32>,
    /// Wealth before the last costs.
    pub(super) before_costs: f64,
}

/// Working memory; it carries nothing from bar to bar.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) investable: Investable,
    pub(super) covariance: Covariance,
    /// What is held of those that can be held, and its numbers on the way there.
    pub(super) held: Weights,
    pub(super) numbers: Vec<f64>,
    pub(super) weights: Weights,
    /// What was wanted before trades were held back.
    pub(super) wanted: Weights,
    pub(super) fallback: Vec<f64>,
    /// The forecast volatility of the weights, where a stage has found it on its way.
    pub(super) volatility: Option<f64>,
}

impl Engine {
    /// An engine with the stages of its configuration.
    ///
    /// # Errors
    /// The error of the first setting that is out of its range, or of names that are empty or occur twice.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        Self::with_stages(config, ())
    }
}

impl<S: Stages> Engine<S> {
    /// An engine with the stages of its configuration, and those of the user.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_stages(config: EngineConfig, custom: S) -> Result<Self, EngineError> {
        config.check()?;
        let universe = Universe::new(config.assets.iter().map(String::as_str))?;
        let assets = universe.len();
        let (plan, names) = plan(&config, &custom);
        let factors = config.attribution.factors.len();
        let keep = config.attribution.keep;
        let ledger = AttributionLedger::new(
            LedgerParams { assets, factors, stages: plan.len(), keep },
            config.capital,
        )?;
        let decision = Decision {
            wealth: config.capital,
            cash: 1.0,
            weights: Weights::new(vec![0.0; assets])?,
            trades: vec![0.0; assets],
            fallbacks: Vec::with_capacity(plan.len() + 1),
            events: Vec::with_capacity(3 * assets),
            ..Decision::default()
        };
        let mut engine = Self {
            universe,
            quotes: Quotes::new(assets, keep.bars),
            estimator: Estimator::new(&config.estimator, assets)?,
            allocation: Allocation::new(&config.allocator, assets)?,
            limit: config
                .correlation_limit
                .map(|params| CorrelationLimitStage::new(params, assets))
                .transpose()?,
            #[cfg(feature = "tail")]
            tail: config.tail.as_ref().map(|tail| TailStage::new(tail, assets)).transpose()?,
            #[cfg(feature = "risk-budget")]
            budget: config.budget.as_ref().map(|budget| BudgetStage::new(budget, assets)).transpose()?,
            trading: Trading::new(&config.trading, assets)?,
            book: Book::new(assets, plan.len()),
            ledger,
            clock: Clock { before_costs: config.capital, ..Clock::default() },
            metrics: Metrics::new(),
            decision,
            work: Work::default(),
            config,
            custom,
            plan,
            names,
        };
        engine.make_room()?;
        Ok(engine)
    }

    /// Grows all memory to the size of the universe, so that whoever lists later finds it there.
    fn make_room(&mut self) -> Result<(), EngineError> {
        let assets = self.universe.len();
        let Self { work, allocation, limit, trading, quotes, .. } = self;
        work.investable.set_from(&vec![true; assets])?;
        let entry = |row, col| if row == col { 1e-4 } else { 0.0 };
        work.investable.covariance_of_into(entry, &mut work.covariance)?;
        for weights in [&mut work.held, &mut work.weights, &mut work.wanted] {
            *weights = Weights::equal(assets)?;
        }
        work.numbers.reserve(assets);
        work.fallback.reserve(assets);
        let context = Context {
            time: Time::default(),
            bar: 0,
            investable: &work.investable,
            covariance: &work.covariance,
            held: &work.held,
            returns: &quotes.earned,
            realised: None,
        };
        // What an allocator refuses here it will refuse again, and tell, when there are prices.
        let _ = allocation.apply(&context, &mut work.weights);
        allocation.set_order(&[]);
        if let Some(limit) = limit {
            let _ = limit.apply(&context, &mut work.weights);
        }
        let _ = trading.apply(TradingInput { held: &work.held, kept: &[] }, &mut work.weights);
        Ok(())
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// The assets.
    #[must_use]
    pub fn universe(&self) -> &Universe {
        &self.universe
    }

    /// The names of the stages, in the order in which decisions and attributions have them.
    #[must_use]
    pub fn stages(&self) -> &[&'static str] {
        &self.names
    }

    /// The last decision; an empty one before the first bar.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The account of what was earned: by asset, by factor and by stage; by bar, day, month, year and since the start.
    #[must_use]
    pub fn ledger(&self) -> &AttributionLedger {
        &self.ledger
    }

    /// Counts and latencies.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The time of the last bar that was taken in.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        self.clock.last
    }

    /// What is held now, as prices have left it and trades have made it.
    ///
    /// # Shapes and units
    /// N fractions of wealth.
    #[must_use]
    pub fn held(&self) -> &[f64] {
        &self.book.held
    }

    /// The last price of each asset that was believed; NaN where there is none.
    #[must_use]
    #[expect(clippy::misnamed_getters, reason = "the prices of old are another matter")]
    pub fn prices(&self) -> &[f64] {
        &self.quotes.last
    }

    /// Takes in a bar and decides.
    ///
    /// A bar that cannot be taken in is refused, and changes nothing; a stage that has no answer falls back. The decision
    /// tells both.
    pub fn step(&mut self, bar: &Bar<'_>) -> &Decision {
        let start = Instant::now();
        let span = debug_span!("step", bar = self.clock.bars + 1).entered();
        match self.take_in(bar) {
            Ok(realised) => self.decide(bar, realised),
            Err(refusal) => self.decision.refuse(bar.time, self.clock.bars, refusal),
        }
        drop(span);
        #[cfg(feature = "risk-budget")]
        let band = self.budget.as_ref().map(|budget| budget.budget().1);
        #[cfg(not(feature = "risk-budget"))]
        let band = None;
        self.metrics.record(start.elapsed(), &self.decision, band);
        &self.decision
    }
}
