//! The tail of returns whose weights fall with age.

use po_core::{Confidence, InputError};

use super::ranked::Ranked;
#[cfg(feature = "serde")]
use super::rolling::{check_circle, restored};
use super::rolling::{check_window, loss_of};
use crate::{Error, TailRisk};

/// The logarithm of the greatest weight before all of them are scaled down.
const GREATEST_LOG: f64 = 345.0;

/// Value at risk and its conditional mean of the last W returns, with weights that fall with age.
///
/// After each update the risk is that of [`TailModel::AgeWeighted`](crate::TailModel::AgeWeighted) for the window, or for
/// all returns so far while it fills. A weight is written once, as a power of the decay that grows with each bar, and not
/// touched while it stays in the window, but for a common factor each time the powers become large; so nothing drifts.
///
/// # Shapes and units
/// Simple returns, one per bar. Losses positive, per period. A window of `ln(1e-16) / ln(decay)` holds all that has any
/// weight: 1,823 returns for 0.98.
///
/// # Cost
/// As [`RollingTail`](crate::RollingTail), with a power for each update. Once in `345 / -ln(decay)` updates, some 17,000
/// for 0.98, all weights are multiplied by a factor.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{DecayedTail, TailModel};
///
/// let returns = [0.02, -0.04, 0.01, -0.01, 0.03, 0.01, -0.02, 0.02];
/// let confidence = Confidence::new(0.9)?;
/// let mut tail = DecayedTail::new(100, 0.5, confidence)?;
/// for value in returns {
///     tail.update(value)?;
/// }
/// let risk = tail.risk().unwrap();
/// // The loss of 2 % in the last but one bar has a quarter of the weight, all that is greater far less than a tenth.
/// assert_eq!(risk.var, 0.02);
/// let batch = TailModel::AgeWeighted { decay: 0.5 }.estimate(&returns, confidence)?;
/// assert!((risk.cvar - batch.cvar).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Boudoukh, Richardson and Whitelaw (1998).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "DecayedState", into = "DecayedState"))]
pub struct DecayedTail {
    window: usize,
    decay: f64,
    confidence: Confidence,
    /// The losses of the window, in a circle, and their weights.
    losses: Vec<f64>,
    weights: Vec<f64>,
    /// Where the next loss goes.
    next: usize,
    /// How many powers the newest weight has grown by.
    grown: i32,
    ranked: Ranked,
}

impl DecayedTail {
    /// A stream with all the memory that it will need.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for an empty window, or a decay outside (0, 1].
    pub fn new(window: usize, decay: f64, confidence: Confidence) -> Result<Self, Error> {
        check_window(window)?;
        if !(decay > 0.0 && decay <= 1.0) {
            let (name, expected) = ("the decay", "a number in (0, 1]");
            return Err(InputError::OutOfRange { name, value: decay, expected }.into());
        }
        let (losses, weights) = (Vec::with_capacity(window), Vec::with_capacity(window));
        Ok(Self { window, decay, confidence, losses, weights, next: 0, grown: 0, ranked: Ranked::new(window) })
    }

    /// Takes in a return, and hands back the risk of the window.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a return that is not a number, or beyond 1e100 in size; all then stays as it was.
    pub fn update(&mut self, value: f64) -> Result<TailRisk, Error> {
        let loss = loss_of(value)?;
        self.grow();
        let weight = self.decay.powi(-self.grown);
        if self.losses.len() < self.window {
            self.losses.push(loss);
            self.weights.push(weight);
        } else {
            let old = (self.losses[self.next], self.weights[self.next]);
            self.ranked.remove(old);
            (self.losses[self.next], self.weights[self.next]) = (loss, weight);
            self.next = if self.next + 1 == self.window { 0 } else { self.next + 1 };
        }
        self.ranked.insert((loss, weight));
        Ok(self.measure(self.confidence))
    }

    /// Lets the weight of the next return be a power more, after scaling all down where it would be too great.
    fn grow(&mut self) {
        let most = (GREATEST_LOG / -self.decay.ln()).clamp(1.0, 1e9) as i32;
        if self.grown < most {
            self.grown += 1;
            return;
        }
        let factor = self.decay.powi(self.grown);
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
        self.ranked.rescale(factor);
        self.grown = 1;
    }

    /// The risk of the window; none before the first return.
    #[must_use]
    pub fn risk(&self) -> Option<TailRisk> {
        self.risk_at(self.confidence)
    }

    /// The risk of the window at another confidence; none before the first return.
    #[must_use]
    pub fn risk_at(&self, confidence: Confidence) -> Option<TailRisk> {
        (!self.losses.is_empty()).then(|| self.measure(confidence))
    }

    fn measure(&self, confidence: Confidence) -> TailRisk {
        let count = self.losses.len() as f64;
        // A geometric series, whose sum loses no digits as the decay goes to one.
        let log = self.decay.ln();
        let terms = if log < 0.0 { (count * log).exp_m1() / log.exp_m1() } else { count };
        let total = terms * self.decay.powi(-self.grown);
        self.ranked.tail(confidence.tail() * total, f64::EPSILON * count * total)
    }

    /// Returns in the window, W at most.
    #[must_use]
    pub fn len(&self) -> usize {
        self.losses.len()
    }

    /// Whether no return came yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// W.
    #[must_use]
    pub fn window(&self) -> usize {
        self.window
    }

    /// The weight of a return beside that of the next one.
    #[must_use]
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// β.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }
}

/// What is kept of a stream.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DecayedState {
    window: usize,
    decay: f64,
    confidence: Confidence,
    losses: Vec<f64>,
    weights: Vec<f64>,
    next: usize,
    grown: i32,
    blocks: Vec<usize>,
}

#[cfg(feature = "serde")]
impl From<DecayedTail> for DecayedState {
    fn from(tail: DecayedTail) -> Self {
        let blocks = tail.ranked.partition();
        let DecayedTail { window, decay, confidence, losses, weights, next, grown, .. } = tail;
        Self { window, decay, confidence, losses, weights, next, grown, blocks }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<DecayedState> for DecayedTail {
    type Error = Error;

    fn try_from(state: DecayedState) -> Result<Self, Error> {
        let mut tail = Self::new(state.window, state.decay, state.confidence)?;
        check_circle(&state.losses, state.next, state.window)?;
        if state.weights.len() != state.losses.len() {
            let (expected, actual) = (state.losses.len(), state.weights.len());
            return Err(InputError::LengthMismatch { what: "the weights of the window", expected, actual }.into());
        }
        if let Some(&value) = state.weights.iter().find(|weight| !(**weight >= 0.0 && weight.is_finite())) {
            let (name, expected) = ("the weight of a loss", "a finite number of zero or more");
            return Err(InputError::OutOfRange { name, value, expected }.into());
        }
        let entries = state.losses.iter().copied().zip(state.weights.iter().copied()).collect();
        tail.ranked = restored(state.window, entries, &state.blocks)?;
        tail.losses.extend_from_slice(&state.losses);
        tail.weights.extend_from_slice(&state.weights);
        (tail.next, tail.grown) = (state.next, state.grown.max(0));
        Ok(tail)
    }
}
