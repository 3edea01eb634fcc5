//! The second estimate of a size, the second bar, and the second fit of a length leave the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

#[path = "no_alloc/codependence.rs"]
mod codependence;
#[path = "it/batch/tour.rs"]
mod tour;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_core::{Covariance, Returns, StreamingEstimator};
use po_correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, BatchScratch, BreakdownAlarm, BreakdownAlarmParams, CorrelationOf,
    DccFilter, DccFilterParams, DccModel, DccParameters, Decay, DenoisedCovariance, DenoisedCovarianceParams,
    Error, Ewma, EwmaParams, Exposures, FactorEwma, FactorEwmaParams, Garch, GarchFit, GarchModel,
    GarchParameters, GarchParams, LedoitWolf, Margin, MinimumCovarianceDeterminant, Oas, Repair, RobustFit,
};

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // While a thread ends, its counter may be gone; nobody reads it then.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often the heap was asked while something ran, on this thread.
fn calls(run: impl FnOnce()) -> usize {
    let before = CALLS.get();
    run();
    CALLS.get() - before
}

/// Numbers in [-1, 1] that look random.
struct Noise(u64);

impl Noise {
    fn number(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Returns of which a part is common to all assets.
fn sample(observations: usize, assets: usize, seed: u64) -> Returns {
    let mut noise = Noise(seed);
    let market: Vec<f64> = (0..observations).map(|_| noise.number()).collect();
    let entry = |place: usize| 0.01 * (market[place % observations] + 2.0 * noise.number());
    let entries: Vec<f64> = (0..observations * assets).map(entry).collect();
    Returns::from_column_slice(observations, assets, &entries).unwrap()
}

#[test]
fn the_counter_counts() {
    assert_eq!(calls(|| drop(std::hint::black_box(vec![0_u8; 100]))), 1);
}

/// Every estimator of a whole sample with every setting, then the spellings of their own that some of them
/// have.
#[test]
fn the_second_estimate_does_not_allocate() {
    // Other numbers in the second sample take other turns.
    for (observations, assets) in [(120, 5), (300, 40), (30, 60)] {
        let (first, second) = (sample(observations, assets, 1), sample(observations, assets, 2));
        for (name, kind, estimator) in tour::semidefinite() {
            if !kind.takes(observations, assets) {
                continue;
            }
            let (mut scratch, mut covariance) = (BatchScratch::default(), Covariance::default());
            estimator.estimate_into(&first, &mut scratch, &mut covariance).unwrap();
            let calls = calls(|| estimator.estimate_into(&second, &mut scratch, &mut covariance).unwrap());
            assert_eq!(calls, 0, "{name}, {observations} x {assets}");
            assert_eq!(covariance, tour::estimate(&estimator, &second), "{name}");
        }
    }
}

fn assert_twice(name: &str, samples: &[Returns; 2], mut run: impl FnMut(&Returns) -> Result<(), Error>) {
    run(&samples[0]).unwrap();
    assert_eq!(calls(|| run(&samples[1]).unwrap()), 0, "{name}");
}

#[test]
fn the_second_call_of_the_other_spellings_does_not_allocate() {
    let both = [sample(120, 12, 1), sample(120, 12, 2)];
    let place = || (BatchScratch::default(), Covariance::default());

    let (mut scratch, mut covariance) = place();
    let ledoit_wolf = LedoitWolf::default();
    let run = move |of: &Returns| ledoit_wolf.shrink_into(of, &mut scratch, &mut covariance).map(drop);
    assert_twice("Ledoit-Wolf", &both, run);

    let (mut scratch, mut covariance) = place();
    let oas = Oas::default();
    assert_twice("OAS", &both, move |of| oas.shrink_into(of, &mut scratch, &mut covariance).map(drop));

    let (mut scratch, mut fit) = (BatchScratch::default(), RobustFit::default());
    let robust = MinimumCovarianceDeterminant::new(Default::default()).unwrap();
    assert_twice("MCD", &both, move |of| robust.fit_into(of, &mut scratch, &mut fit));

    let params = DenoisedCovarianceParams { market_components: 1, ..DenoisedCovarianceParams::default() };
    let denoised = DenoisedCovariance::new(params).unwrap();
    let samples = both.each_ref().map(|sample| sample.covariance().unwrap());
    let (mut scratch, mut covariance) = place();
    for (index, sample) in samples.iter().enumerate() {
        let calls = calls(|| {
            denoised.denoise_into(sample, 120, &mut scratch, &mut covariance).unwrap();
        });
        assert!(index == 0 || calls == 0, "denoised and detoned: {calls}");
    }

    // Two matrices with eigenvalues below zero.
    let indefinite = |off: f64| {
        let entry = |place: usize| match place {
            0 | 5 | 10 | 15 => 1.0,
            1 | 4 | 6 | 9 => -off,
            _ => 0.1,
        };
        Covariance::from_column_slice(4, &(0..16).map(entry).collect::<Vec<f64>>()).unwrap()
    };
    for repair in [Repair::None, Repair::Clip, Repair::Nearest] {
        let (mut scratch, mut repaired) = place();
        for (index, matrix) in [indefinite(0.9), indefinite(0.95)].iter().enumerate() {
            let calls = calls(|| repair.repair_into(matrix, &mut scratch, &mut repaired).unwrap());
            assert!(index == 0 || calls == 0, "{repair:?}: {calls}");
        }
    }
}

/// More bars than the bars after which an asset that is gone is forgotten, at a decay of 0.9, and after which
/// the Gram matrix is summed anew.
const BARS: usize = 1500;

/// A return that differs by bar and asset; some are missing, and the second asset is delisted.
fn fill(bar: usize, returns: &mut [f64]) {
    for (asset, value) in returns.iter_mut().enumerate() {
        let wave = (bar as f64 * 0.618_033_988_75 + asset as f64 * 0.414_213_562_37).fract();
        let missing = bar > 0 && ((asset == 1 && bar > 40) || (bar + asset).is_multiple_of(17));
        *value = if missing { f64::NAN } else { 0.01 * (wave - 0.5) };
    }
}

fn assert_silent<E: StreamingEstimator>(
    name: &str,
    mut estimator: E,
    mut also: impl FnMut(&Covariance, &[f64]),
) {
    let mut returns = vec![0.0; estimator.assets()];
    let (mut covariance, mut of_some) = (Covariance::default(), Covariance::default());
    let all: Vec<usize> = (0..estimator.assets()).collect();
    for bar in 0..BARS {
        fill(bar, &mut returns);
        let calls = calls(|| {
            estimator.update(&returns).unwrap();
            if bar % 50 == 0 {
                estimator.covariance_into(&mut covariance).unwrap();
                estimator.covariance_of_into(&all[bar % 7..], &mut of_some).unwrap();
            }
            also(&covariance, &returns);
        });
        assert!(bar == 0 || calls == 0, "{name}, bar {bar}: {calls}");
    }
}

#[test]
fn no_bar_but_the_first_allocates() {
    let quick = EwmaParams { volatility: Decay::Factor(0.9), ..EwmaParams::default() };
    let all = EwmaParams {
        correlation: Some(Decay::Factor(0.95)),
        correlation_of: CorrelationOf::Innovations,
        mean: Some(Decay::Factor(0.99)),
        lags: 3,
        regime: Some(Decay::Factor(0.8)),
        ..quick.clone()
    };
    for params in [quick.clone(), all] {
        assert_silent(&format!("{params:?}"), Ewma::new(params, 37).unwrap(), |_, _| ());
    }
    let adaptive = AdaptiveEwma::new(AdaptiveEwmaParams::default(), 37).unwrap();
    assert_silent("adaptive", adaptive, |_, _| ());

    let exposures: Vec<f64> =
        (0..60 * 4).map(|place| (f64::from(place) * 0.754_877_666_2).fract() - 0.5).collect();
    for kind in [Exposures::Fixed, Exposures::Tracked(Decay::HalfLife(100.0))] {
        let params = FactorEwmaParams { exposures: kind, ..FactorEwmaParams::default() };
        let factor = FactorEwma::new(params, 4, &exposures).unwrap();
        assert_silent(&format!("{kind:?}"), factor, |_, _| ());
    }

    let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).unwrap();
    assert_silent("alarm", Ewma::new(quick, 20).unwrap(), |covariance, returns| {
        alarm.update(covariance, returns).unwrap();
    });
}

fn filter(model: DccModel, assets: usize) -> DccFilter {
    let parameters = GarchParameters { omega: 0.05, alpha: 0.1, beta: 0.85, ..GarchParameters::default() };
    let matrix = |diagonal: f64, off: f64| {
        let entry = |k: usize| if k.is_multiple_of(assets + 1) { diagonal } else { off };
        Covariance::from_column_slice(assets, &(0..assets * assets).map(entry).collect::<Vec<f64>>()).unwrap()
    };
    let asymmetric = model == DccModel::Asymmetric;
    DccFilter::new(DccFilterParams {
        model,
        parameters: DccParameters {
            a: 0.04,
            b: 0.9,
            g: if asymmetric { 0.01 } else { 0.0 },
            degrees_of_freedom: None,
        },
        target: matrix(1.0, 0.3),
        falls: asymmetric.then(|| matrix(0.5, 0.2)),
        margins: vec![Margin { model: GarchModel::Gjr, parameters, initial_variance: None }; assets],
    })
    .unwrap()
}

#[test]
fn no_bar_but_the_first_of_a_dynamic_correlation_allocates() {
    let mut noise = Noise(1);
    for assets in [2, 17, 130, 150] {
        for model in [DccModel::Engle, DccModel::Corrected, DccModel::Asymmetric] {
            let (mut filter, mut covariance) = (filter(model, assets), Covariance::default());
            let mut bar: Vec<f64> = (0..assets).map(|_| noise.number()).collect();
            filter.update(&bar).unwrap();
            filter.covariance_into(&mut covariance).unwrap();
            let all: Vec<usize> = (0..assets).collect();
            for period in 0..12 {
                for (asset, value) in bar.iter_mut().enumerate() {
                    // All of them, some, half, and none are missing.
                    let missing =
                        period == 3 || (period > 3 && period < 9 && (asset + period) % (period - 2) == 0);
                    *value = if missing { f64::NAN } else { noise.number() };
                }
                let calls = calls(|| {
                    filter.update(&bar).unwrap();
                    filter.covariance_into(&mut covariance).unwrap();
                    filter.covariance_of_into(&all[period % 2..], &mut covariance).unwrap();
                });
                assert_eq!(calls, 0, "{model:?} of {assets}, period {period}");
            }
        }
    }
}

#[test]
fn the_second_fit_of_a_variance_does_not_allocate() {
    let mut noise = Noise(1);
    // The sum of two such numbers has variance 2/3.
    let innovations: Vec<f64> =
        (0..800).map(|_| (noise.number() + noise.number()) * 1.5_f64.sqrt()).collect();
    let truth = GarchParameters { omega: 0.05, alpha: 0.15, beta: 0.8, ..GarchParameters::default() };
    let moving = Garch::default().simulate(&truth, &innovations).unwrap();
    // Every return but one moves as much as the last: nothing follows from the past, and parameters stand on
    // bounds.
    let flat: Vec<f64> = (0..800).map(|t| if t == 400 { 3.0 } else { f64::from(t % 2) - 0.5 }).collect();
    for model in [GarchModel::Garch, GarchModel::Gjr, GarchModel::Egarch] {
        let garch = Garch::new(GarchParams { model, ..GarchParams::default() });
        let (mut scratch, mut fit) = (Vec::new(), GarchFit::default());
        garch.fit_into(&moving, &mut scratch, &mut fit).unwrap();
        assert_eq!(fit.boundary, [], "{model:?}");
        let calls = calls(|| garch.fit_into(&flat, &mut scratch, &mut fit).unwrap());
        assert_eq!(calls, 0, "{model:?}");
        assert!(model == GarchModel::Egarch || !fit.boundary.is_empty(), "{model:?}");
    }
}
