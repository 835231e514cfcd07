//! `cnn run`: one model on its images.
//!
//! In: a model, weights, arrays. Out: arrays, a short report, latency. Everything that can be wrong
//! with the input is found before anything is built; nothing is written before everything has run.

pub mod array;
mod cache;
mod emitted;
mod interpreted;
pub mod latency;
mod package;
mod place;
mod report;
#[cfg(test)]
#[allow(dead_code, reason = "the main program of another package, compiled here for its tests")]
mod runner;
mod weights;

pub use cache::Cache;
pub use emitted::said;
pub use package::{Package, Runner};

use crate::args::Run;
use crate::error::Error;
use crate::model;
use array::Images;
use cnn_dsl::diagnostic::did_you_mean;
use cnn_dsl::ir::{Network, Shape, ValueId};
use latency::Latency;
use weights::Source;

/// What an executor is given.
struct Job<'a> {
    network: &'a Network,
    weights: &'a Source,
    /// One an input of the model, each with the same number of images.
    inputs: &'a [Images],
    /// How many images there are.
    images: usize,
    threads: usize,
    /// Samples of the latency; 0 for none.
    samples: u32,
}

impl Job<'_> {
    /// One image of each input.
    fn image(&self, index: usize) -> Vec<&[f32]> {
        let part = |images: &'_ Images| {
            let length = images.values.len() / images.count();
            index * length..(index + 1) * length
        };
        self.inputs.iter().map(|images| &images.values[part(images)]).collect()
    }
}

/// What an executor gives.
struct Outcome {
    /// One a value asked for, one image behind the other.
    outputs: Vec<Vec<f32>>,
    latency: Option<Latency>,
}

/// A value that is given to the user.
struct Wanted {
    name: Option<String>,
    value: ValueId,
    shape: Shape,
}

/// Runs the model.
pub fn run(arguments: &Run) -> Result<(), Error> {
    let (texts, network) = model::network(&arguments.file, &arguments.choice)?;
    let wanted = wanted(&network, arguments.layer.as_deref())?;
    let given = arguments.output.len();
    if given != 0 && given != wanted.len() {
        let (flag, what, wanted) = ("output", "outputs", wanted.len());
        return Err(Error::Arrays { flag, what, wanted, found: given });
    }
    let places = array::places(&arguments.output)?;
    let weights = Source::new(&network, arguments)?;
    let inputs = inputs(&network, arguments)?;
    let job = Job {
        network: &network,
        weights: &weights,
        inputs: &inputs,
        images: inputs.first().map_or(1, Images::count),
        threads: usize::from(arguments.threads),
        samples: arguments.repeat.unwrap_or(0),
    };
    let (executor, outcome) = if arguments.reference {
        ("reference", interpreted::reference(&job, &wanted)?)
    } else if arguments.layer.is_some() {
        ("dynamic", interpreted::dynamic(&job, &wanted)?)
    } else {
        ("emitted", emitted::run(&job, &texts, &arguments.choice)?)
    };
    let batch = inputs.first().and_then(|images| images.batch);
    let dims = |shape| batch.into_iter().chain(array::dims(shape)).collect::<Vec<_>>();
    let named = arguments.output.iter().zip(places);
    let outputs = named.zip(&wanted).zip(&outcome.outputs);
    let outputs = outputs.map(|(((path, place), wanted), values)| array::Output {
        path,
        place,
        dims: dims(wanted.shape),
        values,
    });
    array::write(outputs.collect())?;
    report::print(
        &report::Report {
            model: &network.name,
            executor,
            job: &job,
            wanted: &wanted,
            outcome: &outcome,
        },
        arguments.format,
    )
}

/// The outputs, or the one layer that is asked for.
fn wanted(network: &Network, layer: Option<&str>) -> Result<Vec<Wanted>, Error> {
    let Some(name) = layer else {
        let outputs = network.outputs.iter().map(|output| Wanted {
            name: output.name.clone(),
            value: output.value,
            shape: network.shape(output.value),
        });
        return Ok(outputs.collect());
    };
    let Some(value) = network.value_of(name) else {
        let nearest = did_you_mean(name, network.layers.iter().map(|l| l.name.as_str()));
        return Err(Error::NoLayer { name: name.to_owned(), nearest: nearest.map(str::to_owned) });
    };
    Ok(vec![Wanted { name: Some(name.to_owned()), value, shape: network.shape(value) }])
}

/// The arrays of `--input`, or a random image for each input of the model.
fn inputs(network: &Network, arguments: &Run) -> Result<Vec<Images>, Error> {
    let shapes =
        network.inputs.iter().map(|input| (network.shape(input.value), input.preprocess.bytes));
    if arguments.input.is_empty() {
        let seed = arguments.seed.unwrap_or(0);
        let seeds = (0..).map(|index| seed.wrapping_add(index));
        return Ok(shapes
            .zip(seeds)
            .map(|((shape, bytes), seed)| array::random(seed, shape, bytes))
            .collect());
    }
    let (wanted, found) = (network.inputs.len(), arguments.input.len());
    if wanted != found {
        return Err(Error::Arrays { flag: "input", what: "inputs", wanted, found });
    }
    let files = arguments.input.iter().zip(shapes);
    let images: Vec<Images> = files
        .map(|(path, (shape, bytes))| array::read(path, shape, bytes))
        .collect::<Result<_, _>>()?;
    if images.windows(2).any(|pair| pair[0].batch != pair[1].batch) {
        return Err(Error::Batches(images.iter().map(Images::count).collect()));
    }
    Ok(images)
}
