//! An exponentially weighted covariance whose decay follows the data.

use std::iter::zip;

use po_core::{Covariance, InputError, StreamingEstimator};

#[cfg(feature = "serde")]
use super::bank::weigh;
use super::bank::{Candidate, score};
use super::input::check_bar;
use super::{Decay, Ewma, EwmaParams};
use crate::Error;

/// More candidates than this are refused.
const MOST_CANDIDATES: usize = 64;

/// Settings of [`AdaptiveEwma`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `candidates` | half-lives 8, 16, 32, 64, 128 | 1 to 64 decays | the decays that are tried |
/// | `memory` | half-life 60 | [`Decay`] | how fast the scores of the candidates forget |
/// | `min_observations` | 20 | 1 or more | returns after which an asset is ready |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct AdaptiveEwmaParams {
    /// The decays that are tried.
    pub candidates: Vec<Decay>,
    /// How fast the scores of the candidates forget.
    pub memory: Decay,
    /// Returns after which an asset is ready.
    pub min_observations: usize,
}

impl Default for AdaptiveEwmaParams {
    fn default() -> Self {
        Self {
            candidates: [8.0, 16.0, 32.0, 64.0, 128.0].map(Decay::HalfLife).to_vec(),
            memory: Decay::HalfLife(60.0),
            min_observations: 20,
        }
    }
}

/// An [`Ewma`] whose decay is, at each bar, the mean of some candidates, weighted by how well each foretold
/// the past.
///
/// ```text
/// λ_t   = Σ_k π_kt λ_k                 π_kt ∝ exp(s_kt)
/// s_kt  = α s_k,t-1 + ℓ_kt             α from `memory`
/// ℓ_kt  = mean over neighbours (i, i + 1) of log N(r_it, r_i+1,t; 0, Σ_k,t-1)
/// ```
///
/// Each candidate foretells the variances and the covariances of neighbours in the list of assets only, and
/// is scored by the density of their two returns: a composite likelihood, so that the candidates cost O(N) a
/// bar, and the matrix is updated once. With the sum of its weights at hand for each asset, that matrix is
/// positive semidefinite as [`Ewma`] is, whatever is missing.
///
/// # Shapes and units
/// As [`Ewma`]; the mean is zero. The decay, and so everything else, depends on all assets.
///
/// # Cost
/// An [`Ewma`] update, and about 30 N K operations for K candidates.
///
/// # Examples
/// A quiet market turns wild: short memories foretell it better.
///
/// ```
/// use po_core::StreamingEstimator;
/// use po_correlation::{AdaptiveEwma, AdaptiveEwmaParams, Decay};
///
/// let candidates = vec![Decay::HalfLife(4.0), Decay::HalfLife(64.0)];
/// let params = AdaptiveEwmaParams { candidates, ..AdaptiveEwmaParams::default() };
/// let mut adaptive = AdaptiveEwma::new(params, 1)?;
/// for bar in 0..120 {
///     let size = if bar < 100 { 0.01 } else { 0.05 };
///     adaptive.update(&[if bar % 2 == 0 { size } else { -size }])?;
/// }
/// assert!(adaptive.probabilities()[0] > 0.99);
/// assert!((adaptive.decay() - 0.841).abs() < 1e-3);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Scores that forget: Raftery, Kárný and Ettler (2010); decays chosen by them: Koop and Korobilis (2013).
/// The composite likelihood of neighbours: Pakel, Shephard, Sheppard and Engle (2021). To average the decays,
/// rather than the matrices, is ours: it keeps one matrix.
///
/// # Settings
/// [`AdaptiveEwmaParams`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "super::snapshot::AdaptiveState", into = "super::snapshot::AdaptiveState")
)]
pub struct AdaptiveEwma {
    params: AdaptiveEwmaParams,
    ewma: Ewma,
    candidates: Vec<Candidate>,
    probabilities: Vec<f64>,
}

impl AdaptiveEwma {
    /// An estimate of the covariance of `assets` assets that has seen nothing yet; every candidate is as
    /// probable.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a setting out of its range; [`InputError::Empty`] without assets or
    /// candidates.
    pub fn new(params: AdaptiveEwmaParams, assets: usize) -> Result<Self, Error> {
        let count = params.candidates.len();
        if count > MOST_CANDIDATES {
            let (name, expected) = ("the number of candidates", "at most 64");
            return Err(InputError::OutOfRange { name, value: count as f64, expected }.into());
        }
        params.memory.check()?;
        params.candidates.iter().try_for_each(|candidate| candidate.check())?;
        let Some(first) = params.candidates.first() else {
            return Err(InputError::Empty { what: "the list of candidates" }.into());
        };
        let of_ewma = EwmaParams {
            volatility: *first,
            min_observations: params.min_observations,
            ..EwmaParams::default()
        };
        let ewma = Ewma::new(of_ewma, assets)?;
        let candidates =
            params.candidates.iter().map(|candidate| Candidate::new(*candidate, assets)).collect();
        Ok(Self { params, ewma, candidates, probabilities: vec![1.0 / count as f64; count] })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &AdaptiveEwmaParams {
        &self.params
    }

    /// The covariance, with all there is to ask of it.
    #[must_use]
    pub fn ewma(&self) -> &Ewma {
        &self.ewma
    }

    /// The weight of each candidate, in the order of the settings; they sum to one.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// The decay that the last bar was taken in with, and the next one's before it is seen.
    #[must_use]
    pub fn decay(&self) -> f64 {
        zip(&self.candidates, &self.probabilities)
            .map(|(candidate, probability)| candidate.decay * probability)
            .sum()
    }

    /// Forgets an asset, as if it had never been listed; what it said of the decay stays.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] when there is no such asset.
    pub fn forget(&mut self, asset: usize) -> Result<(), Error> {
        self.ewma.forget(asset)?;
        self.candidates.iter_mut().for_each(|candidate| candidate.forget(asset));
        Ok(())
    }

    /// Every number of the state, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.ewma.numbers().chain(self.candidates.iter_mut().flat_map(Candidate::numbers))
    }

    /// Brings what follows from the state in line with it; the least number that must not be negative.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, bars: u64) -> f64 {
        self.ewma.set_bars(bars);
        weigh(&self.candidates, &mut self.probabilities);
        self.candidates.iter().map(Candidate::least).fold(self.ewma.least(), f64::min)
    }
}

impl StreamingEstimator for AdaptiveEwma {
    type Error = Error;

    fn assets(&self) -> usize {
        self.ewma.assets()
    }

    /// Scores the candidates by one bar, and takes it in.
    ///
    /// # Errors
    /// As [`Ewma`]'s.
    fn update(&mut self, returns: &[f64]) -> Result<(), Error> {
        check_bar(self.ewma.assets(), self.ewma.bars(), returns)?;
        score(&mut self.candidates, self.params.memory.factor(), returns, &mut self.probabilities);
        self.ewma.set_decay(self.decay());
        self.ewma.update(returns)
    }

    fn ready(&self, asset: usize) -> bool {
        self.ewma.ready(asset)
    }

    /// Writes the covariance that is known now.
    ///
    /// # Errors
    /// As [`Ewma`]'s.
    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Error> {
        self.ewma.covariance_into(covariance)
    }

    /// Writes the covariance of some assets that is known now.
    ///
    /// # Errors
    /// As [`Ewma`]'s.
    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        self.ewma.covariance_of_into(assets, covariance)
    }
}
