//! What generators draw: moments, dependence, sameness of bits.

use po_core::{Resampling, Returns};
use po_tail::{
    Bandwidth, Copula, CopulaFamily, CopulaParams, FilteredInput, FilteredParams, MarginModel,
    ResampledParams, Sampling, Scenarios, SmoothedParams, VarianceDynamics, filtered, resampled, smoothed,
};

/// What rounding leaves.
const ROUNDING: f64 = 1e-14;

/// Two assets with a correlation, from the digits of a recurrence.
fn past() -> Returns {
    let mut state = 99_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (0..12).map(|part| ((state >> (part + 11)) & 0xffff) as f64 / 65_536.0).sum::<f64>() - 6.0
    };
    let first: Vec<f64> = (0..400).map(|_| 0.01 * next()).collect();
    let second: Vec<f64> = first.iter().map(|x| 0.5 * x + 0.008 * next() + 0.0004).collect();
    Returns::from_column_slice(400, 2, &[first, second].concat()).unwrap()
}

fn sampling(scenarios: usize, threads: usize) -> Sampling {
    Sampling { scenarios, seed: 42, threads: Some(threads) }
}

/// Every generator with these settings of sampling.
fn all(sampling: Sampling) -> Vec<Scenarios> {
    let past = past();
    let garch = VarianceDynamics::Garch { omega: 1e-6, alpha: 0.05, beta: 0.9, gamma: 0.05 };
    let residuals: Vec<f64> = past.as_slice().iter().map(|r| r / 0.01).collect();
    let residuals = Returns::from_column_slice(400, 2, &residuals).unwrap();
    let input = FilteredInput {
        residuals: &residuals,
        means: &[0.0001, 0.0],
        volatilities: &[0.02, 0.015],
        dynamics: &[garch, VarianceDynamics::Ewma { decay: 0.94 }],
    };
    let mut drawn = vec![filtered(input, &FilteredParams { horizon: 5, sampling }).unwrap()];
    for resampling in [Resampling::Stationary, Resampling::Circular, Resampling::Moving] {
        let params = ResampledParams { resampling, block: Some(10), horizon: 3, sampling };
        drawn.push(resampled(&past, &params).unwrap());
    }
    drawn.push(
        smoothed(&Scenarios::equal(past.clone()), &SmoothedParams { sampling, ..SmoothedParams::default() })
            .unwrap(),
    );
    for margins in [MarginModel::Empirical, MarginModel::SemiParametric { tail: 0.1 }, MarginModel::StudentT]
    {
        let params = CopulaParams { margins, ..CopulaParams::default() };
        drawn.push(Copula::fit(&past, &params).unwrap().sample(&sampling).unwrap());
    }
    drawn
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let one = all(sampling(1_000, 1));
    assert_eq!(one, all(sampling(1_000, 3)));
    assert_eq!(one, all(sampling(1_000, 1)));
    let other = all(Sampling { seed: 43, ..sampling(1_000, 1) });
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one, other);
    }
}

#[test]
fn more_scenarios_begin_with_the_fewer() {
    for (few, many) in all(sampling(300, 2)).iter().zip(all(sampling(700, 2))) {
        for asset in 0..2 {
            assert_eq!(few.returns().column(asset), &many.returns().column(asset)[..300]);
        }
    }
}

#[test]
fn resampled_periods_keep_the_mean_and_the_cross_section() {
    let past = past();
    let params =
        ResampledParams { block: Some(5), sampling: sampling(40_000, 2), ..ResampledParams::default() };
    let drawn = resampled(&past, &params).unwrap();
    let deviation = past.covariance().unwrap().volatilities()[0];
    // Five standard errors.
    assert!((drawn.mean()[0] - past.mean()[0]).abs() < 5.0 * deviation / 200.0);
    let known: std::collections::HashSet<_> =
        (0..400).map(|t| (past.column(0)[t].to_bits(), past.column(1)[t].to_bits())).collect();
    for row in 0..1_000 {
        // Through a product with one and back, a return keeps all but its last bits.
        let near = |value: f64, past: f64| (value - past).abs() < 1e-15;
        let pair = (drawn.returns().column(0)[row], drawn.returns().column(1)[row]);
        assert!((0..400).any(|t| near(pair.0, past.column(0)[t]) && near(pair.1, past.column(1)[t])));
    }
    assert_eq!(known.len(), 400);
}

