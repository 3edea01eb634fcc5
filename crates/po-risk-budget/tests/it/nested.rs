//! Budgets as trees: what they resolve to, and trees that are none.

use po_core::{Allocator, InputError, Universe};
use po_risk_budget::{
    BudgetGroup, Error, GroupBudget, NestedBudget, RiskBudgetParams, RiskBudgeting, RiskReport, Within,
};
use proptest::prelude::*;

use crate::covariances::covariance;
use crate::scenarios::{Dice, cases};

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM", "TLT", "IEF"])
        .unwrap()
        .grouped("class", [Some("equity"), Some("equity"), Some("equity"), Some("bonds"), Some("bonds")])
        .unwrap()
        .grouped("sector", [Some("tech"), Some("tech"), Some("energy"), Some("long"), Some("short")])
        .unwrap()
        .grouped("theme", [Some("growth"), None, None, None, None])
        .unwrap()
}

fn group(name: &str, share: f64, within: Within) -> BudgetGroup {
    BudgetGroup { name: name.into(), share, within }
}

fn equally(names: &[&str]) -> Within {
    Within::Equally(names.iter().map(|name| (*name).into()).collect())
}

fn assets(shares: &[(&str, f64)]) -> Within {
    Within::Assets(shares.iter().map(|(name, share)| ((*name).into(), *share)).collect())
}

fn label(grouping: &str, label: &str) -> Within {
    Within::Label { grouping: grouping.into(), label: label.into() }
}

fn close(actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len());
    assert!(
        actual.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-15),
        "{actual:?} is not {expected:?}"
    );
}

#[test]
fn shares_multiply_along_the_tree() {
    let equity = vec![group("tech", 0.3, label("sector", "tech")), group("energy", 0.7, equally(&["XOM"]))];
    let tree = [
        group("equity", 0.8, Within::Groups(equity)),
        group("bonds", 0.2, assets(&[("IEF", 1.0), ("TLT", 0.0)])),
    ];
    let nested = NestedBudget::new(&universe(), &tree).unwrap();
    close(nested.budget().shares(), &[0.12, 0.12, 0.56, 0.0, 0.2]);
    let paths: Vec<(&str, usize)> =
        nested.groups().iter().map(|group| (group.path.as_str(), group.depth)).collect();
    assert_eq!(paths, [("equity", 0), ("equity / tech", 1), ("equity / energy", 1), ("bonds", 0)]);
    let budgets: Vec<f64> = nested.groups().iter().map(|group| group.budget).collect();
    close(&budgets, &[0.8, 0.24, 0.56, 0.2]);
    assert_eq!(nested.groups()[0].members, [0, 1, 2]);
    assert_eq!(nested.groups()[3].members, [4, 3]);
    let report = RiskReport { share: vec![0.1, 0.2, 0.3, 0.4, 0.0], ..RiskReport::default() };
    let shares: Vec<f64> = nested.groups().iter().map(|group| group.share(&report)).collect();
    close(&shares, &[0.6, 0.3, 0.3, 0.4]);
}

#[test]
fn groupings_split_equally_level_by_level() {
    let nested = NestedBudget::by_groupings(&universe(), &["class", "sector"]).unwrap();
    close(nested.budget().shares(), &[0.125, 0.125, 0.25, 0.25, 0.25]);
    assert_eq!(nested.groups().len(), 6);
    assert_eq!(nested.groups()[1].path, "equity / tech");
    let flat = NestedBudget::by_groupings(&universe(), &[]).unwrap();
    close(flat.budget().shares(), &[0.2; 5]);
    assert!(flat.groups().is_empty());
    let error = NestedBudget::by_groupings(&universe(), &["theme"]).unwrap_err();
    assert_eq!(error, Error::AssetInNoGroup { asset: "MSFT".into() });
    let error = NestedBudget::by_groupings(&universe(), &["sectors"]).unwrap_err();
    assert_eq!(error.to_string(), r#"grouping "sectors" is unknown, did you mean "sector"?"#);
}

/// A third written with nine decimals is a third.
#[test]
fn shares_may_be_rounded() {
    let thirds = [("AAPL", 0.333_333_333), ("MSFT", 0.333_333_333), ("XOM", 0.333_333_333)];
    let tree = [group("equity", 1.0, assets(&thirds)), group("bonds", 0.0, equally(&["TLT", "IEF"]))];
    let nested = NestedBudget::new(&universe(), &tree).unwrap();
    close(nested.budget().shares(), &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0, 0.0]);
}

