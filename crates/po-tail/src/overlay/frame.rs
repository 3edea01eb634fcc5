//! What the new portfolio must satisfy, in the form that a programme borrows.

use po_convex::{Absolute, CompiledConstraints, Constraints, Program, Rows};
use po_core::{InputError, Weights};

/// Bounds, rows and a limit on gross exposure, made from constraints or, without any, from the weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    compiled: CompiledConstraints,
    /// The constraints given, and the same with the weights for holdings.
    source: Option<Constraints>,
    adapted: Constraints,
    /// Without constraints.
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Rows,
    zeros: Vec<f64>,
    gross: f64,
}

/// What a programme borrows, but for the families of absolute values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits<'a> {
    pub(super) lower: &'a [f64],
    pub(super) upper: &'a [f64],
    pub(super) rows: &'a Rows,
}

/// Families, of which the first so many count.
pub(super) type Families<'a> = ([Absolute<'a>; Program::FAMILIES], usize);

impl Frame {
    /// Fits the constraints to the weights; nothing is allocated where both are much the same as before.
    pub(super) fn write(
        &mut self,
        constraints: Option<&Constraints>,
        weights: &Weights,
    ) -> Result<(), InputError> {
        let assets = weights.len();
        let Some(given) = constraints else {
            self.source = None;
            return self.write_without_leverage(weights);
        };
        if self.source.as_ref() != Some(given) {
            self.source = Some(given.clone());
            self.adapted = Constraints { holdings: None, costs: None, ..given.clone() };
        }
        if given.turnover.is_some() {
            self.adapted.holdings.get_or_insert_default().assign(weights.as_slice())?;
        }
        self.adapted.compile_into(assets, &mut self.compiled)
    }

    /// Cash is allowed, leverage is not.
    fn write_without_leverage(&mut self, weights: &Weights) -> Result<(), InputError> {
        let (gross, net) = (weights.gross(), weights.net());
        let held = weights.as_slice();
        self.lower.clear();
        self.lower.extend(held.iter().map(|weight| weight.min(0.0)));
        self.upper.clear();
        self.upper.extend(held.iter().map(|_| gross));
        self.zeros.clear();
        self.zeros.resize(held.len(), 0.0);
        self.gross = gross;
        let (lower, upper) = (net.min(0.0), net.max(0.0));
        let kept = self.rows.assets() == held.len()
            && self.rows.len() == 1
            && self.rows.lower()[0].to_bits() == lower.to_bits()
            && self.rows.upper()[0].to_bits() == upper.to_bits();
        if !kept {
            self.rows = Rows::new(held.len());
            self.rows.push("budget", &vec![1.0; held.len()], lower, upper)?;
        }
        Ok(())
    }

    pub(super) fn limits(&self) -> Limits<'_> {
        if self.source.is_some() {
            let compiled = &self.compiled;
            Limits { lower: compiled.lower(), upper: compiled.upper(), rows: compiled.rows() }
        } else {
            Limits { lower: &self.lower, upper: &self.upper, rows: &self.rows }
        }
    }

    /// The families with the change among them: where turnover is limited, both have one centre and are one.
    pub(super) fn families<'a>(&'a self, held: &'a [f64], cost: &'a [f64]) -> Families<'a> {
        let change = Absolute { label: "change", center: held, cost, limit: f64::INFINITY };
        let mut families = [change; Program::FAMILIES];
        let mut count = usize::from(!cost.is_empty());
        let compiled = self.compiled.absolute();
        let short = self.lower.iter().any(|bound| *bound < 0.0);
        let gross = [Absolute { label: "gross", center: &self.zeros, cost: &[], limit: self.gross }];
        let given = match (self.source.is_some(), short) {
            (true, _) => compiled.as_slice(),
            // Without short positions, the budget says the same.
            (false, short) => &gross[..usize::from(short)],
        };
        for family in given {
            if family.label == "turnover" {
                families[0] = Absolute { label: family.label, limit: family.limit, ..change };
                count = count.max(1);
            } else if let Some(place) = families.get_mut(count) {
                *place = *family;
                count += 1;
            }
        }
        (families, count)
    }
}
