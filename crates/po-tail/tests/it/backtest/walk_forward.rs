//! Forecasts see the past, and nothing else.
#![expect(clippy::float_cmp, reason = "a forecast that stands is the same to the last bit")]

use po_core::InputError;
use po_tail::{Error, Failure, ForecastPath, TailRisk, WalkForward, Window, walk_forward};
use proptest::prelude::*;

use super::Noise;

fn series(days: usize) -> Vec<f64> {
    let mut noise = Noise(8);
    (0..days).map(|_| 0.01 * noise.normal()).collect()
}

/// One day in so many: the mean of squares of what it is handed, and how much of it there is.
fn spread(past: &[f64], _: usize) -> Result<TailRisk, Error> {
    let var = past.iter().map(|value| value * value).sum::<f64>().sqrt();
    Ok(TailRisk { var, cvar: 1.25 * var })
}

fn walked(returns: &[f64], window: Window, refit: usize) -> ForecastPath {
    walk_forward(returns, &WalkForward { window, refit }, spread).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_future_does_not_change_forecasts(from in 10_usize..40, refit in 1_usize..6, rolling: bool) {
        let window = if rolling { Window::Rolling(10) } else { Window::Expanding(10) };
        let returns = series(40);
        let mut other = returns.clone();
        other[from..].iter_mut().for_each(|value| *value = 10.0 * *value - 1.0);
        let (one, other) = (walked(&returns, window, refit), walked(&other, window, refit));
        // The forecast for the first day that differs was made before it.
        let same = from - 10 + 1;
        prop_assert_eq!(&one.var[..same], &other.var[..same]);
        prop_assert_eq!(&one.cvar[..same], &other.cvar[..same]);
        prop_assert_eq!(&one.returns[..], &returns[10..]);
    }
}

#[test]
fn the_window_is_what_lies_before_the_day() {
    let returns = series(12);
    let mut seen = Vec::new();
    let mut look = |window, refit| {
        seen.clear();
        let settings = WalkForward { window, refit };
        let path = walk_forward(&returns, &settings, |past, day| {
            assert_eq!(past, &returns[day - past.len()..day]);
            seen.push((day, past.len()));
            spread(past, day)
        });
        assert_eq!(path.unwrap().days, (8..12).collect::<Vec<usize>>());
        seen.clone()
    };
    assert_eq!(look(Window::Rolling(8), 1), [(8, 8), (9, 8), (10, 8), (11, 8)]);
    assert_eq!(look(Window::Expanding(8), 1), [(8, 8), (9, 9), (10, 10), (11, 11)]);
    assert_eq!(look(Window::Expanding(8), 3), [(8, 8), (11, 11)]);
}

#[test]
fn a_forecast_stands_until_the_next() {
    let path = walked(&series(20), Window::Rolling(10), 4);
    for (place, var) in path.var.iter().enumerate() {
        assert_eq!(*var, path.var[place / 4 * 4]);
    }
    assert!(path.var[3] != path.var[4]);
}

#[test]
fn failures_are_recorded_with_their_day() {
    let refused = Error::TooFew { what: "the sample", needed: 9, actual: 5 };
    let mut asked = Vec::new();
    let settings = WalkForward { window: Window::Rolling(5), refit: 2 };
    let path = walk_forward(&series(12), &settings, |past, day| {
        asked.push(day);
        match day {
            7 => Err(refused.clone()),
            8 => Ok(TailRisk { var: f64::NAN, cvar: 1.0 }),
            9 => Ok(TailRisk { var: 0.02, cvar: 0.01 }),
            _ => spread(past, day),
        }
    })
    .unwrap();
    // After a failure the forecaster is asked again on the next day; the old forecast does not stand.
    assert_eq!(asked, [5, 7, 8, 9, 10]);
    assert_eq!(path.days, [5, 6, 10, 11]);
    let days: Vec<usize> = path.failures.iter().map(|failure| failure.day).collect();
    assert_eq!(days, [7, 8, 9]);
    assert_eq!(path.failures[0], Failure { day: 7, error: refused });
    let texts: Vec<String> = path.failures.iter().map(|failure| failure.error.to_string()).collect();
    assert_eq!(texts[1], "the value at risk of day 8 is NaN, expected a finite number");
    let expected = "the expected shortfall of day 9 is 0.01, expected at least the value at risk of that day";
    assert_eq!(texts[2], expected);
    assert_eq!(path.forecasts().unwrap().days(), 4);
}

#[test]
fn a_forecaster_that_always_fails_leaves_nothing_to_test() {
    let settings = WalkForward { window: Window::Rolling(5), refit: 1 };
    let path = walk_forward(&series(8), &settings, |_, _| Ok(TailRisk { var: 0.1, cvar: -0.1 })).unwrap();
    assert_eq!(path.failures.len(), 3);
    let error = path.forecasts().unwrap_err();
    assert_eq!(error, InputError::Empty { what: "the list of returns" }.into());
}

#[test]
fn settings_that_leave_no_day_are_refused() {
    let ask = |window, refit, days| {
        walk_forward(&series(days), &WalkForward { window, refit }, spread).unwrap_err().to_string()
    };
    assert_eq!(ask(Window::Rolling(0), 1, 5), "the window is 0, expected 1 day or more");
    assert_eq!(ask(Window::Expanding(2), 0, 5), "the interval of refits is 0, expected 1 day or more");
    let text = "the list of returns has 5 observations, expected at least 6";
    assert_eq!(ask(Window::Rolling(5), 1, 5), text);
    let error =
        walk_forward(&[0.0, f64::INFINITY], &WalkForward { window: Window::Rolling(1), refit: 1 }, spread);
    assert_eq!(error.unwrap_err().to_string(), "the return of day 1 is inf, expected a finite number");
}
