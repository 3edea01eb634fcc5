//! Pairs of assets, as they are written.

use crate::error::SettingsError;

/// More pairs than these are a table that nobody reads, and fill the memory with many dates.
const MOST: usize = 1000;

const NO_PAIR: &str = "is no pair, expected two names with a colon between them, such as AAPL:MSFT";
const ALONE: &str = "names one asset, expected two or more, such as AAPL,MSFT";
const TWICE: &str = "names an asset twice, expected each once";

/// Two assets, by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) one: String,
    pub(super) other: String,
}

impl Pair {
    /// `A:B`, as it was asked for.
    pub(super) fn text(&self) -> String {
        format!("{}:{}", self.one, self.other)
    }

    /// Whether the assets are the same, in either order.
    fn is(&self, pair: &Self) -> bool {
        self == pair || (self.one == pair.other && self.other == pair.one)
    }
}

/// Reads texts that are each a list of pairs, `A:B,C:D`, or a list of names, `A,B,C`, for all pairs among them.
///
/// Texts of a single name each are one list of names: a configuration file writes them so.
pub(super) fn parse(texts: &[String]) -> Result<Vec<Pair>, SettingsError> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut single: Vec<&str> = Vec::new();
    for text in texts {
        let bad = |reason| SettingsError::BadPair { text: text.clone(), reason };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(bad("lacks a name, expected names such as AAPL,MSFT or pairs such as AAPL:MSFT"));
        }
        match parts.iter().filter(|part| part.contains(':')).count() {
            0 if parts.len() == 1 => single.extend(parts),
            0 => add_all(&parts, text, &mut pairs)?,
            some if some == parts.len() => {
                parts.into_iter().try_for_each(|part| add(pair(part)?, part, &mut pairs))?;
            }
            _ => {
                return Err(bad(
                    "mixes names and pairs, expected names, such as AAPL,MSFT,XOM for all pairs among them, or pairs, such as AAPL:MSFT,AAPL:XOM",
                ));
            }
        }
    }
    match single[..] {
        [] => {}
        [one] => return Err(SettingsError::BadPair { text: one.to_owned(), reason: ALONE }),
        _ => add_all(&single, &single.join(","), &mut pairs)?,
    }
    if pairs.len() > MOST {
        let reason = "makes more than 1000 pairs, expected fewer";
        return Err(SettingsError::BadPair { text: texts.join(","), reason });
    }
    Ok(pairs)
}

/// The pair that stands in a text.
fn pair(text: &str) -> Result<Pair, SettingsError> {
    let bad = |reason| SettingsError::BadPair { text: text.to_owned(), reason };
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let [one, other] = parts[..] else { return Err(bad(NO_PAIR)) };
    if one.is_empty() || other.is_empty() {
        return Err(bad("lacks a name, expected two with a colon between them, such as AAPL:MSFT"));
    }
    if one == other {
        return Err(bad("is an asset with itself, expected two assets"));
    }
    Ok(Pair { one: one.to_owned(), other: other.to_owned() })
}

/// All pairs among some names.
fn add_all(names: &[&str], text: &str, pairs: &mut Vec<Pair>) -> Result<(), SettingsError> {
    for (place, one) in names.iter().enumerate() {
        for other in &names[place + 1..] {
            if one == other {
                return Err(SettingsError::BadPair { text: text.to_owned(), reason: TWICE });
            }
            let pair = Pair { one: (*one).to_owned(), other: (*other).to_owned() };
            add(pair, text, pairs)?;
        }
    }
    Ok(())
}

/// One more pair, each once; what is read last of too many makes no difference.
fn add(pair: Pair, text: &str, pairs: &mut Vec<Pair>) -> Result<(), SettingsError> {
    if pairs.len() > MOST {
        return Ok(());
    }
    if pairs.iter().any(|before| before.is(&pair)) {
        let text = if text.contains(',') { pair.text() } else { text.to_owned() };
        let reason = "stands there twice, expected each pair once";
        return Err(SettingsError::BadPair { text, reason });
    }
    pairs.push(pair);
    Ok(())
}

/// The assets of pairs, each once, as they first appear.
pub(super) fn assets(pairs: &[Pair]) -> Vec<String> {
    let mut assets: Vec<String> = Vec::new();
    for name in pairs.iter().flat_map(|pair| [&pair.one, &pair.other]) {
        if !assets.contains(name) {
            assets.push(name.clone());
        }
    }
    assets
}
