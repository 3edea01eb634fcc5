//! What holds of every long-short allocation, and an oracle that mirrors assets one by one.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Confidence, Covariance, GroupBound, Returns, Risk};
use po_hrp::{Hrp, HrpParams, LeafOrder, Linkage, LongShortAllocation, LongShortScratch, Market, Metric};
use proptest::prelude::*;

use crate::long_short::{assert_weights, books, long_short, returns};
use crate::properties::SUM;
use crate::random::{Random, config, covariance, factor_covariance};

/// The same numbers in another order of operations.
const REORDERED: f64 = 1e-12;

fn flipped(assets: usize, short: &[usize]) -> Vec<usize> {
    (0..assets).filter(|asset| !short.contains(asset)).collect()
}

/// A market, which of its assets are short, and the books.
#[derive(Debug)]
struct Instance {
    covariance: Covariance,
    returns: Returns,
    short: Vec<usize>,
    long_book: f64,
    short_book: f64,
    hrp: HrpParams,
}

impl Instance {
    fn new(assets: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        // Each side has an asset at least.
        let sides = random.permutation(assets);
        let count = 1 + random.below(assets - 1);
        let mut short = sides[..count].to_vec();
        short.sort_unstable();
        let portfolio = random.portfolio(assets);
        let (long_book, short_book) = (random.between(0.1, 2.0), random.between(0.1, 2.0));
        let sum = |side: bool| -> f64 {
            (0..assets).filter(|asset| short.contains(asset) == side).map(|asset| portfolio[asset]).sum()
        };
        // The sizes of a portfolio with these books lie within the bounds.
        let sizes: Vec<f64> = (0..assets)
            .map(|asset| {
                let (side, book) =
                    if short.contains(&asset) { (true, short_book) } else { (false, long_book) };
                portfolio[asset] / sum(side) * book
            })
            .collect();
        let bounds = (random.uniform() < 0.6).then(|| {
            let lower = sizes.iter().map(|size| size * random.uniform()).collect();
            let upper = sizes.iter().map(|size| size * random.between(1.001, 3.0)).collect();
            Bounds::new(lower, upper).unwrap()
        });
        let groups = (0..random.below(3)).filter_map(|index| {
            let members: Vec<usize> = (0..assets).filter(|_| random.uniform() < 0.4).collect();
            let held: f64 = members.iter().map(|&member| sizes[member]).sum();
            let (lower, upper) = (held * random.uniform(), held * random.between(1.0, 1.5));
            GroupBound::new(format!("group {index}"), members, lower, upper).ok()
        });
        let groups = groups.collect();
        let risks = [
            Risk::Variance,
            Risk::StandardDeviation,
            Risk::Mad,
            Risk::SemiDeviation,
            Risk::Cvar { confidence: Confidence::new(0.9).unwrap() },
            Risk::MaximumDrawdown { compounding: Default::default() },
        ];
        let hrp = HrpParams {
            linkage: Linkage::ALL[random.below(Linkage::ALL.len())],
            metric: Metric::ALL[random.below(2)],
            leaf_order: [LeafOrder::Dendrogram, LeafOrder::Optimal][random.below(2)],
            risk: risks[random.below(risks.len())],
            bounds,
            groups,
        };
        let (covariance, returns) = (factor_covariance(assets, seed), returns(assets, 40, seed));
        Self { covariance, returns, short, long_book, short_book, hrp }
    }

