//! From one active set to the next, also where weights can move without variance.

use po_core::simd::axpy;

use super::basis::FlatDirection;
use super::event::Event;
use super::sweep::{Place, Sweep, largest};
use crate::Error;

/// Rates below this, in units of the largest, do not move a weight along a direction without variance.
const IDLE: f64 = 1e-9;

impl Sweep<'_> {
    /// Carries out an event; where weights can then move without variance, they do.
    pub(super) fn apply(&mut self, event: Event) -> Result<(), Error> {
        let Event { index, place, .. } = event;
        let was = std::mem::replace(&mut self.places[index], place);
        let Err(direction) = self.exchange(index) else { return Ok(()) };
        let settled = place == Place::Between && self.slide(direction, index, was)?;
        // What moves can be held: where it seems not to be, the inverse was worn.
        if settled { Ok(()) } else { self.rebuild() }
    }

    /// Moves along a direction without variance that is open once a constraint is left; whether the basis follows.
    fn slide(&mut self, mut direction: FlatDirection, index: usize, was: Place) -> Result<bool, Error> {
        // Without this constraint, the weights can move at no variance: they do, at this very λ, until others hold.
        if self.lambda > 0.0 {
            self.note(self.point());
        } else {
            // Of the portfolios of least variance, the line begins at the one with the greatest return.
            self.points.clear();
        }
        if was == Place::Upper {
            direction.values.iter_mut().for_each(|value| *value = -*value);
        }
        let mut u: Vec<f64> = self
            .piece
            .base
            .iter()
            .zip(&self.piece.rate)
            .map(|(base, rate)| base + self.lambda * rate)
            .collect();
        let hit = self.walk(&direction, Some((index, was)), &mut u)?;
        self.places[hit.index] = hit.place;
        self.walked = true;
        // What holds goes first: without it, what leaves would leave the matrix singular.
        Ok(hit.index == index || self.exchange(hit.index).is_ok() && self.exchange(index).is_ok())
    }

    /// Takes an asset or a row into the basis, or out of it, as its place says.
    fn exchange(&mut self, index: usize) -> Result<(), FlatDirection> {
        if (index < self.matrix.assets) == (self.places[index] == Place::Between) {
            self.basis.add(&self.matrix, index)
        } else {
            self.basis.remove(&self.matrix, index)
        }
    }

    /// Moves along a direction without variance, to the first constraint that stops it; `leaving` is the constraint
    /// that is being left, and the limit that it was at.
    pub(super) fn walk(
        &self,
        direction: &FlatDirection,
        leaving: Option<(usize, Place)>,
        u: &mut [f64],
    ) -> Result<Event, Error> {
        let (assets, size) = (self.matrix.assets, self.matrix.size);
        let mut step = vec![0.0; assets];
        for (&member, &value) in direction.members.iter().zip(&direction.values) {
            if member < assets {
                step[member] = value;
            }
        }
        let gain: f64 = step.iter().zip(&self.mean).map(|(step, mean)| step * mean).sum();
        if leaving.is_none() && gain < 0.0 {
            step.iter_mut().for_each(|step| *step = -*step);
        }
        let all: Vec<usize> = (0..assets).collect();
        let (mut from, mut rates) = (vec![0.0; size], vec![0.0; size]);
        self.matrix.add_product(&all, u, &mut from);
        self.matrix.add_product(&all, &step, &mut rates);
        from[..assets].copy_from_slice(u);
        rates[..assets].copy_from_slice(&step);
        let still = IDLE * largest(&step);
        let mut hit: Option<Event> = None;
        for index in 0..size {
            let own = leaving.filter(|(leaving, _)| *leaving == index).map(|(_, was)| was);
            if self.places[index] != Place::Between || (index >= assets && self.is_equation(index)) {
                continue;
            }
            let (rate, from) = (rates[index], from[index]);
            let (limit, place) = if rate > still {
                (self.greatest[index], Place::Upper)
            } else if rate < -still {
                (self.least[index], Place::Lower)
            } else {
                continue;
            };
            if own == Some(place) || limit.is_infinite() {
                continue;
            }
            let length = ((limit - from) / rate).max(0.0);
            if hit.is_none_or(|hit| length < hit.lambda) {
                hit = Some(Event { lambda: length, index, place, rate, slack: 0.0 });
            }
        }
        let Some(hit) = hit else {
            let fastest = step.iter().zip(&self.matrix.scale).map(|(step, scale)| (step * scale).abs());
            let (asset, _) =
                fastest.enumerate().fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
            return Err(Error::Unbounded { asset });
        };
        axpy(hit.lambda, &step, u);
        Ok(hit)
    }
}
