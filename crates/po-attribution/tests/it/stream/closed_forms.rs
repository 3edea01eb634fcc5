//! Cases whose answer is known without a program.
#![expect(clippy::float_cmp, reason = "halves and quarters are added without rounding")]

use po_attribution::{AttributionLedger, Calendar, Keep, LedgerBar, LedgerParams, Rollup};

/// Numbers of a few digits, added and multiplied a few times.
const A_FEW_ROUNDINGS: f64 = 1e-12;

fn of_assets(assets: usize) -> LedgerParams {
    LedgerParams { assets, ..LedgerParams::default() }
}

fn on(year: i64, month: i64, day: i64) -> Calendar {
    Calendar { year, month, day }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < A_FEW_ROUNDINGS * (1.0 + b.abs())
}

/// Half and half, rebalanced every bar: 10 % and 0 %, then 0 % and 10 %.
///
/// By hand: W = 100, 105, 110.25. The first asset earns 5, the second 5.25; one bar later is worth more, because
/// there is more to earn it on.
#[test]
fn contributions_grow_with_the_wealth_they_are_earned_on() {
    let mut ledger = AttributionLedger::new(of_assets(2), 100.0).unwrap();
    for returns in [[0.1, 0.0], [0.0, 0.1]] {
        let bar = LedgerBar { returns: &returns, held: &[0.5, 0.5], ..LedgerBar::default() };
        ledger.update(&bar).unwrap();
    }
    let all = ledger.statement(Rollup::Inception);
    assert!(near(all.asset(0), 5.0) && near(all.asset(1), 5.25) && near(all.end(), 110.25));
    assert!(near(all.contribution(all.asset(0)), 0.05) && near(all.contribution(all.asset(1)), 0.0525));
    assert!(near(all.period_return(), 0.1025));
    assert_eq!((all.bars(), all.cash(), all.drift(), all.costs(), all.residual()), (2, 0.0, 0.0, 0.0, 0.0));
}

/// The linking rule of GRAP: contributions times the growth before them.
#[test]
fn money_over_the_start_is_the_linking_rule_of_grap() {
    let bars = [([0.6, 0.3], [0.02, -0.01]), ([0.5, 0.5], [-0.03, 0.04]), ([0.7, -0.2], [0.01, 0.05])];
    let mut ledger = AttributionLedger::new(of_assets(2), 250.0).unwrap();
    let (mut growth, mut linked) = (1.0, [0.0; 2]);
    for (held, returns) in &bars {
        ledger.update(&LedgerBar { returns, held, ..LedgerBar::default() }).unwrap();
        let mut total = 0.0;
        for asset in 0..2 {
            linked[asset] += held[asset] * returns[asset] * growth;
            total += held[asset] * returns[asset];
        }
        growth *= 1.0 + total;
    }
    let all = ledger.statement(Rollup::Inception);
    for (asset, linked) in linked.iter().enumerate() {
        assert!(near(all.contribution(all.asset(asset)), *linked));
    }
    assert!(near(all.period_return(), growth - 1.0));
    assert!(near(linked[0] + linked[1], growth - 1.0));
}

/// A hundred, levered to 150 % long and 70 % short, with 20 % in cash; the decision was 160 % and 60 %.
///
/// Held: 150 * 0.1 - 70 * 0.2 = 1; decided: 16 - 12 = 4; cash: 20 * 0.01 = 0.2.
#[test]
fn drift_is_what_was_held_less_what_was_decided() {
    let mut ledger = AttributionLedger::new(of_assets(2), 100.0).unwrap();
    let bar = LedgerBar {
        returns: &[0.1, 0.2],
        held: &[1.5, -0.7],
        decided: &[1.6, -0.6],
        cash_return: 0.01,
        ..LedgerBar::default()
    };
    ledger.update(&bar).unwrap();
    let day = ledger.statement(Rollup::Day);
    assert!(near(day.asset(0), 16.0) && near(day.asset(1), -12.0) && near(day.drift(), -3.0));
    assert!(near(day.cash(), 0.2) && near(day.market(), 1.0) && near(day.profit(), 1.2));
}

