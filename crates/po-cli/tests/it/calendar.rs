//! Periods per year, told from dates.

use jiff::ToSpan;
use jiff::civil::{DateTime, Weekday, date};
use po_cli::calendar::{Calendar, Rule};

/// `count` times from 2024-01-01 (a Monday) on, `hours` apart.
fn every(hours: i64, count: usize) -> Vec<DateTime> {
    date(2024, 1, 1).at(0, 0, 0, 0).series(hours.hours()).take(count).collect()
}

fn infer(times: &[DateTime]) -> Calendar {
    let periods: Vec<_> = times.windows(2).map(|pair| (pair[0], pair[1])).collect();
    Calendar::infer(&periods)
}

fn is_business_day(time: &DateTime) -> bool {
    !matches!(time.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[test]
fn business_days_are_252() {
    let days: Vec<DateTime> = every(24, 400).into_iter().filter(is_business_day).collect();
    let expected = Calendar { periods_per_year: 252.0, rule: Rule::BusinessDays };
    assert_eq!(infer(&days), expected);
    // Holidays leave gaps, and do not change the rule.
    let with_gaps: Vec<DateTime> =
        days.iter().copied().enumerate().filter(|(i, _)| i % 7 != 0).map(|(_, d)| d).collect();
    assert_eq!(infer(&with_gaps), expected);
    assert_eq!(expected.to_string(), "252 periods per year, told from the dates: business days");
}

#[test]
fn markets_that_never_close_have_365_days() {
    let expected = Calendar { periods_per_year: 365.0, rule: Rule::EveryDay };
    assert_eq!(infer(&every(24, 200)), expected);
    assert_eq!(infer(&every(24, 9)), expected);
}

#[test]
fn a_week_without_a_sunday_is_no_whole_week() {
    let days: Vec<DateTime> =
        every(24, 200).into_iter().filter(|day| day.weekday() != Weekday::Sunday).collect();
    assert_eq!(infer(&days).rule, Rule::BusinessDays);
}

#[test]
fn hours_are_counted_by_the_day() {
    let calendar = infer(&every(1, 24 * 30));
    assert_eq!(calendar.periods_per_year, 8760.0);
    assert_eq!(calendar.rule, Rule::Intraday { per_day: 24.0, every_day: true });
    // Seven hours on each business day.
    let hours: Vec<DateTime> = every(1, 24 * 60)
        .into_iter()
        .filter(|time| is_business_day(time) && (9..16).contains(&time.hour()))
        .collect();
    let calendar = infer(&hours);
    assert_eq!(calendar.periods_per_year, 7.0 * 252.0);
    assert_eq!(calendar.to_string(), "1764 periods per year, told from the dates: 7 a day on 252 days");
}

#[test]
fn longer_periods_have_names() {
    for (days, expected, name) in [
        (7, 52.0, "weeks"),
        (14, 26.0, "fortnights"),
        (91, 4.0, "quarters"),
        (182, 2.0, "half-years"),
        (365, 1.0, "years"),
    ] {
        let calendar = infer(&every(24 * days, 20));
        assert_eq!((calendar.periods_per_year, calendar.rule), (expected, Rule::Named(name)));
    }
    let months: Vec<DateTime> = (0..24)
        .map(|month| date(2022 + month / 12, i8::try_from(month % 12 + 1).unwrap(), 28).at(0, 0, 0, 0))
        .collect();
    assert_eq!(infer(&months).periods_per_year, 12.0);
}

#[test]
fn other_periods_have_a_length() {
    let calendar = infer(&every(24 * 3, 20));
    assert_eq!((calendar.periods_per_year, calendar.rule), (365.25 / 3.0, Rule::Length(3.0)));
    assert_eq!(calendar.to_string(), "121.75 periods per year, told from the dates: 3.0 days each");
}

#[test]
fn without_periods_business_days_are_assumed() {
    assert_eq!(Calendar::infer(&[]).periods_per_year, 252.0);
    assert_eq!(Calendar::told(260.0).to_string(), "260 periods per year, as told");
}
