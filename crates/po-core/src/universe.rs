//! Names: the assets of a problem and the groups they belong to.

use crate::{GroupBound, InputError};

/// Asset names in the order of the numbers, and named groupings (sector, country, …) of them.
///
/// Kernels work on indices; a universe stands beside the numbers and gives names to results, errors and reports.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct Universe {
    names: Vec<String>,
    groupings: Vec<Grouping>,
}

/// One way to sort the assets into groups: each asset has one label or none.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "UncheckedGrouping"))]
pub struct Grouping {
    name: String,
    labels: Vec<Option<String>>,
}

impl Universe {
    /// A universe of assets without groupings.
    ///
    /// # Errors
    /// [`InputError::Empty`] without assets; [`InputError::EmptyName`] and [`InputError::DuplicateName`] for a name
    /// that is blank or occurs twice.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    ///
    /// let universe = Universe::new(["AAPL", "MSFT", "XOM"])?
    ///     .grouped("sector", [Some("tech"), Some("tech"), Some("energy")])?;
    /// assert_eq!(universe.index_of("XOM")?, 2);
    /// assert_eq!(universe.grouping("sector")?.members("tech")?, [0, 1]);
    /// let error = universe.index_of("MSTF").unwrap_err();
    /// assert_eq!(error.to_string(), r#"asset "MSTF" is unknown, did you mean "MSFT"?"#);
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<Self, InputError> {
        Self::of_names(names.into_iter().map(Into::into).collect())
    }

    fn of_names(names: Vec<String>) -> Result<Self, InputError> {
        if names.is_empty() {
            return Err(InputError::Empty { what: "the universe" });
        }
        check_names("asset", &names)?;
        Ok(Self { names, groupings: Vec::new() })
    }

    /// The universe with one more grouping; `labels` follows the order of the assets.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one label per asset; [`InputError::DuplicateName`] when the
    /// grouping exists; [`InputError::EmptyName`] for a blank label or grouping name.
    pub fn grouped<S: Into<String>>(
        self,
        name: impl Into<String>,
        labels: impl IntoIterator<Item = Option<S>>,
    ) -> Result<Self, InputError> {
        let labels = labels.into_iter().map(|label| label.map(Into::into)).collect();
        self.add_grouping(name.into(), labels)
    }

    fn add_grouping(mut self, name: String, labels: Vec<Option<String>>) -> Result<Self, InputError> {
        let second = self.groupings.len();
        let grouping = Grouping::new(second, name, labels)?;
        if let Some(first) = self.groupings.iter().position(|known| known.name == grouping.name) {
            let (kind, name) = ("grouping", grouping.name);
            return Err(InputError::DuplicateName { kind, name, first, second });
        }
        if grouping.labels.len() != self.len() {
            let (expected, actual) = (self.len(), grouping.labels.len());
            return Err(InputError::LengthMismatch {
                what: "the list of labels of a grouping",
                expected,
                actual,
            });
        }
        self.groupings.push(grouping);
        Ok(self)
    }

    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a universe is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Asset names, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How messages call an asset: its name, or `asset 7` for an index that the universe does not have.
    #[must_use]
    pub fn label(&self, asset: usize) -> String {
        self.names.get(asset).cloned().unwrap_or_else(|| format!("asset {asset}"))
    }

    /// Index of an asset.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest known name.
    pub fn index_of(&self, name: &str) -> Result<usize, InputError> {
        self.names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| unknown("asset", name, self.names.iter().map(String::as_str)))
    }

    /// The groupings, in the order they were added.
    #[must_use]
    pub fn groupings(&self) -> &[Grouping] {
        &self.groupings
    }

    /// One grouping by name.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest known name.
    pub fn grouping(&self, name: &str) -> Result<&Grouping, InputError> {
        self.groupings
            .iter()
            .find(|grouping| grouping.name == name)
            .ok_or_else(|| unknown("grouping", name, self.groupings.iter().map(Grouping::name)))
    }

    /// A bound on the total weight of one group, ready for an allocator.
    ///
    /// # Errors
    /// [`InputError::UnknownName`] for the grouping or the label; [`InputError::GroupBoundsCross`] for the bounds.
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Universe};
    ///
    /// let universe = Universe::new(["AAPL", "XOM"])?.grouped("sector", [Some("tech"), Some("energy")])?;
    /// let bound = universe.group_bound("sector", "tech", 0.0, 0.3)?;
    /// assert_eq!(bound.members(), [0]);
    /// assert_eq!(bound.name(), "tech");
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn group_bound(
        &self,
        grouping: &str,
        label: &str,
        lower: f64,
        upper: f64,
    ) -> Result<GroupBound, InputError> {
        GroupBound::new(label, self.grouping(grouping)?.members(label)?, lower, upper)
    }

    /// The universe of some of the assets, in the order of `assets`, with their groupings.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for an index beyond the universe; [`InputError::DuplicateName`] when an asset
    /// is asked for twice; [`InputError::Empty`] for an empty selection.
    pub fn select(&self, assets: &[usize]) -> Result<Self, InputError> {
        if let Some(&asset) = assets.iter().find(|&&asset| asset >= self.len()) {
            let (value, expected) = (asset as f64, "an index below the number of assets");
            return Err(InputError::AssetOutOfRange { name: "the index", asset, value, expected });
        }
        let mut selected = Self::of_names(assets.iter().map(|&asset| self.names[asset].clone()).collect())?;
        for grouping in &self.groupings {
            let labels = assets.iter().map(|&asset| grouping.labels[asset].clone()).collect();
            selected.groupings.push(Grouping { name: grouping.name.clone(), labels });
        }
        Ok(selected)
    }
}

