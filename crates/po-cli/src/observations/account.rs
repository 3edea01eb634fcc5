//! What a missing-data policy did, and what is odd about the numbers, in sentences.

use jiff::civil::DateTime;
use po_engine::{Panel, Resolved, Returns, Universe};

use super::Evidence;
use crate::args::Missing;
use crate::data::show_date;

/// How many names a sentence lists.
const LISTED: usize = 5;

/// A price that more than triples, or falls to less than a third, is more often an error than a move.
const JUMP: f64 = 3.0;

/// Half of all returns beyond this, in absolute value, are no returns of one period in fractions.
const SCALE: f64 = 0.25;

impl Evidence {
    /// What was left out, and which asset costs the most.
    pub(super) fn account(&self, resolved: &Resolved) -> Vec<String> {
        let mut account = Vec::new();
        account.extend(self.assets_left_out(resolved));
        account.extend(self.rows_left_out(resolved));
        account.extend(self.ended(resolved));
        account
    }

    fn assets_left_out(&self, resolved: &Resolved) -> Option<String> {
        let rows = self.returns.observations() as f64;
        let left_out: Vec<String> = (0..self.universe.len())
            .filter(|asset| resolved.assets.binary_search(asset).is_err())
            .map(|asset| {
                let share = 100.0 * missing(&self.returns, asset) as f64 / rows;
                format!("{} ({share:.0} % missing)", self.universe.label(asset))
            })
            .collect();
        let (count, assets) = (left_out.len(), self.universe.len());
        (count > 0).then(|| {
            let are = if count == 1 { "is" } else { "are" };
            format!("{count} of {assets} assets {are} left out ({}): {}", self.missing, listed(&left_out))
        })
    }

    fn rows_left_out(&self, resolved: &Resolved) -> Option<String> {
        let (rows, kept) = (self.returns.observations(), resolved.rows.len());
        if kept == rows {
            return None;
        }
        let dates =
            |row: Option<&usize>| row.map_or(String::new(), |row| show_date(self.dates[row + self.offset]));
        let left = match kept {
            1 => "1 is left".to_owned(),
            _ => {
                let (first, last) = (dates(resolved.rows.first()), dates(resolved.rows.last()));
                format!("{kept} are left, {first} to {last}")
            }
        };
        let blame = self.blame(resolved).unwrap_or_default();
        let policy = self.missing;
        let are = if rows - kept == 1 { "is" } else { "are" };
        let instead = match policy {
            Missing::CompleteRows if kept < rows / 2 => {
                "; --missing drop-sparse=0.2 leaves out sparse assets instead"
            }
            _ => "",
        };
        Some(format!(
            "{} of {rows} rows of returns {are} left out because some asset has none ({policy}), {left}{blame}{instead}",
            rows - kept
        ))
    }

    /// The asset that costs the most rows, and what is the matter with it.
    fn blame(&self, resolved: &Resolved) -> Option<String> {
        let alone = alone(&self.returns, &resolved.assets);
        let (asset, rows) =
            alone.into_iter().max_by_key(|(asset, rows)| (*rows, std::cmp::Reverse(*asset)))?;
        if rows > 0 {
            let label = self.universe.label(asset);
            return Some(format!("; without {label} there would be {rows} more: {}", self.span(asset)));
        }
        // Several assets are missing in each of the rows.
        let sparsest = resolved.assets.iter().max_by_key(|&&asset| missing(&self.returns, asset))?;
        let label = self.universe.label(*sparsest);
        Some(format!("; {label} has the fewest returns: {}", self.span(*sparsest)))
    }

    /// When an asset begins, when it ends, and how many gaps it has.
    fn span(&self, asset: usize) -> String {
        let Some(listing) = self.listings[asset] else { return "it has no values".to_owned() };
        let mut says = Vec::new();
        if listing.first > 0 {
            says.push(format!("begins on {}", show_date(self.dates[listing.first])));
        }
        if listing.last + 1 < self.dates.len() {
            says.push(format!("ends on {}", show_date(self.dates[listing.last])));
        }
        match listing.gaps {
            0 => {}
            1 => says.push("has 1 gap".to_owned()),
            gaps => says.push(format!("has {gaps} gaps")),
        }
        format!("it {}", says.join(", "))
    }

