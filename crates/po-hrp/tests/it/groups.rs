//! Caps and floors on groups are honoured whenever some portfolio honours them, and refused by name when none does.

use po_core::{Allocator, Covariance, GroupBound};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage};
use proptest::prelude::*;

use crate::bounds::{assert_within, bounds_around, grainy_portfolio};
use crate::properties::{SUM, allocate, assert_on_the_simplex, assert_same_bits};
use crate::random::{Random, config, factor_covariance, mixed_covariance};

fn group(name: impl Into<String>, members: &[usize], lower: f64, upper: f64) -> GroupBound {
    GroupBound::new(name, members.to_vec(), lower, upper).unwrap()
}

fn grouped(groups: Vec<GroupBound>) -> HrpParams {
    HrpParams { groups, ..HrpParams::default() }
}

fn sum(members: &[usize], weights: &[f64]) -> f64 {
    members.iter().map(|&member| weights[member]).sum()
}

/// Group sums are sums of rounded weights.
fn assert_groups_hold(allocation: &HrpAllocation, groups: &[GroupBound]) {
    for group in groups {
        let sum = sum(group.members(), allocation.weights().as_slice());
        assert!(group.lower() - SUM <= sum && sum <= group.upper() + SUM, "{sum} in {group:?}");
    }
}

/// Bounds of a group around what a portfolio holds in it: wide, tight, one-sided, fixed.
fn bound_around(index: usize, members: &[usize], portfolio: &[f64], random: &mut Random) -> GroupBound {
    let held = sum(members, portfolio);
    let (lower, upper) = match random.below(7) {
        0 => (held, held),
        1 => (held, f64::INFINITY),
        2 => (f64::NEG_INFINITY, held),
        3 => (0.0, held),
        4 => (held, 1.0),
        _ => (held * random.uniform(), held + random.uniform() * (1.0 - held)),
    };
    group(format!("group {index}"), members, lower.min(upper), upper)
}

fn members_where(assets: usize, mut holds: impl FnMut(usize) -> bool) -> Vec<usize> {
    (0..assets).filter(|&asset| holds(asset)).collect()
}

/// Sectors that do not overlap.
fn sectors(assets: usize, count: usize, random: &mut Random) -> Vec<Vec<usize>> {
    let sector_of: Vec<usize> = (0..assets).map(|_| random.below(count + 1)).collect();
    let sectors = (0..count).map(|sector| members_where(assets, |asset| sector_of[asset] == sector));
    sectors.filter(|members| !members.is_empty()).collect()
}

/// Groups that overlap as they like.
fn overlapping(assets: usize, count: usize, random: &mut Random) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    for _ in 0..count {
        let density = random.between(0.05, 1.0);
        let members = members_where(assets, |_| random.uniform() < density);
        if !members.is_empty() {
            groups.push(members);
        }
    }
    groups
}

struct Instance {
    covariance: Covariance,
    params: HrpParams,
    /// A portfolio within all bounds, to the last digits.
    feasible: Vec<f64>,
}

impl Instance {
    fn around(feasible: Vec<f64>, memberships: &[Vec<usize>], seed: u64, random: &mut Random) -> Self {
        let bound = |(index, members): (usize, &Vec<usize>)| bound_around(index, members, &feasible, random);
        let groups = memberships.iter().enumerate().map(bound).collect();
        let bounds = (random.uniform() < 0.7).then(|| bounds_around(&feasible, random));
        let linkage = Linkage::ALL[random.below(Linkage::ALL.len())];
        let leaf_order = LeafOrder::ALL[random.below(2)];
        let params = HrpParams { linkage, leaf_order, bounds, groups, ..HrpParams::default() };
        // Variances of all sizes leave whole groups without weight until a floor lifts them.
        let covariance = match random.below(4) {
            0 => mixed_covariance(feasible.len(), seed),
            _ => factor_covariance(feasible.len(), seed),
        };
        Self { covariance, params, feasible }
    }

    fn check(&self) {
        let allocation = allocate(&self.params, &self.covariance);
        assert_on_the_simplex(&allocation);
        assert_groups_hold(&allocation, &self.params.groups);
        if let Some(bounds) = &self.params.bounds {
            assert_within(&allocation, bounds);
        }
        self.check_nearness(&allocation);
        check_account(&allocation);
    }

