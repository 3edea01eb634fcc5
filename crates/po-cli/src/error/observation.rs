//! What can keep a table from becoming observations to estimate from.

use jiff::civil::DateTime;

use crate::data::show_date;

/// Values that are missing, or of no use; each message says which asset is to blame and what can be done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservationError {
    /// A value is missing, and none may be.
    #[error(
        "{asset} has no value on {}, and --missing refuse allows no gaps; --missing complete-rows leaves such rows out",
        show_date(*.date)
    )]
    Refused {
        /// The asset.
        asset: String,
        /// The date.
        date: DateTime,
    },
    /// An asset has no return at all.
    #[error(
        "{asset} has {} in {name}, expected returns to estimate from; --missing drop-sparse=0.5 leaves such assets out",
        none(*.apart)
    )]
    NeverObserved {
        /// The asset.
        asset: String,
        /// Whether it has values, though no two of them in a row.
        apart: bool,
        /// The file.
        name: String,
    },
    /// No row has a value for each asset.
    #[error(
        "no row of {name} has a return for every asset{}; --missing drop-sparse=0.5 leaves out the assets with the most gaps, --assets chooses assets",
        why(.apart.as_ref())
    )]
    NoCommonRow {
        /// The file.
        name: String,
        /// Two assets that were never observed together: the one that ends, when, the one that begins, when.
        apart: Option<(String, DateTime, String, DateTime)>,
    },
    /// The policy drops each asset.
    #[error("--missing {policy} leaves no asset of {name}: each of the {assets} has too many gaps{advice}")]
    NoAssetLeft {
        /// The file.
        name: String,
        /// The policy.
        policy: String,
        /// How many assets there were.
        assets: usize,
        /// What to do instead.
        advice: &'static str,
    },
    /// An asset does not move, and the method divides by its variance.
    #[error(
        "{asset} has the same {} in all {observations} observations, so its variance is zero, and --method {method} needs one above zero; --assets chooses assets, --method equal-weight takes any",
        if *.returns { "return" } else { "price" }
    )]
    Still {
        /// The asset.
        asset: String,
        /// How many observations there are.
        observations: usize,
        /// Whether returns were read, not prices.
        returns: bool,
        /// The method.
        method: &'static str,
    },
    /// An asset has no variance, and so no correlation.
    #[error(
        "the variance of {asset} is zero in the {observations} observations, so it has no correlation with others; --assets chooses assets"
    )]
    NoCorrelation {
        /// The asset.
        asset: String,
        /// How many observations there are.
        observations: usize,
    },
    /// A number is too large to compute with.
    #[error("{what} of {asset}{} is too large to compute with, expected returns of common size: are its values right?", on(*.date))]
    TooLarge {
        /// The number.
        what: &'static str,
        /// The asset.
        asset: String,
        /// The date, if there is one.
        date: Option<DateTime>,
    },
    /// Too few rows are left to estimate from.
    #[error("{name} has {rows} {what}, expected at least {required}")]
    TooFewRows {
        /// The file.
        name: String,
        /// How many there are.
        rows: usize,
        /// What was counted.
        what: &'static str,
        /// How many are needed.
        required: usize,
    },
    /// There is nothing left to score forecasts by.
    #[error(
        "{name} has {available} observations, the rows in which every asset has a return, and --evaluate needs {}: {in_sample} before the first forecast (--in-sample), and {scored} to score{}{}",
        in_sample.saturating_add(*scored),
        shorter(*available, *scored),
        fuller(available.saturating_add(*left_out) >= in_sample.saturating_add(*scored), *left_out)
    )]
    TooShort {
        /// The file.
        name: String,
        /// How many observations there are.
        available: usize,
        /// How many come before the first forecast.
        in_sample: usize,
        /// How many must come after it.
        scored: usize,
        /// How many rows of returns are left out because some asset has none.
        left_out: usize,
    },
    /// Each estimator failed.
    #[error("none of the estimators could forecast: {reasons}")]
    NoForecast {
        /// Each with its reason.
        reasons: String,
    },
    /// The method refuses almost all resamples.
    #[error(
        "{failed} of {resamples} resamples have no weights, and --stability needs two that have; the first: {reason}"
    )]
    NoResample {
        /// How many there are.
        resamples: usize,
        /// How many of them have no weights.
        failed: usize,
        /// Why the first of these has none.
        reason: String,
    },
    /// The window is longer than the observations.
    #[error(
        "--window {window} asks for more observations than there are, expected at most {available}, the rows in which every asset has a return"
    )]
    Window {
        /// The window.
        window: usize,
        /// How many observations there are.
        available: usize,
    },
}

fn none(apart: bool) -> &'static str {
    if apart { "no two values in a row" } else { "no values" }
}

/// What would do, where anything would.
fn shorter(available: usize, scored: usize) -> String {
    match available.checked_sub(scored) {
        Some(most) if most > 1 => format!("; --in-sample {most} or less would do"),
        _ => String::new(),
    }
}

/// What would keep more rows, where they would do.
fn fuller(would_do: bool, left_out: usize) -> String {
    if !would_do {
        return String::new();
    }
    let rows =
        if left_out == 1 { "1 more row lacks".to_owned() } else { format!("{left_out} more rows lack") };
    format!(
        "; {rows} the return of some asset: --missing drop-sparse=0.2 leaves out sparse assets instead, --assets chooses assets"
    )
}

fn on(date: Option<DateTime>) -> String {
    date.map_or(String::new(), |date| format!(" on {}", show_date(date)))
}

fn why(apart: Option<&(String, DateTime, String, DateTime)>) -> String {
    apart.map_or(String::new(), |(ended, end, began, begin)| {
        format!(": {ended} ends on {}, {began} begins on {}", show_date(*end), show_date(*begin))
    })
}
