//! A simulation study: what is simulated is found again.

use po_core::{Covariance, Returns};
use po_correlation::{
    Dcc, DccFilter, DccFilterParams, DccLikelihood, DccModel, DccParameters, DccParams, GarchParameters,
    Margin,
};

use crate::garch::properties::noise;

const SEEDS: u64 = 200;
const PERIODS: usize = 1000;
const TRUTH: DccParameters = DccParameters { a: 0.05, b: 0.90, g: 0.0, degrees_of_freedom: None };

/// Four assets from their long run on, by the corrected model, whose target is what the simulation returns
/// to.
fn simulate(seed: u64) -> Returns {
    let parameters = GarchParameters { omega: 0.05, alpha: 0.08, beta: 0.87, ..GarchParameters::default() };
    let target = [1.0, 0.5, 0.4, 0.3, 0.5, 1.0, 0.6, 0.2, 0.4, 0.6, 1.0, 0.1, 0.3, 0.2, 0.1, 1.0];
    let mut filter = DccFilter::new(DccFilterParams {
        model: DccModel::Corrected,
        parameters: TRUTH,
        target: Covariance::from_column_slice(4, &target).unwrap(),
        margins: vec![Margin { parameters, ..Margin::default() }; 4],
        ..DccFilterParams::default()
    })
    .unwrap();
    let mut numbers = vec![0.0; 4 * PERIODS];
    for (period, innovations) in noise(seed, 4 * PERIODS).chunks_exact(4).enumerate() {
        let mut bar = [0.0; 4];
        filter.simulate_into(innovations, &mut bar).unwrap();
        bar.iter().enumerate().for_each(|(asset, value)| numbers[asset * PERIODS + period] = *value);
    }
    Returns::from_column_slice(PERIODS, 4, &numbers).unwrap()
}

/// Mean and standard error of the mean.
fn mean(values: &[f64]) -> (f64, f64) {
    let many = values.len() as f64;
    let mean = values.iter().sum::<f64>() / many;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (many - 1.0);
    (mean, (variance / many).sqrt())
}

/// Over two hundred samples, returns in, the estimates of a and b scatter around the truth: their means are within
/// four standard errors of it, widened by the bias of order 1/T that every estimate of a persistence has.
#[test]
fn a_simulated_correlation_recovers_its_parameters() {
    let samples: Vec<Returns> = (1..=SEEDS).map(simulate).collect();
    for likelihood in [DccLikelihood::Full, DccLikelihood::Contiguous, DccLikelihood::AllPairs] {
        let dcc = Dcc::new(DccParams { model: DccModel::Corrected, likelihood, ..DccParams::default() });
        let fits: Vec<DccParameters> =
            samples.iter().map(|returns| dcc.fit(returns).unwrap().parameters).collect();
        let (a, a_error) = mean(&fits.iter().map(|fit| fit.a).collect::<Vec<f64>>());
        let (b, b_error) = mean(&fits.iter().map(|fit| fit.b).collect::<Vec<f64>>());
        assert!(a_error < 0.004 && b_error < 0.02, "{likelihood:?} {a_error} {b_error}");
        assert!((a - TRUTH.a).abs() < 4.0 * a_error + 0.002, "{likelihood:?} a: {a} ± {a_error}");
        assert!((b - TRUTH.b).abs() < 4.0 * b_error + 0.010, "{likelihood:?} b: {b} ± {b_error}");
    }
}
