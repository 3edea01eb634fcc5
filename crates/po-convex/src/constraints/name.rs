//! Names in a line of text, and the assets and groups they stand for.

use po_core::{Grouping, InputError, Universe, nearest_name};
use winnow::Parser;
use winnow::combinator::{alt, opt, peek, preceded, repeat, terminated};
use winnow::error::ParserError;
use winnow::stream::{Location, Stream};
use winnow::token::{none_of, one_of};

use super::fault::Fault;
use super::parse::{Input, blank, is_number, start};
use super::sum::Measure;

/// What a name may be put in.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// What makes clear that a name is that of an asset: `asset:AAPL`.
pub(super) const ASSET: &str = "asset";

/// What a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading<'u> {
    Asset(usize),
    Group(&'u Grouping, &'u str),
}

/// Where a name is looked for.
#[derive(Clone, Copy)]
enum Among<'u> {
    Assets,
    Groups(&'u Grouping),
}

impl Reading<'_> {
    /// The assets, ascending.
    pub(super) fn members(self) -> Vec<usize> {
        match self {
            Self::Asset(asset) => vec![asset],
            Self::Group(grouping, label) => {
                let own = grouping.labels().iter().enumerate();
                own.filter(|(_, own)| own.as_deref() == Some(label)).map(|(asset, _)| asset).collect()
            }
        }
    }

    /// How to write it so that it can stand for nothing else.
    fn qualified(self, universe: &Universe) -> String {
        match self {
            Self::Asset(asset) => format!("{ASSET}:{}", quoted_if_odd(&universe.label(asset))),
            Self::Group(grouping, label) => {
                // Unquoted, the word stands for the assets themselves.
                let name =
                    if grouping.name() == ASSET { quote(ASSET) } else { quoted_if_odd(grouping.name()) };
                format!("{name}:{}", quoted_if_odd(label))
            }
        }
    }
}

impl<'u> Among<'u> {
    fn names(self, universe: &'u Universe) -> Box<dyn Iterator<Item = &'u str> + 'u> {
        match self {
            Self::Assets => Box::new(universe.names().iter().map(String::as_str)),
            Self::Groups(grouping) => Box::new(grouping.labels().iter().flatten().map(String::as_str)),
        }
    }

    /// What exactly this name stands for here.
    fn exact(self, universe: &'u Universe, name: &str) -> Option<Reading<'u>> {
        match self {
            Self::Assets => universe.names().iter().position(|known| known == name).map(Reading::Asset),
            Self::Groups(grouping) => {
                let label = self.names(universe).find(|label| *label == name)?;
                Some(Reading::Group(grouping, label))
            }
        }
    }

    /// The word before the colon, where it needs no quotes.
    fn qualifier(self) -> Option<&'u str> {
        match self {
            Self::Assets => Some(ASSET),
            Self::Groups(grouping) => {
                Some(grouping.name()).filter(|name| *name != ASSET && !needs_quotes(name))
            }
        }
    }

    /// A name, quoted or as it is, which must be known here.
    fn name<'t>(self) -> impl Parser<Input<'t, 'u>, Reading<'u>, Fault> {
        move |input: &mut Input<'t, 'u>| {
            let universe = input.state.universe;
            let known_or_phrase = |input: &mut _| known_or_phrase(input, self.names(universe));
            let name = alt((quoted, known_or_phrase)).verify(|name: &str| !name.is_empty());
            let name = name.context("a name").parse_next(input)?;
            self.exact(universe, &name).ok_or_else(|| {
                let kind = match self {
                    Self::Assets => "asset",
                    Self::Groups(_) => "group",
                };
                let nearest = nearest_name(&name, self.names(universe)).map(str::to_owned);
                InputError::UnknownName { kind, name, nearest }.into()
            })
        }
    }
}

/// All places where a name is looked for.
fn everywhere(universe: &Universe) -> impl Iterator<Item = Among<'_>> {
    std::iter::once(Among::Assets).chain(universe.groupings().iter().map(Among::Groups))
}

/// All that exactly this name stands for.
fn meanings<'u>(universe: &'u Universe, name: &str) -> Vec<Reading<'u>> {
    everywhere(universe).filter_map(|place| place.exact(universe, name)).collect()
}

