//! The leaf order that stays near the one before: against all orders of a tree, and what it saves in turnover.

use po_core::nalgebra::DMatrix;
use po_core::{Covariance, Universe};
use po_hrp::{
    Dendrogram, Error, Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Market, linkage,
    stable_leaf_order,
};
use proptest::prelude::*;

use crate::properties::{all_settings, allocate, assert_on_the_simplex, assert_same_bits};
use crate::random::{Random, config, distances, factor_covariance, sample_covariance};

/// The leaves from left to right once the children of those merges whose bits are set have changed places.
fn turned(dendrogram: &Dendrogram, turns: u64) -> Vec<usize> {
    let leaves = dendrogram.leaves();
    let mut below: Vec<Vec<usize>> = (0..leaves).map(|leaf| vec![leaf]).collect();
    for (index, merge) in dendrogram.merges().iter().enumerate() {
        let (left, right) = (below[merge.left].clone(), below[merge.right].clone());
        below.push(if turns >> index & 1 == 0 { [left, right].concat() } else { [right, left].concat() });
    }
    below.pop().unwrap()
}

/// Pairs that stand the other way round in the order before, counted one by one.
fn inversions(order: &[usize], before: &[usize]) -> usize {
    let place = |asset: &usize| before.iter().position(|other| other == asset);
    let places: Vec<usize> = order.iter().filter_map(place).collect();
    let pairs = (0..places.len()).flat_map(|first| (first + 1..places.len()).map(move |last| (first, last)));
    pairs.filter(|&(first, last)| places[first] > places[last]).count()
}

/// A tree of random distances, by a linkage that the seed chooses.
fn tree(leaves: usize, seed: u64) -> Dendrogram {
    let method = Linkage::ALL[(seed % Linkage::ALL.len() as u64) as usize];
    linkage(leaves, &distances(leaves, seed), method).unwrap()
}

/// Some of the assets, in any order.
fn some(assets: usize, seed: u64, share: f64) -> Vec<usize> {
    let mut random = Random::new(seed);
    let all = random.permutation(assets);
    all.into_iter().filter(|_| random.uniform() < share).collect()
}

fn stable(covariance: &Covariance, before: Option<&[usize]>) -> HrpAllocation {
    let params = HrpParams { leaf_order: LeafOrder::Stable, ..HrpParams::default() };
    let market = Market { order_before: before, ..Market::from(covariance) };
    Hrp::new(params).unwrap().allocate_market(market).unwrap()
}

