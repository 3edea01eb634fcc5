//! Markets and portfolios as JSON, a line per market, for `benches/peers/monte_carlo.py`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::experiment::{outcome, portfolios};
use crate::market::{Market, SCENARIOS};
use crate::methods::{Failure, METHODS};

/// Writes so many markets of each scenario.
pub(crate) fn write(path: &Path, seed: u64, iterations: usize) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    for scenario in &SCENARIOS {
        for iteration in 0..iterations {
            let market = Market::draw(scenario, seed, iteration as u64);
            let methods: Vec<String> = METHODS
                .iter()
                .zip(&portfolios(&market)?)
                .map(|(method, portfolios)| {
                    let terminal = outcome(&market, portfolios).terminal;
                    // Rust prints as many digits as it takes to read the same number.
                    let name = method.name;
                    format!("\"{name}\": {{\"weights\": {portfolios:?}, \"terminal\": {terminal:?}}}")
                })
                .collect();
            let (name, returns) = (scenario.name, &market.returns);
            let methods = methods.join(", ");
            writeln!(
                file,
                "{{\"scenario\": \"{name}\", \"returns\": {returns:?}, \"methods\": {{{methods}}}}}"
            )?;
        }
    }
    Ok(file.flush()?)
}