    fn market(&self) -> Market<'_> {
        Market { returns: Some(&self.returns), ..Market::from(&self.covariance) }
    }

    fn allocate(&self) -> LongShortAllocation {
        long_short(self.hrp.clone(), &self.short, books(self.long_book, self.short_book))
            .allocate_market(self.market())
            .unwrap()
    }

    /// The other side for each asset.
    fn flipped(self) -> Self {
        let short = flipped(self.covariance.len(), &self.short);
        Self { short, long_book: self.short_book, short_book: self.long_book, ..self }
    }

    /// Assets that are mirrored one by one, held long by hierarchical risk parity with one group more.
    fn oracle(&self) -> Vec<f64> {
        let sign = |asset: usize| if self.short.contains(&asset) { -1.0 } else { 1.0 };
        let view = self.covariance.as_view();
        let mirrored =
            covariance(DMatrix::from_fn(self.covariance.len(), self.covariance.len(), |row, col| {
                view[(row, col)] * sign(row) * sign(col)
            }));
        let view = self.returns.as_view();
        let returns = Returns::new(DMatrix::from_fn(view.nrows(), view.ncols(), |period, asset| {
            view[(period, asset)] * sign(asset)
        }))
        .unwrap();
        let gross = self.long_book + self.short_book;
        let scaled = |bounds: &[f64]| bounds.iter().map(|bound| bound / gross).collect();
        let bounds = self.hrp.bounds.as_ref();
        let bounds =
            bounds.map(|bounds| Bounds::new(scaled(bounds.lower()), scaled(bounds.upper())).unwrap());
        let mut groups: Vec<GroupBound> = self
            .hrp
            .groups
            .iter()
            .map(|group| {
                let members = group.members().to_vec();
                GroupBound::new(group.name(), members, group.lower() / gross, group.upper() / gross).unwrap()
            })
            .collect();
        let share = self.short_book / gross;
        groups.push(GroupBound::new("short", self.short.clone(), share, share).unwrap());
        let hrp = Hrp::new(HrpParams { bounds, groups, ..self.hrp.clone() }).unwrap();
        let market = Market { returns: Some(&returns), ..Market::from(&mirrored) };
        let allocation = hrp.allocate_market(market).unwrap();
        let weights = allocation.weights().as_slice().iter().enumerate();
        weights.map(|(asset, weight)| sign(asset) * gross * weight).collect()
    }
}

fn instances() -> impl Strategy<Value = Instance> {
    (2_usize..=30, any::<u64>()).prop_map(|(assets, seed)| Instance::new(assets, seed))
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn weights_are_those_of_assets_mirrored_one_by_one(instance in instances()) {
        assert_weights(&instance.allocate(), &instance.oracle());
    }

    #[test]
    fn both_books_have_their_sizes(instance in instances()) {
        let allocation = instance.allocate();
        let weights = allocation.weights();
        let (long, short) = (instance.long_book, instance.short_book);
        prop_assert!((weights.net() - (long - short)).abs() < SUM);
        prop_assert!((weights.gross() - (long + short)).abs() < SUM);
        for (asset, weight) in weights.as_slice().iter().enumerate() {
            let is_short = instance.short.contains(&asset);
            let size = if is_short { -weight } else { *weight };
            prop_assert!(size >= 0.0);
        }
        prop_assert!((allocation.positions().weights().net() - 1.0).abs() < SUM);
        if let Some(bounds) = &instance.hrp.bounds {
            for (asset, weight) in weights.as_slice().iter().enumerate() {
                prop_assert!((bounds.lower()[asset]..=bounds.upper()[asset]).contains(&weight.abs()));
            }
        }
        for group in &instance.hrp.groups {
            let size: f64 = group.members().iter().map(|&member| weights.as_slice()[member].abs()).sum();
            prop_assert!(group.lower() - SUM <= size && size <= group.upper() + SUM);
        }
    }

    #[test]
    fn the_other_sides_have_the_other_signs(assets in 2_usize..=30, seed in any::<u64>()) {
        // What is lost on one side is gained on the other: the measure has to look at both.
        let mut instance = Instance::new(assets, seed);
        instance.hrp.risk = [Risk::Variance, Risk::StandardDeviation, Risk::Mad, Risk::Range][assets % 4];
        let allocation = instance.allocate();
        let negative: Vec<f64> = allocation.weights().as_slice().iter().map(|weight| -weight).collect();
        assert_weights(&instance.flipped().allocate(), &negative);
    }

    #[test]
    fn into_kept_memory_is_the_same_to_the_last_bit(one in instances(), other in instances()) {
        let (mut scratch, mut allocation) = (LongShortScratch::default(), LongShortAllocation::default());
        for instance in [one, other] {
            let allocator = long_short(
                instance.hrp.clone(), &instance.short, books(instance.long_book, instance.short_book),
            );
            allocator.allocate_market_into(instance.market(), &mut scratch, &mut allocation).unwrap();
            prop_assert_eq!(&allocation, &instance.allocate());
            let measure = (&Risk::Range, &mut Default::default());
            allocator.allocate_by_into(measure, instance.market(), &mut scratch, &mut allocation).unwrap();
            prop_assert_eq!(&allocation, &allocator.allocate_by(&Risk::Range, instance.market()).unwrap());
        }
    }
}

