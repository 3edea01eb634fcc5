//! A tour: the tail of one series by every model, how far to trust it, whose it is, and how it moves from bar to bar.
//!
//! Run it with `cargo run -p po-tail --example tail_risk`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Confidence, Returns, Weights};
use po_tail::{
    ContributionMeasure, ContributionModel, EwmaFilter, FilteredTail, IntervalChoice, RollingTail,
    StudentTFit, TailModel, TailSheet,
};

/// Sums of a few hundred numbers.
const ROUNDING: f64 = 1e-13;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Three assets, 750 days: quantiles of a logistic distribution at the points of three sequences.
    let (days, assets) = (750, 3);
    let value = |asset: usize, day: usize| {
        let step = [0.618_033_988_75, 0.414_213_562_37, 0.732_050_807_57][asset];
        let p = (0.5 + day as f64 * step).fract();
        let common = (0.5 + day as f64 * 0.236_067_977_5).fract();
        [0.004, 0.006, 0.002][asset] * (p / (1.0 - p)).ln() + 0.003 * (common / (1.0 - common)).ln() + 0.0003
    };
    let entries: Vec<f64> =
        (0..assets).flat_map(|asset| (0..days).map(move |day| value(asset, day))).collect();
    let returns = Returns::from_column_slice(days, assets, &entries)?;
    let weights = Weights::new(vec![0.4, 0.3, 0.3])?;
    let portfolio: Vec<f64> = (0..days)
        .map(|day| (0..assets).map(|asset| weights.as_slice()[asset] * returns.column(asset)[day]).sum())
        .collect();
    let confidence = Confidence::new(0.99)?;

    // Every model beside every other; one that refuses says why.
    let sheet = TailSheet::of(&portfolio, confidence)?;
    println!("at 99 %, of {} days", sheet.observations);
    for row in &sheet.models {
        match &row.risk {
            Ok(risk) => println!("  {:<24} VaR {:.4} CVaR {:.4}", row.model.name(), risk.var, risk.cvar),
            Err(error) => println!("  {:<24} {error}", row.model.name()),
        }
    }
    for row in &sheet.measures {
        if let Ok(risk) = &row.risk {
            println!("  {:<30} {risk:.5}", row.measure.name());
        }
    }
    let fit = StudentTFit::of(&portfolio)?;
    println!("Student's t has {:.2} degrees of freedom", fit.degrees);

    // How far to trust them.
    let level = Confidence::new(0.95)?;
    for model in [TailModel::Historical, TailModel::StudentT] {
        let found = model.interval(&portfolio, confidence, level, IntervalChoice::Analytic)?;
        for (name, own) in [("VaR", found.var), ("CVaR", found.cvar)] {
            let (lower, upper, level) = (own.lower, own.upper, 100.0 * own.level);
            println!("{} {name}: {lower:.4} to {upper:.4} with {level:.1} %, {}", model.name(), own.method);
        }
    }

    // Whose it is. The components add up to the risk of the portfolio.
    let cvar = TailModel::Historical.estimate(&portfolio, confidence)?.cvar;
    let parts = ContributionModel::Historical.contributions(
        ContributionMeasure::Cvar,
        &returns,
        &weights,
        confidence,
    )?;
    assert!((parts.risk - cvar).abs() < ROUNDING);
    assert!((parts.component.iter().sum::<f64>() - cvar).abs() < ROUNDING);
    for asset in 0..assets {
        println!(
            "asset {asset}: component {:.5}, {:.1} % of the risk, {:.5} less without it",
            parts.component[asset],
            100.0 * parts.share[asset],
            parts.incremental[asset]
        );
    }

    // Bar by bar, with the volatility of the day and without.
    let mut rolling = RollingTail::new(500, confidence)?;
    let mut filtered = FilteredTail::new(EwmaFilter::default(), 500, confidence)?;
    for value in &portfolio {
        rolling.update(*value)?;
        filtered.update(*value)?;
    }
    let batch = TailModel::Historical.estimate(&portfolio[days - 500..], confidence)?;
    if let (Some(plain), Some(moving)) = (rolling.risk(), filtered.risk()) {
        println!("the last 500 days: VaR {:.4}; filtered, for tomorrow: {:.4}", plain.var, moving.var);
        assert!((plain.var - batch.var).abs() < ROUNDING && (plain.cvar - batch.cvar).abs() < ROUNDING);
    }
    Ok(())
}
