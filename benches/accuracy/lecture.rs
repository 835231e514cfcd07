//! The lecture's model with the lecture's settings, on all of MNIST.

use crate::{Options, Prepared, USAGE};
use cnn_runtime::data::mnist;
use cnn_runtime::train::Fit;

cnn_runtime::include_model!("../examples/models/simple_cnn.cnn", SimpleCnn, train);

/// A training by its seed.
pub fn run(options: &Options) -> Prepared {
    let data = mnist(options.data.as_ref().ok_or(USAGE)?)?;
    let (train, test) = (data.train.scale(1.0 / 255.0), data.test.scale(1.0 / 255.0));
    let threads = options.threads;
    Ok(Box::new(move |seed| {
        let mut net = SimpleCnn::init(seed);
        net.threads(threads);
        let fit = Fit { batch_size: 100, epochs: 4, validation_split: 0.2, seed, ..Fit::default() };
        net.fit_dataset(&train, fit)?;
        Ok(net.evaluate_dataset(&test)?.accuracy)
    }))
}
