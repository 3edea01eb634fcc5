//! What scenarios and their generators refuse.

use po_core::{InputError, Returns, Weights};
use po_tail::{
    Bandwidth, Copula, CopulaFamily, CopulaParams, FilteredInput, FilteredParams, MarginModel,
    ResampledParams, Sampling, Scenarios, SmoothedParams, VarianceDynamics, filtered, resampled, smoothed,
};

fn returns() -> Returns {
    Returns::from_column_slice(3, 1, &[-0.01, 0.0, 0.02]).unwrap()
}

#[test]
fn probabilities_are_checked() {
    let refused = |probabilities: &[f64]| Scenarios::new(returns(), probabilities.to_vec()).unwrap_err();
    assert_eq!(refused(&[0.5, 0.5]).to_string(), "the list of probabilities has length 2, expected 3");
    assert_eq!(
        refused(&[0.5, 0.6, -0.1]),
        InputError::OutOfRange {
            name: "the probability of a scenario",
            value: -0.1,
            expected: "a finite number, zero or more"
        }
    );
    assert!(
        refused(&[0.5, f64::NAN, 0.5]).to_string().contains("is NaN, expected a finite number, zero or more")
    );
    assert_eq!(
        refused(&[0.5, 0.25, 0.5]).to_string(),
        "the probabilities of the scenarios sum to 1.25, expected 1"
    );
    let error = Scenarios::decaying(returns(), 0.0).unwrap_err();
    assert_eq!(error.to_string(), "the half-life is 0, expected a positive number of periods");
    let error = Scenarios::equal(returns()).portfolio(&Weights::equal(2).unwrap()).unwrap_err();
    assert_eq!(error, InputError::LengthMismatch { what: "the list of weights", expected: 1, actual: 2 });
}

#[test]
fn an_even_number_of_scenarios_is_the_effective_one() {
    let scenarios = Scenarios::equal(returns());
    assert!((scenarios.effective_number() - 3.0).abs() < 1e-14);
    let certain = scenarios.with_probabilities(vec![0.0, 1.0, 0.0]).unwrap();
    assert!((certain.effective_number() - 1.0).abs() < 1e-15);
}

#[test]
fn portfolios_in_kept_memory_are_the_same_bits() {
    let scenarios = Scenarios::equal(returns());
    let weights = Weights::new(vec![0.7]).unwrap();
    let mut kept = vec![9.0; 100];
    scenarios.portfolio_into(&weights, &mut kept).unwrap();
    assert_eq!(kept, scenarios.portfolio(&weights).unwrap());
}

#[test]
fn settings_of_generators_are_checked() {
    let none = Sampling { scenarios: 0, ..Sampling::default() };
    let error =
        resampled(&returns(), &ResampledParams { sampling: none, ..ResampledParams::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the number of scenarios is 0, expected 1 or more");
    let idle = Sampling { threads: Some(0), ..Sampling::default() };
    let error =
        resampled(&returns(), &ResampledParams { sampling: idle, ..ResampledParams::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the number of threads is 0, expected 1 or more");
    let error =
        resampled(&returns(), &ResampledParams { horizon: 4, ..ResampledParams::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the horizon is 4, expected from 1 to the number of observations");
    let params = SmoothedParams { bandwidth: Bandwidth::Fixed(-1.0), ..SmoothedParams::default() };
    let error = smoothed(&Scenarios::equal(returns()), &params).unwrap_err();
    assert_eq!(error.to_string(), "the bandwidth is -1, expected a finite number, zero or more");
}

#[test]
fn dynamics_are_checked() {
    let residuals = returns();
    let refused = |volatility: f64, dynamics: &[VarianceDynamics]| {
        let input =
            FilteredInput { residuals: &residuals, means: &[0.0], volatilities: &[volatility], dynamics };
        filtered(input, &FilteredParams::default()).unwrap_err().to_string()
    };
    assert_eq!(
        refused(-0.1, &[VarianceDynamics::Constant]),
        "the volatility of asset 0 is -0.1, expected a finite number, zero or more"
    );
    assert_eq!(refused(0.1, &[]), "the list of variance dynamics has length 0, expected 1");
    assert_eq!(
        refused(0.1, &[VarianceDynamics::Ewma { decay: 1.5 }]),
        "the decay of asset 0 is 1.5, expected a number in [0, 1]"
    );
    let dynamics = [VarianceDynamics::Garch { omega: 0.0, alpha: 0.1, beta: 0.9, gamma: -0.2 }];
    assert_eq!(
        refused(0.1, &dynamics),
        "the sum of alpha and gamma of asset 0 is -0.1, expected a finite number, zero or more"
    );
}

#[test]
fn copulas_are_checked() {
    let refused = |returns: &Returns, params| Copula::fit(returns, &params).unwrap_err().to_string();
    assert_eq!(
        refused(&returns(), CopulaParams::default()),
        "the observations for a copula: 3, expected at least 10"
    );
    let many: Vec<f64> = (0..200).map(|step| f64::from(step * 7 % 200)).collect();
    let many = Returns::from_column_slice(200, 1, &many).unwrap();
    let family = CopulaFamily::StudentTWith { degrees: 0.0 };
    assert_eq!(
        refused(&many, CopulaParams { family, ..CopulaParams::default() }),
        "the number of degrees of freedom is 0, expected a positive number"
    );
    let margins = MarginModel::SemiParametric { tail: 0.5 };
    assert_eq!(
        refused(&many, CopulaParams { margins, ..CopulaParams::default() }),
        "the share of a tail is 0.5, expected a number in (0, 1/2)"
    );
    let still = Returns::from_column_slice(20, 1, &[0.0; 20]).unwrap();
    let margins = MarginModel::StudentT;
    assert_eq!(
        refused(&still, CopulaParams { margins, ..CopulaParams::default() }),
        "the observations of an asset that differ: 1, expected at least 2"
    );
    let copula =
        Copula::fit(&many, &CopulaParams { margins: MarginModel::Empirical, ..CopulaParams::default() });
    let copula = copula.unwrap();
    assert!(matches!(copula.margin_quantile(1, 0.5), Err(InputError::AssetOutOfRange { asset: 1, .. })));
    assert!(matches!(copula.margin_quantile(0, 1.0), Err(InputError::OutOfRange { .. })));
}
