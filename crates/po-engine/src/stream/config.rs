//! What an engine is told: a plain value.

use po_attribution::Keep;
use po_core::{CorrelationLimitParams, InputError, Universe};

#[cfg(feature = "risk-budget")]
use super::stages::BudgetConfig;
#[cfg(feature = "tail")]
use super::stages::TailConfig;
use super::stages::{AllocatorConfig, TradingConfig};
use super::{EngineError, EstimatorConfig, Fallback, QuoteParams};

/// Settings of [`Engine`](super::Engine).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `assets` | none | unique names | what prices are given for, in this order |
/// | `capital` | 1 | positive | wealth at the start |
/// | `quotes` | see [`QuoteParams`] | | what is believed of a bar |
/// | `estimator` | EWMA | [`EstimatorConfig`] | the covariance that is kept |
/// | `allocator` | inverse volatility | [`AllocatorConfig`] | the portfolio that is wanted |
/// | `rebalance_every` | 1 | 1 or more | bars from one decision to the next |
/// | `correlation_limit` | none | | what is held is less alike than this |
/// | `tail` | none | | a cap on the mean of the worst bars |
/// | `budget` | none | | a band for the use of a volatility budget |
/// | `trading` | see [`TradingConfig`] | | no-trade band, costs |
/// | `fallback` | previous weights, inverse volatility, equal weight, cash | | what is held when a stage has no answer |
/// | `attribution` | see [`AttributionConfig`] | | how profits are accounted for |
///
/// # Examples
/// ```
/// use po_engine::stream::EngineConfig;
///
/// let config = EngineConfig::from_toml(
///     r#"
///     assets = ["ash", "oak"]
///     allocator = "equal-weight"
///
///     [estimator.ewma]
///     volatility = { half-life = 60.0 }
///
///     [trading]
///     cost_bps = 10.0
///     "#,
/// )?;
/// assert_eq!(config.trading.cost_bps, 10.0);
/// let error = EngineConfig::from_toml("capitol = 1.0").unwrap_err();
/// assert!(error.to_string().starts_with("the configuration cannot be read at line 1: unknown field `capitol`"));
/// # Ok::<(), po_engine::stream::EngineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// The names of the assets, in the order of the prices.
    pub assets: Vec<String>,
    /// Wealth at the start.
    pub capital: f64,
    /// What is believed of a bar.
    pub quotes: QuoteParams,
    /// The covariance that is kept.
    pub estimator: EstimatorConfig,
    /// The portfolio that is wanted.
    pub allocator: AllocatorConfig,
    /// Bars from one decision to the next.
    pub rebalance_every: u32,
    /// What is held is less alike than this.
    pub correlation_limit: Option<CorrelationLimitParams>,
    /// A cap on the mean of the worst bars.
    #[cfg(feature = "tail")]
    pub tail: Option<TailConfig>,
    /// A band for the use of a volatility budget.
    #[cfg(feature = "risk-budget")]
    pub budget: Option<BudgetConfig>,
    /// No-trade band and costs.
    pub trading: TradingConfig,
    /// What is held when a stage has no answer: the first of these that exists, and cash at last.
    pub fallback: Vec<Fallback>,
    /// How profits are accounted for.
    pub attribution: AttributionConfig,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            assets: Vec::new(),
            capital: 1.0,
            quotes: QuoteParams::default(),
            estimator: EstimatorConfig::default(),
            allocator: AllocatorConfig::default(),
            rebalance_every: 1,
            correlation_limit: None,
            #[cfg(feature = "tail")]
            tail: None,
            #[cfg(feature = "risk-budget")]
            budget: None,
            trading: TradingConfig::default(),
            fallback: Fallback::CHAIN.to_vec(),
            attribution: AttributionConfig::default(),
        }
    }
}

impl EngineConfig {
    /// Refuses what no stage checks.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        let out_of_range =
            |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        self.quotes.check()?;
        if !(self.capital > 0.0 && self.capital.is_finite()) {
            return out_of_range("the capital", self.capital, "a positive, finite number");
        }
        if self.rebalance_every == 0 {
            return out_of_range("rebalance_every", 0.0, "1 or more");
        }
        let AttributionConfig { factors, utc_offset_minutes, .. } = &self.attribution;
        if !(-1439..=1439).contains(utc_offset_minutes) {
            let value = f64::from(*utc_offset_minutes);
            return out_of_range("utc_offset_minutes", value, "a number of minutes in [-1439, 1439]");
        }
        if !factors.is_empty() {
            Universe::new(factors.iter().map(String::as_str))?;
        }
        Ok(())
    }

    /// Reads a configuration from TOML.
    ///
    /// # Errors
    /// [`EngineError::Config`] with the line, for text that is no TOML, for unknown keys, and for values of another
    /// kind. Ranges are checked when an engine is made.
    pub fn from_toml(text: &str) -> Result<Self, EngineError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().map(|span| &text.as_bytes()[..span.start.min(text.len())]);
            let line = before.map_or(0, |before| before.iter().filter(|byte| **byte == b'\n').count() + 1);
            let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            EngineError::Config { line, message }
        })
    }

    /// Writes the configuration as TOML, with every setting.
    ///
    /// # Errors
    /// [`EngineError::Config`] for a value that TOML has no word for.
    pub fn to_toml(&self) -> Result<String, EngineError> {
        toml::to_string_pretty(self)
            .map_err(|error| EngineError::Config { line: 0, message: error.to_string() })
    }
}

/// Settings of the account of profits.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `base` | prior holdings | three portfolios | what the first stage is measured against |
/// | `factors` | none | unique names | factors whose returns come with the bars |
/// | `keep` | see [`Keep`] | | how many bars and closed periods are remembered |
/// | `utc_offset_minutes` | 0 | -1439 to 1439 | by how much the clock that ends a day is ahead of UTC |
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttributionConfig {
    /// What the first stage is measured against.
    pub base: Base,
    /// Factors whose returns come with the bars.
    pub factors: Vec<String>,
    /// How many bars and closed periods are remembered.
    pub keep: Keep,
    /// By how much the clock that ends a day is ahead of UTC.
    pub utc_offset_minutes: i32,
}

/// The portfolio that the decisions of a bar begin from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// What is held, as prices have left it: each stage earns what its changes of this bar earn until the next one.
    #[default]
    PriorHoldings,
    /// The same weight in each asset that can be held: the allocator earns what it makes of that.
    EqualWeight,
    /// Nothing: the allocator earns all that its portfolio does.
    Cash,
}
