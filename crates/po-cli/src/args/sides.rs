//! What is held short, and how large the books are.

use std::str::FromStr;

use clap::Args;
use po_engine::hrp;
use serde::Deserialize;

use super::part::part;
use super::text::{from_text, names};

/// Which assets are held short, and how large the positions are.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct SideArgs {
    /// Hold these assets short, for hrp: a short counts as the mirror image of its asset, and --bounds and --group-bounds are on the sizes of positions
    #[arg(help_heading = "Long and short", long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(deserialize_with = "names")]
    pub(crate) short: Option<Vec<String>>,
    /// Sizes of the long and of the short book as fractions of capital, such as 1.3:0.3, or one number for both together, which leaves to risk how much of it is long [default: 1]
    #[arg(help_heading = "Long and short", long, value_name = "LONG:SHORT", allow_hyphen_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub(crate) exposure: Option<Exposure>,
}

part!(SideArgs { short, exposure });

/// The sizes of the books, or of both together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Exposure(pub(crate) hrp::Exposure);

impl FromStr for Exposure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |text: &str| {
            let number: Option<f64> = text.trim().parse().ok();
            number.filter(|size| size.is_finite() && *size >= 0.0).ok_or_else(|| {
                format!("{text:?} is no size, expected numbers of zero or more such as 1.3:0.3, or one such as 1.6")
            })
        };
        let exposure = match text.split_once(':') {
            Some((long, short)) => hrp::Exposure::Books { long: size(long)?, short: size(short)? },
            None => hrp::Exposure::Gross(size(text)?),
        };
        match exposure.gross() {
            gross if gross > 0.0 && gross.is_finite() => Ok(Self(exposure)),
            gross => Err(format!("the gross exposure is {gross}, expected a finite number above zero")),
        }
    }
}
