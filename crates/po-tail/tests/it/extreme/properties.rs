//! What holds for every sample.

use po_core::Confidence;
use po_tail::{
    GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GevScratch, GpdFit, GpdMethod, GpdScratch,
    PeaksOverThreshold,
};
use proptest::prelude::*;

/// Rounding of some hundred logarithms.
const ROUNDING: f64 = 1e-11;

/// A shape is where a slope is zero to rounding; the curvature by it is at least one in a hundred.
const ESTIMATE: f64 = 1e-8;

const METHODS: [GpdMethod; 5] = [
    GpdMethod::MaximumLikelihood,
    GpdMethod::COLES_DIXON,
    GpdMethod::QuasiBayesian,
    GpdMethod::ProbabilityWeightedMoments,
    GpdMethod::Moments,
];

/// Uniform numbers as quantiles of one distribution.
fn excesses() -> impl Strategy<Value = Vec<f64>> {
    let numbers = prop::collection::vec(1e-6..1.0 - 1e-6, 12..300);
    (-0.4..0.9, numbers).prop_map(|(shape, numbers)| {
        let gpd = GeneralisedPareto::new(shape, 1.0).unwrap();
        numbers.into_iter().map(|number| gpd.quantile(number)).collect()
    })
}

fn log_likelihood(excesses: &[f64], shape: f64, scale: f64) -> f64 {
    let gpd = GeneralisedPareto::new(shape, scale).unwrap();
    excesses.iter().map(|excess| gpd.log_density(*excess)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_quantile_inverts_the_distribution(
        shape in -1.5_f64..2.0, scale in 1e-3_f64..1e3, probability in 1e-9_f64..1.0 - 1e-9
    ) {
        let gpd = GeneralisedPareto::new(shape, scale).unwrap();
        let back = gpd.cdf(gpd.quantile(probability));
        prop_assert!((back - probability).abs() < ROUNDING, "{back} {probability}");
        let back = gpd.survival(gpd.tail_quantile(probability));
        prop_assert!((back - probability).abs() < ROUNDING * probability, "{back} {probability}");
        let gev = GeneralisedExtremeValue::new(3.0, scale, shape).unwrap();
        let back = gev.cdf(gev.quantile(probability));
        // The location costs digits where the scale is small.
        prop_assert!((back - probability).abs() < 10.0 * ROUNDING / scale.min(1.0), "{back} {probability}");
    }

    #[test]
    fn a_raised_threshold_keeps_the_tail(shape in -0.4_f64..0.9, raise in 0.0_f64..2.0, x in 0.0_f64..3.0) {
        let gpd = GeneralisedPareto::new(shape, 1.0).unwrap();
        let above = gpd.above(raise).unwrap();
        let product = gpd.survival(raise) * above.survival(x);
        prop_assert!((product - gpd.survival(raise + x)).abs() < ROUNDING);
        let mean = above.mean().unwrap();
        prop_assert!((gpd.mean_excess(raise).unwrap() - mean).abs() < ROUNDING * mean);
    }

    #[test]
    fn no_other_parameters_are_likelier(
        excesses in excesses(), shape in -0.1_f64..0.1, log_scale in -0.1_f64..0.1
    ) {
        let fit = GpdFit::fit(&excesses, GpdMethod::MaximumLikelihood).unwrap();
        if fit.covariance().is_some() {
            let found = fit.distribution();
            let here = log_likelihood(&excesses, found.shape(), found.scale());
            prop_assert!((fit.log_likelihood() - here).abs() < ROUNDING * (1.0 + here.abs()));
            for part in [1e-3, 0.1, 1.0] {
                let (shape, factor) = (found.shape() + part * shape, (part * log_scale).exp());
                let there = log_likelihood(&excesses, shape, found.scale() * factor);
                prop_assert!(there <= here + ROUNDING * (1.0 + here.abs()), "{there} {here}");
            }
        }
    }

    #[test]
    fn estimates_follow_the_unit(excesses in excesses(), unit in 1e-6_f64..1e6) {
        let scaled: Vec<f64> = excesses.iter().map(|excess| unit * excess).collect();
        for method in METHODS {
            let (fit, other) = (GpdFit::fit(&excesses, method).unwrap(), GpdFit::fit(&scaled, method).unwrap());
            let (fit, other) = (fit.distribution(), other.distribution());
            prop_assert!((fit.shape() - other.shape()).abs() < ESTIMATE, "{method} {fit:?} {other:?}");
            let scale = unit * fit.scale();
            prop_assert!((scale - other.scale()).abs() < ESTIMATE * scale, "{method} {fit:?} {other:?}");
        }
    }

    #[test]
    fn both_spellings_agree(first in excesses(), second in excesses()) {
        let (mut scratch, mut fit) = (GpdScratch::default(), GpdFit::default());
        for method in METHODS {
            for excesses in [&first, &second] {
                GpdFit::fit_into(excesses, method, &mut scratch, &mut fit).unwrap();
                prop_assert_eq!(&fit, &GpdFit::fit(excesses, method).unwrap());
            }
        }
        let (mut scratch, mut fit) = (GevScratch::default(), GevFit::default());
        for method in [GevMethod::MaximumLikelihood, GevMethod::ProbabilityWeightedMoments] {
            for maxima in [&first, &second] {
                let into = GevFit::fit_into(maxima, method, &mut scratch, &mut fit).map(|()| fit.clone());
                prop_assert_eq!(into, GevFit::fit(maxima, method));
            }
        }
    }

    #[test]
    fn the_penalty_lightens_the_tail(excesses in excesses(), lambda in 0.1_f64..5.0, alpha in 1.0_f64..3.0) {
        let free = GpdFit::fit(&excesses, GpdMethod::MaximumLikelihood).unwrap();
        let none = GpdFit::fit(&excesses, GpdMethod::Penalised { lambda: 0.0, alpha }).unwrap();
        prop_assert_eq!(free.distribution(), none.distribution());
        let bound = GpdFit::fit(&excesses, GpdMethod::Penalised { lambda, alpha }).unwrap();
        let (free, bound) = (free.distribution().shape(), bound.distribution().shape());
        prop_assert!(bound < 1.0 && bound <= free.max(0.0) + ESTIMATE, "{bound} {free}");
    }

    #[test]
    fn intervals_hold_the_estimate_and_grow(excesses in excesses()) {
        let mut losses = excesses.clone();
        losses.extend(std::iter::repeat_n(-1.0, 4 * excesses.len()));
        let tail = PeaksOverThreshold::fit(&losses, 0.0, GpdMethod::MaximumLikelihood).unwrap();
        let level = Confidence::new(0.97).unwrap();
        let var = tail.var(level).unwrap();
        if tail.gpd().covariance().is_some() {
            let mut last = (var, var);
            for confidence in [0.5, 0.9, 0.99] {
                let interval = tail.var_interval(level, Confidence::new(confidence).unwrap()).unwrap();
                prop_assert!(interval.lower < last.0 && last.1 < interval.upper, "{interval:?} {last:?}");
                last = (interval.lower, interval.upper);
            }
            let back = tail.tail_probability(var).unwrap();
            prop_assert!((back - level.tail()).abs() < ROUNDING);
            let periods = tail.return_level(1.0 / level.tail()).unwrap();
            prop_assert!((periods - var).abs() < ROUNDING * var);
        }
    }

    #[test]
    fn maxima_follow_origin_and_unit(maxima in excesses(), origin in -5.0_f64..5.0, unit in 1e-3_f64..1e3) {
        let moved: Vec<f64> = maxima.iter().map(|maximum| origin + unit * maximum).collect();
        let fits = [&maxima, &moved].map(|maxima| GevFit::fit(maxima, GevMethod::MaximumLikelihood));
        if let [Ok(fit), Ok(other)] = fits {
            let (fit, other) = (fit.distribution(), other.distribution());
            // The origin costs digits where the unit is small, and Newton's last steps are as good as their slope.
            let tolerance = 1e-6;
            prop_assert!((fit.shape() - other.shape()).abs() < tolerance, "{fit:?} {other:?}");
            prop_assert!((unit * fit.scale() - other.scale()).abs() < tolerance * other.scale());
            prop_assert!((origin + unit * fit.location() - other.location()).abs() < tolerance * other.scale());
        }
    }
}
