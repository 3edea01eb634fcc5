//! What a line of text says: which limits on what.

use std::collections::BTreeMap;

use po_core::{Grouping, Universe};

use super::LinearConstraint;
use super::fault::Fault;
use super::name::Reading;
use super::parse::{self, Line, Relation};
use super::sum::{Measure, Subject, Sum};
use crate::Error;

/// `lower <= about <= upper`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement<'u> {
    pub(super) text: String,
    pub(super) about: About<'u>,
    pub(super) lower: f64,
    pub(super) upper: f64,
    /// The byte where the subject stands.
    pub(super) at: usize,
    /// The byte where the relation stands.
    pub(super) relation: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum About<'u> {
    /// Coefficients, ascending by asset.
    Weights(Vec<(usize, f64)>),
    Measure(Measure),
    /// Every asset, or every asset of a group.
    EachAsset(Option<Reading<'u>>),
    /// Every group of a grouping.
    EachGroup(&'u Grouping),
}

impl<'u> Statement<'u> {
    pub(super) fn read(text: &str, universe: &'u Universe) -> Result<Self, Error> {
        let text = text.trim();
        let read = || Self::of_line(parse::line(text, universe)?, universe, text);
        read().map_err(|fault: Fault| fault.of(text))
    }

    fn of_line(line: Line<'u>, universe: &'u Universe, text: &str) -> Result<Self, Fault> {
        let relation = line.second.0;
        let (sum, limits) = limits(line)?;
        let at = sum.terms.first().map_or(0, |term| term.at);
        let (about, factor) = about(sum, universe)?;
        let scaled = limits.map(|limit| limit / factor);
        let [lower, upper] = if factor < 0.0 { [scaled[1], scaled[0]] } else { scaled };
        let weights = match &about {
            About::Weights(terms) => terms.as_slice(),
            _ => &[],
        };
        let finite = weights.iter().all(|(_, coefficient)| coefficient.is_finite());
        if !(finite && stay_finite(&limits, &scaled)) {
            return Err(Fault::expected(at, parse::FINITE));
        }
        Ok(Self { text: text.to_owned(), about, lower, upper, at, relation })
    }

    /// The statement as one linear constraint.
    pub(super) fn linear(self, universe: &Universe) -> Result<LinearConstraint, Error> {
        let terms = match self.about {
            About::Weights(terms) => terms,
            About::Measure(Measure::Net) => (0..universe.len()).map(|asset| (asset, 1.0)).collect(),
            About::Measure(measure) => {
                let expected = format!("a sum of weights, which {} is not", measure.word());
                return Err(Fault::expected(self.at, expected).of(&self.text));
            }
            About::EachAsset(_) | About::EachGroup(_) => {
                return Err(Fault::expected(self.at, "one constraint, not one for each").of(&self.text));
            }
        };
        Ok(LinearConstraint::new(self.text, terms, self.lower, self.upper)?)
    }

    /// The limit of a quantity that can be limited from above only.
    pub(super) fn upper_only(&self) -> Result<f64, Error> {
        if self.lower == f64::NEG_INFINITY {
            Ok(self.upper)
        } else {
            Err(Fault::expected(self.relation, "an upper limit only").of(&self.text))
        }
    }

    /// The limit of a quantity that can be limited from below only.
    pub(super) fn lower_only(&self) -> Result<f64, Error> {
        if self.upper == f64::INFINITY {
            Ok(self.lower)
        } else {
            Err(Fault::expected(self.relation, "a lower limit only").of(&self.text))
        }
    }
}

/// What is limited and its two limits, with the numbers brought to the other side.
fn limits(line: Line<'_>) -> Result<(Sum<'_>, [f64; 2]), Fault> {
    let Line { first, second: (_, relation, second), third } = line;
    let number = |at| Fault::expected(at, "a number");
    let no_number = |at| Fault::expected(at, "an asset or a group");
    let (sum, lower, upper): (Sum<'_>, f64, f64) = match third {
        None => {
            let (left, right, relation) = match (first.sum.is_number(), second.sum.is_number()) {
                (true, true) => return Err(no_number(first.at)),
                (true, false) => (second.sum, first.sum, relation.mirrored()),
                (false, _) => (first.sum, second.sum, relation),
            };
            let sum = left.plus(right.scaled(-1.0));
            match relation {
                Relation::AtMost => (sum, f64::NEG_INFINITY, 0.0),
                Relation::AtLeast => (sum, 0.0, f64::INFINITY),
                Relation::Equal => (sum, 0.0, 0.0),
            }
        }
        Some((at, again, third)) => {
            let (low, high) = match (relation, again) {
                (Relation::AtMost, Relation::AtMost) => (first.sum.constant, third.sum.constant),
                (Relation::AtLeast, Relation::AtLeast) => (third.sum.constant, first.sum.constant),
                (Relation::AtMost, _) => return Err(Fault::expected(at, "<= once more")),
                (Relation::AtLeast, _) => return Err(Fault::expected(at, ">= once more")),
                (Relation::Equal, _) => return Err(Fault::expected(at, "+, -, *, / or the end")),
            };
            for (is_number, at) in [(first.sum.is_number(), first.at), (third.sum.is_number(), third.at)] {
                if !is_number {
                    return Err(number(at));
                }
            }
            if second.sum.is_number() {
                return Err(no_number(second.at));
            }
            if low > high {
                let expected = match relation {
                    Relation::AtMost => format!("a number of at least {low}"),
                    _ => format!("a number of at most {high}"),
                };
                return Err(Fault::expected(third.at, expected));
            }
            (second.sum, low, high)
        }
    };
    let constant = sum.constant;
    let before = [lower, upper];
    // Adding zero turns a limit of minus zero, as in `A <= B`, into zero.
    let after = before.map(|limit| limit - constant + 0.0);
    if stay_finite(&before, &after) { Ok((sum, after)) } else { Err(Fault::expected(0, parse::FINITE)) }
}

/// Whether each limit that was finite still is.
fn stay_finite(before: &[f64; 2], after: &[f64; 2]) -> bool {
    before.iter().zip(after).all(|(before, after)| before.is_infinite() || after.is_finite())
}

/// What the terms of a sum speak of, and the factor before it.
fn about<'u>(sum: Sum<'u>, universe: &'u Universe) -> Result<(About<'u>, f64), Fault> {
    let start = sum.terms.first().map_or(0, |term| term.at);
    let cancels = || Fault::expected(start, "an asset or a group that does not cancel");
    let alone = sum.terms.len() == 1;
    let mut net = 0.0;
    let mut only_net = true;
    let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
    for term in sum.terms {
        let (about, word) = match term.subject {
            Subject::Weights(reading) => {
                only_net = false;
                for asset in reading.members() {
                    *weights.entry(asset).or_default() += term.coefficient;
                }
                continue;
            }
            Subject::Measure(Measure::Net) => {
                net += term.coefficient;
                continue;
            }
            Subject::Measure(measure) => (About::Measure(measure), measure.word()),
            Subject::EachAsset(reading) => (About::EachAsset(reading), "each asset"),
            Subject::EachGroup(grouping) => (About::EachGroup(grouping), "each group"),
        };
        return match (alone, term.coefficient != 0.0) {
            (true, true) => Ok((about, term.coefficient)),
            (true, false) => Err(cancels()),
            (false, _) => Err(Fault::expected(term.at, format!("{word} alone: it is no sum of weights"))),
        };
    }
    if only_net {
        return if net == 0.0 { Err(cancels()) } else { Ok((About::Measure(Measure::Net), net)) };
    }
    if net != 0.0 {
        for asset in 0..universe.len() {
            *weights.entry(asset).or_default() += net;
        }
    }
    weights.retain(|_, coefficient| *coefficient != 0.0);
    if weights.is_empty() { Err(cancels()) } else { Ok((About::Weights(weights.into_iter().collect()), 1.0)) }
}

