//! The filter: against the fit, with gaps, ahead, and written down.

use po_core::linalg::SymmetricEigen;
use po_core::{Covariance, Returns, StreamingEstimator};
use po_correlation::{
    Dcc, DccFilter, DccFilterParams, DccForecast, DccModel, DccParameters, DccParams, GarchModel,
    GarchParameters, GarchParams, Margin,
};

use super::golden::{residuals, row};
use super::properties::MODELS;
use crate::garch::properties::noise;

/// Rounding of a recursion.
const RECURSION: f64 = 1e-12;

/// Rounding of three steps.
const ROUNDING: f64 = 1e-15;

/// A ratio of what is expected is not the ratio that is expected: over three bars they differ by this.
const CURVATURE: f64 = 2e-6;

/// Returns with a variance that moves: the residuals, scaled by what came before.
fn returns() -> Returns {
    let residuals = residuals();
    let mut numbers = Vec::new();
    for asset in 0..residuals.assets() {
        let mut variance = 1.0_f64;
        for z in residuals.column(asset) {
            numbers.push(0.01 * variance.sqrt() * z);
            variance = 0.05 + 0.1 * variance * z * z + 0.85 * variance;
        }
    }
    Returns::from_column_slice(residuals.observations(), residuals.assets(), &numbers).unwrap()
}

fn filters() -> Vec<DccFilter> {
    let returns = returns();
    let of = |model| {
        let kind = if model == DccModel::Engle { GarchModel::Garch } else { GarchModel::Gjr };
        let margins = GarchParams { model: kind, ..GarchParams::default() };
        let fit = Dcc::new(DccParams { model, margins, ..DccParams::default() }).fit(&returns).unwrap();
        let filter = fit.filter(&returns).unwrap();
        for (asset, margin) in fit.margins.iter().enumerate() {
            let (actual, expected) = (filter.variances()[asset], margin.next_variance);
            assert!((actual - expected).abs() < RECURSION * expected, "{model:?} {asset}");
        }
        filter
    };
    MODELS.map(of).to_vec()
}

fn least_eigenvalue(filter: &DccFilter) -> f64 {
    SymmetricEigen::new(filter.correlation().unwrap().as_view()).unwrap().values()[0]
}

#[test]
fn a_missing_asset_leaves_the_others_untouched() {
    for filter in filters() {
        let (mut whole, mut gap) = (filter.clone(), filter);
        for period in 0..40 {
            let mut bar = row(&returns(), period);
            whole.update(&bar).unwrap();
            bar[2] = f64::NAN;
            gap.update(&bar).unwrap();
        }
        for (one, other) in [(0, 1), (0, 3), (1, 3)] {
            let bits = |filter: &DccFilter| filter.pair(one, other).unwrap().to_bits();
            assert_eq!(bits(&whole), bits(&gap));
        }
        for asset in [0, 1, 3] {
            assert_eq!(whole.variances()[asset].to_bits(), gap.variances()[asset].to_bits());
        }
        assert_eq!((gap.observations(0), gap.observations(2)), (Some(440), Some(400)));
        assert!(least_eigenvalue(&gap) > 0.0);
        // Long without news, the missing asset is back at its own long run.
        let margin = gap.params().margins[2];
        let start = whole.params().margins[2].parameters.long_run_variance(margin.model);
        assert!(gap.variances()[2] > 0.2 * start && gap.variances()[2] < 5.0 * start);
    }
}

#[test]
fn without_any_news_the_correlation_is_its_forecast() {
    for filter in filters() {
        let mut silent = filter.clone();
        for _ in 0..3 {
            silent.update(&[f64::NAN; 4]).unwrap();
        }
        let (actual, forecast) =
            (silent.covariance().unwrap(), filter.forecast(4, DccForecast::Correlation).unwrap());
        for (actual, forecast) in actual.as_slice().iter().zip(forecast.as_slice()) {
            // Only in the corrected model is Q its own expectation; the others normalise what they expect.
            let tolerance = if filter.params().model == DccModel::Corrected { ROUNDING } else { CURVATURE };
            assert!((actual - forecast).abs() < tolerance, "{:?} {actual} {forecast}", filter.params().model);
        }
    }
}

#[test]
fn a_correlation_stays_positive_definite_whatever_is_missing() {
    for mut filter in filters() {
        for period in 0..400 {
            let mut bar = row(&returns(), period);
            for (asset, value) in bar.iter_mut().enumerate() {
                if (period * 7 + asset * 5) % 11 < 5 {
                    *value = f64::NAN;
                }
            }
            filter.update(&bar).unwrap();
            assert!(least_eigenvalue(&filter) > 0.0);
        }
    }
}

#[test]
fn forecasts_tend_to_the_target() {
    for filter in filters() {
        let target = filter.params().target.correlation().unwrap();
        for returning in [DccForecast::Correlation, DccForecast::Quasicorrelation] {
            let far = filter.forecast(5000, returning).unwrap().correlation().unwrap();
            for (far, target) in far.as_slice().iter().zip(target.as_slice()) {
                assert!((far - target).abs() < RECURSION);
            }
            assert_eq!(filter.forecast(1, returning).unwrap(), filter.covariance().unwrap());
            let (mut scratch, mut covariance) = (vec![f64::NAN; 9], Covariance::default());
            filter.forecast_into(7, returning, &mut scratch, &mut covariance).unwrap();
            assert_eq!(covariance, filter.forecast(7, returning).unwrap());
        }
    }
}

