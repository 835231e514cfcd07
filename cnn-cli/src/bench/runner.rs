//! The main program of the package that `cnn bench` writes: the file goes there as text.
//!
//! In: arguments by place. Out: a line for the peak, one for the whole network, one for its steps,
//! all in nanoseconds. The command alone calls this, so arguments are not explained to anybody.

use super::latency;
use cnn_runtime::__rt::{burst, look, run_clock, take_times};
use cnn_runtime::{InstructionSet, Loadable, Zeros};
use std::process::ExitCode;
use std::time::Duration;

/// Sets the threads and the instructions of a net, which the trait of all models does not.
pub type Set<M> = fn(&mut M, usize, InstructionSet);

/// Rounds of a burst of multiply-adds: about a millisecond.
const ROUNDS: u64 = 300_000;

/// Steps are timed for at least this long.
const LASTING: Duration = Duration::from_millis(200);

/// The runs of a network that are timed step by step are at most so many.
const MOST_RUNS: u32 = 100_000;

/// Measures the model; what goes wrong is one message on the standard error stream.
pub fn main<M: Loadable>(set: Set<M>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match job(&arguments).map(|(threads, samples, wanted)| run(set, threads, samples, wanted)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("error: this program is run by `cnn bench`");
            ExitCode::FAILURE
        }
    }
}

fn job(arguments: &[String]) -> Option<(usize, u32, &str)> {
    let [threads, samples, wanted] = arguments else { return None };
    Some((threads.parse().ok()?, samples.parse().ok()?, wanted))
}

fn run<M: Loadable>(set: Set<M>, threads: usize, samples: u32, wanted: &str) -> Result<(), String> {
    let sets = InstructionSet::available();
    let chosen = sets.iter().find(|set| set.to_string() == wanted);
    let &chosen = chosen.ok_or_else(|| format!("this processor has no {wanted}"))?;
    let mut net = M::init(0);
    set(&mut net, threads, chosen);
    let mut workspace = M::workspace();
    let (input, mut output) = (M::Input::zeros(), M::Output::zeros());
    let mut call = || {
        net.predict_into(&mut workspace, std::hint::black_box(&input), &mut output);
        std::hint::black_box(&mut output);
    };
    let before = peak(&sets);
    let whole = latency::measure(samples, &mut call);
    let between = peak(&sets);
    let least = Duration::from_secs_f64(whole.wall_min * 1e-3).max(Duration::from_nanos(1));
    let enough = LASTING.as_nanos().div_ceil(least.as_nanos());
    let runs = samples.max(u32::try_from(enough).unwrap_or(MOST_RUNS).min(MOST_RUNS));
    let steps = steps(runs, call);
    println!("peak {}", before.max(between).max(peak(&sets)));
    let nanoseconds = |milliseconds: f64| milliseconds * 1e6;
    let wall = (whole.wall_min, whole.wall_median);
    let times = std::iter::once(wall).chain(whole.cpu);
    let times = times.map(|(a, b)| format!(" {} {}", nanoseconds(a), nanoseconds(b)));
    println!("whole{}", times.collect::<String>());
    println!("steps{}", steps.iter().map(|t| format!(" {}", t.as_nanos())).collect::<String>());
    Ok(())
}

/// Multiply-adds a second of one core: the best burst of any instruction set.
fn peak(sets: &[InstructionSet]) -> f64 {
    let rates = sets.iter().map(|&set| {
        let mut mult_adds = 0;
        let time = latency::measure(10, || mult_adds = burst(set, ROUNDS));
        let least = time.cpu.map_or(time.wall_min, |(least, _)| least);
        mult_adds as f64 / (least * 1e-3)
    });
    rates.fold(0.0, f64::max)
}

/// The least time of each step in so many runs, without what looking at the clock costs.
fn steps(runs: u32, mut call: impl FnMut()) -> Vec<Duration> {
    let mut least: Vec<Duration> = Vec::new();
    let look = look();
    run_clock(true);
    for _ in 0..runs {
        call();
        let times = take_times(look);
        least.resize(times.len(), Duration::MAX);
        least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
    }
    run_clock(false);
    least
}

#[cfg(test)]
mod tests {
    use super::job;

    #[test]
    fn arguments_go_by_place() {
        let words: Vec<String> = ["2", "30", "avx2"].map(str::to_owned).into();
        assert_eq!(job(&words), Some((2, 30, "avx2")));
        assert_eq!(job(&words[..2]), None);
    }
}
