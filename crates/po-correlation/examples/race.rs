//! Runs a race of covariance estimators on a market whose correlations move, and asks which one to use.

use std::ops::ControlFlow;

use po_core::{Covariance, Returns};
use po_correlation::evaluate::{
    Criterion, Entrant, Evaluation, Race, RaceError, RaceParams, Schedule, Window,
};
use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, Dcc, DccFilter, DccFilterParams, DccParameters, DccParams, Error, Ewma,
    EwmaParams, GarchParameters, LedoitWolf, Margin, SampleCovariance,
};

const ASSETS: usize = 3;
const PERIODS: usize = 1500;

/// Numbers that look normal: sums of twelve uniform ones, by a linear congruential generator.
fn noise(many: usize) -> Vec<f64> {
    let mut state = 2_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..many).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

/// Returns in per cent, with variances and correlations that move.
fn simulated() -> Result<Returns, Error> {
    let margin = GarchParameters { omega: 0.05, alpha: 0.1, beta: 0.85, ..GarchParameters::default() };
    let mut market = DccFilter::new(DccFilterParams {
        parameters: DccParameters { a: 0.06, b: 0.92, ..DccParameters::default() },
        target: Covariance::from_column_slice(ASSETS, &[1.0, 0.5, 0.3, 0.5, 1.0, 0.4, 0.3, 0.4, 1.0])?,
        margins: vec![Margin { parameters: margin, ..Margin::default() }; ASSETS],
        ..DccFilterParams::default()
    })?;
    let (mut numbers, mut bar) = (vec![0.0; ASSETS * PERIODS], [0.0; ASSETS]);
    for (period, innovations) in noise(ASSETS * PERIODS).chunks_exact(ASSETS).enumerate() {
        market.simulate_into(innovations, &mut bar)?;
        for (asset, value) in bar.iter().enumerate() {
            numbers[asset * PERIODS + period] = *value;
        }
    }
    Ok(Returns::from_column_slice(PERIODS, ASSETS, &numbers)?)
}

fn main() -> Result<(), RaceError> {
    let returns = simulated()?;
    let monthly = Schedule { window: Window::Expanding, every: 21 };
    let yearly = Schedule { window: Window::Expanding, every: 250 };
    let dcc = Dcc::new(DccParams::default());
    let entrants = vec![
        Entrant::refitted("sample", SampleCovariance::default(), monthly)?,
        Entrant::refitted(
            "ledoit-wolf",
            LedoitWolf::default(),
            Schedule { window: Window::Rolling(250), ..monthly },
        )?,
        Entrant::streaming("ewma", Ewma::new(EwmaParams::default(), ASSETS)?),
        Entrant::streaming("adaptive", AdaptiveEwma::new(AdaptiveEwmaParams::default(), ASSETS)?),
        Entrant::filtered("dcc", yearly, |sample| {
            let fit = dcc.fit(sample)?;
            fit.filter(sample).map(|filter| (filter, fit.status))
        })?,
    ];
    let race = Race::new(RaceParams { in_sample: 500, ..RaceParams::default() })?;
    let evaluation = race.run(&returns, entrants, |_| ControlFlow::Continue(()))?;
    show(&evaluation);

    // The market was made by dynamic correlations, and the race finds out.
    let best = evaluation.best(Criterion::Qlike).map(|best| best.name.as_str());
    assert_eq!(best, Some("dcc"));
    if let Ok(sample) = &evaluation.standing("sample")?.outcome {
        assert!(!sample.qlike.in_set);
        assert!(sample.qlike.against_best.is_some_and(|test| test.p_value < 0.01));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn show(evaluation: &Evaluation) {
    println!("{} bars out of sample, {} assets", evaluation.bars, evaluation.assets);
    println!("entrant        QLIKE  p (best)  p (set)  in set   volatility  calibration");
    for standing in &evaluation.standings {
        match &standing.outcome {
            Err(error) => println!("{:<12} {error}", standing.name),
            Ok(outcome) => println!(
                "{:<12} {:>7.4} {:>9} {:>8.3} {:>7} {:>12.4} {:>12.3}",
                standing.name,
                outcome.qlike.mean,
                outcome.qlike.against_best.map_or("best".to_owned(), |test| format!("{:.4}", test.p_value)),
                outcome.qlike.confidence,
                if outcome.qlike.in_set { "yes" } else { "no" },
                outcome.volatility(),
                outcome.calibration.ratio,
            ),
        }
    }
}
