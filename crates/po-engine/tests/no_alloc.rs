//! A portfolio that is run online leaves the heap alone, whoever lists, halts or delists on the way.
#![cfg(all(feature = "correlation", feature = "hrp"))]
#![expect(unsafe_code, reason = "an allocator that counts has to implement GlobalAlloc")]

#[path = "it/listed.rs"]
mod listed;
#[cfg(all(feature = "stream", feature = "risk-budget"))]
#[path = "it/stream/market.rs"]
mod market;
#[cfg(all(feature = "stream", feature = "risk-budget"))]
#[path = "no_alloc/stream.rs"]
mod stream;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use po_engine::StreamingEstimator;

use listed::{MIN_OBSERVATIONS, Online, bars};

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

/// A thousand bars from the first allocation on: assets list for the first time, halt, come back and leave for good.
#[test]
fn a_thousand_bars_leave_the_heap_alone() {
    const ASSETS: usize = 40;
    let before = CALLS.get();
    drop(std::hint::black_box(vec![0_u8; 100]));
    assert_eq!(CALLS.get() - before, 1, "the counter counts");

    let warm = MIN_OBSERVATIONS + 5;
    let bars = bars(warm + 1_000, ASSETS, 4);
    let mut online = Online::new(ASSETS);
    let mut there = 0;
    for bar in &bars[..warm] {
        there = usize::from(online.step(bar));
    }
    assert_eq!(there, 1, "there is a portfolio");
    let ready = |online: &Online| (0..ASSETS).filter(|&asset| online.ewma.ready(asset)).count();
    let (ready_first, mut changes, mut last) = (ready(&online), 0, online.investable.len());
    for (time, bar) in bars[warm..].iter().enumerate() {
        let before = CALLS.get();
        let allocated = online.step(bar);
        assert_eq!(CALLS.get() - before, 0, "bar {time}");
        assert!(allocated, "bar {time}");
        changes += usize::from(online.investable.len() != last);
        last = online.investable.len();
    }
    assert!(ready(&online) > ready_first + ASSETS / 4, "a quarter of the assets listed on the way");
    let gone = bars.last().unwrap().iter().filter(|value| value.is_nan()).count();
    assert!(gone >= ASSETS / 4, "a quarter of them has delisted: {gone}");
    assert!(changes > 100, "{changes} bars with other assets than the last");
}
