//! The constraints that every optimiser shares.

use po_core::{Bounds, InputError, Weights};

mod apply;
mod compile;
mod costs;
mod fault;
mod linear;
mod max_correlation;
mod name;
mod net;
mod parse;
mod statement;
mod sum;
mod table;

pub use compile::{CompiledConstraints, Families};
pub use costs::Costs;
pub use linear::LinearConstraint;
pub use max_correlation::MaxCorrelation;
pub use net::Net;
pub use table::{TableError, TableRow};

/// How errors call the bounds of all assets.
const BOUNDS: &str = "the list of bounds";

/// What a portfolio must satisfy, with assets as indices.
///
/// The default is long-only and fully invested.
/// Names are resolved when constraints are read: by [`Constraints::with`] from text, by [`Constraints::with_table`]
/// from rows of a table.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bounds` | none: 0 to 1 each | `lower <= upper` | least and greatest weight of each asset |
/// | `budget` | exactly 1 | `lower <= upper` | least and greatest sum of the weights, the net exposure |
/// | `gross` | none | `>= 0` | greatest sum of the absolute weights |
/// | `linear` | none | `lower <= upper` | limits on sums of weights |
/// | `holdings` | none | finite | the portfolio held now, which turnover and costs refer to |
/// | `turnover` | none | `>= 0` | greatest sum of all that is bought and all that is sold |
/// | `costs` | none | `>= 0` | what trading costs per unit of weight |
/// | `benchmark` | none | finite | the portfolio that the tracking error refers to |
/// | `tracking_error` | none | `>= 0` | greatest volatility of the difference to the benchmark, per period |
/// | `cardinality` | none | `>= 1` | most assets held |
/// | `min_position` | none | `>= 0`, finite | least absolute weight of an asset that is held at all |
/// | `max_correlation` | none | -1 to 1 | greatest correlation of any two assets held |
///
/// # Examples
/// ```
/// use po_convex::Constraints;
/// use po_core::{Universe, Weights};
///
/// let universe = Universe::new(["AAPL", "MSFT", "XOM"])?
///     .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy")])?;
/// let constraints = Constraints { holdings: Some(Weights::equal(3)?), ..Constraints::default() }
///     .with(["Technology <= 60%", "AAPL >= 2 * MSFT", "turnover <= 0.2"], &universe)?;
/// assert_eq!(constraints.linear[0].terms(), [(0, 1.0), (1, 1.0)]);
/// assert_eq!(constraints.linear[0].upper(), 0.6);
/// assert_eq!(constraints.linear[1].terms(), [(0, 1.0), (1, -2.0)]);
/// assert_eq!(constraints.turnover, Some(0.2));
/// # Ok::<(), po_convex::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Constraints {
    /// Least and greatest weight of each asset.
    pub bounds: Option<Bounds>,
    /// Least and greatest sum of the weights.
    pub budget: Net,
    /// Greatest sum of the absolute weights.
    pub gross: Option<f64>,
    /// Limits on sums of weights.
    pub linear: Vec<LinearConstraint>,
    /// The portfolio held now.
    pub holdings: Option<Weights>,
    /// Greatest sum of all that is bought and all that is sold; needs `holdings`.
    pub turnover: Option<f64>,
    /// What trading costs; needs `holdings`.
    pub costs: Option<Costs>,
    /// The portfolio to stay near to.
    pub benchmark: Option<Weights>,
    /// Greatest volatility of the difference to the benchmark, per period; needs `benchmark`. Below 1e-8 of the root mean
    /// square volatility of the assets, its square is rounding in a variance: a lower limit is held to that.
    pub tracking_error: Option<f64>,
    /// Most assets held.
    pub cardinality: Option<usize>,
    /// Least absolute weight of an asset that is held at all.
    pub min_position: Option<f64>,
    /// Greatest correlation of any two assets held.
    pub max_correlation: Option<MaxCorrelation>,
}

impl Constraints {
    /// Whether the constraints fit a universe of `assets` assets and each number lies within its range.
    ///
    /// Whether all of them can be satisfied at once is for the optimiser to find out.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for a list that is not as long as the universe, with a length of zero for
    /// holdings or a benchmark that is needed and missing; [`InputError::GroupBoundsCross`] for a budget whose lower
    /// limit lies above its upper limit; [`InputError::AssetOutOfRange`] for a linear constraint on an asset that the
    /// universe does not have and for the cost of an asset; [`InputError::OutOfRange`] for any other number.
    pub fn validate(&self, assets: usize) -> Result<(), InputError> {
        let length = |what, actual: usize| {
            if actual == assets {
                Ok(())
            } else {
                Err(InputError::LengthMismatch { what, expected: assets, actual })
            }
        };
        self.budget.check()?;
        if let Some(bounds) = &self.bounds {
            length(BOUNDS, bounds.len())?;
        }
        for constraint in &self.linear {
            constraint.check(assets)?;
        }
        if self.holdings.is_some() || self.turnover.is_some() || self.costs.is_some() {
            length("the list of holdings", self.holdings.as_ref().map_or(0, Weights::len))?;
        }
        if let Some(costs) = &self.costs {
            costs.check(assets)?;
        }
        if self.benchmark.is_some() || self.tracking_error.is_some() {
            length("the benchmark", self.benchmark.as_ref().map_or(0, Weights::len))?;
        }
        zero_or_more("the limit on gross exposure", self.gross, f64::INFINITY, "zero or more")?;
        zero_or_more("the limit on turnover", self.turnover, f64::INFINITY, "zero or more")?;
        zero_or_more("the limit on the tracking error", self.tracking_error, f64::INFINITY, "zero or more")?;
        let expected = "a finite number, zero or more";
        zero_or_more("the least position", self.min_position, f64::MAX, expected)?;
        if self.cardinality == Some(0) {
            let (name, expected) = ("the greatest number of assets held", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(())
    }

    /// Whether the portfolios that satisfy the constraints form a convex set, so that no assets need be chosen.
    #[must_use]
    pub fn is_convex(&self) -> bool {
        let no_least_position = self.min_position.is_none_or(|position| position == 0.0);
        self.cardinality.is_none() && no_least_position && self.max_correlation.is_none()
    }
}

fn zero_or_more(
    name: &'static str,
    value: Option<f64>,
    greatest: f64,
    expected: &'static str,
) -> Result<(), InputError> {
    match value {
        Some(value) if !(0.0..=greatest).contains(&value) => {
            Err(InputError::OutOfRange { name, value, expected })
        }
        _ => Ok(()),
    }
}
