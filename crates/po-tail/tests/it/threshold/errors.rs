//! Every refusal, with its numbers and its words.

use po_core::{Confidence, InputError, Returns};
use po_tail::{
    Declustered, Error, ExtremalIndexEstimator, GeneralisedPareto, HillChoiceParams, Tail, TailDependence,
    TailIndexEstimator, Threshold, ThresholdParams, WeissmanTail, choose_hill, extremal_dependence,
    mean_excess, parameter_stability, quantile_plot, t_tail_dependence,
};

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
}

fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> Error {
    InputError::OutOfRange { name, value, expected }.into()
}

fn too_few(what: &'static str, needed: usize, actual: usize) -> Error {
    Error::TooFew { what, needed, actual }
}

fn confidence(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

const LOSSES: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];

#[test]
fn rules_out_of_range() {
    assert_refused(
        Threshold::Quantile(90.0).choose(&LOSSES),
        &out_of_range("the quantile of the threshold", 90.0, "a number in (0, 1)"),
        "the quantile of the threshold is 90, expected a number in (0, 1)",
    );
    assert_refused(
        Threshold::Exceedances(0).choose(&LOSSES),
        &out_of_range("the number of exceedances", 0.0, "one or more"),
        "the number of exceedances is 0, expected one or more",
    );
    assert_refused(
        Threshold::Value(f64::INFINITY).choose(&LOSSES),
        &out_of_range("the threshold", f64::INFINITY, "a finite number"),
        "the threshold is inf, expected a finite number",
    );
    let automatic = |params: ThresholdParams| Threshold::Automatic(params).check();
    let default = ThresholdParams::default();
    assert_refused(
        automatic(ThresholdParams { lowest: 0.0, ..default }),
        &out_of_range("the lowest candidate quantile", 0.0, "a number in (0, 1)"),
        "the lowest candidate quantile is 0, expected a number in (0, 1)",
    );
    assert_refused(
        automatic(ThresholdParams { highest: 0.8, ..default }),
        &out_of_range(
            "the highest candidate quantile",
            0.8,
            "the lowest candidate quantile or more, below 1",
        ),
        "the highest candidate quantile is 0.8, expected the lowest candidate quantile or more, below 1",
    );
    assert_refused(
        automatic(ThresholdParams { candidates: 1001, ..default }),
        &out_of_range("the number of candidates", 1001.0, "1 to 1000"),
        "the number of candidates is 1001, expected 1 to 1000",
    );
    assert_refused(
        automatic(ThresholdParams { significance: 1.0, ..default }),
        &out_of_range("the significance", 1.0, "a number in (0, 1)"),
        "the significance is 1, expected a number in (0, 1)",
    );
    assert_refused(
        automatic(ThresholdParams { least_exceedances: 9, ..default }),
        &out_of_range("the least number of exceedances", 9.0, "10 or more"),
        "the least number of exceedances is 9, expected 10 or more",
    );
}

#[test]
fn samples_that_have_no_tail() {
    assert_refused(
        Threshold::Value(5.0).choose(&LOSSES),
        &too_few("the tail above the threshold", 1, 0),
        "the tail above the threshold has 0 observations, expected at least 1",
    );
    assert_refused(
        Threshold::default().choose(&LOSSES),
        &too_few("the tail above the threshold", 1, 0),
        "the tail above the threshold has 0 observations, expected at least 1",
    );
    assert_refused(
        Threshold::Exceedances(5).choose(&LOSSES),
        &too_few("the list of losses", 6, 5),
        "the list of losses has 5 observations, expected at least 6",
    );
    assert_refused(
        Threshold::Exceedances(2).choose(&[1.0; 9]),
        &too_few("the tail above the threshold", 1, 0),
        "the tail above the threshold has 0 observations, expected at least 1",
    );
    let losses: Vec<f64> = (0..100).map(f64::from).collect();
    let rule = Threshold::Automatic(ThresholdParams::default());
    assert_refused(
        rule.choose(&losses),
        &too_few("the tail above the lowest candidate threshold", 30, 15),
        "the tail above the lowest candidate threshold has 15 observations, expected at least 30",
    );
    // Ties take exceedances away: of a hundred losses 90 are two.
    let tied: Vec<f64> = (0..1000).map(|i| if i < 800 { 1.0 } else { 2.0 }).collect();
    assert_refused(
        rule.choose(&tied),
        &too_few("the tail above the lowest candidate threshold", 30, 0),
        "the tail above the lowest candidate threshold has 0 observations, expected at least 30",
    );
    // Excesses that are all equal cannot be fitted.
    let params = ThresholdParams { lowest: 0.5, ..ThresholdParams::default() };
    assert_refused(
        Threshold::Automatic(params).choose(&tied),
        &Error::Constant { what: "the excesses", value: 1.0 },
        "the excesses are all 1, expected at least two different values",
    );
}

