//! What is done to the weights of a method afterwards.

use std::str::FromStr;

use clap::Args;
use serde::Deserialize;

use super::part::part;
use super::text::{from_text, one_or_many};

/// Settings of the overlay.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct OverlayArgs {
    /// Cap the losses of the weights of any method: tail:cvar<=3% makes the smallest change, into cash where nothing else will do, that brings conditional value at risk (see --confidence) per period to 3 %; it comes last, after any band and constraints
    #[arg(help_heading = "Overlay", long, value_name = "SPEC")]
    #[serde(deserialize_with = "from_text")]
    pub(crate) overlay: Option<TailCap>,
    /// The scenarios of the overlay: an episode such as '2008 GFC' or COVID, whose days take the place of all, or what follows every scenario, such as 'all -10%', 'Energy -30%', 'volatility x2' or 'correlations 0.8'; may be repeated [default: the observations]
    #[arg(help_heading = "Overlay", long, value_name = "TEXT")]
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) stress: Option<Vec<String>>,
}

part!(OverlayArgs { overlay, stress });

/// A fraction, with or without a percent sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fraction(pub(crate) f64);

impl FromStr for Fraction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |number| (number.trim_end(), 100.0));
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self(number / unit)),
            _ => Err(format!("the number is {text:?}, expected one such as 0.03 or 3%")),
        }
    }
}

/// The greatest conditional value at risk, as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TailCap(pub(crate) f64);

impl FromStr for TailCap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected tail:cvar<=CAP, such as tail:cvar<=3%";
        let compact: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let (kind, limit) =
            compact.split_once(':').ok_or_else(|| format!("there is no colon, {EXPECTED}"))?;
        if kind != "tail" {
            return Err(format!("overlay {kind:?} is unknown, {EXPECTED}"));
        }
        let (measure, cap) = limit.split_once("<=").ok_or_else(|| format!("there is no <=, {EXPECTED}"))?;
        if measure != "cvar" {
            return Err(format!("the overlay caps cvar and not {measure:?}, {EXPECTED}"));
        }
        let Fraction(cap) = cap.parse()?;
        if cap < 0.0 {
            return Err(format!("the cap is {cap}, expected a loss of zero or more, such as 3%"));
        }
        Ok(Self(cap))
    }
}
