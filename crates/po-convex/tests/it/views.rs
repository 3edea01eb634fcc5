//! Views in words and in numbers, and what blending them with a prior refuses.

use po_convex::{BlackLitterman, BlackLittermanParams, Error, Prior, Uncertainty, View, equilibrium};
use po_core::{Covariance, InputError, Universe};

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM"])
        .unwrap()
        .grouped("sector", [Some("Technology"), Some("Technology"), Some("Energy")])
        .unwrap()
}

fn covariance() -> Covariance {
    Covariance::from_column_slice(3, &[0.04, 0.01, 0.0, 0.01, 0.03, 0.0, 0.0, 0.0, 0.02]).unwrap()
}

fn method() -> BlackLitterman {
    BlackLitterman::new(BlackLittermanParams::default()).unwrap()
}

fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> Error {
    InputError::OutOfRange { name, value, expected }.into()
}

#[test]
fn views_are_read_as_they_are_said() {
    for (text, exposures, mean) in [
        ("AAPL - MSFT = 2%", [1.0, -1.0, 0.0], 0.02),
        ("0.5 * AAPL + 0.5 * XOM = 4%", [0.5, 0.0, 0.5], 0.04),
        // A group stands for the mean of its members.
        ("Technology = 5%", [0.5, 0.5, 0.0], 0.05),
        ("2*Technology - Energy + AAPL = 0.01", [2.0, 1.0, -1.0], 0.01),
    ] {
        let view = View::parse(text, &universe(), Uncertainty::Proportional).unwrap();
        assert_eq!(view, View::new(text, exposures.to_vec(), mean, Uncertainty::Proportional));
    }
}

#[test]
fn what_is_no_view_is_refused() {
    let parse = |text| View::parse(text, &universe(), Uncertainty::Proportional).unwrap_err();
    let error = parse("AAPL - MSFT >= 2%");
    let (text, expected) = ("AAPL - MSFT >= 2%".to_owned(), "=: a view is an equation".to_owned());
    assert_eq!(error, Error::Syntax { text, at: 13, expected });
    assert_eq!(
        error.to_string(),
        "constraint \"AAPL - MSFT >= 2%\" cannot be read at character 13, expected =: a view is an equation"
    );
    assert!(
        matches!(parse("APPL = 2%"), Error::Input(InputError::UnknownName { .. })),
        "{}",
        parse("APPL = 2%")
    );
    let refused = |exposures: &[f64], mean, uncertainty| {
        let view = View::new("view", exposures.to_vec(), mean, uncertainty);
        method().posterior(&covariance(), Prior::Mean(&[0.05; 3]), &[view]).unwrap_err()
    };
    let plain = Uncertainty::Proportional;
    let (what, expected, actual) = ("the list of exposures of a view", 3, 2);
    assert_eq!(refused(&[1.0; 2], 0.0, plain), InputError::LengthMismatch { what, expected, actual }.into());
    let (name, value, expected) = ("the exposure of a view", f64::INFINITY, "a finite number");
    assert_eq!(
        refused(&[1.0, value, 0.0], 0.0, plain),
        InputError::AssetOutOfRange { name, asset: 1, value, expected }.into()
    );
    assert_eq!(refused(&[0.0; 3], 0.0, plain), InputError::Empty { what: "the portfolio of a view" }.into());
    assert_eq!(
        refused(&[1.0; 3], f64::INFINITY, plain),
        out_of_range("the mean of a view", f64::INFINITY, "a finite number")
    );
    assert_eq!(
        refused(&[1.0; 3], 0.0, Uncertainty::Variance(-1.0)),
        out_of_range("the variance of a view", -1.0, "a finite number, zero or more")
    );
    assert_eq!(
        refused(&[1.0; 3], 0.0, Uncertainty::Confidence(1.5)),
        out_of_range("the confidence in a view", 1.5, "[0, 1]")
    );
}

