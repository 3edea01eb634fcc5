//! Pieces of work on several threads.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Does each piece of work once, on so many threads, this one among them; hands the results back in the order of the
/// work, whoever did it.
pub(super) fn each<T: Send, R: Send>(
    work: Vec<T>,
    threads: usize,
    run: impl Fn(usize, T) -> R + Sync,
) -> Vec<R> {
    let left = Mutex::new(work.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    // What is logged on another thread goes where this one's goes.
    let log = tracing::dispatcher::get_default(Clone::clone);
    let take = || {
        // A statement of its own: the lock is free again before the work begins.
        let next = locked(&left).next();
        next.map(|(number, piece)| (number, run(number, piece)))
    };
    let lane = || {
        tracing::dispatcher::with_default(&log, || {
            while let Some(result) = take() {
                locked(&done).push(result);
            }
        });
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where the system has no thread to give, those that there are do the work.
            let _ = thread::Builder::new().spawn_scoped(scope, lane);
        }
        lane();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a lock guards. A thread that panics takes the others with it when they end, whatever it left behind.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
