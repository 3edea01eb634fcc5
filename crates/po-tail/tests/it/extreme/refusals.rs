//! What is refused, with its numbers and in its words.

use po_core::{Confidence, InputError};
use po_tail::{
    Error, GeneralisedExtremeValue, GeneralisedPareto, GevFit, GevMethod, GpdFit, GpdMethod,
    PeaksOverThreshold, block_maxima,
};

fn series(count: u32) -> Vec<f64> {
    (1..=count).map(|i| -(f64::from(i) / f64::from(count + 1)).ln()).collect()
}

fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> Error {
    InputError::OutOfRange { name, value, expected }.into()
}

#[test]
fn parameters() {
    for (shape, scale, text) in [
        (f64::NAN, 1.0, "the shape is NaN, expected a finite number"),
        (0.1, 0.0, "the scale is 0, expected a positive number"),
        (0.1, f64::INFINITY, "the scale is inf, expected a positive number"),
    ] {
        assert_eq!(GeneralisedPareto::new(shape, scale).unwrap_err().to_string(), text);
        assert_eq!(GeneralisedExtremeValue::new(0.0, scale, shape).unwrap_err().to_string(), text);
    }
    let error = GeneralisedExtremeValue::new(f64::INFINITY, 1.0, 0.0).unwrap_err();
    assert_eq!(error.to_string(), "the location is inf, expected a finite number");
    let error = GeneralisedPareto::new(-0.5, 1.0).unwrap().above(2.0).unwrap_err();
    let expected = "zero or more, and below the upper end";
    assert_eq!(Error::from(error), out_of_range("the raise of the threshold", 2.0, expected));
    let error = GeneralisedExtremeValue::default().return_level(1.0).unwrap_err();
    assert_eq!(error.to_string(), "the return period is 1, expected a finite number greater than 1");
}

#[test]
fn settings() {
    for (method, text) in [
        (
            GpdMethod::Penalised { lambda: -1.0, alpha: 1.0 },
            "the weight of the penalty is -1, expected zero or more",
        ),
        (
            GpdMethod::Penalised { lambda: 1.0, alpha: 0.5 },
            "the exponent of the penalty is 0.5, expected one or more",
        ),
    ] {
        assert_eq!(GpdFit::fit(&series(20), method).unwrap_err().to_string(), text);
    }
    let mut zeros = vec![0.0; 8];
    zeros.extend(series(12));
    let error = GpdFit::fit(&zeros, GpdMethod::QuasiBayesian).unwrap_err();
    assert_eq!(error, out_of_range("the lower quartile of the excesses", 0.0, "a positive number"));
}

#[test]
fn excesses() {
    let method = GpdMethod::MaximumLikelihood;
    let error = GpdFit::fit(&series(9), method).unwrap_err();
    assert_eq!(error, Error::TooFew { what: "the sample of excesses", needed: 10, actual: 9 });
    assert_eq!(error.to_string(), "the sample of excesses has 9 observations, expected at least 10");
    for value in [f64::NAN, f64::INFINITY, -0.5] {
        let mut bad = series(40);
        bad[33] = value;
        let error = GpdFit::fit(&bad, method).unwrap_err();
        let text = format!("excess 33 is {value}, expected a finite number of zero or more");
        assert_eq!(error.to_string(), text);
        assert!(matches!(error, Error::Observation { what: "excess", place: 33, .. }));
    }
    let error = GpdFit::fit(&[0.25; 30], method).unwrap_err();
    assert_eq!(error, Error::Constant { what: "the excesses", value: 0.25 });
    assert_eq!(error.to_string(), "the excesses are all 0.25, expected at least two different values");
}

#[test]
fn tails() {
    let losses = series(200);
    let method = GpdMethod::MaximumLikelihood;
    let error = PeaksOverThreshold::fit(&losses, f64::NAN, method).unwrap_err();
    assert_eq!(error.to_string(), "the threshold is NaN, expected a finite number");
    let error = PeaksOverThreshold::fit(&losses, 4.0, method).unwrap_err();
    assert_eq!(error, Error::TooFew { what: "the tail over the threshold", needed: 10, actual: 3 });
    let mut bad = losses.clone();
    bad[7] = f64::NEG_INFINITY;
    let error = PeaksOverThreshold::fit(&bad, 1.0, method).unwrap_err();
    assert_eq!(error.to_string(), "loss 7 is -inf, expected a finite number");

    let threshold = losses[49];
    let tail = PeaksOverThreshold::fit(&losses, threshold, method).unwrap();
    assert_eq!((tail.exceedances(), tail.observations()), (49, 200));
    let (level, confidence) = (Confidence::new(0.5).unwrap(), Confidence::new(0.95).unwrap());
    let expected = Error::UnderThreshold { level: 0.5, coverage: 0.755 };
    assert_eq!(tail.var(level).unwrap_err(), expected);
    assert_eq!(tail.cvar(level).unwrap_err(), expected);
    assert_eq!(tail.var_interval(level, confidence).unwrap_err(), expected);
    assert_eq!(tail.cvar_interval(level, confidence).unwrap_err(), expected);
    assert_eq!(
        expected.to_string(),
        "the confidence is 0.5, expected at least 0.755, the share of losses up to the threshold"
    );
    let error = tail.return_level(4.0).unwrap_err();
    let text =
        "the return period is 4, expected a finite number of at least the observations to an exceedance";
    assert_eq!(error.to_string(), text);
    let error = tail.tail_probability(threshold - 1.0).unwrap_err();
    assert_eq!(error, out_of_range("the loss", threshold - 1.0, "the threshold or more"));
    // At the share itself the quantile is the threshold, whatever the rounding of the level.
    let share = Confidence::new(0.755).unwrap();
    assert_eq!(tail.var(share).unwrap().to_bits(), threshold.to_bits());
    let interval = tail.var_interval(share, confidence).unwrap();
    assert_eq!(
        (interval.lower.to_bits(), interval.upper.to_bits()),
        (threshold.to_bits(), threshold.to_bits())
    );
}

#[test]
fn maxima() {
    let method = GevMethod::MaximumLikelihood;
    let error = GevFit::fit(&series(5), method).unwrap_err();
    assert_eq!(error, Error::TooFew { what: "the series of block maxima", needed: 10, actual: 5 });
    let mut bad = series(20);
    bad[3] = f64::NAN;
    let error = GevFit::fit(&bad, method).unwrap_err();
    assert_eq!(error.to_string(), "block maximum 3 is NaN, expected a finite number");
    let error = GevFit::fit(&[1.5; 20], method).unwrap_err();
    assert_eq!(error.to_string(), "the block maxima are all 1.5, expected at least two different values");
    let error = block_maxima(&series(20), 0).unwrap_err();
    assert_eq!(error.to_string(), "the block length is 0, expected at least 1");
    let error = block_maxima(&series(20), 21).unwrap_err();
    assert_eq!(error, Error::TooFew { what: "the list of losses", needed: 21, actual: 20 });
}
