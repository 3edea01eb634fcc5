//! Work on several threads gives what one thread gives.

use std::sync::atomic::{AtomicUsize, Ordering};

use po_core::threads::{each, processors};

#[test]
fn results_come_in_the_order_of_the_work_on_any_number_of_threads() {
    // The first pieces take longest, so that others overtake them.
    let work = || (0..40_u64).map(|piece| 200_000 >> (piece / 4));
    let run = |place: &mut u64, number: usize, steps: u64| {
        *place = number as u64;
        (0..steps).for_each(|step| *place = place.wrapping_mul(0x9e37_79b9).wrapping_add(step));
        *place
    };
    let one = each(work(), 1, || 0, run);
    assert_eq!(one.len(), 40);
    for threads in [0, 2, 3, 64] {
        assert_eq!(each(work(), threads, || 0, run), one, "{threads}");
    }
    // No more threads are asked for than there are pieces.
    assert_eq!(each(work(), usize::MAX, || 0, run), one);
    assert!(each(Vec::<u64>::new(), 3, || 0, run).is_empty());
    assert!(processors() >= 1);
}

#[test]
fn a_thread_has_one_place_for_all_its_pieces() {
    let (places, pieces) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let place = || places.fetch_add(1, Ordering::Relaxed);
    each(0..100, 4, place, |_, _, _| pieces.fetch_add(1, Ordering::Relaxed));
    assert_eq!(pieces.into_inner(), 100);
    assert!((1..=4).contains(&places.into_inner()));
}
