//! Cases whose answer is plain, and the ends of the range.

use po_attribution::{
    Brinson, BrinsonHoldings, BrinsonParams, EffectHistory, GeometricLinker, Hierarchy, Linker,
    LinkingMethod, NestedBrinson, Segment, link,
};

/// A few roundings of numbers near one.
const ROUNDING: f64 = 4e-16;

fn history(rows: &[(&[f64], f64, f64)]) -> EffectHistory {
    let mut history = EffectHistory::new(rows[0].0.len());
    rows.iter().for_each(|(row, portfolio, benchmark)| history.push(row, *portfolio, *benchmark).unwrap());
    history
}

#[test]
fn one_period_is_what_it_was() {
    let row = [0.01, -0.02, 0.03, 0.004, 0.005, -0.009];
    let history = history(&[(&row, 0.05, 0.03)]);
    for &method in LinkingMethod::ALL {
        let linked = link(&history, method).unwrap();
        for (found, effect) in linked.totals().iter().zip(&row) {
            assert!((found - effect).abs() < ROUNDING, "{method:?}");
        }
    }
}

#[test]
fn equal_periods_have_equal_parts() {
    let row = [0.01, 0.02, 0.0];
    let history = history(&[(&row[..], 0.05, 0.02); 5]);
    for method in [LinkingMethod::Carino, LinkingMethod::Menchero] {
        let linked = link(&history, method).unwrap();
        let expected = (1.05_f64.powi(5) - 1.02_f64.powi(5)) / 5.0 / 3.0;
        for period in 0..5 {
            assert!((linked.period(period)[0] - expected).abs() < ROUNDING, "{method:?}");
            assert!((linked.period(period)[1] - 2.0 * expected).abs() < ROUNDING, "{method:?}");
        }
    }
}

#[test]
fn without_excess_return_all_coefficients_are_growth() {
    // Effects that cancel, of a portfolio that is always the benchmark.
    let rows: [(&[f64], f64, f64); 2] = [(&[0.01, -0.01, 0.0], 0.1, 0.1), (&[0.02, -0.02, 0.0], -0.2, -0.2)];
    let history = history(&rows);
    for &method in LinkingMethod::ALL {
        let linked = link(&history, method).unwrap();
        assert_eq!(linked.excess().to_bits(), 0, "{method:?}");
        assert!(linked.remainder().abs() < ROUNDING);
        let coefficients = [linked.period(0)[0] / 0.01, linked.period(1)[0] / 0.02];
        let expected = match method {
            LinkingMethod::Carino => [0.88 / 1.1, 0.88 / 0.8],
            LinkingMethod::Menchero => [0.88_f64.sqrt(); 2],
            // What is gained in the first period loses a fifth in the second.
            LinkingMethod::Grap => [0.8, 1.1],
            LinkingMethod::Frongello => [1.0, (1.1 * 0.02 - 0.2 * 0.01) / 0.02],
            LinkingMethod::DaviesLaker => continue,
        };
        for (found, expected) in coefficients.iter().zip(expected) {
            assert!((found - expected).abs() < ROUNDING, "{method:?} {found} {expected}");
        }
    }
}

#[test]
fn coefficients_are_smooth_where_returns_meet() {
    // Excess returns from nothing to a digit: where a difference of logarithms has no digits left, ours has all.
    let exact = |excess: f64| 1.0 / 1.05 - excess / (2.0 * 1.05 * 1.05);
    for excess in [0.0, 1e-300, 1e-17, 1e-12, 1e-9] {
        let linked = link(
            &history(&[(&[1.0, 0.0, 0.0], 0.05 + excess, 0.05), (&[0.0, 1.0, 0.0], 0.02, 0.02)]),
            LinkingMethod::Carino,
        )
        .unwrap();
        let ratio = linked.totals()[0] / linked.totals()[1];
        assert!((ratio - exact(excess) * 1.02).abs() < ROUNDING, "{excess} {ratio}");
    }
}

