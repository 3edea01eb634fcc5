//! Scenarios of two assets: past days as they are, resampled over a month, and from a copula with heavy tails.

use po_core::{Confidence, Returns, Weights};
use po_tail::{Copula, CopulaParams, ResampledParams, Sampling, Scenarios, Stress, StressMode, resampled};

fn main() -> Result<(), po_tail::Error> {
    // Two years of days: what happened to the first asset half happened to the second.
    let wave = |day: u32, step: u32| f64::from(day * step % 501) / 501.0 - 0.5;
    let first: Vec<f64> = (0..500).map(|day| 0.04 * wave(day, 113).powi(3) + 0.0004).collect();
    let second: Vec<f64> = (0..500).map(|day| 0.5 * first[day as usize] + 0.01 * wave(day, 197)).collect();
    let returns = Returns::from_column_slice(500, 2, &[first, second].concat())?;
    let (half, confidence) = (Weights::equal(2)?, Confidence::new(0.95)?);

    let history = Scenarios::equal(returns.clone());
    let daily = history.cvar(&half, confidence)?;

    let sampling = Sampling { scenarios: 20_000, ..Sampling::default() };
    let month =
        resampled(&returns, &ResampledParams { horizon: 21, sampling, ..ResampledParams::default() })?;
    let monthly = month.cvar(&half, confidence)?;
    // Of days that do not depend on each other, the risk of a month is less than the square root of time.
    assert!(monthly > daily && monthly < 21_f64.sqrt() * daily);

    let copula = Copula::fit(&returns, &CopulaParams::default())?;
    let drawn = copula.sample(&sampling)?;
    assert!((drawn.cvar(&half, confidence)? / daily - 1.0).abs() < 0.1);

    // What if volatility doubles?
    let stress = Stress::new(vec![None; 2], vec![2.0; 2], None)?;
    let stressed = stress.apply(&history, StressMode::Shift)?;
    let mean = stressed.moments()?.mean().iter().sum::<f64>() / 2.0;
    assert!((stressed.cvar(&half, confidence)? + mean - 2.0 * (daily + mean)).abs() < 1e-12);
    Ok(())
}
