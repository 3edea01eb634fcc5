//! What is remembered of a bar, so that it can be restated.

use super::LedgerParams;
use super::account::{Account, Lines};
use crate::sum::Sum;

/// One bar in memory.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) account: Account,
    pub(super) facts: Facts,
}

/// What a bar was booked from.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// How many days, months and years were over when the bar began.
    pub(super) periods: [u64; 3],
    /// The wealth of which the weights are fractions, as it was booked.
    pub(super) wealth: f64,
    /// N returns; NaN where there was no price.
    pub(super) returns: Vec<f64>,
    /// N weights held.
    pub(super) held: Vec<f64>,
    /// N weights decided.
    pub(super) decided: Vec<f64>,
    /// The table of stages.
    pub(super) stages: Vec<f64>,
}

impl Slot {
    /// An empty bar; without memory for facts where no bar can be restated.
    pub(super) fn new(params: &LedgerParams, wealth: Sum) -> Self {
        let assets = if params.keep.bars == 0 { 0 } else { params.assets };
        let facts = Facts {
            returns: vec![0.0; assets],
            held: vec![0.0; assets],
            decided: vec![0.0; assets],
            stages: vec![0.0; assets * params.stage_rows()],
            ..Facts::default()
        };
        Self { account: Account::new(Lines::of(params), wealth), facts }
    }
}
