//! What to do about missing values.

use std::str::FromStr;

use po_engine::nearest_name;

/// What to do about missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Missing {
    #[default]
    CompleteRows,
    CompleteAssets,
    /// The greatest share of missing returns that an asset may have.
    DropSparse(f64),
    /// How many missing prices in a row are filled with the last one.
    CarryForward(usize),
    Refuse,
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NAMES: [&str; 5] =
            ["complete-rows", "complete-assets", "drop-sparse", "carry-forward", "refuse"];
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("complete-rows", None) => Ok(Self::CompleteRows),
            ("complete-assets", None) => Ok(Self::CompleteAssets),
            ("refuse", None) => Ok(Self::Refuse),
            ("drop-sparse", Some(share)) => match share.parse() {
                Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::DropSparse(share)),
                _ => Err(format!("the share of missing returns is {share:?}, expected a number in [0, 1]")),
            },
            ("carry-forward", Some(rows)) => match rows.parse() {
                Ok(rows) if rows > 0 => Ok(Self::CarryForward(rows)),
                _ => Err(format!("the number of rows is {rows:?}, expected a whole number above zero")),
            },
            ("drop-sparse", None) => Err("it lacks a share, expected for example drop-sparse=0.2".to_owned()),
            ("carry-forward", None) => {
                Err("it lacks a number of rows, expected for example carry-forward=3".to_owned())
            }
            (name, Some(_)) if NAMES.contains(&name) => Err(format!("{name} takes no value")),
            _ => Err(match nearest_name(name, NAMES) {
                Some(nearest) => format!("it is unknown, did you mean {nearest:?}?"),
                None => format!("it is unknown, expected one of {}", NAMES.join(", ")),
            }),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CompleteRows => f.write_str("complete-rows"),
            Self::CompleteAssets => f.write_str("complete-assets"),
            Self::DropSparse(share) => write!(f, "drop-sparse={share}"),
            Self::CarryForward(rows) => write!(f, "carry-forward={rows}"),
            Self::Refuse => f.write_str("refuse"),
        }
    }
}