proptest! {
    #![proptest_config(config(200))]

    /// Of all orders the one with the fewest inversions, and of those the one with the fewest turns: the others stay as the
    /// tree has them.
    #[test]
    fn no_order_of_the_tree_is_nearer(leaves in 1_usize..=9, seed: u64, share in 0.3..1.4) {
        let (dendrogram, before) = (tree(leaves, seed), some(leaves, seed, share));
        let all = (0..1_u64 << (leaves - 1)).map(|turns| (turned(&dendrogram, turns), turns.count_ones()));
        let (nearest, _) = all.min_by_key(|(order, turns)| (inversions(order, &before), *turns)).unwrap();
        prop_assert_eq!(stable_leaf_order(&dendrogram, &before).unwrap(), nearest);
    }

    #[test]
    fn an_order_of_the_tree_comes_back(leaves in 1_usize..=60, seed: u64, turns: u64) {
        let dendrogram = tree(leaves, seed);
        let before = turned(&dendrogram, turns);
        prop_assert_eq!(&stable_leaf_order(&dendrogram, &before).unwrap(), &before);
        // So does what is left of it when assets are gone.
        let left: Vec<usize> = before.iter().copied().filter(|asset| asset % 3 > 0).collect();
        let order = stable_leaf_order(&dendrogram, &left).unwrap();
        prop_assert_eq!(inversions(&order, &left), 0);
    }

    /// What it chooses is an order of the tree, whatever stood before, and none is chosen twice over.
    #[test]
    fn clusters_stay_together(leaves in 2_usize..=60, seed: u64) {
        let (dendrogram, before) = (tree(leaves, seed), some(leaves, seed, 0.8));
        let order = stable_leaf_order(&dendrogram, &before).unwrap();
        prop_assert_eq!(stable_leaf_order(&dendrogram, &order).unwrap(), order.clone());
        prop_assert!(inversions(&order, &before) <= inversions(&dendrogram.leaf_order(), &before));
        for clusters in 1..=leaves {
            let labels = dendrogram.cut(clusters);
            let runs = order.chunk_by(|&a, &b| labels[a] == labels[b]).count();
            prop_assert_eq!(runs, clusters);
        }
    }

    #[test]
    fn without_an_order_before_the_tree_stands_as_it_is(assets in 1_usize..=40, seed: u64) {
        let covariance = factor_covariance(assets, seed);
        let plain = allocate(&HrpParams::default(), &covariance);
        assert_same_bits(&stable(&covariance, None), &plain);
        assert_same_bits(&stable(&covariance, Some(&[])), &plain);
        assert_same_bits(&stable(&covariance, Some(plain.leaf_order())), &plain);
    }

    /// Kept memory, of other sizes and other orders, leaves no trace.
    #[test]
    fn allocate_equals_allocate_into(sizes in prop::collection::vec(1_usize..=40, 3), seed: u64) {
        let (mut scratch, mut kept) = (HrpScratch::default(), HrpAllocation::default());
        for params in all_settings().filter(|params| params.leaf_order == LeafOrder::Stable) {
            let hrp = Hrp::new(params).unwrap();
            for &assets in &sizes {
                let (covariance, before) = (factor_covariance(assets, seed), some(assets, seed, 0.7));
                let market = Market { order_before: Some(&before), ..Market::from(&covariance) };
                hrp.allocate_market_into(market, &mut scratch, &mut kept).unwrap();
                let fresh = hrp.allocate_market(market).unwrap();
                assert_same_bits(&kept, &fresh);
                assert_on_the_simplex(&fresh);
                let order = stable_leaf_order(&fresh.dendrogram(), &before).unwrap();
                prop_assert_eq!(fresh.leaf_order(), order);
            }
        }
    }
}

#[test]
fn an_order_before_that_is_none_is_refused() {
    let covariance = factor_covariance(4, 1);
    let refused = |leaf_order, before: &[usize]| {
        let hrp = Hrp::new(HrpParams { leaf_order, ..HrpParams::default() }).unwrap();
        hrp.allocate_market(Market { order_before: Some(before), ..Market::from(&covariance) })
    };
    let error = refused(LeafOrder::Stable, &[0, 3, 4]).unwrap_err();
    assert_eq!(error, Error::UnknownBefore { place: 2, asset: 4, assets: 4 });
    assert_eq!(
        error.to_string(),
        "place 2 of the order before is 4, expected an index below the number of assets, 4"
    );
    let error = refused(LeafOrder::Stable, &[2, 0, 3, 2]).unwrap_err();
    assert_eq!(error, Error::TwiceBefore { asset: 2, first: 0, second: 3 });
    let text = "stands at places 0 and 3 of the order before, expected each asset once";
    assert_eq!(error.to_string(), format!("asset 2 {text}"));
    let universe = Universe::new(["A", "B", "C", "D"]).unwrap();
    assert_eq!(error.named(&universe), format!("C {text}"));
    assert_eq!(
        stable_leaf_order(&tree(3, 0), &[usize::MAX]),
        Err(Error::UnknownBefore { place: 0, asset: usize::MAX, assets: 3 })
    );
    // Who does not look at it does not mind.
    assert!(refused(LeafOrder::Dendrogram, &[9, 9]).is_ok());
    assert!(refused(LeafOrder::Optimal, &[9, 9]).is_ok());
}

