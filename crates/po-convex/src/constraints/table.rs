//! Constraints as rows of a table, such as a spreadsheet holds them.

use po_core::Universe;
use thiserror::Error;

use super::apply::Limits;
use super::name;
use super::statement::Statement;
use super::{Constraints, LinearConstraint};
use crate::Error;

/// One constraint as a row of a table: in words, or in cells.
///
/// | `label` | `constraint` | `on` | `min` | `max` | `relative_to` | `disabled` |
/// |---|---|---|---|---|---|---|
/// | tech cap | `Technology <= 30%` | | | | | |
/// | | | Energy | 5% | 20% | | |
/// | | | equity | | 2 | bonds | |
/// | | | each sector | | 0.3 | | TRUE |
///
/// # Shapes and units
/// Limits are fractions of capital, or text with a percent sign; with `relative_to` they are multiples of it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct TableRow {
    /// What results and errors call the constraint; its text, if none.
    pub label: Option<String>,
    /// The constraint in words; then all further cells but `disabled` are empty.
    pub constraint: Option<String>,
    /// What is limited: an asset, a group, or whatever else can stand on the left of a constraint in words.
    pub on: Option<String>,
    /// Least value.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "cells::number"))]
    pub min: Option<f64>,
    /// Greatest value.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "cells::number"))]
    pub max: Option<f64>,
    /// What the limits are multiples of: an asset, a group, or a sum in words.
    pub relative_to: Option<String>,
    /// Whether the row is left out, unread.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "cells::flag"))]
    pub disabled: bool,
}

/// A row that cannot be read; rows are counted from one.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// The constraint of a row cannot be read.
    #[error("row {row} of the constraints: {error}")]
    Constraint {
        /// The row.
        row: usize,
        /// Why.
        error: Error,
    },
    /// The cells of a row do not make one constraint.
    #[error("row {row} of the constraints has {found}, expected {expected}")]
    Cells {
        /// The row.
        row: usize,
        /// What it has.
        found: &'static str,
        /// What it should have.
        expected: &'static str,
    },
    /// The rows contradict each other.
    #[error(transparent)]
    Together(Error),
}

impl TableError {
    /// The message with the names of `universe` in place of indices.
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        match self {
            Self::Constraint { row, error } => {
                format!("row {row} of the constraints: {}", error.named(universe))
            }
            Self::Cells { .. } => self.to_string(),
            Self::Together(error) => error.named(universe),
        }
    }
}

impl TableRow {
    /// The row in words; nothing for a row that is empty or disabled, two lines for two limits that are relative.
    fn lines(&self, universe: &Universe) -> Result<Vec<String>, (&'static str, &'static str)> {
        let Self { label, constraint, on, min, max, relative_to, disabled } = self;
        let cells = on.is_some() || min.is_some() || max.is_some() || relative_to.is_some();
        if *disabled {
            return Ok(Vec::new());
        }
        let on = match (constraint, on) {
            (None, None) if !cells && label.is_none() => return Ok(Vec::new()),
            (None, None) => {
                return Err(("no constraint", "a constraint in words, or what its limits are on"));
            }
            (Some(_), _) if cells => {
                return Err(("a constraint in words and cells beside it", "one of the two"));
            }
            (Some(constraint), _) => return Ok(vec![constraint.clone()]),
            (None, Some(on)) => name::of_cell(universe, on.trim()),
        };
        if min.iter().chain(max).any(|limit| !limit.is_finite()) {
            return Err(("a limit that is not finite", "a finite number, or an empty cell for no limit"));
        }
        let times = relative_to.as_ref().map(|other| {
            let other = name::of_cell(universe, other.trim());
            move |limit: f64| format!("{limit} * ({other})")
        });
        match (min, max, times) {
            (None, None, _) => Err(("no limit", "a least value, a greatest value, or both")),
            (Some(min), Some(max), None) if min.total_cmp(max).is_ne() => {
                Ok(vec![format!("{min} <= {on} <= {max}")])
            }
            (Some(min), Some(max), Some(times)) if min.total_cmp(max).is_ne() => {
                Ok(vec![format!("{on} >= {}", times(*min)), format!("{on} <= {}", times(*max))])
            }
            (min, max, times) => {
                let (relation, limit) = match (min, max) {
                    (Some(limit), Some(_)) => ("=", limit),
                    (Some(limit), None) => (">=", limit),
                    (None, limit) => ("<=", limit.as_ref().unwrap_or(&0.0)),
                };
                let limit = times.map_or_else(|| limit.to_string(), |times| times(*limit));
                Ok(vec![format!("{on} {relation} {limit}")])
            }
        }
    }
}

