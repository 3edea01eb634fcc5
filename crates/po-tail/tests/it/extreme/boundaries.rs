//! Shapes of zero, of -1, and of one and more: what is said there.

use po_core::{Confidence, Status};
use po_tail::{
    Error, GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GpdFit, GpdMethod, GpdNote,
    PeaksOverThreshold,
};

/// A function with bounded slopes between shapes of 0 and 1e-9.
const CONTINUOUS: f64 = 1e-7;

/// The estimate, found twice.
const ROUNDING: f64 = 1e-9;

fn quantiles(shape: f64, count: u32) -> Vec<f64> {
    let gpd = GeneralisedPareto::new(shape, 1.0).unwrap();
    (0..count).map(|i| gpd.quantile((f64::from(i) + 0.5) / f64::from(count))).collect()
}

#[test]
fn a_shape_of_zero_is_no_edge() {
    let exponential = GeneralisedPareto::new(0.0, 2.0).unwrap();
    let gumbel = GeneralisedExtremeValue::new(1.0, 2.0, 0.0).unwrap();
    for shape in [1e-9, -1e-9, 1e-17, -1e-17] {
        let near = GeneralisedPareto::new(shape, 2.0).unwrap();
        let maximum = GeneralisedExtremeValue::new(1.0, 2.0, shape).unwrap();
        for x in [0.1, 3.0, 12.0] {
            assert!((near.cdf(x) - exponential.cdf(x)).abs() < CONTINUOUS);
            assert!((near.log_density(x) - exponential.log_density(x)).abs() < CONTINUOUS);
            assert!((maximum.log_density(x) - gumbel.log_density(x)).abs() < CONTINUOUS);
            assert!((near.quantile(x / 13.0) - exponential.quantile(x / 13.0)).abs() < CONTINUOUS);
            assert!((maximum.quantile(x / 13.0) - gumbel.quantile(x / 13.0)).abs() < CONTINUOUS);
        }
        assert!((near.mean().unwrap() - 2.0).abs() < CONTINUOUS);
        assert!((maximum.variance().unwrap() - gumbel.variance().unwrap()).abs() < CONTINUOUS);
    }
}

/// Samples whose estimate goes through zero, and risks with it.
#[test]
fn estimates_go_through_zero() {
    let mut last: Option<(f64, f64)> = None;
    for step in -20..=20 {
        let sample = quantiles(0.005 + f64::from(step) * 1e-4, 400);
        let tail = PeaksOverThreshold::fit(&sample, 0.0, GpdMethod::MaximumLikelihood).unwrap();
        let now = (tail.gpd().distribution().shape(), tail.cvar(Confidence::new(0.999).unwrap()).unwrap());
        if let Some(last) = last {
            // One step moves the shape by 1e-4 and the shortfall by about 3e-3.
            assert!((now.0 - last.0 - 1e-4).abs() < 1e-5, "{last:?} {now:?}");
            assert!((now.1 - last.1 - 3e-3).abs() < 2e-3, "{last:?} {now:?}");
        }
        last = Some(now);
    }
}

/// The uniform distribution rises towards its end: there is no inner maximum.
#[test]
fn a_growing_density_has_no_inner_maximum() {
    let sample: Vec<f64> = (1..=50).map(|i| (f64::from(i) / 50.0).sqrt().sqrt()).collect();
    let fit = GpdFit::fit(&sample, GpdMethod::MaximumLikelihood).unwrap();
    assert_eq!(fit.distribution(), GeneralisedPareto::new(-1.0, 1.0).unwrap());
    assert_eq!(fit.log_likelihood().to_bits(), (-0.0_f64).to_bits());
    assert_eq!(fit.covariance(), None);
    assert_eq!(fit.status(), Status::Converged);
    assert_eq!(
        fit.notes().collect::<Vec<_>>(),
        [GpdNote::Irregular, GpdNote::Boundary, GpdNote::NoCovariance]
    );
    let error = fit.shape_interval(&sample, Confidence::new(0.95).unwrap()).unwrap_err();
    assert_eq!(error, Error::NoMaximum { what: "the excesses" });
    assert_eq!(
        error.to_string(),
        "the likelihood of the excesses has no inner maximum, expected a sample whose likelihood has one"
    );
}

#[test]
fn short_tails_are_irregular() {
    let fit = GpdFit::fit(&quantiles(-0.7, 500), GpdMethod::MaximumLikelihood).unwrap();
    assert!((fit.distribution().shape() + 0.7).abs() < 0.05, "{fit:?}");
    assert!(fit.notes().any(|note| note == GpdNote::Irregular));
}