#[test]
fn values_that_are_not_finite() {
    let losses = [1.0, f64::NAN, 3.0];
    let text = "loss 1 is NaN, expected a finite number";
    let refused = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Observation { what: "loss", place: 1, value, .. } if value.is_nan()));
        assert_eq!(error.to_string(), text);
    };
    refused(Threshold::default().choose(&losses).map(drop));
    refused(TailIndexEstimator::Hill.estimate(&losses, 1).map(drop));
    refused(TailIndexEstimator::Hill.path(&losses).map(drop));
    refused(choose_hill(&losses, &HillChoiceParams::default()).map(drop));
    refused(WeissmanTail::new(&losses, 1).map(drop));
    refused(mean_excess(&losses, confidence(0.9)).map(drop));
    refused(parameter_stability(&losses, &[0.5], confidence(0.9)).map(drop));
    refused(ExtremalIndexEstimator::Intervals.estimate(&losses, 0.0).map(drop));
    refused(Declustered::automatic(&losses, 0.0).map(drop));
    refused(Declustered::with_run_length(&losses, 0.0, 1).map(drop));
    let infinite = [f64::NEG_INFINITY];
    assert_refused(
        quantile_plot(&infinite, &GeneralisedPareto::default()),
        &Error::Observation {
            what: "excess",
            place: 0,
            value: f64::NEG_INFINITY,
            expected: "a finite number",
        },
        "excess 0 is -inf, expected a finite number",
    );
    assert_refused(
        extremal_dependence(&[1.0], &infinite, Tail::Upper, &[], confidence(0.9)),
        &Error::Observation {
            what: "value of the second series",
            place: 0,
            value: f64::NEG_INFINITY,
            expected: "a finite number",
        },
        "value of the second series 0 is -inf, expected a finite number",
    );
}

#[test]
fn tail_indices_without_an_answer() {
    assert_refused(
        TailIndexEstimator::Hill.estimate(&LOSSES, 0),
        &out_of_range("the number of exceedances", 0.0, "one or more"),
        "the number of exceedances is 0, expected one or more",
    );
    assert_refused(
        TailIndexEstimator::Pickands.estimate(&LOSSES, 2),
        &too_few("the list of losses", 8, 5),
        "the list of losses has 5 observations, expected at least 8",
    );
    assert_refused(
        TailIndexEstimator::Hill.estimate(&[-1.0, 2.0, 3.0], 2),
        &out_of_range("the threshold", -1.0, "a positive number: logarithms of losses are taken"),
        "the threshold is -1, expected a positive number: logarithms of losses are taken",
    );
    let what = "losses that the estimator takes the differences of";
    let text = "losses that the estimator takes the differences of are all 3, expected at least two different values";
    let equal = Error::Constant { what, value: 3.0 };
    assert_refused(TailIndexEstimator::Pickands.estimate(&[3.0; 9], 2), &equal, text);
    assert_refused(TailIndexEstimator::DekkersEinmahlDeHaan.estimate(&[3.0; 9], 2), &equal, text);
    assert_refused(
        WeissmanTail::new(&[3.0; 9], 2),
        &Error::Constant { what: "the losses of the tail", value: 3.0 },
        "the losses of the tail are all 3, expected at least two different values",
    );
    let tail = WeissmanTail::new(&[0.1, 1.0, 10.0, 100.0], 2).unwrap();
    assert_refused(
        tail.value_at_risk(confidence(0.25)),
        &out_of_range("the confidence", 0.25, "a level beyond the threshold of the tail"),
        "the confidence is 0.25, expected a level beyond the threshold of the tail",
    );
    let shape = tail.index.shape;
    assert!(shape > 1.0);
    assert_eq!(tail.expected_shortfall(confidence(0.9)), Err(Error::InfiniteMean { shape }));
}

#[test]
fn the_k_of_hill_without_an_answer() {
    let default = HillChoiceParams::default();
    assert_refused(
        choose_hill(&LOSSES, &HillChoiceParams { largest_share: 1.0, ..default }),
        &out_of_range("the largest share of the tail", 1.0, "a number in (0, 1)"),
        "the largest share of the tail is 1, expected a number in (0, 1)",
    );
    assert_refused(
        choose_hill(&LOSSES, &HillChoiceParams { least_exceedances: 1, ..default }),
        &out_of_range("the least number of exceedances", 1.0, "2 or more"),
        "the least number of exceedances is 1, expected 2 or more",
    );
    assert_refused(
        choose_hill(&LOSSES, &HillChoiceParams { candidates: 0, ..default }),
        &out_of_range("the number of candidates", 0.0, "1 to 10000"),
        "the number of candidates is 0, expected 1 to 10000",
    );
    assert_refused(
        choose_hill(&LOSSES, &default),
        &too_few("the largest tail", 10, 0),
        "the largest tail has 0 observations, expected at least 10",
    );
}

