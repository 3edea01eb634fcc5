//! Names in a line of text, and the assets they stand for.

use po_core::{InputError, Universe, nearest_name};
use winnow::Parser;
use winnow::combinator::{alt, opt, peek, repeat, terminated};
use winnow::stream::{Location, Stream};
use winnow::token::{none_of, one_of};

use super::fault::Fault;
use super::parse::Input;

/// What a name may be put in.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// What stands for every asset.
const ALL: &str = "all";

/// What makes clear that a name is that of an asset: `asset:AAPL`.
const ASSET: &str = "asset";

/// The words of the language, which may be meant where a name is unknown.
const WORDS: [&str; 10] =
    ["volatility", "correlations", "mean", "vol", "corr", "var", "cvar", "skew", "kurtosis", "probability"];

/// Whether a word goes on with this character.
pub(super) fn goes_on(c: char) -> bool {
    !c.is_whitespace() && !"+-*/()<>=!%,;@:≤≥×".contains(c) && !QUOTES.contains(&c)
}

/// One name: the assets it stands for, ascending.
pub(super) fn members(input: &mut Input<'_, '_>) -> Result<Vec<usize>, Fault> {
    let (universe, at) = (input.state, input.current_token_start());
    if let Some(name) = opt(quoted).parse_next(input)? {
        if opt(':').parse_next(input)?.is_some() {
            return qualified(input, universe, &name);
        }
        return only(universe, &name, at);
    }
    let rest: &str = input.peek_finish();
    if let Some(qualifier) = qualifier(universe, rest) {
        let length = qualifier.len() + 1;
        let qualifier = qualifier.to_owned();
        input.next_slice(length);
        return qualified(input, universe, &qualifier);
    }
    match longest(rest, names(universe)) {
        Some(name) => {
            let name = name.to_owned();
            input.next_slice(name.len());
            only(universe, &name, at)
        }
        None => Err(unknown(universe, rest, at)),
    }
}

/// A known name stands here, though it may be ambiguous.
pub(super) fn is_known(input: &mut Input<'_, '_>) -> bool {
    let universe = input.state;
    let rest: &str = input.peek_finish();
    let quoted = peek(one_of::<_, _, Fault>(QUOTES)).parse_next(input).is_ok();
    quoted || qualifier(universe, rest).is_some() || longest(rest, names(universe)).is_some()
}

/// Every name of an asset or a group, and the word for all.
fn names(universe: &Universe) -> impl Iterator<Item = &str> {
    let groups = universe.groupings().iter().flat_map(|grouping| grouping.labels().iter().flatten());
    universe.names().iter().chain(groups).map(String::as_str).chain([ALL])
}

fn qualifier<'t>(universe: &Universe, rest: &'t str) -> Option<&'t str> {
    let (before, _) = rest.split_once(':')?;
    let known = before == ASSET || universe.groupings().iter().any(|grouping| grouping.name() == before);
    known.then_some(before)
}

/// What follows a qualifier and its colon.
fn qualified(input: &mut Input<'_, '_>, universe: &Universe, qualifier: &str) -> Result<Vec<usize>, Fault> {
    let grouping = universe.groupings().iter().find(|grouping| grouping.name() == qualifier);
    let labels = grouping.map(|grouping| grouping.groups());
    let known = || -> Box<dyn Iterator<Item = &str> + '_> {
        match &labels {
            Some(labels) => Box::new(labels.iter().copied()),
            None => Box::new(universe.names().iter().map(String::as_str)),
        }
    };
    if labels.is_none() && qualifier != ASSET {
        return universe.grouping(qualifier).map(|_| Vec::new()).map_err(Fault::Input);
    }
    let name = match opt(quoted).parse_next(input)? {
        Some(name) => name,
        None => {
            let rest: &str = input.peek_finish();
            let name = longest(rest, known()).unwrap_or_else(|| phrase(rest)).to_owned();
            input.next_slice(name.len());
            name
        }
    };
    match grouping {
        Some(grouping) => grouping.members(&name).map_err(Fault::Input),
        None => universe.index_of(&name).map(|asset| vec![asset]).map_err(Fault::Input),
    }
}

/// The one thing that a name stands for.
fn only(universe: &Universe, name: &str, at: usize) -> Result<Vec<usize>, Fault> {
    let asset = universe.names().iter().position(|known| known == name);
    let groups: Vec<_> =
        universe.groupings().iter().filter(|grouping| grouping.members(name).is_ok()).collect();
    match (asset, groups.as_slice()) {
        (Some(asset), []) => Ok(vec![asset]),
        (None, [grouping]) => grouping.members(name).map_err(Fault::Input),
        (None, []) if name == ALL => Ok((0..universe.len()).collect()),
        (None, []) => Err(unknown(universe, name, at)),
        _ => {
            let qualifiers =
                asset.map(|_| ASSET).into_iter().chain(groups.iter().map(|grouping| grouping.name()));
            let names: Vec<_> = qualifiers.map(|qualifier| format!("{qualifier}:{name}")).collect();
            Err(Fault::expected(at, format!("one of {}", names.join(", "))))
        }
    }
}

/// Says why what stands here is no name.
fn unknown(universe: &Universe, rest: &str, at: usize) -> Fault {
    let name = phrase(rest);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Fault::expected(at, "the name of an asset or a group");
    }
    let nearest = nearest_name(name, names(universe).chain(WORDS)).map(str::to_owned);
    Fault::Input(InputError::UnknownName { kind: "asset or group", name: name.to_owned(), nearest })
}

/// The longest of the names with which `rest` begins.
fn longest<'u>(rest: &str, names: impl Iterator<Item = &'u str>) -> Option<&'u str> {
    let stands = |name: &str| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(goes_on));
    names.filter(|name| stands(name)).max_by_key(|name| name.len())
}

/// What a reader would take for a name at the beginning of `rest`: a word, with hyphens inside.
fn phrase(rest: &str) -> &str {
    let ends = |(place, c): (usize, char)| {
        let inside = c == '-' && rest[place + 1..].starts_with(char::is_alphabetic);
        !(goes_on(c) || (inside && place > 0))
    };
    let end = rest.char_indices().find(|found| ends(*found)).map_or(rest.len(), |(place, _)| place);
    &rest[..end]
}

/// A name in quotes; inside, the quote is doubled.
fn quoted(input: &mut Input<'_, '_>) -> Result<String, Fault> {
    let name = |quote: char| {
        let inside = repeat(0.., alt(((quote, quote).value(quote), none_of(quote))));
        terminated(inside, quote.context(format!("a closing {quote}")))
    };
    one_of(QUOTES).flat_map(name).parse_next(input)
}
