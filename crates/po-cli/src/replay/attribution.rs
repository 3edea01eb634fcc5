//! Where the profit came from: by decision, by asset, by group, by month and by year.

use po_engine::Universe;
use po_engine::attribution::{AttributionLedger, Rollup, Statement};
use po_engine::stream::Base;

/// An account of profits, all as fractions of the capital at the start unless said otherwise.
#[derive(Clone, Debug)]
pub(super) struct Attribution {
    /// The wealth at the end less the capital, over the capital.
    pub(super) total: f64,
    /// What the lines by decision are called.
    pub(super) names: Vec<String>,
    /// Profits by decision, which add up to the total.
    pub(super) lines: Vec<f64>,
    /// The best first, after costs.
    pub(super) assets: Vec<Share>,
    /// What prices made of the weights between decisions, and what cash earned: by no asset.
    pub(super) drift: f64,
    pub(super) cash: f64,
    pub(super) groupings: Vec<(String, Vec<Share>)>,
    pub(super) months: Vec<Period>,
    pub(super) years: Vec<Period>,
}

/// What an asset or a group earned at the weights that were decided, and what trading it cost.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Share {
    pub(super) name: String,
    pub(super) earned: f64,
    pub(super) cost: f64,
}

/// A month or a year.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Period {
    pub(super) year: i64,
    /// 1 to 12; none for a year.
    pub(super) month: Option<i64>,
    /// Wealth at the start over the capital.
    pub(super) start: f64,
    /// Profits by decision.
    pub(super) lines: Vec<f64>,
    pub(super) total: f64,
}

impl Share {
    /// After costs.
    pub(super) fn net(&self) -> f64 {
        self.earned - self.cost
    }
}

impl Period {
    /// `2024-03`, or `2024`.
    pub(super) fn label(&self) -> String {
        let Self { year, month, .. } = self;
        month.map_or_else(|| year.to_string(), |month| format!("{year}-{month:02}"))
    }

    /// The compound return of the period.
    pub(super) fn period_return(&self) -> f64 {
        self.total / self.start
    }
}

/// The months that bars were in, in order of time, each once: (year, month).
pub(super) type Months = Vec<(i64, i64)>;

impl Attribution {
    /// Reads a ledger; `stages` are those to be told of.
    pub(super) fn read(
        ledger: &AttributionLedger,
        (base, stages): (Base, &[&str]),
        universe: &Universe,
        months: &Months,
    ) -> Self {
        let whole = ledger.statement(Rollup::Inception);
        let capital = whole.start();
        let count = stages.len();
        let mut years: Vec<(i64, i64)> = months.clone();
        years.dedup_by_key(|(year, _)| *year);
        let period = |own: &Statement<'_>, year: i64, month: Option<i64>| Period {
            year,
            month,
            start: own.start() / capital,
            lines: lines(own, count, capital),
            total: own.profit() / capital,
        };
        let all = |rollup: Rollup, labels: &[(i64, i64)]| -> Vec<Period> {
            let named = labels.iter().rev().enumerate().filter_map(|(back, &(year, month))| {
                let month = (rollup == Rollup::Month).then_some(month);
                match back.checked_sub(1) {
                    None => Some(period(&ledger.statement(rollup), year, month)),
                    Some(ago) => Some(period(&ledger.closed(rollup, ago)?, year, month)),
                }
            });
            let mut periods: Vec<Period> = named.collect();
            periods.reverse();
            periods
        };
        let mut assets: Vec<Share> = universe
            .names()
            .iter()
            .enumerate()
            .map(|(asset, name)| Share {
                name: name.clone(),
                earned: whole.asset(asset) / capital,
                cost: whole.cost(asset) / capital,
            })
            .collect();
        let groupings = universe.groupings().iter();
        let groupings =
            groupings.map(|grouping| (grouping.name().to_owned(), shares(grouping.labels(), &assets)));
        let groupings = groupings.collect();
        assets.sort_by(|a, b| b.net().total_cmp(&a.net()));
        let mut names = vec![base_words(base).to_owned()];
        names.extend(stages.iter().map(|name| (*name).to_owned()));
        names.extend(["execution", "cash", "costs"].map(str::to_owned));
        Self {
            total: whole.profit() / capital,
            names,
            lines: lines(&whole, count, capital),
            assets,
            drift: whole.drift() / capital,
            cash: whole.cash() / capital,
            groupings,
            months: all(Rollup::Month, months),
            years: all(Rollup::Year, &years),
        }
    }

    /// What the lines by decision leave of the total.
    pub(super) fn residual(&self) -> f64 {
        self.lines.iter().sum::<f64>() - self.total
    }

    /// What assets, drift and cash leave of the total.
    pub(super) fn asset_residual(&self) -> f64 {
        self.assets.iter().map(Share::net).sum::<f64>() + self.drift + self.cash - self.total
    }

    /// What groups, drift and cash leave of it.
    pub(super) fn group_residual(&self, shares: &[Share]) -> f64 {
        shares.iter().map(Share::net).sum::<f64>() + self.drift + self.cash - self.total
    }

    /// What periods leave of it.
    pub(super) fn period_residual(&self, periods: &[Period]) -> f64 {
        periods.iter().map(|period| period.total).sum::<f64>() - self.total
    }
}

/// Base, stages, execution, cash, and costs below zero.
pub(super) fn lines(statement: &Statement<'_>, stages: usize, capital: f64) -> Vec<f64> {
    let decided = (0..=stages).map(|stage| statement.stage(stage));
    let others = [statement.execution(), statement.cash(), -statement.costs()];
    decided.chain(others).map(|line| line / capital).collect()
}

fn shares(labels: &[Option<String>], assets: &[Share]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for (label, asset) in labels.iter().zip(assets) {
        let name = label.as_deref().unwrap_or("(none)");
        match shares.iter_mut().find(|share| share.name == name) {
            Some(share) => {
                share.earned += asset.earned;
                share.cost += asset.cost;
            }
            None => shares.push(Share { name: name.to_owned(), ..asset.clone() }),
        }
    }
    shares.sort_by(|a, b| b.net().total_cmp(&a.net()));
    shares
}

fn base_words(base: Base) -> &'static str {
    match base {
        Base::PriorHoldings => "base: prior holdings",
        Base::EqualWeight => "base: equal weight",
        Base::Cash => "base: cash",
    }
}
