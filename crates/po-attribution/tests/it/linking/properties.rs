//! What holds of every history.

use po_attribution::{EffectHistory, LinkScratch, LinkedEffects, Linker, LinkingMethod, link, link_into};
use proptest::prelude::*;

use crate::brinson::random::config;

/// Rounding errors are measured by the sum of absolute linked effects and the growth on the way.
const RELATIVE: f64 = 1e-14;

/// Periods of six effects that add up to the excess return.
fn histories() -> impl Strategy<Value = EffectHistory> {
    let period = (prop::collection::vec(-0.05_f64..0.05, 6), -0.3_f64..0.35);
    prop::collection::vec(period, 1..25).prop_map(|periods| {
        let mut history = EffectHistory::new(6);
        for (effects, benchmark) in periods {
            history.push(&effects, benchmark + effects.iter().sum::<f64>(), benchmark).unwrap();
        }
        history
    })
}

/// How large sums may have been before they cancelled.
fn size(linked: &LinkedEffects, periods: usize) -> f64 {
    let gross: f64 = (0..periods).flat_map(|period| linked.period(period)).map(|value| value.abs()).sum();
    gross + 1.0 + linked.portfolio_return() + linked.benchmark_return().abs()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn linked_effects_leave_no_remainder(history in histories()) {
        let periods = history.periods();
        for &method in LinkingMethod::ALL {
            let linked = link(&history, method).unwrap();
            prop_assert!(linked.remainder().abs() <= RELATIVE * size(&linked, periods), "{method:?}");
            for effect in 0..6 {
                let sum: f64 = (0..periods).map(|period| linked.period(period)[effect]).sum();
                prop_assert!((sum - linked.totals()[effect]).abs() <= RELATIVE * size(&linked, periods));
            }
        }
    }

    #[test]
    fn effects_link_one_by_one(history in histories(), split in 0.0_f64..1.0) {
        // The part of an effect links to the part of its total; Davies-Laker makes portfolios of all effects at once.
        for &method in LinkingMethod::ALL.iter().filter(|method| **method != LinkingMethod::DaviesLaker) {
            let mut parts = EffectHistory::new(6);
            for period in 0..history.periods() {
                let row: Vec<f64> = history.row(period).iter().map(|effect| split * effect).collect();
                let (own, other) = (history.portfolio_returns()[period], history.benchmark_returns()[period]);
                parts.push(&row, own, other).unwrap();
            }
            let (whole, parts) = (link(&history, method).unwrap(), link(&parts, method).unwrap());
            let tolerance = RELATIVE * size(&whole, history.periods());
            for (whole, part) in whole.totals().iter().zip(parts.totals()) {
                prop_assert!((split * whole - part).abs() <= tolerance, "{method:?}");
            }
        }
    }

    #[test]
    fn period_by_period_is_all_at_once(history in histories()) {
        for &method in LinkingMethod::ALL {
            let mut linker = Linker::new(method, 6).unwrap();
            let (mut sofar, mut totals) = (EffectHistory::new(6), [0.0; 6]);
            for period in 0..history.periods() {
                let (own, other) = (history.portfolio_returns()[period], history.benchmark_returns()[period]);
                linker.push(history.row(period), own, other).unwrap();
                sofar.push(history.row(period), own, other).unwrap();
                linker.totals_into(&mut totals).unwrap();
                let linked = link(&sofar, method).unwrap();
                for (streamed, batch) in totals.iter().zip(linked.totals()) {
                    prop_assert!((streamed - batch).abs() <= RELATIVE * size(&linked, period + 1), "{method:?}");
                }
                prop_assert_eq!(linker.portfolio_return().to_bits(), linked.portfolio_return().to_bits());
                prop_assert_eq!(linker.benchmark_return().to_bits(), linked.benchmark_return().to_bits());
                prop_assert_eq!(linker.excess().to_bits(), linked.excess().to_bits());
            }
            prop_assert_eq!((linker.periods(), linker.method()), (history.periods(), method));
            linker.reset();
            prop_assert_eq!(&linker, &Linker::new(method, 6).unwrap());
        }
    }

    #[test]
    fn frongello_sums_to_grap(history in histories()) {
        let grap = link(&history, LinkingMethod::Grap).unwrap();
        let frongello = link(&history, LinkingMethod::Frongello).unwrap();
        for (grap_total, frongello) in grap.totals().iter().zip(frongello.totals()) {
            prop_assert!((grap_total - frongello).abs() <= RELATIVE * size(&grap, history.periods()));
        }
    }

    #[test]
    fn the_second_spelling_has_the_same_bits(first in histories(), second in histories()) {
        let (mut scratch, mut kept) = (LinkScratch::default(), LinkedEffects::default());
        for history in [&first, &second, &first] {
            for &method in LinkingMethod::ALL {
                link_into(history, method, &mut scratch, &mut kept).unwrap();
                prop_assert_eq!(&link(history, method).unwrap(), &kept);
            }
        }
    }
}
