//! The lecture's first model, written as a macro, trained for four epochs: what it learns, as curves
//! and as a confusion matrix, and what it then says of clothes that it has not seen.
//!
//! `cargo run --release --example simple_cnn [-- --data DIR] [--out DIR]`
//!
//! The data is a part of Fashion-MNIST that lies beside this program; DIR is a folder with the four
//! IDX files of all of Fashion-MNIST, or of MNIST, as they are or gzipped.

#![forbid(unsafe_code)]

use cnn_examples::exit_code;
use cnn_runtime::data::{Arrays, Dataset, TrainTest, mnist};
use cnn_runtime::train::plots::{confusion_png, curves_png};
use cnn_runtime::train::{Confusion, Fit, History};
use cnn_runtime::{Image, cnn};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn! {
    /// Two convolutions of three filters each, then ten classes: 17,404 parameters.
    pub model SimpleCnn {
        input 28x28x1;
        conv 3x3, 3, relu                  -> 26x26x3;
        conv 3x3, 3, relu                  -> 24x24x3;
        flatten;
        dense 10, softmax;
        train;
    }
}

/// The classes of Fashion-MNIST.
const CLOTHES: [&str; 10] = [
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
];

/// Names where the data set is another: digits, if it is MNIST.
const NUMBERS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// How many images are predicted one by one.
const SHOWN: usize = 5;

const USAGE: &str = "usage: simple_cnn [--data DIR] [--out DIR]";

struct Arguments {
    /// Another data set than the one that lies here.
    data: Option<PathBuf>,
    /// Where the pictures go.
    out: PathBuf,
}

fn main() -> ExitCode {
    exit_code(arguments(std::env::args().skip(1)).and_then(|arguments| run(&arguments)))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    println!("{}", SimpleCnn::summary());
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/fashion");
    let TrainTest { train, test } = mnist(arguments.data.as_deref().unwrap_or(&shipped))?;
    // Pixels from 0 to 1.
    let (train, test) = (train.scale(1.0 / 255.0), test.scale(1.0 / 255.0));
    println!("{} images to train with, {} to test with", train.len(), test.len());
    let out = arguments.out.display();
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("cannot make `{out}`: {error}"))?;

    let mut net = SimpleCnn::init(1);
    net.threads(2);
    // Stochastic gradient descent with learning rate 0.01, as nothing else is said; of the images the
    // last fifth validates.
    let fit = Fit { batch_size: 100, epochs: 4, validation_split: 0.2, ..Fit::default() };
    let history = net.fit_dataset(&train, fit)?;

    let result = net.evaluate_dataset(&test)?;
    println!("\ntest: {result}\n");
    let names: &[&str] = if arguments.data.is_none() { &CLOTHES } else { &NUMBERS };
    println!("{}", result.confusion.table(names));

    predict(&net, &test, names)?;
    pictures(&arguments.out, &history, &result.confusion, names)
}

/// What the net says of the first images of the test set.
fn predict(net: &SimpleCnn, test: &Arrays<'_>, names: &[&str]) -> Result<(), Box<dyn Error>> {
    for index in 0..SHOWN.min(test.len()) {
        let mut image: Image<28, 28, 1> = [[[0.0]; 28]; 28];
        let mut target = [0.0; 10];
        test.read(index, None, image.as_flattened_mut().as_flattened_mut(), &mut target)?;
        let (predicted, probability) = largest(&net.predict(&image));
        let (truth, probability) = (names[largest(&target).0], 100.0 * probability);
        println!("image {index}: {} with {probability:.1} %; it is: {truth}", names[predicted]);
    }
    Ok(())
}

/// The class with the largest number, and that number.
fn largest(numbers: &[f32; 10]) -> (usize, f32) {
    let larger = |best: (usize, f32), (class, &number): (usize, &f32)| {
        if number > best.1 { (class, number) } else { best }
    };
    numbers.iter().enumerate().fold((0, f32::NEG_INFINITY), larger)
}

fn pictures(
    out: &Path,
    history: &History,
    confusion: &Confusion,
    names: &[&str],
) -> Result<(), Box<dyn Error>> {
    curves_png(history, out.join("curves.png"))?;
    confusion_png(confusion, names, out.join("confusion.png"))?;
    println!("\nwritten to {}: curves.png, confusion.png", out.display());
    Ok(())
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target/simple_cnn");
    let mut arguments = Arguments { data: None, out };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--data" => arguments.data = Some(words.next().ok_or(USAGE)?.into()),
            "--out" => arguments.out = words.next().ok_or(USAGE)?.into(),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(arguments)
}
