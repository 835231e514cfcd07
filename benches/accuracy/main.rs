//! What networks learn from real data, beside what others reach with the same settings.
//!
//! In: a training and where its data lies. Out: its epochs on the standard error; on the standard
//! output what it is worth on samples that it has not seen. Deliberately absent: the data, and Keras'
//! side, which is `keras_side.py`.

#![forbid(unsafe_code)]

mod fashion;
mod flowers;
mod lecture;
mod lenet5;
mod momentum;

use cnn_benches::Moment;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: accuracy TRAINING [--seeds N] [--threads N]

    mnist --data DIR      the lecture's model: batch 100, 4 epochs, SGD 0.01
    lenet5 --data DIR     LeNet-5 on MNIST: momentum 0.9, batch 128, 10 epochs
    fashion --data DIR    separable convolutions with batch norm on Fashion-MNIST, 15 epochs
    flowers --data FILE --weights FILE
                          a new head on a frozen MobileNetV1, 20 epochs, a fold a seed

DIR holds the four IDX files of the data set, as they are or gzipped. The flowers are a safetensors file
with `images` (400, 128, 128, 3) of bytes and `labels`, the weights Keras' MobileNet(alpha=0.75) as one";

/// What the command line says.
struct Options {
    data: Option<PathBuf>,
    weights: Option<PathBuf>,
    /// How many trainings there are, from the seed 1 on.
    seeds: Option<u64>,
    threads: usize,
}

/// A training by its seed; it gives the accuracy on the test set.
type Training = dyn Fn(u64) -> Result<f64, Box<dyn Error>>;

/// A training whose data is read, or why it cannot be.
type Prepared = Result<Box<Training>, Box<dyn Error>>;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let training = words.next().ok_or(USAGE)?;
    let options = options(words)?;
    match training.as_str() {
        "mnist" => repeat(&options, 5, &lecture::run(&options)?),
        "lenet5" => repeat(&options, 1, &lenet5::run(&options)?),
        "fashion" => repeat(&options, 1, &fashion::run(&options)?),
        "flowers" => repeat(&options, flowers::FOLDS, &flowers::run(&options)?),
        _ => Err(USAGE.into()),
    }
}

/// Trains once a seed, and prints the accuracy of each and of all.
fn repeat(options: &Options, seeds: u64, training: &Training) -> Result<(), Box<dyn Error>> {
    let mut accuracies = Vec::new();
    for seed in 1..=options.seeds.unwrap_or(seeds) {
        let start = Moment::now();
        let accuracy = training(seed)?;
        let took = start.elapsed();
        let (wall, processor) = (took.wall, took.processor);
        println!("seed {seed}: {accuracy:.4}; {wall:.1} s, {processor:.1} s of processor time");
        accuracies.push(accuracy);
    }
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    let least = accuracies.iter().copied().fold(f64::INFINITY, f64::min);
    let most = accuracies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    println!("mean {mean:.4}, from {least:.4} to {most:.4}");
    Ok(())
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut options = Options { data: None, weights: None, seeds: None, threads };
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        match word.as_str() {
            "--data" => options.data = Some(value.into()),
            "--weights" => options.weights = Some(value.into()),
            "--seeds" => options.seeds = Some(value.parse()?),
            "--threads" => options.threads = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(options)
}