#[test]
fn the_order_of_periods() {
    // Two segments: allocation, selection, interaction.
    let rows: [(&[f64], f64, f64); 3] = [
        (&[0.02, -0.01, 0.01, 0.01, 0.0, 0.0], 0.05, 0.02),
        (&[-0.01, 0.02, 0.04, -0.03, 0.0, 0.01], 0.01, -0.02),
        (&[0.03, -0.02, 0.0, 0.01, 0.02, -0.01], 0.10, 0.07),
    ];
    let mut backwards = rows;
    backwards.reverse();
    for &method in LinkingMethod::ALL {
        let (forth, back) =
            (link(&history(&rows), method).unwrap(), link(&history(&backwards), method).unwrap());
        let apart = forth.totals().iter().zip(back.totals()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if method.depends_on_order() {
            assert!(apart > 1e-5, "{method:?} {apart}");
        } else {
            assert!(apart < ROUNDING, "{method:?} {apart}");
        }
        if method == LinkingMethod::DaviesLaker {
            // Only the shares of segments do: notional portfolios are compounded in any order.
            for (forth, back) in forth.totals().chunks(2).zip(back.totals().chunks(2)) {
                assert!((forth.iter().sum::<f64>() - back.iter().sum::<f64>()).abs() < ROUNDING);
            }
        }
    }
}

#[test]
fn frongello_never_changes_what_has_been_told() {
    let rows: [(&[f64], f64, f64); 3] =
        [(&[0.02, 0.01], 0.05, 0.02), (&[-0.01, 0.04], 0.01, -0.02), (&[0.03, 0.0], 0.10, 0.07)];
    let (two, three) = (history(&rows[..2]), history(&rows));
    let told = |history: &EffectHistory, method| link(history, method).unwrap().period(0).to_vec();
    assert_eq!(told(&two, LinkingMethod::Frongello), told(&three, LinkingMethod::Frongello));
    assert_ne!(told(&two, LinkingMethod::Grap), told(&three, LinkingMethod::Grap));
}

#[test]
fn davies_and_laker_compound_notional_portfolios() {
    let rows: [(&[f64], f64, f64); 2] =
        [(&[0.02, 0.01, 0.003], 0.063, 0.03), (&[-0.01, 0.04, 0.002], 0.012, -0.02)];
    let linked = link(&history(&rows), LinkingMethod::DaviesLaker).unwrap();
    let benchmark = 1.03 * 0.98;
    let (allocation, selection) = (1.05 * 0.97, 1.04 * 1.02);
    let expected =
        [allocation - benchmark, selection - benchmark, 1.063 * 1.012 - allocation - selection + benchmark];
    for (found, expected) in linked.totals().iter().zip(expected) {
        assert!((found - expected).abs() < ROUNDING);
    }
}

#[test]
fn near_total_loss() {
    let rows: [(&[f64], f64, f64); 3] = [
        (&[0.3, 0.1, 0.0999], -0.5, -0.9999),
        (&[-0.4, -0.09, -0.4999], -0.9999, -0.01),
        (&[0.02, 0.01, 0.0], 0.03, 0.0),
    ];
    for &method in LinkingMethod::ALL {
        let linked = link(&history(&rows), method).unwrap();
        assert!(linked.remainder().abs() < ROUNDING, "{method:?} {}", linked.remainder());
    }
}

#[test]
fn ten_thousand_periods() {
    let returns = |period: u32| {
        let wave = f64::from(period % 17) - 8.0;
        let (benchmark, effects) =
            (0.0004 + 0.001 * wave, [2e-5 * wave, 1e-5 * (f64::from(period % 5) - 1.5), 1e-6]);
        (effects, benchmark + effects.iter().sum::<f64>(), benchmark)
    };
    for &method in LinkingMethod::ALL {
        let mut history = EffectHistory::new(3);
        let mut linker = Linker::new(method, 3).unwrap();
        for period in 0..10_000 {
            let (effects, portfolio, benchmark) = returns(period);
            history.push(&effects, portfolio, benchmark).unwrap();
            linker.push(&effects, portfolio, benchmark).unwrap();
        }
        let linked = link(&history, method).unwrap();
        let mut totals = [0.0; 3];
        linker.totals_into(&mut totals).unwrap();
        assert_eq!(linker.excess().to_bits(), linked.excess().to_bits());
        let gross: f64 =
            (0..10_000).flat_map(|period| linked.period(period)).map(|effect| effect.abs()).sum();
        // One rounding for each period on either side, of products that have as many.
        assert!(linked.remainder().abs() < 1e-12 * gross, "{method:?} {} {gross}", linked.remainder());
        for (found, expected) in totals.iter().zip(linked.totals()) {
            assert!((found - expected).abs() < 1e-12 * gross, "{method:?}");
        }
        // Wealth by logarithms, in twice the digits.
        let plain: f64 = history.portfolio_returns().iter().map(|value| 1.0 + value).product();
        assert!((linked.portfolio_return() - (plain - 1.0)).abs() < 1e-12 * plain);
    }
}

#[test]
fn attributions_go_into_histories() {
    let segments = [Segment::new(0.5, 0.02, 0.4, 0.01), Segment::new(0.4, -0.01, 0.6, 0.02)];
    let month = Brinson::new(BrinsonParams::default()).of_segments(&segments).unwrap();
    let mut history = EffectHistory::new(9);
    history.push_brinson(&month).unwrap();
    history.push_brinson(&month).unwrap();
    let [first, second] = [month.effects[0], month.effects[1]];
    #[rustfmt::skip]
    let row = [
        first.allocation, second.allocation, month.cash,
        first.selection, second.selection, 0.0,
        first.interaction, second.interaction, 0.0,
    ];
    assert_eq!(history.row(1), row);
    for &method in LinkingMethod::ALL {
        assert!(link(&history, method).unwrap().remainder().abs() < ROUNDING);
    }

    let hierarchy = Hierarchy::new(&[&[Some(0), Some(0), Some(1)]]).unwrap().with_assets();
    let holdings = BrinsonHoldings {
        portfolio: &[0.3, 0.2, 0.4],
        benchmark: &[0.1, 0.3, 0.6],
        returns: &[0.1, 0.02, -0.03],
    };
    let nested = NestedBrinson::default().attribute(&holdings, &hierarchy).unwrap();
    history.reset(2 + 3 + 3 + 1);
    assert_eq!(history.periods(), 0);
    history.push_nested(&nested).unwrap();
    history.push_nested(&nested).unwrap();
    assert_eq!(history.row(0)[8].to_bits(), nested.cash.to_bits());
    assert!(link(&history, LinkingMethod::Menchero).unwrap().remainder().abs() < ROUNDING);
}

#[test]
fn geometric_shares_add_up_to_factors_that_multiply() {
    let mut linker = GeometricLinker::default();
    let mut product = [1.0; 3];
    for month in 0..24_u32 {
        let shift = 0.01 * f64::from(month % 7);
        let segments = [
            Segment::new(0.5 + shift, 0.02 - shift, 0.4, 0.01),
            Segment::new(0.4 - 0.5 * shift, -0.01, 0.6, 0.02 * shift),
        ];
        let found = Brinson::default().of_segments(&segments).unwrap();
        let geometric = found.geometric().unwrap();
        linker.push(&geometric).unwrap();
        product[0] *= 1.0 + geometric.allocation();
        product[1] *= 1.0 + geometric.selection();
        product[2] *= (1.0 + found.portfolio_return) / (1.0 + found.benchmark_return);
    }
    // Two dozen factors.
    let tolerance = 24.0 * ROUNDING;
    let linked = linker.linked();
    assert!((1.0 + linked.allocation - product[0]).abs() < tolerance);
    assert!((1.0 + linked.selection - product[1]).abs() < tolerance);
    assert!((1.0 + linked.excess() - product[2]).abs() < tolerance);
    let allocation: f64 = linked.effects.iter().map(|effects| effects.allocation).sum();
    let selection: f64 = linked.effects.iter().map(|effects| effects.selection).sum();
    assert!((allocation + linked.cash - linked.allocation).abs() < tolerance);
    assert!((selection - linked.selection).abs() < tolerance);
    assert_eq!(linker.periods(), 24);
    linker.reset();
    assert_eq!(linker, GeometricLinker::default());
}
