//! The second call of every spelling that takes its memory along leaves the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

#[path = "no_alloc/dbht.rs"]
mod dbht;
#[path = "no_alloc/market.rs"]
mod market;
#[path = "no_alloc/stable.rs"]
mod stable;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_core::nalgebra::DMatrix;
use po_core::{
    Allocator, Bounds, Compounding, Confidence, Covariance, GroupBound, InverseVariance, Returns, Risk,
    RiskScratch,
};
use po_hrp::{
    ClusterCount, ClusterWeights, Clusters, ClustersScratch, Dendrogram, Division, Herc, HercAllocation,
    HercParams, HercScratch, Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, LinkageScratch,
    Market, Metric, clusters_into, linkage, linkage_into,
};
use po_hrp::{Exposure, LongShort, LongShortAllocation, LongShortParams, LongShortScratch};
#[cfg(feature = "linalg")]
use po_hrp::{
    GammaCap, Schur, SchurAllocation, SchurParams, SchurScratch, SeriationScratch, spectral_order_into,
};
use po_hrp::{Nco, NcoAllocation, NcoParams, NcoScratch};

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // While a thread ends, its counter may be gone; nobody reads it then.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// All linkages but the one on the planar graph, whose cubic time is spent once.
const QUICK: [Linkage; 8] = [
    Linkage::Single,
    Linkage::Complete,
    Linkage::Average,
    Linkage::Weighted,
    Linkage::Ward,
    Linkage::Centroid,
    Linkage::Median,
    Linkage::Dbht,
];

const LARGE: usize = 300;
const SMALL: usize = 60;

/// Positive definite and without ties: correlations fall with the distance on a line that is not evenly spaced.
fn covariance(assets: usize) -> Covariance {
    let place = |asset: usize| (asset as f64 * 0.618_033_988_75).fract() * 10.0;
    let volatility = |asset: usize| 0.01 + 0.03 * (asset as f64 * 0.414_213_562_37).fract();
    Covariance::new(DMatrix::from_fn(assets, assets, |row, col| {
        volatility(row) * volatility(col) * (-(place(row) - place(col)).abs()).exp()
    }))
    .unwrap()
}

fn condensed(covariance: &Covariance) -> Vec<f64> {
    let correlation = covariance.correlation().unwrap();
    let pairs = (0..covariance.len()).flat_map(|row| (row + 1..covariance.len()).map(move |col| (row, col)));
    pairs.map(|pair| ((1.0 - correlation.as_view()[pair]) / 2.0).sqrt()).collect()
}

/// Asserts that `step` allocates nothing on any of these problems once it has seen the largest, which comes first.
fn assert_silent<P>(name: &str, problems: &[P], mut step: impl FnMut(&P)) {
    step(&problems[0]);
    for (index, problem) in problems.iter().enumerate() {
        let before = CALLS.get();
        step(problem);
        assert_eq!(CALLS.get() - before, 0, "{name}, problem {index}");
    }
}

fn assert_allocator_silent(params: &HrpParams, covariances: &[Covariance]) {
    let hrp = Hrp::new(params.clone()).unwrap();
    let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
    let HrpParams { linkage, metric, leaf_order, bounds, groups, .. } = params;
    let name = format!(
        "{linkage} {metric} {leaf_order}, {} bounds, {} groups",
        bounds.as_ref().map_or(0, Bounds::len),
        groups.len()
    );
    assert_silent(&name, covariances, |covariance| {
        hrp.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
    });
}

/// Groups of every third, fifth and so on asset: they overlap, and each may hold half of its natural share.
fn overlapping() -> Vec<GroupBound> {
    let every = |step: usize| {
        let members = (0..SMALL).step_by(step).collect();
        GroupBound::new(format!("every {step}"), members, 0.0, 0.5 / step as f64).unwrap()
    };
    [3, 5, 7, 11].map(every).to_vec()
}

/// Three runs of assets; the first must hold most.
fn disjoint() -> Vec<GroupBound> {
    let run = |(index, lower): (usize, f64)| {
        let members = (20 * index..20 * (index + 1)).collect();
        GroupBound::new(format!("run {index}"), members, lower, 0.7).unwrap()
    };
    [0.6, 0.1, 0.2].into_iter().enumerate().map(run).collect()
}

