//! What trading costs.

use po_core::InputError;

/// Trading costs in proportion to the amount traded.
///
/// # Shapes and units
/// Return per unit of weight that is bought or sold: at a rate of 0.001, ten basis points, trading a tenth of the
/// capital costs 0.0001 of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Costs {
    /// One rate for all assets.
    Uniform(f64),
    /// The rate of each asset.
    Each(Vec<f64>),
}

impl Costs {
    /// One rate for all assets, in basis points.
    ///
    /// # Examples
    /// ```
    /// use po_convex::Costs;
    ///
    /// assert_eq!(Costs::basis_points(10.0), Costs::Uniform(0.001));
    /// assert_eq!(Costs::each_in_basis_points(&[10.0, 25.0]), Costs::Each(vec![0.001, 0.0025]));
    /// ```
    #[must_use]
    pub fn basis_points(rate: f64) -> Self {
        Self::Uniform(rate / 1e4)
    }

    /// The rate of each asset, in basis points.
    #[must_use]
    pub fn each_in_basis_points(rates: &[f64]) -> Self {
        Self::Each(rates.iter().map(|rate| rate / 1e4).collect())
    }

    /// Whether trading is free.
    pub(super) fn are_zero(&self) -> bool {
        match self {
            Self::Uniform(rate) => *rate == 0.0,
            Self::Each(rates) => rates.iter().all(|rate| *rate == 0.0),
        }
    }

    pub(super) fn check(&self, assets: usize) -> Result<(), InputError> {
        let (name, expected) = ("the trading cost", "a finite number, zero or more");
        let fits = |rate: f64| rate.is_finite() && rate >= 0.0;
        match self {
            Self::Uniform(rate) if fits(*rate) => Ok(()),
            Self::Uniform(rate) => Err(InputError::OutOfRange { name, value: *rate, expected }),
            Self::Each(rates) if rates.len() != assets => {
                let (what, actual) = ("the list of trading costs", rates.len());
                Err(InputError::LengthMismatch { what, expected: assets, actual })
            }
            Self::Each(rates) => match rates.iter().position(|rate| !fits(*rate)) {
                None => Ok(()),
                Some(asset) => {
                    Err(InputError::AssetOutOfRange { name, asset, value: rates[asset], expected })
                }
            },
        }
    }

    /// Writes the rate of each asset.
    pub(super) fn write(&self, assets: usize, rates: &mut Vec<f64>) {
        rates.clear();
        match self {
            Self::Uniform(rate) => rates.resize(assets, *rate),
            Self::Each(each) => rates.extend_from_slice(each),
        }
    }
}