/// Two stages on a base of equal weights; the order was filled by half.
#[test]
fn stages_are_steps_between_portfolios() {
    let params = LedgerParams { assets: 2, stages: 2, factors: 1, ..LedgerParams::default() };
    let mut ledger = AttributionLedger::new(params, 100.0).unwrap();
    let bar = LedgerBar {
        returns: &[0.1, -0.1],
        held: &[0.75, 0.25],
        // Equal, then all in the first, then all of it again: the second stage changed nothing.
        stages: &[0.5, 0.5, 1.0, 0.0, 1.0, 0.0],
        exposures: &[1.0, -1.0],
        factor_returns: &[0.06],
        ..LedgerBar::default()
    };
    ledger.update(&bar).unwrap();
    let day = ledger.statement(Rollup::Day);
    assert!(near(day.stage(0), 0.0) && near(day.stage(1), 10.0) && near(day.execution(), -5.0));
    assert_eq!((day.stage(2), day.stage(3)), (0.0, 0.0));
    // The portfolio is exposed by a half: 50 * 0.06.
    assert!(near(day.factor(0), 3.0) && near(day.specific(), 2.0) && near(day.market(), 5.0));
    assert_eq!(day.factor(1), 0.0);
}

#[test]
fn without_stages_and_factors_all_is_base_and_specific() {
    let mut ledger = AttributionLedger::new(of_assets(1), 100.0).unwrap();
    ledger.update(&LedgerBar { returns: &[0.5], held: &[0.5], ..LedgerBar::default() }).unwrap();
    let day = ledger.statement(Rollup::Day);
    assert_eq!((day.stage(0), day.execution(), day.specific(), day.market()), (25.0, 0.0, 25.0, 25.0));
}

#[test]
fn a_position_without_a_price_earns_nothing() {
    let mut ledger = AttributionLedger::new(of_assets(2), 100.0).unwrap();
    let bar = LedgerBar { returns: &[f64::NAN, 0.5], held: &[0.5, 0.5], ..LedgerBar::default() };
    ledger.update(&bar).unwrap();
    let day = ledger.statement(Rollup::Day);
    assert_eq!((day.asset(0), day.asset(1), ledger.wealth()), (0.0, 25.0, 125.0));
}

/// Costs are fractions of the wealth there is: 1 % of 100 before the first bar, then 2 % of 99 * 2.
#[test]
fn costs_are_booked_to_the_bar_before_them() {
    let mut ledger = AttributionLedger::new(of_assets(2), 100.0).unwrap();
    ledger.charge(&[0.0, 0.01]).unwrap();
    assert_eq!((ledger.wealth(), ledger.bars(), ledger.calendar()), (99.0, 0, None));
    let bar = LedgerBar { returns: &[1.0, 1.0], held: &[0.5, 0.5], ..LedgerBar::default() };
    ledger.update(&bar).unwrap();
    ledger.charge(&[0.02, 0.0]).unwrap();
    ledger.charge(&[-0.01, 0.0]).unwrap();
    let (bar, day) = (ledger.statement(Rollup::Bar), ledger.statement(Rollup::Day));
    let paid = 3.96 - 1.9404;
    assert!(near(bar.cost(0), paid) && near(bar.costs(), paid) && near(bar.start(), 99.0));
    assert!(near(day.cost(0), paid) && near(day.cost(1), 1.0) && near(day.start(), 100.0));
    assert!(near(ledger.wealth(), 198.0 - paid));
    assert_eq!((bar.bars(), day.bars()), (1, 1));
}

