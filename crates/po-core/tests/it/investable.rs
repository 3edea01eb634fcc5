//! The assets that can be held: the way down to their problem, the way back, and what is refused.

use po_core::nalgebra::DMatrix;
use po_core::{
    Bounds, Covariance, DistanceMatrix, GroupBound, InputError, Investable, Returns, StreamingEstimator,
    Universe, Weights,
};
use proptest::prelude::*;

use crate::random::{Random, config, covariance};

const NO_ASSET: InputError = InputError::Empty { what: "the list of assets that can be held" };

/// Sees each asset as often as it was told, and knows no covariance.
struct Seen(Vec<u32>);

impl StreamingEstimator for Seen {
    type Error = InputError;

    fn assets(&self) -> usize {
        self.0.len()
    }

    fn update(&mut self, returns: &[f64]) -> Result<(), InputError> {
        self.0.iter_mut().zip(returns).for_each(|(seen, value)| *seen += u32::from(!value.is_nan()));
        Ok(())
    }

    fn ready(&self, asset: usize) -> bool {
        self.0[asset] >= 2
    }

    fn covariance_into(&self, _: &mut Covariance) -> Result<(), InputError> {
        Err(InputError::NeverObserved { asset: 0 })
    }

    fn covariance_of_into(&self, assets: &[usize], _: &mut Covariance) -> Result<(), InputError> {
        Err(InputError::NeverObserved { asset: assets[0] })
    }
}

#[test]
fn an_estimator_tells_of_whom_it_has_seen_enough() {
    let mut seen = Seen(vec![0; 3]);
    assert_eq!(Investable::from_ready(&seen), Err(NO_ASSET));
    seen.update(&[0.1, f64::NAN, 0.1]).unwrap();
    seen.update(&[0.1, 0.1, 0.1]).unwrap();
    let mut investable = Investable::from_ready(&seen).unwrap();
    assert_eq!(investable.assets(), [0, 2]);
    // The first asset is halted; nobody else is, and the second one is ready at last.
    let bar = [f64::NAN, 0.1, 0.1];
    seen.update(&bar).unwrap();
    investable.set_ready(&seen).unwrap();
    investable.retain(|asset| !bar[asset].is_nan()).unwrap();
    assert_eq!((investable.assets(), investable.mask()), ([1, 2].as_slice(), [false, true, true].as_slice()));
    assert_eq!((investable.len(), investable.universe_len(), investable.is_empty()), (2, 3, false));
    assert_eq!([0, 1, 2].map(|asset| investable.original(asset)), [Some(1), Some(2), None]);
    assert_eq!([0, 1, 2, 3].map(|asset| investable.narrowed(asset)), [None, Some(0), Some(1), None]);
}

#[test]
fn errors_of_the_smaller_problem_get_their_names_back() {
    let universe = Universe::new(["AAPL", "MSFT", "XOM"]).unwrap();
    let investable = Investable::new(vec![false, true, true]).unwrap();
    let error = InputError::ZeroVariance { asset: 1 };
    let small = universe.select(investable.assets()).unwrap();
    assert_eq!(error.named(&small), "the variance of XOM is zero, expected a positive number");
}

