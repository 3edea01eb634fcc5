//! Which assets and which scenarios a restricted programme is about, and what it looks like to them.

use super::restricted::{Family, Restricted};
use super::tail::{Tail, share};
use crate::CvarProgram;

/// The assets and scenarios that were chosen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    pub(super) assets: Vec<usize>,
    pub(super) is_chosen: Vec<bool>,
    pub(super) scenarios: Vec<usize>,
    pub(super) is_counted: Vec<bool>,
    /// What losses are divided by, and what the objective is divided by after that.
    pub(super) unit: f64,
    pub(super) objective_unit: f64,
}

impl Chosen {
    pub(super) fn reset(&mut self, assets: usize, scenarios: usize) {
        self.assets.clear();
        self.is_chosen.clear();
        self.is_chosen.resize(assets, false);
        self.scenarios.clear();
        self.is_counted.clear();
        self.is_counted.resize(scenarios, false);
    }

    pub(super) fn add_asset(&mut self, asset: usize) {
        if !std::mem::replace(&mut self.is_chosen[asset], true) {
            self.assets.push(asset);
        }
    }

    pub(super) fn add_scenario(&mut self, scenario: usize) {
        if !std::mem::replace(&mut self.is_counted[scenario], true) {
            self.scenarios.push(scenario);
        }
    }

    /// Chooses the units: those of the losses in the tail, and of the steepest term of the objective.
    pub(super) fn measure(&mut self, program: &CvarProgram<'_>, tail: &Tail) {
        let total = tail.losses.iter().map(|loss| loss * loss).sum::<f64>();
        let unit = (total / tail.losses.len() as f64).sqrt();
        self.unit = if unit > 0.0 { unit } else { 1.0 };
        let slopes = program.linear.iter().chain(program.absolute.iter().flat_map(|family| family.cost));
        let steepest = slopes.chain(program.ridge).fold(0.0_f64, |steepest, slope| steepest.max(slope.abs()));
        let steepest = program.price.max(steepest / self.unit);
        self.objective_unit = if steepest > 0.0 { steepest } else { 1.0 };
    }

    /// Writes the programme for what is chosen; other assets stand at `x`.
    pub(super) fn write(&mut self, program: &CvarProgram<'_>, x: &[f64], restricted: &mut Restricted) {
        self.assets.sort_unstable();
        self.scenarios.sort_unstable();
        let Self { assets, scenarios, is_chosen, unit, objective_unit, .. } = &*self;
        let (unit, of_objective) = (*unit, *objective_unit);
        let count = scenarios.len();
        restricted.assets = assets.len();
        restricted.scenarios = count;
        restricted.returns.resize(count * assets.len(), 0.0);
        for (column, &asset) in restricted.returns.chunks_exact_mut(count.max(1)).zip(assets) {
            let returns = program.returns.column(asset);
            for (entry, &t) in column.iter_mut().zip(scenarios) {
                *entry = returns[t] / unit;
            }
        }
        restricted.shares.clear();
        // A price above that of all risk is as good as twice of that: no scenario is more than the whole tail.
        restricted.shares.extend(scenarios.iter().map(|&t| share(program, t).min(2.0)));
        restricted.base.clear();
        restricted.base.resize(count, 0.0);
        for asset in (0..x.len()).filter(|&asset| !is_chosen[asset] && x[asset] != 0.0) {
            let returns = program.returns.column(asset);
            for (base, &t) in restricted.base.iter_mut().zip(scenarios) {
                *base -= returns[t] / unit * x[asset];
            }
        }
        restricted.price = program.price / of_objective;
        restricted.limit = program.limit / unit;
        let of_objective = of_objective * unit;
        let pick = |list: &mut Vec<f64>, from: &[f64], unit: f64| {
            list.clear();
            if from.is_empty() {
                list.resize(assets.len(), 0.0);
            } else {
                list.extend(assets.iter().map(|&asset| from[asset] / unit));
            }
        };
        pick(&mut restricted.linear, program.linear, of_objective);
        pick(&mut restricted.ridge, program.ridge, of_objective);
        pick(&mut restricted.lower, program.lower, 1.0);
        pick(&mut restricted.upper, program.upper, 1.0);
        restricted.rows.clear();
        restricted.row_lower.clear();
        restricted.row_upper.clear();
        for row in 0..program.rows.len() {
            let coefficients = program.rows.row(row);
            restricted.rows.extend(assets.iter().map(|&asset| coefficients[asset]));
            let standing = (0..x.len()).filter(|&asset| !is_chosen[asset]);
            let rest: f64 = standing.map(|asset| coefficients[asset] * x[asset]).sum();
            restricted.row_lower.push(program.rows.lower()[row] - rest);
            restricted.row_upper.push(program.rows.upper()[row] - rest);
        }
        restricted.families.resize_with(program.absolute.len(), Family::default);
        for (family, of) in restricted.families.iter_mut().zip(program.absolute) {
            pick(&mut family.center, of.center, 1.0);
            pick(&mut family.cost, of.cost, of_objective);
            let standing = (0..x.len()).filter(|&asset| !is_chosen[asset]);
            family.limit = of.limit - standing.map(|asset| (x[asset] - of.center[asset]).abs()).sum::<f64>();
            if family.limit.is_infinite() {
                // A distance without a price has no end: a tiny one is told apart from none by the certificate alone.
                family.cost.iter_mut().for_each(|cost| *cost = cost.max(1e-14));
            }
        }
    }
}
