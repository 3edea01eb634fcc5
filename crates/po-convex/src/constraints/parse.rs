//! The grammar: a line of text becomes two or three sides with relations between them.
//!
//! A parser that says what it expects must succeed; where one that does not say so fails, the next one is tried.

use std::fmt::Debug;
use std::ops::Range;

use po_core::Universe;
use winnow::Parser;
use winnow::combinator::{
    alt, delimited, eof, fail, not, opt, peek, preceded, repeat, separated_foldl1, terminated,
};
use winnow::stream::{LocatingSlice, Stateful};
use winnow::token::{one_of, take_while};

use super::fault::Fault;
use super::name;
use super::sum::{Measure, Subject, Sum, Term};

/// Parentheses inside each other beyond which nobody means it, and the stack would end.
const DEEPEST: usize = 64;

/// What a line begins with that speaks of many things one by one.
const EACH: &str = "each";

/// What all arithmetic must stay within.
pub(super) const FINITE: &str = "numbers that stay finite";

const OPERAND: &str = "a number, a name or (";
const RELATION: &str = "<=, >= or =";
const OPERATOR: &str = "+, -, *, /, <=, >= or =";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    AtMost,
    AtLeast,
    Equal,
}

impl Relation {
    /// The relation with its sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
            Self::Equal => Self::Equal,
        }
    }
}

/// One side of a line, and the byte where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Side<'u> {
    pub(super) at: usize,
    pub(super) sum: Sum<'u>,
}

/// A line as it stands: a side, and one or two more, each with the relation before it and the byte of that.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line<'u> {
    pub(super) first: Side<'u>,
    pub(super) second: (usize, Relation, Side<'u>),
    pub(super) third: Option<(usize, Relation, Side<'u>)>,
}

/// Text that is read, with what there is to know while it is.
pub(super) type Text<'t, S> = Stateful<LocatingSlice<&'t str>, S>;

/// Text that speaks of a universe.
pub(super) type Input<'t, 'u> = Text<'t, State<'u>>;

#[derive(Clone, Copy, Debug)]
pub(super) struct State<'u> {
    pub(super) universe: &'u Universe,
    /// Parentheses that are open.
    depth: usize,
}

pub(super) fn start<'t, 'u>(text: &'t str, universe: &'u Universe) -> Input<'t, 'u> {
    Input { input: LocatingSlice::new(text), state: State { universe, depth: 0 } }
}

/// Reads a line that begins with no blank.
pub(super) fn line<'u>(text: &str, universe: &'u Universe) -> Result<Line<'u>, Fault> {
    let second = alt((next_side, preceded(eof, fail.context(RELATION)), fail.context(OPERATOR)));
    let third = terminated(next_side, eof.context("+, -, *, / or the end"));
    let third = alt((third.map(Some), eof.context(OPERATOR).value(None)));
    let mut line = (side, second, third).map(|(first, second, third)| Line { first, second, third });
    line.parse_next(&mut start(text, universe))
}

fn next_side<'u>(input: &mut Input<'_, 'u>) -> Result<(usize, Relation, Side<'u>), Fault> {
    let sign = alt((
        alt(("<=", "≤")).value(Relation::AtMost),
        alt((">=", "≥")).value(Relation::AtLeast),
        alt(("==", "=")).value(Relation::Equal),
        preceded(peek(one_of(['<', '>', '!'])), fail.context(RELATION)),
    ));
    let relation = token(sign.with_span());
    (relation, side).map(|((relation, span), side)| (span.start, relation, side)).parse_next(input)
}

fn side<'u>(input: &mut Input<'_, 'u>) -> Result<Side<'u>, Fault> {
    sum.with_span()
        .map(|(sum, span)| Side { at: span.start, sum })
        .verify(|side: &Side<'_>| side.sum.is_finite())
        .context(FINITE)
        .parse_next(input)
}

fn sum<'u>(input: &mut Input<'_, 'u>) -> Result<Sum<'u>, Fault> {
    separated_foldl1(product, sign, |sum: Sum<'u>, sign, term: Sum<'u>| sum.plus(term.scaled(sign)))
        .parse_next(input)
}

fn sign(input: &mut Input<'_, '_>) -> Result<f64, Fault> {
    token(alt(('+'.value(1.0), '-'.value(-1.0)))).parse_next(input)
}

fn product<'u>(input: &mut Input<'_, 'u>) -> Result<Sum<'u>, Fault> {
    let mut first = factor(input)?;
    repeat(0.., (token(one_of(['*', '/']).with_span()), factor))
        .try_fold(move || std::mem::take(&mut first), combined)
        .parse_next(input)
}

/// A product and one more factor, after an operator.
fn combined<'u>(
    product: Sum<'u>,
    ((operator, span), factor): ((char, Range<usize>), Sum<'u>),
) -> Result<Sum<'u>, Fault> {
    match (operator, product.is_number(), factor.is_number()) {
        ('*', _, true) => Ok(product.scaled(factor.constant)),
        ('*', true, false) => Ok(factor.scaled(product.constant)),
        ('*', ..) => Err(Fault::expected(span.start, "a number on one side of *")),
        (_, _, true) if factor.constant != 0.0 => Ok(product.over(factor.constant)),
        _ => Err(Fault::expected(span.start, "a number other than zero after /")),
    }
}

