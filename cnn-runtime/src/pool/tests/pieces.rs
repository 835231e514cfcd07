//! Pieces: each once, by threads that are all at it, and none outside of the values.

use super::pool;
use crate::pool::Pool;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn every_number_comes_once() {
    for threads in 1..=5 {
        let pool = pool(threads);
        for count in (0..20).chain([100]) {
            let calls: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            let call = |number: usize| {
                calls[number].fetch_add(1, Ordering::Relaxed);
            };
            pool.each(count, &call);
            pool.evenly(count, &call);
            assert!(calls.iter().all(|c| c.load(Ordering::Relaxed) == 2), "{threads} threads");
        }
    }
}

/// Three at a time wait for one another, whichever numbers they have: no thread is left with those
/// beyond the number of threads.
#[test]
fn all_threads_are_at_it() {
    let (pool, together) = (pool(3), Barrier::new(3));
    for _ in 0..20 {
        for share in [Pool::each, Pool::evenly] {
            share(&pool, 12, &|_| {
                together.wait();
            });
        }
    }
}

#[test]
fn pieces_are_what_stands_at_their_places() {
    for threads in 1..=4 {
        let mut values = [0.0; 20];
        pool(threads).pieces(&mut values, &[0..3, 3..3, 5..14, 14..20], &|number, piece| {
            piece.fill((10 * piece.len() + number) as f32);
        });
        let of = [vec![30.0; 3], vec![0.0; 2], vec![92.0; 9], vec![63.0; 6]];
        assert_eq!(values.to_vec(), of.concat());
    }
}

#[test]
fn places_that_overlap_or_lie_outside_are_refused() {
    let takes = |places: &[[usize; 2]]| {
        let places: Vec<_> = places.iter().map(|&[from, to]| from..to).collect();
        let all = AssertUnwindSafe(|| pool(2).pieces(&mut [0.0; 20], &places, &|_, _| ()));
        catch_unwind(all).is_ok()
    };
    assert!(takes(&[]));
    assert!(takes(&[[0, 10], [10, 20]]));
    assert!(!takes(&[[0, 10], [9, 20]]));
    assert!(!takes(&[[10, 20], [0, 10]]), "one behind the other");
    assert!(!takes(&[[0, 10], [10, 21]]));
    assert!(!takes(&[[10, 5]]));
}
