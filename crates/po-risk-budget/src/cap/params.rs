//! The settings of caps on risk contributions.

use po_convex::Constraints;
use po_core::InputError;

use crate::Error;
use crate::constrained::check_effort;

/// Settings of [`RiskCapping`](crate::RiskCapping).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `caps` | `All(1.0)` | 0 to 1, summing to 1 or more | the greatest share of risk of each asset |
/// | `constraints` | long-only, fully invested | convex | what weights must satisfy besides |
/// | `tolerance` | 1e-10 | (0, 1) | by how much a share may exceed its cap |
/// | `iteration_limit` | 1000 | 1 or more | quadratic programmes, at most |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RiskCapParams {
    /// The greatest share of risk of each asset.
    pub caps: Caps,
    /// What weights must satisfy besides: bounds, budget, linear constraints, turnover and gross exposure.
    pub constraints: Constraints,
    /// By how much a share may exceed its cap.
    pub tolerance: f64,
    /// Quadratic programmes, at most.
    pub iteration_limit: usize,
}

/// The greatest share of risk of each asset.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Caps {
    /// The same for all assets.
    All(f64),
    /// One for each asset.
    Each(Vec<f64>),
}

impl Default for RiskCapParams {
    fn default() -> Self {
        Self {
            caps: Caps::All(1.0),
            constraints: Constraints::default(),
            tolerance: 1e-10,
            iteration_limit: 1000,
        }
    }
}

impl RiskCapParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        check_effort(self.tolerance, self.iteration_limit)?;
        let caps = match &self.caps {
            Caps::All(cap) => std::slice::from_ref(cap),
            Caps::Each(caps) => caps,
        };
        match caps.iter().position(|cap| !(0.0..=1.0).contains(cap)) {
            None => Ok(()),
            Some(asset) => {
                let (name, value, expected) =
                    ("the cap on the share of risk", caps[asset], "a number from 0 to 1");
                Err(match self.caps {
                    Caps::All(_) => InputError::OutOfRange { name, value, expected },
                    Caps::Each(_) => InputError::AssetOutOfRange { name, asset, value, expected },
                })
            }
        }
    }

    /// Writes the cap of each of so many assets.
    pub(super) fn caps_into(&self, assets: usize, caps: &mut Vec<f64>) -> Result<(), Error> {
        caps.clear();
        match &self.caps {
            Caps::All(cap) => caps.resize(assets, *cap),
            Caps::Each(each) if each.len() == assets => caps.extend_from_slice(each),
            Caps::Each(each) => {
                let (expected, actual) = (assets, each.len());
                return Err(InputError::LengthMismatch { what: "the list of caps", expected, actual }.into());
            }
        }
        let sum: f64 = caps.iter().sum();
        if sum < 1.0 - ROUNDING * assets as f64 { Err(Error::CapsTooLow { sum }) } else { Ok(()) }
    }
}

/// What a sum of caps may miss for each cap, as caps written with nine decimals do.
const ROUNDING: f64 = 1e-9;
