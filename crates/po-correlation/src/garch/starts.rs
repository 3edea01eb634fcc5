//! Where the search for the optimum begins.

use super::likelihood::{Likelihood, Shape};
use super::params::GarchModel;
use super::programme::Vector;

/// Persistence and effect of news, from calm to nervous: what daily and weekly returns of any market tend to.
const GRID: [(f64, f64); 8] = [
    (0.98, 0.05),
    (0.95, 0.10),
    (0.99, 0.03),
    (0.90, 0.05),
    (0.97, 0.20),
    (0.80, 0.15),
    (0.60, 0.10),
    (0.30, 0.05),
];

/// Persistence and effect of news of an EGARCH. Its log-likelihood has an optimum of its own for variances that
/// rise after large returns, for some that fall after them, for some that hardly move or move to and fro.
const REGIONS: [&[(f64, f64)]; 4] = [
    &[(0.99, 0.1), (0.95, 0.1), (0.95, 0.3), (0.8, 0.2), (0.4, 0.2)],
    &[(0.995, -0.02), (0.98, -0.02)],
    &[(0.98, -0.08), (0.9, -0.08)],
    &[(-0.4, 0.2), (-0.8, 0.2), (-0.4, 0.05), (-0.8, 0.05), (-0.4, -0.1), (-0.8, -0.1)],
];

/// Degrees of freedom to begin with.
const DEGREES: f64 = 8.0;

/// Searches at most.
pub(crate) const SEARCHES: usize = REGIONS.len();

/// Searches that a sample is worth: a GARCH has one optimum inside the bounds and may have another on one.
pub(crate) fn searches(model: GarchModel) -> usize {
    if model == GarchModel::Egarch { SEARCHES } else { 2 }
}

/// Points to begin at, the most likely one first; returns must have been scaled to variance one.
pub(crate) fn starts(likelihood: &Likelihood<'_>) -> [Vector; SEARCHES] {
    debug_assert_eq!(likelihood.shape, Shape::Inverse);
    let at = |[omega, alpha, gamma, beta]: [f64; 4]| {
        let point = likelihood.restrict(&[0.0, omega, alpha, gamma, beta, DEGREES]);
        (likelihood.log_likelihood(&point), point)
    };
    let model = likelihood.params.model;
    // A constant variance has a likelihood whatever the returns are.
    let (_, constant) = at([if model == GarchModel::Egarch { 0.0 } else { 1.0 }, 0.0, 0.0, 0.0]);
    let mut best = [(f64::NEG_INFINITY, constant); SEARCHES];
    if model == GarchModel::Egarch {
        for (best, region) in best.iter_mut().zip(REGIONS) {
            for &(persistence, news) in region {
                let falls = (0.5 * news.abs()).max(0.03);
                for candidate in [at([0.0, news, -falls, persistence]), at([0.0, news, falls, persistence])] {
                    *best = if candidate.0 > best.0 { candidate } else { *best };
                }
            }
        }
    } else {
        for (persistence, news) in GRID {
            let (left, beta) = (1.0 - persistence, persistence - news);
            let gjr = model == GarchModel::Gjr;
            let candidate = at(if gjr { [left, 0.5 * news, news, beta] } else { [left, news, 0.0, beta] });
            if let Some(place) = best.iter().position(|best| candidate.0 > best.0) {
                best[place..].rotate_right(1);
                best[place] = candidate;
            }
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    best.map(|(_, point)| point)
}
