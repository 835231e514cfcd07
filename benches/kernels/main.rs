//! The kernels of single layers, on every instruction set that the processor has.
//!
//! `cargo bench -p cnn-benches`, with part of a layer's name behind `--` for some. In: the models of
//! `layers.cnn`. Out: criterion's statistics, then a table: GFLOP/s and share of the peak, each of the
//! quickest run, and beside it `matrixmultiply` on the matrices that the layer would be. The time
//! is that of the layer's steps alone; the peak is measured before and behind each layer.

#![forbid(unsafe_code)]

mod gemm;

use cnn_runtime::__rt::{look, run_clock, take_times};
use cnn_runtime::{InstructionSet, Loadable, Zeros as _};
use criterion::{Criterion, Throughput};
use std::time::Duration;

/// A model of one layer.
pub trait Layer {
    /// The steps that are the layer.
    const STEPS: &'static [usize];
}

mod layers {
    #![allow(missing_docs, reason = "the models' names say it")]
    use super::Layer;
    include!(concat!(env!("OUT_DIR"), "/layers.rs"));
}

/// A layer and the product that it would be: rows, inner size, columns.
struct Shape {
    name: &'static str,
    run: fn(&mut Bench, &'static str, Option<[usize; 3]>),
    gemm: Option<[usize; 3]>,
}

macro_rules! shapes {
    ($($name:ident $($gemm:expr)?;)*) => {
        [$(Shape {
            name: stringify!($name),
            run: |bench, name, gemm| {
                bench.layer::<layers::$name>(name, |net, set| { net.use_instruction_set(set); }, gemm);
            },
            gemm: [$(Some($gemm),)? None][0],
        }),*]
    };
}

/// Every layer. The matrices of a convolution: pixels by taps, taps by filters.
const SHAPES: [Shape; 24] = shapes! {
    Pointwise112x32x64 [112 * 112, 32, 64];
    Pointwise56x64x128 [56 * 56, 64, 128];
    Pointwise56x128x128 [56 * 56, 128, 128];
    Pointwise28x128x256 [28 * 28, 128, 256];
    Pointwise28x256x256 [28 * 28, 256, 256];
    Pointwise14x256x512 [14 * 14, 256, 512];
    Pointwise14x512x512 [14 * 14, 512, 512];
    Pointwise7x512x1024 [7 * 7, 512, 1024];
    Pointwise7x1024x1024 [7 * 7, 1024, 1024];
    Depthwise112x32;
    Depthwise56x128;
    Depthwise28x256;
    Depthwise14x512;
    First224x3x32 [112 * 112, 27, 32];
    Full56x64 [56 * 56, 9 * 64, 64];
    Full28x128 [28 * 28, 9 * 128, 128];
    Full14x256 [14 * 14, 9 * 256, 256];
    Full7x512 [7 * 7, 9 * 512, 512];
    Dense1024x1000 [1, 1024, 1000];
    PoolMax112x64;
    PoolGlobal7x1024;
    Small28x1 [26 * 26, 9, 3];
    Small26x3 [24 * 24, 27, 3];
    SmallDense [1, 1728, 10];
};

/// What was measured of a layer: seconds of its quickest run.
struct Row {
    name: &'static str,
    mult_adds: u64,
    /// Multiply-adds a second at best, measured beside it.
    peak: f64,
    sets: Vec<(InstructionSet, Duration)>,
    gemm: Option<Duration>,
}

struct Bench {
    criterion: Criterion,
    rows: Vec<Row>,
}

impl Bench {
    /// Measures a layer on each instruction set, then its product.
    fn layer<M: Loadable + Layer>(
        &mut self,
        name: &'static str,
        set: fn(&mut M, InstructionSet),
        gemm: Option<[usize; 3]>,
    ) {
        let peak = cnn_benches::highest_peak().1;
        let mut row = Row { name, mult_adds: M::MULT_ADDS, peak, sets: Vec::new(), gemm: None };
        let mut group = self.criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(2 * M::MULT_ADDS));
        for wanted in InstructionSet::available() {
            let mut net = M::init(1);
            set(&mut net, wanted);
            let mut workspace = M::workspace();
            let (input, mut output) = (M::Input::zeros(), M::Output::zeros());
            let mut least = Duration::MAX;
            group.bench_function(wanted.to_string(), |bencher| {
                bencher.iter_custom(|runs| {
                    let call = || net.predict_into(&mut workspace, &input, &mut output);
                    steps(runs, M::STEPS, call, &mut least)
                });
            });
            if least < Duration::MAX {
                row.sets.push((wanted, least));
            }
        }
        if let Some(sizes) = gemm {
            let mut product = gemm::Product::new(sizes);
            group.bench_function("matrixmultiply", |bencher| {
                bencher.iter_custom(|runs| product.times(runs, &mut row.gemm));
            });
        }
        group.finish();
        row.peak = row.peak.max(cnn_benches::highest_peak().1);
        if !row.sets.is_empty() {
            self.rows.push(row);
        }
    }

    fn print(&self) {
        print!("\n| layer | mult-adds | peak, GFLOP/s |");
        let sets = InstructionSet::available();
        sets.iter().for_each(|set| print!(" {set}: us | GFLOP/s | of peak |"));
        println!(" matrixmultiply: GFLOP/s | of peak |");
        println!("|---|--:|--:|{}--:|--:|", "--:|--:|--:|".repeat(sets.len()));
        for row in &self.rows {
            let rate = |time: Duration| row.mult_adds as f64 / time.as_secs_f64();
            let cells = |time| {
                if row.mult_adds == 0 {
                    return " | |".to_owned();
                }
                format!(" {:.1} | {:.2} |", 2e-9 * rate(time), rate(time) / row.peak)
            };
            print!("| {} | {} | {:.1} |", row.name, row.mult_adds, 2e-9 * row.peak);
            for set in &sets {
                let time = row.sets.iter().find(|(known, _)| known == set).map(|(_, time)| *time);
                let cells = time.map(|t| format!(" {:.2} |{}", t.as_secs_f64() * 1e6, cells(t)));
                print!("{}", cells.unwrap_or_else(|| " | | |".to_owned()));
            }
            println!("{}", row.gemm.map_or_else(|| " | |".to_owned(), cells));
        }
    }
}

/// The time of these steps in so many runs, without what a look at the clock costs.
fn steps(runs: u64, steps: &[usize], mut call: impl FnMut(), least: &mut Duration) -> Duration {
    let look = look();
    run_clock(true);
    take_times(look);
    let mut sum = Duration::ZERO;
    for _ in 0..runs {
        call();
        let times = take_times(look);
        let run: Duration = steps.iter().map(|&step| times[step]).sum();
        *least = run.min(*least);
        sum += run;
    }
    run_clock(false);
    sum
}

fn main() {
    let criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .without_plots()
        .configure_from_args();
    let mut bench = Bench { criterion, rows: Vec::new() };
    for shape in SHAPES {
        (shape.run)(&mut bench, shape.name, shape.gemm);
    }
    bench.print();
    bench.criterion.final_summary();
}