/// A market of one factor and four sectors.
fn sectors(assets: usize, market: f64, random: &mut Random) -> DMatrix<f64> {
    let betas: Vec<f64> = (0..assets).map(|_| market * random.between(0.5, 1.5)).collect();
    let sectors: Vec<usize> = (0..assets).map(|_| random.below(4)).collect();
    let own: Vec<f64> = (0..assets).map(|_| random.between(0.3, 1.5)).collect();
    DMatrix::from_fn(assets, assets, |row, col| {
        let sector = if sectors[row] == sectors[col] { 0.5 } else { 0.0 };
        betas[row] * betas[col] + sector + if row == col { own[row] } else { 0.0 }
    })
}

/// Each book of size one on its own, and both together.
fn apart_and_together(matrix: &DMatrix<f64>, short: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let assets = matrix.nrows();
    let mut apart = vec![0.0; assets];
    for (members, sign) in [(flipped(assets, short), 1.0), (short.to_vec(), -1.0)] {
        let part = matrix.select_rows(&members).select_columns(&members);
        let allocation = Hrp::new(HrpParams::default()).unwrap().allocate(&covariance(part)).unwrap();
        for (&asset, weight) in members.iter().zip(allocation.weights().as_slice()) {
            apart[asset] = sign * weight;
        }
    }
    let together = long_short(HrpParams::default(), short, books(1.0, 1.0));
    (apart, together.allocate(&covariance(matrix.clone())).unwrap().weights().as_slice().to_vec())
}

fn half_shuffled(assets: usize, count: usize, random: &mut Random) -> Vec<usize> {
    let mut short = random.permutation(assets)[..count].to_vec();
    short.sort_unstable();
    short
}

/// Where a strong factor sets the books apart in the tree, and they have as many positions, the first cut falls between
/// them, and each is halved as if it were alone.
#[test]
fn books_of_as_many_positions_are_allocated_as_if_apart() {
    for seed in 0..100 {
        let mut random = Random::new(seed);
        let matrix = sectors(20, 1.0, &mut random);
        let short = half_shuffled(20, 10, &mut random);
        let (apart, together) = apart_and_together(&matrix, &short);
        for (apart, together) in apart.iter().zip(&together) {
            assert!((apart - together).abs() <= REORDERED, "{seed}: {apart} is not {together}");
        }
    }
}

/// What the theory says of the price of cutting after half of the positions, whatever their sides.
#[test]
fn books_of_other_numbers_of_positions_are_less_volatile_apart() {
    let volatility = |matrix: &DMatrix<f64>, weights: &[f64]| {
        let weights = po_core::nalgebra::DVector::from_column_slice(weights);
        (weights.transpose() * matrix * weights)[0].sqrt()
    };
    for (market, least, most) in [(0.3, 1.055, 1.065), (1.0, 1.225, 1.24)] {
        let ratio = |seed: u64| {
            let mut random = Random::new(seed);
            let matrix = sectors(20, market, &mut random);
            let count = 5 + random.below(10);
            let short = half_shuffled(20, count, &mut random);
            let (apart, together) = apart_and_together(&matrix, &short);
            (volatility(&matrix, &together) / volatility(&matrix, &apart)).ln()
        };
        let mean = ((0..400).map(ratio).sum::<f64>() / 400.0).exp();
        assert!((least..most).contains(&mean), "{mean}");
    }
}
