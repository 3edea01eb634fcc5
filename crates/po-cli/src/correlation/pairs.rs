//! Pairs of assets, as they are written.

use crate::error::SettingsError;

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

/// Reads `A:B`, each pair once.
pub(super) fn parse(texts: &[String]) -> Result<Vec<Pair>, SettingsError> {
    let mut pairs: Vec<Pair> = Vec::with_capacity(texts.len());
    for text in texts {
        let bad = |reason| SettingsError::BadPair { text: text.clone(), reason };
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let [one, other] = parts[..] else {
            return Err(bad("is no pair, expected two names with a colon between them, such as AAPL:MSFT"));
        };
        if one.is_empty() || other.is_empty() {
            return Err(bad("lacks a name, expected two with a colon between them, such as AAPL:MSFT"));
        }
        if one == other {
            return Err(bad("is an asset with itself, expected two assets"));
        }
        let pair = Pair { one: one.to_owned(), other: other.to_owned() };
        if pairs.iter().any(|before| before.is(&pair)) {
            return Err(bad("stands there twice, expected each pair once"));
        }
        pairs.push(pair);
    }
    Ok(pairs)
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
