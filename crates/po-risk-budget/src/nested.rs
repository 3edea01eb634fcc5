//! Budgets as a tree: risk for groups, shared out within each group, to any depth.

use po_core::{Budget, InputError, Universe};

use crate::{Error, RiskReport};

/// Shares that were written with nine decimals may miss one by this much each.
const ROUNDING: f64 = 1e-9;

/// How the root of the tree is called in messages.
const ROOT: &str = "the portfolio";

/// A group of a nested budget: its share of the risk of the group around it, and how it shares that out.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct BudgetGroup {
    /// Its name, for messages and reports.
    pub name: String,
    /// Its share of the risk of the group around it.
    pub share: f64,
    /// How it shares its risk out.
    pub within: Within,
}

/// How a group shares its risk out.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum Within {
    /// The same share for each of these assets.
    Equally(Vec<String>),
    /// The same share for each asset that has this label in a grouping of the universe.
    Label {
        /// The grouping, for example `sector`.
        grouping: String,
        /// The label.
        label: String,
    },
    /// A share for each asset; the shares sum to one.
    Assets(Vec<(String, f64)>),
    /// Further groups; their shares sum to one.
    Groups(Vec<BudgetGroup>),
}

/// A tree of budgets, resolved to a flat one: shares multiply along the tree.
///
/// ```text
/// b_i = share_i * share of its group * share of the group around that * …
/// ```
///
/// # Examples
/// ```
/// use po_core::Universe;
/// use po_risk_budget::{BudgetGroup, NestedBudget, Within};
///
/// let universe = Universe::new(["AAPL", "MSFT", "TLT"])?;
/// let group = |name: &str, share, members: &[&str]| BudgetGroup {
///     name: name.into(),
///     share,
///     within: Within::Equally(members.iter().map(|name| (*name).into()).collect()),
/// };
/// let tree = vec![group("tech", 0.3, &["AAPL", "MSFT"]), group("bonds", 0.7, &["TLT"])];
/// let nested = NestedBudget::new(&universe, &tree)?;
/// assert_eq!(nested.budget().shares(), [0.15, 0.15, 0.7]);
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct NestedBudget {
    budget: Budget,
    groups: Vec<GroupBudget>,
}

/// A group of a resolved tree.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GroupBudget {
    /// Its name, behind those of the groups around it: `equity / tech`.
    pub path: String,
    /// How many groups are around it.
    pub depth: usize,
    /// Its share of the risk of the whole portfolio.
    pub budget: f64,
    /// Its assets, at any depth, in the order of the tree.
    pub members: Vec<usize>,
}

impl GroupBudget {
    /// The share of the risk that its assets contribute together.
    ///
    /// # Panics
    /// When the report is on fewer assets.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::{GroupBudget, RiskReport};
    ///
    /// let tech = GroupBudget { path: "tech".into(), depth: 0, budget: 0.5, members: vec![0, 2] };
    /// let report = RiskReport { share: vec![0.25, 0.375, 0.375], ..RiskReport::default() };
    /// assert_eq!(tech.share(&report), 0.625);
    /// ```
    #[must_use]
    pub fn share(&self, report: &RiskReport) -> f64 {
        self.members.iter().map(|&asset| report.share[asset]).sum()
    }
}

impl NestedBudget {
    /// Resolves a tree of groups over the assets of a universe.
    ///
    /// # Errors
    /// [`Error::SharesNotOne`] and [`Error::ShareOutOfRange`] for shares within a group; [`Error::EmptyGroup`];
    /// [`Error::AssetTwice`] and [`Error::AssetInNoGroup`] unless each asset stands in one group;
    /// [`InputError::UnknownName`] for an asset, a grouping or a label; [`InputError::DuplicateName`] and
    /// [`InputError::EmptyName`] for groups side by side.
    pub fn new(universe: &Universe, groups: &[BudgetGroup]) -> Result<Self, Error> {
        let assets = universe.len();
        let mut tree = Resolution {
            universe,
            shares: vec![0.0; assets],
            places: vec![None; assets],
            groups: Vec::new(),
        };
        tree.groups_within("", 0, 1.0, groups)?;
        if let Some(asset) = tree.places.iter().position(Option::is_none) {
            return Err(Error::AssetInNoGroup { asset: universe.label(asset) });
        }
        Ok(Self { budget: Budget::new(tree.shares)?, groups: tree.groups })
    }

    /// The same share for each group of a grouping, within each of them for each group of the next, and so on; last for
    /// each asset.
    ///
    /// # Errors
    /// [`InputError::UnknownName`] for a grouping; [`Error::AssetInNoGroup`] for an asset without a label.
    ///
    /// # Examples
    /// ```
    /// use po_core::Universe;
    /// use po_risk_budget::NestedBudget;
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "TLT"])?
    ///     .grouped("class", [Some("equity"), Some("equity"), Some("bonds")])?;
    /// let nested = NestedBudget::by_groupings(&universe, &["class"])?;
    /// assert_eq!(nested.budget().shares(), [0.25, 0.25, 0.5]);
    /// assert_eq!(nested.groups()[0].path, "equity");
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn by_groupings(universe: &Universe, groupings: &[&str]) -> Result<Self, Error> {
        let all: Vec<usize> = (0..universe.len()).collect();
        match within_groupings(universe, groupings, all)? {
            Within::Groups(groups) => Self::new(universe, &groups),
            _ => Ok(Self { budget: Budget::equal(universe.len())?, groups: Vec::new() }),
        }
    }

    /// The flat budget, in the order of the assets.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The groups of the tree, each before the groups within it.
    #[must_use]
    pub fn groups(&self) -> &[GroupBudget] {
        &self.groups
    }
}