/// Doubling every bar: each period starts where the one before it ended.
#[test]
fn a_new_year_closes_all_and_a_new_day_only_the_day() {
    let keep = Keep { bars: 2, days: 2, months: 2, years: 1 };
    let mut ledger = AttributionLedger::new(LedgerParams { keep, ..of_assets(1) }, 1.0).unwrap();
    let calendars = [on(1, 12, 30), on(1, 12, 31), on(1, 12, 31), on(2, 1, 1), on(2, 1, 1), on(2, 2, 1)];
    for calendar in calendars {
        ledger
            .update(&LedgerBar { calendar, returns: &[1.0], held: &[1.0], ..LedgerBar::default() })
            .unwrap();
    }
    let ends = |period, ago| {
        ledger
            .closed(period, ago)
            .map(|closed| (closed.start(), closed.end(), closed.bars(), closed.asset(0)))
    };
    assert_eq!(ends(Rollup::Day, 0), Some((8.0, 32.0, 2, 24.0)));
    assert_eq!(ends(Rollup::Day, 1), Some((2.0, 8.0, 2, 6.0)));
    assert_eq!(ends(Rollup::Day, 2), None);
    assert_eq!(ends(Rollup::Month, 0), Some((8.0, 32.0, 2, 24.0)));
    assert_eq!(ends(Rollup::Month, 1), Some((1.0, 8.0, 3, 7.0)));
    assert_eq!(ends(Rollup::Year, 0), Some((1.0, 8.0, 3, 7.0)));
    assert_eq!(ends(Rollup::Year, 1), None);
    assert_eq!(ends(Rollup::Bar, 0), Some((16.0, 32.0, 1, 16.0)));
    assert_eq!(ends(Rollup::Bar, 1), None);
    assert_eq!(ends(Rollup::Inception, 0), None);
    let running = |period| (ledger.statement(period).start(), ledger.statement(period).bars());
    assert_eq!(running(Rollup::Bar), (32.0, 1));
    assert_eq!(running(Rollup::Day), (32.0, 1));
    assert_eq!(running(Rollup::Month), (32.0, 1));
    assert_eq!(running(Rollup::Year), (8.0, 3));
    assert_eq!(running(Rollup::Inception), (1.0, 6));
    assert_eq!((ledger.bars(), ledger.calendar(), ledger.params().assets), (6, Some(on(2, 2, 1)), 1));
}

/// As in the table of [`AttributionLedger::restate`]: 100 shares at 1, the price 1.5 was 2; 50 are sold at it. The new
/// day's wealth at its start, and the old one's at its end, move by the gain of what was kept.
#[test]
fn a_restated_price_moves_profit_between_two_days() {
    let mut ledger = AttributionLedger::new(of_assets(1), 100.0).unwrap();
    let bars = [(1, 0.5, 1.0), (2, 1.0, 0.5)];
    for (day, value, held) in bars {
        let bar =
            LedgerBar { calendar: on(1, 1, day), returns: &[value], held: &[held], ..LedgerBar::default() };
        ledger.update(&bar).unwrap();
    }
    assert!(near(ledger.wealth(), 225.0));
    let moved = ledger.restate(1, 0, 2.0 / 1.5).unwrap();
    assert!(near(moved.earned, 50.0) && near(moved.following, -25.0) && near(moved.trades, -25.0));
    assert!(near(moved.wealth, 0.0) && near(ledger.wealth(), 225.0));
    let (old, new) = (ledger.closed(Rollup::Day, 0).unwrap(), ledger.statement(Rollup::Day));
    assert!(near(old.asset(0), 100.0) && near(old.restated(), -25.0) && near(old.end(), 175.0));
    assert!(near(new.asset(0), 50.0) && near(new.start(), 175.0) && near(new.end(), 225.0));
    assert_eq!((old.residual(), new.residual()), (0.0, 0.0));
    let month = ledger.statement(Rollup::Month);
    assert!(near(month.asset(0), 150.0) && near(month.restated(), -25.0) && near(month.profit(), 125.0));
}

#[test]
fn a_restated_last_price_moves_the_wealth_now() {
    let mut ledger = AttributionLedger::new(of_assets(1), 100.0).unwrap();
    ledger.update(&LedgerBar { returns: &[0.5], held: &[0.5], ..LedgerBar::default() }).unwrap();
    let moved = ledger.restate(0, 0, 2.0).unwrap();
    assert_eq!((moved.earned, moved.following, moved.trades, moved.wealth), (75.0, 0.0, 0.0, 75.0));
    assert_eq!((ledger.wealth(), ledger.statement(Rollup::Day).asset(0)), (200.0, 100.0));
}

