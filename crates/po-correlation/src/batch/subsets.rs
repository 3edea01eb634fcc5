//! Subsets of observations whose covariance has a small determinant.

use po_core::InputError;
use po_core::linalg::{Cholesky, gemm_into, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView};
use po_core::simd::dot;

use super::scratch::shape;
use crate::Error;

/// Subsets that are taken to the end.
const FINALISTS: usize = 10;
/// Steps after which a subset is taken as it is; the determinant falls with each, so that few are needed.
const STEPS: usize = 200;
/// A pivot of standardised returns below this is rounding.
const FLAT: f64 = 1e-8;

/// Subsets of observations, with their mean and covariance.
#[derive(Clone, Debug, Default)]
pub(super) struct Subsets {
    assets: usize,
    /// Standardised observations, one after the other.
    points: Vec<f64>,
    /// The observations of the subset at hand, ascending.
    pub(super) chosen: Vec<u32>,
    /// All observations, the nearest ones first.
    order: Vec<u32>,
    /// The mean of the subset.
    pub(super) mean: Vec<f64>,
    /// The subset less its mean, asset by asset.
    centred: Vec<f64>,
    /// The covariance of the subset, divided by its size.
    pub(super) matrix: DMatrix<f64>,
    cholesky: Cholesky,
    /// The inverse of the covariance.
    inverse: DMatrix<f64>,
    identity: Vec<f64>,
    /// All observations less the mean, one after the other.
    away: DMatrix<f64>,
    /// What the inverse makes of them.
    solved: DMatrix<f64>,
    /// The squared distance of each observation.
    pub(super) distances: Vec<f64>,
    /// The best subsets so far, best first.
    finalists: Vec<(f64, Vec<u32>)>,
    /// Subsets that are no longer among the best, for their memory.
    spare: Vec<Vec<u32>>,
    /// Which observations the result rests on.
    pub(super) kept: Vec<bool>,
}

impl Subsets {
    pub(super) fn load(&mut self, assets: usize, centred: &[f64], deviations: &[f64]) {
        let observations = centred.len() / assets;
        self.assets = assets;
        self.points.resize(centred.len(), 0.0);
        for (asset, (column, deviation)) in centred.chunks_exact(observations).zip(deviations).enumerate() {
            for (point, value) in self.points.chunks_exact_mut(assets).zip(column) {
                point[asset] = value / deviation;
            }
        }
    }

    /// Mean, covariance and Cholesky factor of the chosen observations.
    pub(super) fn estimate(&mut self) -> Result<(), Error> {
        let Self { assets, points, chosen, mean, centred, matrix, cholesky, .. } = self;
        let (assets, count) = (*assets, chosen.len());
        let point = |observation: &u32| &points[*observation as usize * assets..][..assets];
        mean.clear();
        mean.resize(assets, 0.0);
        for observation in &*chosen {
            mean.iter_mut().zip(point(observation)).for_each(|(mean, value)| *mean += value);
        }
        mean.iter_mut().for_each(|mean| *mean /= count as f64);
        centred.resize(points.len(), 0.0);
        for (row, observation) in chosen.iter().enumerate() {
            for (asset, (value, mean)) in point(observation).iter().zip(&*mean).enumerate() {
                centred[asset * count + row] = value - mean;
            }
        }
        shape(matrix, assets, assets);
        let view = DMatrixView::from_slice(&centred[..count * assets], count, assets);
        gram_into(1.0 / count as f64, view, matrix)?;
        let flat = cholesky.factor(matrix.as_view()).is_err() || cholesky.pivots().any(|pivot| pivot < FLAT);
        if flat { Err(Error::OnAHyperplane { observations: count }) } else { Ok(()) }
    }

    /// The distance of every observation under the last estimate, times a factor.
    pub(super) fn measure(&mut self, factor: f64) -> Result<(), InputError> {
        let Self { assets, points, mean, cholesky, inverse, identity, away, solved, distances, .. } = self;
        let (assets, observations) = (*assets, points.len() / *assets);
        identity.clear();
        identity.extend((0..assets * assets).map(|place| f64::from(u8::from(place % (assets + 1) == 0))));
        shape(inverse, assets, assets);
        cholesky.solve_into(identity, inverse.as_mut_slice())?;
        shape(away, assets, observations);
        shape(solved, assets, observations);
        for (away, point) in away.as_mut_slice().chunks_exact_mut(assets).zip(points.chunks_exact(assets)) {
            for ((away, value), mean) in away.iter_mut().zip(point).zip(&*mean) {
                *away = value - mean;
            }
        }
        // One product for all observations takes a fraction of the time of as many solutions.
        gemm_into(factor, inverse, away, 0.0, solved)?;
        distances.clear();
        let pairs = away.as_slice().chunks_exact(assets).zip(solved.as_slice().chunks_exact(assets));
        distances.extend(pairs.map(|(away, solved)| dot(away, solved)));
        Ok(())
    }

