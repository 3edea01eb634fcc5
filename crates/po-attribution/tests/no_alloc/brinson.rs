//! Brinson attribution and linking.

use po_attribution::{
    AnkrimHenselAttribution, Brinson, BrinsonAttribution, BrinsonHoldings, BrinsonParams, BrinsonScratch,
    CashCurrency, CurrencySegment, EffectHistory, ForwardCurrency, GeometricAttribution, GeometricLinker,
    Hierarchy, KarnoskySingerAttribution, LinkScratch, LinkedEffects, LinkedGeometric, Linker, LinkingMethod,
    NestedAttribution, NestedBrinson, ReturnKind, Segment, ankrim_hensel_into, karnosky_singer_into,
    link_into,
};

use super::calls;

#[test]
fn the_second_attribution_does_not_allocate() {
    let groups: Vec<_> = (0..40).map(|asset| if asset % 9 == 0 { None } else { Some(asset % 4) }).collect();
    let parts: Vec<_> = (0..40).map(|asset| Some(asset % 11)).collect();
    let hierarchy = Hierarchy::new(&[&groups, &parts]).unwrap().with_assets();
    let (portfolio, benchmark): (Vec<f64>, Vec<f64>) =
        (0..40_u32).map(|asset| (0.001 * f64::from(asset), 0.001 * f64::from(39 - asset))).unzip();
    let returns: Vec<f64> = (0..40_u32).map(|asset| 0.01 * (f64::from(asset % 7) - 3.0)).collect();
    let holdings = BrinsonHoldings { portfolio: &portfolio, benchmark: &benchmark, returns: &returns };
    let segments: Vec<Segment> =
        (0..40).map(|i| Segment::new(portfolio[i], returns[i], benchmark[i], 0.01)).collect();
    let abroad: Vec<CurrencySegment> = segments
        .iter()
        .enumerate()
        .map(|(i, &segment)| CurrencySegment { segment, currency: i % 2 })
        .collect();

    let mut scratch = BrinsonScratch::default();
    let (mut flat, mut geometric) = (BrinsonAttribution::default(), GeometricAttribution::default());
    let mut nested = NestedAttribution::default();
    let (mut hensel, mut singer) = (AnkrimHenselAttribution::default(), KarnoskySingerAttribution::default());
    let mut linker = GeometricLinker::default();
    let mut linked = LinkedGeometric::default();
    let mut history = EffectHistory::new(3 * 41);
    let params = BrinsonParams::default();
    let mut period = || {
        Brinson::default().of_segments_into(&segments, &mut scratch, &mut flat).unwrap();
        Brinson::default().attribute_into(&holdings, &hierarchy, &mut scratch, &mut flat).unwrap();
        flat.geometric_into(&mut geometric).unwrap();
        linker.reset();
        linker.push(&geometric).unwrap();
        linker.linked_into(&mut linked);
        history.reset(3 * 41);
        history.push_brinson(&flat).unwrap();
        NestedBrinson::default().attribute_into(&holdings, &hierarchy, &mut scratch, &mut nested).unwrap();
        ankrim_hensel_into(&abroad, &[ForwardCurrency::default(); 2], params, &mut scratch, &mut hensel)
            .unwrap();
        let deposits = [CashCurrency::default(); 2];
        karnosky_singer_into(&abroad, &deposits, ReturnKind::Simple, params, &mut scratch, &mut singer)
            .unwrap();
    };
    period();
    assert_eq!(calls(period), 0);
}

#[test]
fn the_second_linking_does_not_allocate() {
    let mut history = EffectHistory::new(6);
    for _ in 0..10 {
        history.push(&[0.01, 0.0, -0.01, 0.02, 0.0, 0.0], 0.03, 0.01).unwrap();
    }
    for &method in LinkingMethod::ALL {
        let (mut scratch, mut linked) = (LinkScratch::default(), LinkedEffects::default());
        let mut all = || link_into(&history, method, &mut scratch, &mut linked).unwrap();
        all();
        assert_eq!(calls(all), 0, "{method:?}");
        let mut linker = Linker::new(method, 6).unwrap();
        let mut totals = [0.0; 6];
        let first = calls(|| {
            linker.push(history.row(0), 0.03, 0.01).unwrap();
            linker.totals_into(&mut totals).unwrap();
        });
        assert_eq!(first, 0, "{method:?}");
    }
}
