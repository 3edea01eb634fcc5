//! Wide tables: a column of dates, and one column per asset.

use super::date::civil_times;
use super::records::Records;
use super::{ReadOptions, Table, value};
use crate::error::{ReadError, RowNumber};

/// Reads the current row and all that follow.
pub(super) fn read(
    records: &mut dyn Records,
    options: &ReadOptions,
    date: usize,
    guessed: bool,
    assets: &[usize],
) -> Result<Table, ReadError> {
    let mut stamps = Vec::new();
    let mut rows: Vec<RowNumber> = Vec::new();
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); assets.len()];
    loop {
        stamps.push(records.cell(date)?.stamp(|| records.place(Some(date)), guessed)?);
        rows.push(records.row());
        for (&asset, column) in assets.iter().zip(&mut columns) {
            column.push(value(records, asset, options.returns, || records.place(Some(asset)))?);
        }
        if !records.advance()? {
            break;
        }
    }
    let name = |column: usize| records.columns()[column].clone();
    let mut table = Table {
        source: records.place(None).source,
        layout: "wide",
        dates: civil_times(&stamps),
        names: assets.iter().map(|&column| name(column)).collect(),
        columns,
        known: (0..records.columns().len()).filter(|&column| column != date).map(name).collect(),
        notes: Vec::new(),
    };
    if options.sort_dates {
        sort(&mut table, &mut rows);
    }
    check_order(&table, &rows)?;
    Ok(table)
}

/// Puts the oldest row first.
fn sort(table: &mut Table, rows: &mut [RowNumber]) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&row| (table.dates[row], row));
    let moved = order.iter().enumerate().filter(|(place, row)| place != *row).count();
    if moved == 0 {
        return;
    }
    table.dates = order.iter().map(|&row| table.dates[row]).collect();
    let numbers: Vec<RowNumber> = order.iter().map(|&row| rows[row]).collect();
    rows.copy_from_slice(&numbers);
    for column in &mut table.columns {
        *column = order.iter().map(|&row| column[row]).collect();
    }
    tracing::info!(moved, "sorted the rows by date");
}

fn check_order(table: &Table, rows: &[RowNumber]) -> Result<(), ReadError> {
    let Some(row) = table.dates.windows(2).position(|pair| pair[0] >= pair[1]) else { return Ok(()) };
    let (above, below) = (table.dates[row], table.dates[row + 1]);
    let (first, second) = (rows[row], rows[row + 1]);
    let name = table.source.clone();
    Err(if above == below {
        ReadError::DuplicateDate { name, date: above, first, second }
    } else {
        ReadError::Unsorted { name, first, above, second, below }
    })
}
