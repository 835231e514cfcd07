//! A part that panics: its caller learns of it when nothing runs any more, and the pool goes on.

use super::{SCRATCH, pool, runs};
use crate::pool::Pool;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Runs a region whose parts all begin, and panic as `panics` says. The part whose panic arrives.
fn arrives(pool: &Pool, parts: usize, panics: &(dyn Fn(usize) -> bool + Sync)) -> Option<usize> {
    let (begun, running) = (Barrier::new(parts), AtomicUsize::new(0));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        pool.run(parts, &mut [0.0; SCRATCH], &|part, _| {
            running.fetch_add(1, Ordering::Relaxed);
            begun.wait();
            if panics(part) {
                running.fetch_sub(1, Ordering::Relaxed);
                // Without the hook, which would print it.
                resume_unwind(Box::new(part));
            }
            sleep(Duration::from_micros(100 * part as u64));
            running.fetch_sub(1, Ordering::Relaxed);
        });
    }));
    assert_eq!(running.into_inner(), 0, "a part outlived its region");
    ended.err().map(|part| *part.downcast::<usize>().expect("what a part panicked with"))
}

#[test]
fn whichever_part_panics() {
    let pool = pool(4);
    for _ in 0..10 {
        for panics in 0..4 {
            assert_eq!(arrives(&pool, 4, &|part| part == panics), Some(panics));
            assert_eq!(runs(&pool, 4), [1; 4]);
        }
        assert_eq!(arrives(&pool, 4, &|_| false), None);
    }
}

#[test]
fn the_first_of_several_arrives() {
    let pool = pool(4);
    for _ in 0..10 {
        assert_eq!(arrives(&pool, 4, &|_| true), Some(0));
        assert_eq!(arrives(&pool, 4, &|part| part > 1), Some(2));
        assert_eq!(runs(&pool, 6), [1; 6]);
    }
}

#[test]
fn a_panic_of_the_only_thread() {
    let pool = pool(1);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        pool.run(3, &mut [], &|part, _| {
            if part == 1 {
                resume_unwind(Box::new(part));
            }
        });
    }));
    assert!(ended.is_err());
    assert_eq!(runs(&pool, 3), [1; 3]);
}
