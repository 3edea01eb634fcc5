//! What attribution refuses.

use po_core::{InputError, Universe};
use thiserror::Error;

use crate::Rollup;

/// A request about attribution that has no answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not what its type promises, or does not fit the settings.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A factor is a combination of the factors before it, and of the constant where there is one.
    #[error(
        "factor {factor} is collinear with the factors before it, or with the constant: {unexplained} of its size is \
         its own, expected more than {least}"
    )]
    Collinear {
        /// The factor, from zero.
        factor: usize,
        /// The part of its length that the others leave.
        unexplained: f64,
        /// How much of it has to be left.
        least: f64,
    },
    /// A factor, an asset or a stage is in no family, or in several.
    #[error("member {member} is in {families} families, expected one")]
    NotPartition {
        /// The member, from zero.
        member: usize,
        /// In how many families it is.
        families: usize,
    },
    /// Weights and multipliers are not those of an optimum.
    #[error(
        "the condition of optimality of asset {asset} is off by {residual}, expected at most {tolerance}: weights and \
         multipliers do not belong to one optimum"
    )]
    NotOptimal {
        /// The asset that is furthest off.
        asset: usize,
        /// By how much, in expected return.
        residual: f64,
        /// What the settings allow.
        tolerance: f64,
    },
    /// The multiplier of an inequality is negative.
    #[error(
        "the multiplier of constraint {constraint} is {multiplier}, expected zero or more for an inequality"
    )]
    NegativeMultiplier {
        /// The constraint, from zero.
        constraint: usize,
        /// Its multiplier.
        multiplier: f64,
    },
    /// A constraint is violated, or has a price though it does not bind.
    #[error(
        "constraint {constraint} has multiplier {multiplier} and slack {slack}, expected a slack of zero where there is \
         a price, and none below zero"
    )]
    NotComplementary {
        /// The constraint, from zero.
        constraint: usize,
        /// Its multiplier.
        multiplier: f64,
        /// How far the weights are from its limit; negative beyond it.
        slack: f64,
    },
    /// More was traded than ordered.
    #[error("the fills of order {order} sum to {filled}, expected at most the {ordered} ordered")]
    Overfilled {
        /// The order, from zero.
        order: usize,
        /// What was traded.
        filled: f64,
        /// What was ordered.
        ordered: f64,
    },
    /// The calendar of a bar lies before that of the bar before it.
    #[error("the {period} of the bar is {value}, expected {last} or later")]
    CalendarBackwards {
        /// The longest period whose number is less than it was.
        period: Rollup,
        /// Its number for the bar before.
        last: i64,
        /// Its number for this bar.
        value: i64,
    },
    /// A bar is too old to be restated.
    #[error("the number of bars ago is {bars_ago}, expected less than the {kept} bars that are remembered")]
    NotKept {
        /// How many bars ago it ended; 0 for the last one.
        bars_ago: usize,
        /// How many bars are remembered.
        kept: usize,
    },
    /// There is no wealth that weights could be fractions of.
    #[error("the wealth is {wealth}, expected a positive number")]
    Ruined {
        /// The wealth.
        wealth: f64,
    },
    /// A weight or a return of a segment is infinite or not a number.
    #[error("{what} of segment {segment} is {value}, expected a finite number")]
    SegmentNotFinite {
        /// Which number of the segment it is.
        what: &'static str,
        /// The segment, from zero.
        segment: usize,
        /// The value found.
        value: f64,
    },
    /// A segment is held on one side, and nobody said what it returned there.
    #[error("the {side} return of segment {segment} is missing, expected a number: its weight is {weight}")]
    MissingReturn {
        /// Whose return it is.
        side: &'static str,
        /// The segment, from zero.
        segment: usize,
        /// Its weight on that side.
        weight: f64,
    },
    /// A segment is in a currency that is not in the list.
    #[error("the currency of segment {segment} is {currency}, expected a number below {currencies}")]
    UnknownCurrency {
        /// The segment, from zero.
        segment: usize,
        /// Its currency.
        currency: usize,
        /// How many currencies there are.
        currencies: usize,
    },
    /// A rate or a holding of a currency lies outside its range.
    #[error("{what} of currency {currency} is {value}, expected {expected}")]
    CurrencyOutOfRange {
        /// Which number of the currency it is.
        what: &'static str,
        /// The currency, from zero.
        currency: usize,
        /// The value found.
        value: f64,
        /// The range, in words.
        expected: &'static str,
    },
    /// A return leaves nothing that could be compounded.
    #[error("the return of the {what} in period {period} is {value}, expected a number above -1")]
    NotCompoundable {
        /// Whose return it is.
        what: &'static str,
        /// The period, from zero.
        period: usize,
        /// The return.
        value: f64,
    },
    /// The method needs allocation, selection and interaction by segment, and the effects are not three blocks.
    #[error(
        "the number of effects is {effects}, expected three for each segment: allocation, selection, interaction"
    )]
    NotThreeBlocks {
        /// How many effects there are.
        effects: usize,
    },
}

impl Error {
    /// The same message with names of assets in place of their numbers.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Input(error) => error.named(universe).to_string(),
            Self::CalendarBackwards { .. } | Self::NotKept { .. } | Self::Ruined { .. } => self.to_string(),
            Self::NotOptimal { asset, .. } => {
                self.to_string().replace(&format!("asset {asset}"), &universe.label(*asset))
            }
            Self::Collinear { .. }
            | Self::NotPartition { .. }
            | Self::SegmentNotFinite { .. }
            | Self::MissingReturn { .. }
            | Self::UnknownCurrency { .. }
            | Self::CurrencyOutOfRange { .. }
            | Self::NotCompoundable { .. }
            | Self::NotThreeBlocks { .. }
            | Self::NegativeMultiplier { .. }
            | Self::NotComplementary { .. }
            | Self::Overfilled { .. } => self.to_string(),
        }
    }
}