#[test]
fn the_variance_of_filtered_paths_is_that_of_the_recursion() {
    // Residuals of ±1: the expected variance after h periods has a closed form.
    let residuals = Returns::from_column_slice(2, 1, &[-1.0, 1.0]).unwrap();
    let (omega, alpha, beta, gamma) = (1e-5, 0.05, 0.85, 0.06);
    let dynamics = [VarianceDynamics::Garch { omega, alpha, beta, gamma }];
    let input =
        FilteredInput { residuals: &residuals, means: &[0.0], volatilities: &[0.02], dynamics: &dynamics };
    let params = FilteredParams { horizon: 10, sampling: sampling(200_000, 2) };
    let drawn = filtered(input, &params).unwrap();
    let persistence = alpha + beta + 0.5 * gamma;
    let mut variance = 0.0004;
    let mut expected = 1.0;
    for _ in 0..10 {
        expected *= 1.0 + variance;
        variance = omega + persistence * variance;
    }
    let found = drawn.covariance().unwrap().as_slice()[0];
    // Shocks of both signs are as likely, but a loss raises what follows: 2 % beside the standard error of 0.4 %.
    assert!((found / (expected - 1.0) - 1.0).abs() < 0.02, "{found} {}", expected - 1.0);
}

#[test]
fn one_period_of_filtered_history_is_scaled_history() {
    let residuals = Returns::from_column_slice(3, 1, &[-1.0, 0.5, 2.0]).unwrap();
    let dynamics = [VarianceDynamics::Constant];
    let input =
        FilteredInput { residuals: &residuals, means: &[0.001], volatilities: &[0.03], dynamics: &dynamics };
    let drawn = filtered(input, &FilteredParams { horizon: 1, sampling: sampling(50, 1) }).unwrap();
    for value in drawn.returns().column(0) {
        assert!([-0.029, 0.016, 0.061].iter().any(|r| (r - value).abs() < ROUNDING), "{value}");
    }
}

#[test]
fn smoothing_keeps_mean_and_covariance() {
    let past = Scenarios::equal(past());
    let params = SmoothedParams {
        bandwidth: Bandwidth::Fixed(0.5),
        sampling: sampling(200_000, 2),
        ..SmoothedParams::default()
    };
    let drawn = smoothed(&past, &params).unwrap();
    let (old, new) = (past.covariance().unwrap(), drawn.covariance().unwrap());
    for (a, b) in old.as_slice().iter().zip(new.as_slice()) {
        // Five standard errors of a variance are about 1.6 %.
        assert!((a - b).abs() < 0.02 * old.as_slice()[0], "{a} {b}");
    }
    for (a, b) in past.mean().iter().zip(drawn.mean()) {
        assert!((a - b).abs() < 5.0 * old.volatilities()[0] / 447.0);
    }
    let wide = smoothed(&past, &SmoothedParams { keep_variance: false, ..params }).unwrap();
    let ratio = wide.covariance().unwrap().as_slice()[0] / old.as_slice()[0];
    assert!((ratio - 1.25).abs() < 0.02, "{ratio}");
}

#[test]
fn smoothing_draws_by_probability() {
    let returns = Returns::from_column_slice(2, 1, &[-0.1, 0.1]).unwrap();
    let past = Scenarios::new(returns, vec![0.2, 0.8]).unwrap();
    let params = SmoothedParams {
        bandwidth: Bandwidth::Fixed(0.0),
        sampling: sampling(40_000, 2),
        ..SmoothedParams::default()
    };
    let drawn = smoothed(&past, &params).unwrap();
    let losses = drawn.returns().column(0).iter().filter(|r| **r < 0.0).count();
    // Five standard errors of 80 each.
    assert!(losses.abs_diff(8_000) < 400, "{losses}");
}