#[test]
fn an_infinite_mean_is_said() {
    let tail = PeaksOverThreshold::fit(&quantiles(1.4, 500), 0.0, GpdMethod::MaximumLikelihood).unwrap();
    let shape = tail.gpd().distribution().shape();
    assert!(shape > 1.2, "{shape}");
    assert_eq!(tail.gpd().notes().collect::<Vec<_>>(), [GpdNote::InfiniteMean, GpdNote::InfiniteVariance]);
    assert_eq!(GpdNote::InfiniteMean.to_string(), "xi is 1 or more: the mean is infinite");
    let level = Confidence::new(0.99).unwrap();
    assert!(tail.var(level).is_ok());
    for error in [tail.cvar(level).unwrap_err(), tail.cvar_interval(level, level).unwrap_err()] {
        let same = matches!(error, Error::InfiniteMean { shape: found } if (found - shape).abs() < ROUNDING);
        assert!(same, "{error}");
    }
    // The penalty keeps the mean finite.
    let tail = PeaksOverThreshold::fit(&quantiles(1.4, 500), 0.0, GpdMethod::COLES_DIXON).unwrap();
    assert!(tail.cvar(level).is_ok());
}

/// Few excesses of a heavy tail do not reject an infinite mean, so that no shortfall is too great.
#[test]
fn an_interval_may_be_open() {
    let tail = PeaksOverThreshold::fit(&quantiles(0.8, 25), 0.0, GpdMethod::MaximumLikelihood).unwrap();
    let confidence = Confidence::new(0.95).unwrap();
    let interval = tail.cvar_interval(confidence, confidence).unwrap();
    assert!(interval.lower > 0.0 && interval.upper.is_infinite(), "{interval:?}");
    let shapes = tail.gpd().shape_interval(tail.excesses(), confidence).unwrap();
    assert!(shapes.upper > 1.0 && shapes.upper < 2.0, "{shapes:?}");
}

/// The penalty of Coles and Dixon has a kink at zero, where the estimate stays while the slope of the likelihood is
/// less than one.
#[test]
fn the_penalty_holds_at_the_kink() {
    let sample = quantiles(0.02, 60);
    let free = GpdFit::fit(&sample, GpdMethod::MaximumLikelihood).unwrap().distribution();
    assert!(free.shape() < 0.0 || free.shape() < 0.02);
    let strong = GpdMethod::Penalised { lambda: 50.0, alpha: 1.0 };
    let heavier = quantiles(0.3, 60);
    let bound = GpdFit::fit(&heavier, strong).unwrap().distribution();
    assert_eq!(bound.shape().to_bits(), 0.0_f64.to_bits());
    let mean = heavier.iter().sum::<f64>() / 60.0;
    assert!((bound.scale() - mean).abs() < 1e-12 * mean);
}

/// Moments may put the end of the distribution before the greatest excess.
#[test]
fn moments_may_leave_the_sample_outside() {
    let mut sample: Vec<f64> = (1..=40).map(|i| 0.9 + f64::from(i) * 0.002).collect();
    sample.push(1.4);
    let fit = GpdFit::fit(&sample, GpdMethod::ProbabilityWeightedMoments).unwrap();
    assert!(fit.log_likelihood() == f64::NEG_INFINITY);
    assert!(fit.notes().any(|note| note == GpdNote::OutsideSupport));
}

#[test]
fn ends_of_the_support() {
    let bounded = GeneralisedPareto::new(-0.5, 1.0).unwrap();
    assert_eq!(bounded.upper_end().to_bits(), 2.0_f64.to_bits());
    assert_eq!(bounded.quantile(1.0).to_bits(), 2.0_f64.to_bits());
    assert_eq!(bounded.cdf(3.0).to_bits(), 1.0_f64.to_bits());
    assert_eq!(bounded.survival(2.0).to_bits(), 0.0_f64.to_bits());
    assert!(bounded.log_density(2.5) == f64::NEG_INFINITY);
    assert!(bounded.log_density(-0.1) == f64::NEG_INFINITY);
    assert_eq!(bounded.mean_excess(2.5), None);
    assert!(bounded.quantile(1.5).is_nan() && bounded.quantile(f64::NAN).is_nan());
    let uniform = GeneralisedPareto::new(-1.0, 4.0).unwrap();
    assert!((uniform.density(4.0) - 0.25).abs() < 1e-16 && (uniform.density(1.0) - 0.25).abs() < 1e-16);
    let frechet = GeneralisedExtremeValue::new(1.0, 1.0, 0.5).unwrap();
    assert_eq!(
        [frechet.lower_end(), frechet.cdf(-1.5), frechet.survival(-1.5)].map(f64::to_bits),
        [-1.0_f64, 0.0, 1.0].map(f64::to_bits)
    );
    assert_eq!(frechet.variance(), None);
    let weibull = GeneralisedExtremeValue::new(1.0, 1.0, -0.5).unwrap();
    assert_eq!(
        [weibull.upper_end(), weibull.cdf(3.5), weibull.survival(3.5)].map(f64::to_bits),
        [3.0_f64, 1.0, 0.0].map(f64::to_bits)
    );
}