#[test]
fn nobody_left_is_refused_and_changes_nothing() {
    assert_eq!(Investable::new(Vec::new()), Err(NO_ASSET));
    assert_eq!(Investable::new(vec![false; 3]), Err(NO_ASSET));
    let mut investable = Investable::new(vec![true, false, true]).unwrap();
    let before = investable.clone();
    assert_eq!(investable.set_from(&[false; 5]), Err(NO_ASSET));
    assert_eq!(investable.set_from(&[]), Err(NO_ASSET));
    assert_eq!(investable.retain(|asset| asset == 1), Err(NO_ASSET));
    assert_eq!(investable.set_ready(&Seen(vec![1; 4])), Err(NO_ASSET));
    assert_eq!(investable, before);
    assert_eq!(
        NO_ASSET.to_string(),
        "the list of assets that can be held is empty, expected at least one item"
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let length = |what, expected, actual| InputError::LengthMismatch { what, expected, actual };
    let investable = Investable::new(vec![true, false, true]).unwrap();
    let two = Covariance::from_column_slice(2, &[1.0, 0.0, 0.0, 1.0]).unwrap();
    let error = investable.covariance(&two).unwrap_err();
    assert_eq!(error, length("the covariance", 3, 2));
    assert_eq!(error.to_string(), "the covariance has length 2, expected 3");
    let returns = Returns::from_column_slice(1, 2, &[0.1, 0.2]).unwrap();
    assert_eq!(investable.returns(&returns), Err(length("the list of series", 3, 2)));
    assert_eq!(
        investable.returns_into(&returns, &mut returns.clone()),
        Err(length("the list of series", 3, 2))
    );
    let distances = DistanceMatrix::from_column_slice(1, &[0.0]).unwrap();
    assert_eq!(investable.distances(&distances), Err(length("the matrix of distances", 3, 1)));
    assert_eq!(investable.select(&[1.0; 4]), Err(length("the list of numbers", 3, 4)));
    let bounds = Bounds::uniform(4, 0.0, 1.0).unwrap();
    assert_eq!(investable.bounds(&bounds), Err(length("the list of bounds", 3, 4)));
    let weights = Weights::new(vec![0.2, 0.3, 0.5]).unwrap();
    let mut kept = Weights::new(vec![1.0]).unwrap();
    assert_eq!(investable.spread_into(&weights, &mut kept), Err(length("the list of weights", 2, 3)));
    assert_eq!(kept.as_slice(), [1.0]);

    let (name, expected) = ("the index", "an index below the number of assets");
    let index = |asset: usize| InputError::AssetOutOfRange { name, asset, value: asset as f64, expected };
    assert_eq!(investable.order(&[2, 3]), Err(index(3)));
    assert_eq!(investable.order_back(&[1, 2]), Err(index(2)));
    let groups = [GroupBound::new("banks", vec![0, 7], 0.0, 0.3).unwrap()];
    let error = investable.groups(&groups).unwrap_err();
    assert_eq!(error, index(7));
    assert_eq!(error.to_string(), "the index of asset 7 is 7, expected an index below the number of assets");
    let error = investable.covariance_of(|_, _| f64::NAN).unwrap_err();
    assert!(matches!(error, InputError::NotFinite { what: "the covariance", row: 0, asset: 0, .. }));
}

#[test]
fn an_empty_one_narrows_nothing() {
    let empty = Investable::default();
    assert!(empty.is_empty());
    assert_eq!((empty.len(), empty.universe_len(), empty.original(0), empty.narrowed(0)), (0, 0, None, None));
    assert_eq!(empty.covariance(&Covariance::default()), Err(NO_ASSET));
    assert_eq!(empty.covariance_of(|_, _| 1.0), Err(InputError::Empty { what: "the covariance" }));
    assert_eq!(empty.distances(&DistanceMatrix::default()), Err(NO_ASSET));
    assert_eq!(empty.select(&[]), Err(NO_ASSET));
    assert_eq!(empty.spread(&Weights::default()), Err(NO_ASSET));
    assert_eq!(empty.order(&[]), Ok(Vec::new()));
    assert_eq!(empty.groups(&[]), Ok(Vec::new()));
}

/// A mask that leaves one asset at least.
fn mask(random: &mut Random, assets: usize) -> Vec<bool> {
    let sure = (random.uniform() * assets as f64) as usize;
    (0..assets).map(|asset| asset == sure || random.uniform() < 0.6).collect()
}

/// All that is narrowed, of one universe.
struct Whole {
    covariance: Covariance,
    returns: Returns,
    distances: DistanceMatrix,
    numbers: Vec<f64>,
    order: Vec<usize>,
    bounds: Bounds,
    groups: Vec<GroupBound>,
}

impl Whole {
    fn new(assets: usize, seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let numbers = random.normals(assets);
        let pairs =
            |row: usize, col: usize| if row == col { 0.0 } else { 1.0 + (row * col + row + col) as f64 };
        let distances = DMatrix::from_fn(assets, assets, pairs);
        let group = |number: usize| {
            let members = (0..assets).filter(|asset| asset % (number + 1) == 0).collect();
            GroupBound::new(format!("group {number}"), members, 0.0, 0.5).unwrap()
        };
        Self {
            covariance: covariance(assets, seed),
            returns: Returns::new(random.matrix(3, assets)).unwrap(),
            distances: DistanceMatrix::from_column_slice(assets, distances.as_slice()).unwrap(),
            order: random.permutation(assets),
            bounds: Bounds::new(numbers.iter().map(|number| number - 1.0).collect(), numbers.clone())
                .unwrap(),
            groups: (0..3).map(group).collect(),
            numbers,
        }
    }
}

/// Memory that is kept from one universe to the next.
struct Kept {
    investable: Investable,
    covariances: [Covariance; 2],
    returns: Returns,
    distances: DistanceMatrix,
    numbers: Vec<f64>,
    orders: [Vec<usize>; 2],
    bounds: Bounds,
    groups: Vec<GroupBound>,
    weights: [Weights; 2],
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            investable: Investable::default(),
            covariances: Default::default(),
            returns: Returns::from_column_slice(1, 1, &[0.0]).unwrap(),
            distances: DistanceMatrix::default(),
            numbers: Vec::new(),
            orders: Default::default(),
            bounds: Bounds::uniform(1, 0.0, 0.0).unwrap(),
            groups: Vec::new(),
            weights: Default::default(),
        }
    }
}