    /// Estimates from the chosen observations, and chooses those that are nearest; the log-determinant
    /// before.
    fn step(&mut self, support: usize) -> Result<f64, Error> {
        self.estimate()?;
        self.measure(1.0)?;
        let Self { distances, order, chosen, .. } = self;
        order.clear();
        order.extend((0_u32..).take(distances.len()));
        let nearer =
            |a: &u32, b: &u32| distances[*a as usize].total_cmp(&distances[*b as usize]).then(a.cmp(b));
        if support < order.len() {
            order.select_nth_unstable_by(support, nearer);
        }
        chosen.clear();
        chosen.extend_from_slice(&order[..support]);
        chosen.sort_unstable();
        Ok(self.cholesky.log_determinant())
    }

    /// Chooses the subset of the least determinant that the starts lead to, and estimates from it.
    pub(super) fn best_of(&mut self, support: usize, starts: usize, mut random: Random) -> Result<(), Error> {
        self.spare.reserve((FINALISTS + 1).saturating_sub(self.spare.len()));
        self.spare.extend(self.finalists.drain(..).map(|(_, subset)| subset));
        let starts = if support == self.points.len() / self.assets { 1 } else { starts };
        for _ in 0..starts {
            self.draw(support, &mut random)?;
            self.step(support)?;
            self.step(support)?;
            self.estimate()?;
            let determinant = self.cholesky.log_determinant();
            let place = self.finalists.partition_point(|(other, _)| *other <= determinant);
            let known = place > 0 && self.finalists[place - 1].1 == self.chosen;
            if place < FINALISTS && !known {
                let mut subset = self.spare.pop().unwrap_or_default();
                subset.clone_from(&self.chosen);
                self.finalists.insert(place, (determinant, subset));
                if self.finalists.len() > FINALISTS {
                    self.spare.reserve((FINALISTS + 1).saturating_sub(self.spare.len()));
                    self.spare.extend(self.finalists.pop().map(|(_, subset)| subset));
                }
            }
        }
        let mut best: Option<(f64, usize)> = None;
        for finalist in 0..self.finalists.len() {
            self.chosen.clone_from(&self.finalists[finalist].1);
            let mut last = f64::INFINITY;
            for _ in 0..STEPS {
                let determinant = self.step(support)?;
                if determinant >= last {
                    break;
                }
                last = determinant;
                self.finalists[finalist].1.clone_from(&self.chosen);
            }
            if best.is_none_or(|(least, _)| last < least) {
                best = Some((last, finalist));
            }
        }
        if let Some((_, finalist)) = best {
            self.chosen.clone_from(&self.finalists[finalist].1);
        }
        self.estimate()?;
        Ok(self.measure(1.0)?)
    }

    /// Chooses N + 1 observations at random, and more while they lie on a hyperplane.
    fn draw(&mut self, support: usize, random: &mut Random) -> Result<(), Error> {
        let observations = self.points.len() / self.assets;
        self.order.clear();
        self.order.extend((0_u32..).take(observations));
        let mut drawn = 0;
        loop {
            let enough = (self.assets + 1).max(drawn + 1);
            for place in drawn..enough {
                let other = place + random.below(observations - place);
                self.order.swap(place, other);
            }
            drawn = enough;
            self.chosen.clear();
            self.chosen.extend_from_slice(&self.order[..drawn]);
            let outcome = self.estimate();
            if drawn >= support || !matches!(outcome, Err(Error::OnAHyperplane { .. })) {
                return outcome;
            }
        }
    }
}

/// `SplitMix64` (Steele, Lea and Flood 2014): small, and the same on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below `len`.
    fn below(&mut self, len: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = mixed ^ (mixed >> 31);
        ((u128::from(mixed) * len as u128) >> 64) as usize
    }
}