#[test]
fn a_copula_keeps_margins_and_correlation() {
    let past = past();
    for (family, margins) in [
        (CopulaFamily::Gaussian, MarginModel::Empirical),
        (CopulaFamily::StudentTWith { degrees: 5.0 }, MarginModel::Empirical),
        (CopulaFamily::StudentTWith { degrees: 5.0 }, MarginModel::SemiParametric { tail: 0.1 }),
        (CopulaFamily::Gaussian, MarginModel::StudentT),
    ] {
        let copula = Copula::fit(&past, &CopulaParams { family, margins, antithetic: false }).unwrap();
        let drawn = copula.sample(&sampling(100_000, 2)).unwrap();
        for asset in 0..2 {
            let mut sorted = drawn.returns().column(asset).to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            let deviation = past.covariance().unwrap().volatilities()[asset];
            for (level, within) in [(0.01, 0.1), (0.05, 0.05), (0.5, 0.02), (0.9, 0.03), (0.99, 0.1)] {
                let expected = copula.margin_quantile(asset, level).unwrap();
                let found = sorted[(level * 100_000.0) as usize];
                assert!(
                    (found - expected).abs() < within * deviation,
                    "{margins:?} {level}: {found} {expected}"
                );
            }
        }
        // Kendall's tau of a sample stands for the correlation of the copula, whatever the margins are.
        let again = Copula::fit(
            &drawn.returns().tail(20_000).unwrap(),
            &CopulaParams {
                family: CopulaFamily::Gaussian,
                margins: MarginModel::Empirical,
                antithetic: false,
            },
        );
        let (a, b) = (again.unwrap().correlation().as_slice()[1], copula.correlation().as_slice()[1]);
        assert!((a - b).abs() < 0.04, "{family:?}: {a} {b}");
    }
}

#[test]
fn degrees_of_freedom_are_found_again() {
    let past = past();
    let params = CopulaParams {
        family: CopulaFamily::StudentTWith { degrees: 4.0 },
        margins: MarginModel::Empirical,
        antithetic: false,
    };
    let drawn = Copula::fit(&past, &params).unwrap().sample(&sampling(20_000, 2)).unwrap();
    // Straight lines between observations and their end make ties at both ends, which likelihood takes for ranks.
    let again =
        Copula::fit(drawn.returns(), &CopulaParams { family: CopulaFamily::StudentT, ..params }).unwrap();
    let degrees = again.degrees_of_freedom().unwrap();
    assert!((degrees - 4.0).abs() < 0.4, "{degrees}");
}

#[test]
fn antithetic_scenarios_are_mirror_images() {
    let symmetric: Vec<f64> = (0..201).map(|step| (f64::from(step) - 100.0) * 1e-4).collect();
    let shuffled: Vec<f64> = (0..201).map(|step| symmetric[step * 37 % 201]).collect();
    let returns = Returns::from_column_slice(201, 2, &[symmetric, shuffled].concat()).unwrap();
    let params =
        CopulaParams { margins: MarginModel::Empirical, antithetic: true, ..CopulaParams::default() };
    let drawn = Copula::fit(&returns, &params).unwrap().sample(&sampling(1_000, 2)).unwrap();
    for asset in 0..2 {
        for pair in drawn.returns().column(asset).chunks_exact(2) {
            assert!((pair[0] + pair[1]).abs() < 1e-12);
        }
    }
    assert!(drawn.mean().iter().all(|mean| mean.abs() < 1e-14));
}

#[test]
fn semi_parametric_margins_go_on_beyond_the_observations_without_a_step() {
    let copula = Copula::fit(&past(), &CopulaParams::default()).unwrap();
    let quantile = |p: f64| copula.margin_quantile(0, p).unwrap();
    assert!((quantile(0.1 - 1e-12) - quantile(0.1 + 1e-12)).abs() < 1e-9);
    assert!((quantile(0.9 - 1e-12) - quantile(0.9 + 1e-12)).abs() < 1e-9);
    let least = past().column(0).iter().copied().fold(f64::MAX, f64::min);
    assert!(quantile(1e-5) < least);
    let mut before = f64::MIN;
    for step in 1..1_000 {
        let next = quantile(f64::from(step) * 1e-3);
        assert!(next >= before);
        before = next;
    }
}

#[test]
fn correlations_that_contradict_each_other_are_repaired() {
    // Three pairs whose rank correlations fit no three variables: each two agree on other rows.
    let rows = 60;
    let up = |row: usize| row as f64;
    let a: Vec<f64> = (0..rows).map(up).collect();
    let b: Vec<f64> = (0..rows).map(|row| if row % 2 == 0 { up(row) } else { up(row) + 100.0 }).collect();
    let c: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    let returns = Returns::from_column_slice(rows, 3, &[a, b, c].concat()).unwrap();
    let params = CopulaParams { margins: MarginModel::Empirical, ..CopulaParams::default() };
    let copula = Copula::fit(&returns, &params).unwrap();
    assert!(copula.log_likelihood().is_finite());
    assert!(po_core::linalg::Cholesky::new(copula.correlation().as_view()).is_ok());
}
