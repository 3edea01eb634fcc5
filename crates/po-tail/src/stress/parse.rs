//! The grammar of stresses and views: a line of text becomes a statement.
//!
//! A parser that says what it expects must succeed; where one that does not say so fails, the next one is tried.

use po_core::{Confidence, Universe};
use winnow::Parser;
use winnow::combinator::{alt, eof, fail, not, opt, peek, preceded, repeat, terminated};
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{one_of, take_while};

use super::fault::Fault;
use super::name;
use super::view::{PoolingView, Relation, Statistic};
use crate::Error;

/// Text that speaks of a universe.
pub(super) type Input<'t, 'u> = Stateful<LocatingSlice<&'t str>, &'u Universe>;

const SIGN: &str = "a number with or without a percent sign";
const RELATION: &str = "<=, >= or =";

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    /// Returns of these assets.
    Shock(Vec<usize>, f64),
    /// What the volatilities of these assets are multiplied by.
    Volatility(Vec<usize>, f64),
    /// All correlations.
    Correlations(f64),
    /// A view.
    View(PoolingView),
}

/// A sum of numbers and expected returns.
#[derive(Clone, Debug, Default)]
struct Sum {
    constant: f64,
    terms: Vec<(usize, f64)>,
}

/// A word that a statistic is written as, in short and in full.
#[derive(Clone, Copy, Debug)]
enum Word {
    Volatility,
    Skewness,
    Kurtosis,
    Correlation,
    Var,
    Cvar,
    Probability,
}

/// Reads a line.
pub(super) fn statement(text: &str, universe: &Universe) -> Result<Statement, Error> {
    let mut input = Stateful { input: LocatingSlice::new(text), state: universe };
    let line = alt((change, view.map(Statement::View), shock));
    preceded(blank, line).parse_next(&mut input).map_err(|fault: Fault| fault.of(text))
}

fn end(input: &mut Input<'_, '_>) -> Result<(), Fault> {
    eof.context("the end").void().parse_next(input)
}

/// `AAPL -20%`.
fn shock(input: &mut Input<'_, '_>) -> Result<Statement, Fault> {
    let assets = token(name::members).parse_next(input)?;
    let size = signed.context(SIGN).parse_next(input)?;
    end(input)?;
    Ok(Statement::Shock(assets, size))
}

/// `volatility x2`, `volatility Energy x1.5`, `correlations 0.8`.
fn change(input: &mut Input<'_, '_>) -> Result<Statement, Fault> {
    alt((volatility, correlations)).parse_next(input)
}

fn volatility(input: &mut Input<'_, '_>) -> Result<Statement, Fault> {
    let keyword = alt((keyword("volatility"), keyword("volatilities"), keyword("vol")));
    let times = || token(alt(('x', '*', '×')));
    token(keyword).parse_next(input)?;
    let everyone = opt(peek((times(), decimal))).parse_next(input)?.is_some();
    let assets =
        if everyone { (0..input.state.len()).collect() } else { token(name::members).parse_next(input)? };
    // With a relation after the name, the line is a view.
    times().parse_next(input)?;
    let factor = numeral.context("a number").parse_next(input)?;
    end(input)?;
    Ok(Statement::Volatility(assets, factor))
}

fn correlations(input: &mut Input<'_, '_>) -> Result<Statement, Fault> {
    token(alt((keyword("correlations"), keyword("correlation"), keyword("corr")))).parse_next(input)?;
    if name::is_known(input) {
        // The line is a view.
        return fail.parse_next(input);
    }
    let value = signed.context("a number, or the name of an asset or a group").parse_next(input)?;
    end(input)?;
    Ok(Statement::Correlations(value))
}

fn view(input: &mut Input<'_, '_>) -> Result<PoolingView, Fault> {
    alt((statistic, means)).parse_next(input)
}

