//! The second call of every spelling that takes its memory along leaves the heap alone.
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, GroupBound};
use po_hrp::{
    Dendrogram, Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, LinkageScratch, Metric,
    linkage_into,
};

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
    let HrpParams { linkage, metric, leaf_order, bounds, groups } = params;
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
    let settings = Linkage::ALL.iter().flat_map(|&linkage| {
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
    let settings: Vec<HrpParams> = settings.collect();
    assert_eq!(settings.len(), 28);
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