    /// The masses of the cells are the nearest to those without groups, in the proportional measure: no step towards
    /// another feasible portfolio brings them nearer.
    ///
    /// ```text
    /// Σ_c (x_c - m_c) / m_c (y_c - x_c) >= 0
    /// ```
    fn check_nearness(&self, allocation: &HrpAllocation) {
        let free = allocate(&HrpParams { groups: Vec::new(), ..self.params.clone() }, &self.covariance);
        let cells = cells(self.feasible.len(), &self.params.groups);
        let step: f64 = cells
            .iter()
            .map(|members| {
                let of = |weights: &[f64]| sum(members, weights);
                let natural = of(free.weights().as_slice());
                let mass = of(allocation.weights().as_slice());
                (mass - natural) / natural.max(LEAST_MASS) * (of(&self.feasible) - mass)
            })
            .sum();
        assert!(step > -NEARNESS, "a step of {step} leads nearer");
    }
}

/// Masses below this are moved as if they were as large.
const LEAST_MASS: f64 = 1e-6;

/// Rounding of the masses, times the greatest weight of a cell, the inverse of the least mass.
const NEARNESS: f64 = SUM / LEAST_MASS;

/// Assets that belong to the same groups.
fn cells(assets: usize, groups: &[GroupBound]) -> Vec<Vec<usize>> {
    let mut cells = std::collections::BTreeMap::<Vec<bool>, Vec<usize>>::new();
    for asset in 0..assets {
        let groups = groups.iter().map(|group| group.members().contains(&asset)).collect();
        cells.entry(groups).or_default().push(asset);
    }
    cells.into_values().collect()
}

