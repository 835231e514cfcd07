//! What it costs to compute on two threads: our pool beside rayon and threads started anew.
//!
//! `cargo bench -p cnn-runtime --bench pool`. Out: wall time, the least and the median of many samples,
//! in microseconds. First of a region whose two parts wait for each other, so that none can be done
//! by one thread alone; then of 27 regions, as many as MobileNetV1 has layers, of 100 us of work
//! each. The least needs two idle cores for a moment, the median all the time.

#![forbid(unsafe_code)]

use cnn_runtime::__rt::Pool;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Regions of a network.
const REGIONS: usize = 27;
/// Longer than a thread of the pool spins.
const NAP: Duration = Duration::from_micros(500);

/// A way to run two parts side by side.
type Two<'a> = &'a (dyn Fn(&(dyn Fn(usize) + Sync)) + Sync);

fn main() {
    let pool = Pool::default();
    pool.set_threads(2, 0);
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let ways: [(&str, Two<'_>); 5] = [
        ("our pool", &|work| pool.run(2, &mut [], &|part, _| work(part))),
        ("rayon, `join` from outside", &|work| {
            rayon.join(|| work(0), || work(1));
        }),
        ("rayon, `broadcast`", &|work| {
            rayon.broadcast(|thread| work(thread.index()));
        }),
        ("rayon, `join` inside", &|work| {
            rayon::join(|| work(0), || work(1));
        }),
        ("`std::thread::scope`", &|work| {
            scope(|scope| {
                scope.spawn(|| work(1));
                work(0);
            });
        }),
    ];

    let rounds = rounds(Duration::from_micros(50));
    let serial = sample(40, || (0..2 * REGIONS).for_each(|_| compute(rounds)));
    println!("{:30} {:>21} {:>21} {:>21}", "", "a region", "the same after a nap", "27 of 100 us");
    for (name, two) in ways {
        let run = || {
            let spinning = sample(2000, || meet(two));
            let asleep = after_naps(200, || meet(two));
            let regions = sample(40, || (0..REGIONS).for_each(|_| two(&|_| compute(rounds))));
            [spinning, asleep, regions]
        };
        let figures = if name.ends_with("inside") { rayon.install(run) } else { run() };
        let [spinning, asleep, regions] =
            figures.map(|[least, median]| format!("{least:10.2} {median:10.2}"));
        println!("{name:30} {spinning} {asleep} {regions}");
    }
    println!("{:30} {:21} {:21} {:10.2} {:10.2}", "one thread", "", "", serial[0], serial[1]);
}

/// A region whose parts wait for each other.
fn meet(two: Two<'_>) {
    let here = [AtomicUsize::new(0), AtomicUsize::new(0)];
    two(&|part| {
        here[part].store(1, Ordering::Relaxed);
        while here[1 - part].load(Ordering::Relaxed) == 0 {
            spin_loop();
        }
    });
}

/// Multiply-adds on registers.
fn compute(rounds: u64) {
    let mut x = [1.0_f32; 8];
    for _ in 0..rounds {
        for x in &mut x {
            *x = *x * 0.999 + 0.001;
        }
        x = black_box(x);
    }
}

/// How many rounds take so long.
fn rounds(time: Duration) -> u64 {
    const SOME: u64 = 10_000;
    let [least, _] = sample(100, || compute(SOME));
    (time.as_secs_f64() * 1e6 / least * SOME as f64) as u64
}

/// The least and the median time in microseconds.
fn sample(samples: usize, run: impl Fn()) -> [f64; 2] {
    figures((0..samples).map(|_| time(&run)).collect())
}

/// The same, each time after a nap that is not counted.
fn after_naps(samples: usize, run: impl Fn()) -> [f64; 2] {
    let times = (0..samples).map(|_| {
        sleep(NAP);
        time(&run)
    });
    figures(times.collect())
}

fn time(run: impl Fn()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() * 1e6
}

fn figures(mut times: Vec<f64>) -> [f64; 2] {
    times.sort_by(f64::total_cmp);
    [times[0], times[times.len() / 2]]
}