/// One test, so that nothing else runs on its thread.
#[test]
fn the_second_call_does_not_allocate() {
    let before = CALLS.get();
    drop(std::hint::black_box(vec![0_u8; 100]));
    assert_eq!(CALLS.get() - before, 1, "the counter counts");

    let covariances = [covariance(LARGE), covariance(SMALL), covariance(7), covariance(1)];
    let settings = QUICK.iter().flat_map(|&linkage| {
        let with_metric = move |&metric: &Metric| {
            let params = move |&leaf_order: &LeafOrder| HrpParams {
                linkage,
                metric,
                leaf_order,
                ..HrpParams::default()
            };
            LeafOrder::ALL.iter().map(params)
        };
        Metric::ALL.iter().flat_map(with_metric)
    });
    // The spectral order is the same whatever the linkage.
    let settings: Vec<HrpParams> = settings
        .filter(|params| params.leaf_order.name() != "spectral" || params.linkage == Linkage::Ward)
        .collect();
    let spectral = if cfg!(feature = "linalg") { Metric::ALL.len() } else { 0 };
    assert_eq!(settings.len(), QUICK.len() * Metric::ALL.len() * 3 + spectral);
    for groups in [disjoint(), overlapping(), halves(SMALL)] {
        let free = Hrp::new(HrpParams::default()).unwrap().allocate(&covariances[1]).unwrap();
        let bound = Hrp::new(HrpParams { groups, ..HrpParams::default() }).unwrap().allocate(&covariances[1]);
        assert_ne!(bound.unwrap().weights(), free.weights(), "the groups bind");
    }
    for params in &settings {
        assert_allocator_silent(params, &covariances);
        // Bounds and groups name assets, so that problems of one size share them, and an allocator sees one size.
        for assets in [LARGE, SMALL] {
            let bounds = Some(Bounds::uniform(assets, 0.1 / assets as f64, 1.5 / assets as f64).unwrap());
            let problem = [covariance(assets)];
            assert_allocator_silent(&HrpParams { bounds: bounds.clone(), ..params.clone() }, &problem);
            for groups in [disjoint(), overlapping()] {
                assert_allocator_silent(&HrpParams { groups, ..params.clone() }, &problem);
            }
            let params = HrpParams { bounds, groups: halves(assets), ..params.clone() };
            assert_allocator_silent(&params, &problem);
        }
        // Without bounds, an allocator with groups takes any number of assets that has their members.
        assert_allocator_silent(&HrpParams { groups: overlapping(), ..params.clone() }, &covariances[..2]);
    }

    let distances: Vec<(usize, Vec<f64>)> =
        covariances.iter().map(|covariance| (covariance.len(), condensed(covariance))).collect();
    let (mut scratch, mut dendrogram) = (LinkageScratch::default(), Dendrogram::default());
    for &method in Linkage::ALL {
        assert_silent(&format!("linkage {method}"), &distances, |(items, distances)| {
            linkage_into(*items, distances, method, &mut scratch, &mut dendrogram).unwrap();
        });
    }
}

/// Two overlapping halves that go together with bounds of up to 1.5 times the equal weight.
fn halves(assets: usize) -> Vec<GroupBound> {
    let half = |name: &str, start: usize| {
        GroupBound::new(name, (start..start + assets / 2).collect(), 0.3, 0.45).unwrap()
    };
    vec![half("front", 0), half("middle", assets / 3)]
}

/// One rule per way of counting clusters.
fn cluster_counts() -> [ClusterCount; 4] {
    [
        ClusterCount::Gap { most: None },
        ClusterCount::Silhouette { most: Some(20) },
        ClusterCount::StandardisedSilhouette { most: None },
        ClusterCount::Given(1),
    ]
}

fn assert_herc_silent(params: &HercParams, covariances: &[Covariance]) {
    let herc = Herc::new(params.clone()).unwrap();
    let (mut scratch, mut allocation) = (HercScratch::default(), HercAllocation::default());
    assert_silent(&format!("{params:?}"), covariances, |covariance| {
        herc.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
    });
}