#[test]
fn a_view_that_others_imply_is_refused() {
    let exact = |exposures: [f64; 3]| View::new("", exposures.to_vec(), 0.02, Uncertainty::Variance(0.0));
    let (name, value) = ("the variance that a view keeps once the other views are known", 0.0);
    let expected = out_of_range(
        name,
        value,
        "a positive number: of views without uncertainty, none may follow from others",
    );
    for views in [
        vec![exact([1.0, 0.0, 0.0]), exact([2.0, 0.0, 0.0])],
        vec![exact([1.0, -1.0, 0.0]), exact([0.3, 0.1, -0.7]), exact([1.3, -0.9, -0.7])],
    ] {
        assert_eq!(method().posterior(&covariance(), Prior::Mean(&[0.05; 3]), &views).unwrap_err(), expected);
    }
}

#[test]
fn what_is_no_prior_is_refused() {
    for tau in [0.0, f64::INFINITY] {
        let error = BlackLitterman::new(BlackLittermanParams { tau }).unwrap_err();
        assert_eq!(error, out_of_range("tau", tau, "a finite, positive number"));
    }
    let error = method().posterior(&covariance(), Prior::Mean(&[0.05; 2]), &[]).unwrap_err();
    let (what, expected, actual) = ("the list of prior means", 3, 2);
    assert_eq!(error, InputError::LengthMismatch { what, expected, actual }.into());
    let error = equilibrium(&covariance(), &[0.5; 2], 2.0).unwrap_err();
    assert_eq!(
        error,
        InputError::LengthMismatch { what: "the list of market weights", expected: 3, actual: 2 }.into()
    );
    let error = equilibrium(&covariance(), &[0.5; 3], 0.0).unwrap_err();
    assert_eq!(error, out_of_range("the risk aversion", 0.0, "a finite, positive number"));
}

/// A view without any say leaves the prior, and a covariance of `(1 + τ) Σ`; so does no view at all.
#[test]
fn views_without_a_say_leave_the_prior() {
    let prior = [0.05, 0.04, 0.03];
    let silent = View::new("", vec![1.0, 0.0, 0.0], 0.5, Uncertainty::Confidence(0.0));
    for views in [vec![], vec![silent]] {
        let posterior = method().posterior(&covariance(), Prior::Mean(&prior), &views).unwrap();
        assert_eq!(posterior.moments.mean(), prior);
        assert_eq!(posterior.prior, prior);
        assert!(posterior.variances.iter().all(|variance| variance.is_infinite()));
        for (own, given) in posterior.moments.covariance().as_slice().iter().zip(covariance().as_slice()) {
            assert!((own - 1.05 * given).abs() <= 1e-16, "{own} is not 1.05 {given}");
        }
    }
}

/// A proportional view goes half of the way, whatever τ is; exposures beyond all measure are refused.
#[test]
fn a_proportional_view_meets_the_prior_in_the_middle() {
    let view = |size: f64| View::new("", vec![size, 0.0, 0.0], 0.09 * size, Uncertainty::Proportional);
    for tau in [0.01, 1.0] {
        let method = BlackLitterman::new(BlackLittermanParams { tau }).unwrap();
        let posterior = method.posterior(&covariance(), Prior::Mean(&[0.05; 3]), &[view(1.0)]).unwrap();
        let mean = posterior.moments.mean()[0];
        assert!((mean - 0.07).abs() <= 1e-15, "{mean}");
        assert!((posterior.variances[0] - 0.04 * tau).abs() <= 1e-16);
    }
    // One covariance of views is beyond the largest number, the variances are not.
    let views = [
        View::new("", vec![1e160, 0.0, 0.0], 0.0, Uncertainty::Variance(0.0)),
        View::new("", vec![1e160, 1.0, 0.0], 0.0, Uncertainty::Variance(0.0)),
    ];
    let error = method().posterior(&covariance(), Prior::Mean(&[0.05; 3]), &views).unwrap_err();
    assert!(matches!(error, Error::Input(InputError::NotFinite { .. })), "{error}");
}
