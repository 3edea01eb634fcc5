//! What one bar earned: the pass over its numbers.

use pulp::{Simd, WithSimd};

use super::LedgerBar;
use super::facts::Facts;
use super::lanes::{inner_products, products, total};
use crate::sum::Sum;

/// Rows that are multiplied with one list at a time, so that none waits for the addition before it.
const TOGETHER: usize = 4;

/// Books a bar whose lengths are right, and copies what has to be remembered of it.
///
/// Every number is written, and no other is read, so that a bar can be refused afterwards: whatever of it was
/// not finite shows in the result, because zero times infinity is not a number.
pub(super) struct Book<'a, 'b> {
    pub(super) bar: &'b LedgerBar<'a>,
    /// The wealth at the start.
    pub(super) wealth: f64,
    /// Room for N returns without gaps.
    pub(super) returns: &'b mut [f64],
    /// What each asset earned as decided.
    pub(super) assets: &'b mut [f64],
    /// What each row of the table of stages earned.
    pub(super) stages: &'b mut [f64],
    /// What each factor earned.
    pub(super) factors: &'b mut [f64],
    /// What is remembered; its lists are empty where nothing is.
    pub(super) facts: &'b mut Facts,
}

/// What a bar earned as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Booked {
    /// At the weights held.
    pub(super) held: Sum,
    /// At the weights decided.
    pub(super) decided: Sum,
    pub(super) cash: f64,
}

impl WithSimd for Book<'_, '_> {
    type Output = Booked;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Booked {
        let Self { bar, wealth, returns, assets, stages, factors, facts } = self;
        for (clean, &value) in returns.iter_mut().zip(bar.returns) {
            *clean = if value.is_nan() { 0.0 } else { value };
        }
        let held = products(simd, wealth, bar.held, returns, assets);
        let decided = match bar.decided {
            [] => held,
            decided => products(simd, wealth, decided, returns, assets),
        };
        let invested = total(simd, bar.held);
        let cash = wealth * Sum::of(1.0).without(invested).value() * bar.cash_return;

        if !facts.held.is_empty() {
            facts.returns.copy_from_slice(bar.returns);
            facts.held.copy_from_slice(bar.held);
            facts.decided.copy_from_slice(if bar.decided.is_empty() { bar.held } else { bar.decided });
        }
        let rows = TOGETHER * returns.len();
        for (first, table) in bar.stages.chunks(rows).enumerate() {
            each_product(simd, table, returns, |stage, product| {
                stages[TOGETHER * first + stage] = wealth * product;
            });
            // The rows have just been read, and are still near.
            if let Some(kept) = facts.stages.get_mut(first * rows..first * rows + table.len()) {
                kept.copy_from_slice(table);
            }
        }
        each_product(simd, bar.exposures, bar.held, |factor, exposure| {
            factors[factor] = wealth * exposure * bar.factor_returns[factor];
        });
        Booked { held, decided, cash }
    }
}

/// The inner product of each row of a table with a list.
#[inline(always)]
fn each_product<S: Simd>(simd: S, table: &[f64], with: &[f64], mut take: impl FnMut(usize, f64)) {
    let length = with.len();
    let mut rows = table.chunks_exact(TOGETHER * length);
    let mut row = 0;
    for four in &mut rows {
        let (two, others) = four.split_at(2 * length);
        let ((a, b), (c, d)) = (two.split_at(length), others.split_at(length));
        for product in inner_products(simd, [a, b, c, d], with) {
            take(row, product);
            row += 1;
        }
    }
    for last in rows.remainder().chunks_exact(length) {
        let [product] = inner_products(simd, [last], with);
        take(row, product);
        row += 1;
    }
}
