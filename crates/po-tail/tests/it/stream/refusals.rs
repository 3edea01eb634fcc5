//! What streams refuse, in payload and words, and that it leaves no trace.

use po_core::InputError;
use po_tail::{DecayedTail, Error, EwmaFilter, FilteredTail, RollingTail};

use super::{beta, bits, returns};

fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> Error {
    InputError::OutOfRange { name, value, expected }.into()
}

#[test]
fn settings() {
    for window in [0, 10_000_001, usize::MAX] {
        let error = out_of_range("the window", window as f64, "a number in [1, 10000000]");
        assert_eq!(RollingTail::new(window, beta(0.9)).unwrap_err(), error);
        assert_eq!(DecayedTail::new(window, 0.9, beta(0.9)).unwrap_err(), error);
        assert_eq!(FilteredTail::new(EwmaFilter::default(), window, beta(0.9)).unwrap_err(), error);
    }
    let error = RollingTail::new(0, beta(0.9)).unwrap_err();
    assert_eq!(error.to_string(), "the window is 0, expected a number in [1, 10000000]");
    for decay in [0.0, -0.5, 1.0 + f64::EPSILON, f64::INFINITY] {
        let error = DecayedTail::new(5, decay, beta(0.9)).unwrap_err();
        assert_eq!(error, out_of_range("the decay", decay, "a number in (0, 1]"));
    }
    let error = DecayedTail::new(5, f64::NAN, beta(0.9)).unwrap_err();
    assert_eq!(error.to_string(), "the decay is NaN, expected a number in (0, 1]");
    let filter = EwmaFilter { decay: 1.0, warm_up: 20 };
    let error = FilteredTail::new(filter, 5, beta(0.9)).unwrap_err();
    assert_eq!(error, out_of_range("the decay", 1.0, "a number in (0, 1)"));
    let filter = EwmaFilter { decay: 0.9, warm_up: 0 };
    let error = FilteredTail::new(filter, 5, beta(0.9)).unwrap_err();
    assert_eq!(error, out_of_range("the number of returns to start from", 0.0, "1 or more"));
}

#[test]
fn a_refused_return_leaves_no_trace() {
    let mut rolling = RollingTail::new(20, beta(0.9)).unwrap();
    let mut decayed = DecayedTail::new(20, 0.5, beta(0.9)).unwrap();
    let mut filtered = FilteredTail::new(EwmaFilter::default(), 20, beta(0.9)).unwrap();
    let (mut spared_rolling, mut spared_decayed) = (rolling.clone(), decayed.clone());
    let mut spared_filtered = filtered.clone();
    let refused = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e100, -f64::MAX];
    // Before the first return, while the window fills, when it is full, and when weights are scaled down.
    for (bar, value) in returns(31, 1200).into_iter().enumerate() {
        if bar < 50 || (380..450).contains(&bar) || bar % 50 == 0 {
            for value in refused {
                let text = format!("the return is {value}, expected a number in [-1e100, 1e100]");
                let errors = [
                    rolling.update(value).unwrap_err(),
                    decayed.update(value).unwrap_err(),
                    filtered.update(value).unwrap_err(),
                ];
                for error in errors {
                    assert_eq!(error.to_string(), text);
                    assert!(matches!(error, Error::Input(InputError::OutOfRange { name: "the return", .. })));
                }
            }
        }
        assert_eq!(bits(rolling.update(value).unwrap()), bits(spared_rolling.update(value).unwrap()));
        assert_eq!(bits(decayed.update(value).unwrap()), bits(spared_decayed.update(value).unwrap()));
        assert_eq!(
            filtered.update(value).unwrap().map(bits),
            spared_filtered.update(value).unwrap().map(bits)
        );
    }
}

#[test]
fn a_volatility_of_zero() {
    let filter = EwmaFilter { decay: 0.5, warm_up: 3 };
    let mut tail = FilteredTail::new(filter, 10, beta(0.9)).unwrap();
    let error = out_of_range("the variance of the past returns", 0.0, "a finite number above 0");
    assert_eq!((tail.update(0.0), tail.update(0.0)), (Ok(None), Ok(None)));
    assert_eq!(tail.update(0.0).unwrap_err(), error);
    assert_eq!((tail.risk(), tail.volatility()), (None, None));
    // Another third return is taken as if there had been none.
    assert_eq!(tail.update(0.03), Ok(None));
    assert_eq!(tail.volatility(), Some((0.03_f64 * 0.03 / 3.0).sqrt()));
    // Halves until nothing is left; what is refused then does not halve again.
    let halvings = (0..2000).take_while(|_| tail.update(0.0).is_ok()).count();
    assert!((1000..1020).contains(&halvings), "{halvings}");
    let before = (tail.volatility(), tail.residuals().len());
    assert!(before.0.unwrap() > 0.0 && tail.update(0.0).is_err());
    assert_eq!((tail.volatility(), tail.residuals().len()), before);
    // Beside so small a volatility an ordinary return is out of all bounds.
    let error = tail.update(0.5).unwrap_err();
    let Error::Input(InputError::OutOfRange { name, value, expected }) = error else {
        panic!("{error:?}");
    };
    assert_eq!((name, expected), ("the return over its volatility", "a number in [-1e100, 1e100]"));
    assert_eq!(value.to_bits(), (0.5 / before.0.unwrap()).to_bits());
    assert_eq!((tail.volatility(), tail.residuals().len()), before);
    // One of its own size is not.
    assert!(tail.update(before.0.unwrap()).unwrap().is_some());
}
