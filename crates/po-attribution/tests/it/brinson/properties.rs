//! What holds of every attribution.

use po_attribution::{Brinson, Hierarchy, Interaction, NestedBrinson, Segment};
use proptest::prelude::*;

use super::random::{all_nested_params, all_params, books, config};

/// Rounding errors are measured by the sum of absolute contributions on both sides, and of all effects.
const RELATIVE: f64 = 1e-14;

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn effects_add_up_to_the_excess_return(book in books()) {
        let hierarchy = Hierarchy::new(&[&book.groups[0]]).unwrap();
        let excess = book.holdings().excess().unwrap();
        for params in all_params() {
            let found = Brinson::new(params).attribute(&book.holdings(), &hierarchy).unwrap();
            let effects: f64 =
                found.effects.iter().map(|e| e.allocation.abs() + e.selection.abs() + e.interaction.abs()).sum();
            let gross = book.gross() + effects + found.cash.abs();
            prop_assert!((found.totals().total() - excess).abs() <= RELATIVE * gross, "{params:?}");
            prop_assert!((found.excess() - excess).abs() <= RELATIVE * gross);
            if params.interaction != Interaction::Separate {
                prop_assert!(found.effects.iter().all(|effects| effects.interaction.to_bits() == 0));
            }
        }
    }

    #[test]
    fn geometric_effects_compound_to_the_excess_return(book in books()) {
        let hierarchy = Hierarchy::new(&[&book.groups[0]]).unwrap();
        for params in all_params() {
            let found = Brinson::new(params).attribute(&book.holdings(), &hierarchy).unwrap();
            // A notional portfolio that loses everything has no factors.
            let Ok(geometric) = found.geometric() else { continue };
            let product = (1.0 + geometric.allocation()) * (1.0 + geometric.selection());
            let expected = (1.0 + found.portfolio_return) / (1.0 + found.benchmark_return);
            let effects: f64 = geometric.effects.iter().map(|e| e.allocation.abs() + e.selection.abs()).sum();
            let size = (1.0 + effects + geometric.cash.abs()).powi(2);
            prop_assert!((product - expected).abs() <= RELATIVE * size, "{product} {expected}");
            prop_assert!((geometric.excess() - (expected - 1.0)).abs() <= RELATIVE * size);
        }
    }

    #[test]
    fn each_level_adds_up_to_the_one_above(book in books()) {
        for by_asset in [false, true] {
            let mut hierarchy = Hierarchy::new(&[&book.groups[0], &book.groups[1]]).unwrap();
            if by_asset {
                hierarchy = hierarchy.with_assets();
            }
            for params in all_nested_params() {
                let found = NestedBrinson::new(params).attribute(&book.holdings(), &hierarchy).unwrap();
                let sizes = |level: usize| -> f64 {
                    found.levels[level].effects.iter().map(|e| e.allocation.abs() + e.selection.abs()).sum()
                };
                let levels = hierarchy.levels();
                let gross = book.gross() + (0..levels).map(sizes).sum::<f64>() + found.cash.abs();
                let first = found.allocation(0) + found.selection(0);
                prop_assert!((first - found.excess()).abs() <= RELATIVE * gross, "{params:?}");
                for level in 1..levels {
                    let mut parts = vec![0.0; hierarchy.segments(level - 1)];
                    for (segment, effects) in found.levels[level].effects.iter().enumerate() {
                        parts[hierarchy.parent(level, segment).unwrap()] += effects.allocation + effects.selection;
                    }
                    for (above, parts) in found.levels[level - 1].effects.iter().zip(&parts) {
                        prop_assert!((above.selection - parts).abs() <= RELATIVE * gross, "{params:?}");
                    }
                }
                if let Ok(geometric) = found.geometric() {
                    let expected = (1.0 + found.portfolio_return) / (1.0 + found.benchmark_return) - 1.0;
                    let size = (1.0 + 4.0 * gross).powi(4);
                    prop_assert!((geometric.excess() - expected).abs() <= RELATIVE * size);
                }
            }
        }
    }

    #[test]
    fn one_level_is_attribution_by_segment(book in books()) {
        let hierarchy = Hierarchy::new(&[&book.groups[1]]).unwrap();
        for params in all_params().filter(|params| params.interaction == Interaction::Selection) {
            let flat = Brinson::new(params).attribute(&book.holdings(), &hierarchy).unwrap();
            let nested = po_attribution::NestedBrinsonParams {
                model: params.model,
                off_benchmark: params.off_benchmark,
                ..Default::default()
            };
            let nested = NestedBrinson::new(nested).attribute(&book.holdings(), &hierarchy).unwrap();
            prop_assert_eq!(&nested.levels[0].segments, &flat.segments);
            for (nested, flat) in nested.levels[0].effects.iter().zip(&flat.effects) {
                prop_assert_eq!((nested.allocation, nested.selection), (flat.allocation, flat.selection));
            }
        }
    }

    #[test]
    fn bottom_up_is_top_down_with_the_sides_exchanged(book in books()) {
        use po_attribution::{BrinsonHoldings, DecisionOrder, NestedBrinsonParams};
        let hierarchy = Hierarchy::new(&[&book.groups[0], &book.groups[1]]).unwrap();
        let exchanged = BrinsonHoldings {
            portfolio: &book.benchmark,
            benchmark: &book.portfolio,
            returns: &book.returns,
        };
        let up = NestedBrinsonParams { order: DecisionOrder::BottomUp, ..NestedBrinsonParams::default() };
        let up = NestedBrinson::new(up).attribute(&book.holdings(), &hierarchy).unwrap();
        let down = NestedBrinson::default().attribute(&exchanged, &hierarchy).unwrap();
        for (up, down) in up.levels.iter().zip(&down.levels) {
            for (up, down) in up.effects.iter().zip(&down.effects) {
                prop_assert_eq!((up.allocation, up.selection), (-down.allocation, -down.selection));
            }
        }
    }

    #[test]
    fn effects_follow_their_segments_through_a_permutation(book in books(), turn in 0_usize..60) {
        let count = book.returns.len();
        let place = |asset: usize| (asset + turn) % count;
        let turned = |list: &[f64]| (0..count).map(|asset| list[place(asset)]).collect::<Vec<_>>();
        let rows = |book: &super::random::Book| -> Vec<Segment> {
            (0..count)
                .map(|asset| {
                    let (own, other) = (book.returns[asset], book.returns[asset] * 0.5);
                    Segment::new(book.portfolio[asset], own, book.benchmark[asset], other)
                })
                .collect()
        };
        let mut other = book.clone();
        other.portfolio = turned(&book.portfolio);
        other.benchmark = turned(&book.benchmark);
        other.returns = turned(&book.returns);
        for params in all_params() {
            let first = Brinson::new(params).of_segments(&rows(&book)).unwrap();
            let second = Brinson::new(params).of_segments(&rows(&other)).unwrap();
            for (asset, effects) in second.effects.iter().enumerate() {
                let expected = first.effects[place(asset)];
                prop_assert!((effects.allocation - expected.allocation).abs() <= RELATIVE * book.gross());
                prop_assert!((effects.selection - expected.selection).abs() <= RELATIVE * book.gross());
            }
        }
    }

    #[test]
    fn two_halves_have_the_effects_of_the_whole(book in books()) {
        let whole: Vec<Segment> = (0..book.returns.len())
            .map(|asset| {
                let other = -0.3 * book.returns[asset] + 0.01;
                Segment::new(book.portfolio[asset], book.returns[asset], book.benchmark[asset], other)
            })
            .collect();
        let half = |segment: &Segment| Segment {
            portfolio_weight: 0.5 * segment.portfolio_weight,
            benchmark_weight: 0.5 * segment.benchmark_weight,
            ..*segment
        };
        let mut halves = whole.clone();
        halves[0] = half(&whole[0]);
        halves.push(half(&whole[0]));
        for params in all_params() {
            let whole = Brinson::new(params).of_segments(&whole).unwrap();
            let halves = Brinson::new(params).of_segments(&halves).unwrap();
            let (split, last) = (halves.effects[0], halves.effects[halves.effects.len() - 1]);
            prop_assert_eq!(split, last);
            let sum = split + last;
            let scale = RELATIVE * (1.0 + book.gross());
            prop_assert!((sum.allocation - whole.effects[0].allocation).abs() <= scale);
            prop_assert!((sum.selection - whole.effects[0].selection).abs() <= scale);
            prop_assert!((sum.interaction - whole.effects[0].interaction).abs() <= scale);
            prop_assert!((halves.totals().total() - whole.totals().total()).abs() <= scale);
        }
    }

    #[test]
    fn assets_one_by_one_are_segments(book in books()) {
        let hierarchy = Hierarchy::new(&[&book.groups[0]]).unwrap().with_assets();
        let found = Brinson::default().attribute(&book.holdings(), &hierarchy).unwrap();
        let assets = book.portfolio.iter().zip(&book.benchmark).zip(&book.returns);
        for (((own, other), value), &segment) in assets.zip(hierarchy.segment_of()) {
            // With the same asset on both sides there is nothing to select.
            prop_assert_eq!(found.effects[segment].selection.abs().to_bits(), 0);
            let expected = (own - other) * (value - found.benchmark_return);
            prop_assert!((found.effects[segment].allocation - expected).abs() <= RELATIVE * book.gross());
        }
    }
}
