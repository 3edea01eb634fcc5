//! Books that are made up.

use po_attribution::BrinsonHoldings;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

pub(crate) fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(1986), ..Config::default() }
}

/// Weights of both sides, returns, and a group at each of two levels for every asset.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) portfolio: Vec<f64>,
    pub(crate) benchmark: Vec<f64>,
    pub(crate) returns: Vec<f64>,
    pub(crate) groups: [Vec<Option<usize>>; 2],
}

impl Book {
    pub(crate) fn holdings(&self) -> BrinsonHoldings<'_> {
        BrinsonHoldings { portfolio: &self.portfolio, benchmark: &self.benchmark, returns: &self.returns }
    }

    /// What the size of rounding errors is measured by.
    pub(crate) fn gross(&self) -> f64 {
        let active = self.portfolio.iter().zip(&self.benchmark).map(|(own, other)| own.abs() + other.abs());
        active.zip(&self.returns).map(|(weight, value)| weight * value.abs()).sum::<f64>() + 1e-300
    }
}

/// Longs, shorts and gaps, and weights that sum to anything.
pub(crate) fn books() -> impl Strategy<Value = Book> {
    let weight = || prop_oneof![2 => Just(0.0), 4 => 0.001_f64..0.1, 1 => -0.05_f64..0.0];
    let group = |groups: usize| prop_oneof![8 => (0..groups).prop_map(Some), 1 => Just(None)];
    let asset = (weight(), weight(), -0.5_f64..0.8, group(4), group(7));
    prop::collection::vec(asset, 1..60).prop_map(|assets| Book {
        portfolio: assets.iter().map(|asset| asset.0).collect(),
        benchmark: assets.iter().map(|asset| asset.1).collect(),
        returns: assets.iter().map(|asset| asset.2).collect(),
        groups: [assets.iter().map(|asset| asset.3).collect(), assets.iter().map(|asset| asset.4).collect()],
    })
}

/// All settings of attribution by segment.
pub(crate) fn all_params() -> impl Iterator<Item = po_attribution::BrinsonParams> {
    use po_attribution::{BrinsonModel, BrinsonParams, Interaction, OffBenchmark};
    [BrinsonModel::BrinsonHoodBeebower, BrinsonModel::BrinsonFachler].into_iter().flat_map(|model| {
        [Interaction::Separate, Interaction::Selection, Interaction::Allocation].into_iter().flat_map(
            move |interaction| {
                [OffBenchmark::Allocation, OffBenchmark::Selection].map(|off_benchmark| BrinsonParams {
                    model,
                    interaction,
                    off_benchmark,
                })
            },
        )
    })
}

/// All settings of nested attribution.
pub(crate) fn all_nested_params() -> impl Iterator<Item = po_attribution::NestedBrinsonParams> {
    use po_attribution::{DecisionOrder, NestedBrinsonParams};
    [DecisionOrder::TopDown, DecisionOrder::BottomUp].into_iter().flat_map(|order| {
        all_params().map(move |params| NestedBrinsonParams {
            order,
            model: params.model,
            off_benchmark: params.off_benchmark,
        })
    })
}
