//! What is refused, with the numbers and the words.

use std::fmt::{Debug, Display};

use po_core::{BootstrapParams, InputError, Returns, Universe};
use po_hrp::{Answer, Dendrogram, Error, Merge, StabilityAnalysis, StabilityError, StabilityParams};

use super::{analysis, equal, number, numbered, silent};

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a call reads better without a reference")]
fn refused<T: Debug, E: PartialEq + Debug + Display>(result: Result<T, E>, expected: E, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), text);
    assert_eq!(error, expected);
}

#[test]
fn settings_out_of_range() {
    let new = |resamples, threads| {
        let bootstrap = BootstrapParams { resamples, ..BootstrapParams::default() };
        StabilityAnalysis::new(StabilityParams { bootstrap, threads, ..StabilityParams::default() })
    };
    let out = |name, value, expected| InputError::OutOfRange { name, value, expected };
    let name = "the number of resamples";
    refused(new(0, None), out(name, 0.0, "1 or more"), "the number of resamples is 0, expected 1 or more");
    refused(new(1, None), out(name, 1.0, "2 or more"), "the number of resamples is 1, expected 2 or more");
    let name = "the number of threads";
    refused(new(9, Some(0)), out(name, 0.0, "1 or more"), "the number of threads is 0, expected 1 or more");
}

/// The rule answers by the number of the resample, and the sample as the number tells that comes last.
fn judged(
    answer: impl Fn(usize, &mut Answer) + Sync,
) -> Result<po_hrp::Stability<InputError>, StabilityError<InputError>> {
    let (returns, resamples) = numbered(2, 3);
    let rule = |returns: &Returns, (): &mut (), answered: &mut Answer| {
        answered.weights = equal(2);
        answer(number(returns).unwrap_or(3), answered);
        Ok(())
    };
    analysis(2).judge_resampled(&returns, &resamples, rule, &silent)
}

#[test]
fn answers_that_are_none() {
    let length =
        |what, expected, actual| StabilityError::Input(InputError::LengthMismatch { what, expected, actual });
    for place in [3, 1] {
        let found = judged(|number, answer| {
            if number == place {
                answer.weights = equal(3);
            }
        });
        refused(found, length("the list of weights", 2, 3), "the list of weights has length 3, expected 2");
        let found = judged(|number, answer| {
            answer.labels = vec![0, 1];
            if number == place {
                answer.labels = vec![0];
            }
        });
        refused(found, length("the list of labels", 2, 1), "the list of labels has length 1, expected 2");
        let found = judged(|number, answer| {
            answer.labels = vec![0, 1];
            if number == place {
                answer.labels[1] = 2;
            }
        });
        let (name, expected) = ("the label", "less than there are assets");
        let error = InputError::AssetOutOfRange { name, asset: 1, value: 2.0, expected };
        let text = "the label of asset 1 is 2, expected less than there are assets";
        refused(found, StabilityError::Input(error), text);
    }
    // What the sample has, all resamples have, and the other way round.
    let found = judged(|number, answer| answer.labels = if number == 3 { vec![0, 1] } else { Vec::new() });
    refused(found, length("the list of labels", 2, 0), "the list of labels has length 0, expected 2");
    let pair = || Dendrogram::new(2, vec![Merge { left: 0, right: 1, height: 1.0, size: 2 }]).unwrap();
    let found = judged(|number, answer| {
        if number == 2 {
            answer.dendrogram = pair();
        }
    });
    refused(found, length("the list of leaves", 0, 2), "the list of leaves has length 2, expected 0");
}

#[test]
fn resamples_that_are_none() {
    let returns = Returns::from_column_slice(4, 1, &[0.1, 0.2, 0.3, 0.4]).unwrap();
    let rule = |_: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), InputError> {
        answer.weights = equal(1);
        Ok(())
    };
    let judged = |resamples: &[Vec<usize>]| analysis(2).judge_resampled(&returns, resamples, rule, &silent);
    let out = |name, value, expected| StabilityError::Input(InputError::OutOfRange { name, value, expected });
    let error = out("the number of resamples", 1.0, "2 or more");
    refused(judged(&[vec![0]]), error, "the number of resamples is 1, expected 2 or more");
    let error = out("the number of a period", 4.0, "less than there are");
    refused(
        judged(&[vec![0], vec![3, 4]]),
        error,
        "the number of a period is 4, expected less than there are",
    );
    let error = StabilityError::Input(InputError::Empty { what: "the list of periods" });
    refused(judged(&[vec![0], vec![]]), error, "the list of periods is empty, expected at least one item");
    let bootstrap = BootstrapParams { block: Some(5), ..BootstrapParams::default() };
    let long = StabilityAnalysis::new(StabilityParams { bootstrap, ..StabilityParams::default() }).unwrap();
    let error = out("the length of a block", 5.0, "at most the number of observations");
    let text = "the length of a block is 5, expected at most the number of observations";
    refused(long.judge(&returns, rule, &silent), error, text);
}

#[test]
fn rules_that_refuse() {
    let (returns, resamples) = numbered(2, 4);
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let zero = || Error::Input(InputError::ZeroVariance { asset: 1 });
    let resampled = |resamples: &[Vec<usize>], fails: fn(Option<usize>) -> bool| {
        let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| {
            answer.weights = equal(2);
            if fails(number(returns)) { Err(zero()) } else { Ok(()) }
        };
        analysis(2).judge_resampled(&returns, resamples, rule, &silent)
    };
    let judged = |fails| resampled(&resamples, fails);
    let error = judged(|number| number.is_none()).unwrap_err();
    let text = "the sample is refused: the variance of MSFT is zero, expected a positive number";
    assert_eq!(error.named(&universe), text);
    let text = "the sample is refused: the variance of asset 1 is zero, expected a positive number";
    refused(Err::<(), _>(error), StabilityError::Sample { source: zero() }, text);

    let error = judged(|number| number.is_some_and(|number| number > 0)).unwrap_err();
    let text = "the number of resamples that are not refused is 1, expected 2 or more: \
                resample 1 of 4 is refused, for the variance of MSFT is zero, expected a positive number";
    assert_eq!(error.named(&universe), text);
    let expected = StabilityError::Resamples { resamples: 4, failed: 3, resample: 1, source: zero() };
    refused(Err::<(), _>(error), expected, &text.replace("MSFT", "asset 1"));
    // Two are enough.
    assert_eq!(judged(|number| number.is_some_and(|number| number > 1)).unwrap().failed, 2);
    // What cannot be drawn is not the rule's to refuse.
    let error = resampled(&[vec![0], vec![99]], |_| false).unwrap_err();
    let (name, expected) = ("the number of a period", "less than there are");
    let value = 99.0;
    assert_eq!(error, StabilityError::Input(InputError::OutOfRange { name, value, expected }));
    let input: StabilityError<Error> = InputError::ZeroVariance { asset: 0 }.into();
    assert_eq!(input.named(&universe), "the variance of AAPL is zero, expected a positive number");
}