impl Constraints {
    /// These constraints and those of the rows of a table, all of which hold; what [`Constraints::with`] says of lines
    /// holds of rows.
    ///
    /// Rows that are empty or disabled are left out.
    ///
    /// # Errors
    /// [`TableError`], with the row.
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Constraints, TableRow};
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["AAPL", "XOM"])?.grouped("sector", [Some("Technology"), Some("Energy")])?;
    /// let cap = TableRow { on: Some("Technology".to_owned()), max: Some(0.3), ..TableRow::default() };
    /// let ratio = TableRow { min: Some(2.0), max: None, relative_to: Some("Energy".to_owned()), ..cap.clone() };
    /// let constraints = Constraints::default().with_table(&[cap, ratio], &universe)?;
    /// assert_eq!(constraints.linear[0].label(), "Technology <= 0.3");
    /// assert_eq!(constraints.linear[1].terms(), [(0, 1.0), (1, -2.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_table(self, rows: &[TableRow], universe: &Universe) -> Result<Self, TableError> {
        let mut limits = Limits::new(self, universe);
        each_statement(rows, universe, |statement, label| limits.add(statement, label))?;
        limits.finish().map_err(TableError::Together)
    }
}

impl LinearConstraint {
    /// The constraints of the rows of a table that says nothing but linear constraints, such as a table of views.
    ///
    /// Rows that are empty or disabled are left out.
    ///
    /// # Errors
    /// [`TableError`], with the row.
    pub fn from_table(rows: &[TableRow], universe: &Universe) -> Result<Vec<Self>, TableError> {
        let mut constraints = Vec::new();
        each_statement(rows, universe, |statement, label| {
            constraints.push(statement.linear(universe)?.labelled(label));
            Ok(())
        })?;
        Ok(constraints)
    }
}

/// Reads rows, and hands over what each says and is called.
fn each_statement<'u>(
    rows: &[TableRow],
    universe: &'u Universe,
    mut take: impl FnMut(Statement<'u>, String) -> Result<(), Error>,
) -> Result<(), TableError> {
    for (index, table_row) in rows.iter().enumerate() {
        let row = index + 1;
        let lines = table_row.lines(universe);
        let lines = lines.map_err(|(found, expected)| TableError::Cells { row, found, expected })?;
        for line in lines {
            let mut read = || {
                let statement = Statement::read(&line, universe)?;
                let label = table_row.label.as_ref().unwrap_or(&statement.text).clone();
                take(statement, label)
            };
            read().map_err(|error| TableError::Constraint { row, error })?;
        }
    }
    Ok(())
}

/// How the cells of a table are read.
#[cfg(feature = "serde")]
mod cells {
    use serde::de::{Deserialize, Deserializer, Error, Unexpected};

    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Cell {
        Flag(bool),
        Number(f64),
        Text(String),
    }

    /// A number, or text such as `30%`.
    pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        let text = match Option::<Cell>::deserialize(deserializer)? {
            None => return Ok(None),
            Some(Cell::Number(number)) => return Ok(Some(number)),
            Some(Cell::Flag(flag)) => flag.to_string(),
            Some(Cell::Text(text)) => text,
        };
        match crate::constraints::parse::number(text.trim()) {
            _ if text.trim().is_empty() => Ok(None),
            Some(number) => Ok(Some(number)),
            None => Err(Error::invalid_value(Unexpected::Str(&text), &"a number such as 0.3 or 30%")),
        }
    }

    /// True or false, in any case of letters; an empty cell is false.
    pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        let text = match Option::<Cell>::deserialize(deserializer)? {
            None => return Ok(false),
            Some(Cell::Flag(flag)) => return Ok(flag),
            Some(Cell::Number(number)) => number.to_string(),
            Some(Cell::Text(text)) => text,
        };
        match text.trim().to_lowercase().as_str() {
            "true" => Ok(true),
            "false" | "" => Ok(false),
            _ => Err(Error::invalid_value(Unexpected::Str(&text), &"true or false")),
        }
    }
}