/// A market whose sectors stay and whose loadings drift: a walk for each asset, on its sector and on the market.
fn drifting_returns(periods: usize, assets: usize, seed: u64) -> DMatrix<f64> {
    const SECTORS: usize = 6;
    let mut random = Random::new(seed);
    let mut loadings: Vec<[f64; 2]> =
        (0..assets).map(|_| [random.between(0.4, 1.0), random.between(0.3, 0.9)]).collect();
    let volatilities: Vec<f64> = (0..assets).map(|_| random.between(0.008, 0.03)).collect();
    let mut returns = DMatrix::zeros(periods, assets);
    for time in 0..periods {
        let market = random.normal();
        let sectors: Vec<f64> = (0..SECTORS).map(|_| random.normal()).collect();
        for (asset, loading) in loadings.iter_mut().enumerate() {
            loading.iter_mut().for_each(|beta| *beta += 0.01 * random.normal());
            let common = loading[0] * market + loading[1] * sectors[asset % SECTORS];
            returns[(time, asset)] = volatilities[asset] * (common + random.normal());
        }
    }
    returns
}

/// What is traded at a rebalance on average, `Σ_i |w_it - w_i,t-1| / 2`, in each order: monthly, on a year of returns.
fn turnovers(linkage: Linkage, seed: u64) -> [f64; 2] {
    const WINDOW: usize = 252;
    const MONTH: usize = 21;
    const MONTHS: usize = 36;
    let returns = drifting_returns(WINDOW + MONTHS * MONTH, 30, seed);
    [LeafOrder::Dendrogram, LeafOrder::Stable].map(|leaf_order| {
        let hrp = Hrp::new(HrpParams { linkage, leaf_order, ..HrpParams::default() }).unwrap();
        let mut last: Option<HrpAllocation> = None;
        let mut turnover = 0.0;
        for month in 0..=MONTHS {
            let mut window = returns.rows(month * MONTH, WINDOW).into_owned();
            for mut column in window.column_iter_mut() {
                let mean = column.mean();
                column.add_scalar_mut(-mean);
            }
            let covariance = Covariance::new(window.transpose() * &window / (WINDOW as f64 - 1.0)).unwrap();
            let order_before = last.as_ref().map(HrpAllocation::leaf_order);
            let next = hrp.allocate_market(Market { order_before, ..Market::from(&covariance) }).unwrap();
            if let Some(last) = &last {
                let (new, old) = (next.weights().as_slice(), last.weights().as_slice());
                turnover += new.iter().zip(old).map(|(new, old)| (new - old).abs()).sum::<f64>() / 2.0;
            }
            last = Some(next);
        }
        turnover / MONTHS as f64
    })
}

/// In expectation, which is the mean over the seeds, by a fifth at least; and on each of these markets.
#[test]
fn the_stable_order_trades_less_than_that_of_the_tree() {
    const SEEDS: u64 = 12;
    for linkage in [Linkage::Ward, Linkage::Average, Linkage::Single] {
        let runs: Vec<[f64; 2]> = (0..SEEDS).map(|seed| turnovers(linkage, seed)).collect();
        let mean = |order: usize| runs.iter().map(|run| run[order]).sum::<f64>() / SEEDS as f64;
        assert!(mean(1) < 0.8 * mean(0), "{linkage}: {} of {}", mean(1), mean(0));
        assert!(runs.iter().all(|[tree, stable]| stable < tree), "{linkage}: {runs:?}");
    }
}

/// Samples of one market: only noise moves the tree, and the order follows it no further than it must.
#[test]
fn noise_alone_turns_fewer_pairs() {
    let (mut last, mut moved) = (None::<[HrpAllocation; 2]>, [0, 0]);
    for seed in 0..20 {
        let covariance = sample_covariance(25, 400, 7 * seed);
        let before = last.as_ref().map(|[_, stable]| stable.leaf_order());
        let next = [allocate(&HrpParams::default(), &covariance), stable(&covariance, before)];
        if let Some(last) = &last {
            for (moved, (next, last)) in moved.iter_mut().zip(next.iter().zip(last)) {
                *moved += inversions(next.leaf_order(), last.leaf_order());
            }
        }
        last = Some(next);
    }
    assert!(moved[1] < moved[0], "{moved:?}");
}
