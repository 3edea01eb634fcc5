//! What is written to a file and read back goes on as if nothing had happened.

use po_tail::{DecayedTail, EwmaFilter, FilteredTail, RollingTail, TailRisk};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{beta, bits, returns};

/// Through JSON and through TOML.
fn copies<T: Serialize + DeserializeOwned>(value: &T) -> [T; 2] {
    let json = serde_json::to_string(value).unwrap();
    let toml = toml::to_string(value).unwrap();
    [serde_json::from_str(&json).unwrap(), toml::from_str(&toml).unwrap()]
}

/// At each of these bars copies are made, which then go on beside the original for some three windows.
fn goes_on<T: Clone + Serialize + DeserializeOwned>(
    start: &T,
    update: impl Fn(&mut T, f64) -> Option<TailRisk>,
) {
    let returns = returns(41, 2000);
    for cut in [0, 1, 19, 20, 21, 57, 100, 101, 399, 512, 1200] {
        let mut original = start.clone();
        returns[..cut].iter().for_each(|value| _ = update(&mut original, *value));
        let mut copies = copies(&original);
        for value in &returns[cut..cut + 300] {
            let expected = update(&mut original, *value).map(bits);
            for copy in &mut copies {
                assert_eq!(update(copy, *value).map(bits), expected, "{cut}");
            }
        }
        let state = serde_json::to_string(&original).unwrap();
        assert!(copies.iter().all(|copy| serde_json::to_string(copy).unwrap() == state), "{cut}");
    }
}

#[test]
fn a_restored_stream_goes_on_bit_for_bit() {
    for window in [1, 30, 100, 250] {
        let start = RollingTail::new(window, beta(0.95)).unwrap();
        goes_on(&start, |tail, value| Some(tail.update(value).unwrap()));
        for decay in [0.5, 0.97, 1.0, 1e-200, 5e-324] {
            let start = DecayedTail::new(window, decay, beta(0.95)).unwrap();
            goes_on(&start, |tail, value| Some(tail.update(value).unwrap()));
        }
        let start = FilteredTail::new(EwmaFilter::default(), window, beta(0.95)).unwrap();
        goes_on(&start, |tail, value| tail.update(value).unwrap());
    }
}

/// What is said of a state in which something was changed.
fn refusal<T: Serialize + DeserializeOwned>(tail: &T, change: impl Fn(&mut Value)) -> String {
    let mut value = serde_json::to_value(tail).unwrap();
    change(&mut value);
    match serde_json::from_value::<T>(value) {
        Ok(_) => String::from("no refusal"),
        Err(error) => error.to_string(),
    }
}

fn number(value: f64) -> Value {
    value.to_bits().cast_signed().into()
}

#[test]
fn a_file_that_is_no_rolling_window_is_refused() {
    let mut tail = RollingTail::new(5, beta(0.5)).unwrap();
    returns(42, 7).iter().for_each(|value| _ = tail.update(*value).unwrap());
    let refused = |key: &str, value: Value| refusal(&tail, |state| state[key] = value.clone());
    assert_eq!(refused("window", 0.into()), "the window is 0, expected a number in [1, 10000000]");
    assert_eq!(refused("window", 4.into()), "the losses of the window has length 5, expected 4");
    let text = "the place of the next loss is 2, expected a place in a full window";
    assert_eq!(refused("window", 6.into()), text);
    assert_eq!(refused("next", 5.into()), text.replace('2', "5"));
    let text = "the number of blocks is 2, expected blocks that hold the losses of the window";
    assert_eq!(refused("blocks", vec![2, 3].into()), text);
    assert_eq!(refused("blocks", vec![4].into()), text.replace('2', "1"));
    assert_eq!(refused("blocks", vec![usize::MAX, 6].into()), text);
    assert_eq!(refused("confidence", 2.into()), "the confidence is 2, expected a number in (0, 1)");
    assert!(refused("start", 1.into()).starts_with("unknown field `start`"));
    let text = refusal(&tail, |state| state["losses"][3] = number(f64::NAN));
    assert_eq!(text, "the return is NaN, expected a number in [-1e100, 1e100]");
}

#[test]
fn a_file_whose_weights_do_not_fall_with_age_is_refused() {
    let mut tail = DecayedTail::new(5, 0.5, beta(0.5)).unwrap();
    returns(43, 7).iter().for_each(|value| _ = tail.update(*value).unwrap());
    // The places 2, 3, 4 are the oldest.
    let weight = |place: usize, value: f64| refusal(&tail, |state| state["weights"][place] = number(value));
    assert_eq!(
        weight(4, 15.5),
        "the weight of a loss is 15.5, expected the weight of the next one times the decay"
    );
    assert_eq!(weight(1, 0.25), "the weight of a loss is 0.25, expected a number that streams have");
    assert!(weight(1, f64::INFINITY).starts_with("the weight of a loss is inf, expected"));
    assert!(weight(2, f64::NAN).starts_with("the weight of a loss is NaN, expected"));
    let text = refusal(&tail, |state| _ = state["weights"].as_array_mut().unwrap().pop());
    assert_eq!(text, "the weights of the window has length 4, expected 5");
    let text = refusal(&tail, |state| state["decay"] = 1.5.into());
    assert_eq!(text, "the decay is 1.5, expected a number in (0, 1]");
}

#[test]
fn a_file_that_is_no_filter_is_refused() {
    let filter = EwmaFilter { decay: 0.9, warm_up: 3 };
    let mut tail = FilteredTail::new(filter, 5, beta(0.5)).unwrap();
    returns(44, 7).iter().for_each(|value| _ = tail.update(*value).unwrap());
    let refused = |key: &str, value: Value| refusal(&tail, |state| state[key] = value.clone());
    let text = "the variance of the past returns is -1, expected a finite number above 0";
    assert_eq!(refused("variance", vec![number(-1.0)].into()), text);
    assert_eq!(refused("variance", Value::Array(vec![])), "the list of variances has length 0, expected 1");
    let text = "the number of returns that started the volatility is 4, expected at most the number of returns to start from";
    assert_eq!(refused("started", 4.into()), text);
    assert!(
        refused("started", 2.into())
            .ends_with("expected a finite number of zero or more, and no residual yet")
    );
    let text = refusal(&tail, |state| state["filter"]["decay"] = 1.into());
    assert_eq!(text, "the decay is 1, expected a number in (0, 1)");
}
