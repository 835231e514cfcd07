//! What all measurements share: the clock and the peak.
//!
//! Times are processor time of the whole process where the system tells it: a neighbour on the same
//! core then costs cache lines, but no time.

#![forbid(unsafe_code)]

use cnn_runtime::InstructionSet;
use std::time::{Duration, Instant};

/// A moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    wall: Instant,
    processor: Duration,
}

/// What passed since a moment, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Elapsed {
    /// On the wall.
    pub wall: f64,
    /// Of the processor, all threads together; on the wall where the system does not tell.
    pub processor: f64,
}

impl Moment {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let processor = processor_time();
        Self { wall: Instant::now(), processor }
    }

    /// What passed since then.
    #[must_use]
    pub fn elapsed(self) -> Elapsed {
        let wall = self.wall.elapsed().as_secs_f64();
        let processor = processor_time().saturating_sub(self.processor).as_secs_f64();
        Elapsed { wall, processor: if cfg!(unix) { processor } else { wall } }
    }
}

/// Processor time of all threads of this process since its start.
#[cfg(unix)]
#[must_use]
pub fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let parts = (time.tv_sec.try_into(), time.tv_nsec.try_into());
    if let (Ok(seconds), Ok(nanoseconds)) = parts {
        return Duration::new(seconds, nanoseconds);
    }
    Duration::ZERO
}

/// Not told.
#[cfg(not(unix))]
#[must_use]
pub fn processor_time() -> Duration {
    Duration::ZERO
}

/// Rounds of one burst: about a millisecond.
pub const BURST_ROUNDS: u64 = 300_000;

/// Bursts of which the best one counts.
const BURSTS: usize = 20;

/// Multiply-adds a second and core of an instruction set: the best of some bursts.
#[must_use]
pub fn peak(set: InstructionSet) -> f64 {
    let burst = |_| {
        let start = Moment::now();
        let mult_adds = cnn_runtime::__rt::burst(set, BURST_ROUNDS);
        mult_adds as f64 / start.elapsed().processor
    };
    (0..BURSTS).map(burst).fold(0.0, f64::max)
}

/// The instruction set of the highest peak, and that peak.
#[must_use]
pub fn highest_peak() -> (InstructionSet, f64) {
    let peaks = InstructionSet::available().into_iter().map(|set| (set, peak(set)));
    let best = peaks.max_by(|a, b| a.1.total_cmp(&b.1));
    best.unwrap_or((InstructionSet::Portable, f64::NAN))
}
