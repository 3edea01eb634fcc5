//! A tour: where the tail of a series begins, how heavy it is, how its extremes cluster, and a choice that is flagged.
//!
//! Run it with `cargo run -p po-tail --example choose_threshold`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::Confidence;
use po_tail::{
    Declustered, ExtremalIndexEstimator, GpdFit, GpdMethod, HillChoiceParams, TailIndexEstimator, Threshold,
    ThresholdParams, ThresholdVerdict, WeissmanTail, choose_hill, mean_excess, parameter_stability,
    quantile_plot, t_tail_dependence,
};

/// Whole-number steps through the unit interval, as good as random for a tour and the same on every machine.
fn uniform(count: usize, step: f64) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| (0.5 + step * i as f64).fract())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Four fifths of the losses lie in a body between 0 and 1; the rest is Pareto's tail with a shape of 0.25.
    let golden = 0.5 * (5_f64.sqrt() - 1.0);
    let losses: Vec<f64> = uniform(2000, golden)
        .map(|u| if u < 0.8 { (u / 0.8).sqrt() } else { ((1.0 - u) / 0.2).powf(-0.25) })
        .collect();

    // The ten per cent of greatest losses, and why.
    let usual = Threshold::default().choose(&losses)?;
    println!("{usual}\n");
    assert_eq!(usual.exceedances, 200);

    // The automatic choice rejects thresholds inside the body.
    let params = ThresholdParams { lowest: 0.6, highest: 0.95, candidates: 8, ..ThresholdParams::default() };
    let automatic = Threshold::Automatic(params).choose(&losses)?;
    println!("{automatic}\n");
    assert_eq!(automatic.verdict, ThresholdVerdict::NotRejected);
    assert!(automatic.threshold > 0.99);

    // What is fitted above it, and how it looks as the threshold rises.
    let excesses: Vec<f64> = losses
        .iter()
        .filter(|loss| **loss > automatic.threshold)
        .map(|loss| loss - automatic.threshold)
        .collect();
    let fit = GpdFit::fit(&excesses, GpdMethod::MaximumLikelihood)?;
    println!("fitted shape {:.3}", fit.distribution().shape());
    assert!((fit.distribution().shape() - 0.25).abs() < 0.05);
    let level = Confidence::new(0.95)?;
    let quantiles: Vec<f64> = params.quantiles().collect();
    for point in parameter_stability(&losses, &quantiles, level)? {
        let (lower, upper) = point.shape_interval.unwrap_or((f64::NAN, f64::NAN));
        println!("  above {:.3}: shape {:.3} in [{lower:.3}, {upper:.3}]", point.threshold, point.shape);
    }
    assert_eq!(quantile_plot(&excesses, &fit.distribution())?.len(), automatic.exceedances);
    assert_eq!(mean_excess(&losses, level)?.len(), 1999);

    // Tail indices of the hundred greatest losses, and Hill's with a k of its own.
    for estimator in TailIndexEstimator::ALL {
        let index = estimator.estimate(&losses, 100)?;
        println!("{estimator:?}: {:.3} with a standard error of {:.3}", index.shape, index.standard_error);
    }
    let hill = choose_hill(&losses, &HillChoiceParams::default())?;
    println!("Hill over {} losses: {:.3}", hill.index.exceedances, hill.index.shape);
    let tail = WeissmanTail::new(&losses, hill.index.exceedances)?;
    let value = tail.value_at_risk(Confidence::new(0.999)?)?;
    println!("value at risk at 99.9 %: {value:.3}, and by the model {:.3}", 0.005_f64.powf(-0.25));
    assert!((value / 0.005_f64.powf(-0.25) - 1.0).abs() < 0.1);

    // A series whose extremes come in pairs: each loss, and the same again.
    let pairs: Vec<f64> = losses.iter().flat_map(|&loss| [loss, loss]).collect();
    let threshold = Threshold::Quantile(0.98).choose(&pairs)?.threshold;
    let runs = ExtremalIndexEstimator::Runs { length: 1 }.estimate(&pairs, threshold)?;
    let clusters = Declustered::with_run_length(&pairs, threshold, 1)?;
    println!("extremal index {:.2}, mean size of a cluster {:.2}", runs.index, clusters.mean_size());
    assert!((runs.index - 0.5).abs() < 0.05);

    // Tails of a t copula meet although correlations are the same.
    let [heavy, light] = [t_tail_dependence(0.5, 4.0)?, t_tail_dependence(0.5, 100.0)?];
    println!("tail dependence {heavy:.3} with 4 degrees of freedom, {light:.5} with 100");
    assert!((heavy - 0.253).abs() < 5e-4);

    // Too few losses are refused with the numbers.
    let refused = Threshold::Automatic(ThresholdParams::default()).choose(&losses[..100]);
    println!("refused: {}", refused.map_or_else(|error| error.to_string(), |choice| choice.to_string()));
    Ok(())
}