/// Some assets, split by groupings one after the other.
fn within_groupings(universe: &Universe, groupings: &[&str], members: Vec<usize>) -> Result<Within, Error> {
    let Some((first, rest)) = groupings.split_first() else {
        return Ok(Within::Equally(members.into_iter().map(|asset| universe.label(asset)).collect()));
    };
    let labels = universe.grouping(first)?.labels();
    let mut parts: Vec<(&str, Vec<usize>)> = Vec::new();
    for asset in members {
        let Some(label) = &labels[asset] else {
            return Err(Error::AssetInNoGroup { asset: universe.label(asset) });
        };
        match parts.iter_mut().find(|(known, _)| known == label) {
            Some((_, part)) => part.push(asset),
            None => parts.push((label, vec![asset])),
        }
    }
    let share = 1.0 / parts.len() as f64;
    let group = |(label, part): (&str, Vec<usize>)| {
        let within = within_groupings(universe, rest, part)?;
        Ok(BudgetGroup { name: label.to_owned(), share, within })
    };
    Ok(Within::Groups(parts.into_iter().map(group).collect::<Result<_, Error>>()?))
}

/// A tree on its way to a flat budget.
struct Resolution<'a> {
    universe: &'a Universe,
    /// The share of each asset.
    shares: Vec<f64>,
    /// The group in which each asset stands.
    places: Vec<Option<String>>,
    groups: Vec<GroupBudget>,
}

impl Resolution<'_> {
    /// Shares `budget` out to the groups within a group; returns their assets.
    fn groups_within(
        &mut self,
        path: &str,
        depth: usize,
        budget: f64,
        groups: &[BudgetGroup],
    ) -> Result<Vec<usize>, Error> {
        for (second, group) in groups.iter().enumerate() {
            let (kind, name) = ("group", &group.name);
            if name.trim().is_empty() {
                return Err(InputError::EmptyName { kind, index: second }.into());
            }
            if let Some(first) = groups[..second].iter().position(|known| known.name == *name) {
                return Err(InputError::DuplicateName { kind, name: name.clone(), first, second }.into());
            }
        }
        let parts: Vec<(&str, f64)> = groups.iter().map(|group| (group.name.as_str(), group.share)).collect();
        let sum = sum_of_shares(path, &parts)?;
        let mut members = Vec::new();
        for group in groups {
            let inner = if path.is_empty() { group.name.clone() } else { format!("{path} / {}", group.name) };
            let place = self.groups.len();
            let budget = budget * group.share / sum;
            self.groups.push(GroupBudget { path: inner.clone(), depth, budget, members: Vec::new() });
            let own = self.share_out(&inner, depth + 1, budget, &group.within)?;
            members.extend_from_slice(&own);
            self.groups[place].members = own;
        }
        Ok(members)
    }

    fn share_out(
        &mut self,
        path: &str,
        depth: usize,
        budget: f64,
        within: &Within,
    ) -> Result<Vec<usize>, Error> {
        let equally = |count: usize| vec![1.0 / count as f64; count];
        let (members, shares) = match within {
            Within::Groups(groups) => return self.groups_within(path, depth, budget, groups),
            Within::Equally(names) => (self.indices(names.iter())?, equally(names.len())),
            Within::Label { grouping, label } => {
                let members = self.universe.grouping(grouping)?.members(label)?;
                let shares = equally(members.len());
                (members, shares)
            }
            Within::Assets(assets) => {
                let members = self.indices(assets.iter().map(|(name, _)| name))?;
                (members, assets.iter().map(|(_, share)| *share).collect())
            }
        };
        let labels: Vec<String> = members.iter().map(|&asset| self.universe.label(asset)).collect();
        let parts: Vec<(&str, f64)> = labels.iter().map(String::as_str).zip(shares.iter().copied()).collect();
        let sum = sum_of_shares(path, &parts)?;
        for (&asset, share) in members.iter().zip(&shares) {
            if let Some(first) = &self.places[asset] {
                let (first, second) = (first.clone(), path.to_owned());
                return Err(Error::AssetTwice { asset: self.universe.label(asset), first, second });
            }
            self.places[asset] = Some(path.to_owned());
            self.shares[asset] = budget * share / sum;
        }
        Ok(members)
    }

    fn indices<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<Vec<usize>, InputError> {
        names.map(|name| self.universe.index_of(name)).collect()
    }
}

/// The sum of the shares within a group, once each of them is a share and their sum is one.
fn sum_of_shares(path: &str, parts: &[(&str, f64)]) -> Result<f64, Error> {
    let group = || if path.is_empty() { ROOT.to_owned() } else { path.to_owned() };
    if parts.is_empty() {
        return Err(Error::EmptyGroup { group: group() });
    }
    if let Some(&(member, share)) = parts.iter().find(|(_, share)| !(share.is_finite() && *share >= 0.0)) {
        return Err(Error::ShareOutOfRange { group: group(), member: member.to_owned(), share });
    }
    let sum: f64 = parts.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > ROUNDING * parts.len() as f64 {
        return Err(Error::SharesNotOne { group: group(), sum });
    }
    Ok(sum)
}