/// A random tree over some assets, each asset once.
fn tree(dice: &mut Dice, universe: &Universe, members: &[usize], depth: usize) -> Vec<BudgetGroup> {
    let count = 1 + (dice.uniform() * members.len().min(4) as f64) as usize;
    let shares = dice.shares(count);
    let mut rest = members;
    let mut groups = Vec::new();
    for (place, share) in shares.into_iter().enumerate() {
        let left = count - place - 1;
        let most = rest.len() - left;
        let size = if left == 0 { most } else { 1 + (dice.uniform() * most as f64) as usize };
        let (own, others) = rest.split_at(size.min(most));
        rest = others;
        let names = own.iter().map(|&asset| universe.label(asset));
        let within = match (dice.uniform() * 3.0) as usize {
            0 if depth < 3 => Within::Groups(tree(dice, universe, own, depth + 1)),
            1 => Within::Assets(names.zip(dice.shares(own.len())).collect()),
            _ => Within::Equally(names.collect()),
        };
        groups.push(group(&format!("group {place}"), share, within));
    }
    groups
}

proptest! {
    #![proptest_config(cases(100))]

    /// A group has the budget of its members, and in the portfolio it takes the risk that it was given.
    #[test]
    fn groups_have_the_risk_of_their_members(assets in 1_usize..=20, seed: u64) {
        let mut dice = Dice::new(seed);
        let universe = Universe::new((0..assets).map(|asset| format!("asset {asset}"))).unwrap();
        let order = dice.permutation(assets);
        let mut groups = tree(&mut dice, &universe, &order, 0);
        let nested = NestedBudget::new(&universe, &groups).unwrap();
        let shares = nested.budget().shares();
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let params = RiskBudgetParams { budget: Some(nested.budget().clone()), ..RiskBudgetParams::default() };
        let covariance = covariance(assets, seed);
        let allocation = RiskBudgeting::new(params).unwrap().allocate((&covariance).into()).unwrap();
        for group in nested.groups() {
            let of_members: f64 = group.members.iter().map(|&asset| shares[asset]).sum();
            prop_assert!((of_members - group.budget).abs() < 1e-12);
            // Each share is met to the default tolerance.
            prop_assert!((group.share(&allocation.report) - group.budget).abs() < 1e-10 * assets as f64);
        }
        let of_depth_zero = |group: &&GroupBudget| group.depth == 0;
        let total: f64 = nested.groups().iter().filter(of_depth_zero).map(|group| group.budget).sum();
        prop_assert!((total - 1.0).abs() < 1e-12);
        // The order of the groups does not matter.
        groups.reverse();
        close(NestedBudget::new(&universe, &groups).unwrap().budget().shares(), shares);
    }
}

fn refused(tree: &[BudgetGroup]) -> Error {
    NestedBudget::new(&universe(), tree).unwrap_err()
}

