//! What the system says of this process, and its two clocks.

use std::time::{Duration, Instant};

/// Most memory that the process ever had, in megabytes; 0 where the system does not tell.
pub fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// The system's monotonic clock, which has one origin for all processes.
#[cfg(unix)]
pub fn monotonic() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

/// Not told.
#[cfg(not(unix))]
pub fn monotonic() -> Option<f64> {
    None
}

/// Milliseconds since then.
pub fn milliseconds_since(start: Instant) -> f64 {
    milliseconds(start.elapsed())
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
