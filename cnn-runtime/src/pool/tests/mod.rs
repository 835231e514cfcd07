//! Regions under stress, and that parts cover a result once.

mod hand_over;
mod panics;
mod parts;
mod pieces;
mod regions;

use super::Pool;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `f32`s of scratch memory of each thread here.
const SCRATCH: usize = 16;

fn pool(threads: usize) -> Pool {
    let pool = Pool::default();
    pool.set_threads(threads, SCRATCH);
    pool
}

/// How often each part of a region ran. Each checks that its scratch memory is its own.
fn runs(pool: &Pool, parts: usize) -> Vec<usize> {
    let runs: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
    pool.run(parts, &mut [0.0; SCRATCH], &|part, scratch| {
        assert_eq!(scratch.len(), SCRATCH);
        scratch.fill(part as f32);
        runs[part].fetch_add(1, Ordering::Relaxed);
        assert!(scratch.iter().all(|&x| x == part as f32), "another thread wrote here");
    });
    runs.into_iter().map(AtomicUsize::into_inner).collect()
}
