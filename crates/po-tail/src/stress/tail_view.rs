//! Views on a conditional value at risk: the value at risk that goes with each is sought.

use po_core::Confidence;
use po_core::simd::dot;

use super::dual::{Dual, Row};
use super::staged::Staged;
use super::view::{PoolingView, Relation};
use crate::Error;
use crate::scenario::tail_in_order;

/// How near a conditional value at risk must come, relative to the spread of the losses.
const NEAR: f64 = 1e-11;

/// Rounds over several tails, each of which is moved with the others at rest.
const ROUNDS: usize = 60;

/// How far off a conditional value at risk may be at the end, relative to the spread of the losses.
const FAR: f64 = 1e-7;

/// Steps between two losses.
const STEPS: usize = 100;

/// Steps of Newton's method for one supposed value at risk: where there is an answer, tens are enough.
const TRY: usize = 100;

/// Places that are tried where nothing is known.
const PLACES: usize = 32;

/// A view that `CVaR_β(L) = c`: for the value at risk η, `E[(L - η)⁺] = (c - η)(1 - β)`.
pub(super) struct TailView {
    view: PoolingView,
    confidence: Confidence,
    target: f64,
    returns: Vec<f64>,
    /// The scenarios, the worst first.
    order: Vec<usize>,
    /// The losses below the target, ascending, each once.
    losses: Vec<f64>,
    spread: f64,
    /// The value at risk, as far as it is known; none as long as the view holds without a row.
    eta: Option<f64>,
}

/// On which side of the value at risk a number lies.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Below,
    There,
    Above,
}

impl TailView {
    pub(super) fn new(
        view: &PoolingView,
        returns: Vec<f64>,
        confidence: Confidence,
        prior: &[f64],
    ) -> Result<Self, Error> {
        let mut order: Vec<usize> = (0..returns.len()).collect();
        order.sort_unstable_by(|&a, &b| returns[a].total_cmp(&returns[b]).then(a.cmp(&b)));
        let mut losses: Vec<f64> = order.iter().rev().map(|&row| -returns[row]).collect();
        losses.dedup();
        let (least, greatest) = (losses[0], losses[losses.len() - 1]);
        // The mean of equal losses is one of them but for rounding.
        let near = (view.value - greatest).abs() <= 1e-12 * (greatest - least);
        let target = if near { greatest } else { view.value };
        losses.retain(|loss| *loss < target);
        let out = match view.relation {
            // All that is left of a tail at the least loss are scenarios of that loss, as for `Equal`.
            Relation::AtMost => target < least || (losses.is_empty() && least < greatest),
            Relation::AtLeast => target > greatest,
            Relation::Equal => losses.is_empty() || target > greatest,
        };
        let tail =
            Self { view: view.clone(), confidence, target, order, losses, spread: 0.0, eta: None, returns };
        if out {
            return Err(tail.refused(least, greatest));
        }
        let mean = dot(prior, &tail.returns);
        let spread =
            tail.returns.iter().zip(prior).map(|(x, q)| q * (x - mean) * (x - mean)).sum::<f64>().sqrt();
        Ok(Self { spread, ..tail })
    }

    /// Meets all tails beside the rows that there are.
    pub(super) fn meet(tails: &mut [Self], staged: &mut Staged<'_>, found: Dual) -> Result<Dual, Error> {
        let mut found = found;
        for tail in tails.iter_mut() {
            let eta = tail.eta.take();
            if tail.view.relation == Relation::Equal {
                let (var, cvar) = tail.measure(&found);
                tail.eta = Some(eta.unwrap_or(tail.inside(var + tail.target - cvar)));
            }
        }
        // A view that holds by itself needs no row; each round brings in one that does not, and never takes one out.
        for _ in 0..=tails.len() {
            if tails.iter().any(|tail| tail.eta.is_some()) {
                found = Self::rounds(tails, staged, found)?;
            }
            let violated = tails.iter_mut().find(|tail| tail.eta.is_none() && !tail.holds(&found));
            let Some(tail) = violated else { return Ok(found) };
            let (var, cvar) = tail.measure(&found);
            tail.eta = Some(tail.inside(var + tail.target - cvar));
        }
        Ok(found)
    }

    fn rounds(tails: &mut [Self], staged: &mut Staged<'_>, found: Dual) -> Result<Dual, Error> {
        let mut found = found;
        let active: Vec<usize> = (0..tails.len()).filter(|&place| tails[place].eta.is_some()).collect();
        for _ in 0..ROUNDS {
            for &place in &active {
                found = Self::search(tails, place, staged)?;
            }
            let off = |tail: &Self| (tail.measure(&found).1 - tail.target).abs() > NEAR * tail.spread * 10.0;
            if active.len() == 1 || !active.iter().any(|&place| off(&tails[place])) {
                break;
            }
        }
        let off = |tail: &Self| (tail.measure(&found).1 - tail.target).abs() > FAR * tail.spread;
        match active.iter().find(|&&place| off(&tails[place])) {
            Some(&place) => Err(tails[place].out_of_reach()),
            None => Ok(found),
        }
    }

