//! What a ledger refuses, how it reads, and that nothing is changed by it.
#![expect(clippy::float_cmp, reason = "what was refused changed no bit")]

use po_attribution::{AttributionLedger, Calendar, Error, Keep, LedgerBar, LedgerParams, Rollup};
use po_core::{InputError, Universe};

use super::market::{Bar, Market};

/// One mistake in a bar.
type Spoil = fn(&mut Bar);

fn params() -> LedgerParams {
    LedgerParams { assets: 3, factors: 2, stages: 2, ..LedgerParams::default() }
}

fn with_one_bar() -> (AttributionLedger, Bar) {
    let mut market = Market::new(4, &params());
    let mut ledger = AttributionLedger::new(params(), 100.0).unwrap();
    ledger.update(&market.bar().view()).unwrap();
    ledger.charge(&market.costs()).unwrap();
    let mut bar = market.bar();
    bar.returns.fill(0.01);
    (ledger, bar)
}

/// The lines that a mistake must not touch.
fn read(ledger: &AttributionLedger) -> Vec<f64> {
    let mut numbers = vec![ledger.wealth(), ledger.bars() as f64];
    for period in Rollup::ALL {
        let statement = ledger.statement(period);
        numbers.extend([statement.start(), statement.cash(), statement.drift(), statement.specific()]);
        numbers.extend((0..3).flat_map(|i| [statement.asset(i), statement.cost(i), statement.stage(i)]));
    }
    numbers
}

fn refuses(spoil: impl Fn(&mut Bar), error: &Error, text: &str) {
    let (mut ledger, good) = with_one_bar();
    let before = read(&ledger);
    let mut bar = good.clone();
    spoil(&mut bar);
    let refused = ledger.update(&bar.view()).unwrap_err();
    assert_eq!(refused.to_string(), text);
    // A number that is not one is not equal to itself.
    if !format!("{error:?}").contains("NaN") {
        assert_eq!(refused, *error);
    }
    assert_eq!(read(&ledger), before);
    // And goes on as if nothing had been asked.
    let (mut untouched, _) = with_one_bar();
    ledger.update(&good.view()).unwrap();
    untouched.update(&good.view()).unwrap();
    assert_eq!(read(&ledger), read(&untouched));
}

