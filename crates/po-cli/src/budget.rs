//! The risk budget of `--budget`: shares of assets and groups, from the flag or from a file.

use std::path::{Path, PathBuf};

use po_engine::{Budget, nearest_name};

use crate::constraints::{Numbered, numbers};
use crate::error::{Error, SettingsError};
use crate::observations::listed;
use crate::problem::Problem;

const FORMS: &str =
    "NAME=SHARE such as Technology=0.3,Energy=0.2, or a CSV file with the columns name,budget";

/// Shares written with a few decimals miss their sum by this much, each.
const ROUNDING: f64 = 1e-9;

/// Shares in words, or in a file.
enum Spec {
    Shares(Vec<Numbered>),
    File(PathBuf),
}

/// The share of each asset: of a group, each asset gets an equal part, and of what is left, each asset not named.
pub(crate) fn budget(text: &str, problem: &mut Problem) -> Result<Budget, Error> {
    let shares = match parse(text)? {
        Spec::Shares(shares) => shares,
        Spec::File(path) => numbers(&path, "budget", "a share of risk such as 0.2")?,
    };
    let universe = problem.universe();
    let mut parts: Vec<Option<(f64, &str)>> = vec![None; universe.len()];
    for Numbered { place, name, value } in &shares {
        if *value < 0.0 {
            let (place, text) = (format!("{place}, the share of {name:?}"), value.to_string());
            return Err(SettingsError::BadNumber { place, text, expected: "zero or more" }.into());
        }
        let members = members(name, place, problem)?;
        let each = value / members.len() as f64;
        for member in members {
            if let Some((_, first)) = parts[member].replace((each, name)) {
                let (asset, first, second) = (universe.label(member), first.to_owned(), name.clone());
                return Err(SettingsError::BudgetedTwice { asset, first, second }.into());
            }
        }
    }
    let sum: f64 = shares.iter().map(|share| share.value).sum();
    let (left, others) = (1.0 - sum, parts.iter().filter(|part| part.is_none()).count());
    let slack = ROUNDING * shares.len() as f64;
    if left < -slack {
        return Err(SettingsError::BudgetSum { sum, expected: "at most 1" }.into());
    }
    if others == 0 && left > slack {
        return Err(SettingsError::BudgetSum { sum, expected: "1, as each asset has a share" }.into());
    }
    let rest = if left > slack { left / others as f64 } else { 0.0 };
    let all: Vec<f64> = parts.iter().map(|part| part.map_or(rest, |(share, _)| share)).collect();
    let without: Vec<String> =
        (0..all.len()).filter(|&asset| all[asset] == 0.0).map(|asset| universe.label(asset)).collect();
    let budget = Budget::new(all).map_err(Error::input(universe))?;
    if !without.is_empty() {
        let assets =
            if without.len() == 1 { "1 asset has" } else { &format!("{} assets have", without.len()) };
        let warning = format!("{assets} no share of the risk, and so no weight: {}", listed(&without));
        problem.observations.warnings.push(warning);
    }
    Ok(budget)
}

/// The assets that a name stands for.
fn members(name: &str, place: &str, problem: &Problem) -> Result<Vec<usize>, Error> {
    let universe = problem.universe();
    if let Ok(asset) = universe.index_of(name) {
        return Ok(vec![asset]);
    }
    if let Some(groups) = &problem.limits.groups {
        match groups.find("--budget", name, universe) {
            Ok((grouping, label)) => {
                let members = universe.grouping(grouping).and_then(|grouping| grouping.members(label));
                return members.map_err(Error::input(universe));
            }
            Err(SettingsError::UnknownGroup { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let groups = universe.groupings().iter().flat_map(po_engine::Grouping::groups);
    let known = universe.names().iter().map(String::as_str).chain(groups);
    let nearest = nearest_name(name, known).map(str::to_owned);
    let place = if place == "--budget" { place.to_owned() } else { format!("--budget, {place}") };
    Err(problem
        .limits
        .unknown("asset or group", name.to_owned(), place, nearest.as_ref(), problem.names())
        .into())
}

/// The text with its file, if it names one, beside the configuration file.
pub(crate) fn budget_beside(text: String, folder: &Path) -> String {
    match parse(&text) {
        Ok(Spec::File(path)) => folder.join(path).display().to_string(),
        _ => text,
    }
}

fn parse(text: &str) -> Result<Spec, SettingsError> {
    let bad =
        || SettingsError::BadNumber { place: "--budget".to_owned(), text: text.to_owned(), expected: FORMS };
    if !text.contains('=') {
        let file = text.chars().any(char::is_alphabetic);
        return if file { Ok(Spec::File(PathBuf::from(text))) } else { Err(bad()) };
    }
    let share = |part: &str| {
        let (name, share) = part.rsplit_once('=')?;
        let value = share.trim().parse().ok().filter(|share: &f64| share.is_finite())?;
        Some(Numbered { place: "--budget".to_owned(), name: name.trim().to_owned(), value })
    };
    text.split(',').map(share).collect::<Option<_>>().map(Spec::Shares).ok_or_else(bad)
}
