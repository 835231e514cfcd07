//! The threads: started once, spinning a moment after each region, then asleep.

use super::slot::{Region, Slot};
use crate::workspace::Aligned;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{Builder, JoinHandle, available_parallelism};
use std::time::{Duration, Instant};

/// Threads that help a caller with the parts of a region; none where the caller is alone.
#[derive(Default)]
pub struct Pool {
    /// Locked while a region runs: there is one at a time.
    workers: Mutex<Vec<Worker>>,
    /// Their number, to be read while a region runs.
    others: AtomicUsize,
    /// `f32`s of scratch memory that each of them has.
    scratch: AtomicUsize,
}

/// A thread and the place where it gets its work. Dropping it ends the thread.
struct Worker {
    slot: Arc<Slot>,
    spin: Spin,
    thread: Option<JoinHandle<()>>,
}

/// How long a thread looks out for a change before it sleeps.
#[derive(Clone, Copy)]
pub(super) struct Spin(Duration);

impl Pool {
    /// Most threads that a pool may have: more than that is a mistake, which must not take all that
    /// the system has.
    pub const MOST: usize = 1024;

    /// How many threads compute, the caller's among them; at least 1.
    pub fn threads(&self) -> usize {
        self.others.load(Ordering::Relaxed) + 1
    }

    /// So many threads from now on, the caller's among them: fewer where the system starts no more,
    /// and no more than [`MOST`](Self::MOST). Each new one gets so many `f32`s of scratch memory.
    /// Waits for a region that runs.
    pub fn set_threads(&self, threads: usize, scratch: usize) {
        let threads = threads.clamp(1, Self::MOST);
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if workers.len() + 1 != threads || self.scratch.load(Ordering::Relaxed) != scratch {
            workers.clear();
            let spin = Spin::among(threads);
            workers.extend((1..threads).map_while(|part| Worker::start(part, scratch, spin)));
        }
        self.others.store(workers.len(), Ordering::Relaxed);
        self.scratch.store(scratch, Ordering::Relaxed);
    }

    /// Calls `region` once for each of the parts, on the caller's thread and the pool's, and returns
    /// when all have returned. Parts beyond the number of threads are the caller's:
    /// [`each`](Self::each) and [`evenly`](Self::evenly) share out any number. Where the threads are busy, for another caller or
    /// for the caller of this call, the caller computes all.
    ///
    /// # Panics
    /// With what the first part panicked with, if one did. Other parts may not have run then.
    pub fn run(&self, parts: usize, scratch: &mut [f32], region: &Region<'_>) {
        let workers = match self.workers.try_lock() {
            Ok(workers) => workers,
            Err(TryLockError::Poisoned(workers)) => workers.into_inner(),
            Err(TryLockError::WouldBlock) => {
                (0..parts).for_each(|part| region(part, scratch));
                return;
            }
        };
        let helpers = &workers[..workers.len().min(parts.saturating_sub(1))];
        for worker in helpers {
            // SAFETY: the lock lets in one caller at a time, and below each slot's end is awaited,
            // whatever panics.
            unsafe { worker.slot.give(region) };
        }
        let own = catch_unwind(AssertUnwindSafe(|| {
            (0..parts.min(1)).for_each(|part| region(part, scratch));
            (helpers.len() + 1..parts).for_each(|part| region(part, scratch));
            for (part, worker) in (1..).zip(helpers) {
                if worker.slot.take_back() {
                    region(part, scratch);
                }
            }
        }));
        let mut panic = own.err();
        for worker in helpers {
            let theirs = worker.slot.end(worker.spin);
            if panic.is_none() {
                panic = theirs;
            } else {
                // To drop what was panicked with may panic too, and other parts still run.
                std::mem::forget(theirs);
            }
        }
        drop(workers);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

/// As many threads of its own.
impl Clone for Pool {
    fn clone(&self) -> Self {
        let pool = Self::default();
        pool.set_threads(self.threads(), self.scratch.load(Ordering::Relaxed));
        pool
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish_non_exhaustive()
    }
}

impl Worker {
    fn start(part: usize, scratch: usize, spin: Spin) -> Option<Self> {
        let slot = Arc::new(Slot::new());
        let its = Arc::clone(&slot);
        let serve = move || {
            let mut scratch = Aligned::zeros(scratch);
            while its.next(spin) {
                its.work(part, scratch.get_mut());
            }
        };
        let thread = Builder::new().name(format!("cnn-{part}")).spawn(serve).ok()?;
        Some(Self { slot, spin, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.slot.close();
        let ended = self.thread.take().map(JoinHandle::join);
        debug_assert!(ended.is_none_or(|ended| ended.is_ok()), "a worker catches its panics");
    }
}

impl Spin {
    /// Longer than what runs between two regions of a network, far shorter than a time slice.
    pub(super) const LONG: Self = Self(Duration::from_micros(50));
    /// A few looks.
    pub(super) const NONE: Self = Self(Duration::ZERO);
    /// Looks between two readings of the clock.
    const LOOKS: usize = 64;

    /// For one of so many threads. Where they are more than the processor's, one that spins keeps
    /// another from working.
    fn among(threads: usize) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        if threads > cores { Self::NONE } else { Self::LONG }
    }

    /// Spins until the change, or until the time is over: false then.
    pub(super) fn until(self, changed: impl Fn() -> bool) -> bool {
        let mut start = None;
        loop {
            for _ in 0..Self::LOOKS {
                if changed() {
                    return true;
                }
                std::hint::spin_loop();
            }
            if start.get_or_insert_with(Instant::now).elapsed() >= self.0 {
                return false;
            }
        }
    }
}
