//! Streams: no update touches the heap, the first one included.

use po_core::Confidence;
use po_tail::{DecayedTail, EwmaFilter, FilteredTail, RollingTail};

use super::calls;

#[test]
fn no_update_allocates() {
    let confidence = Confidence::new(0.99).unwrap();
    for window in [1, 64, 250, 1000] {
        let mut rolling = RollingTail::new(window, confidence).unwrap();
        let mut decayed = DecayedTail::new(window, 0.9, confidence).unwrap();
        let mut filtered = FilteredTail::new(EwmaFilter::default(), window, confidence).unwrap();
        let updates = calls(|| {
            for place in 0..8000_u32 {
                // Up, down, and about: the order is split and merged again and again.
                let wave = f64::from(place % 1500) * 1e-5 * if place % 3000 < 1500 { 1.0 } else { -1.0 };
                let value = wave + 0.01 * ((f64::from(place) * 0.618_033_988_749_895).fract() - 0.5);
                rolling.update(value).unwrap();
                decayed.update(value).unwrap();
                filtered.update(value).unwrap();
            }
        });
        assert_eq!(updates, 0, "{window}");
    }
}
