//! All constraints of a request together.

use po_engine::convex::{self, Constraints, LinearConstraint, TableError, TableRow};
use po_engine::{Bounds, GroupBound, InputError, Universe, Weights};

use super::{Groups, Names, Stated, asset_bounds, costs, group_bounds, portfolio, stated};
use crate::args::LimitArgs;
use crate::error::{Error, SettingsError, meant};
use crate::observations::{Observations, listed};

/// What the flags say of a portfolio, by index.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) bounds: Option<Bounds>,
    /// The bounded groups.
    pub(crate) group_bounds: Vec<GroupBound>,
    /// The file of groups.
    pub(crate) groups: Option<Groups>,
    /// The portfolio held now.
    pub(crate) current: Option<Weights>,
    /// The portfolio to stay near to.
    pub(crate) benchmark: Option<Weights>,
}

impl Limits {
    /// Reads all but constraints in words; the universe learns its groups, and what is not used becomes a warning.
    pub(crate) fn read(
        args: &LimitArgs,
        observations: &mut Observations,
        names: Names<'_>,
    ) -> Result<Self, Error> {
        let specs = args.bounds.as_deref().unwrap_or_default();
        let (bounds, unused) = asset_bounds(specs, &observations.universe, names)?;
        let warnings = &mut observations.warnings;
        if !unused.is_empty() {
            warnings.push(format!("bounds on assets that are left out are not used: {}", listed(&unused)));
        }
        let groups = args.groups.as_deref().map(Groups::read).transpose()?;
        if let Some(groups) = &groups {
            let (universe, without) = groups.group(observations.universe.clone())?;
            if !without.is_empty() {
                let (name, count, names) = (groups.name(), without.len(), listed(&without));
                let (assets, belong) =
                    if count == 1 { ("asset is", "belongs") } else { ("assets are", "belong") };
                warnings.push(format!("{count} {assets} not in {name} and {belong} to no group: {names}"));
            }
            let names = universe.names();
            for grouping in universe.groupings() {
                let unlabelled = |asset: &usize| grouping.labels()[*asset].is_none();
                let named = (0..names.len()).filter(unlabelled).map(|asset| names[asset].clone());
                let blank: Vec<String> = named.filter(|name| !without.contains(name)).collect();
                if !blank.is_empty() {
                    let (count, column) = (blank.len(), grouping.name());
                    let (assets, them) =
                        if count == 1 { ("asset has", "it") } else { ("assets have", "them") };
                    warnings.push(format!(
                        "{count} {assets} no {column} in {}, and no limit on a {column} holds {them}: {}",
                        groups.name(),
                        listed(&blank)
                    ));
                }
            }
            observations.universe = universe;
        }
        let universe = &observations.universe;
        let mut held = |path: &Option<std::path::PathBuf>| {
            path.as_deref().map(|path| portfolio(path, universe, names, warnings)).transpose()
        };
        let (current, benchmark) = (held(&args.current)?, held(&args.benchmark)?);
        let specs = args.group_bounds.as_deref().unwrap_or_default();
        let group_bounds = group_bounds(specs, universe, groups.as_ref())?;
        Ok(Self { bounds, group_bounds, groups, current, benchmark })
    }

    /// The constraints of an optimiser: these, and those in words; limits and costs are annual.
    pub(crate) fn constraints(
        &self,
        args: &LimitArgs,
        universe: &Universe,
        names: Names<'_>,
    ) -> Result<Constraints, Error> {
        let bounded = |bound: &&GroupBound| bound.lower().is_finite() || bound.upper().is_finite();
        let groups = self.group_bounds.iter().filter(bounded).map(LinearConstraint::try_from);
        let horizon = args.cost_horizon.unwrap_or(1.0);
        let costs = args.costs_bps.as_deref().map(|text| costs(text, horizon, universe, names));
        let constraints = Constraints {
            bounds: self.bounds.clone(),
            linear: groups.collect::<Result<_, _>>().map_err(Error::input(universe))?,
            holdings: self.current.clone(),
            costs: costs.transpose()?,
            benchmark: self.benchmark.clone(),
            ..Constraints::default()
        };
        let (lines, files) = (args.constraint.as_deref(), args.constraints.as_deref());
        let stated = stated(lines.unwrap_or_default(), files.unwrap_or_default())?;
        let rows: Vec<TableRow> = stated.iter().map(|stated| stated.row.clone()).collect();
        let constraints = constraints
            .with_table(&rows, universe)
            .map_err(|error| self.named(error, &stated, universe, names))?;
        if constraints.turnover.is_some() && self.current.is_none() {
            return Err(SettingsError::Needs { what: "a limit on turnover", flag: "--current FILE" }.into());
        }
        if constraints.tracking_error.is_some() && self.benchmark.is_none() {
            let (what, flag) = ("a limit on the tracking error", "--benchmark FILE");
            return Err(SettingsError::Needs { what, flag }.into());
        }
        constraints.validate(universe.len()).map_err(Error::input(universe))?;
        Ok(constraints)
    }

    /// A constraint that cannot be read, with its place.
    fn named(&self, error: TableError, stated: &[Stated], universe: &Universe, names: Names<'_>) -> Error {
        let place =
            |row: usize| stated.get(row.wrapping_sub(1)).map_or("--constraint", |stated| &stated.place);
        match error {
            TableError::Constraint {
                row,
                error: convex::Error::Input(InputError::UnknownName { kind, name, nearest }),
            } => {
                let text = stated.get(row.wrapping_sub(1)).and_then(|stated| stated.row.constraint.as_ref());
                let place = match text {
                    Some(text) if place(row) == "--constraint" => format!("--constraint {text:?}"),
                    _ => place(row).to_owned(),
                };
                self.unknown(kind, name, place, nearest.as_ref(), names).into()
            }
            TableError::Constraint { row, error } => Error::Constraint {
                place: place(row).to_owned(),
                error: Box::new(error),
                universe: universe.clone(),
            },
            TableError::Cells { row, found, expected } => {
                let message = format!("it has {found}, expected {expected}");
                SettingsError::BadRow { place: place(row).to_owned(), message }.into()
            }
            TableError::Together(error) => Error::convex(universe)(error),
            error => {
                SettingsError::BadRow { place: "--constraint".to_owned(), message: error.to_string() }.into()
            }
        }
    }

    /// A name that no asset and no group has.
    pub(crate) fn unknown(
        &self,
        kind: &'static str,
        name: String,
        place: String,
        nearest: Option<&String>,
        names: Names<'_>,
    ) -> SettingsError {
        if names.known.contains(&name) {
            return SettingsError::LeftOut { place, name };
        }
        if self.groups.as_ref().is_some_and(|groups| groups.has(&name)) {
            return SettingsError::EmptyGroup { place, name };
        }
        let files = match &self.groups {
            Some(groups) => format!("{} or {}", names.file, groups.name()),
            None => names.file.to_owned(),
        };
        let hint = match &self.groups {
            _ if nearest.is_some() => meant(nearest),
            Some(groups) => groups.known(kind),
            None => "; --groups FILE says which groups there are".to_owned(),
        };
        SettingsError::UnknownName { kind, name, place, files, hint }
    }
}
