//! Printed figures, and those of an implementation in fractions and fifty digits.

use po_attribution::{EffectHistory, LinkedEffects, Linker, LinkingMethod, link};
use serde::Deserialize;

/// The package prints all digits of a number; its inputs were rounded once more than ours.
const PEER: f64 = 1e-15;

/// Products over at most 24 periods, of growth that stays below ten, against values that are rounded once.
const ROUNDING: f64 = 2e-15;

#[derive(Deserialize)]
struct Golden {
    case: Vec<Case>,
    peer: Peer,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Case {
    name: String,
    effects: Vec<Vec<f64>>,
    portfolio: Vec<f64>,
    benchmark: Vec<f64>,
    returns: [f64; 2],
    carino: Vec<Vec<f64>>,
    menchero: Vec<Vec<f64>>,
    grap: Vec<Vec<f64>>,
    frongello: Vec<Vec<f64>>,
    davies_laker: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Peer {
    carino_allocation: Vec<Vec<f64>>,
    carino_selection: Vec<Vec<f64>>,
    menchero_allocation: Vec<Vec<f64>>,
    menchero_selection: Vec<Vec<f64>>,
}

impl Case {
    fn history(&self) -> EffectHistory {
        let mut history = EffectHistory::new(self.effects[0].len());
        for ((row, portfolio), benchmark) in self.effects.iter().zip(&self.portfolio).zip(&self.benchmark) {
            history.push(row, *portfolio, *benchmark).unwrap();
        }
        history
    }

    fn expected(&self, method: LinkingMethod) -> &[Vec<f64>] {
        match method {
            LinkingMethod::Carino => &self.carino,
            LinkingMethod::Menchero => &self.menchero,
            LinkingMethod::Grap => &self.grap,
            LinkingMethod::Frongello => &self.frongello,
            LinkingMethod::DaviesLaker => &self.davies_laker,
        }
    }
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/linking.toml")).unwrap()
}

#[test]
fn every_method_against_fractions_and_fifty_digits() {
    for case in golden().case {
        let history = case.history();
        for &method in LinkingMethod::ALL {
            let linked = link(&history, method).unwrap();
            let name = &case.name;
            assert!((linked.portfolio_return() - case.returns[0]).abs() <= ROUNDING, "{name}");
            assert!((linked.benchmark_return() - case.returns[1]).abs() <= ROUNDING, "{name}");
            assert!((linked.excess() - (case.returns[0] - case.returns[1])).abs() <= ROUNDING, "{name}");
            assert!(linked.remainder().abs() <= ROUNDING, "{name} {method:?} {}", linked.remainder());
            let expected = case.expected(method);
            let mut totals = vec![0.0; history.effects()];
            for (period, expected) in expected.iter().enumerate() {
                for (effect, expected) in expected.iter().enumerate() {
                    let found = linked.period(period)[effect];
                    assert!((found - expected).abs() <= ROUNDING, "{name} {method:?} {found} {expected}");
                    totals[effect] += expected;
                }
            }
            for (found, expected) in linked.totals().iter().zip(&totals) {
                assert!((found - expected).abs() <= ROUNDING, "{name} {method:?}");
            }
            // Period by period it is the same.
            let mut linker = Linker::new(method, history.effects()).unwrap();
            for period in 0..history.periods() {
                linker.push(history.row(period), case.portfolio[period], case.benchmark[period]).unwrap();
            }
            let mut streamed = vec![0.0; history.effects()];
            linker.totals_into(&mut streamed).unwrap();
            for (found, expected) in streamed.iter().zip(&totals) {
                assert!((found - expected).abs() <= ROUNDING, "{name} {method:?}");
            }
        }
    }
}

#[test]
fn the_tables_of_bacon() {
    let Golden { case, peer } = golden();
    let bacon = case.iter().find(|case| case.name == "bacon").unwrap();
    // Selection has interaction: the three blocks become two.
    let mut history = EffectHistory::new(6);
    for ((row, portfolio), benchmark) in bacon.effects.iter().zip(&bacon.portfolio).zip(&bacon.benchmark) {
        let mut two = row[..6].to_vec();
        two[3..].iter_mut().zip(&row[6..]).for_each(|(selection, interaction)| *selection += interaction);
        history.push(&two, *portfolio, *benchmark).unwrap();
    }
    let compare = |linked: &LinkedEffects, allocation: &[Vec<f64>], selection: &[Vec<f64>]| {
        let mut totals = [0.0; 2];
        for period in 0..4 {
            for (block, expected) in [&allocation[period], &selection[period]].into_iter().enumerate() {
                let found = &linked.period(period)[3 * block..3 * block + 3];
                for (found, expected) in found.iter().zip(expected) {
                    assert!((found - expected).abs() <= PEER, "{found} {expected}");
                }
                assert!((found.iter().sum::<f64>() - expected[3]).abs() <= PEER);
                totals[block] += expected[3];
            }
        }
        totals
    };
    let linked = link(&history, LinkingMethod::Carino).unwrap();
    let totals = compare(&linked, &peer.carino_allocation, &peer.carino_selection);
    // 3.86 % and -9.41 % as printed: 13.27 % to be explained.
    assert!((linked.portfolio_return() - 0.0386).abs() < 5e-5);
    assert!((linked.benchmark_return() + 0.0941).abs() < 5e-5);
    assert!((totals[0] + totals[1] - linked.excess()).abs() <= 4.0 * PEER);
    let linked = link(&history, LinkingMethod::Menchero).unwrap();
    let totals = compare(&linked, &peer.menchero_allocation, &peer.menchero_selection);
    assert!((totals[0] - 0.009_221_808_039_065_669).abs() <= 4.0 * PEER);
    assert!((totals[1] - 0.123_433_921_460_933_93).abs() <= 4.0 * PEER);
}
