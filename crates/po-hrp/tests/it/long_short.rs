//! Long-short allocations: closed forms, and what is the same as hierarchical risk parity.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, GroupBound, Returns, Risk, Weights};
use po_hrp::{
    Exposure, Hrp, HrpParams, LongShort, LongShortAllocation, LongShortParams, LongShortScratch, Market,
};

use crate::properties::{SUM, all_settings};
use crate::random::{Random, covariance, factor_covariance};

/// The same numbers in another order of operations.
const REORDERED: f64 = 1e-12;

pub(crate) fn long_short(hrp: HrpParams, short: &[usize], exposure: Exposure) -> LongShort {
    LongShort::new(LongShortParams { hrp, short: short.to_vec(), exposure }).unwrap()
}

pub(crate) fn books(long: f64, short: f64) -> Exposure {
    Exposure::Books { long, short }
}

pub(crate) fn assert_weights(allocation: &LongShortAllocation, expected: &[f64]) {
    let actual = allocation.weights().as_slice();
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() <= REORDERED, "{actual} is not {expected}");
    }
}

/// Returns of three factors, some assets against the first.
pub(crate) fn returns(assets: usize, periods: usize, seed: u64) -> Returns {
    let mut random = Random::new(seed);
    let factors = DMatrix::from_fn(periods, 3, |_, _| random.normal());
    let loadings = DMatrix::from_fn(3, assets, |_, _| random.normal());
    let own = DMatrix::from_fn(periods, assets, |_, _| random.normal());
    Returns::new((factors * loadings + own) * 0.01).unwrap()
}

/// A correlation of minus one, volatilities of 20 % and 10 %.
#[test]
fn two_assets_that_move_against_each_other() {
    let against = Covariance::from_column_slice(2, &[0.04, -0.02, -0.02, 0.01]).unwrap();
    // Mirrored, the second moves with the first: the positions are near each other, and there is nothing to hedge.
    let gross = long_short(HrpParams::default(), &[1], Exposure::Gross(1.0));
    let allocation = gross.allocate(&against).unwrap();
    assert_weights(&allocation, &[0.2, -0.8]);
    assert_eq!(AsRef::<Weights>::as_ref(&allocation), allocation.weights());
    assert!(allocation.positions().dendrogram().merges()[0].height.abs() < REORDERED);
    // Both long, they are as far apart as can be.
    let long = long_short(HrpParams::default(), &[], Exposure::Gross(1.0)).allocate(&against).unwrap();
    assert_weights(&long, &[0.2, 0.8]);
    assert!((long.positions().dendrogram().merges()[0].height - 1.0).abs() < REORDERED);
}

/// Two pairs of perfect twins, with one of each held short.
#[test]
fn twins_on_either_side_cancel() {
    let pairs = [(0.04, 0), (0.04, 0), (0.01, 1), (0.01, 1)];
    let twins =
        covariance(DMatrix::from_fn(
            4,
            4,
            |row, col| {
                if pairs[row].1 == pairs[col].1 { pairs[row].0 } else { 0.0 }
            },
        ));
    let neutral = long_short(HrpParams::default(), &[1, 3], books(1.0, 1.0)).allocate(&twins).unwrap();
    // Twins are the farthest apart, so that the longs stand together, and the shorts: each side is an allocation alone.
    assert_weights(&neutral, &[0.2, -0.2, 0.8, -0.8]);
    assert!(neutral.weights().net().abs() < SUM);
    let distances: Vec<f64> =
        neutral.positions().dendrogram().merges().iter().map(|merge| merge.height).collect();
    assert!((distances[0] - 0.5_f64.sqrt()).abs() < 1e-15, "{distances:?}");
}