#[test]
fn lists_of_a_wrong_length_are_refused() {
    let wrong = |what, expected, actual| Error::Input(InputError::LengthMismatch { what, expected, actual });
    let cases: [(Spoil, &'static str, usize, usize); 7] = [
        (|bar| bar.returns.push(0.0), "the list of returns", 3, 4),
        (|bar| bar.held.truncate(1), "the list of weights held", 3, 1),
        (|bar| bar.decided = vec![0.0], "the list of weights decided", 3, 1),
        (|bar| bar.stages.clear(), "the table of stages", 9, 0),
        (|bar| bar.exposures.push(0.0), "the table of exposures", 6, 7),
        (|bar| bar.factor_returns.clear(), "the list of returns of factors", 2, 0),
        (|bar| bar.stages.push(0.0), "the table of stages", 9, 10),
    ];
    for (spoil, what, expected, actual) in cases {
        let text = format!("{what} has length {actual}, expected {expected}");
        refuses(spoil, &wrong(what, expected, actual), &text);
    }
}

#[test]
fn numbers_that_are_none_are_refused_wherever_they_stand() {
    const FINITE: &str = "a finite number";
    const OR_NAN: &str = "a finite number, or NaN where there is no price";
    let of_asset = |name, asset, value, expected| {
        Error::Input(InputError::AssetOutOfRange { name, asset, value, expected })
    };
    let cases: [(Spoil, &'static str, usize, f64, &'static str); 7] = [
        (|bar| bar.returns[2] = f64::INFINITY, "the return", 2, f64::INFINITY, OR_NAN),
        (|bar| bar.held[1] = f64::NAN, "the weight held", 1, f64::NAN, FINITE),
        (
            |bar| {
                bar.decided = vec![0.0; 3];
                bar.decided[0] = f64::NEG_INFINITY;
            },
            "the weight decided",
            0,
            f64::NEG_INFINITY,
            FINITE,
        ),
        (|bar| bar.stages[4] = f64::NAN, "the weight after a stage", 1, f64::NAN, FINITE),
        (|bar| bar.exposures[5] = f64::INFINITY, "the exposure to a factor", 2, f64::INFINITY, FINITE),
        // Neither a return of zero nor a weight of zero hides what is multiplied by it.
        (
            |bar| {
                bar.returns[0] = 0.0;
                bar.stages[0] = f64::INFINITY;
            },
            "the weight after a stage",
            0,
            f64::INFINITY,
            FINITE,
        ),
        (
            |bar| {
                bar.held[0] = 0.0;
                bar.exposures[0] = f64::NAN;
                bar.factor_returns[0] = 0.0;
            },
            "the exposure to a factor",
            0,
            f64::NAN,
            FINITE,
        ),
    ];
    for (spoil, name, asset, value, expected) in cases {
        let text = format!("{name} of asset {asset} is {value}, expected {expected}");
        refuses(spoil, &of_asset(name, asset, value, expected), &text);
    }
    let plain = |name, value, expected| Error::Input(InputError::OutOfRange { name, value, expected });
    refuses(
        |bar| bar.cash_return = f64::INFINITY,
        &plain("the return of cash", f64::INFINITY, FINITE),
        "the return of cash is inf, expected a finite number",
    );
    refuses(
        |bar| bar.factor_returns[1] = f64::NEG_INFINITY,
        &plain("the return of a factor", f64::NEG_INFINITY, FINITE),
        "the return of a factor is -inf, expected a finite number",
    );
    let (mut ledger, mut bar) = with_one_bar();
    let before = read(&ledger);
    bar.held[0] = 1e250;
    let text = ledger.update(&bar.view()).unwrap_err().to_string();
    assert!(text.starts_with("the profit of the bar, or of a part of it, is "), "{text}");
    assert!(text.ends_with(", expected a number in [-1e200, 1e200]"), "{text}");
    assert_eq!(read(&ledger), before);
}

#[test]
fn a_calendar_never_runs_backwards() {
    let (ledger, _) = with_one_bar();
    let Calendar { year, month, day } = ledger.calendar().unwrap();
    let cases = [
        (Calendar { year: year - 1, month: 12, day: 31 }, Rollup::Year, year, year - 1),
        (Calendar { year, month: month - 1, day: 31 }, Rollup::Month, month, month - 1),
        (Calendar { year, month, day: day - 1 }, Rollup::Day, day, day - 1),
    ];
    for (calendar, period, last, value) in cases {
        refuses(
            move |bar| bar.calendar = calendar,
            &Error::CalendarBackwards { period, last, value },
            &format!("the {period} of the bar is {value}, expected {last} or later"),
        );
    }
    // Months and days begin anew.
    let (mut ledger, mut bar) = with_one_bar();
    bar.calendar = Calendar { year: year + 1, month: 1, day: 1 };
    ledger.update(&bar.view()).unwrap();
}

#[test]
fn costs_that_are_none_are_refused() {
    let (mut ledger, _) = with_one_bar();
    let before = read(&ledger);
    let short = ledger.charge(&[0.0]).unwrap_err();
    assert_eq!(short.to_string(), "the list of costs has length 1, expected 3");
    let none = ledger.charge(&[0.0, f64::INFINITY, 0.0]).unwrap_err();
    let text = "the cost of asset 1 is inf, expected a finite number, below 1e200 in money";
    assert_eq!(none.to_string(), text);
    let universe = Universe::new(["ash", "oak", "elm"]).unwrap();
    assert_eq!(none.named(&universe), text.replace("asset 1", "oak"));
    assert!(ledger.charge(&[0.0, f64::NAN, 0.0]).is_err());
    let huge = ledger.charge(&[1e300, 0.0, 0.0]).unwrap_err();
    assert!(huge.to_string().starts_with("the cost of asset 0 is 1"));
    assert_eq!(read(&ledger), before);
}

#[test]
fn what_is_not_remembered_cannot_be_restated() {
    let (mut ledger, _) = with_one_bar();
    let error = ledger.restate(1, 0, 1.1).unwrap_err();
    assert_eq!(error, Error::NotKept { bars_ago: 1, kept: 1 });
    let text = "the number of bars ago is 1, expected less than the 1 bars that are remembered";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.named(&Universe::new(["ash"]).unwrap()), text);

    let mut empty = AttributionLedger::new(params(), 1.0).unwrap();
    assert_eq!(empty.restate(0, 0, 1.1), Err(Error::NotKept { bars_ago: 0, kept: 0 }));

    let keep = Keep { bars: 0, ..Keep::default() };
    let mut market = Market::new(1, &params());
    let mut forgetful = AttributionLedger::new(LedgerParams { keep, ..params() }, 1.0).unwrap();
    forgetful.update(&market.bar().view()).unwrap();
    assert_eq!(forgetful.restate(0, 0, 1.1), Err(Error::NotKept { bars_ago: 0, kept: 0 }));

    let mut full = AttributionLedger::new(params(), 1.0).unwrap();
    (0..9).for_each(|_| full.update(&market.bar().view()).unwrap());
    assert_eq!(full.restate(5, 0, 1.1), Err(Error::NotKept { bars_ago: 5, kept: 5 }));
    assert!(full.restate(4, 0, 1.1).is_ok());
    assert_eq!(full.restate(usize::MAX, 0, 1.1), Err(Error::NotKept { bars_ago: usize::MAX, kept: 5 }));
}