fn statistic(input: &mut Input<'_, '_>) -> Result<PoolingView, Fault> {
    let word = word.parse_next(input)?;
    let confidence = match word {
        Word::Var | Word::Cvar => opt(level).parse_next(input)?,
        _ => None,
    };
    token("").parse_next(input)?;
    let tail = || match confidence {
        Some(confidence) => Ok(confidence),
        None => Confidence::new(0.95).map_err(Fault::Input),
    };
    let statistic = if matches!(word, Word::Correlation) {
        let (first, second) = (token(asset), token(asset)).parse_next(input)?;
        Statistic::Correlation(first, second)
    } else {
        let terms = average(&token(name::members).parse_next(input)?);
        match word {
            Word::Volatility => Statistic::Volatility(terms),
            Word::Skewness => Statistic::Skewness(terms),
            Word::Kurtosis => Statistic::Kurtosis(terms),
            Word::Var => Statistic::Var(terms, tail()?),
            Word::Cvar => Statistic::Cvar(terms, tail()?),
            Word::Correlation | Word::Probability => {
                token(alt(("<=", "≤"))).context("<=").parse_next(input)?;
                Statistic::Probability(terms, signed.context(SIGN).parse_next(input)?)
            }
        }
    };
    let relation = relation.parse_next(input)?;
    let value = signed.context(SIGN).parse_next(input)?;
    end(input)?;
    Ok(PoolingView { statistic, relation, value })
}

/// A relation between two sums of expected returns, one of which at least speaks of an asset.
fn means(input: &mut Input<'_, '_>) -> Result<PoolingView, Fault> {
    let at = input.current_token_start();
    let left = sum.parse_next(input)?;
    let relation = relation.parse_next(input)?;
    let right = sum.context("a number or mean").parse_next(input)?;
    eof.context("+, - or the end").parse_next(input)?;
    let mut terms: Vec<(usize, f64)> = Vec::new();
    let negated = right.terms.iter().map(|&(asset, c)| (asset, -c));
    for (asset, c) in left.terms.iter().copied().chain(negated) {
        match terms.iter_mut().find(|(known, _)| *known == asset) {
            Some((_, sum)) => *sum += c,
            None => terms.push((asset, c)),
        }
    }
    terms.retain(|(_, c)| *c != 0.0);
    if terms.is_empty() {
        return Err(Fault::expected(at, "a view that speaks of an asset"));
    }
    let (mut relation, mut value) = (relation, right.constant - left.constant);
    // Of the same view the reading with a positive first coefficient is the natural one.
    if terms.iter().all(|(_, c)| *c < 0.0) {
        terms.iter_mut().for_each(|(_, c)| *c = -*c);
        value = -value;
        relation = match relation {
            Relation::AtMost => Relation::AtLeast,
            Relation::AtLeast => Relation::AtMost,
            Relation::Equal => Relation::Equal,
        };
    }
    Ok(PoolingView { statistic: Statistic::Mean(terms), relation, value })
}

fn sum(input: &mut Input<'_, '_>) -> Result<Sum, Fault> {
    let sign = |input: &mut Input<'_, '_>| token(alt(('+'.value(1.0), '-'.value(-1.0)))).parse_next(input);
    let add = |mut sum: Sum, (sign, term): (f64, Sum)| {
        sum.constant += sign * term.constant;
        sum.terms.extend(term.terms.into_iter().map(|(asset, c)| (asset, sign * c)));
        sum
    };
    let first = (opt(sign).map(|sign| sign.unwrap_or(1.0)), term).parse_next(input)?;
    let first = add(Sum::default(), first);
    let more = (sign, term.context("a number or mean"));
    repeat(0.., more).fold(move || first.clone(), add).parse_next(input)
}

/// `mean AAPL`, `2 * mean AAPL` or a number.
fn term(input: &mut Input<'_, '_>) -> Result<Sum, Fault> {
    let mut mean = |input: &mut Input<'_, '_>| {
        token(alt((keyword("mean"), keyword("expected")))).parse_next(input)?;
        token(name::members).parse_next(input)
    };
    let Some(factor) = opt(token(numeral)).parse_next(input)? else {
        let members = mean.parse_next(input)?;
        return Ok(Sum { constant: 0.0, terms: average(&members) });
    };
    if opt(token('*')).parse_next(input)?.is_none() {
        return Ok(Sum { constant: factor, terms: Vec::new() });
    }
    let members = mean.context("mean").parse_next(input)?;
    let terms = average(&members).into_iter().map(|(asset, c)| (asset, factor * c)).collect();
    Ok(Sum { constant: 0.0, terms })
}

fn word(input: &mut Input<'_, '_>) -> Result<Word, Fault> {
    alt((
        alt((keyword("volatility"), keyword("vol"))).value(Word::Volatility),
        alt((keyword("skewness"), keyword("skew"))).value(Word::Skewness),
        keyword("kurtosis").value(Word::Kurtosis),
        alt((keyword("correlation"), keyword("corr"))).value(Word::Correlation),
        keyword("var").value(Word::Var),
        keyword("cvar").value(Word::Cvar),
        keyword("probability").value(Word::Probability),
    ))
    .parse_next(input)
}

