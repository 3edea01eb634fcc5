//! A sum of numbers and of what a line can speak of.

use po_core::Grouping;

use super::name::Reading;

/// A quantity with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Net,
    Gross,
    Turnover,
    TrackingError,
    Cardinality,
    MinPosition,
    MaxCorrelation,
}

impl Measure {
    pub(super) const ALL: [Self; 7] = [
        Self::Net,
        Self::Gross,
        Self::Turnover,
        Self::TrackingError,
        Self::Cardinality,
        Self::MinPosition,
        Self::MaxCorrelation,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Gross => "gross",
            Self::Turnover => "turnover",
            Self::TrackingError => "tracking-error",
            Self::Cardinality => "cardinality",
            Self::MinPosition => "min-position",
            Self::MaxCorrelation => "max-correlation",
        }
    }
}

/// What a line speaks of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject<'u> {
    /// The sum of the weights of an asset or a group.
    Weights(Reading<'u>),
    Measure(Measure),
    /// Every asset, or every asset of a group.
    EachAsset(Option<Reading<'u>>),
    /// Every group of a grouping.
    EachGroup(&'u Grouping),
}

/// A subject with its coefficient, and the byte where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term<'u> {
    pub(super) subject: Subject<'u>,
    pub(super) coefficient: f64,
    pub(super) at: usize,
}

/// `constant + Σ coefficient * subject`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sum<'u> {
    pub(super) constant: f64,
    pub(super) terms: Vec<Term<'u>>,
}

impl Sum<'_> {
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        self.constant *= factor;
        self.terms.iter_mut().for_each(|term| term.coefficient *= factor);
        self
    }

    pub(super) fn over(mut self, divisor: f64) -> Self {
        self.constant /= divisor;
        self.terms.iter_mut().for_each(|term| term.coefficient /= divisor);
        self
    }

    pub(super) fn plus(mut self, other: Self) -> Self {
        self.constant += other.constant;
        self.terms.extend(other.terms);
        self
    }

    pub(super) fn is_finite(&self) -> bool {
        self.constant.is_finite() && self.terms.iter().all(|term| term.coefficient.is_finite())
    }

    pub(super) fn is_number(&self) -> bool {
        self.terms.is_empty()
    }
}
