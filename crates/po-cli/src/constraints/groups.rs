//! Groups of assets, and bounds on their total weight.

use std::collections::HashMap;
use std::path::Path;

use po_engine::{GroupBound, Universe, nearest_name};

use super::Range;
use crate::data::{Records, check_header, open_csv};
use crate::error::{Error, ReadError, RowNumber, SettingsError};
use crate::observations::listed;

const FORM: &str = "GROUP=MIN:MAX such as Technology=0.05:0.3, or COLUMN:GROUP=MIN:MAX";

/// A file that says which groups each asset is in.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    /// What messages call the file.
    name: String,
    /// The columns after the first: each sorts the assets in its own way.
    groupings: Vec<String>,
    /// The labels of each asset, one per grouping, empty where it has none.
    labels: HashMap<String, Vec<String>>,
}

impl Groups {
    /// Reads a CSV file whose first column holds assets and whose further columns hold groups.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let mut records = open_csv(path)?;
        check_header(&records, 0, "a column of assets and one column per grouping")?;
        let groupings = records.columns()[1..].to_vec();
        let mut labels: HashMap<String, Vec<String>> = HashMap::new();
        let mut rows: HashMap<String, RowNumber> = HashMap::new();
        while records.advance()? {
            let asset = records.text(0)?.into_owned();
            if asset.is_empty() {
                return Err(ReadError::MissingSymbol { at: records.place(Some(0)) }.into());
            }
            if let Some(first) = rows.insert(asset.clone(), records.row()) {
                let second = records.row();
                return Err(ReadError::DuplicateAsset { name, asset, first, second }.into());
            }
            let own = (1..=groupings.len()).map(|column| Ok(records.text(column)?.into_owned()));
            labels.insert(asset, own.collect::<Result<_, ReadError>>()?);
        }
        tracing::info!(assets = labels.len(), ?groupings, "read {name}");
        Ok(Self { name, groupings, labels })
    }

    /// What messages call the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The groupings of the file, or its groups, as the end of a message that another name was asked for.
    pub(crate) fn known(&self, kind: &str) -> String {
        if kind == "grouping" {
            return format!("; {} has {}", self.name, listed(&self.groupings));
        }
        let labels = self.labels.values().flatten().filter(|label| !label.is_empty());
        let mut labels: Vec<String> = labels.cloned().collect();
        labels.sort_unstable();
        labels.dedup();
        if labels.is_empty() { String::new() } else { format!("; its groups are {}", listed(&labels)) }
    }

    /// The universe with the groupings of the file, and the assets that the file does not have.
    pub(crate) fn group(&self, universe: Universe) -> Result<(Universe, Vec<String>), Error> {
        let known = universe.clone();
        let names = known.names();
        let label = |name: &String, grouping: usize| {
            self.labels.get(name).map(|labels| labels[grouping].clone()).filter(|label| !label.is_empty())
        };
        let grouped = self.groupings.iter().enumerate().try_fold(universe, |universe, (index, grouping)| {
            universe.grouped(grouping.as_str(), names.iter().map(|name| label(name, index)))
        });
        let without = names.iter().filter(|name| !self.labels.contains_key(*name)).cloned().collect();
        Ok((grouped.map_err(Error::input(&known))?, without))
    }

    /// The grouping and the label that a name stands for.
    pub(crate) fn find<'a>(
        &self,
        place: &'static str,
        name: &'a str,
        universe: &'a Universe,
    ) -> Result<(&'a str, &'a str), SettingsError> {
        let with = |label: &str| -> Vec<&'a str> {
            let has = |labels: &[Option<String>]| labels.iter().flatten().any(|known| known == label);
            let groupings = universe.groupings().iter();
            groupings.filter(|grouping| has(grouping.labels())).map(po_engine::Grouping::name).collect()
        };
        match with(name).as_slice() {
            [grouping] => return Ok((grouping, name)),
            [] => {}
            several => {
                let (groupings, example) = (several.join(" and in "), format!("{}:{name}", several[0]));
                return Err(SettingsError::AmbiguousGroup {
                    place,
                    name: name.to_owned(),
                    groupings,
                    example,
                });
            }
        }
        let parts = name.split_once(':').map(|(grouping, label)| (grouping.trim(), label.trim()));
        if let Some((grouping, label)) = parts.filter(|(grouping, label)| with(label).contains(grouping)) {
            return Ok((grouping, label));
        }
        let label = parts.map_or(name, |(_, label)| label);
        let name = name.to_owned();
        if self.has(label) && with(label).is_empty() {
            return Err(SettingsError::EmptyGroup { place: place.to_owned(), name });
        }
        let mut known: Vec<&str> = self.labels.values().flatten().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let nearest = nearest_name(label, known).map(str::to_owned);
        Err(SettingsError::UnknownGroup { place, name, file: self.name.clone(), nearest })
    }

    /// Whether the file has a label, for assets that are allocated or not.
    pub(crate) fn has(&self, label: &str) -> bool {
        self.labels.values().flatten().any(|known| known == label)
    }
}

/// The bounds of `--group-bounds` on the groups of `universe`.
pub(crate) fn group_bounds(
    specs: &[String],
    universe: &Universe,
    groups: Option<&Groups>,
) -> Result<Vec<GroupBound>, Error> {
    let mut bounds: Vec<GroupBound> = Vec::new();
    for text in specs {
        let bad = || SettingsError::BadBound {
            place: "--group-bounds".to_owned(),
            text: text.clone(),
            expected: FORM,
        };
        let (name, range) = text.rsplit_once('=').ok_or_else(bad)?;
        let (name, range) = (name.trim(), Range::parse(range).ok_or_else(bad)?);
        let groups = groups.ok_or_else(|| SettingsError::NoGroups { text: text.clone() })?;
        let (grouping, label) = groups.find("--group-bounds", name, universe)?;
        if bounds.iter().any(|bound| bound.name() == name) {
            let (place, name) = ("--group-bounds".to_owned(), name.to_owned());
            return Err(SettingsError::BoundTwice { place, name }.into());
        }
        let members = universe.grouping(grouping).and_then(|grouping| grouping.members(label));
        let bound = members.and_then(|members| GroupBound::new(name, members, range.lower, range.upper));
        bounds.push(bound.map_err(Error::input(universe))?);
    }
    Ok(bounds)
}