/// Zeros beside other excesses: the smaller the scale and the greater the shape, the likelier. That is not the uniform
/// distribution.
#[test]
fn a_likelihood_without_end_is_no_estimate() {
    let mut sample = vec![0.0; 10];
    sample.extend(quantiles(0.2, 10));
    let error = GpdFit::fit(&sample, GpdMethod::MaximumLikelihood).unwrap_err();
    assert_eq!(error, Error::NoMaximum { what: "the excesses" });
}

/// Moments of so heavy a tail say nothing of it; its quantiles do.
#[test]
fn maxima_without_a_mean_are_fitted() {
    for shape in [1.5, 3.0] {
        let gev = GeneralisedExtremeValue::new(2.0, 0.5, shape).unwrap();
        let maxima: Vec<f64> = (0..200).map(|i| gev.quantile((f64::from(i) + 0.5) / 200.0)).collect();
        let found = GevFit::fit(&maxima, GevMethod::MaximumLikelihood).unwrap().distribution();
        // As near as the estimate from two hundred quantiles is to the distribution that they are of.
        assert!((found.shape() - shape).abs() < 0.03 && (found.location() - 2.0).abs() < 0.01, "{found:?}");
    }
}

/// The unit of the maxima changes nothing, though their squares are no numbers.
#[test]
fn maxima_in_any_unit() {
    let gumbel = GeneralisedExtremeValue::default();
    let maxima: Vec<f64> = (0..50).map(|i| gumbel.quantile((f64::from(i) + 0.5) / 50.0)).collect();
    for method in [GevMethod::MaximumLikelihood, GevMethod::ProbabilityWeightedMoments] {
        let fit = GevFit::fit(&maxima, method).unwrap().distribution();
        for unit in [1e-200, 1e200] {
            let scaled: Vec<f64> = maxima.iter().map(|maximum| maximum * unit).collect();
            let found = GevFit::fit(&scaled, method).unwrap().distribution();
            assert!((found.shape() - fit.shape()).abs() < ROUNDING);
            assert!((found.scale() / unit - fit.scale()).abs() < ROUNDING);
            assert!((found.location() / unit - fit.location()).abs() < ROUNDING);
        }
    }
    // One maximum beside equal ones has a skewness of one, the greatest that there is.
    let mut lonely = vec![0.0; 15];
    lonely.push(1.0);
    let fit = GevFit::fit(&lonely, GevMethod::ProbabilityWeightedMoments).unwrap().distribution();
    assert!(fit.location().abs() < ROUNDING && fit.scale() > 0.0 && fit.shape() > 0.99, "{fit:?}");
}

/// A level far beyond few maxima is as uncertain in any unit.
#[test]
fn far_levels_have_intervals() {
    let gev = GeneralisedExtremeValue::new(0.0, 1.0, 0.3).unwrap();
    let maxima: Vec<f64> = (0..25).map(|i| gev.quantile((f64::from(i) + 0.5) / 25.0)).collect();
    let fit = GevFit::fit(&maxima, GevMethod::MaximumLikelihood).unwrap();
    let confidence = Confidence::new(0.95).unwrap();
    let interval = fit.return_level_interval(&maxima, 1e4, confidence).unwrap();
    let scaled: Vec<f64> = maxima.iter().map(|maximum| maximum * 1e6).collect();
    let other = fit.return_level_interval(&scaled, 1e4, confidence).unwrap();
    assert!((other.lower / interval.lower / 1e6 - 1.0).abs() < 1e-6, "{interval:?} {other:?}");
    assert!((other.upper / interval.upper / 1e6 - 1.0).abs() < 1e-6, "{interval:?} {other:?}");
    let level = fit.distribution().return_level(1e4).unwrap();
    assert!(interval.lower < 0.5 * level && interval.upper > 10.0 * level, "{level} {interval:?}");
}

#[test]
fn shapes_whose_square_is_nothing() {
    let gumbel = GeneralisedExtremeValue::default().variance().unwrap();
    for shape in [1e-300, -1e-200, f64::MIN_POSITIVE] {
        let gev = GeneralisedExtremeValue::new(0.0, 1.0, shape).unwrap();
        assert_eq!(gev.variance().unwrap().to_bits(), gumbel.to_bits());
        assert!((gev.mean().unwrap() - 0.577_215_664_901_532_9).abs() < 1e-15);
    }
}