    /// Seeks the value at risk of one tail, with those of the others at rest.
    fn search(tails: &mut [Self], place: usize, staged: &mut Staged<'_>) -> Result<Dual, Error> {
        let mut warm = None;
        let mut attempt = |tails: &mut [Self], eta: f64| -> Result<Option<Dual>, Error> {
            tails[place].eta = Some(eta);
            let rows: Vec<Row> = tails.iter().filter_map(|tail| tail.row(staged.prior())).collect();
            let found = staged.with_changing(rows, |staged| staged.tried(warm.clone(), TRY))?;
            if found.impossible || found.gradient > 1e-10 {
                return Ok(None);
            }
            warm = Some(found.multipliers.clone());
            Ok(Some(found))
        };
        let (target, least) = (tails[place].target, tails[place].losses[0]);
        let start = tails[place].eta.unwrap_or(least);
        let grid = (0..PLACES).map(|step| least + (target - least) * (step as f64 + 0.5) / PLACES as f64);
        let mut anchor = None;
        for eta in std::iter::once(start).chain(grid) {
            if let Some(found) = attempt(tails, eta)? {
                anchor = Some((eta, found));
                break;
            }
        }
        let Some((eta, found)) = anchor else {
            return Err(tails[place].out_of_reach());
        };
        let (mut below, mut above) = match tails[place].place(&found, eta) {
            Place::There => return Ok(found),
            Place::Below => (eta, target),
            Place::Above => (least, eta),
        };
        // Where there is no answer at all for a number, the value at risk lies on the side of one that has an answer.
        let known = eta;
        loop {
            let losses = &tails[place].losses;
            let from = losses.partition_point(|loss| *loss <= below);
            let to = losses.partition_point(|loss| *loss < above);
            if from >= to {
                break;
            }
            let eta = losses[from + (to - from) / 2];
            match attempt(tails, eta)?.map(|found| (tails[place].place(&found, eta), found)) {
                Some((Place::There, found)) => return Ok(found),
                Some((Place::Below, _)) => below = eta,
                Some((Place::Above, _)) => above = eta,
                None if eta > known => above = eta,
                None => below = eta,
            }
        }
        let mut best = (f64::INFINITY, None);
        for _ in 0..STEPS {
            let eta = 0.5 * (below + above);
            if eta <= below || eta >= above {
                break;
            }
            let Some(found) = attempt(tails, eta)? else {
                if eta > known {
                    above = eta;
                } else {
                    below = eta;
                }
                continue;
            };
            let off = (tails[place].measure(&found).1 - target).abs();
            let side = tails[place].place(&found, eta);
            if off < best.0 {
                best = (off, Some((eta, found)));
            }
            if off <= NEAR * tails[place].spread || side == Place::There {
                break;
            }
            if side == Place::Below { below = eta } else { above = eta }
        }
        match best {
            (off, Some((eta, found))) if off <= FAR * tails[place].spread => {
                tails[place].eta = Some(eta);
                Ok(found)
            }
            _ => Err(tails[place].out_of_reach()),
        }
    }

    /// The row for the value at risk that is supposed.
    fn row(&self, prior: &[f64]) -> Option<Row> {
        let eta = self.eta?;
        let expected = (self.target - eta) * self.confidence.tail();
        let mut values: Vec<f64> = self.returns.iter().map(|x| (-x - eta).max(0.0)).collect();
        let mean = dot(prior, &values);
        let spread = values.iter().zip(prior).map(|(x, q)| q * (x - mean) * (x - mean)).sum::<f64>().sqrt();
        let scale = if spread > 0.0 { spread } else { 1.0 };
        values.iter_mut().for_each(|x| *x = (*x - expected) / scale);
        Some(Row { values, at_most: false })
    }

    /// The value at risk and the conditional value at risk under the probabilities found.
    fn measure(&self, found: &Dual) -> (f64, f64) {
        tail_in_order(&self.order, &self.returns, &found.probabilities, self.confidence)
    }

    fn holds(&self, found: &Dual) -> bool {
        let (cvar, slack) = (self.measure(found).1, NEAR * self.spread);
        match self.view.relation {
            Relation::AtMost => cvar <= self.target + slack,
            Relation::AtLeast => cvar >= self.target - slack,
            Relation::Equal => false,
        }
    }

    /// Where a number lies, told by how often the loss is above it.
    fn place(&self, found: &Dual, eta: f64) -> Place {
        let probability = |reaches: fn(f64, f64) -> bool| {
            let rows = self.returns.iter().zip(&found.probabilities);
            rows.filter(|(x, _)| reaches(-**x, eta)).map(|(_, p)| p).sum::<f64>()
        };
        let tail = self.confidence.tail();
        if probability(|loss, eta| loss > eta) > tail * (1.0 + 1e-12) {
            Place::Below
        } else if probability(|loss, eta| loss >= eta) < tail * (1.0 - 1e-12) {
            Place::Above
        } else {
            Place::There
        }
    }

    /// The number nearest by at which a value at risk can be.
    fn inside(&self, eta: f64) -> f64 {
        let least = self.losses.first().copied().unwrap_or(self.target);
        if eta > least && eta < self.target { eta } else { 0.5 * (least + self.target) }
    }

    /// The refusal of a view that the others leave no room for; the range is that of the scenarios alone.
    fn out_of_reach(&self) -> Error {
        let ends = self.order.first().zip(self.order.last());
        let (greatest, least) =
            ends.map_or((f64::NAN, f64::NAN), |(&a, &b)| (-self.returns[a], -self.returns[b]));
        self.refused(least, greatest)
    }

    fn refused(&self, least: f64, greatest: f64) -> Error {
        let (view, value) = (self.view.clone(), self.target);
        Error::View { view, quantity: "the conditional value at risk", value, least, greatest }
    }
}
