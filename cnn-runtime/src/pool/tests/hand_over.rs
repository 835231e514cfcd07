//! The states of one slot, step by step, and a caller and a worker racing through them.

use crate::pool::slot::Slot;
use crate::pool::threads::Spin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;

/// Hands over so many times: the worker's number of runs, and how often the caller took it back.
fn race(rounds: usize, spin: Spin, pause: impl Fn(usize)) -> [usize; 2] {
    let slot = Slot::new();
    let (runs, mut back) = (AtomicUsize::new(0), 0);
    scope(|scope| {
        scope.spawn(|| {
            while slot.next(spin) {
                slot.work(1, &mut []);
            }
        });
        for round in 0..rounds {
            let before = runs.load(Ordering::Relaxed);
            let region = |part: usize, _: &mut [f32]| {
                runs.fetch_add(part, Ordering::Relaxed);
            };
            // SAFETY: this is the only caller, and `end` is called below before the region goes.
            unsafe { slot.give(&region) };
            pause(round);
            let taken_back = slot.take_back();
            assert!(slot.end(spin).is_none());
            let after = runs.load(Ordering::Relaxed);
            assert_eq!(after, before + usize::from(!taken_back), "either the worker or nobody");
            back += usize::from(taken_back);
        }
        slot.close();
    });
    [runs.into_inner(), back]
}

/// Pauses of every length around those after which a side falls asleep.
#[test]
fn a_part_is_run_or_taken_back() {
    for spin in [Spin::NONE, Spin::LONG] {
        let [runs, back] = race(5000, spin, |round| {
            for _ in 0..round % 131 {
                std::hint::spin_loop();
            }
        });
        assert_eq!(runs + back, 5000);
    }
}

#[test]
fn without_a_worker_nobody_waits() {
    let slot = Slot::new();
    let region = |_: usize, _: &mut [f32]| unreachable!("nobody takes it");
    for _ in 0..3 {
        // SAFETY: this is the only caller, and `end` is called before the region goes.
        unsafe { slot.give(&region) };
        assert!(slot.end(Spin::LONG).is_none());
    }
    assert!(!slot.take_back(), "it is given no more");
    slot.close();
    assert!(!slot.next(Spin::NONE), "a worker that comes now ends");
}