/// The weights of the halves add up down the splits.
fn check_account(allocation: &HrpAllocation) {
    let weights = allocation.weights().as_slice();
    for split in allocation.explain() {
        assert!((sum(&split.left, weights) - split.weight_left).abs() < SUM, "{split:?}");
        assert!((sum(&split.right, weights) - split.weight_right).abs() < SUM, "{split:?}");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn disjoint_groups_hold(assets in 1_usize..=60, count in 1_usize..=12, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(assets);
        let sectors = sectors(assets, count, random);
        Instance::around(portfolio, &sectors, seed, random).check();
    }

    #[test]
    fn sectors_and_countries_hold_together(assets in 1_usize..=60, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(assets);
        let groups = [sectors(assets, 6, random), sectors(assets, 5, random)].concat();
        Instance::around(portfolio, &groups, seed, random).check();
    }

    #[test]
    fn overlapping_groups_hold(assets in 1_usize..=60, count in 1_usize..=12, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(assets);
        let groups = overlapping(assets, count, random);
        Instance::around(portfolio, &groups, seed, random).check();
    }

    /// With weights of zero and sums that are exact, many constraints meet in one point.
    #[test]
    fn groups_hold_where_constraints_meet(assets in 1_usize..=60, count in 1_usize..=12, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = grainy_portfolio(assets, random);
        let groups = overlapping(assets, count, random);
        Instance::around(portfolio, &groups, seed, random).check();
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Groups that the weights keep anyway leave every bit where it was.
    #[test]
    fn loose_groups_change_nothing(assets in 1_usize..=60, count in 1_usize..=8, seed: u64) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let bounds = bounds_around(&random.portfolio(assets), random);
        for bounds in [None, Some(bounds)] {
            let params = HrpParams { bounds, ..HrpParams::default() };
            let free = allocate(&params, &covariance);
            let loose = |(index, members): (usize, &Vec<usize>)| {
                let held = sum(members, free.weights().as_slice());
                group(format!("group {index}"), members, 0.9 * held, 1.1 * held + 1e-9)
            };
            let mut groups: Vec<_> =
                overlapping(assets, count, random).iter().enumerate().map(loose).collect();
            groups.push(group("all", &members_where(assets, |_| true), f64::NEG_INFINITY, f64::INFINITY));
            assert_same_bits(&allocate(&HrpParams { groups, ..params.clone() }, &covariance), &free);
        }
    }

    /// That the whole holds the whole is no news, even where a sum of weights misses one by rounding.
    #[test]
    fn a_group_of_all_assets_changes_nothing(assets in 1_usize..=60, seed: u64) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let bounds = bounds_around(&random.portfolio(assets), random);
        let all = group("all", &members_where(assets, |_| true), 1.0, 1.0);
        for bounds in [None, Some(bounds)] {
            let params = HrpParams { bounds, ..HrpParams::default() };
            let free = allocate(&params, &covariance);
            let whole = allocate(&HrpParams { groups: vec![all.clone()], ..params }, &covariance);
            let pairs = whole.weights().as_slice().iter().zip(free.weights().as_slice());
            prop_assert!(pairs.map(|(a, b)| (a - b).abs()).all(|difference| difference < SUM));
        }
    }

    /// A split gives the left half its share of risk, or as near to it as the cells that lie on one side allow.
    #[test]
    fn splits_keep_their_shares_as_far_as_groups_allow(assets in 2_usize..=60, count in 1_usize..=8, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(assets);
        let memberships = overlapping(assets, count, random);
        let mut instance = Instance::around(portfolio, &memberships, seed, random);
        instance.params.bounds = None;
        instance.covariance = factor_covariance(assets, seed);
        let free = HrpParams { groups: Vec::new(), ..instance.params.clone() };
        let (free, bound) = (allocate(&free, &instance.covariance), allocate(&instance.params, &instance.covariance));
        let cells = cells(assets, &instance.params.groups);
        for (split, free) in bound.explain().iter().zip(free.explain()) {
            prop_assert_eq!(split.share_left.to_bits(), free.share_left.to_bits());
            let (mut least, mut greatest) = (0.0, 0.0);
            for cell in &cells {
                let inside = |half: &[usize]| half.iter().copied().filter(|asset| cell.contains(asset)).collect();
                let (left, right): (Vec<usize>, Vec<usize>) = (inside(&split.left), inside(&split.right));
                let mass = sum(&left, bound.weights().as_slice()) + sum(&right, bound.weights().as_slice());
                least += if right.is_empty() { mass } else { 0.0 };
                greatest += if left.is_empty() { 0.0 } else { mass };
            }
            let asked = split.share_left * (split.weight_left + split.weight_right);
            let expected = asked.max(least).min(greatest);
            prop_assert!((split.weight_left - expected).abs() < SUM, "{split:?}: {expected}");
        }
    }

    /// The same group twice is the same as once, under whatever names.
    #[test]
    fn a_group_said_twice_counts_once(assets in 2_usize..=40, count in 1_usize..=5, seed: u64) {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(assets);
        let memberships = overlapping(assets, count, random);
        let once = Instance::around(portfolio, &memberships, seed, random);
        let mut twice = once.params.clone();
        twice.groups.extend(once.params.groups.iter().rev().cloned());
        let (once, twice) = (allocate(&once.params, &once.covariance), allocate(&twice, &once.covariance));
        let pairs = once.weights().as_slice().iter().zip(twice.weights().as_slice());
        prop_assert!(pairs.map(|(a, b)| (a - b).abs()).all(|difference| difference < 1e3 * SUM));
    }

    #[test]
    fn allocate_equals_allocate_into_with_groups(assets in 2_usize..=40, seed: u64) {
        let random = &mut Random::new(seed);
        let (mut scratch, mut kept) = (HrpScratch::default(), HrpAllocation::default());
        for (assets, count) in [(assets, 6), (1 + assets / 2, 2), (assets + 3, 9)] {
            let portfolio = random.portfolio(assets);
            let groups = overlapping(assets, count, random);
            let Instance { covariance, params, .. } = Instance::around(portfolio, &groups, seed, random);
            let hrp = Hrp::new(params).unwrap();
            hrp.allocate_into(&covariance, &mut scratch, &mut kept).unwrap();
            assert_same_bits(&kept, &hrp.allocate(&covariance).unwrap());
        }
    }
}

/// Two pairs of correlation 0.5 and variance 1 and 4; the pairs are uncorrelated.
///
/// ```text
/// v_left = (1 + 1 + 2 · 0.5) / 4 = 0.75, v_right = 3, share_left = 3 / 3.75 = 0.8
/// w = 0.4, 0.4, 0.1, 0.1
/// ```
fn two_pairs() -> Covariance {
    let entries = [1.0, 0.5, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 4.0, 2.0, 0.0, 0.0, 2.0, 4.0];
    Covariance::from_column_slice(4, &entries).unwrap()
}

