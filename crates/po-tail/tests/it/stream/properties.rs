//! What holds whatever the returns are.

use po_tail::{DecayedTail, RollingTail, TailModel};
use proptest::prelude::*;

use super::{beta, bits, last, near};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Few different values, so that ties are everywhere.
    #[test]
    fn ties_are_no_matter(
        values in prop::collection::vec(-6_i32..6, 1..600),
        window in 1_usize..200,
        level in 0.02_f64..0.98,
    ) {
        let returns: Vec<f64> = values.iter().map(|value| 0.01 * f64::from(*value)).collect();
        let mut rolling = RollingTail::new(window, beta(level)).unwrap();
        let mut decayed = DecayedTail::new(window, 0.96, beta(level)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            let own = last(&returns, end, window);
            let batch = TailModel::Historical.estimate(own, beta(level)).unwrap();
            prop_assert!(near(rolling.update(*value).unwrap(), batch, own));
            let batch = TailModel::AgeWeighted { decay: 0.96 }.estimate(own, beta(level)).unwrap();
            prop_assert!(near(decayed.update(*value).unwrap(), batch, own));
        }
    }

    /// A power of two times the returns is the same power times the risk, to the bit.
    #[test]
    fn the_unit_is_no_matter(
        returns in prop::collection::vec(-0.2..0.2_f64, 1..300),
        window in 1_usize..100,
        power in -60_i32..60,
    ) {
        let unit = 2.0_f64.powi(power);
        let streams = || DecayedTail::new(window, 0.9, beta(0.9)).unwrap();
        let (mut one, mut other) = (streams(), streams());
        for value in returns {
            let risk = one.update(value).unwrap();
            let scaled = other.update(unit * value).unwrap();
            prop_assert_eq!(bits(scaled), bits(risk.rescaled(0.0, unit)));
        }
    }

    /// The mean of the tail lies between its edge and the greatest loss, and both grow with the confidence.
    #[test]
    fn risks_are_in_order(returns in prop::collection::vec(-0.2..0.2_f64, 2..400), window in 2_usize..150) {
        let mut rolling = RollingTail::new(window, beta(0.5)).unwrap();
        let mut decayed = DecayedTail::new(window, 0.97, beta(0.5)).unwrap();
        for (end, value) in returns.iter().enumerate() {
            rolling.update(*value).unwrap();
            decayed.update(*value).unwrap();
            let worst = last(&returns, end, window).iter().fold(f64::MAX, |worst, value| worst.min(*value));
            let ladder = [0.1, 0.5, 0.9, 0.99, 0.9999];
            for risks in [
                ladder.map(|level| rolling.risk_at(beta(level)).unwrap()),
                ladder.map(|level| decayed.risk_at(beta(level)).unwrap()),
            ] {
                for risk in risks {
                    prop_assert!(risk.var <= risk.cvar + 1e-15 && risk.cvar <= 1e-15 - worst, "{:?}", risk);
                }
                for pair in risks.windows(2) {
                    prop_assert!(pair[0].var <= pair[1].var && pair[0].cvar <= pair[1].cvar + 1e-15, "{:?}", pair);
                }
            }
        }
    }

    /// The order within a full window is no matter to the one that has equal weights.
    #[test]
    fn the_order_is_no_matter(mut returns in prop::collection::vec(-0.2..0.2_f64, 5..200)) {
        let run = |returns: &[f64]| {
            let mut tail = RollingTail::new(returns.len(), beta(0.9)).unwrap();
            returns.iter().for_each(|value| _ = tail.update(*value).unwrap());
            tail.risk().unwrap()
        };
        let straight = run(&returns);
        returns.reverse();
        prop_assert!(near(run(&returns), straight, &returns));
    }
}
