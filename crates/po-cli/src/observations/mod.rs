//! From a table of prices with gaps to complete returns, under a named policy, with an account of what it did.

mod account;

pub(crate) use account::listed;

use jiff::civil::DateTime;
use po_engine::{InputError, Listing, MissingPolicy, Panel, Resolved, Returns, Universe};

use crate::args::Missing;
use crate::calendar::Calendar;
use crate::data::Table;
use crate::error::{Error, ObservationError};

/// What turns a table into observations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) missing: Missing,
    /// Whether the table holds returns already.
    pub(crate) returns: bool,
    /// How many of the last observations to keep.
    pub(crate) window: Option<usize>,
    /// What the user says about the calendar.
    pub(crate) periods_per_year: Option<f64>,
}

/// Complete returns, with their names and dates.
#[derive(Clone, Debug)]
pub(crate) struct Observations {
    pub(crate) universe: Universe,
    pub(crate) returns: Returns,
    /// The date at which each return ends.
    pub(crate) dates: Vec<DateTime>,
    pub(crate) calendar: Calendar,
    /// What the user should know of.
    pub(crate) warnings: Vec<String>,
}

/// A panel of returns beside what it was made from, for messages.
struct Evidence {
    /// What messages call the file.
    source: String,
    universe: Universe,
    /// When each asset has values; the values themselves are not kept, to save their memory.
    listings: Vec<Option<Listing>>,
    /// The dates of the values.
    dates: Vec<DateTime>,
    returns: Panel,
    /// How many rows of values precede the first return: one for prices, none for returns.
    offset: usize,
    missing: Missing,
}

/// Applies the rules; what the user should know of is added to `warnings` as it is found, and so is there when a rule is
/// broken.
pub(crate) fn observe(
    mut table: Table,
    rules: Rules,
    warnings: &mut Vec<String>,
) -> Result<Observations, Error> {
    let universe = Universe::new(table.names.iter().cloned()).map_err(|error| unnamed(&error, &table))?;
    check_rows(&table, rules.returns)?;
    let input = Error::input(&universe);
    let values = table.panel().map_err(&input)?;
    warnings.append(&mut table.notes);
    let values = carried(values, rules.missing, warnings);
    let listings = (0..universe.len()).map(|asset| values.listing(asset)).collect();
    let returns = if rules.returns {
        values
    } else {
        returns_of(values).map_err(|error| too_large(error, &universe, &table.dates))?
    };
    let evidence = Evidence {
        source: table.source,
        universe: universe.clone(),
        listings,
        dates: table.dates,
        returns,
        offset: usize::from(!rules.returns),
        missing: rules.missing,
    };
    let resolved = evidence.resolve()?;
    warnings.extend(evidence.account(&resolved));
    let calendar = rules.periods_per_year.map_or_else(|| evidence.calendar(&resolved.rows), Calendar::told);
    let dates: Vec<DateTime> =
        resolved.rows.iter().map(|row| evidence.dates[row + evidence.offset]).collect();
    let universe = universe.select(&resolved.assets).map_err(&input)?;
    let source = evidence.source;
    let (returns, dates) = windowed(resolved.returns, dates, rules.window)?;
    if returns.observations() < 2 {
        let (rows, what) = (returns.observations(), "row in which every asset has a return");
        return Err(ObservationError::TooFewRows { name: source, rows, what, required: 2 }.into());
    }
    warnings.extend(account::of_returns(&returns, &dates, &universe, rules.returns));
    Ok(Observations { universe, returns, dates, calendar, warnings: warnings.clone() })
}

/// The returns of prices, which are let go.
#[expect(clippy::needless_pass_by_value, reason = "two tables of a large file are one too many")]
fn returns_of(prices: Panel) -> Result<Panel, InputError> {
    prices.simple_returns()
}

/// A return that overflows, by name and date.
fn too_large(error: InputError, universe: &Universe, dates: &[DateTime]) -> Error {
    match error {
        InputError::NotFinite { row, asset, .. } => {
            let (asset, date) = (universe.label(asset), dates.get(row + 1).copied());
            ObservationError::TooLarge { what: "the return", asset, date }.into()
        }
        error => Error::input(universe)(error),
    }
}

/// The reader lets no such names through; should it ever, the message names them by position.
fn unnamed(error: &InputError, table: &Table) -> Error {
    let place = crate::error::Place { source: table.source.clone(), row: None, column: None };
    crate::error::ReadError::Interrupted { at: place, reason: error.to_string() }.into()
}

