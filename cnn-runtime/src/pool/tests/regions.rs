//! Regions: every part once, on whatever threads there are, whatever they do meanwhile.

use super::{SCRATCH, pool, runs};
use crate::pool::Pool;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{available_parallelism, current, scope, sleep};
use std::time::Duration;

/// Longer than a thread without work spins.
const NAP: Duration = Duration::from_micros(300);

#[test]
fn every_part_runs_once() {
    for threads in 1..=5 {
        let pool = pool(threads);
        for region in 0..500 {
            let parts = region % 8;
            assert_eq!(runs(&pool, parts), vec![1; parts], "{threads} threads, {parts} parts");
        }
    }
}

#[test]
fn more_threads_than_cores() {
    let cores = available_parallelism().map_or(1, usize::from);
    let pool = pool(3 * cores + 5);
    for region in 0..300 {
        let parts = region % (3 * cores + 9);
        assert_eq!(runs(&pool, parts), vec![1; parts]);
    }
}

#[test]
fn a_pool_of_one_is_the_caller() {
    for pool in [Pool::default(), pool(0), pool(1)] {
        assert_eq!(pool.threads(), 1);
        let caller = current().id();
        pool.run(3, &mut [], &|_, _| assert_eq!(current().id(), caller));
    }
}

/// The parts wait for one another, so each needs a thread of its own.
#[test]
fn parts_run_side_by_side() {
    let pool = pool(4);
    for _ in 0..20 {
        let (together, threads) = (Barrier::new(4), Mutex::new(BTreeSet::new()));
        pool.run(4, &mut [0.0; SCRATCH], &|part, _| {
            together.wait();
            let name = current().name().map(str::to_owned);
            threads.lock().unwrap().insert((part, name.filter(|_| part > 0)));
        });
        let worker = |part: usize| (part, Some(format!("cnn-{part}")));
        let expected = BTreeSet::from([(0, None), worker(1), worker(2), worker(3)]);
        assert_eq!(threads.into_inner().unwrap(), expected);
    }
}

/// The workers fall asleep between the regions, and the caller while it waits for them.
#[test]
fn sleepers_wake() {
    let pool = pool(3);
    for _ in 0..30 {
        sleep(NAP);
        assert_eq!(runs(&pool, 3), [1, 1, 1]);
        let begun = Barrier::new(3);
        let ended = AtomicUsize::new(0);
        pool.run(3, &mut [0.0; SCRATCH], &|part, _| {
            begun.wait();
            if part > 0 {
                sleep(NAP);
                ended.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert_eq!(ended.into_inner(), 2);
    }
}

/// A region inside a region is the caller's alone: its threads are those that are busy.
#[test]
fn regions_inside_regions() {
    let pool = pool(3);
    let inner = AtomicUsize::new(0);
    pool.run(3, &mut [0.0; SCRATCH], &|_, _| {
        let caller = current().id();
        pool.run(5, &mut [0.0; SCRATCH], &|_, _| {
            assert_eq!(current().id(), caller);
            inner.fetch_add(1, Ordering::Relaxed);
        });
    });
    assert_eq!(inner.into_inner(), 15);
}

#[test]
fn several_callers_at_once() {
    let pool = pool(3);
    scope(|scope| {
        for caller in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for region in 0..300 {
                    let parts = (region + caller) % 6;
                    assert_eq!(runs(pool, parts), vec![1; parts]);
                }
            });
        }
    });
}

#[test]
fn threads_change_while_regions_run() {
    let pool = pool(2);
    let over = AtomicBool::new(false);
    scope(|scope| {
        let callers = [1, 2].map(|_| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(runs(&pool, 4), [1; 4]);
                }
            })
        });
        for threads in (1..6).cycle().take(40) {
            pool.set_threads(threads, SCRATCH);
            assert_eq!(pool.threads(), threads);
        }
        over.store(true, Ordering::Relaxed);
        for caller in callers {
            caller.join().unwrap();
        }
    });
}

#[test]
fn a_copy_has_threads_of_its_own() {
    let pool = pool(3);
    let copy = pool.clone();
    drop(pool);
    assert_eq!(copy.threads(), 3);
    assert_eq!(runs(&copy, 3), [1; 3]);
}

#[test]
fn there_is_a_most() {
    let pool = Pool::default();
    pool.set_threads(usize::MAX, 0);
    assert!((1..=Pool::MOST).contains(&pool.threads()));
    pool.set_threads(2, SCRATCH);
    assert_eq!(runs(&pool, 2), [1; 2]);
}

/// Counts the threads that end.
struct Ends(Arc<AtomicUsize>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

thread_local! {
    static ENDS: RefCell<Option<Ends>> = const { RefCell::new(None) };
}

/// Spinning or asleep, at once or after work.
#[test]
fn threads_end_with_their_pool() {
    for nap in [Duration::ZERO, NAP, 10 * NAP] {
        drop(pool(5));
        let (pool, ends) = (pool(5), Arc::new(AtomicUsize::new(0)));
        let together = Barrier::new(5);
        pool.run(5, &mut [0.0; SCRATCH], &|part, _| {
            together.wait();
            if part > 0 {
                ENDS.with_borrow_mut(|own| *own = Some(Ends(Arc::clone(&ends))));
            }
        });
        sleep(nap);
        assert_eq!(ends.load(Ordering::Relaxed), 0);
        drop(pool);
        assert_eq!(ends.load(Ordering::Relaxed), 4);
    }
}
