//! What the models refuse, and in which words.

use po_core::{BootstrapParams, InputError, RiskError};
use po_tail::{
    Error, EwmaFilter, Filtered, GpdMethod, IntervalChoice, StudentTFit, TailModel, TailSheet, Threshold,
};

use super::{beta, series};

fn refused(model: TailModel, returns: &[f64]) -> Error {
    model.estimate(returns, beta(0.95)).unwrap_err()
}

#[test]
fn series_that_are_none() {
    let models = [
        TailModel::Historical,
        TailModel::AgeWeighted { decay: 0.9 },
        TailModel::Normal,
        TailModel::StudentT,
        TailModel::CornishFisher,
        TailModel::CornishFisherMatched,
    ];
    for model in models {
        let empty = refused(model, &[]);
        assert_eq!(empty, InputError::Empty { what: "the series of returns" }.into());
        let error = refused(model, &[0.0, 0.01, f64::INFINITY]);
        assert_eq!(error, RiskError::NotFinite { period: 2, value: f64::INFINITY }.into());
        assert_eq!(error.to_string(), "the return of period 2 is inf, expected a finite number");
    }
    assert!(TailSheet::of(&[f64::NAN], beta(0.9)).is_err());
}

#[test]
fn settings_out_of_range() {
    for decay in [0.0, -1.0, 1.5, f64::NAN] {
        let error = refused(TailModel::AgeWeighted { decay }, &[0.01]);
        assert!(matches!(error, Error::Input(InputError::OutOfRange { name: "the decay", .. })));
    }
    let error = refused(TailModel::AgeWeighted { decay: 1.5 }, &[0.01]);
    assert_eq!(error.to_string(), "the decay is 1.5, expected a number in (0, 1]");
}

#[test]
fn too_few_returns_or_returns_that_do_not_move() {
    let error = refused(TailModel::Normal, &[0.01]);
    let what = "the observations for a deviation";
    assert_eq!(error, InputError::TooFewObservations { what, observations: 1, required: 2 }.into());
    let error = refused(TailModel::StudentT, &[0.01, 0.02]);
    assert_eq!(error, Error::TooFew { what: "the series of returns", needed: 5, actual: 2 });
    let (name, expected) = ("the standard deviation of the returns", "more than 0");
    for model in [TailModel::StudentT, TailModel::CornishFisher] {
        assert_eq!(refused(model, &[0.01; 9]), InputError::OutOfRange { name, value: 0.0, expected }.into());
    }
    let mut returns = vec![0.0; 100];
    returns[..10].copy_from_slice(&series(10));
    let what = "the maximum of the likelihood of Student's t";
    assert_eq!(StudentTFit::of(&returns).unwrap_err(), InputError::NotConverged { what }.into());
}

#[test]
fn an_expansion_that_is_no_quantile_function_says_so() {
    // One loss of a hundred: a skewness of -9.8, a kurtosis of 95.
    let mut returns = vec![0.0; 100];
    returns[0] = -1.0;
    for model in [TailModel::CornishFisher, TailModel::CornishFisherMatched] {
        let Error::CornishFisherDomain { skewness, kurtosis } = refused(model, &returns) else {
            panic!("another refusal");
        };
        // A Bernoulli variable of p = 1/100: (1-2p)/sqrt(p(1-p)) and (1-6p(1-p))/(p(1-p)).
        assert!((skewness + 0.98 / 0.0099_f64.sqrt()).abs() < 1e-12);
        assert!((kurtosis - (1.0 - 0.0594) / 0.0099).abs() < 1e-11);
    }
    let text = Error::CornishFisherDomain { skewness: -2.5, kurtosis: 9.5 }.to_string();
    assert_eq!(
        text,
        "skewness and excess kurtosis of the returns are -2.5 and 9.5, expected a pair for which the \
         Cornish-Fisher expansion rises everywhere"
    );
}

#[test]
fn probabilities_that_are_none() {
    let of = |probabilities: &[f64]| {
        TailModel::Historical.estimate_weighted(&[0.01, -0.01], probabilities, beta(0.9)).unwrap_err()
    };
    let what = "the list of probabilities";
    assert_eq!(of(&[1.0]), InputError::LengthMismatch { what, expected: 2, actual: 1 }.into());
    assert_eq!(
        of(&[1.5, -0.5]).to_string(),
        "the probability of a scenario is -0.5, expected a finite number of zero or more"
    );
    let what = "the probabilities of the scenarios";
    assert_eq!(of(&[0.25, 0.25]), InputError::SumNotOne { what, sum: 0.5 }.into());
    let error = TailModel::Normal.estimate_weighted(&[0.01], &[1.0], beta(0.9)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tail model is normal, expected historical, which takes scenario probabilities"
    );
}

