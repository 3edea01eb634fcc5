//! Where the line begins.

use po_core::Moments;
use po_core::simd::{axpy, dot};

use super::basis::{Basis, Bordered, FlatDirection};
use super::sweep::{Piece, Place, Sweep};
use crate::solution::Binding;
use crate::{Error, Program, Rows};

/// What is left of a squared length below this, in units of what it was, is rounding.
const DEPENDENT: f64 = 1e-20;

impl<'a> Sweep<'a> {
    /// Starts at the portfolio of least variance.
    pub(super) fn new(
        moments: &'a Moments,
        lower: &'a [f64],
        upper: &'a [f64],
        rows: &'a Rows,
    ) -> Result<Self, Error> {
        let covariance = moments.covariance();
        let assets = covariance.len();
        let linear = vec![0.0; assets];
        let risk = covariance.into();
        let program =
            Program { risk, scale: 1.0, ridge: &[], linear: &linear, lower, upper, rows, absolute: &[] };
        let start = program.solve()?;
        let matrix = Bordered::new(covariance, rows);
        let mut places: Vec<Place> = (0..assets)
            .map(|asset| match start.active.places[asset] {
                0 => Place::Lower,
                1 => Place::Between,
                _ => Place::Upper,
            })
            .collect();
        places.extend(start.active.rows.iter().map(|binding| match binding {
            Binding::Lower => Place::Lower,
            Binding::None => Place::Between,
            Binding::Upper => Place::Upper,
        }));
        let scaled = |limits: (&[f64], &[f64])| -> Vec<f64> {
            let of_assets = limits.0.iter().zip(&matrix.scale).map(|(limit, scale)| limit / scale);
            let of_rows = limits.1.iter().zip(&matrix.scale[assets..]).map(|(limit, scale)| limit * scale);
            of_assets.chain(of_rows).collect()
        };
        let (least, greatest) = (scaled((lower, rows.lower())), scaled((upper, rows.upper())));
        let (budget, centre) = budget(moments.mean(), rows);
        let mean =
            moments.mean().iter().zip(&matrix.scale).map(|(mean, scale)| (mean - centre) * scale).collect();
        let mut sweep = Self {
            lower,
            upper,
            matrix,
            least,
            greatest,
            mean,
            budget,
            places,
            basis: Basis::default(),
            piece: Piece::default(),
            lambda: 0.0,
            unit: 0.0,
            walked: false,
            idle: 0,
            points: Vec::new(),
            ray: None,
        };
        sweep.settle(&start.x, &start.rows)?;
        Ok(sweep)
    }

    /// Finds a regular basis for the active set of the start; where there is none, moves along directions without
    /// variance until constraints hold what is left.
    fn settle(&mut self, x: &[f64], multipliers: &[f64]) -> Result<(), Error> {
        let assets = self.matrix.assets;
        self.leave_out_dependent_rows(multipliers);
        let mut u: Vec<f64> = x.iter().zip(&self.matrix.scale).map(|(x, scale)| x / scale).collect();
        if !self.basis.rebuild(&self.matrix, self.bound_and_free()) {
            let mut flat = self.basis.null_space(&self.matrix);
            while let Some(values) = flat.pop() {
                let direction = FlatDirection { members: self.basis.members.clone(), values };
                let hit = self.walk(&direction, None, &mut u)?;
                let at = |values: &[f64]| -> f64 {
                    let column = self.matrix.column(hit.index);
                    if hit.index < assets {
                        let place = self.basis.members.iter().position(|&member| member == hit.index);
                        return place.map_or(0.0, |place| values[place]);
                    }
                    self.basis.members.iter().zip(values).map(|(&member, value)| column[member] * value).sum()
                };
                let own = at(&direction.values);
                for other in &mut flat {
                    axpy(-at(other) / own, &direction.values, other);
                }
                self.places[hit.index] = hit.place;
            }
            return self.rebuild();
        }
        Ok(())
    }

    /// Of the rows that hold, keeps a set that is independent on the free assets: first those with a multiplier.
    fn leave_out_dependent_rows(&mut self, multipliers: &[f64]) {
        let assets = self.matrix.assets;
        let free: Vec<usize> = (0..assets).filter(|&asset| self.places[asset] == Place::Between).collect();
        let mut order: Vec<usize> =
            (0..multipliers.len()).filter(|&row| self.places[assets + row] != Place::Between).collect();
        order.sort_by_key(|&row| multipliers[row] == 0.0);
        let mut kept: Vec<Vec<f64>> = Vec::new();
        for row in order {
            let column = self.matrix.column(assets + row);
            let mut rest: Vec<f64> = free.iter().map(|&asset| column[asset]).collect();
            let size = dot(&rest, &rest);
            // Twice, so that what rounding leaves of the first time is gone.
            for other in kept.iter().chain(&kept) {
                axpy(-dot(other, &rest), other, &mut rest);
            }
            let left = dot(&rest, &rest);
            if left > DEPENDENT * size {
                rest.iter_mut().for_each(|entry| *entry /= left.sqrt());
                kept.push(rest);
            } else {
                self.places[assets + row] = Place::Between;
            }
        }
    }
}

/// A row that fixes the sum of all weights: what it makes indifferent, the middle of the means, and by how much its
/// multiplier changes for that. Differences of means are then not drowned in their common level.
fn budget(mean: &[f64], rows: &Rows) -> (Option<(usize, f64)>, f64) {
    #[expect(
        clippy::float_cmp,
        reason = "a multiple of the budget has coefficients that are the same to the bit"
    )]
    let fixes_sum = |&row: &usize| {
        let first = rows.row(row)[0];
        first != 0.0
            && rows.lower()[row] >= rows.upper()[row]
            && rows.row(row).iter().all(|entry| *entry == first)
    };
    let Some(row) = (0..rows.len()).find(fixes_sum) else { return (None, 0.0) };
    let least = mean.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = mean.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let centre = 0.5 * (least + greatest);
    (Some((row, centre / rows.row(row)[0])), centre)
}
