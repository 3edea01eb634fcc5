//! The Monte Carlo experiment of López de Prado (2016), section "Out-of-sample Monte Carlo simulations", and methods
//! beyond his three; `cargo xtask reproduction hrp` runs it in full, `docs/reproductions.md` reads it.

mod arguments;
mod chart;
mod exchange;
mod experiment;
mod market;
mod methods;
mod statistics;
mod table;

use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::market::SCENARIOS;
use crate::methods::Failure;
use crate::table::Columns;

#[expect(clippy::print_stderr, reason = "a program for a person")]
fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("monte_carlo: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the tables are what it is for")]
#[expect(clippy::print_stderr, reason = "progress is for a person")]
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { iterations, threads, seed, chart, exchange } = arguments;
    if let Some(path) = exchange {
        return exchange::write(path, *seed, *iterations);
    }
    println!("{iterations} markets from seed {seed}");
    let mut scenarios = Vec::new();
    for scenario in &SCENARIOS {
        let steps = iterations.div_ceil(10);
        let outcomes = experiment::run(scenario, *seed, *iterations, *threads, |done| {
            if done % steps == 0 || done == *iterations {
                eprintln!("{}: {done} of {iterations}", scenario.name);
            }
        })?;
        let columns = Columns::of_all(&outcomes);
        println!("\n{}", table::of(scenario, &columns));
        scenarios.push(columns);
    }
    if let Some(path) = chart {
        std::fs::write(path, chart::of(&scenarios)?)?;
    }
    Ok(())
}
