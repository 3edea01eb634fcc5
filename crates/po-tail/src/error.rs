//! What tail risk refuses.

use po_core::{InputError, Universe};
use thiserror::Error;

/// A request about tails that has no answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A measure of risk of a series cannot be computed.
    #[error(transparent)]
    Risk(#[from] po_core::RiskError),
    /// No portfolio satisfies the constraints, or the method cannot take them.
    #[error(transparent)]
    Programme(#[from] po_convex::Error),
    /// Too few observations for the estimate.
    #[error("{what} has {actual} observations, expected at least {needed}")]
    TooFew {
        /// The sample, in the user's terms.
        what: &'static str,
        /// How many are needed.
        needed: usize,
        /// How many there are.
        actual: usize,
    },
    /// A view cannot be met together with the views before it.
    #[error("{quantity} of the view \"{view}\" is {value}, expected a number in [{least}, {greatest}]")]
    View {
        /// The view.
        view: crate::PoolingView,
        /// What it fixes, in words.
        quantity: &'static str,
        /// What that should be.
        value: f64,
        /// The least that the scenarios and the views before it leave.
        least: f64,
        /// The greatest.
        greatest: f64,
    },
    /// A stress or a view in words cannot be read.
    #[error("{text:?} cannot be read at character {at}, expected {expected}")]
    Syntax {
        /// The text.
        text: String,
        /// The character where reading ended, from one.
        at: usize,
        /// What could have stood there.
        expected: String,
    },
    /// The data have no row of an episode.
    #[error("the data range from {first} to {last}, expected some days of {episode} ({from} to {to})")]
    NotCovered {
        /// The episode.
        episode: String,
        /// Its first day.
        from: crate::Day,
        /// Its last day.
        to: crate::Day,
        /// The first day of the data.
        first: crate::Day,
        /// The last day of the data.
        last: crate::Day,
    },
    /// A portfolio has no risk, so that no ratio of return to risk has a maximum.
    #[error(
        "{what} of the safest portfolio is {least}, expected a positive number: a ratio of return to it has no \
         maximum"
    )]
    NotRisky {
        /// The measure of risk.
        what: &'static str,
        /// The least risk that the constraints allow.
        least: f64,
    },
    /// The tail is so heavy that its mean is infinite.
    #[error("the tail index xi is {shape}, expected less than 1: the mean of so heavy a tail is infinite")]
    InfiniteMean {
        /// The shape of the tail.
        shape: f64,
    },
    /// The Cornish-Fisher expansion for this skewness and kurtosis is no quantile function.
    #[error(
        "skewness and excess kurtosis of the returns are {skewness} and {kurtosis}, expected a pair for which the \
         Cornish-Fisher expansion rises everywhere"
    )]
    CornishFisherDomain {
        /// The skewness of the sample.
        skewness: f64,
        /// The excess kurtosis of the sample.
        kurtosis: f64,
    },
    /// A model of the tail cannot do what was asked for.
    #[error("the tail model is {model}, expected {expected}")]
    Model {
        /// The model, in words.
        model: &'static str,
        /// The models that can, in words.
        expected: &'static str,
    },
    /// An observation of a series is not what the series may hold.
    #[error("{what} {place} is {value}, expected {expected}")]
    Observation {
        /// One of the series, in the user's terms.
        what: &'static str,
        /// Its place in the series, from zero.
        place: usize,
        /// The value found.
        value: f64,
        /// The range, in words.
        expected: &'static str,
    },
    /// All observations are equal, so that nothing can be fitted to them.
    #[error("{what} are all {value}, expected at least two different values")]
    Constant {
        /// The sample, in the user's terms.
        what: &'static str,
        /// The value they share.
        value: f64,
    },
    /// The likelihood has no inner maximum about which an interval could lie.
    #[error("the likelihood of {what} has no inner maximum, expected a sample whose likelihood has one")]
    NoMaximum {
        /// The sample, in the user's terms.
        what: &'static str,
    },
    /// The quantile asked for lies under the threshold, where the model of the tail says nothing.
    #[error(
        "the confidence is {level}, expected at least {coverage}, the share of losses up to the threshold"
    )]
    UnderThreshold {
        /// The confidence asked for.
        level: f64,
        /// The share of the losses that do not exceed the threshold.
        coverage: f64,
    },
}

impl Error {
    /// The message with assets called by their names.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe),
            Self::Programme(error) => error.named(universe),
            Self::View { view, .. } => self.to_string().replace(&view.to_string(), &view.named(universe)),
            other => other.to_string(),
        }
    }
}