/// Two returns are the least that has a covariance, and three prices the least that have two returns.
fn check_rows(table: &Table, returns: bool) -> Result<(), ObservationError> {
    let (rows, required) = (table.dates.len(), if returns { 2 } else { 3 });
    if rows >= required {
        return Ok(());
    }
    let what = match (returns, rows) {
        (true, 1) => "row of returns",
        (true, _) => "rows of returns",
        (false, 1) => "row of prices",
        (false, _) => "rows of prices",
    };
    Err(ObservationError::TooFewRows { name: table.source.clone(), rows, what, required })
}

fn carried(values: Panel, missing: Missing, warnings: &mut Vec<String>) -> Panel {
    let Missing::CarryForward(limit) = missing else { return values };
    let (values, filled) = values.carried_forward(limit);
    if filled > 0 {
        let prices = if filled == 1 { "price is" } else { "prices are" };
        warnings.push(format!("{filled} missing {prices} filled with the last one before ({missing})"));
    }
    values
}

/// The last observations, if fewer are wanted than there are.
fn windowed(
    returns: Returns,
    mut dates: Vec<DateTime>,
    window: Option<usize>,
) -> Result<(Returns, Vec<DateTime>), ObservationError> {
    let Some(window) = window else { return Ok((returns, dates)) };
    let available = returns.observations();
    let returns = returns.tail(window).map_err(|_| ObservationError::Window { window, available })?;
    Ok((returns, dates.split_off(available - window)))
}

impl Evidence {
    /// Applies the policy, and explains its failure with names and dates.
    fn resolve(&self) -> Result<Resolved, Error> {
        let policy = match self.missing {
            Missing::CompleteRows | Missing::CarryForward(_) => MissingPolicy::CompleteRows,
            Missing::CompleteAssets => MissingPolicy::CompleteAssets,
            Missing::DropSparse(max_missing) => MissingPolicy::DropSparse { max_missing },
            Missing::Refuse => MissingPolicy::Refuse,
        };
        self.returns.resolve(policy).map_err(|error| self.explain(error))
    }

    fn explain(&self, error: InputError) -> Error {
        let name = self.source.clone();
        match error {
            InputError::Missing { row, asset } => self.refused(row, asset),
            InputError::NeverObserved { asset } => {
                let (asset, apart) = (self.universe.label(asset), self.listings[asset].is_some());
                ObservationError::NeverObserved { asset, apart, name }.into()
            }
            InputError::NoAssetLeft => {
                let advice = match self.missing {
                    Missing::CompleteAssets => ", try drop-sparse=0.2",
                    Missing::DropSparse(share) if share < 0.5 => ", try a greater share",
                    _ => "",
                };
                let (policy, assets) = (self.missing.to_string(), self.universe.len());
                ObservationError::NoAssetLeft { name, policy, assets, advice }.into()
            }
            InputError::TooFewObservations { .. } => {
                ObservationError::NoCommonRow { name, apart: self.apart() }.into()
            }
            error => Error::input(&self.universe)(error),
        }
    }

    /// A missing return, told by the missing value that causes it.
    fn refused(&self, row: usize, asset: usize) -> Error {
        // It is the first missing return, so its first value can be missing at the beginning only.
        let late = self.listings[asset].is_none_or(|listing| listing.first > row);
        let gap = if late { row } else { row + self.offset };
        let (asset, date) = (self.universe.label(asset), self.dates[gap]);
        ObservationError::Refused { asset, date }.into()
    }

    /// The asset that ends first and the one that begins last, if the one ends before the other begins.
    fn apart(&self) -> Option<(String, DateTime, String, DateTime)> {
        let listings = || (0..self.universe.len()).filter_map(|asset| Some((asset, self.listings[asset]?)));
        let (ended, end) = listings().min_by_key(|(_, listing)| listing.last)?;
        let (began, begin) = listings().max_by_key(|(_, listing)| listing.first)?;
        let label = |asset| self.universe.label(asset);
        (end.last < begin.first)
            .then(|| (label(ended), self.dates[end.last], label(began), self.dates[begin.first]))
    }

    /// The calendar of the rows that were kept.
    fn calendar(&self, rows: &[usize]) -> Calendar {
        let ends = rows.iter().map(|row| row + self.offset).filter(|&end| end > 0);
        let periods: Vec<_> = ends.map(|end| (self.dates[end - 1], self.dates[end])).collect();
        Calendar::infer(&periods)
    }
}
