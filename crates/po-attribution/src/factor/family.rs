//! Named groupings of factors, assets or stages.

use po_core::Grouping;

use crate::Error;
use crate::sum::Sum;

/// Factors, assets or stages that are told of together: the market, the styles, the industries.
///
/// Families are a partition: each member is in exactly one, so that what they contribute adds up as what their members
/// contribute does.
///
/// # Examples
/// ```
/// use po_attribution::Family;
///
/// let families = [Family::new("market", [0]), Family::new("style", [1, 2])];
/// assert_eq!(families[1].name, "style");
/// assert_eq!(families[1].total(&[0.5, 0.25, 0.125]), Some(0.375));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Family {
    /// What the family is called.
    pub name: String,
    /// The indices of its members.
    pub members: Vec<usize>,
}

impl Family {
    /// A family from its name and the indices of its members.
    pub fn new(name: impl Into<String>, members: impl IntoIterator<Item = usize>) -> Self {
        Self { name: name.into(), members: members.into_iter().collect() }
    }

    /// The families of a grouping of assets, in order of first appearance; assets without a label come last, in a family
    /// called `other`.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::Family;
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["ash", "oak", "elm"])?.grouped("height", [Some("tall"), None, Some("tall")])?;
    /// let families = Family::of_grouping(universe.grouping("height")?);
    /// assert_eq!(families, [Family::new("tall", [0, 2]), Family::new("other", [1])]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn of_grouping(grouping: &Grouping) -> Vec<Self> {
        let with = |label: Option<&str>| {
            let labels = grouping.labels().iter().enumerate();
            labels.filter(move |(_, own)| own.as_deref() == label).map(|(asset, _)| asset).collect()
        };
        let groups = grouping.groups();
        let mut families: Vec<Self> = groups
            .iter()
            .map(|label| Self { name: (*label).to_owned(), members: with(Some(label)) })
            .collect();
        let rest: Vec<usize> = with(None);
        if !rest.is_empty() {
            families.push(Self { name: "other".to_owned(), members: rest });
        }
        families
    }

    /// The sum of the members' numbers, rounded once; `None` when a member has none.
    #[must_use]
    pub fn total(&self, values: &[f64]) -> Option<f64> {
        let inside = self.members.iter().all(|&member| member < values.len());
        inside.then(|| self.sum(values))
    }

    /// The same, once the members were checked.
    pub(crate) fn sum(&self, values: &[f64]) -> f64 {
        self.members.iter().map(|&member| values[member]).collect::<Sum>().value()
    }
}

/// Refuses families that leave out one of `members` or name it twice; none at all are fine.
pub(crate) fn check_families(families: &[Family], members: usize) -> Result<(), Error> {
    if families.is_empty() {
        return Ok(());
    }
    let named = || families.iter().flat_map(|family| family.members.iter().copied());
    if let Some(member) = named().find(|&member| member >= members) {
        let (name, expected) = ("the index of a member of a family", "less than the number of members");
        return Err(po_core::InputError::OutOfRange { name, value: member as f64, expected }.into());
    }
    // Quadratic in small numbers, and without memory.
    let times = |member: usize| named().filter(|&other| other == member).count();
    match (0..members).map(|member| (member, times(member))).find(|(_, times)| *times != 1) {
        Some((member, families)) => Err(Error::NotPartition { member, families }),
        None => Ok(()),
    }
}

/// Writes the sum of each family.
pub(crate) fn sums_into(families: &[Family], values: &[f64], sums: &mut Vec<f64>) {
    sums.clear();
    sums.extend(families.iter().map(|family| family.sum(values)));
}
