//! Pieces: each once, by threads that are all at it, and none outside of the values.

use super::pool;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};

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
            pool.evenly(count, false, &call);
            pool.evenly(count, true, &call);
            assert!(calls.iter().all(|c| c.load(Ordering::Relaxed) == 3), "{threads} threads");
        }
    }
}

#[test]
fn a_thread_has_neighbours_in_order() {
    let order = |threads: usize, back: bool| {
        let order = Mutex::new(Vec::new());
        pool(threads).evenly(7, back, &|number| order.lock().unwrap().push(number));
        order.into_inner().unwrap()
    };
    assert_eq!(order(1, false), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(order(1, true), [6, 5, 4, 3, 2, 1, 0]);
    // The first of two threads has 0 to 3, the other one the rest.
    let of = |back: bool, own: fn(&usize) -> bool| -> Vec<usize> {
        order(2, back).into_iter().filter(own).collect()
    };
    assert_eq!(of(false, |n| *n < 4), [0, 1, 2, 3]);
    assert_eq!(of(true, |n| *n < 4), [3, 2, 1, 0]);
    assert_eq!(of(true, |n| *n >= 4), [6, 5, 4]);
}

/// Three at a time wait for one another, whichever numbers they have: no thread is left with those
/// beyond the number of threads.
#[test]
fn all_threads_are_at_it() {
    let (pool, together) = (pool(3), Barrier::new(3));
    for _ in 0..20 {
        let wait = |_| {
            together.wait();
        };
        pool.each(12, &wait);
        pool.evenly(12, false, &wait);
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