impl Kept {
    /// Narrows and spreads everything in the memory that is there.
    fn refill(&mut self, mask: &[bool], whole: &Whole) {
        let Self { investable, covariances: [at_once, by_entry], orders: [down, back], weights, .. } = self;
        investable.set_from(mask).unwrap();
        investable.covariance_into(&whole.covariance, at_once).unwrap();
        let entry = |row: usize, col: usize| whole.covariance.column(col)[row];
        investable.covariance_of_into(entry, by_entry).unwrap();
        investable.returns_into(&whole.returns, &mut self.returns).unwrap();
        investable.distances_into(&whole.distances, &mut self.distances).unwrap();
        investable.select_into(&whole.numbers, &mut self.numbers).unwrap();
        investable.order_into(&whole.order, down).unwrap();
        investable.order_back_into(down, back).unwrap();
        investable.bounds_into(&whole.bounds, &mut self.bounds).unwrap();
        investable.groups_into(&whole.groups, &mut self.groups).unwrap();
        let [small, spread] = weights;
        small.assign(&self.numbers).unwrap();
        investable.spread_into(small, spread).unwrap();
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn the_smaller_problem_is_the_whole_one_without_the_others(assets in 1_usize..=30, seed: u64) {
        let whole = Whole::new(assets, seed);
        let mask = mask(&mut Random::new(!seed), assets);
        let mut kept = Kept::default();
        kept.refill(&mask, &whole);
        let chosen = kept.investable.assets();
        prop_assert!(chosen.iter().copied().eq((0..assets).filter(|&asset| mask[asset])));
        let matrix = whole.covariance.as_view().select_rows(chosen).select_columns(chosen);
        prop_assert_eq!(kept.covariances[0].as_slice(), matrix.as_slice());
        prop_assert_eq!(&kept.covariances[1], &kept.covariances[0]);
        prop_assert_eq!(kept.returns.as_view(), whole.returns.as_view().select_columns(chosen));
        for (col, &asset) in chosen.iter().enumerate() {
            prop_assert_eq!(kept.numbers[col].to_bits(), whole.numbers[asset].to_bits());
            prop_assert_eq!(kept.bounds.lower()[col], whole.bounds.lower()[asset]);
            prop_assert_eq!(kept.bounds.upper()[col], whole.bounds.upper()[asset]);
            for (row, &other) in chosen.iter().enumerate() {
                let narrowed = kept.distances.as_slice()[col * chosen.len() + row];
                prop_assert_eq!(narrowed, whole.distances.as_slice()[asset * assets + other]);
            }
        }
        // The order is that of the whole, without the others.
        let left: Vec<usize> = whole.order.iter().copied().filter(|&asset| mask[asset]).collect();
        prop_assert_eq!(&kept.orders[1], &left);
        let mut small = kept.orders[0].clone();
        small.sort_unstable();
        prop_assert!(small.into_iter().eq(0..chosen.len()));
        // Groups keep their members that are left, and lose those that are not.
        let members = |group: &GroupBound| -> Vec<usize> {
            group.members().iter().copied().filter(|&member| mask[member]).collect()
        };
        let left: Vec<&GroupBound> = whole.groups.iter().filter(|group| !members(group).is_empty()).collect();
        prop_assert_eq!(kept.groups.len(), left.len());
        for (small, whole) in kept.groups.iter().zip(left) {
            let originals = kept.investable.order_back(small.members()).unwrap();
            prop_assert_eq!(originals, members(whole));
            prop_assert_eq!((small.name(), small.lower(), small.upper()), (whole.name(), 0.0, 0.5));
        }
        // What goes down and back is what it was, and nothing beside it, not even minus nothing.
        for (asset, &weight) in kept.weights[1].as_slice().iter().enumerate() {
            let expected = if mask[asset] { whole.numbers[asset] } else { 0.0 };
            prop_assert_eq!(weight.to_bits(), expected.to_bits());
        }
    }

    /// Memory of other universes leaves no trace.
    #[test]
    fn both_spellings_agree_bit_for_bit(sizes in prop::collection::vec(1_usize..=20, 4), seed: u64) {
        let mut kept = Kept::default();
        let mut random = Random::new(seed);
        for assets in sizes {
            let (whole, mask) = (Whole::new(assets, seed), mask(&mut random, assets));
            kept.refill(&mask, &whole);
            let fresh = Investable::new(mask).unwrap();
            prop_assert_eq!(&kept.investable, &fresh);
            prop_assert_eq!(&kept.covariances[0], &fresh.covariance(&whole.covariance).unwrap());
            let entry = |row: usize, col: usize| whole.covariance.column(col)[row];
            prop_assert_eq!(&kept.covariances[1], &fresh.covariance_of(entry).unwrap());
            prop_assert_eq!(&kept.returns, &fresh.returns(&whole.returns).unwrap());
            prop_assert_eq!(&kept.distances, &fresh.distances(&whole.distances).unwrap());
            prop_assert_eq!(&kept.numbers, &fresh.select(&whole.numbers).unwrap());
            prop_assert_eq!(&kept.orders[0], &fresh.order(&whole.order).unwrap());
            prop_assert_eq!(&kept.orders[1], &fresh.order_back(&kept.orders[0]).unwrap());
            prop_assert_eq!(&kept.bounds, &fresh.bounds(&whole.bounds).unwrap());
            prop_assert_eq!(&kept.groups, &fresh.groups(&whole.groups).unwrap());
            prop_assert_eq!(&kept.weights[1], &fresh.spread(&kept.weights[0]).unwrap());
        }
    }
}
