//! Prices that are corrected afterwards.

use po_attribution::Restatement;
use po_core::InputError;

use super::{Engine, EngineError, Stages, Time};

impl<S: Stages> Engine<S> {
    /// Corrects the price that an asset had at the end of a bar that is remembered.
    ///
    /// The account of profits becomes what it would have been, by asset, stage, day, month and year, without being
    /// written anew: what was decided, and the prices at which it was traded, are facts and stay. Where there is no later
    /// price, wealth, weights and the next return follow the new one. The covariance keeps what it has seen.
    ///
    /// # Errors
    /// [`EngineError::Forgotten`] for a bar that is not remembered; [`InputError::AssetOutOfRange`] for a price that is
    /// not positive, and [`InputError::Missing`] where the asset had no price to correct;
    /// [`InputError::OutOfRange`] for an asset that there is not.
    ///
    /// # Cost
    /// Some additions for each stage; nothing is played again.
    ///
    /// # Examples
    /// ```
    /// use po_engine::stream::{AllocatorConfig, Bar, Engine, EngineConfig, Time, TradingConfig};
    ///
    /// let config = EngineConfig {
    ///     assets: vec!["ash".into(), "oak".into()],
    ///     allocator: AllocatorConfig::EqualWeight,
    ///     trading: TradingConfig { cost_bps: 0.0, ..TradingConfig::default() },
    ///     ..EngineConfig::default()
    /// };
    /// let mut engine = Engine::new(config)?;
    /// let day = |day: i64| Time::from_seconds(86_400 * day);
    /// for number in 0..30 {
    ///     engine.step(&Bar::new(day(number)?, &[100.0, 50.0]));
    /// }
    /// engine.step(&Bar::new(day(30)?, &[110.0, 50.0]));
    /// assert!((engine.ledger().wealth() - 1.05).abs() < 1e-15);
    /// // It was 102, and half of it was held; the trade back to a half was done at 110.
    /// engine.restate(day(30)?, 0, 102.0)?;
    /// let sold = 0.025;
    /// assert!((engine.ledger().wealth() - (1.01 + sold * 8.0 / 110.0)).abs() < 1e-15);
    /// # Ok::<(), po_engine::stream::EngineError>(())
    /// ```
    pub fn restate(&mut self, time: Time, asset: usize, price: f64) -> Result<Restatement, EngineError> {
        let Self { quotes, ledger, book, decision, clock, universe, .. } = self;
        if asset >= universe.len() {
            let (name, expected) = ("the index of the asset", "less than the number of assets");
            return Err(InputError::OutOfRange { name, value: asset as f64, expected }.into());
        }
        if !(price > 0.0 && price.is_finite()) {
            let (name, expected) = ("the price", "a positive, finite number");
            return Err(InputError::AssetOutOfRange { name, asset, value: price, expected }.into());
        }
        let kept = quotes.kept();
        let Some((bars_ago, booked)) = quotes.remembered(time, asset) else {
            return Err(EngineError::Forgotten { time, kept });
        };
        if booked.is_nan() {
            return Err(InputError::Missing { row: bars_ago, asset }.into());
        }
        let ratio = price / *booked;
        let before = ledger.wealth();
        let moved = ledger.restate(bars_ago, asset, ratio)?;
        *booked = price;
        if !quotes.is_last(asset, bars_ago) {
            return Ok(moved);
        }
        quotes.last[asset] = price;
        // The account knows of the trades of the last bar from the next one on: what they gain by the new price is a
        // cost that they did not have.
        let gained = (ratio - 1.0) * book.held[asset] * before - moved.wealth;
        let mut costs = vec![0.0; universe.len()];
        costs[asset] = -gained / ledger.wealth();
        ledger.charge(&costs)?;
        let growth = ledger.wealth() / before;
        book.revalue(asset, ratio, growth);
        clock.before_costs += ledger.wealth() - before;
        decision.wealth = ledger.wealth();
        decision.weights.assign(&book.held)?;
        decision.cash = 1.0 - decision.weights.net();
        Ok(moved)
    }
}