#[test]
fn each_asset_stands_in_one_group() {
    let error = refused(&[
        group("tech", 0.5, equally(&["AAPL", "MSFT"])),
        group("rest", 0.5, equally(&["XOM", "TLT"])),
    ]);
    assert_eq!(error, Error::AssetInNoGroup { asset: "IEF".into() });
    assert_eq!(
        error.to_string(),
        r#"asset "IEF" stands in no group of the budget, expected it in one, with a share of zero if need be"#
    );
    let inner = vec![group("tech", 1.0, equally(&["AAPL", "MSFT"]))];
    let tree = [
        group("equity", 0.5, Within::Groups(inner)),
        group("rest", 0.5, equally(&["XOM", "TLT", "IEF", "MSFT"])),
    ];
    let error = refused(&tree);
    let expected =
        Error::AssetTwice { asset: "MSFT".into(), first: "equity / tech".into(), second: "rest".into() };
    assert_eq!(error, expected);
    assert_eq!(
        error.to_string(),
        r#"asset "MSFT" stands in group "equity / tech" and in group "rest", expected each asset once"#
    );
    let error = refused(&[group("all", 1.0, equally(&["AAPL", "AAPL"]))]);
    assert_eq!(error, Error::AssetTwice { asset: "AAPL".into(), first: "all".into(), second: "all".into() });
}

#[test]
fn shares_sum_to_one_at_every_level() {
    let bonds = || group("bonds", 0.6, equally(&["TLT", "IEF"]));
    let error = refused(&[group("equity", 0.3, label("class", "equity")), bonds()]);
    assert_eq!(error, Error::SharesNotOne { group: "the portfolio".into(), sum: 0.899_999_999_999_999_9 });
    let inner = vec![group("tech", 0.25, label("sector", "tech")), group("energy", 0.5, equally(&["XOM"]))];
    let error = refused(&[group("equity", 0.4, Within::Groups(inner)), bonds()]);
    assert_eq!(error.to_string(), r#"the shares within "equity" sum to 0.75, expected 1"#);
    let shares = assets(&[("AAPL", 0.5), ("MSFT", 0.25), ("XOM", 0.5)]);
    let error = refused(&[group("equity", 0.4, shares), bonds()]);
    assert_eq!(error, Error::SharesNotOne { group: "equity".into(), sum: 1.25 });
    let shares = assets(&[("AAPL", 1.5), ("MSFT", -0.5), ("XOM", 0.0)]);
    let error = refused(&[group("equity", 0.4, shares), bonds()]);
    assert_eq!(error, Error::ShareOutOfRange { group: "equity".into(), member: "MSFT".into(), share: -0.5 });
    let error = refused(&[group("equity", f64::INFINITY, label("class", "equity")), bonds()]);
    assert_eq!(
        error.to_string(),
        r#"the share of "equity" in "the portfolio" is inf, expected a finite number, zero or more"#
    );
}

#[test]
fn groups_have_members_and_names_of_their_own() {
    assert_eq!(refused(&[]), Error::EmptyGroup { group: "the portfolio".into() });
    let error = refused(&[group("equity", 1.0, Within::Groups(Vec::new()))]);
    assert_eq!(error.to_string(), r#"group "equity" has no members, expected at least one"#);
    assert_eq!(refused(&[group("equity", 1.0, equally(&[]))]), Error::EmptyGroup { group: "equity".into() });
    let tree = [group("a", 0.5, equally(&["AAPL"])), group("a", 0.5, equally(&["MSFT"]))];
    let expected = InputError::DuplicateName { kind: "group", name: "a".into(), first: 0, second: 1 };
    assert_eq!(refused(&tree), expected.into());
    let error = refused(&[group(" ", 1.0, equally(&["AAPL"]))]);
    assert_eq!(error, InputError::EmptyName { kind: "group", index: 0 }.into());
    let error = refused(&[group("tech", 1.0, equally(&["APPL"]))]);
    assert_eq!(error.to_string(), r#"asset "APPL" is unknown, did you mean "AAPL"?"#);
    assert_eq!(error.named(&universe()), error.to_string());
    let error = refused(&[group("tech", 1.0, label("sector", "teck"))]);
    assert_eq!(error.to_string(), r#"group "teck" is unknown, did you mean "tech"?"#);
}