impl Grouping {
    fn new(index: usize, name: String, labels: Vec<Option<String>>) -> Result<Self, InputError> {
        if name.trim().is_empty() {
            return Err(InputError::EmptyName { kind: "grouping", index });
        }
        let blank = |label: &Option<String>| label.as_ref().is_some_and(|label| label.trim().is_empty());
        match labels.iter().position(blank) {
            Some(index) => Err(InputError::EmptyName { kind: "group", index }),
            None => Ok(Self { name, labels }),
        }
    }

    /// Name of the grouping, for example `sector`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The label of each asset, in order; `None` where an asset belongs to no group.
    #[must_use]
    pub fn labels(&self) -> &[Option<String>] {
        &self.labels
    }

    /// The distinct labels, in order of first appearance.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        let mut groups = Vec::new();
        for label in self.labels.iter().flatten() {
            if !groups.contains(&label.as_str()) {
                groups.push(label.as_str());
            }
        }
        groups
    }

    /// Indices of the assets with this label, ascending.
    ///
    /// # Errors
    /// [`InputError::UnknownName`], with the nearest known label.
    pub fn members(&self, label: &str) -> Result<Vec<usize>, InputError> {
        let has_label = |&(_, own): &(usize, &Option<String>)| own.as_deref() == Some(label);
        let members: Vec<usize> =
            self.labels.iter().enumerate().filter(has_label).map(|(asset, _)| asset).collect();
        if members.is_empty() { Err(unknown("group", label, self.groups())) } else { Ok(members) }
    }
}

/// The known name nearest to a misspelt one, if one is near enough to be meant.
///
/// # Examples
/// ```
/// use po_core::nearest_name;
///
/// assert_eq!(nearest_name("equal_weight", ["hrp", "equal-weight"]), Some("equal-weight"));
/// assert_eq!(nearest_name("zebra", ["hrp", "equal-weight"]), None);
/// ```
///
/// # Source
/// Jaro–Winkler similarity (Winkler 1990), letter case ignored.
pub fn nearest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.75;
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn unknown<'a>(kind: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> InputError {
    let nearest = nearest_name(name, known).map(str::to_owned);
    InputError::UnknownName { kind, name: name.to_owned(), nearest }
}

fn check_names(kind: &'static str, names: &[String]) -> Result<(), InputError> {
    if let Some(index) = names.iter().position(|name| name.trim().is_empty()) {
        return Err(InputError::EmptyName { kind, index });
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&index| (&names[index], index));
    match order.windows(2).find(|pair| names[pair[0]] == names[pair[1]]) {
        Some(pair) => {
            let (first, second) = (pair[0], pair[1]);
            Err(InputError::DuplicateName { kind, name: names[first].clone(), first, second })
        }
        None => Ok(()),
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    names: Vec<String>,
    #[serde(default)]
    groupings: Vec<Grouping>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Universe {
    type Error = InputError;

    fn try_from(unchecked: Unchecked) -> Result<Self, InputError> {
        unchecked.groupings.into_iter().try_fold(Self::of_names(unchecked.names)?, |universe, grouping| {
            universe.add_grouping(grouping.name, grouping.labels)
        })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedGrouping {
    name: String,
    labels: Vec<Option<String>>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedGrouping> for Grouping {
    type Error = InputError;

    fn try_from(unchecked: UncheckedGrouping) -> Result<Self, InputError> {
        Self::new(0, unchecked.name, unchecked.labels)
    }
}