/// All that the known name here can stand for: one thing, unless the name is ambiguous.
pub(super) fn readings<'u>(input: &mut Input<'_, 'u>) -> Result<Vec<Reading<'u>>, Fault> {
    alt((in_quotes, without_quotes)).parse_next(input)
}

fn in_quotes<'u>(input: &mut Input<'_, 'u>) -> Result<Vec<Reading<'u>>, Fault> {
    let universe = input.state.universe;
    let name = quoted(input)?;
    if opt(colon).parse_next(input)?.is_some() {
        let place = Among::Groups(universe.grouping(&name)?);
        return Ok(vec![place.name().parse_next(input)?]);
    }
    let readings = meanings(universe, &name);
    if readings.is_empty() { Err(nowhere(universe, &name)) } else { Ok(readings) }
}

/// The longest of the known names, with and without a qualifier.
fn without_quotes<'u>(input: &mut Input<'_, 'u>) -> Result<Vec<Reading<'u>>, Fault> {
    let universe = input.state.universe;
    let plain = longest(input.peek_finish(), everywhere(universe).flat_map(|place| place.names(universe)));
    let plain = plain.map(|name| (name.len(), meanings(universe, name)));
    let mut found = Vec::from_iter(plain);
    let mut fault = Fault::from_input(input);
    for (place, qualifier) in everywhere(universe).filter_map(|place| Some((place, place.qualifier()?))) {
        let qualified = preceded((qualifier, colon), place.name()).with_taken();
        match peek(opt(qualified)).parse_next(input) {
            Ok(qualified) => found.extend(qualified.map(|(reading, taken)| (taken.len(), vec![reading]))),
            Err(other) => fault = other,
        }
    }
    let length = found.iter().map(|(length, _)| *length).max().ok_or(fault)?;
    input.next_slice(length);
    Ok(found.into_iter().filter(|(own, _)| *own == length).flat_map(|(_, readings)| readings).collect())
}

/// The one reading that there must be.
pub(super) fn only<'t, 'u>(
    mut readings: impl Parser<Input<'t, 'u>, Vec<Reading<'u>>, Fault>,
) -> impl Parser<Input<'t, 'u>, Reading<'u>, Fault> {
    move |input: &mut Input<'t, 'u>| {
        let (at, universe) = (input.current_token_start(), input.state.universe);
        match readings.parse_next(input)?.as_slice() {
            [reading] => Ok(*reading),
            several => {
                let names: Vec<_> = several.iter().map(|reading| reading.qualified(universe)).collect();
                Err(Fault::expected(at, format!("one of {}", names.join(", "))))
            }
        }
    }
}

/// The grouping that is named at the beginning.
pub(super) fn grouping<'u>(input: &mut Input<'_, 'u>) -> Result<&'u Grouping, Fault> {
    let universe = input.state.universe;
    let names = universe.groupings().iter().map(Grouping::name);
    let known_or_phrase = |input: &mut _| known_or_phrase(input, names.clone());
    let known_or_phrase = known_or_phrase.verify(|name: &str| !name.is_empty());
    let name = alt((quoted, known_or_phrase.context("asset or the name of a grouping"))).parse_next(input)?;
    Ok(universe.grouping(&name)?)
}

/// Says why what stands here is no name; `expected` is what could have stood there.
pub(super) fn unknown<'t, 'u, O>(expected: &'static str) -> impl Parser<Input<'t, 'u>, O, Fault> {
    move |input: &mut Input<'t, 'u>| {
        let universe = input.state.universe;
        let fault = || Err(Fault::expected(input.current_token_start(), expected));
        let phrase = phrase(input.peek_finish());
        let plain = || everywhere(universe).flat_map(|place| place.names(universe));
        let near = |mark: char| nearest_name(phrase, plain().filter(|name| name.contains(mark))).is_some();
        if let Some((qualifier, _)) = phrase.split_once(':').filter(|_| !near(':')) {
            if qualifier.is_empty() {
                return fault();
            }
            universe.grouping(qualifier.trim_end())?;
        }
        // A hyphen is part of a name only where a name that is near has one; else it is a minus.
        let phrase = if near('-') { phrase } else { phrase.split('-').next().unwrap_or(phrase).trim_end() };
        if phrase.is_empty() { fault() } else { Err(nowhere(universe, phrase)) }
    }
}

