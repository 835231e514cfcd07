//! Latency of a call, on the wall clock and in processor time of the whole process.
//!
//! This file is compiled twice: into the command, for the executors that it carries, and into the
//! programs of built models, which get its text.

use std::time::{Duration, Instant};

/// A sample lasts at least this long, so that the clocks' own cost disappears in it.
const SAMPLE: Duration = Duration::from_millis(1);

/// Milliseconds a call; processor time only where the platform tells it.
#[derive(Debug)]
pub struct Latency {
    /// The shortest sample.
    pub wall_min: f64,
    /// The middle sample.
    pub wall_median: f64,
    /// The shortest and the middle sample in processor time.
    pub cpu: Option<(f64, f64)>,
}

/// Takes `samples` samples (at least one), each a batch of calls lasting at least [`SAMPLE`],
/// divided by their number. The calls before, which find that number, warm the caches up.
pub fn measure(samples: u32, mut call: impl FnMut()) -> Latency {
    let mut calls = 1_u32;
    let mut batch = |calls: u32| {
        let (cpu, start) = (processor_time(), Instant::now());
        (0..calls).for_each(|_| call());
        let lasted = start.elapsed();
        let cpu = processor_time().zip(cpu).map(|(end, start)| end.saturating_sub(start));
        (lasted, cpu)
    };
    while batch(calls).0 < SAMPLE {
        calls *= 2;
    }
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    while wall.len() < samples as usize {
        let (lasted, worked) = batch(calls);
        if lasted < SAMPLE {
            calls *= 2;
            continue;
        }
        wall.push(milliseconds(lasted) / f64::from(calls));
        cpu.extend(worked.map(|time| milliseconds(time) / f64::from(calls)));
    }
    let (wall_min, wall_median) = min_and_median(&mut wall).unwrap_or_default();
    Latency { wall_min, wall_median, cpu: min_and_median(&mut cpu) }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn min_and_median(samples: &mut [f64]) -> Option<(f64, f64)> {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    let upper = *samples.get(middle)?;
    let even = samples.len().is_multiple_of(2);
    let median = if even { f64::midpoint(samples[middle - 1], upper) } else { upper };
    Some((samples[0], median))
}

/// Processor time of all threads of this process since its start.
#[cfg(unix)]
fn processor_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

/// Not told.
#[cfg(not(unix))]
fn processor_time() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::{measure, min_and_median};
    use std::time::Duration;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(min_and_median(&mut [3.0, 1.0, 2.0]), Some((1.0, 2.0)));
        assert_eq!(min_and_median(&mut [4.0, 1.0, 2.0, 3.0]), Some((1.0, 2.5)));
        assert_eq!(min_and_median(&mut []), None);
    }

    #[test]
    fn a_sleeping_call_takes_time_but_no_processor() {
        let latency = measure(3, || std::thread::sleep(Duration::from_millis(5)));
        assert!(latency.wall_min >= 5.0 && latency.wall_min <= latency.wall_median);
        if let Some((cpu_min, _)) = latency.cpu {
            assert!(cpu_min < 5.0, "{cpu_min}");
        }
    }

    #[test]
    fn a_short_call_is_batched() {
        let mut calls = 0_u64;
        let latency = measure(2, || calls += std::hint::black_box(1));
        assert!(calls > 1000, "{calls}");
        assert!(latency.wall_min < 0.1, "{}", latency.wall_min);
    }
}