/// `@95%` or `@0.95`.
fn level(input: &mut Input<'_, '_>) -> Result<Confidence, Fault> {
    let level = preceded('@', numeral.context("a confidence, for example 95%")).parse_next(input)?;
    Confidence::new(level).map_err(Fault::Input)
}

fn asset(input: &mut Input<'_, '_>) -> Result<usize, Fault> {
    let at = input.current_token_start();
    match name::members(input)?.as_slice() {
        [asset] => Ok(*asset),
        _ => Err(Fault::expected(at, "the name of one asset")),
    }
}

/// The same share in each of the assets.
fn average(members: &[usize]) -> Vec<(usize, f64)> {
    members.iter().map(|&asset| (asset, 1.0 / members.len() as f64)).collect()
}

fn relation(input: &mut Input<'_, '_>) -> Result<Relation, Fault> {
    let sign = alt((
        alt(("<=", "≤")).value(Relation::AtMost),
        alt((">=", "≥")).value(Relation::AtLeast),
        alt(("==", "=")).value(Relation::Equal),
    ));
    token(sign).context(RELATION).parse_next(input)
}

/// A number with a sign before it or none.
fn signed(input: &mut Input<'_, '_>) -> Result<f64, Fault> {
    let sign = token(alt(('+'.value(1.0), alt(('-', '−')).value(-1.0))));
    (opt(sign), token(numeral)).map(|(sign, value)| sign.unwrap_or(1.0) * value).parse_next(input)
}

/// A number and the percent sign after it.
fn numeral(input: &mut Input<'_, '_>) -> Result<f64, Fault> {
    let at = input.current_token_start();
    let (digits, percent) =
        (terminated(decimal, not(one_of(name::goes_on))), opt(preceded(blank, '%'))).parse_next(input)?;
    // Two decimal places further, 0.1 % is the number nearest to 0.001; divided by 100, it need not be.
    let text = if percent.is_some() && !digits.contains(['e', 'E']) {
        format!("{digits}e-2")
    } else {
        digits.to_owned()
    };
    let value = text.parse::<f64>().ok();
    let value =
        if percent.is_some() && digits.contains(['e', 'E']) { value.map(|x| x / 100.0) } else { value };
    value.filter(|value| value.is_finite()).ok_or_else(|| Fault::expected(at, "a finite number"))
}

fn decimal<'t>(input: &mut Input<'t, '_>) -> Result<&'t str, Fault> {
    let digits = |least: usize| take_while(least.., '0'..='9');
    let mantissa = alt(((digits(1), opt(('.', digits(0)))).void(), ('.', digits(1)).void()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digits(1));
    (mantissa, opt(exponent)).take().parse_next(input)
}

/// A word of the language, which ends where a name could end.
fn keyword<'t, 'u>(word: &'static str) -> impl Parser<Input<'t, 'u>, &'t str, Fault> {
    token(terminated(word, not(one_of(name::goes_on))))
}

/// What is read, and the blanks after it.
fn token<'t, 'u, O>(parser: impl Parser<Input<'t, 'u>, O, Fault>) -> impl Parser<Input<'t, 'u>, O, Fault> {
    terminated(parser, blank)
}

fn blank<'t>(input: &mut Input<'t, '_>) -> Result<&'t str, Fault> {
    take_while(0.., char::is_whitespace).parse_next(input)
}

impl PoolingView {
    /// Reads a view in words: `mean AAPL >= mean MSFT + 0.1%`, `vol AAPL = 2%`, `corr AAPL MSFT = 0.5`,
    /// `var@99% AAPL >= 5%`, `cvar@95% AAPL = 4%`, `skew AAPL = -1`, `kurtosis AAPL >= 5`,
    /// `probability AAPL <= -5% = 10%`.
    ///
    /// A group stands for the portfolio that holds the same share of each of its assets.
    /// A confidence that is not told is 95 %.
    ///
    /// # Errors
    /// [`Error::Syntax`] with the place where reading ended; [`InputError::UnknownName`](po_core::InputError) with the
    /// nearest known name.
    pub fn parse(text: &str, universe: &Universe) -> Result<Self, Error> {
        match statement(text, universe)? {
            Statement::View(view) => Ok(view),
            _ => Err(Fault::expected(0, "a view, for example mean AAPL >= 0.1%").of(text)),
        }
    }
}
