//! The tail of returns whose weights fall with age.

use po_core::{Confidence, InputError};

use super::ranked::Ranked;
use super::rolling::{check_window, loss_of};
#[cfg(feature = "serde")]
use super::snapshot::{Bits, circle, ranked};
use crate::{Error, TailRisk};

/// 2^400: weights are scaled down before one is greater.
const GREATEST_WEIGHT: f64 = f64::from_bits((1023 + 400) << 52);

/// Value at risk and its conditional mean of the last W returns, with weights that fall with age.
///
/// After each update the risk is that of [`TailModel::AgeWeighted`](crate::TailModel::AgeWeighted) for the window, or for
/// all returns so far while it fills. Each return has the weight of the one before over the decay, which it keeps: of
/// weights only ratios matter. When they become large all are multiplied by a power of two, which rounds nothing. So
/// nothing drifts.
///
/// # Shapes and units
/// Simple returns, one per bar. Losses positive, per period. A window of `ln(1e-16) / ln(decay)` holds all that has any
/// weight: 1,823 returns for 0.98.
///
/// # Cost
/// As [`RollingTail`](crate::RollingTail). Once in `277 / -ln(decay)` updates, some 13,700 for 0.98, all W weights are
/// multiplied by a factor.
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
        Ok(Self { window, decay, confidence, losses, weights, next: 0, ranked: Ranked::new(window) })
    }

    /// Takes in a return, and hands back the risk of the window.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a return that is not a number, or beyond 1e100 in size; all then stays as it was.
    pub fn update(&mut self, value: f64) -> Result<TailRisk, Error> {
        let loss = loss_of(value)?;
        let weight = self.next_weight();
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

    /// The weight of the last return.
    fn newest(&self) -> f64 {
        let place = if self.next == 0 { self.weights.len() } else { self.next };
        place.checked_sub(1).map_or(self.decay, |place| self.weights[place])
    }

    /// The weight of the next return, after scaling all down where it would be too great.
    fn next_weight(&mut self) -> f64 {
        let newest = self.newest();
        let weight = newest / self.decay;
        if weight <= GREATEST_WEIGHT {
            return weight;
        }
        let exponent = |value: f64| (value.to_bits() >> 52) as i32;
        let power = exponent(newest) - exponent(self.decay);
        // Down to about one. Beside a decay that is hardly a number nothing is left of the past.
        let factor = if power < 1023 { 2.0_f64.powi(-power) } else { 0.0 };
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
        self.ranked.rescale(factor);
        if factor > 0.0 { newest * factor / self.decay } else { 1.0 }
    }

    /// The risk of the window; none before the first return.
    #[must_use]
    pub fn risk(&self) -> Option<TailRisk> {
        self.risk_at(self.confidence)
    }

    /// The risk of the window at another confidence; none before the first return.
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::DecayedTail;
    ///
    /// let mut tail = DecayedTail::new(2, 0.5, Confidence::new(0.5)?)?;
    /// tail.update(-0.04)?;
    /// tail.update(-0.01)?;
    /// // Two thirds of the weight lose one per cent, one third four.
    /// let risk = tail.risk_at(Confidence::new(0.9)?).unwrap();
    /// assert_eq!((risk.var, risk.cvar, tail.len()), (0.04, 0.04, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn risk_at(&self, confidence: Confidence) -> Option<TailRisk> {
        (!self.losses.is_empty()).then(|| self.measure(confidence))
    }

    fn measure(&self, confidence: Confidence) -> TailRisk {
        let count = self.losses.len() as f64;
        // A geometric series, whose sum loses no digits as the decay goes to one.
        let log = self.decay.ln();
        let terms = if log < 0.0 { (count * log).exp_m1() / log.exp_m1() } else { count };
        let total = terms * self.newest();
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
#[serde(rename = "DecayedTail", deny_unknown_fields)]
struct DecayedState {
    window: usize,
    decay: f64,
    confidence: Confidence,
    losses: Bits,
    weights: Bits,
    next: usize,
    blocks: Vec<usize>,
}

#[cfg(feature = "serde")]
impl From<DecayedTail> for DecayedState {
    fn from(tail: DecayedTail) -> Self {
        let (losses, weights) = (Bits::of(&tail.losses), Bits::of(&tail.weights));
        let blocks = tail.ranked.partition();
        let DecayedTail { window, decay, confidence, next, .. } = tail;
        Self { window, decay, confidence, losses, weights, next, blocks }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<DecayedState> for DecayedTail {
    type Error = Error;

    fn try_from(state: DecayedState) -> Result<Self, Error> {
        let mut tail = Self::new(state.window, state.decay, state.confidence)?;
        let losses = circle(&state.losses, state.next, state.window)?;
        let weights = state.weights.numbers();
        if weights.len() != losses.len() {
            let (expected, actual) = (losses.len(), weights.len());
            return Err(
                InputError::LengthMismatch { what: "the weights of the window", expected, actual }.into()
            );
        }
        check_weights(&weights, state.next, state.decay)?;
        let entries = losses.iter().copied().zip(weights.iter().copied()).collect();
        tail.ranked = ranked(state.window, entries, &state.blocks)?;
        tail.losses.extend_from_slice(&losses);
        tail.weights.extend_from_slice(&weights);
        tail.next = state.next;
        Ok(tail)
    }
}

/// Refuses weights that do not fall with age as they should, or are beyond what streams have.
#[cfg(feature = "serde")]
fn check_weights(weights: &[f64], next: usize, decay: f64) -> Result<(), Error> {
    let (new, old) = weights.split_at(next);
    let mut by_age = new.iter().rev().chain(old.iter().rev());
    let Some(&newest) = by_age.next() else { return Ok(()) };
    let refused = |value: f64, expected| {
        Err(InputError::OutOfRange { name: "the weight of a loss", value, expected }.into())
    };
    if !(0.5..=GREATEST_WEIGHT).contains(&newest) {
        return refused(newest, "a number that streams have");
    }
    let mut younger = newest;
    for &weight in by_age {
        let due = younger * decay;
        if weight.is_nan() || (weight - due).abs() > 1e-9 * due + 1e-300 {
            return refused(weight, "the weight of the next one times the decay");
        }
        younger = weight;
    }
    Ok(())
}