/// A long and a short book that have nothing to do with each other are two allocations, each of its size.
#[test]
fn books_that_are_not_correlated_are_two_allocations() {
    let blocks = |row: usize, col: usize| {
        let variance = [0.04, 0.04, 0.01, 0.0225, 0.0225, 0.09];
        let rho = if row / 3 == col / 3 { 0.5 } else { 0.0 };
        if row == col { variance[row] } else { rho * f64::sqrt(variance[row] * variance[col]) }
    };
    let both = covariance(DMatrix::from_fn(6, 6, blocks));
    let one = |start: usize| covariance(DMatrix::from_fn(3, 3, |row, col| blocks(start + row, start + col)));
    let alone = |start: usize| Hrp::new(HrpParams::default()).unwrap().allocate(&one(start)).unwrap();
    let allocation = long_short(HrpParams::default(), &[3, 4, 5], books(1.3, 0.3)).allocate(&both).unwrap();
    let expected: Vec<f64> = [(0, 1.3), (3, -0.3)]
        .iter()
        .flat_map(|&(start, book)| {
            alone(start).weights().as_slice().iter().map(|w| book * w).collect::<Vec<_>>()
        })
        .collect();
    assert_weights(&allocation, &expected);
    assert!(
        (allocation.weights().net() - 1.0).abs() < SUM && (allocation.weights().gross() - 1.6).abs() < SUM
    );
}

fn bits(weights: &[f64]) -> Vec<u64> {
    weights.iter().map(|weight| weight.to_bits()).collect()
}

#[test]
fn without_short_positions_it_is_hierarchical_risk_parity() {
    let (returns, covariance) = (returns(9, 80, 1), factor_covariance(9, 1));
    for hrp in all_settings() {
        let bounds = Bounds::uniform(9, 0.02, 0.3).unwrap();
        let groups = vec![GroupBound::new("some", vec![1, 4, 7], 0.4, 0.45).unwrap()];
        for hrp in [hrp.clone(), HrpParams { bounds: Some(bounds), groups, risk: Risk::Mad, ..hrp }] {
            let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
            let plain = Hrp::new(hrp.clone()).unwrap().allocate_market(market).unwrap();
            for exposure in [Exposure::Gross(1.0), books(1.0, 0.0)] {
                let allocation = long_short(hrp.clone(), &[], exposure).allocate_market(market).unwrap();
                assert_eq!(allocation.positions(), &plain);
                assert_eq!(bits(allocation.weights().as_slice()), bits(plain.weights().as_slice()));
            }
        }
    }
}

/// The signs of all assets cancel in the covariance, and what is left is the sign of the whole.
#[test]
fn all_short_is_minus_hierarchical_risk_parity() {
    let covariance = factor_covariance(9, 2);
    let all: Vec<usize> = (0..9).collect();
    for hrp in all_settings() {
        let plain = Hrp::new(hrp.clone()).unwrap().allocate(&covariance).unwrap();
        let negative: Vec<f64> = plain.weights().as_slice().iter().map(|weight| -weight).collect();
        let gross = long_short(hrp.clone(), &all, Exposure::Gross(1.0)).allocate(&covariance).unwrap();
        assert_eq!(bits(gross.weights().as_slice()), bits(&negative));
        assert_weights(&long_short(hrp, &all, books(0.0, 1.0)).allocate(&covariance).unwrap(), &negative);
    }
}

/// A measure of losses sees the gains of an asset that is short.
#[test]
fn the_losses_of_a_short_position_are_the_gains_of_its_asset() {
    // The first loses 1 % and gains 4 % now and then; the second the other way round.
    let skewed = [0.04, -0.01, -0.01, -0.01, 0.0, -0.01];
    let entries = [skewed, [-0.01, 0.0, 0.04, -0.01, -0.01, -0.01].map(|value: f64| -value)].concat();
    let returns = Returns::from_column_slice(6, 2, &entries).unwrap();
    let covariance = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let hrp = HrpParams { risk: Risk::WorstRealisation, ..HrpParams::default() };
    let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    let weights = |short: &[usize]| {
        long_short(hrp.clone(), short, Exposure::Gross(1.0)).allocate_market(market).unwrap()
    };
    assert_weights(&weights(&[]), &[0.8, 0.2]);
    assert_weights(&weights(&[1]), &[0.5, -0.5]);
    assert_weights(&weights(&[0]), &[-0.5, 0.5]);
    assert_weights(&weights(&[0, 1]), &[-0.2, -0.8]);
}

#[test]
fn distances_are_those_of_the_positions() {
    let (returns, covariance) = (returns(8, 60, 3), factor_covariance(8, 3));
    let allocator = long_short(HrpParams::default(), &[1, 2, 6], books(1.0, 0.5));
    let mirrored = allocator.mirrored(&returns).unwrap();
    let distances = {
        let correlation = crate::measured::covariance(&mirrored).correlation().unwrap();
        po_core::Codependence::from(&correlation).distances(po_core::DistanceForm::Angular).unwrap()
    };
    let sample = crate::measured::covariance(&returns);
    let own = allocator.allocate(&sample).unwrap();
    let market = Market { distances: Some(&distances), ..Market::from(&sample) };
    let given = allocator.allocate_market(market).unwrap();
    assert_eq!(given.positions().leaf_order(), own.positions().leaf_order());
    assert_eq!(given.weights(), own.weights());
    // Of another covariance, they still say who is near whom.
    let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    let given = allocator.allocate_market(market).unwrap();
    assert_eq!(given.positions().leaf_order(), own.positions().leaf_order());
}

