//! `po demo`: what `po` does, on a simulated market, without a file.

mod market;
mod story;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use po_engine::hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch};
use po_engine::{Allocator, Covariance};
use serde_json::{Map, Value, json};

pub use market::{Market, MarketParams};

use crate::allocate::{allocation, default_clusters};
use crate::args::{DemoArgs, Method, Missing, Output};
use crate::data::{Table, show_date};
use crate::error::Error;
use crate::observations::{Rules, observe};
use crate::report::{Report, csv_row};

/// Leaves out what is delisted, and keeps what is listed late.
const MISSING: Missing = Missing::DropSparse(0.3);

/// The methods that the demo compares.
const METHODS: [Method; 3] = [Method::Hrp, Method::EqualWeight, Method::InverseVolatility];

/// How often the allocation is timed; the middle time is told.
const RUNS: usize = 101;

/// One market, allocated by each method.
struct Demo<'a> {
    args: &'a DemoArgs,
    market: Market,
    /// One per method, in their order.
    reports: Vec<Report>,
    microseconds: f64,
}

/// Runs the command and returns what it prints.
pub(crate) fn demo(args: &DemoArgs) -> Result<String, Error> {
    let (seed, assets) = (args.seed, usize::from(args.assets));
    let days = usize::try_from(args.days).unwrap_or(usize::MAX);
    let market = Market::simulate(MarketParams { seed, assets, days });
    if args.write.is_some() || args.write_groups.is_some() {
        return write(args, &market);
    }
    let rules = Rules { missing: MISSING, ..Rules::default() };
    let observations = observe(table(&market), rules, &mut Vec::new())?;
    let universe = &observations.universe;
    let covariance = observations.returns.covariance().map_err(Error::input(universe))?;
    let clusters = default_clusters(universe.len());
    let report = |method| {
        let allocation = allocation(method, HrpParams::default(), &covariance, universe)?;
        Report::new(method, &observations, &covariance, &allocation, clusters)
    };
    let reports = METHODS.into_iter().map(report).collect::<Result<_, Error>>()?;
    let microseconds = timed(&covariance).map_err(Error::hrp(universe))?;
    let demo = Demo { args, market, reports, microseconds };
    match args.output {
        Output::Json => json(&demo),
        Output::Csv => csv(&demo),
        // What is drawn is not offered.
        _ => Ok(story::story(&demo)),
    }
}

/// The middle of the times, in microseconds, that an allocation takes once its memory is there.
fn timed(covariance: &Covariance) -> Result<f64, po_engine::hrp::Error> {
    let hrp = Hrp::new(HrpParams::default())?;
    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
    hrp.allocate_into(covariance, &mut scratch, &mut allocation)?;
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        hrp.allocate_into(covariance, &mut scratch, &mut allocation)?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[RUNS / 2].as_secs_f64() * 1e6)
}

/// The market as if it were read from a file.
fn table(market: &Market) -> Table {
    let names = market.names().to_vec();
    Table {
        source: "the simulated market".to_owned(),
        layout: "wide",
        dates: market.dates().to_vec(),
        columns: (0..names.len()).map(|asset| market.column(asset).to_vec()).collect(),
        known: names.clone(),
        names,
        notes: Vec::new(),
    }
}

fn json(demo: &Demo<'_>) -> Result<String, Error> {
    let DemoArgs { seed, assets, days, .. } = demo.args;
    let mut methods = Map::new();
    for report in &demo.reports {
        methods.insert(report.method.name().to_owned(), Value::Object(report.object()));
    }
    let market = json!({ "seed": seed, "assets": assets, "days": days });
    let object = json!({ "market": market, "methods": methods, "microseconds": demo.microseconds });
    let text = serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
    Ok(text + "\n")
}

fn csv(demo: &Demo<'_>) -> Result<String, Error> {
    let mut text = csv_row(["asset"].into_iter().chain(METHODS.map(Method::name)))?;
    for (asset, name) in demo.reports[0].names.iter().enumerate() {
        let weights: Vec<String> =
            demo.reports.iter().map(|report| report.weights[asset].to_string()).collect();
        text += &csv_row([name.as_str()].into_iter().chain(weights.iter().map(String::as_str)))?;
    }
    Ok(text)
}

/// Writes the files that were asked for, and returns the commands that use them.
fn write(args: &DemoArgs, market: &Market) -> Result<String, Error> {
    let mut text = String::new();
    let mut say = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    if let Some(path) = &args.write {
        save(path, &prices(market)?)?;
        let (assets, days) = (market.names().len(), market.dates().len());
        say(format_args!("{assets} assets on {days} days are written to {}", path.display()));
    }
    if let Some(path) = &args.write_groups {
        save(path, &sectors(market)?)?;
        say(format_args!("the sectors of the assets are written to {}", path.display()));
    }
    if let Some(path) = &args.write {
        let path = path.display();
        say(format_args!("\nTry:\n  po allocate {path} --missing {MISSING}"));
        if let Some(groups) = &args.write_groups {
            let groups = groups.display();
            say(format_args!(
                "  po allocate {path} --missing {MISSING} --groups {groups} --group-bounds Technology=0.25:0.4"
            ));
            say(format_args!(
                "  po allocate {path} --missing {MISSING} --groups {groups} --method min-variance --constraint Technology<=0.3"
            ));
        }
        say(format_args!("  po frontier {path} --missing {MISSING} --plot frontier.svg"));
    }
    Ok(text)
}

fn save(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(Error::write(&path.display().to_string()))
}

/// The prices as a wide CSV file.
fn prices(market: &Market) -> Result<String, Error> {
    let mut text = csv_row(["date"].into_iter().chain(market.names().iter().map(String::as_str)))?;
    for (row, date) in market.dates().iter().enumerate() {
        let price = |asset| {
            let price = market.column(asset)[row];
            if price.is_nan() { String::new() } else { price.to_string() }
        };
        let cells: Vec<String> = (0..market.names().len()).map(price).collect();
        let date = show_date(*date);
        text += &csv_row([date.as_str()].into_iter().chain(cells.iter().map(String::as_str)))?;
    }
    Ok(text)
}

/// The sectors as a file for `--groups`.
fn sectors(market: &Market) -> Result<String, Error> {
    let mut text = csv_row(["asset", "sector"])?;
    for (name, sector) in market.names().iter().zip(market.sectors()) {
        text += &csv_row([name.as_str(), sector])?;
    }
    Ok(text)
}
