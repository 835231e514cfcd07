//! How a part is handed to a worker and its end comes back: one word that both sides exchange.
//!
//! A worker that has not begun when the caller is through with its own part loses its part to the
//! caller: nobody waits for a thread that the system does not run.

use super::threads::Spin;
use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

// The state of a slot, and who changes it:
//
//           caller           worker                     worker
//   IDLE ----------> READY ----------> TAKEN ------------------> IDLE
//    | ^   caller      | |               | caller: sleeps         ^
//    | +---------------+ |               +--------> AWAITED ------+ wakes the caller
//    |   takes it back   |
//    |                   ^
//    | worker: sleeps    | caller: wakes the worker
//    +----> ASLEEP ------+

/// The worker has nothing to do and looks out for work.
const IDLE: u32 = 0;
/// There is work that nobody has begun.
const READY: u32 = 1;
/// The worker is at it.
const TAKEN: u32 = 2;
/// The worker is at it, and the caller sleeps until it is through.
const AWAITED: u32 = 3;
/// The worker has nothing to do and sleeps.
const ASLEEP: u32 = 4;
/// The worker ends.
const CLOSED: u32 = 5;

/// What a region does: the number of a part, and the scratch memory of the thread that computes it.
pub(super) type Region<'a> = dyn Fn(usize, &mut [f32]) + Sync + 'a;

/// What a part panicked with.
pub(super) type Panic = Box<dyn Any + Send>;

/// The place between the callers, one at a time, and one worker. A cache line pair of its own.
#[repr(align(128))]
pub(super) struct Slot {
    state: AtomicU32,
    region: UnsafeCell<Option<*const Region<'static>>>,
    panic: UnsafeCell<Option<Panic>>,
    lock: Mutex<()>,
    changed: Condvar,
}

// SAFETY: the cells are touched by the side that the state says: by the caller while IDLE or ASLEEP
// (the worker reads them only after it has exchanged READY for TAKEN), by the worker while TAKEN or
// AWAITED. Each exchange releases what its side wrote and acquires what the other did.
unsafe impl Sync for Slot {}
// SAFETY: the pointer in it is followed only while the region that it names runs; see `Slot::work`.
unsafe impl Send for Slot {}

impl Slot {
    /// A place where a worker may begin to wait.
    pub(super) fn new() -> Self {
        Self {
            state: AtomicU32::new(IDLE),
            region: UnsafeCell::new(None),
            panic: UnsafeCell::new(None),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        }
    }

    /// The caller hands the worker its part of a region.
    ///
    /// # Safety
    /// There is one caller at a time, what it gave before has ended, and the region outlives the
    /// call of [`end`](Self::end).
    pub(super) unsafe fn give(&self, region: &Region<'_>) {
        let region: *const Region<'_> = region;
        // SAFETY: only the lifetime changes, and the caller promises that the region outlives its
        // use. The worker is IDLE or ASLEEP, so the cell is the caller's.
        unsafe {
            let region: *const Region<'static> = std::mem::transmute(region);
            *self.region.get() = Some(region);
        }
        if self.state.swap(READY, Ordering::AcqRel) == ASLEEP {
            self.wake();
        }
    }

    /// Whether the worker has not begun; now it will not.
    pub(super) fn take_back(&self) -> bool {
        // A look first: an exchange that fails takes the cache line from a worker that is at it.
        self.state.load(Ordering::Relaxed) == READY && self.exchange(READY, IDLE)
    }

    /// Until the worker is through with what it was given, or does not get it any more. What it
    /// panicked with, if it did.
    pub(super) fn end(&self, spin: Spin) -> Option<Panic> {
        self.take_back();
        let through = spin.until(|| self.state.load(Ordering::Acquire) != TAKEN);
        if !through && self.exchange(TAKEN, AWAITED) {
            self.sleep_while(AWAITED);
        }
        // SAFETY: the state is IDLE or ASLEEP, so the cell is the caller's.
        unsafe { (*self.panic.get()).take() }
    }

    /// The worker ends when it is through.
    ///
    /// There is no other caller, and what was given before has ended.
    pub(super) fn close(&self) {
        if self.state.swap(CLOSED, Ordering::AcqRel) == ASLEEP {
            self.wake();
        }
    }

    /// The worker waits for work and takes it; false where there will be none.
    pub(super) fn next(&self, spin: Spin) -> bool {
        loop {
            match self.state.load(Ordering::Relaxed) {
                READY => {
                    if self.exchange(READY, TAKEN) {
                        return true;
                    }
                }
                CLOSED => return false,
                _ if spin.until(|| self.state.load(Ordering::Relaxed) != IDLE) => {}
                _ => {
                    if self.exchange(IDLE, ASLEEP) {
                        self.sleep_while(ASLEEP);
                    }
                }
            }
        }
    }

    /// The worker does what it has taken.
    pub(super) fn work(&self, part: usize, scratch: &mut [f32]) {
        // SAFETY: the state is TAKEN or AWAITED, so the cell is the worker's.
        let region = unsafe { (*self.region.get()).take() };
        if let Some(region) = region {
            // SAFETY: the caller keeps the region until the state says that the worker is through.
            let region = unsafe { &*region };
            let done = catch_unwind(AssertUnwindSafe(|| region(part, scratch)));
            // SAFETY: as above.
            unsafe { *self.panic.get() = done.err() };
        }
        if self.state.swap(IDLE, Ordering::AcqRel) == AWAITED {
            self.wake();
        }
    }

    fn exchange(&self, from: u32, to: u32) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn sleep_while(&self, state: u32) {
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.state.load(Ordering::Acquire) == state {
            guard = self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The state has changed: the other side, which looks at it under the lock, must not miss it.
    fn wake(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }
}