#[test]
fn a_ratio_is_a_positive_number() {
    let (mut ledger, _) = with_one_bar();
    let before = read(&ledger);
    for ratio in [0.0, -1.0, f64::INFINITY] {
        let error = ledger.restate(0, 0, ratio).unwrap_err();
        let (name, expected) = ("the ratio of prices", "a positive number");
        assert_eq!(error, InputError::OutOfRange { name, value: ratio, expected }.into());
        assert_eq!(error.to_string(), format!("the ratio of prices is {ratio}, expected a positive number"));
    }
    assert!(ledger.restate(0, 0, f64::NAN).is_err());
    let beyond = ledger.restate(0, 3, 1.0).unwrap_err();
    assert_eq!(beyond.to_string(), "the index of the asset is 3, expected less than the number of assets");
    let (mut with_weight, mut bar) = with_one_bar();
    bar.held[0] = 0.5;
    with_weight.update(&bar.view()).unwrap();
    let kept = read(&with_weight);
    let huge = with_weight.restate(0, 0, 1e220).unwrap_err();
    assert!(huge.to_string().ends_with("expected one that leaves all sums below 1e200"));
    assert_eq!(read(&with_weight), kept);
    assert_eq!(read(&ledger), before);
}

#[test]
fn settings_that_make_no_ledger_are_refused() {
    let none = AttributionLedger::new(LedgerParams::default(), 1.0).unwrap_err();
    assert_eq!(none, InputError::Empty { what: "the list of assets" }.into());
    assert_eq!(none.to_string(), "the list of assets is empty, expected at least one item");
    for wealth in [0.0, -1.0, f64::INFINITY, 1e201] {
        let error = AttributionLedger::new(params(), wealth).unwrap_err();
        let (name, expected) = ("the wealth at the start", "a positive number, at most 1e200");
        assert_eq!(error, InputError::OutOfRange { name, value: wealth, expected }.into());
    }
    assert!(AttributionLedger::new(params(), f64::NAN).is_err());
    let huge = [
        LedgerParams { assets: usize::MAX, ..params() },
        LedgerParams { factors: usize::MAX, ..params() },
        LedgerParams { stages: usize::MAX, ..params() },
        LedgerParams { keep: Keep { bars: usize::MAX, ..Keep::default() }, ..params() },
        LedgerParams { keep: Keep { days: usize::MAX, years: usize::MAX, ..Keep::default() }, ..params() },
    ];
    for params in huge {
        let text = AttributionLedger::new(params, 1.0).unwrap_err().to_string();
        assert!(text.starts_with("the numbers to remember is "), "{text}");
        assert!(text.ends_with(", expected fewer than a memory holds"), "{text}");
    }
}

#[test]
fn ruin_is_told_with_the_wealth() {
    let mut ledger =
        AttributionLedger::new(LedgerParams { assets: 1, ..LedgerParams::default() }, 4.0).unwrap();
    let bar = LedgerBar { returns: &[-1.0], held: &[1.0], ..LedgerBar::default() };
    ledger.update(&bar).unwrap();
    let error = ledger.update(&bar).unwrap_err();
    assert_eq!(error, Error::Ruined { wealth: 0.0 });
    assert_eq!(error.to_string(), "the wealth is 0, expected a positive number");
    assert_eq!(ledger.charge(&[0.1]), Err(Error::Ruined { wealth: 0.0 }));
    assert_eq!((ledger.bars(), ledger.statement(Rollup::Day).period_return()), (1, -1.0));
}

#[test]
fn groups_without_a_place_are_refused() {
    let (ledger, _) = with_one_bar();
    let (day, mut earned) = (ledger.statement(Rollup::Day), [7.0; 2]);
    let short = day.groups_into(&[0, 1], &mut earned).unwrap_err();
    assert_eq!(short.to_string(), "the list of groups has length 2, expected 3");
    let beyond = day.groups_into(&[0, 1, 2], &mut earned).unwrap_err();
    assert_eq!(beyond.to_string(), "the group of asset 2 is 2, expected less than the number of groups");
    assert!(day.group_costs_into(&[2, 0, 0], &mut earned).is_err());
    assert_eq!(earned, [7.0; 2]);
    let list = day.assets_into(&mut earned).unwrap_err();
    assert_eq!(list.to_string(), "the list of profits has length 2, expected 3");
}