fn assert_weights(groups: &[GroupBound], expected: [f64; 4]) {
    for &linkage in Linkage::ALL {
        let params = HrpParams { linkage, ..grouped(groups.to_vec()) };
        let allocation = allocate(&params, &two_pairs());
        for (weight, expected) in allocation.weights().as_slice().iter().zip(expected) {
            assert!((weight - expected).abs() < SUM, "{linkage}: {weight} is not {expected}");
        }
    }
}

#[test]
fn a_cap_on_a_cluster_scales_it_and_the_other_one() {
    assert_weights(&[], [0.4, 0.4, 0.1, 0.1]);
    // 0.8 becomes 0.6 and 0.2 becomes 0.4; within either pair nothing changes.
    assert_weights(&[group("calm", &[0, 1], 0.0, 0.6)], [0.3, 0.3, 0.2, 0.2]);
    assert_weights(&[group("wild", &[2, 3], 0.4, 1.0)], [0.3, 0.3, 0.2, 0.2]);
}

/// The group holds 0.5 and may hold 0.3: its two assets are scaled by 0.6, the two others by 1.4. Either pair then
/// holds what it earned, 0.24 + 0.56 = 0.8 and 0.06 + 0.14 = 0.2, so the split stays.
#[test]
fn a_cap_across_clusters_keeps_the_split_of_risk() {
    assert_weights(&[group("across", &[0, 2], 0.0, 0.3)], [0.24, 0.56, 0.06, 0.14]);
}

/// Asset 0 may hold 0.2, the others hold 0.8 together. In proportion, 2/3 of that would go left and the left pair would
/// hold 0.2 + 0.533; but it earned 0.8, and asset 1 can take it. So the other pair does not notice.
#[test]
fn a_cap_inside_a_cluster_stays_inside() {
    assert_weights(&[group("one", &[0], 0.0, 0.2)], [0.2, 0.6, 0.1, 0.1]);
}

/// Two caps that overlap in asset 0.
///
/// ```text
/// cells         {0}: 0.4   {1}: 0.4   {2}: 0.1   {3}: 0.1
/// caps          x0 + x1 <= 0.6, x0 + x2 <= 0.3, both tight, with multipliers a and b, and s for the sum
/// x0 = 0.4 (1 + s - a - b), x1 = 0.4 (1 + s - a), x2 = 0.1 (1 + s - b), x3 = 0.1 (1 + s)
/// x1 - x2 = 0.3, x2 + x3 = 0.4, and x1 + x3 = 0.7 follows; x1 = 0.3 + x2, x3 = 0.4 - x2, x0 = 0.3 - x2
/// with x = x2:  x0/0.4 + x3/0.1 = x1/0.4 + x2/0.1
///               (0.3 - x) / 4 + (0.4 - x) = (0.3 + x) / 4 + x,  so  x = 0.4 / 2.5 = 0.16
/// ```
#[test]
fn two_caps_that_overlap_are_both_tight() {
    let groups = [group("calm", &[0, 1], 0.0, 0.6), group("across", &[0, 2], 0.0, 0.3)];
    assert_weights(&groups, [0.14, 0.46, 0.16, 0.24]);
}

#[test]
fn a_group_that_holds_nothing_is_lifted() {
    // Assets 0 and 1 cancel: the pair takes the whole weight, and a floor is all that assets 2 and 3 hold.
    let covariance = Covariance::from_column_slice(
        4,
        &[1.0, -1.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0],
    )
    .unwrap();
    for &linkage in Linkage::ALL {
        let params = HrpParams { linkage, ..grouped(vec![group("like", &[2, 3], 0.2, 1.0)]) };
        let allocation = allocate(&params, &covariance);
        assert_on_the_simplex(&allocation);
        assert_groups_hold(&allocation, &params.groups);
    }
}

/// Three groupings of five hundred assets: some hundred cells.
#[test]
fn many_groups_hold() {
    for seed in 0..3 {
        let random = &mut Random::new(seed);
        let portfolio = random.portfolio(500);
        let groups = [sectors(500, 11, random), sectors(500, 9, random), sectors(500, 2, random)].concat();
        Instance::around(portfolio, &groups, seed, random).check();
    }
}
