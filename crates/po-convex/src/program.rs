//! The quadratic programme that every portfolio problem here becomes.

use po_core::InputError;

use crate::{Risk, Rows};

/// A convex quadratic programme with absolute values.
///
/// ```text
/// minimise    s/2 x'Σx + ½ x'diag(r)x + c'x + Σ_f Σ_i k_fi |x_i - h_fi|
/// subject to  lower <= x <= upper
///             row_lower <= A x <= row_upper
///             Σ_i |x_i - h_fi| <= limit_f          for each family f of absolute values
/// ```
///
/// A family of absolute values is turnover against holdings `h` (with costs `k`, a limit, or both), or, with `h = 0`,
/// gross exposure. They are kept as they are: not smoothed, and not split into more variables.
///
/// # Shapes and units
/// N assets. Weights are fractions of capital; the objective is in the units of `s x'Σx`.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// Σ.
    pub risk: Risk<'a>,
    /// s, zero or more; zero makes the programme linear.
    pub scale: f64,
    /// r, zero or more for each asset; empty for none.
    pub ridge: &'a [f64],
    /// c.
    pub linear: &'a [f64],
    /// Least weight of each asset, possibly minus infinity.
    pub lower: &'a [f64],
    /// Greatest weight of each asset, possibly infinity.
    pub upper: &'a [f64],
    /// A and its limits.
    pub rows: &'a Rows,
    /// Families of absolute values; at most [`Program::FAMILIES`].
    pub absolute: &'a [Absolute<'a>],
}

/// A family of absolute values `Σ_i k_i |x_i - h_i|`, with a limit on `Σ_i |x_i - h_i|`.
#[derive(Clone, Copy, Debug)]
pub struct Absolute<'a> {
    /// What results and errors call the limit.
    pub label: &'a str,
    /// h.
    pub center: &'a [f64],
    /// k, zero or more for each asset; empty for none.
    pub cost: &'a [f64],
    /// The limit; infinity for none.
    pub limit: f64,
}

impl Program<'_> {
    /// The most families of absolute values: turnover and gross exposure.
    pub const FAMILIES: usize = 2;

    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a covariance is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.risk.len()
    }

    /// Checks lengths, signs and finiteness, in the user's terms.
    pub(crate) fn check(&self) -> Result<(), InputError> {
        let assets = self.len();
        let length = |what, actual: usize| {
            if actual == assets {
                Ok(())
            } else {
                Err(InputError::LengthMismatch { what, expected: assets, actual })
            }
        };
        not_negative("the scale of the risk", self.scale)?;
        finite("the linear term", self.linear)?;
        length("the list of linear terms", self.linear.len())?;
        length("the list of lower bounds", self.lower.len())?;
        length("the list of upper bounds", self.upper.len())?;
        length("a row of coefficients", self.rows.assets())?;
        let sound = |(lower, upper): (&f64, &f64)| {
            (lower <= upper) & (*lower < f64::INFINITY) & (*upper > f64::NEG_INFINITY)
        };
        let bounds = || self.lower.iter().zip(self.upper);
        // The common case has no branch for each asset.
        if !bounds().fold(true, |all, pair| all & sound(pair))
            && let Some((asset, (&lower, &upper))) = bounds().enumerate().find(|(_, pair)| !sound(*pair))
        {
            return Err(InputError::BoundsCross { asset, lower, upper });
        }
        if !self.ridge.is_empty() {
            length("the list of ridge terms", self.ridge.len())?;
            each_not_negative("the ridge term", self.ridge)?;
        }
        if self.absolute.len() > Self::FAMILIES {
            let (name, value) = ("the number of families of absolute values", self.absolute.len() as f64);
            return Err(InputError::OutOfRange { name, value, expected: "at most 2" });
        }
        for family in self.absolute {
            length("the list of holdings", family.center.len())?;
            finite("the holding", family.center)?;
            if !family.cost.is_empty() {
                length("the list of costs", family.cost.len())?;
                each_not_negative("the cost", family.cost)?;
            }
            if family.limit.is_nan() || family.limit < 0.0 {
                let (name, value) = ("the limit on absolute values", family.limit);
                return Err(InputError::OutOfRange { name, value, expected: "zero or more" });
            }
        }
        Ok(())
    }
}

fn not_negative(name: &'static str, value: f64) -> Result<(), InputError> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(InputError::OutOfRange { name, value, expected: "a finite number, zero or more" })
    }
}

fn each_not_negative(name: &'static str, values: &[f64]) -> Result<(), InputError> {
    match values.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
        None => Ok(()),
        Some(asset) => {
            let (value, expected) = (values[asset], "a finite number, zero or more");
            Err(InputError::AssetOutOfRange { name, asset, value, expected })
        }
    }
}

fn finite(name: &'static str, values: &[f64]) -> Result<(), InputError> {
    if values.iter().fold(true, |all, value| all & value.is_finite()) {
        return Ok(());
    }
    let asset = values.iter().take_while(|value| value.is_finite()).count();
    Err(InputError::AssetOutOfRange { name, asset, value: values[asset], expected: "a finite number" })
}
