//! Both spellings say the same, whatever the memory held before.

use po_attribution::{
    AnkrimHenselAttribution, Brinson, BrinsonAttribution, BrinsonScratch, CashCurrency, CurrencySegment,
    ForwardCurrency, GeometricAttribution, Hierarchy, KarnoskySingerAttribution, NestedAttribution,
    NestedBrinson, ReturnKind, Segment, ankrim_hensel, ankrim_hensel_into, karnosky_singer,
    karnosky_singer_into,
};
use proptest::prelude::*;

use super::random::{all_nested_params, all_params, books, config};

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn the_second_spelling_has_the_same_bits(first in books(), second in books()) {
        let mut scratch = BrinsonScratch::default();
        let (mut kept, mut geometric) = (BrinsonAttribution::default(), GeometricAttribution::default());
        let mut levels = NestedAttribution::default();
        let (mut hensel, mut singer) =
            (AnkrimHenselAttribution::default(), KarnoskySingerAttribution::default());
        for book in [&first, &second, &first] {
            let flat = Hierarchy::new(&[&book.groups[0]]).unwrap();
            let nested = Hierarchy::new(&[&book.groups[0], &book.groups[1]]).unwrap().with_assets();
            let segments: Vec<Segment> = (0..book.returns.len())
                .map(|i| Segment::new(book.portfolio[i], book.returns[i], book.benchmark[i], 0.01))
                .collect();
            let abroad: Vec<CurrencySegment> =
                segments.iter().map(|&segment| CurrencySegment { segment, currency: 0 }).collect();
            for params in all_params() {
                let brinson = Brinson::new(params);
                brinson.attribute_into(&book.holdings(), &flat, &mut scratch, &mut kept).unwrap();
                let fresh = brinson.attribute(&book.holdings(), &flat).unwrap();
                prop_assert_eq!(&fresh, &kept);
                if let Ok(fresh) = fresh.geometric() {
                    kept.geometric_into(&mut geometric).unwrap();
                    prop_assert_eq!(&fresh, &geometric);
                }
                brinson.of_segments_into(&segments, &mut scratch, &mut kept).unwrap();
                prop_assert_eq!(&brinson.of_segments(&segments).unwrap(), &kept);
                let yen = [ForwardCurrency { spot_end: 1.1, ..ForwardCurrency::default() }];
                ankrim_hensel_into(&abroad, &yen, params, &mut scratch, &mut hensel).unwrap();
                prop_assert_eq!(&ankrim_hensel(&abroad, &yen, params).unwrap(), &hensel);
                let yen = [CashCurrency { spot_end: 1.1, ..CashCurrency::default() }];
                let kind = ReturnKind::Continuous;
                karnosky_singer_into(&abroad, &yen, kind, params, &mut scratch, &mut singer).unwrap();
                prop_assert_eq!(&karnosky_singer(&abroad, &yen, kind, params).unwrap(), &singer);
            }
            for params in all_nested_params() {
                let brinson = NestedBrinson::new(params);
                brinson.attribute_into(&book.holdings(), &nested, &mut scratch, &mut levels).unwrap();
                prop_assert_eq!(&brinson.attribute(&book.holdings(), &nested).unwrap(), &levels);
            }
        }
    }
}
