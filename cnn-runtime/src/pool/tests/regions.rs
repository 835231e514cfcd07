//! Regions: every part once, whatever the threads do.

use crate::pool::Pool;
use std::sync::atomic::{AtomicUsize, Ordering};

fn pool(threads: usize) -> Pool {
    let pool = Pool::default();
    pool.set_threads(threads, 16);
    pool
}

/// How often each part of a region ran.
fn count(pool: &Pool, parts: usize) -> Vec<usize> {
    let runs: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
    pool.run(parts, &mut [0.0; 16], &|part, scratch| {
        scratch.fill(part as f32);
        runs[part].fetch_add(1, Ordering::Relaxed);
        assert!(scratch.iter().all(|&x| x == part as f32), "another thread has this scratch");
    });
    runs.into_iter().map(AtomicUsize::into_inner).collect()
}

#[test]
fn every_part_runs_once() {
    for threads in 1..=5 {
        let pool = pool(threads);
        for region in 0..2000 {
            let parts = region % 7;
            assert_eq!(count(&pool, parts), vec![1; parts], "{threads} threads, {parts} parts");
        }
    }
}