/// Two assets without dynamics of their own, after a bar that moved Q to 1.3 and 1 on its diagonal and 0.25 off it.
fn moved(model: DccModel) -> DccFilter {
    let unit = GarchParameters { omega: 1.0, ..GarchParameters::default() };
    let mut filter = DccFilter::new(DccFilterParams {
        model,
        parameters: DccParameters { a: 0.1, b: 0.8, ..DccParameters::default() },
        target: Covariance::from_column_slice(2, &[1.0, 0.5, 0.5, 1.0]).unwrap(),
        margins: vec![Margin { parameters: unit, ..Margin::default() }; 2],
        ..DccFilterParams::default()
    })
    .unwrap();
    filter.update(&[2.0, -1.0]).unwrap();
    filter
}

#[test]
fn a_forecast_returns_by_the_correlation_or_by_what_it_is_made_of() {
    for ahead in 1..6 {
        let left = 0.9_f64.powi(ahead - 1);
        let back = |now: f64, to: f64| to + left * (now - to);
        let of_q = back(0.25, 0.5) / back(1.3, 1.0).sqrt();
        for (model, returning, expected) in [
            (DccModel::Engle, DccForecast::Correlation, back(0.25 / 1.3_f64.sqrt(), 0.5)),
            (DccModel::Engle, DccForecast::Quasicorrelation, of_q),
            (DccModel::Corrected, DccForecast::Correlation, of_q),
            (DccModel::Corrected, DccForecast::Quasicorrelation, of_q),
        ] {
            let covariance = moved(model).forecast(ahead as usize, returning).unwrap();
            let actual = covariance.as_view()[(0, 1)];
            assert!((actual - expected).abs() < ROUNDING, "{model:?} {returning:?} {ahead}: {actual}");
            assert!((covariance.as_view()[(0, 0)] - 1.0).abs() < ROUNDING);
        }
    }
}

/// Ten thousand paths, each with a correlation that scatters by 0.15 around its mean.
const PATHS: usize = 10_000;

/// Four standard errors of the mean, and the bias that Engle and Sheppard found of this size.
const BIASED: f64 = 4.0 * 0.15 / 100.0 + 0.01;

#[test]
fn forecasts_are_near_the_mean_of_what_is_simulated() {
    for model in [DccModel::Engle, DccModel::Corrected] {
        let (start, mut sum) = (moved(model), 0.0);
        for innovations in noise(11, 10 * PATHS).chunks_exact(10) {
            let (mut path, mut bar) = (start.clone(), [0.0; 2]);
            innovations.chunks_exact(2).for_each(|pair| path.simulate_into(pair, &mut bar).unwrap());
            sum += path.pair(0, 1).unwrap();
        }
        let mean = sum / PATHS as f64;
        for returning in [DccForecast::Correlation, DccForecast::Quasicorrelation] {
            let foretold = start.forecast(6, returning).unwrap().as_view()[(0, 1)];
            assert!((foretold - mean).abs() < BIASED, "{model:?} {returning:?}: {foretold} {mean}");
        }
        // It is on its way, and has not arrived.
        assert!(mean > start.pair(0, 1).unwrap() + 3.0 * BIASED && mean < 0.5 - 3.0 * BIASED, "{mean}");
    }
}

#[test]
fn an_asset_is_ready_once_it_was_seen() {
    let mut filter = DccFilter::new(filters()[0].params().clone()).unwrap();
    assert_eq!((filter.assets(), filter.bars()), (4, 0));
    assert!(!filter.ready(0) && !filter.ready(9));
    filter.update(&[0.01, f64::NAN, 0.0, f64::NAN]).unwrap();
    assert_eq!([0, 1, 2, 3].map(|asset| filter.ready(asset)), [true, false, true, false]);
}

#[cfg(feature = "serde")]
#[test]
fn a_filter_that_was_written_down_continues_to_the_bit() {
    for mut filter in filters() {
        filter.update(&[0.01, f64::NAN, -0.02, 0.005]).unwrap();
        let text = toml::to_string(&filter).unwrap();
        let mut restored: DccFilter = toml::from_str(&text).unwrap();
        for period in 0..50 {
            let bar = row(&returns(), period);
            filter.update(&bar).unwrap();
            restored.update(&bar).unwrap();
        }
        assert_eq!(filter.covariance().unwrap(), restored.covariance().unwrap());
        assert_eq!(toml::to_string(&filter).unwrap(), toml::to_string(&restored).unwrap());
        let broken = text.replacen("bars = 401", "bars = 401\nunknown = 1", 1);
        assert!(toml::from_str::<DccFilter>(&broken).is_err());
        for (list, place, value, words) in [
            ("variances", 2, 0.0, "the variance of asset 2 is 0, expected a positive, finite number"),
            ("q", 4, -1.0, "the diagonal of Q of asset 1 is -1, expected a positive, finite number"),
            ("q", 1, f64::NAN, "the entry of Q of asset 0 in row 1 is NaN, expected a finite number"),
        ] {
            let mut broken: toml::Table = toml::from_str(&text).unwrap();
            broken[list][place] = value.into();
            let error = broken.try_into::<DccFilter>().unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        let broken = text.replacen("variances = [", "variances = [-1.0, ", 1);
        let error = toml::from_str::<DccFilter>(&broken).unwrap_err();
        assert!(error.to_string().contains("the list of variances has length 5, expected 4"), "{error}");
    }
}