/// A price that was missing and arrives three bars late, when a newer one is there.
#[test]
fn a_late_price_is_the_restatement_of_a_missing_one() {
    let mut ledger = AttributionLedger::new(of_assets(1), 100.0).unwrap();
    for value in [f64::NAN, f64::NAN, 0.5] {
        ledger.update(&LedgerBar { returns: &[value], held: &[1.0], ..LedgerBar::default() }).unwrap();
    }
    let moved = ledger.restate(2, 0, 1.25).unwrap();
    assert_eq!((moved.earned, moved.following, moved.trades, moved.wealth), (25.0, -25.0, 0.0, 0.0));
    assert_eq!(ledger.closed(Rollup::Bar, 1).unwrap().asset(0), 25.0);
    assert_eq!(ledger.closed(Rollup::Bar, 0).unwrap().asset(0), 0.0);
    assert_eq!(
        (ledger.statement(Rollup::Bar).asset(0), ledger.statement(Rollup::Bar).start()),
        (25.0, 125.0)
    );
}

#[test]
fn restating_to_and_fro_changes_nothing() {
    let mut ledger = AttributionLedger::new(of_assets(2), 100.0).unwrap();
    for held in [[0.5, 0.25], [0.75, 0.5], [-0.5, 1.5]] {
        ledger.update(&LedgerBar { returns: &[0.25, -0.5], held: &held, ..LedgerBar::default() }).unwrap();
    }
    let read = |ledger: &AttributionLedger| {
        let bar = ledger.closed(Rollup::Bar, 0).unwrap();
        let now = ledger.statement(Rollup::Bar);
        [bar.asset(0), bar.restated(), bar.start(), bar.end(), now.asset(0), now.start(), now.end()]
    };
    let before = read(&ledger);
    ledger.restate(1, 0, 4.0).unwrap();
    assert_ne!(read(&ledger), before);
    ledger.restate(1, 0, 0.25).unwrap();
    assert_eq!(read(&ledger), before);
}

#[test]
fn groups_add_up_what_their_assets_earned() {
    let mut ledger = AttributionLedger::new(of_assets(5), 64.0).unwrap();
    let returns = [0.5, 0.25, -0.5, 1.0, 0.125];
    for day in 1..4 {
        let bar = LedgerBar {
            calendar: on(1, 1, day),
            returns: &returns,
            held: &[0.25; 5],
            ..LedgerBar::default()
        };
        ledger.update(&bar).unwrap();
        ledger.charge(&[0.25, 0.0, 0.0, 0.0, 0.0]).unwrap();
    }
    let all = ledger.statement(Rollup::Inception);
    let (mut earned, mut costs, mut assets) = ([f64::NAN; 3], [f64::NAN; 3], [f64::NAN; 5]);
    let groups = [0, 2, 0, 2, 2];
    all.groups_into(&groups, &mut earned).unwrap();
    all.group_costs_into(&groups, &mut costs).unwrap();
    all.assets_into(&mut assets).unwrap();
    for (asset, earned) in assets.iter().enumerate() {
        assert_eq!(*earned, all.asset(asset));
    }
    assert!(near(earned[0], assets[0] + assets[2]) && near(earned[2], assets[1] + assets[3] + assets[4]));
    assert_eq!((earned[1], costs[1], costs[2]), (0.0, 0.0, 0.0));
    assert!(near(costs[0], all.costs()));
    assert!(near(all.group(&[0, 2]), earned[0]) && near(all.group(&[1, 3, 4]), earned[2]));
    assert_eq!(all.group(&[7]), 0.0);
    assert_eq!((all.asset(5), all.cost(5)), (0.0, 0.0));
}

/// Levered ten times, a fall by a fifth leaves debts: the loss is told, and nothing can be held of debts.
#[test]
fn ruin_is_booked_and_can_be_restated_away() {
    let mut ledger = AttributionLedger::new(of_assets(1), 100.0).unwrap();
    let bar = LedgerBar { returns: &[-0.25], held: &[8.0], ..LedgerBar::default() };
    ledger.update(&bar).unwrap();
    let day = ledger.statement(Rollup::Day);
    assert_eq!((day.asset(0), day.period_return(), ledger.wealth()), (-200.0, -2.0, -100.0));
    assert!(ledger.update(&bar).is_err() && ledger.charge(&[0.0]).is_err());
    ledger.restate(0, 0, 1.25).unwrap();
    assert_eq!(ledger.wealth(), 50.0);
    ledger.update(&bar).unwrap();
}
