//! A stage that changes nothing: it looks at how alike the assets are that are held.

use std::cell::Cell;
use std::rc::Rc;

use po_engine::Weights;
use po_engine::stream::{Context, Slot, Stage, StageFailure};

/// A weight below this is none.
const NO_WEIGHT: f64 = 1e-9;

/// The forecast correlations of pairs of assets that are held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Alike {
    pub(super) greatest: f64,
    pub(super) mean: f64,
}

/// Stands last, and tells what it saw; nothing where fewer than two assets are held.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    pub(super) seen: Rc<Cell<Option<Alike>>>,
    held: Vec<(usize, f64)>,
}

impl Stage for Watch {
    fn name(&self) -> &'static str {
        "watch"
    }

    fn slot(&self) -> Slot {
        Slot::Trading
    }

    fn apply(&mut self, context: &Context<'_>, weights: &mut Weights) -> Result<(), StageFailure> {
        let assets = weights.len();
        let entries = context.covariance.as_slice();
        self.held.clear();
        let there = weights.as_slice().iter().enumerate().filter(|(_, weight)| weight.abs() > NO_WEIGHT);
        self.held.extend(there.map(|(asset, _)| (asset, entries[asset * assets + asset].sqrt().recip())));
        self.held.retain(|(_, scale)| scale.is_finite());
        let (mut greatest, mut sum) = (f64::NEG_INFINITY, 0.0);
        for (number, (asset, scale)) in self.held.iter().enumerate() {
            let column = &entries[asset * assets..(asset + 1) * assets];
            for (other, other_scale) in &self.held[..number] {
                let correlation = column[*other] * scale * other_scale;
                greatest = correlation.max(greatest);
                sum += correlation;
            }
        }
        let pairs = self.held.len() * self.held.len().saturating_sub(1) / 2;
        self.seen.set((pairs > 0).then(|| Alike { greatest, mean: sum / pairs as f64 }));
        Ok(())
    }
}