fn nowhere(universe: &Universe, name: &str) -> Fault {
    let known = everywhere(universe).flat_map(|place| place.names(universe));
    let known = known.chain(Measure::ALL.iter().map(|measure| measure.word()));
    let nearest = nearest_name(name, known).map(str::to_owned);
    InputError::UnknownName { kind: "asset or group", name: name.to_owned(), nearest }.into()
}

/// The longest of the names with which `rest` begins, out of those that need no quotes.
fn longest<'u>(rest: &str, names: impl Iterator<Item = &'u str>) -> Option<&'u str> {
    let stands = |name: &str| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(goes_on));
    names.filter(|name| stands(name) && !needs_quotes(name)).max_by_key(|name| name.len())
}

/// Whether a name is read in quotes only, because it could be taken for a sum or a relation.
fn needs_quotes(name: &str) -> bool {
    name.contains(|c: char| ends_name(c) && c != '/' && !c.is_whitespace())
}

/// Whether a name goes on with this character, or cannot end before it.
pub(super) fn goes_on(c: char) -> bool {
    c != '-' && !ends_name(c)
}

/// Whether a name that is not quoted cannot go on with this character, unless it is a known one.
fn ends_name(c: char) -> bool {
    c.is_whitespace() || "+*/()<>=!%,;≤≥".contains(c) || QUOTES.contains(&c)
}

/// What a reader would take for a name at the beginning of `rest`.
fn phrase(rest: &str) -> &str {
    let end = rest.find(|c: char| ends_name(c) && c != ' ').unwrap_or(rest.len());
    let phrase = &rest[..end];
    phrase.find(" -").map_or(phrase, |end| &phrase[..end]).trim_end()
}

/// The longest of the names at the beginning, or else what a reader would take for a name.
fn known_or_phrase<'u>(
    input: &mut Input<'_, 'u>,
    names: impl Iterator<Item = &'u str>,
) -> Result<String, Fault> {
    let rest = input.peek_finish();
    let length = longest(rest, names).unwrap_or(phrase(rest)).len();
    Ok(input.next_slice(length).to_owned())
}

fn colon(input: &mut Input<'_, '_>) -> Result<(), Fault> {
    (blank, ':', blank).void().parse_next(input)
}

/// A name in quotes; inside, the quote is doubled.
fn quoted(input: &mut Input<'_, '_>) -> Result<String, Fault> {
    let name = |quote: char| {
        let inside = repeat(0.., alt(((quote, quote).value(quote), none_of(quote))));
        terminated(inside, quote.context(format!("a closing {quote}")))
    };
    one_of(QUOTES).flat_map(name).parse_next(input)
}

fn quote(name: &str) -> String {
    match QUOTES.iter().find(|quote| !name.contains(**quote)) {
        Some(quote) => format!("{quote}{name}{quote}"),
        None => format!("'{}'", name.replace('\'', "''")),
    }
}

fn quoted_if_odd(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_.&^-".contains(c);
    let odd = !name.chars().all(plain) || name.starts_with('-') || is_number(name);
    if odd { quote(name) } else { name.to_owned() }
}

/// A name as a cell of a table holds it, so that it is read as one name even where it holds blanks or operators.
pub(super) fn of_cell(universe: &Universe, cell: &str) -> String {
    let known = !meanings(universe, cell).is_empty();
    let keyword = Measure::ALL.iter().any(|measure| measure.word() == cell);
    if known && !keyword { quoted_if_odd(cell) } else { cell.to_owned() }
}

/// The shortest way to write an asset that is read as this asset, whatever follows.
pub(super) fn of_asset(universe: &Universe, asset: usize) -> String {
    let label = universe.label(asset);
    let this = [Reading::Asset(asset)];
    let is_read = |text: &str| readings.parse(start(text, universe)).is_ok_and(|readings| readings == this);
    let mut names = everywhere(universe).flat_map(|place| place.names(universe));
    let longer = |name: &str| name.strip_prefix(label.as_str()).is_some_and(|rest| !rest.is_empty());
    let reserved = Measure::ALL.iter().any(|measure| measure.word() == label);
    let plain = quoted_if_odd(&label) == label && !reserved && !names.any(longer);
    let quoted = quote(&label);
    if plain && is_read(&label) {
        label
    } else if is_read(&quoted) {
        quoted
    } else {
        format!("{ASSET}:{quoted}")
    }
}
