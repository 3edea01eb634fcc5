//! Seeded markets, and forecasters that are easy to reckon with.

use std::ops::ControlFlow;

use po_core::{Covariance, Returns, Status};
use po_correlation::evaluate::{
    Entrant, Evaluation, ForecastError, Forecaster, Outcome, Race, RaceParams, Schedule, Window,
};
use po_correlation::{
    DccFilter, DccFilterParams, DccParameters, Decay, Ewma, EwmaParams, GarchParameters, LedoitWolf, Margin,
    SampleCovariance,
};

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Bars to a table, asset by asset.
pub(super) fn returns_of(bars: &[Vec<f64>]) -> Returns {
    let assets = bars[0].len();
    let entries: Vec<f64> = (0..assets).flat_map(|asset| bars.iter().map(move |bar| bar[asset])).collect();
    Returns::from_column_slice(bars.len(), assets, &entries).unwrap()
}

/// Three assets that share a factor, and a storm in the middle.
pub(super) fn storm(observations: usize, seed: u64) -> Vec<Vec<f64>> {
    let random = &mut Random(seed);
    (0..observations)
        .map(|bar| {
            let size = if bar > observations / 2 { 0.02 } else { 0.01 };
            let market = random.normal();
            [0.5, 1.0, 0.8].map(|beta| size * (beta * market + random.normal())).to_vec()
        })
        .collect()
}

/// The true dynamics of a market with moving variances and correlations.
pub(super) fn truth() -> DccFilter {
    let margin = GarchParameters { omega: 0.05, alpha: 0.1, beta: 0.85, ..GarchParameters::default() };
    DccFilter::new(DccFilterParams {
        parameters: DccParameters { a: 0.06, b: 0.92, ..DccParameters::default() },
        target: Covariance::from_column_slice(3, &[1.0, 0.5, 0.3, 0.5, 1.0, 0.4, 0.3, 0.4, 1.0]).unwrap(),
        margins: vec![Margin { parameters: margin, ..Margin::default() }; 3],
        ..DccFilterParams::default()
    })
    .unwrap()
}

/// What those dynamics lead to.
pub(super) fn dynamic_market(observations: usize, seed: u64) -> Returns {
    let (mut market, random) = (truth(), &mut Random(seed));
    let bars: Vec<Vec<f64>> = (0..observations)
        .map(|_| {
            let mut bar = vec![0.0; 3];
            market.simulate_into(&[(); 3].map(|()| random.normal()), &mut bar).unwrap();
            bar
        })
        .collect();
    returns_of(&bars)
}

pub(super) fn ewma(factor: f64) -> Ewma {
    Ewma::new(EwmaParams { volatility: Decay::Factor(factor), ..EwmaParams::default() }, 3).unwrap()
}

/// One entrant of each kind.
pub(super) fn entrants() -> Vec<Entrant<'static>> {
    let rolling = Schedule { window: Window::Rolling(40), every: 3 };
    vec![
        Entrant::refitted("sample", SampleCovariance::default(), Schedule::default()).unwrap(),
        Entrant::refitted("shrunk", LedoitWolf::default(), rolling).unwrap(),
        Entrant::streaming("ewma", ewma(0.94)),
        Entrant::filtered("restarted", rolling, |returns| {
            let mut ewma = ewma(0.9);
            for bar in 0..returns.observations() {
                let row: Vec<f64> = (0..returns.assets()).map(|asset| returns.column(asset)[bar]).collect();
                po_core::StreamingEstimator::update(&mut ewma, &row)?;
            }
            Ok::<_, po_correlation::Error>((ewma, Status::Converged))
        })
        .unwrap(),
        Entrant::new("constant", Constant::diagonal(&[2e-4, 3e-4, 2.5e-4])),
    ]
}

pub(super) fn race(in_sample: usize) -> Race {
    Race::new(RaceParams { in_sample, ..RaceParams::default() }).unwrap()
}

pub(super) fn run(in_sample: usize, returns: &Returns, entrants: Vec<Entrant<'_>>) -> Evaluation {
    race(in_sample).run(returns, entrants, |_| ControlFlow::Continue(())).unwrap()
}

pub(super) fn outcome<'a>(evaluation: &'a Evaluation, name: &str) -> &'a Outcome {
    evaluation.standing(name).unwrap().outcome.as_ref().unwrap()
}

/// Always the same forecast.
pub(super) struct Constant(pub(super) Covariance);

impl Constant {
    pub(super) fn diagonal(variances: &[f64]) -> Self {
        let assets = variances.len();
        let mut entries = vec![0.0; assets * assets];
        variances.iter().enumerate().for_each(|(asset, variance)| entries[asset * (assets + 1)] = *variance);
        Self(Covariance::from_column_slice(assets, &entries).unwrap())
    }
}

impl Forecaster for Constant {
    fn update(&mut self, _: &[f64]) -> Result<(), ForecastError> {
        Ok(())
    }

    fn forecast_into(&mut self, covariance: &mut Covariance) -> Result<(), ForecastError> {
        covariance.clone_from(&self.0);
        Ok(())
    }
}