#[test]
fn the_second_call_for_clusters_does_not_allocate() {
    let covariances = [covariance(LARGE), covariance(SMALL), covariance(7), covariance(1)];
    let divisions = [Division::Clusters, Division::Assets, Division::Halves];
    for (&linkage, clusters) in QUICK.iter().flat_map(|linkage| cluster_counts().map(|c| (linkage, c))) {
        for (&metric, division) in Metric::ALL.iter().flat_map(|metric| divisions.map(|d| (metric, d))) {
            let params = HercParams { linkage, metric, clusters, division, ..HercParams::default() };
            assert_herc_silent(&params, &covariances);
        }
    }
    // One size and many tells apart: how many clusters there are depends on the data.
    let scaled = |power: i32| {
        let correlation = covariance(SMALL).correlation().unwrap();
        Covariance::new(correlation.as_view().map(|rho: f64| rho.powi(power))).unwrap()
    };
    let counted = [scaled(1), scaled(8), scaled(3)];
    for clusters in cluster_counts() {
        assert_herc_silent(&HercParams { clusters, ..HercParams::default() }, &counted);
    }
    for (risk, within) in
        [(Risk::Variance, ClusterWeights::Equal), (Risk::StandardDeviation, ClusterWeights::InverseRisk)]
    {
        for assets in [LARGE, SMALL] {
            let bounds = Some(Bounds::uniform(assets, 0.1 / assets as f64, 1.5 / assets as f64).unwrap());
            let params = HercParams { risk, within, bounds, ..HercParams::default() };
            assert_herc_silent(&params, &[covariance(assets)]);
        }
    }

    let problems = covariances.iter().map(|covariance| {
        let distances = condensed(covariance);
        (linkage(covariance.len(), &distances, Linkage::Ward).unwrap(), distances)
    });
    let problems: Vec<(Dendrogram, Vec<f64>)> = problems.collect();
    for count in cluster_counts() {
        let (mut scratch, mut clusters) = (ClustersScratch::default(), Clusters::default());
        assert_silent(&format!("clusters {count}"), &problems, |(dendrogram, distances)| {
            clusters_into(dendrogram, distances, count, &mut scratch, &mut clusters).unwrap();
        });
    }
}

/// Nested allocations leave the heap alone as far as their allocators do, once they have seen as many clusters, and as
/// large ones; both depend on the data.
#[test]
fn the_second_nested_allocation_does_not_allocate() {
    let covariances = [covariance(LARGE), covariance(SMALL), covariance(7), covariance(1)];
    for &metric in Metric::ALL {
        for clusters in
            [ClusterCount::default(), ClusterCount::Silhouette { most: None }, ClusterCount::Given(1)]
        {
            let params = NcoParams { metric, clusters, ..NcoParams::default() };
            let hrp = Hrp::new(HrpParams::default()).unwrap();
            let nco = Nco::new(params, hrp, InverseVariance).unwrap();
            let (mut scratch, mut allocation) = (NcoScratch::default(), NcoAllocation::default());
            for covariance in &covariances {
                nco.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
            }
            assert_silent(&format!("nested, {metric} {clusters}"), &covariances, |covariance| {
                nco.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
            });
        }
    }
}

#[cfg(feature = "linalg")]
#[test]
fn the_second_factorisation_does_not_allocate() {
    let covariances = [covariance(LARGE / 2), covariance(SMALL), covariance(7), covariance(1)];
    for cap in GammaCap::ALL {
        for groups in [Vec::new(), overlapping()] {
            // The groups have members among the first sixty.
            let problems = if groups.is_empty() { &covariances[..] } else { &covariances[..2] };
            let name = format!("schur {cap}, {} groups", groups.len());
            let params = SchurParams { gamma: 0.2, cap: *cap, groups, ..SchurParams::default() };
            let schur = Schur::new(params).unwrap();
            let (mut scratch, mut allocation) = (SchurScratch::default(), SchurAllocation::default());
            assert_silent(&name, problems, |covariance| {
                schur.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
            });
        }
    }
    let (mut scratch, mut order) = (SeriationScratch::default(), Vec::new());
    assert_silent("seriation", &covariances, |covariance| {
        spectral_order_into(covariance, &mut scratch, &mut order).unwrap();
    });
}

