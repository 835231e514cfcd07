//! How long each step of a model takes, for models that were emitted with a clock around each step.
//!
//! In: the moments before and behind a step, or a row of it. Out: the time of each step since the
//! last question. Only the commands that measure models have them emitted so; while they do not
//! measure, a step costs one look at a flag more than in anybody else's model.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time of a step, and how often the clock was asked for it.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    time: Duration,
    looks: u32,
}

static RUNNING: AtomicBool = AtomicBool::new(false);
static STEPS: Mutex<Vec<Step>> = Mutex::new(Vec::new());

/// Starts or stops the clock for all steps of the process.
pub fn run_clock(on: bool) {
    RUNNING.store(on, Ordering::Relaxed);
}

/// The time of each step since this was called last, without what looking at the clock cost.
pub fn take_times(look: Duration) -> Vec<Duration> {
    let steps = std::mem::take(&mut *STEPS.lock().unwrap_or_else(PoisonError::into_inner));
    steps.iter().map(|step| step.time.saturating_sub(look * step.looks)).collect()
}

/// Before a step.
pub fn step_begins() -> Option<Instant> {
    RUNNING.load(Ordering::Relaxed).then(Instant::now)
}

/// Behind a step: what passed is added to its time.
pub fn step_ends(step: usize, began: Option<Instant>) {
    let Some(began) = began else { return };
    let passed = began.elapsed();
    let mut steps = STEPS.lock().unwrap_or_else(PoisonError::into_inner);
    if steps.len() <= step {
        steps.resize(step + 1, Step::default());
    }
    steps[step].time += passed;
    steps[step].looks += 1;
}

/// What one look at the clock adds to a step's time, at least.
pub fn look() -> Duration {
    let looks = (0..1000).map(|_| {
        let began = Instant::now();
        began.elapsed()
    });
    looks.min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{run_clock, step_begins, step_ends, take_times};
    use std::thread::sleep;
    use std::time::Duration;

    #[test]
    fn a_step_s_times_add_up_until_they_are_taken() {
        step_ends(0, step_begins());
        assert_eq!(take_times(Duration::ZERO), []);
        run_clock(true);
        for _ in 0..2 {
            let began = step_begins();
            sleep(Duration::from_millis(3));
            step_ends(1, began);
        }
        let times = take_times(Duration::from_millis(1));
        assert_eq!((times.len(), times[0]), (2, Duration::ZERO));
        assert!(times[1] >= Duration::from_millis(4), "two of 3 ms, less a look each: {times:?}");
        run_clock(false);
        step_ends(0, step_begins());
        assert_eq!(take_times(Duration::ZERO), []);
    }
}
