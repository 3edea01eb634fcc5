//! Seeded simulations: the tests reject as often as promised, and the race finds the truth.

use po_core::{Covariance, StreamingEstimator, linalg::Cholesky};
use po_correlation::evaluate::{
    Bandwidth, Calibration, Criterion, DieboldMarianoParams, Entrant, Fits, Schedule, Window, diebold_mariano,
};
use po_correlation::{Dcc, DccParams, Decay, Ewma, EwmaParams, LedoitWolf, SampleCovariance};

use super::market::{Random, dynamic_market, ewma, outcome, returns_of, run, truth};

const SAMPLES: usize = 2000;

/// How often the test of two equally good forecasts says otherwise at five per cent.
fn rejections(bars: usize, memory: f64, bandwidth: Bandwidth) -> f64 {
    let params = DieboldMarianoParams { bandwidth, ..DieboldMarianoParams::default() };
    let random = &mut Random(1995);
    let rejected = (0..SAMPLES).filter(|_| {
        // Squared errors of two forecasts, the difference of which remembers.
        let (mut one, mut two) = (Vec::with_capacity(bars), Vec::with_capacity(bars));
        let mut state = 0.0;
        for _ in 0..bars {
            state = memory * state + random.normal();
            let common = random.normal();
            one.push(common * common + state);
            two.push(common * common + random.normal());
        }
        diebold_mariano(&one, &two, &params).unwrap().p_value < 0.05
    });
    rejected.count() as f64 / SAMPLES as f64
}

/// Three standard errors of a share of 2000 at 0.05 are 0.015.
#[test]
fn the_test_of_equal_forecasts_rejects_one_in_twenty() {
    for bandwidth in [Bandwidth::Lags(0), Bandwidth::RuleOfThumb, Bandwidth::Automatic] {
        let share = rejections(500, 0.0, bandwidth);
        assert!((share - 0.05).abs() < 0.015, "{bandwidth:?}: {share}");
    }
    // Where losses remember, who does not listen is wrong twice as often, and who does is near.
    let (deaf, listening) =
        (rejections(500, 0.5, Bandwidth::Lags(0)), rejections(500, 0.5, Bandwidth::Automatic));
    assert!(deaf > 0.1 && listening < 0.08, "{deaf} {listening}");
}

/// Distances that are chi-square are found to be so nineteen times in twenty.
#[test]
fn the_test_of_calibration_rejects_one_in_twenty() {
    let random = &mut Random(77);
    let (mut rejected, mut uncovered) = (0, 0);
    for _ in 0..SAMPLES {
        let distance = |_| (0..4).map(|_| random.normal().powi(2)).sum();
        let distances: Vec<f64> = (0..500).map(distance).collect();
        let calibration = Calibration::of(4, &distances, Bandwidth::RuleOfThumb).unwrap();
        rejected += usize::from(calibration.p_value < 0.05);
        uncovered += usize::from(calibration.coverage[0].p_value < 0.05);
    }
    let [rejected, uncovered] = [rejected, uncovered].map(|count| f64::from(count as u32) / SAMPLES as f64);
    assert!((rejected - 0.05).abs() < 0.015, "{rejected}");
    // The count of bars is a whole number: its exact rate at 0.05 lies between 0.04 and 0.065.
    assert!((uncovered - 0.05).abs() < 0.02, "{uncovered}");
}

/// Who knows the dynamics wins, is found to be calibrated, and outlives all others in the confidence set.
#[test]
fn true_dynamic_correlations_win() {
    let returns = dynamic_market(1500, 5);
    let schedule = Schedule { window: Window::Expanding, every: 250 };
    let dcc = Dcc::new(DccParams::default());
    let entrants = vec![
        Entrant::refitted("sample", SampleCovariance::default(), schedule).unwrap(),
        Entrant::streaming("ewma", ewma(0.94)),
        Entrant::streaming("truth", truth()),
        Entrant::refitted("shrunk", LedoitWolf::default(), schedule).unwrap(),
        Entrant::filtered("dcc", schedule, |sample| {
            let fit = dcc.fit(sample)?;
            fit.filter(sample).map(|filter| (filter, fit.status))
        })
        .unwrap(),
    ];
    let evaluation = run(500, &returns, entrants);
    let qlike = |name| outcome(&evaluation, name).qlike;
    let order = ["truth", "dcc", "ewma", "shrunk"];
    for pair in order.windows(2) {
        assert!(qlike(pair[0]).mean < qlike(pair[1]).mean, "{pair:?}");
    }
    assert_eq!(evaluation.best(Criterion::Qlike).unwrap().name, "truth");
    assert_eq!(outcome(&evaluation, "dcc").scores.fits, Fits { count: 4, unconverged: 0 });
    for loser in ["sample", "shrunk", "ewma"] {
        assert!(!qlike(loser).in_set, "{loser}");
        assert!(qlike(loser).against_best.unwrap().p_value < 0.05, "{loser}");
    }
    assert!(outcome(&evaluation, "truth").calibration.p_value > 0.05);
    let portfolio = |name| outcome(&evaluation, name).volatility();
    assert!(portfolio("truth") < portfolio("sample"));
}

/// The same for exponential weights, with rivals that forget faster and more slowly.
#[test]
fn the_true_decay_wins() {
    let start = Covariance::from_column_slice(3, &[1.0, 0.5, 0.3, 0.5, 1.0, 0.4, 0.3, 0.4, 1.0]).unwrap();
    let of = |factor| {
        let params = EwmaParams { volatility: Decay::Factor(factor), ..EwmaParams::default() };
        Ewma::starting_from(params, &start).unwrap()
    };
    let (mut market, mut now, random) = (of(0.95), Covariance::default(), &mut Random(1996));
    let mut bars = Vec::new();
    for _ in 0..1200 {
        market.covariance_into(&mut now).unwrap();
        let lower = Cholesky::new(now.as_view()).unwrap().lower();
        let z = [(); 3].map(|()| random.normal());
        let bar: Vec<f64> = (0..3).map(|row| (0..=row).map(|col| lower[(row, col)] * z[col]).sum()).collect();
        market.update(&bar).unwrap();
        bars.push(bar);
    }
    let factors = [("0.80", 0.80), ("0.90", 0.90), ("0.95", 0.95), ("0.98", 0.98), ("0.999", 0.999)];
    let entrants =
        factors.iter().map(|(name, factor)| Entrant::streaming(*name, of(*factor))).collect::<Vec<_>>();
    let evaluation = run(200, &returns_of(&bars), entrants);
    assert_eq!(evaluation.best(Criterion::Qlike).unwrap().name, "0.95");
    assert_eq!(evaluation.best(Criterion::Calibration).unwrap().name, "0.95");
    let in_set: Vec<bool> = factors.iter().map(|(name, _)| outcome(&evaluation, name).qlike.in_set).collect();
    assert_eq!(in_set, [false, false, true, false, false]);
}
