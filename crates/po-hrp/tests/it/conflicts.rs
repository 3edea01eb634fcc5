//! Group bounds that no portfolio satisfies are refused, with the groups to blame and no others.

use po_core::nalgebra::{DMatrix, DVector};
use po_core::{Allocator, Bounds, GroupBound};
use po_hrp::{Error, Hrp, HrpAllocation, HrpParams};
use proptest::prelude::*;

use crate::properties::assert_on_the_simplex;
use crate::random::{Random, config, factor_covariance};

fn group(name: &str, members: &[usize], lower: f64, upper: f64) -> GroupBound {
    GroupBound::new(name, members.to_vec(), lower, upper).unwrap()
}

fn allocate(assets: usize, bounds: Option<Bounds>, groups: Vec<GroupBound>) -> Result<HrpAllocation, Error> {
    let covariance = factor_covariance(assets, 1);
    Hrp::new(HrpParams { bounds, groups, ..HrpParams::default() })?.allocate(&covariance)
}

fn assert_conflict(assets: usize, bounds: Option<Bounds>, groups: Vec<GroupBound>, expected: &[&str]) {
    let groups_named = expected.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(allocate(assets, bounds, groups), Err(Error::GroupsConflict { groups: groups_named }));
}

#[test]
fn two_floors_that_exceed_the_whole_conflict() {
    let groups = vec![
        group("first", &[0, 1], 0.6, 1.0),
        group("bystander", &[0, 2, 4], 0.1, 0.9),
        group("second", &[2, 3], 0.6, 1.0),
    ];
    assert_conflict(6, None, groups, &["first", "second"]);
}

#[test]
fn caps_that_do_not_add_up_to_the_whole_conflict() {
    let groups = vec![
        group("bystander", &[1, 3], 0.0, 0.5),
        group("a", &[0, 1], 0.0, 0.4),
        group("b", &[2, 3], 0.0, 0.3),
        group("c", &[4, 5], 0.0, 0.2),
    ];
    assert_conflict(6, None, groups.clone(), &["a", "b", "c"]);
    // An asset outside takes the rest.
    assert_on_the_simplex(&allocate(7, None, groups).unwrap());
}

#[test]
fn a_floor_above_the_cap_around_it_conflicts() {
    let groups = vec![
        group("sector", &[0, 1, 2], 0.0, 0.3),
        group("other", &[3, 4], 0.1, 0.5),
        group("industry", &[1, 2], 0.5, 1.0),
    ];
    assert_conflict(6, None, groups, &["sector", "industry"]);
}

/// The same members cannot hold 0.2 and 0.3.
#[test]
fn two_bounds_on_the_same_members_conflict() {
    let groups = vec![group("low", &[0, 1], 0.0, 0.2), group("high", &[0, 1], 0.3, 0.5)];
    assert_conflict(4, None, groups, &["low", "high"]);
}

/// Each two of three groups go together, the three do not: the sum of the two-by-two masses is twice the whole.
#[test]
fn three_groups_that_conflict_only_together_are_all_named() {
    let groups = vec![
        group("not 2", &[0, 1], 0.7, 1.0),
        group("not 0", &[1, 2], 0.7, 1.0),
        group("not 1", &[0, 2], 0.7, 1.0),
    ];
    assert_conflict(3, None, groups.clone(), &["not 2", "not 0", "not 1"]);
    for absent in 0..3 {
        let mut two = groups.clone();
        two.remove(absent);
        assert_on_the_simplex(&allocate(3, None, two).unwrap());
    }
}

/// A cap of 0.3, and room for 0.5 outside it: the group conflicts with the bounds of the assets alone.
#[test]
fn a_cap_conflicts_with_bounds_outside_the_group() {
    let bounds = Bounds::new(vec![0.0; 4], vec![1.0, 1.0, 0.25, 0.25]).unwrap();
    let groups = vec![group("other", &[0], 0.0, 0.9), group("capped", &[0, 1], 0.0, 0.3)];
    assert_conflict(4, Some(bounds), groups, &["capped"]);
}

#[test]
fn what_members_cannot_hold_is_unattainable() {
    let bounds = Bounds::new(vec![0.0, 0.0, 0.25, 0.25], vec![0.125, 0.125, 0.5, 0.5]).unwrap();
    let unattainable = |lower, upper, least, greatest| {
        Err(Error::GroupUnattainable { group: "it".to_owned(), lower, upper, least, greatest })
    };
    let with = |it| allocate(4, Some(bounds.clone()), vec![group("other", &[1, 2], 0.0, 1.0), it]);
    assert_eq!(with(group("it", &[0, 1], 0.3, 1.0)), unattainable(0.3, 1.0, 0.0, 0.25));
    assert_eq!(with(group("it", &[2, 3], 0.0, 0.4)), unattainable(0.0, 0.4, 0.5, 1.0));
}

