//! Stresses given as numbers, and what they refuse.

use po_core::{InputError, Returns};
use po_tail::{Coverage, Day, Episode, Error, Scenarios, Stress, StressMode};

fn scenarios() -> Scenarios {
    Scenarios::equal(
        Returns::from_column_slice(4, 2, &[0.02, -0.01, 0.0, 0.03, 0.01, 0.02, -0.02, 0.0]).unwrap(),
    )
}

#[test]
fn shocks_out_of_range() {
    let one = |shock: Option<f64>, factor: f64, correlation: Option<f64>| {
        Stress::new(vec![shock, None], vec![factor, 1.0], correlation).unwrap_err().to_string()
    };
    assert_eq!(
        Stress::new(Vec::new(), Vec::new(), None).unwrap_err(),
        InputError::Empty { what: "the list of shocks" }
    );
    assert_eq!(
        Stress::new(vec![None], Vec::new(), None).unwrap_err(),
        InputError::LengthMismatch { what: "the list of volatility factors", expected: 1, actual: 0 }
    );
    assert_eq!(one(Some(-1.5), 1.0, None), "the shock of asset 0 is -1.5, expected a return of -1 or more");
    assert_eq!(one(None, -2.0, None), "the volatility factor of asset 0 is -2, expected zero or more");
    assert_eq!(
        one(None, 1.0, Some(-1.1)),
        "the correlation of all assets is -1.1, expected a number in [-1/(N-1), 1]"
    );
    let stress = Stress::new(vec![None; 2], vec![1.0; 2], None).unwrap();
    let error = stress.apply(&scenarios(), StressMode::Row { probability: 1.5 }).unwrap_err();
    assert_eq!(error.to_string(), "the probability of the stress is 1.5, expected a number in [0, 1]");
}

#[test]
fn assets_that_move_as_one_have_no_other_correlation() {
    let column = [0.02, -0.01, 0.0, 0.03];
    let returns = Returns::from_column_slice(4, 2, &[column, column.map(|r| 2.0 * r)].concat()).unwrap();
    let stress = Stress::new(vec![None; 2], vec![1.0; 2], Some(0.3)).unwrap();
    let error = stress.apply(&Scenarios::equal(returns), StressMode::Shift).unwrap_err();
    assert_eq!(error, Error::Input(InputError::NotPositiveDefinite { pivot: 1 }));
}

#[test]
fn days_of_the_calendar() {
    assert!(Day::new(2024, 2, 29).is_ok() && Day::new(2000, 2, 29).is_ok());
    for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2023, 4, 31), (2023, 1, 0)] {
        let error = Day::new(year, month, day).unwrap_err();
        assert!(
            matches!(error, InputError::OutOfRange { value, .. } if value.to_bits() == f64::from(day).to_bits()),
            "{error}"
        );
    }
    let error = Day::new(2023, 13, 1).unwrap_err();
    assert_eq!(error.to_string(), "the month is 13, expected a number from 1 to 12");
}

#[test]
fn episodes_of_ones_own() {
    let day = |day| Day::new(2024, 3, day).unwrap();
    let error = Episode::new(" ", day(1), day(2)).unwrap_err();
    assert_eq!(error, InputError::EmptyName { kind: "episode", index: 0 });
    assert!(matches!(Episode::new("upside down", day(2), day(1)), Err(InputError::OutOfRange { .. })));
    let episode = Episode::new("two days", day(2), day(3)).unwrap();
    assert_eq!((episode.name(), episode.from(), episode.to()), ("two days", day(2), day(3)));
    // The stress is the return over the episode: 0.99 * 1 - 1, and 1.02 * 0.98 - 1.
    let dates = [1, 2, 3, 4].map(day);
    let (stress, coverage) = episode.stress(scenarios().returns(), &dates).unwrap();
    assert_eq!(coverage, Coverage::Whole);
    for (shock, expected) in stress.shocks().iter().zip([-0.01, -0.0004]) {
        assert!((shock.unwrap() - expected).abs() < 1e-15);
    }
}
