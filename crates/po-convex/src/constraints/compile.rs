//! Constraints in the form that a programme borrows.

use po_core::{InputError, Weights};

use super::{Constraints, LinearConstraint, Net};
use crate::{Absolute, Program, Rows};

/// Constraints as bounds, rows and families of absolute values: all that a [`Program`] needs of them.
///
/// The first row is the budget, labelled `budget`; the linear constraints follow in their order, each with its own
/// label; a limit on gross exposure where no asset can be held short comes last, as a row labelled `gross`.
/// Limits that say nothing are left out: a gross limit that the budget implies, and families without limit and cost.
///
/// Not in here, because they need a covariance or a choice of assets: tracking error, cardinality, least position and
/// greatest correlation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompiledConstraints {
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Rows,
    /// What the rows were made from.
    source: Option<Source>,
    /// The limit on turnover, where there is such a family; infinite when it is there for its costs.
    turnover: Option<f64>,
    holdings: Vec<f64>,
    /// One rate per asset, or empty.
    costs: Vec<f64>,
    /// The limit on gross exposure, where there is such a family.
    gross: Option<f64>,
    /// The centre of gross exposure.
    zeros: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Source {
    assets: usize,
    budget: Net,
    /// The limit on gross exposure that is a row.
    gross: Option<f64>,
    linear: Vec<LinearConstraint>,
}

/// The families of absolute values of a programme: turnover, gross exposure, both or none.
#[derive(Clone, Copy, Debug)]
pub struct Families<'a> {
    families: [Absolute<'a>; Program::FAMILIES],
    length: usize,
}

impl<'a> Families<'a> {
    /// The families, turnover first.
    #[must_use]
    pub fn as_slice(&self) -> &[Absolute<'a>] {
        &self.families[..self.length]
    }

    fn push(&mut self, family: Absolute<'a>) {
        self.families[self.length] = family;
        self.length += 1;
    }
}

impl Constraints {
    /// The constraints on `assets` assets in the form that a programme borrows.
    ///
    /// # Errors
    /// As [`Constraints::validate`].
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Constraints, Costs};
    /// use po_core::Weights;
    ///
    /// let constraints = Constraints {
    ///     holdings: Some(Weights::new(vec![0.5, 0.5])?),
    ///     costs: Some(Costs::basis_points(10.0)),
    ///     gross: Some(1.6),
    ///     ..Constraints::default()
    /// };
    /// let compiled = constraints.compile(2)?;
    /// assert_eq!((compiled.lower(), compiled.upper()), ([0.0, 0.0].as_slice(), [1.0, 1.0].as_slice()));
    /// assert_eq!((compiled.rows().len(), compiled.rows().label(0)), (1, "budget"));
    /// // Long-only and fully invested, gross exposure is one: the limit says nothing.
    /// assert_eq!(compiled.absolute().as_slice().len(), 1);
    /// assert_eq!(compiled.absolute().as_slice()[0].cost, [0.001, 0.001]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn compile(&self, assets: usize) -> Result<CompiledConstraints, InputError> {
        let mut compiled = CompiledConstraints::default();
        self.compile_into(assets, &mut compiled)?;
        Ok(compiled)
    }

    /// As [`Constraints::compile`], into memory that is kept.
    ///
    /// When `compiled` comes from constraints with the same budget, linear constraints and limit on gross exposure,
    /// nothing is allocated: bounds, holdings, costs and the limit on turnover may change from call to call.
    ///
    /// # Errors
    /// As [`Constraints::validate`]; `compiled` then stays as it was.
    pub fn compile_into(&self, assets: usize, compiled: &mut CompiledConstraints) -> Result<(), InputError> {
        self.validate(assets)?;
        compiled.lower.clear();
        compiled.upper.clear();
        if let Some(bounds) = &self.bounds {
            compiled.lower.extend_from_slice(bounds.lower());
            compiled.upper.extend_from_slice(bounds.upper());
        } else {
            compiled.lower.resize(assets, 0.0);
            compiled.upper.resize(assets, 1.0);
        }
        let long_only = compiled.lower.iter().all(|bound| *bound >= 0.0);
        let gross = self.gross.filter(|limit| *limit < f64::INFINITY);
        // Without short positions, gross exposure is the sum of the weights.
        let as_row = gross.filter(|limit| long_only && *limit < self.budget.upper);
        compiled.gross = gross.filter(|_| !long_only);
        compiled.write_rows(assets, self, as_row)?;
        compiled.zeros.clear();
        compiled.zeros.resize(if compiled.gross.is_some() { assets } else { 0 }, 0.0);
        compiled.write_turnover(assets, self);
        Ok(())
    }
}

impl CompiledConstraints {
    /// Least weight of each asset.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// Greatest weight of each asset.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// The budget and the linear constraints.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The families of absolute values, labelled `turnover` and `gross`.
    #[must_use]
    pub fn absolute(&self) -> Families<'_> {
        let none = Absolute { label: "", center: &[], cost: &[], limit: f64::INFINITY };
        let mut families = Families { families: [none; Program::FAMILIES], length: 0 };
        if let Some(limit) = self.turnover {
            families.push(Absolute { label: "turnover", center: &self.holdings, cost: &self.costs, limit });
        }
        if let Some(limit) = self.gross {
            families.push(Absolute { label: "gross", center: &self.zeros, cost: &[], limit });
        }
        families
    }

    fn write_rows(
        &mut self,
        assets: usize,
        constraints: &Constraints,
        gross: Option<f64>,
    ) -> Result<(), InputError> {
        let Constraints { budget, linear, .. } = constraints;
        let made = self.source.as_ref().is_some_and(|source| {
            source.assets == assets
                && source.budget == *budget
                && source.gross == gross
                && source.linear == *linear
        });
        if made {
            return Ok(());
        }
        self.rows = Rows::new(assets);
        let mut coefficients = vec![1.0; assets];
        self.rows.push("budget", &coefficients, budget.lower, budget.upper)?;
        for constraint in linear {
            coefficients.fill(0.0);
            for &(asset, coefficient) in constraint.terms() {
                coefficients[asset] = coefficient;
            }
            self.rows.push(constraint.label(), &coefficients, constraint.lower(), constraint.upper())?;
        }
        if let Some(limit) = gross {
            coefficients.fill(1.0);
            self.rows.push("gross", &coefficients, f64::NEG_INFINITY, limit)?;
        }
        self.source = Some(Source { assets, budget: *budget, gross, linear: linear.clone() });
        Ok(())
    }

    fn write_turnover(&mut self, assets: usize, constraints: &Constraints) {
        self.holdings.clear();
        self.costs.clear();
        let costs = constraints.costs.as_ref().filter(|costs| !costs.are_zero());
        let limit = constraints.turnover.filter(|limit| *limit < f64::INFINITY);
        self.turnover = if limit.is_some() || costs.is_some() {
            self.holdings.extend_from_slice(constraints.holdings.as_ref().map_or(&[], Weights::as_slice));
            Some(limit.unwrap_or(f64::INFINITY))
        } else {
            None
        };
        if let Some(costs) = costs {
            costs.write(assets, &mut self.costs);
        }
    }
}