#[test]
fn filters_and_forecasts() {
    let filtered = Filtered { residuals: &[1.0, -1.0], mean: f64::NAN, volatility: 1.0 };
    assert!(TailModel::Historical.estimate_filtered(filtered, beta(0.9)).is_err());
    let filtered = Filtered { mean: 0.0, volatility: 0.0, ..filtered };
    let error = TailModel::Historical.estimate_filtered(filtered, beta(0.9)).unwrap_err();
    assert_eq!(error.to_string(), "the forecast of the volatility is 0, expected a finite number above 0");
    let mut residuals = Vec::new();
    let error = EwmaFilter::default().filter_into(&[0.01; 20], &mut residuals).unwrap_err();
    assert_eq!(error, Error::TooFew { what: "the series of returns", needed: 21, actual: 20 });
    let error = EwmaFilter::default().filter_into(&[0.0; 30], &mut residuals).unwrap_err();
    assert_eq!(error.to_string(), "the variance of the past returns is 0, expected a finite number above 0");
    assert!(EwmaFilter { decay: 1.0, ..EwmaFilter::default() }.check().is_err());
    assert!(EwmaFilter { warm_up: 0, ..EwmaFilter::default() }.check().is_err());
}

#[test]
fn a_bootstrap_needs_returns_that_may_change_places() {
    let choice = IntervalChoice::Bootstrap(BootstrapParams::default());
    let model = TailModel::AgeWeighted { decay: 0.9 };
    let error = model.interval(&series(50), beta(0.9), beta(0.9), choice).unwrap_err();
    let expected = "one whose returns may change places, for a bootstrap";
    assert_eq!(error, Error::Model { model: "age-weighted", expected });
}

#[test]
fn refusals_read_as_sentences() {
    let error = refused(TailModel::Historical, &[]);
    assert_eq!(error.to_string(), "the series of returns is empty, expected at least one item");
    let error = refused(TailModel::StudentT, &[0.01, 0.02]);
    assert_eq!(error.to_string(), "the series of returns has 2 observations, expected at least 5");
    let error = refused(TailModel::CornishFisherMatched, &[0.01; 9]);
    assert_eq!(error.to_string(), "the standard deviation of the returns is 0, expected more than 0");
    // A value of one bit beside the others moves, but has no variance that a number could hold.
    let error = refused(TailModel::StudentT, &[0.0, -0.0, 0.0, 0.0, 0.0]);
    assert_eq!(error.to_string(), "the standard deviation of the returns is 0, expected more than 0");
    let error = refused(TailModel::Normal, &[1e308, -1e308]);
    assert!(matches!(error, Error::Input(InputError::OutOfRange { name: "value at risk", .. })), "{error}");
    let filtered = Filtered { residuals: &[1.0, f64::NAN], mean: 0.0, volatility: 1.0 };
    let error = TailModel::Historical.estimate_filtered(filtered, beta(0.9)).unwrap_err();
    assert_eq!(error.to_string(), "the return of period 1 is NaN, expected a finite number");
}

#[test]
fn a_confidence_under_the_threshold_has_no_peaks() {
    let threshold = Threshold::Exceedances(20);
    let model = TailModel::Evt { threshold, method: GpdMethod::default() };
    let error = model.estimate(&series(200), beta(0.8)).unwrap_err();
    let Error::UnderThreshold { level, coverage } = error else { panic!("another refusal") };
    assert!((level - 0.8).abs() < 1e-15 && (coverage - 0.9).abs() < 1e-15);
    assert!(model.estimate(&series(200), beta(0.9)).is_ok());
}

/// Quantiles of Cauchy's distribution have no variance: the fit stands at two degrees, where no information is.
#[test]
fn a_fit_at_its_bound_has_no_standard_errors() {
    let returns: Vec<f64> =
        (1..200).map(|k| 0.01 * (std::f64::consts::PI * (f64::from(k) / 200.0 - 0.5)).tan()).collect();
    let fit = StudentTFit::of(&returns).unwrap();
    assert!((fit.degrees - 2.000_004).abs() < 1e-9, "{}", fit.degrees);
    let choice = IntervalChoice::Analytic;
    let error = TailModel::StudentT.interval(&returns, beta(0.95), beta(0.9), choice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tail model is Student's t at the bound of its degrees of freedom, expected a fit between its bounds, or \
         an interval by bootstrap"
    );
}
