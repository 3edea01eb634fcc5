//! Pieces of work on several threads, with the results of one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Does each piece of work once, on so many threads, this one among them; hands the results back in the order of the
/// work, whoever did it.
///
/// Each thread makes itself a place to work in, by `place`, and keeps it from one piece to the next; `run` gets that, the
/// number of the piece, and the piece. As long as a result does not depend on what the place was used for before, the
/// results are the same bits on any number of threads.
///
/// # Examples
/// ```
/// use po_core::threads::each;
///
/// let squares = each(vec![3, 1, 2], 2, Vec::new, |place: &mut Vec<usize>, number, piece: usize| {
///     place.clear();
///     place.extend([number, piece * piece]);
///     place.iter().sum::<usize>()
/// });
/// assert_eq!(squares, [9, 2, 6]);
/// ```
pub fn each<W, P, R>(
    work: W,
    threads: usize,
    place: impl Fn() -> P + Sync,
    run: impl Fn(&mut P, usize, W::Item) -> R + Sync,
) -> Vec<R>
where
    W: IntoIterator<IntoIter: Send>,
    R: Send,
{
    let work = work.into_iter();
    // More threads than pieces of work would have nothing to do.
    let threads = work.size_hint().1.map_or(threads, |pieces| threads.min(pieces));
    let left = Mutex::new(work.enumerate());
    let done = Mutex::new(Vec::new());
    let lane = || {
        let mut place = place();
        loop {
            // A statement of its own: the lock is free again before the work begins.
            let next = locked(&left).next();
            let Some((number, piece)) = next else { return };
            let result = run(&mut place, number, piece);
            locked(&done).push((number, result));
        }
    };
    thread::scope(|scope| {
        // Where the system has no thread to give, those that there are do the work.
        let _ = (1..threads).try_for_each(|_| thread::Builder::new().spawn_scoped(scope, lane).map(drop));
        lane();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How many threads run at once on this machine.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What a lock guards. A thread that panics takes the others with it when they end, whatever it left behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
