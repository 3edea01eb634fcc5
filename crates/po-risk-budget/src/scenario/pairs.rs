//! Slacks and their multipliers, whose products are driven to a target.

/// Values and multipliers, entry by entry, with their steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pair {
    pub(crate) primal: Vec<f64>,
    pub(crate) dual: Vec<f64>,
    pub(crate) primal_step: Vec<f64>,
    pub(crate) dual_step: Vec<f64>,
    /// What the products miss of their targets.
    pub(crate) missed: Vec<f64>,
}

impl Pair {
    /// Makes room for so many entries.
    pub(crate) fn resize(&mut self, count: usize) {
        self.primal.resize(count, 0.0);
        self.begin(count);
    }

    /// As [`Pair::resize`], for values that are there.
    pub(crate) fn begin(&mut self, count: usize) {
        for entries in [&mut self.dual, &mut self.primal_step, &mut self.dual_step, &mut self.missed] {
            entries.resize(count, 0.0);
        }
    }

    /// Values beside their multipliers.
    pub(crate) fn both(&self) -> impl Iterator<Item = (f64, f64)> {
        self.primal.iter().copied().zip(self.dual.iter().copied())
    }

    /// Aims all products at one target, with a share of the product of the last steps taken off.
    pub(crate) fn aim(&mut self, target: f64, bent: f64) {
        let Self { primal, dual, primal_step, dual_step, missed } = self;
        for (place, missed) in missed.iter_mut().enumerate() {
            *missed = target - primal[place] * dual[place];
            if bent > 0.0 {
                *missed -= bent * primal_step[place] * dual_step[place];
            }
        }
    }

    /// As [`Pair::aim`], with a target for each product.
    pub(crate) fn aim_at(&mut self, targets: &[f64], bent: f64) {
        self.aim(0.0, bent);
        self.missed.iter_mut().zip(targets).for_each(|(missed, target)| *missed += target);
    }

    pub(crate) fn step(&mut self, primal: f64, dual: f64) {
        po_core::simd::axpy(primal, &self.primal_step, &mut self.primal);
        po_core::simd::axpy(dual, &self.dual_step, &mut self.dual);
    }
}

/// How far values can go along their steps until the first is zero.
pub(crate) fn blocked(values: &[f64], steps: &[f64]) -> f64 {
    // The quickest fall relative to the value; a maximum of quotients is found without branches.
    let quickest =
        values.iter().zip(steps).fold(0.0_f64, |quickest, (value, step)| quickest.max(-step / value));
    if quickest > 0.0 { 1.0 / quickest } else { f64::INFINITY }
}

/// The sum of the products after steps of these lengths.
pub(crate) fn moved_product(pair: &Pair, primal: f64, dual: f64) -> f64 {
    let values = pair.primal.iter().zip(&pair.primal_step).map(|(value, step)| value + primal * step);
    let multipliers = pair.dual.iter().zip(&pair.dual_step).map(|(value, step)| value + dual * step);
    values.zip(multipliers).map(|(value, multiplier)| value * multiplier).sum()
}