/// Measures of risk on returns, of the settings and of one's own.
#[test]
fn the_second_call_with_a_measure_does_not_allocate() {
    let problems = [(200, LARGE), (200, SMALL), (50, SMALL), (50, 1)].map(|(periods, assets)| {
        let value = |place: usize| ((place as f64 * 0.618_033_988_75).fract() - 0.5) * 0.04;
        let returns: Vec<f64> = (0..periods * assets).map(value).collect();
        (covariance(assets), Returns::from_column_slice(periods, assets, &returns).unwrap())
    });
    let confidence = Confidence::new(0.95).unwrap();
    let compounding = Compounding::Compounded;
    for risk in [Risk::Mad, Risk::Cvar { confidence }, Risk::UlcerIndex { compounding }] {
        let hrp = Hrp::new(HrpParams { risk, ..HrpParams::default() }).unwrap();
        let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
        let mut measuring = RiskScratch::default();
        assert_silent(risk.name(), &problems, |(covariance, returns)| {
            let market = Market { returns: Some(returns), ..Market::from(covariance) };
            hrp.allocate_market_into(market, &mut scratch, &mut allocation).unwrap();
            let measure = (&risk, &mut measuring);
            hrp.allocate_by_into(measure, market, &mut scratch, &mut allocation).unwrap();
        });
    }
}

/// Books, groups and bounds of a long-short portfolio, by the covariance and by returns.
#[test]
fn the_second_long_short_call_does_not_allocate() {
    let problems = [(200, LARGE), (200, SMALL), (50, 7)].map(|(periods, assets)| {
        let value = |place: usize| ((place as f64 * 0.618_033_988_75).fract() - 0.5) * 0.04;
        let returns: Vec<f64> = (0..periods * assets).map(value).collect();
        (covariance(assets), Returns::from_column_slice(periods, assets, &returns).unwrap())
    });
    let books = Exposure::Books { long: 1.3, short: 0.3 };
    for (short, exposure) in
        [(vec![], Exposure::Gross(2.0)), (vec![1, 3, 6], Exposure::default()), (vec![4, 0], books)]
    {
        for risk in [Risk::Variance, Risk::Mad] {
            let hrp = HrpParams { risk, ..HrpParams::default() };
            let params = LongShortParams { hrp, short: short.clone(), exposure };
            let long_short = LongShort::new(params).unwrap();
            let (mut scratch, mut allocation) = (LongShortScratch::default(), LongShortAllocation::default());
            let mut measuring = RiskScratch::default();
            assert_silent("long and short", &problems, |(covariance, returns)| {
                let market = Market { returns: Some(returns), ..Market::from(covariance) };
                long_short.allocate_market_into(market, &mut scratch, &mut allocation).unwrap();
                let measure = (&Risk::Mad, &mut measuring);
                long_short.allocate_by_into(measure, market, &mut scratch, &mut allocation).unwrap();
            });
        }
    }
    let bounds = Some(Bounds::uniform(SMALL, 0.1 / SMALL as f64, 12.0 / SMALL as f64).unwrap());
    let hrp = HrpParams { bounds, groups: overlapping(), ..HrpParams::default() };
    let short = (0..SMALL).step_by(4).collect();
    let long_short = LongShort::new(LongShortParams { hrp, short, exposure: books }).unwrap();
    let (mut scratch, mut allocation) = (LongShortScratch::default(), LongShortAllocation::default());
    assert_silent("long and short, bound", &problems[1..2], |(covariance, _)| {
        long_short.allocate_into(covariance, &mut scratch, &mut allocation).unwrap();
    });
}

/// A resample leaves its weights and labels behind, and what they were compared to: four lists, and no more.
#[cfg(feature = "linalg")]
#[test]
fn a_resample_allocates_what_is_kept_of_it() {
    use po_core::BootstrapParams;
    use po_hrp::{StabilityAnalysis, StabilityParams};

    let wave = |place: usize| (0.618 * (place * place % 7919) as f64).sin();
    let returns = Returns::from_column_slice(80, 12, &(0..960).map(wave).collect::<Vec<f64>>()).unwrap();
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    let calls = |resamples| {
        let bootstrap = BootstrapParams { resamples, ..BootstrapParams::default() };
        let params = StabilityParams { bootstrap, threads: Some(1), ..StabilityParams::default() };
        let analysis = StabilityAnalysis::new(params).unwrap();
        let before = CALLS.get();
        let found = analysis.judge_hrp(&returns, &hrp, ClusterCount::default(), &|_| {}).unwrap();
        assert_eq!(found.failed, 0);
        CALLS.get() - before
    };
    let (few, many) = (calls(100), calls(400));
    // Lists of resamples grow a few times, and scratch to the largest resample.
    assert!(many - few <= 4 * 300 + 20, "{few} {many}");
}
