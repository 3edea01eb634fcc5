//! Where the search for the optimum begins.

use super::likelihood::{Likelihood, Shape};
use super::params::GarchModel;
use super::passes::SHAPE;
use super::programme::Vector;

/// Starts from which the search is run; the others are only looked at.
pub(crate) const SEARCHES: usize = 2;

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

/// Degrees of freedom to begin with.
const DEGREES: f64 = 8.0;

/// The most likely points of a grid, the best first; returns must have been scaled to variance one.
pub(crate) fn starts(likelihood: &Likelihood<'_>) -> [Vector; SEARCHES] {
    debug_assert_eq!(likelihood.shape, Shape::Inverse);
    // A constant variance has a likelihood whatever the returns are.
    let level = if likelihood.params.model == GarchModel::Egarch { 0.0 } else { 1.0 };
    let constant = likelihood.restrict(&[0.0, level, 0.0, 0.0, 0.0, DEGREES]);
    let mut best = [(f64::NEG_INFINITY, constant); SEARCHES];
    for (persistence, news) in GRID {
        let mut parameters = match likelihood.params.model {
            GarchModel::Garch => [0.0, 1.0 - persistence, news, 0.0, persistence - news, 0.0],
            GarchModel::Gjr => [0.0, 1.0 - persistence, 0.5 * news, news, persistence - news, 0.0],
            GarchModel::Egarch => [0.0, 0.0, 2.0 * news, -0.5 * news, persistence, 0.0],
        };
        parameters[SHAPE] = DEGREES;
        let point = likelihood.restrict(&parameters);
        let value = likelihood.log_likelihood(&point);
        if let Some(place) = best.iter().position(|(least, _)| value > *least) {
            best[place..].rotate_right(1);
            best[place] = (value, point);
        }
    }
    best.map(|(_, point)| point)
}
