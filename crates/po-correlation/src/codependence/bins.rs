//! Into how many bins returns are sorted.

use po_core::simd::dot;
use po_core::{CodependenceError, InputError};

use super::columns::Columns;

/// Into how many bins, all of one width, the returns of two assets are sorted between the least and the
/// greatest.
///
/// T is the number of observations, R the range of an asset. Numbers are rounded to the nearest whole one,
/// and are two at least; where a rule has a number for each asset, the pair takes the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Bins {
    /// This many.
    Number(usize),
    /// By the range between the quartiles, for each asset (Freedman, Diaconis 1981).
    ///
    /// ```text
    /// R T^(1/3) / (2 IQR)
    /// ```
    FreedmanDiaconis,
    /// By the standard deviation `s` (divided by T), for each asset (Scott 1979).
    ///
    /// ```text
    /// R T^(1/3) / ((24 √π)^(1/3) s)
    /// ```
    Scott,
    /// By the number of observations (Sturges 1926).
    ///
    /// ```text
    /// 1 + log2 T
    /// ```
    Sturges,
    /// By the number of observations, such that the entropy of one asset is estimated best (Hacine-Gharbi and
    /// others 2012).
    ///
    /// ```text
    /// z / 6 + 2 / (3 z) + 1 / 3   with z³ = 8 + 324 T + 12 sqrt(36 T + 729 T²)
    /// ```
    HacineGharbi,
    /// By the number of observations and the correlation of the two assets, such that their joint entropy is
    /// estimated best (Hacine-Gharbi, Ravier 2018). It grows without limit towards correlations of -1 and 1;
    /// within 1e-10 of them, and for an asset with itself, the rule for one asset holds.
    ///
    /// ```text
    /// sqrt(1 + sqrt(1 + 24 T / (1 - ρ²))) / √2
    /// ```
    #[default]
    HacineGharbiBivariate,
}

/// Bins of two assets are numbered in 32 bits.
const MOST: usize = 1 << 16;
/// Fewer bins tell nothing.
const FEWEST: usize = 2;

impl Bins {
    pub(super) fn check(self) -> Result<(), CodependenceError> {
        match self {
            Self::Number(number) if !(FEWEST..=MOST).contains(&number) => {
                let (name, expected) = ("the number of bins", "a number in [2, 65536]");
                Err(InputError::OutOfRange { name, value: number as f64, expected }.into())
            }
            _ => Ok(()),
        }
    }

    /// The number of bins for one asset.
    pub(super) fn of_one(
        self,
        columns: &Columns,
        asset: usize,
        sorted: &mut Vec<f64>,
    ) -> Result<usize, CodependenceError> {
        let t = columns.observations() as f64;
        let number = match self {
            Self::Number(number) => return Ok(number),
            Self::FreedmanDiaconis => {
                sorted.clear();
                sorted.extend_from_slice(columns.scaled(asset));
                sorted.sort_unstable_by(f64::total_cmp);
                let between = quantile(sorted, 0.75) - quantile(sorted, 0.25);
                if between <= 0.0 {
                    let (name, expected) = ("the interquartile range", "a positive number");
                    return Err(InputError::AssetOutOfRange { name, asset, value: between, expected }.into());
                }
                range(sorted) * t.cbrt() / (2.0 * between)
            }
            Self::Scott => {
                let centred = columns.centred(asset);
                let deviation = (dot(centred, centred) / t).sqrt();
                range(centred) * t.cbrt() / ((24.0 * std::f64::consts::PI.sqrt()).cbrt() * deviation)
            }
            Self::Sturges => 1.0 + t.log2(),
            Self::HacineGharbi | Self::HacineGharbiBivariate => {
                let z = (8.0 + 324.0 * t + 12.0 * (36.0 * t + 729.0 * t * t).sqrt()).cbrt();
                z / 6.0 + 2.0 / (3.0 * z) + 1.0 / 3.0
            }
        };
        let number = number.round_ties_even();
        if number > MOST as f64 {
            let (name, expected) = ("the number of bins", "at most 65536");
            return Err(InputError::AssetOutOfRange { name, asset, value: number, expected }.into());
        }
        Ok((number as usize).max(FEWEST))
    }

    /// The number of bins for two assets, of which these are the numbers for each.
    pub(super) fn of_two(self, columns: &Columns, [x, y]: [usize; 2], numbers: [usize; 2]) -> usize {
        let greater = numbers[0].max(numbers[1]);
        if self != Self::HacineGharbiBivariate {
            return greater;
        }
        let (x, y) = (columns.centred(x), columns.centred(y));
        let rho = dot(x, y) / (dot(x, x).sqrt() * dot(y, y).sqrt());
        if rho.abs() > 1.0 - 1e-10 {
            return greater;
        }
        let t = columns.observations() as f64;
        let number = (0.5 * (1.0 + (1.0 + 24.0 * t / ((1.0 - rho) * (1.0 + rho))).sqrt())).sqrt();
        (number.round_ties_even() as usize).clamp(FEWEST, MOST)
    }
}

fn range(values: &[f64]) -> f64 {
    let (least, greatest) = ends(values);
    greatest - least
}

/// The least and the greatest of some numbers.
pub(super) fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &value| {
        (least.min(value), greatest.max(value))
    })
}

/// A quantile of sorted numbers, interpolated between two of them (the seventh definition of Hyndman and Fan
/// 1996).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() - 1) as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + share * (sorted[above] - sorted[below])
}