    /// Assets that get a weight although their values end before the file does.
    fn ended(&self, resolved: &Resolved) -> Option<String> {
        let last = self.dates.len() - 1;
        let ended: Vec<String> = resolved
            .assets
            .iter()
            .filter_map(|&asset| Some((asset, self.listings[asset]?.last)))
            .filter(|(_, end)| *end < last)
            .map(|(asset, end)| format!("{} on {}", self.universe.label(asset), show_date(self.dates[end])))
            .collect();
        (!ended.is_empty()).then(|| {
            format!(
                "{} before the file does, on {}: {}; can {} still be bought?",
                if ended.len() == 1 {
                    "1 asset ends".to_owned()
                } else {
                    format!("{} assets end", ended.len())
                },
                show_date(self.dates[last]),
                listed(&ended),
                if ended.len() == 1 { "it" } else { "they" }
            )
        })
    }
}

/// What is odd about the returns that were kept.
pub(super) fn of_returns(
    returns: &Returns,
    dates: &[DateTime],
    universe: &Universe,
    from_file: bool,
) -> Vec<String> {
    let mut odd = Vec::new();
    let (observations, assets) = (returns.observations(), returns.assets());
    if assets == 1 {
        odd.push(format!("{} is the only asset, so it takes the whole portfolio", universe.label(0)));
    } else if observations <= assets {
        odd.push(format!(
            "{observations} observations for {assets} assets: the covariance is singular and its estimate is rough"
        ));
    }
    if from_file && let Some(scale) = scale(returns) {
        odd.push(scale);
    } else {
        odd.extend(jumps(returns, dates, universe));
    }
    odd
}

/// Whether the values are too large for returns in fractions.
fn scale(returns: &Returns) -> Option<String> {
    let mut sizes: Vec<f64> = returns.as_slice().iter().map(|value| value.abs()).collect();
    let middle = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    let least = returns.as_slice().iter().copied().fold(f64::INFINITY, f64::min);
    (*median > SCALE || least < -1.0).then(|| {
        format!(
            "half of the returns exceed {median} in size, and the least is {least}: are they in per cent, or prices? expected fractions, 0.01 for one per cent"
        )
    })
}

/// The largest move of a price, if it is too large to be true.
fn jumps(returns: &Returns, dates: &[DateTime], universe: &Universe) -> Option<String> {
    let rows = returns.observations();
    let size = |value: f64| (1.0 + value).max(f64::MIN_POSITIVE).ln().abs();
    let jumps = returns.as_slice().iter().enumerate().filter(|(_, value)| size(**value) > JUMP.ln());
    let count = jumps.clone().count();
    let (place, value) = jumps.max_by(|a, b| size(*a.1).total_cmp(&size(*b.1)))?;
    let (asset, date) = (universe.label(place / rows), show_date(dates[place % rows]));
    let others = match count {
        1 => String::new(),
        _ => format!(", the largest of {count} such moves"),
    };
    let percent = 100.0 * value;
    Some(format!(
        "{asset} moves by {percent:+.0} % on {date}{others}: is it a bad price, or a split that the prices are not adjusted for?"
    ))
}

/// For each asset, the rows in which it is the only one without a value.
fn alone(returns: &Panel, assets: &[usize]) -> Vec<(usize, usize)> {
    let mut counts = vec![0_usize; returns.observations()];
    let mut who = vec![0_usize; returns.observations()];
    for (place, &asset) in assets.iter().enumerate() {
        for (row, _) in returns.column(asset).iter().enumerate().filter(|(_, value)| value.is_nan()) {
            counts[row] += 1;
            who[row] = place;
        }
    }
    let mut alone: Vec<(usize, usize)> = assets.iter().map(|&asset| (asset, 0)).collect();
    for (_, &place) in counts.iter().zip(&who).filter(|(count, _)| **count == 1) {
        alone[place].1 += 1;
    }
    alone
}

fn missing(returns: &Panel, asset: usize) -> usize {
    returns.column(asset).iter().filter(|value| value.is_nan()).count()
}

/// The first names, and how many more.
pub(crate) fn listed(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
