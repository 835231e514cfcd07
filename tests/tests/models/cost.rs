//! What it costs to say what a model is: parsing, checks, expansion and the plan, all that
//! `cnn summary` does.

use std::time::Instant;

use cnn_dsl::plan::{Options, plan};

use crate::zoo;

/// Seconds that a summary may take: what a user of the command bears without noticing. Tests build
/// the compiler without optimisation and hold the limit all the same.
const SUMMARY_SECONDS: f64 = 1.0;

/// CPU seconds of this thread, which other work on the machine does not lengthen; where the system
/// does not tell them, time on the wall.
fn now(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stat.and_then(|s| s.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns * 1e-9)
}

/// Each model alone, as the command is asked for one. The quickest of three: a first run reads the
/// files from the disk.
#[test]
fn a_summary_takes_less_than_a_second() {
    let start = Instant::now();
    let (mut largest, mut slowest) = (0.0_f64, String::new());
    for file in zoo::files() {
        for model in zoo::networks(&file).iter().map(|network| &network.name) {
            let once = |_| {
                let before = now(start);
                let network = zoo::network(&file, model, &[]);
                assert!(!network.rows().is_empty());
                assert!(!plan(&network, &Options::default()).steps.is_empty());
                now(start) - before
            };
            let seconds = (0..3).map(once).fold(f64::INFINITY, f64::min);
            println!("{file}, {model}: {seconds:.3} s");
            if seconds > largest {
                (largest, slowest) = (seconds, format!("{file}, {model}"));
            }
        }
    }
    assert!(largest > 0.0, "the clock stands still");
    assert!(largest <= SUMMARY_SECONDS, "{slowest}: {largest:.3} s");
}