#[test]
fn bounds_are_on_the_sizes_of_positions() {
    let covariance = factor_covariance(6, 4);
    // A third is no binary number: to units of the gross exposure and back, it would not be what it was.
    let third = 1.0 / 3.0;
    let bounds =
        Bounds::new(vec![0.0, 0.1, 0.0, third, 0.0, 0.0], vec![0.2, 0.5, 0.9, 0.7, third, 9.0]).unwrap();
    let group = GroupBound::new("pair", vec![0, 3], 0.5, 0.5).unwrap();
    let hrp = HrpParams { bounds: Some(bounds.clone()), groups: vec![group], ..HrpParams::default() };
    for exposure in [books(1.3, 0.6), books(0.9, 0.9), Exposure::Gross(1.7)] {
        let allocation = long_short(hrp.clone(), &[1, 3], exposure).allocate(&covariance).unwrap();
        let weights = allocation.weights().as_slice();
        for (asset, weight) in weights.iter().enumerate() {
            assert!((bounds.lower()[asset]..=bounds.upper()[asset]).contains(&weight.abs()), "{weights:?}");
            assert_eq!([1, 3].contains(&asset), *weight < 0.0, "{weights:?}");
        }
        assert!((weights[0] - weights[3] - 0.5).abs() < SUM, "{weights:?}");
        assert!((allocation.weights().gross() - exposure.gross()).abs() < SUM);
    }
}

/// A book of nothing holds nothing, and no minus zero.
#[test]
fn an_empty_short_book_holds_zero() {
    let allocation =
        long_short(HrpParams::default(), &[0], books(1.0, 0.0)).allocate(&factor_covariance(4, 5)).unwrap();
    assert_eq!(allocation.weights().as_slice()[0].to_bits(), 0.0_f64.to_bits());
    assert!((allocation.weights().net() - 1.0).abs() < SUM);
}

#[test]
fn a_signal_tells_the_sides() {
    assert_eq!(LongShort::shorted(&[1.0, -0.5, f64::INFINITY, f64::NEG_INFINITY]).unwrap(), [1, 3]);
    assert!(LongShort::shorted(&[]).unwrap().is_empty());
}

#[test]
fn settings_have_the_documented_defaults() {
    let LongShortParams { hrp, short, exposure } = LongShortParams::default();
    assert_eq!((hrp, short, exposure), (HrpParams::default(), Vec::new(), Exposure::Gross(1.0)));
    assert!((books(1.25, 0.25).gross() - 1.5).abs() < REORDERED);
}

#[cfg(feature = "serde")]
#[test]
fn settings_come_back() {
    let params: LongShortParams =
        toml::from_str("short = [1, 3]\nexposure = { books = { long = 1.3, short = 0.3 } }").unwrap();
    let expected =
        LongShortParams { short: vec![1, 3], exposure: books(1.3, 0.3), ..LongShortParams::default() };
    assert_eq!(params, expected);
    assert_eq!(toml::from_str::<LongShortParams>(&toml::to_string(&params).unwrap()).unwrap(), params);
    assert_eq!(toml::from_str::<LongShortParams>("").unwrap(), LongShortParams::default());
    let error = toml::from_str::<LongShortParams>("shorts = [1]").unwrap_err().to_string();
    assert!(error.contains("unknown field `shorts`"), "{error}");
    let params = LongShortParams { exposure: Exposure::Gross(2.0), ..LongShortParams::default() };
    assert!(serde_json::to_string(&params).unwrap().ends_with(r#""exposure":{"gross":2.0}}"#));
}

#[test]
fn types_are_plain() {
    fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + 'static>() {}
    plain::<LongShort>();
    plain::<LongShortAllocation>();
    plain::<LongShortParams>();
    plain::<LongShortScratch>();
    plain::<po_hrp::LongShortError>();
}
