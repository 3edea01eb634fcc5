//! The tail beyond a threshold: the fit by each method, risks with profile intervals, and what is to be said beside
//! them.
//!
//! Run it with `cargo run -p po-tail --example peaks_over_threshold`, and on losses of your own with the path of a CSV
//! file, of which the last column is read, and a threshold.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use po_core::Confidence;
use po_tail::{GeneralisedPareto, GpdMethod, PeaksOverThreshold, ProfileInterval};

const METHODS: [GpdMethod; 5] = [
    GpdMethod::MaximumLikelihood,
    GpdMethod::COLES_DIXON,
    GpdMethod::QuasiBayesian,
    GpdMethod::ProbabilityWeightedMoments,
    GpdMethod::Moments,
];

const LEVELS: [f64; 5] = [0.95, 0.99, 0.995, 0.999, 0.9999];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (losses, threshold) = match arguments.as_slice() {
        [] => (built_in()?, 1.0),
        [path, threshold] => (last_column(&std::fs::read_to_string(path)?), threshold.parse()?),
        _ => return Err("expected no argument, or a CSV file and a threshold".into()),
    };
    let interval = Confidence::new(0.95)?;

    println!("threshold {threshold}");
    println!(
        "method                        exceedances        xi       (se)       beta       (se)  log-likelihood"
    );
    for method in METHODS {
        let tail = PeaksOverThreshold::fit(&losses, threshold, method)?;
        let fit = tail.gpd();
        let [of_shape, of_scale] = fit.standard_errors().unwrap_or([f64::NAN; 2]);
        println!(
            "{method:<28} {:>12} {:>9.5} ({of_shape:>8.5}) {:>10.5} ({of_scale:>8.5}) {:>15.5}",
            fit.exceedances(),
            fit.distribution().shape(),
            fit.distribution().scale(),
            fit.log_likelihood()
        );
        fit.notes().for_each(|note| println!("  {note}"));
    }

    let tail = PeaksOverThreshold::fit(&losses, threshold, GpdMethod::MaximumLikelihood)?;
    let shape = tail.gpd().shape_interval(tail.excesses(), interval)?;
    println!("\nby maximum likelihood, with 95 % intervals by profile likelihood");
    println!("xi       {:>9.5} {}", tail.gpd().distribution().shape(), shown(shape));
    for level in LEVELS.into_iter().filter(|level| 1.0 - level <= tail.tail_share()) {
        let level = Confidence::new(level)?;
        println!(
            "{:>6}  VaR {:>10.5} {}  CVaR {:>10.5} {}",
            level.level(),
            tail.var(level)?,
            shown(tail.var_interval(level, interval)?),
            tail.cvar(level)?,
            shown(tail.cvar_interval(level, interval)?)
        );
    }
    Ok(())
}

fn shown(ProfileInterval { lower, upper }: ProfileInterval) -> String {
    format!("[{lower:>9.5}, {upper:>10.5}]")
}

/// Two thousand losses whose excesses over 1 have shape 0.3 and scale 0.8; the fit is near them.
fn built_in() -> Result<Vec<f64>, Box<dyn Error>> {
    let known = GeneralisedPareto::new(0.3, 0.5)?;
    let losses: Vec<f64> =
        (1..=2000).map(|i| known.quantile((f64::from(i) * 0.618_033_988_75).fract())).collect();
    let tail = PeaksOverThreshold::fit(&losses, 1.0, GpdMethod::MaximumLikelihood)?;
    let fitted = tail.gpd().distribution();
    // The points are spread more evenly than chance would: well within the standard error of 0.06.
    assert!((fitted.shape() - 0.3).abs() < 0.03 && (fitted.scale() - 0.8).abs() < 0.03, "{fitted:?}");
    Ok(losses)
}

/// The numbers of the last column; a line without one, such as the header, is passed over.
fn last_column(text: &str) -> Vec<f64> {
    text.lines().filter_map(|line| line.rsplit(',').next()?.trim().parse().ok()).collect()
}
