//! Work in more pieces than there are threads: who is free takes the next one, or each has its own.

use super::Pool;
use super::part::outside;
use super::team::share;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The beginning of values that pieces are cut from.
struct First(*mut f32);

// SAFETY: whoever follows it answers for writing to no place that another thread has.
unsafe impl Sync for First {}

impl First {
    /// # Safety
    /// The place lies in the values, and of the slices that live at a time no two overlap.
    unsafe fn piece<'a>(&self, place: &Range<usize>) -> &'a mut [f32] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(place.start), place.len()) }
    }
}

/// Calls `work` with each of these numbers, or `back` from the last one to the first.
pub fn in_order(
    numbers: impl DoubleEndedIterator<Item = usize>,
    back: bool,
    work: impl FnMut(usize),
) {
    if back { numbers.rev().for_each(work) } else { numbers.for_each(work) }
}

impl Pool {
    /// Calls `work` once with each number below `count`: each thread takes the next one until none is
    /// left, and the call returns when all have returned.
    ///
    /// # Panics
    /// With what a call of `work` panicked with, if one did.
    pub fn each(&self, count: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        self.run(self.threads().min(count), &mut [], &|_, _| {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                work(number);
            }
        });
    }

    /// Calls `work` once with each number below `count`: each thread has as many neighbouring ones as
    /// the others, or one more, and the same at every call. What a piece left in its thread's cache
    /// is there when it comes again. `back` is whether a thread begins with its last one.
    ///
    /// # Panics
    /// With what a call of `work` panicked with, if one did.
    pub fn evenly(&self, count: usize, back: bool, work: &(dyn Fn(usize) + Sync)) {
        let parts = self.threads().min(count);
        self.run(parts, &mut [], &|part, _| {
            in_order(share(count, part, parts)..share(count, part + 1, parts), back, work);
        });
    }

    /// Calls `work` once with each of these places' numbers and what stands there, as
    /// [`each`](Self::each) does.
    ///
    /// # Panics
    /// Where the places do not lie in `values` one behind the other, and as [`each`](Self::each).
    pub fn pieces(
        &self,
        values: &mut [f32],
        places: &[Range<usize>],
        work: &(dyn Fn(usize, &mut [f32]) + Sync),
    ) {
        let mut end = 0;
        for place in places {
            if place.start < end || place.end < place.start {
                outside();
            }
            end = place.end;
        }
        if end > values.len() {
            outside();
        }
        let first = First(values.as_mut_ptr());
        self.each(places.len(), &|number| {
            // SAFETY: the places lie in the values and do not overlap, as was just seen, and each
            // number comes once.
            work(number, unsafe { first.piece(&places[number]) });
        });
    }
}
