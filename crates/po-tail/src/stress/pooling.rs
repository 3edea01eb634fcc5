//! Entropy pooling: the probabilities nearest to the prior under which views hold.

use po_core::{InputError, Status};

use super::staged::Staged;
use super::view::PoolingView;
use crate::{Error, Scenarios};

/// The certificate that is asked for whatever the settings: see [`PooledViews::gradient`].
const CERTIFIED: f64 = 1e-10;

/// Settings of [`EntropyPooling`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `confidence` | 1 | 0 to 1 | what share of the posterior is the views', the rest the prior's |
/// | `iterations` | 500 | 1 or more | most steps of Newton's method in one solve |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct EntropyPoolingParams {
    /// What share of the posterior is the views', the rest the prior's.
    pub confidence: f64,
    /// Most steps of Newton's method in one solve.
    pub iterations: usize,
}

impl Default for EntropyPoolingParams {
    fn default() -> Self {
        Self { confidence: 1.0, iterations: 500 }
    }
}

/// Entropy pooling: of all probabilities under which the views hold, those that say least beyond the prior.
///
/// ```text
/// minimise Σ_s p_s ln(p_s/q_s)  subject to the views,  Σ_s p_s = 1
/// posterior = c p + (1 - c) q
/// ```
///
/// A mean, a probability and a value at risk are linear in p.
/// A volatility is once the mean is known, and a correlation once the means and volatilities are: views are therefore
/// met in stages, each of which starts from the prior and holds what its views rest on at what the stage before found.
/// A conditional value at risk is linear once the value at risk is known, which is sought.
///
/// # Examples
/// ```
/// use po_core::{Returns, Universe};
/// use po_tail::{EntropyPooling, EntropyPoolingParams, PoolingView, Scenarios};
///
/// let universe = Universe::new(["AAPL"])?;
/// let scenarios = Scenarios::equal(Returns::from_column_slice(2, 1, &[-0.01, 0.03])?);
/// let view = PoolingView::parse("mean AAPL = 0.02", &universe)?;
/// let pooled = EntropyPooling::new(EntropyPoolingParams::default())?.pool(&scenarios, &[view])?;
/// assert!((pooled.probabilities[1] - 0.75).abs() < 1e-12);
/// assert!((pooled.relative_entropy - (0.75 * 1.5_f64.ln() + 0.25 * 0.5_f64.ln())).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Meucci, Fully flexible views (2008); the conditional value at risk, Meucci, Ardia and Keel, Fully flexible extreme
/// views (2011); the stages, Vorobets, Sequential entropy pooling heuristics (2021).
///
/// # Settings
/// [`EntropyPoolingParams`]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntropyPooling(EntropyPoolingParams);

/// What views make of scenarios.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct PooledViews {
    /// The posterior probability of each scenario.
    pub probabilities: Vec<f64>,
    /// `Σ_s p_s ln(p_s/q_s)`: how much the posterior says beyond the prior.
    pub relative_entropy: f64,
    /// How many scenarios of the same probability have the entropy of the posterior.
    pub effective_number: f64,
    /// The greatest violation of a view in the last stage before blending, in standard deviations under the prior:
    /// at most 1e-10 where the status is converged.
    pub gradient: f64,
    /// Steps of Newton's method, of all stages together.
    pub iterations: usize,
    /// How the numerics ended.
    pub status: Status,
}

impl EntropyPooling {
    /// Entropy pooling with these settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a confidence outside [0, 1] or no iteration.
    pub fn new(params: EntropyPoolingParams) -> Result<Self, InputError> {
        if !(0.0..=1.0).contains(&params.confidence) {
            let (name, expected) = ("the confidence in the views", "a number in [0, 1]");
            return Err(InputError::OutOfRange { name, value: params.confidence, expected });
        }
        if params.iterations == 0 {
            let (name, expected) = ("the number of iterations", "1 or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(Self(params))
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &EntropyPoolingParams {
        &self.0
    }

    /// The probabilities under which the views hold; a scenario without probability stays so.
    ///
    /// # Errors
    /// [`Error::View`] for the first view that cannot be met together with those before it, with the range that could;
    /// [`InputError::OutOfRange`], [`InputError::AssetOutOfRange`] or [`InputError::Empty`] for a view that no returns
    /// satisfy or that speaks of other assets.
    ///
    /// # Cost
    /// For K views about ten steps of S K²/2 multiplications and S exponentials for each stage, of which there are up to
    /// three; with a conditional value at risk, some tens of times as many.
    pub fn pool(&self, scenarios: &Scenarios, views: &[PoolingView]) -> Result<PooledViews, Error> {
        for view in views {
            view.check(scenarios.assets())?;
        }
        let mut staged = Staged::new(scenarios, self.0.iterations);
        let found = staged.solve(views)?;
        let prior = scenarios.probabilities();
        let mut probabilities = vec![0.0; prior.len()];
        for (&row, found) in staged.rows().iter().zip(&found.probabilities) {
            probabilities[row] = self.0.confidence * found + (1.0 - self.0.confidence) * prior[row];
        }
        let status = if found.gradient <= CERTIFIED {
            Status::Converged
        } else if found.iterations >= self.0.iterations {
            Status::IterationLimit
        } else {
            Status::Stalled
        };
        Ok(PooledViews {
            relative_entropy: relative_entropy(&probabilities, prior),
            effective_number: effective_number(&probabilities),
            probabilities,
            gradient: found.gradient,
            iterations: found.iterations,
            status,
        })
    }
}

impl PooledViews {
    /// The scenarios with the posterior probabilities.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for other scenarios than those that were pooled.
    pub fn scenarios(&self, prior: Scenarios) -> Result<Scenarios, InputError> {
        prior.with_probabilities(self.probabilities.clone())
    }
}

fn relative_entropy(posterior: &[f64], prior: &[f64]) -> f64 {
    let terms = posterior.iter().zip(prior).filter(|(p, _)| **p > 0.0);
    terms.map(|(p, q)| p * (p / q).ln()).sum::<f64>().max(0.0)
}

fn effective_number(probabilities: &[f64]) -> f64 {
    let present = probabilities.iter().filter(|p| **p > 0.0);
    present.map(|p| -p * p.ln()).sum::<f64>().exp()
}