fn factor<'u>(input: &mut Input<'_, 'u>) -> Result<Sum<'u>, Fault> {
    let signs = repeat(0.., sign).fold(|| 1.0, |product: f64, sign: f64| product * sign);
    (signs, alt((parenthesis, operand))).map(|(sign, factor)| factor.scaled(sign)).parse_next(input)
}

fn parenthesis<'u>(input: &mut Input<'_, 'u>) -> Result<Sum<'u>, Fault> {
    if input.state.depth == DEEPEST {
        let expected = format!("at most {DEEPEST} parentheses inside each other");
        return preceded(peek('('), fail.context(expected)).parse_next(input);
    }
    input.state.depth += 1;
    let sum = delimited(token('('), sum, token(')').context("an operator or )")).parse_next(input);
    input.state.depth -= 1;
    sum
}

/// A number, or what a line can speak of.
fn operand<'u>(input: &mut Input<'_, 'u>) -> Result<Sum<'u>, Fault> {
    // Of a word of the language and a known name the longer is meant; the word, where both are as long.
    let word = alt((decimal, keyword(EACH), measure.take()));
    let word = peek(opt(word)).parse_next(input)?.unwrap_or_default();
    let longer = name::readings.with_taken().verify(|(_, name): &(_, &str)| name.len() > word.len());
    let name = name::only(longer.map(|(readings, _)| readings));
    alt((
        term(alt((name.map(Subject::Weights), each, measure.map(Subject::Measure)))),
        token(numeral).map(|constant| Sum { constant, terms: Vec::new() }),
        name::unknown(OPERAND),
    ))
    .parse_next(input)
}

/// What a line can speak of, once.
fn term<'t, 'u>(
    subject: impl Parser<Input<'t, 'u>, Subject<'u>, Fault>,
) -> impl Parser<Input<'t, 'u>, Sum<'u>, Fault> {
    token(subject).with_span().map(|(subject, span)| Sum {
        constant: 0.0,
        terms: vec![Term { subject, coefficient: 1.0, at: span.start }],
    })
}

fn measure(input: &mut Input<'_, '_>) -> Result<Measure, Fault> {
    alt(Measure::ALL.map(|measure| keyword(measure.word()).value(measure))).parse_next(input)
}

fn each<'u>(input: &mut Input<'_, 'u>) -> Result<Subject<'u>, Fault> {
    let name = alt((name::only(name::readings), name::unknown("the name of an asset or a group")));
    let asset = preceded(token(keyword(name::ASSET)), opt(preceded(token(keyword("in")), name)));
    let subject = alt((asset.map(Subject::EachAsset), name::grouping.map(Subject::EachGroup)));
    preceded(token(keyword(EACH)), subject).parse_next(input)
}

/// A number and the percent sign after it, where no name goes on.
fn numeral<S: Debug>(input: &mut Text<'_, S>) -> Result<f64, Fault> {
    let percent = opt(preceded(blank, '%')).map(|sign| sign.is_some());
    (terminated(decimal, not(one_of(name::goes_on))), percent)
        .with_span()
        .try_map(|((decimal, percent), span)| {
            value(decimal, percent).ok_or_else(|| Fault::expected(span.start, "a finite number"))
        })
        .parse_next(input)
}

fn decimal<'t, S: Debug>(input: &mut Text<'t, S>) -> Result<&'t str, Fault> {
    let digits = |least: usize| take_while(least.., '0'..='9');
    let mantissa = alt(((digits(1), opt(('.', digits(0)))).void(), ('.', digits(1)).void()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digits(1));
    (mantissa, opt(exponent)).take().parse_next(input)
}

/// The value of the digits of a number, if it is finite.
fn value(digits: &str, percent: bool) -> Option<f64> {
    // Two decimal places further, 0.1 % is the number nearest to 0.001; divided by 100, it need not be.
    let shifted = || format!("{digits}e-2").parse::<f64>().ok();
    let value = digits.parse::<f64>().ok()?;
    let value = if percent { shifted().unwrap_or(value / 100.0) } else { value };
    Some(value).filter(|value| value.is_finite())
}

/// A word of the language, which ends where a name could end.
fn keyword<'t, 'u>(word: &'static str) -> impl Parser<Input<'t, 'u>, &'t str, Fault> {
    terminated(word, not(one_of(name::goes_on)))
}

/// What is read, and the blanks after it.
fn token<'t, S: Debug, O>(parser: impl Parser<Text<'t, S>, O, Fault>) -> impl Parser<Text<'t, S>, O, Fault> {
    terminated(parser, blank)
}

pub(super) fn blank<'t, S: Debug>(input: &mut Text<'t, S>) -> Result<&'t str, Fault> {
    take_while(0.., char::is_whitespace).parse_next(input)
}

/// Whether a text is a number without a sign.
pub(super) fn is_number(text: &str) -> bool {
    decimal.parse(Text { input: LocatingSlice::new(text), state: () }).is_ok()
}

/// A text that is one number, with a sign before it or a percent sign after it.
#[cfg(feature = "serde")]
pub(super) fn number(text: &str) -> Option<f64> {
    let sign = opt('-').map(|minus| if minus.is_some() { -1.0 } else { 1.0 });
    let mut number = (sign, numeral).map(|(sign, number)| sign * number);
    number.parse(Text { input: LocatingSlice::new(text), state: () }).ok()
}
