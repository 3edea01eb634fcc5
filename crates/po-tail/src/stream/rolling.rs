//! The tail of the last returns.

use po_core::{Confidence, InputError};

use super::ranked::Ranked;
#[cfg(feature = "serde")]
use super::snapshot::{Bits, circle, ranked};
use crate::{Error, TailRisk};

/// The greatest return, of either sign, that a stream takes: sums of such losses do not overflow.
const GREATEST: f64 = 1e100;

/// The longest window, for which a stream takes nearly a gigabyte.
const LONGEST: usize = 10_000_000;

/// Value at risk and its conditional mean of the last W returns, exact after every bar.
///
/// After each update the risk is that of [`TailModel::Historical`](crate::TailModel::Historical) for the window, or for
/// all returns so far while it fills. Sums are taken anew where losses change, so that nothing drifts however long it runs.
///
/// # Shapes and units
/// Simple returns, one per bar. Losses positive, per period.
///
/// # Cost
/// An update finds, takes out and puts in one loss among short sorted blocks, and walks over those of the tail: a search
/// in log W, and a part of W/32 + W(1-β)/32 that only shows in large windows. No update touches the heap. About 20
/// numbers of eight bytes for each return of the window at most.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::RollingTail;
///
/// let mut tail = RollingTail::new(8, Confidence::new(0.75)?)?;
/// for value in [0.5, 0.02, -0.04, 0.01, -0.01, 0.03, 0.01, -0.02] {
///     tail.update(value)?;
/// }
/// // The first return falls out.
/// let risk = tail.update(0.02)?;
/// assert!((risk.var - 0.01).abs() < 1e-16);
/// assert!((risk.cvar - 0.03).abs() < 1e-16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// Rockafellar and Uryasev (2000), equations 2 and 9.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RollingState", into = "RollingState"))]
pub struct RollingTail {
    window: usize,
    confidence: Confidence,
    /// The losses of the window, in a circle.
    losses: Vec<f64>,
    /// Where the next loss goes.
    next: usize,
    ranked: Ranked,
}

impl RollingTail {
    /// A stream with all the memory that it will need.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a window of none, or of more than ten million.
    pub fn new(window: usize, confidence: Confidence) -> Result<Self, Error> {
        check_window(window)?;
        let (losses, ranked) = (Vec::with_capacity(window), Ranked::new(window));
        Ok(Self { window, confidence, losses, next: 0, ranked })
    }

    /// Takes in a return, and hands back the risk of the window.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a return that is not a number, or beyond 1e100 in size; all then stays as it was.
    pub fn update(&mut self, value: f64) -> Result<TailRisk, Error> {
        let loss = loss_of(value)?;
        if self.losses.len() < self.window {
            self.losses.push(loss);
        } else {
            let old = std::mem::replace(&mut self.losses[self.next], loss);
            self.ranked.remove((old, 1.0));
            self.next = if self.next + 1 == self.window { 0 } else { self.next + 1 };
        }
        self.ranked.insert((loss, 1.0));
        Ok(self.measure(self.confidence))
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
    /// use po_tail::RollingTail;
    ///
    /// let mut tail = RollingTail::new(4, Confidence::new(0.75)?)?;
    /// for value in [-0.04, 0.01, -0.02, 0.03] {
    ///     tail.update(value)?;
    /// }
    /// let risk = tail.risk_at(Confidence::new(0.5)?).unwrap();
    /// assert!((risk.cvar - 0.03).abs() < 1e-17 && tail.len() == 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn risk_at(&self, confidence: Confidence) -> Option<TailRisk> {
        (!self.losses.is_empty()).then(|| self.measure(confidence))
    }

    fn measure(&self, confidence: Confidence) -> TailRisk {
        // A whole number of losses in the tail is one but for rounding, as in the batch measures.
        let observations = self.losses.len() as f64;
        let count = observations * confidence.tail();
        let whole = count.round();
        let mass = if (count - whole).abs() <= f64::EPSILON * observations { whole } else { count };
        self.ranked.tail(mass.max(f64::MIN_POSITIVE), 0.0)
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

    /// β.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }
}

/// The loss of a return that a stream takes.
pub(super) fn loss_of(value: f64) -> Result<f64, Error> {
    if value.abs() <= GREATEST {
        return Ok(0.0 - value);
    }
    Err(InputError::OutOfRange { name: "the return", value, expected: "a number in [-1e100, 1e100]" }.into())
}

pub(super) fn check_window(window: usize) -> Result<(), Error> {
    if (1..=LONGEST).contains(&window) {
        return Ok(());
    }
    let (name, expected) = ("the window", "a number in [1, 10000000]");
    Err(InputError::OutOfRange { name, value: window as f64, expected }.into())
}

/// What is kept of a stream.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "RollingTail", deny_unknown_fields)]
struct RollingState {
    window: usize,
    confidence: Confidence,
    losses: Bits,
    next: usize,
    blocks: Vec<usize>,
}

#[cfg(feature = "serde")]
impl From<RollingTail> for RollingState {
    fn from(tail: RollingTail) -> Self {
        let (losses, blocks) = (Bits::of(&tail.losses), tail.ranked.partition());
        Self { window: tail.window, confidence: tail.confidence, losses, next: tail.next, blocks }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<RollingState> for RollingTail {
    type Error = Error;

    fn try_from(state: RollingState) -> Result<Self, Error> {
        check_window(state.window)?;
        let losses = circle(&state.losses, state.next, state.window)?;
        let entries = losses.iter().map(|loss| (*loss, 1.0)).collect();
        let mut tail = Self::new(state.window, state.confidence)?;
        tail.ranked = ranked(state.window, entries, &state.blocks)?;
        tail.losses.extend_from_slice(&losses);
        tail.next = state.next;
        Ok(tail)
    }
}
