//! Constraints in words, added to those that are there.

use po_core::{Bounds, InputError, Universe};

use super::fault::Fault;
use super::name::Reading;
use super::statement::{About, Statement};
use super::sum::Measure;
use super::{BOUNDS, Constraints, LinearConstraint, MaxCorrelation, Net};
use crate::Error;

impl Constraints {
    /// These constraints and those of some lines of text, all of which hold.
    ///
    /// The language is that of [`LinearConstraint::parse`], and more.
    ///
    /// | Line | Meaning |
    /// |---|---|
    /// | `Technology <= 30%` | a linear constraint |
    /// | `0.9 <= net <= 1` | the budget |
    /// | `gross <= 1.6` | the limit on gross exposure |
    /// | `turnover <= 20%` | the limit on turnover against `holdings` |
    /// | `tracking-error <= 2%` | the limit on the tracking error against `benchmark` |
    /// | `cardinality <= 20` | the greatest number of assets held |
    /// | `min-position >= 2%` | the least position |
    /// | `max-correlation <= 0.6` | the greatest correlation of two assets held |
    /// | `each asset <= 5%` | bounds on all assets |
    /// | `each asset in Technology <= 3%` | bounds on the assets of a group |
    /// | `each sector <= 30%` | one linear constraint for each group of a grouping |
    ///
    /// Lines never loosen each other: of several limits on one thing the tightest holds, in whatever order they
    /// stand.
    /// Defaults give way: a line about `net` replaces a budget of exactly one, and where no bounds are set, lines
    /// about `each asset` set them, with 0 and 1 for what no line speaks of.
    /// So `-0.3 <= each asset <= 0.4` allows short positions.
    ///
    /// # Errors
    /// As [`LinearConstraint::parse`], and besides: [`Error::Syntax`] for a limit on the side on which a quantity has
    /// none, and for a short position where the bounds that were set allow none;
    /// [`InputError::BoundsCross`] and
    /// [`InputError::GroupBoundsCross`] for bounds and budgets that contradict
    /// each other.
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Constraints, Net};
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "XOM"])?
    ///     .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy")])?;
    /// let lines = ["net = 0", "gross <= 1.6", "-30% <= each asset <= 40%", "each sector <= 10%"];
    /// let constraints = Constraints::default().with(lines, &universe)?;
    /// assert_eq!((constraints.budget, constraints.gross), (Net::exactly(0.0), Some(1.6)));
    /// assert_eq!(constraints.bounds.map(|bounds| bounds.lower()[0]), Some(-0.3));
    /// assert_eq!(constraints.linear[1].label(), "each sector <= 10% (Energy)");
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    pub fn with<L: AsRef<str>>(
        self,
        lines: impl IntoIterator<Item = L>,
        universe: &Universe,
    ) -> Result<Self, Error> {
        let mut limits = Limits::new(self, universe);
        for line in lines {
            let statement = Statement::read(line.as_ref(), universe)?;
            let label = statement.text.clone();
            limits.add(statement, label)?;
        }
        limits.finish()
    }
}

