//! All back-tests of a series of forecasts: of a file, or of two forecasters on a small market of its own.
//!
//! Run it with `cargo run -p po-tail --example backtest`, or add a file and a confidence, as in
//! `-- forecasts.csv 0.95`. The file is CSV with a line of titles, and the columns return, value at risk and expected
//! shortfall; the last may be missing. Forecasts are losses, positive. Where they are returns, negative, as rugarch
//! writes them, a third argument `returns` turns them round.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::Confidence;
use po_tail::{
    BacktestParams, DieboldMarianoParams, Forecasts, LossScale, MonteCarlo, Score, TailRisk, WalkForward,
    Window, Zone, backtest, diebold_mariano, exceedance_residuals, scores, walk_forward,
};

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => market(),
        [path, rest @ ..] => {
            let level = rest.first().map_or(Ok(0.99), |level| level.parse())?;
            let sign = if rest.get(1).is_some_and(|sign| sign == "returns") { -1.0 } else { 1.0 };
            file(&std::fs::read_to_string(path)?, Confidence::new(level)?, sign)
        }
    }
}

/// Tests the forecasts of a file.
fn file(text: &str, confidence: Confidence, sign: f64) -> Result<(), Failed> {
    let mut columns = [Vec::new(), Vec::new(), Vec::new()];
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        for (cell, column) in line.split(',').zip(&mut columns) {
            column.push(cell.trim().trim_matches('"').parse::<f64>()?);
        }
    }
    let [returns, mut var, mut cvar] = columns;
    var.iter_mut().chain(&mut cvar).for_each(|value| *value *= sign);
    let forecasts = Forecasts::new(&returns, &var, (!cvar.is_empty()).then_some(&cvar))?;
    let simulation = MonteCarlo { simulations: 9999, ..MonteCarlo::default() };
    println!(
        "{}",
        backtest(&forecasts, confidence, &BacktestParams { simulation, ..BacktestParams::default() })?
    );
    if !cvar.is_empty() {
        let unscaled = exceedance_residuals(&forecasts, LossScale::Unit, &simulation)?;
        println!("\nexceedance residuals, unscaled: {unscaled:?}");
    }
    Ok(())
}

/// Two forecasters on four years of days whose volatility comes and goes: one that follows it, one that does not.
fn market() -> Result<(), Failed> {
    let returns = days(1250);
    let confidence = Confidence::new(0.975)?;
    // Value at risk and expected shortfall of a standard normal variable at 97.5 %.
    let risk = |deviation: f64| TailRisk {
        var: 1.959_963_984_540_054 * deviation,
        cvar: 2.337_802_792_201_041 * deviation,
    };
    let settings = WalkForward { window: Window::Rolling(250), refit: 1 };
    let calm = walk_forward(&returns, &settings, |past, _| {
        Ok(risk((past.iter().map(|value| value * value).sum::<f64>() / past.len() as f64).sqrt()))
    })?;
    // RiskMetrics (1996): weights that fall by 6 % a day.
    let quick = walk_forward(&returns, &settings, |past, _| {
        Ok(risk(past.iter().fold(1e-4, |variance, value| 0.94 * variance + 0.06 * value * value).sqrt()))
    })?;
    let params = BacktestParams::default();
    let mut losses = Vec::new();
    for (name, path) in [("equal weights", &calm), ("falling weights", &quick)] {
        let forecasts = path.forecasts()?;
        let found = backtest(&forecasts, confidence, &params)?;
        println!("{name}\n{found}\n");
        losses.push((scores(&forecasts, confidence, Score::Fz0)?, found));
    }
    let (calm, quick) = (&losses[0], &losses[1]);
    let compared = diebold_mariano(&calm.0, &quick.0, &DieboldMarianoParams::default())?;
    println!("mean FZ0 score of equal less falling weights: {:.4}", compared.mean_difference);
    println!("Diebold-Mariano {:.3}, p {:.4}", compared.corrected, compared.corrected_p_value);
    // The volatility that is not followed shows in violations that come together.
    assert!(calm.1.christoffersen.conditional_coverage.p_value() < 0.05);
    assert!(quick.1.christoffersen.conditional_coverage.p_value() > 0.05);
    assert!(calm.1.traffic_light.zone > Zone::Green && compared.second_better < 0.05);
    Ok(())
}

/// Returns whose volatility is a GARCH process (Bollerslev 1986).
fn days(number: usize) -> Vec<f64> {
    let (mut noise, mut variance) = (Noise(6), 1e-4);
    let mut day = || {
        let value = f64::sqrt(variance) * noise.normal();
        variance = 1e-6 + 0.12 * value * value + 0.875 * variance;
        value
    };
    (0..number).map(|_| day()).collect()
}

/// Normal numbers that are the same on every machine, to rounding.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