/// Groups and asset bounds of a small problem in which each asset is a cell of its own.
#[derive(Clone, Debug)]
struct Polytope {
    lower: Vec<f64>,
    upper: Vec<f64>,
    groups: Vec<GroupBound>,
}

impl Polytope {
    /// Bounds in whole tenths, if asked for, often leave one portfolio or miss it by a tenth.
    fn random(assets: usize, count: usize, tenths: bool, random: &mut Random) -> Self {
        let round = |bound: f64| if tenths { (10.0 * bound).round() / 10.0 } else { bound };
        let lower: Vec<f64> = (0..assets).map(|_| round((random.uniform() - 0.7).max(0.0))).collect();
        let upper =
            lower.iter().map(|&lower| round(lower + (2.0 * random.uniform()).min(1.0 - lower))).collect();
        let groups = (0..count)
            .map(|index| {
                let mut members: Vec<usize> = (0..assets).filter(|_| random.uniform() < 0.5).collect();
                if members.is_empty() {
                    members.push(random.below(assets));
                }
                let (middle, width) = (random.uniform(), 0.4 * random.uniform());
                group(&index.to_string(), &members, round(middle - width), round(middle + width))
            })
            .collect();
        Self { lower, upper, groups }
    }

    fn with_groups(&self, names: &[&String]) -> Self {
        let groups = self.groups.iter().filter(|group| names.iter().any(|name| *name == group.name()));
        Self { groups: groups.cloned().collect(), ..self.clone() }
    }

    /// Every constraint as `normal' x >= bound`.
    fn constraints(&self) -> Vec<(DVector<f64>, f64)> {
        let assets = self.lower.len();
        let mut constraints = Vec::new();
        let mut between = |members: &[usize], lower: f64, upper: f64| {
            let normal = DVector::from_fn(assets, |asset, _| f64::from(members.contains(&asset)));
            constraints.push((normal.clone(), lower));
            constraints.push((-normal, -upper));
        };
        for asset in 0..assets {
            between(&[asset], self.lower[asset], self.upper[asset]);
        }
        self.groups.iter().for_each(|group| between(group.members(), group.lower(), group.upper()));
        constraints
    }

    /// Whether it holds a portfolio: a bounded polytope that is not empty has a corner, where as many constraints are
    /// tight as there are assets, the sum being one of them.
    fn holds_a_portfolio(&self) -> bool {
        let (assets, constraints) = (self.lower.len(), self.constraints());
        let mut chosen: Vec<usize> = (0..assets - 1).collect();
        loop {
            let rows = DMatrix::from_fn(assets, assets, |row, col| {
                chosen.get(row).map_or(1.0, |&constraint| constraints[constraint].0[col])
            });
            let tight = DVector::from_fn(assets, |row, _| {
                chosen.get(row).map_or(1.0, |&constraint| constraints[constraint].1)
            });
            let holds = |corner: &DVector<f64>| {
                constraints.iter().all(|(normal, bound)| normal.dot(corner) > bound - 1e-9)
            };
            if rows.determinant().abs() > 0.5 && rows.lu().solve(&tight).as_ref().is_some_and(holds) {
                return true;
            }
            // The next choice, in lexicographic order.
            let last = |place: usize| constraints.len() - (assets - 1) + place;
            let Some(place) = (0..chosen.len()).rev().find(|&place| chosen[place] < last(place)) else {
                return false;
            };
            chosen[place] += 1;
            for later in place + 1..chosen.len() {
                chosen[later] = chosen[later - 1] + 1;
            }
        }
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// Every verdict against the corners: portfolios are found where there are some, and the groups to blame leave none,
    /// though any one fewer of them would.
    #[test]
    fn verdicts_agree_with_the_corners(
        assets in 2_usize..=5, count in 1_usize..=4, tenths: bool, seed: u64,
    ) {
        let polytope = Polytope::random(assets, count, tenths, &mut Random::new(seed));
        let bounds = Bounds::new(polytope.lower.clone(), polytope.upper.clone()).unwrap();
        match allocate(assets, Some(bounds), polytope.groups.clone()) {
            Ok(allocation) => {
                assert_on_the_simplex(&allocation);
                prop_assert!(polytope.holds_a_portfolio());
            }
            Err(Error::GroupsConflict { groups }) => {
                let names: Vec<&String> = groups.iter().collect();
                prop_assert!(!polytope.with_groups(&names).holds_a_portfolio());
                for absent in 0..names.len() {
                    let mut fewer = names.clone();
                    fewer.remove(absent);
                    prop_assert!(polytope.with_groups(&fewer).holds_a_portfolio());
                }
            }
            Err(Error::GroupUnattainable { group, lower, upper, least, greatest }) => {
                prop_assert!(!polytope.with_groups(&[&group]).holds_a_portfolio());
                prop_assert!(lower > greatest || upper < least);
            }
            Err(Error::LowerBoundsTooHigh { sum }) => prop_assert!(sum > 1.0),
            Err(Error::UpperBoundsTooLow { sum }) => prop_assert!(sum < 1.0),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