/// Constraints to which statements are being added.
pub(super) struct Limits<'u> {
    constraints: Constraints,
    universe: &'u Universe,
    /// What statements said of the budget.
    net: Net,
    /// What statements said of each asset; infinite where they said nothing.
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl<'u> Limits<'u> {
    pub(super) fn new(constraints: Constraints, universe: &'u Universe) -> Self {
        let (lower, upper) = (vec![f64::NEG_INFINITY; universe.len()], vec![f64::INFINITY; universe.len()]);
        Self { constraints, universe, net: Net::ANY, lower, upper }
    }

    /// Adds a statement; `label` is what its linear constraints are called.
    pub(super) fn add(&mut self, statement: Statement<'_>, label: String) -> Result<(), Error> {
        match &statement.about {
            About::Weights(_) => {
                let constraint = statement.linear(self.universe)?;
                self.constraints.linear.push(constraint.labelled(label));
            }
            About::Measure(measure) => self.measure(*measure, &statement)?,
            About::EachAsset(reading) => self.each_asset(*reading, &statement)?,
            About::EachGroup(grouping) => {
                for group in grouping.groups() {
                    let terms = grouping.members(group)?.into_iter().map(|member| (member, 1.0)).collect();
                    let label = format!("{label} ({group})");
                    let constraint = LinearConstraint::new(label, terms, statement.lower, statement.upper)?;
                    self.constraints.linear.push(constraint);
                }
            }
        }
        Ok(())
    }

    fn measure(&mut self, measure: Measure, statement: &Statement<'_>) -> Result<(), Error> {
        let tightest = |limit: &mut Option<f64>| -> Result<(), Error> {
            let upper = statement.upper_only()?;
            *limit = Some(limit.map_or(upper, |known| known.min(upper)));
            Ok(())
        };
        let constraints = &mut self.constraints;
        match measure {
            Measure::Net => {
                self.net = self.net.and(Net { lower: statement.lower, upper: statement.upper });
                Ok(())
            }
            Measure::Gross => tightest(&mut constraints.gross),
            Measure::Turnover => tightest(&mut constraints.turnover),
            Measure::TrackingError => tightest(&mut constraints.tracking_error),
            Measure::Cardinality => {
                let upper = statement.upper_only()?;
                if upper < 1.0 || upper.fract() != 0.0 {
                    let expected = "cardinality limited by a whole number, one or more";
                    return Err(Fault::expected(statement.at, expected).of(&statement.text));
                }
                // Beyond what an integer holds, the cast saturates: no limit.
                let upper = upper as usize;
                let known = &mut constraints.cardinality;
                *known = Some(known.map_or(upper, |known| known.min(upper)));
                Ok(())
            }
            Measure::MinPosition => {
                let lower = statement.lower_only()?;
                let known = &mut constraints.min_position;
                *known = Some(known.map_or(lower, |known| known.max(lower)));
                Ok(())
            }
            Measure::MaxCorrelation => {
                let cap = MaxCorrelation::new(statement.upper_only()?)?;
                let known = &mut constraints.max_correlation;
                *known = Some(known.filter(|known| *known <= cap).unwrap_or(cap));
                Ok(())
            }
        }
    }

    fn each_asset(&mut self, reading: Option<Reading<'_>>, statement: &Statement<'_>) -> Result<(), Error> {
        let assets = reading.map_or_else(|| (0..self.universe.len()).collect(), Reading::members);
        if let Some(bounds) = &self.constraints.bounds {
            let long_only = assets.iter().all(|&asset| bounds.lower().get(asset).is_none_or(|b| *b >= 0.0));
            if long_only && statement.lower < 0.0 && statement.lower.is_finite() {
                let expected = "a limit of zero or more: the bounds that were set allow no short position";
                return Err(Fault::expected(statement.relation, expected).of(&statement.text));
            }
        }
        for asset in assets {
            self.lower[asset] = self.lower[asset].max(statement.lower);
            self.upper[asset] = self.upper[asset].min(statement.upper);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Constraints, Error> {
        let Self { mut constraints, net, mut lower, mut upper, universe } = self;
        if net != Net::ANY {
            let before = if constraints.budget == Net::default() { Net::ANY } else { constraints.budget };
            constraints.budget = before.and(net);
            constraints.budget.check()?;
        }
        if lower.iter().any(|bound| bound.is_finite()) || upper.iter().any(|bound| bound.is_finite()) {
            if let Some(bounds) = &constraints.bounds {
                if bounds.len() != universe.len() {
                    let (what, expected, actual) = (BOUNDS, universe.len(), bounds.len());
                    return Err(InputError::LengthMismatch { what, expected, actual }.into());
                }
                lower.iter_mut().zip(bounds.lower()).for_each(|(bound, before)| *bound = bound.max(*before));
                upper.iter_mut().zip(bounds.upper()).for_each(|(bound, before)| *bound = bound.min(*before));
            } else {
                let absent = |bounds: &mut [f64], absent: f64| {
                    bounds.iter_mut().filter(|bound| !bound.is_finite()).for_each(|bound| *bound = absent);
                };
                absent(&mut lower, 0.0);
                absent(&mut upper, 1.0);
            }
            constraints.bounds = Some(Bounds::new(lower, upper)?);
        }
        Ok(constraints)
    }
}