impl LinearConstraint {
    /// Reads a constraint such as `Technology <= 30%`; its label is the text.
    ///
    /// A name is an asset or a group, and a group is the sum of its members; `net` is the sum of all assets.
    /// Numbers may stand on either side, as fractions or with a percent sign.
    ///
    /// ```text
    /// line     = side relation side [ relation side ]
    /// relation = "<=" | ">=" | "=" | "==" | "≤" | "≥"
    /// side     = product { ( "+" | "-" ) product }
    /// product  = factor { ( "*" | "/" ) factor }
    /// factor   = { "+" | "-" } ( number | "(" side ")" | subject )
    /// number   = ( digits [ "." { digit } ] | "." digits ) [ ( "e" | "E" ) [ "+" | "-" ] digits ] [ "%" ]
    /// digits   = digit { digit }
    /// subject  = name | measure | each
    /// name     = [ ( "asset" | part ) ":" ] part
    /// part     = known | "'" { character } "'" | '"' { character } '"' | "`" { character } "`"
    /// measure  = "net" | "gross" | "turnover" | "tracking-error" | "cardinality" | "min-position"
    ///          | "max-correlation"
    /// each     = "each" ( "asset" [ "in" name ] | part )
    /// ```
    ///
    /// - Between the two relations of a line with three sides, which point the same way, stands the sum; the outer
    ///   sides are numbers.
    ///   `<` and `>` are refused, not read as `<=` and `>=`.
    /// - Of two factors one is a number at least, and what follows `/` is one.
    /// - `known` is the longest known name that begins there and ends before a blank, an operator, a quote or the end:
    ///   `BRK-B`, `BF.B`, `^GSPC`, `EUR/USD` and `Health Care` need no quotes, and where `BRK-B` is known, `BRK - B` is
    ///   the difference. Letter case counts.
    /// - Quotes are for names that contain one of `+ * ( ) < > = ! % , ;` or a quote, that read as a number, or that are
    ///   a word of the language, such as an asset called `net`; inside, the quote is doubled.
    /// - `sector:Energy` is the group `Energy` of the grouping `sector`, `asset:Energy` is the asset; a name that
    ///   could be several of these must be written so.
    /// - All measures but `net`, and `each`, say something other than a linear constraint: [`Constraints::with`] reads
    ///   them.
    ///
    /// [`Constraints::with`]: crate::Constraints::with
    ///
    /// # Errors
    /// [`Error::Syntax`], with the character, for a text that is not in the language, is ambiguous, is not linear, or
    /// limits no weight; [`InputError::UnknownName`](po_core::InputError::UnknownName), with the nearest known name.
    ///
    /// # Examples
    /// ```
    /// use po_convex::LinearConstraint;
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["AAPL", "BRK-B", "XOM"])?
    ///     .grouped("sector", [Some("Technology"), Some("Financials"), Some("Energy")])?;
    /// let constraint = LinearConstraint::parse("0.5*AAPL + BRK-B - 10% >= 2 * Energy", &universe)?;
    /// assert_eq!(constraint.terms(), [(0, 0.5), (1, 1.0), (2, -2.0)]);
    /// assert_eq!((constraint.lower(), constraint.upper()), (0.1, f64::INFINITY));
    ///
    /// let error = LinearConstraint::parse("AAPL < 0.3", &universe).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#"constraint "AAPL < 0.3" cannot be read at character 6, expected <=, >= or ="#
    /// );
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    pub fn parse(text: &str, universe: &Universe) -> Result<Self, Error> {
        Statement::read(text, universe)?.linear(universe)
    }
}
