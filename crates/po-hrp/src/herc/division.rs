//! From risks to weights: down the nodes to the clusters, and from each cluster to its assets.

use super::allocation::Held;
use super::layout::Top;
use crate::allocation::Bisection;
use crate::bisection::share_left;
use crate::limits::{Interval, Limits};
use crate::{ClusterWeights, Division};

const NOTHING: Interval = Interval { lower: 0.0, upper: 0.0 };

/// Working memory of the division; one entry per node, but `open`.
#[derive(Clone, Debug, Default)]
pub(super) struct DivisionScratch {
    /// The weight of each node at or above the cut.
    masses: Vec<f64>,
    /// What bounds allow each node at or above the cut.
    allowed: Vec<Interval>,
    /// The places of a cluster whose assets are not at a bound.
    open: Vec<usize>,
}

/// Divides the whole among the clusters.
pub(super) fn divide(
    division: Division,
    risks: &[f64],
    limits: &Limits,
    top: Top<'_>,
    scratch: &mut DivisionScratch,
    divisions: &mut Vec<Bisection>,
) {
    let DivisionScratch { masses, allowed, .. } = scratch;
    masses.clear();
    masses.resize(top.root() + 1, 0.0);
    masses[top.root()] = 1.0;
    let bounded = limits.bounds().is_some();
    if bounded {
        allowed.clear();
        allowed.resize(top.root() + 1, NOTHING);
        top.clusters().for_each(|cluster| allowed[cluster] = limits.of_all(top.assets(cluster)));
        top.splits().rev().for_each(|(node, left, right)| allowed[node] = allowed[left].plus(allowed[right]));
    }
    // How many clusters there are depends on the data, and memory must not.
    divisions.clear();
    divisions.reserve(top.order.len());
    for (node, left, right) in top.splits() {
        let (risk_left, risk_right, mass) = (risks[left], risks[right], masses[node]);
        let share_left = if division == Division::Halves { 0.5 } else { share_left(risk_left, risk_right) };
        let weight_left = if bounded {
            allowed[left].leaving(mass, allowed[right]).clip(share_left * mass)
        } else {
            share_left * mass
        };
        let weight_right = mass - weight_left;
        (masses[left], masses[right]) = (weight_left, weight_right);
        let (start, mid, end) = (top.run(left).start, top.run(right).start, top.run(right).end);
        divisions.push(Bisection {
            start,
            mid,
            end,
            risk_left,
            risk_right,
            share_left,
            weight_left,
            weight_right,
        });
    }
}

/// Shares each cluster out among its assets; `parities` are in leaf order, `weights` in that of the assets.
pub(super) fn share_out(
    within: ClusterWeights,
    parities: &mut [f64],
    limits: &Limits,
    top: Top<'_>,
    scratch: &mut DivisionScratch,
    weights: &mut Vec<f64>,
) {
    let DivisionScratch { masses, open, .. } = scratch;
    if within == ClusterWeights::Equal {
        parities.fill(1.0);
    }
    weights.clear();
    weights.resize(top.order.len(), 0.0);
    open.clear();
    open.reserve(top.order.len());
    for cluster in top.clusters() {
        let (run, mass) = (top.run(cluster), masses[cluster]);
        if limits.bounds().is_some() {
            open.clear();
            open.extend(run);
            fill(mass, parities, limits, top.order, open, weights);
        } else {
            let parity: f64 = parities[run.clone()].iter().sum();
            for (&asset, own) in top.assets(cluster).iter().zip(&parities[run]) {
                weights[asset] = mass * (own / parity);
            }
        }
    }
}

/// Fills assets in proportion to their parities, as far as bounds allow.
///
/// ```text
/// w_i = clip(λ p_i, l_i, u_i),   λ such that the sum is the mass
/// ```
///
/// Each round takes the assets off that overshot on the heavier side; no later round can bring them back
/// (Bitran and Hax 1981).
fn fill(
    mut mass: f64,
    parities: &[f64],
    limits: &Limits,
    order: &[usize],
    open: &mut Vec<usize>,
    weights: &mut [f64],
) {
    while !open.is_empty() {
        let parity: f64 = open.iter().map(|&place| parities[place]).sum();
        let wanted = |place: usize| mass * (parities[place] / parity);
        let (mut short, mut over, mut room) = (0.0, 0.0, NOTHING);
        for &place in &*open {
            let allowed = limits.of(order[place]);
            short += (allowed.lower - wanted(place)).max(0.0);
            over += (wanted(place) - allowed.upper).max(0.0);
            room = room.plus(allowed);
        }
        let mut fixed = 0.0;
        open.retain(|&place| {
            let (wanted, allowed) = (wanted(place), limits.of(order[place]));
            // Without room to choose from, weights are bounds to the last bit.
            let (weight, settled) = if mass <= room.lower {
                (allowed.lower, true)
            } else if mass >= room.upper {
                (allowed.upper, true)
            } else if short <= 0.0 && over <= 0.0 {
                (wanted, true)
            } else if short > over {
                (allowed.lower, wanted < allowed.lower)
            } else {
                (allowed.upper, wanted > allowed.upper)
            };
            if settled {
                weights[order[place]] = weight;
                fixed += weight;
            }
            !settled
        });
        mass -= fixed;
    }
}

/// Writes the risk and the weight of each cluster, by label.
pub(super) fn hold(labels: &[usize], risks: &[f64], weights: &[f64], top: Top<'_>, held: &mut Vec<Held>) {
    held.clear();
    held.reserve(top.order.len());
    held.resize(top.clusters, Held::default());
    for cluster in top.clusters() {
        let assets = top.assets(cluster);
        let weight = assets.iter().map(|&asset| weights[asset]).sum();
        held[labels[assets[0]]] = Held { risk: risks[cluster], weight };
    }
}