#[test]
fn diagnostics_without_an_answer() {
    assert_refused(
        mean_excess(&[1.0], confidence(0.9)),
        &too_few("the list of losses", 2, 1),
        "the list of losses has 1 observations, expected at least 2",
    );
    assert_refused(
        mean_excess(&[2.0; 3], confidence(0.9)),
        &Error::Constant { what: "the losses", value: 2.0 },
        "the losses are all 2, expected at least two different values",
    );
    assert_refused(
        parameter_stability(&LOSSES, &[0.5], confidence(0.9)),
        &too_few("the tail above the lowest threshold", 10, 2),
        "the tail above the lowest threshold has 2 observations, expected at least 10",
    );
    assert_refused(
        parameter_stability(&LOSSES, &[0.5, 1.0], confidence(0.9)),
        &out_of_range("the quantile of a threshold", 1.0, "a number in (0, 1)"),
        "the quantile of a threshold is 1, expected a number in (0, 1)",
    );
}

#[test]
fn clusters_without_an_answer() {
    assert_refused(
        ExtremalIndexEstimator::Runs { length: 0 }.estimate(&LOSSES, 2.0),
        &out_of_range("the length of a run or a block", 0.0, "one or more"),
        "the length of a run or a block is 0, expected one or more",
    );
    let few = too_few("the tail above the threshold", 2, 1);
    let text = "the tail above the threshold has 1 observations, expected at least 2";
    assert_refused(ExtremalIndexEstimator::Intervals.estimate(&LOSSES, 4.0), &few, text);
    assert_refused(ExtremalIndexEstimator::KGaps { gap: 1 }.estimate(&LOSSES, 4.0), &few, text);
    assert_refused(Declustered::automatic(&LOSSES, 4.0), &few, text);
    assert_refused(
        Declustered::with_run_length(&LOSSES, 5.0, 1),
        &too_few("the tail above the threshold", 1, 0),
        "the tail above the threshold has 0 observations, expected at least 1",
    );
}

#[test]
fn dependence_without_an_answer() {
    let at = |first: &[f64], second: &[f64], levels: &[f64]| {
        extremal_dependence(first, second, Tail::Upper, levels, confidence(0.9))
    };
    assert_refused(
        at(&LOSSES, &LOSSES[1..], &[0.5]),
        &InputError::LengthMismatch { what: "the second series", expected: 5, actual: 4 }.into(),
        "the second series has length 4, expected 5",
    );
    assert_refused(
        at(&LOSSES, &LOSSES, &[0.5, 1.0]),
        &out_of_range("the level of the tail", 1.0, "a number in (0, 1)"),
        "the level of the tail is 1, expected a number in (0, 1)",
    );
    assert_refused(
        at(&[1.0], &[1.0], &[0.5]),
        &too_few("the pair of series", 2, 1),
        "the pair of series has 1 observations, expected at least 2",
    );
    assert_refused(
        at(&LOSSES, &LOSSES, &[0.1]),
        &too_few("the part of both series below the level", 1, 0),
        "the part of both series below the level has 0 observations, expected at least 1",
    );
    assert_refused(
        TailDependence::new(Tail::Lower, 0.0),
        &out_of_range("the share of the tail", 0.0, "a number in (0, 1)"),
        "the share of the tail is 0, expected a number in (0, 1)",
    );
    let still = Returns::from_column_slice(3, 2, &[0.1, 0.2, 0.3, 0.1, 0.1, 0.1]).unwrap();
    assert_refused(
        TailDependence::new(Tail::Lower, 0.1).unwrap().matrix(&still),
        &InputError::ZeroVariance { asset: 1 }.into(),
        "the variance of asset 1 is zero, expected a positive number",
    );
    let short = Returns::from_column_slice(1, 2, &[0.1, 0.2]).unwrap();
    let what = "the observations for a dependence of tails";
    assert_refused(
        TailDependence::new(Tail::Lower, 0.1).unwrap().matrix(&short),
        &InputError::TooFewObservations { what, observations: 1, required: 2 }.into(),
        "the observations for a dependence of tails: 1, expected at least 2",
    );
    assert_refused(
        t_tail_dependence(1.5, 4.0),
        &out_of_range("the correlation", 1.5, "a number in [-1, 1]"),
        "the correlation is 1.5, expected a number in [-1, 1]",
    );
    assert_refused(
        t_tail_dependence(0.5, 0.0),
        &out_of_range("the degrees of freedom", 0.0, "a positive number"),
        "the degrees of freedom is 0, expected a positive number",
    );
}
