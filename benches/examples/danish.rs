//! The Danish fire losses above ten million kroner, as `McNeil` (1997) and the program evir print them. The argument is a file
//! with a column `loss_mDKK`.

#![expect(clippy::expect_used, reason = "a check that cannot be made should stop")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::Path;

use po_benches::columns;
use po_core::Confidence;
use po_tail::{GpdMethod, PeaksOverThreshold};

/// Millions of kroner.
const THRESHOLD: f64 = 10.0;

fn main() {
    let Some(file) = std::env::args_os().nth(1) else {
        println!("usage: danish FILE: losses in a column loss_mDKK");
        return;
    };
    let losses = columns(Path::new(&file), &["loss_mDKK"]).concat();
    println!("{:<28} {:>10} {:>10} {:>10}", "Danish fire, above 10", "here", "printed", "");
    // Half a unit of the last digit that is printed; where a program printed more digits, what its optimiser left open.
    let check = |what: &str, value: f64, printed: f64, within: f64| {
        println!("{what:<28} {value:>10.4} {printed:>10}");
        assert!((value - printed).abs() <= within, "{what}: {value}, expected {printed}");
    };
    let level = |level| Confidence::new(level).expect("a level");
    let peaks = PeaksOverThreshold::fit(&losses, THRESHOLD, GpdMethod::MaximumLikelihood).expect("a tail");
    let (shape, scale) = (peaks.gpd().distribution().shape(), peaks.gpd().distribution().scale());
    let errors = peaks.gpd().standard_errors().expect("a regular fit");
    check("exceedances", peaks.gpd().exceedances() as f64, 109.0, 0.0);
    check("xi", shape, 0.497, 5e-4);
    check("its standard error", errors[0], 0.136, 5e-4);
    check("beta", scale, 6.98, 5e-3);
    check("its standard error", errors[1], 1.11, 5e-3);
    check("log-likelihood", peaks.gpd().log_likelihood(), -374.893, 5e-4);
    check("VaR, 99 %", peaks.var(level(0.99)).expect("a quantile"), 27.3, 0.05);
    check("CVaR, 99 %", peaks.cvar(level(0.99)).expect("a mean"), 58.2, 0.05);
    check("VaR, 99.9 %", peaks.var(level(0.999)).expect("a quantile"), 94.339, 5e-3);
    let weighted =
        PeaksOverThreshold::fit(&losses, THRESHOLD, GpdMethod::ProbabilityWeightedMoments).expect("a tail");
    check("xi by weighted moments", weighted.gpd().distribution().shape(), 0.509_809, 5e-7);
    check("beta by weighted moments", weighted.gpd().distribution().scale(), 6.902_755, 5e-7);
}
