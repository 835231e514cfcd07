//! LeNet-5 on MNIST.

use crate::{Options, Prepared, USAGE};
use cnn_runtime::data::{Dataset, Normalisation, mnist};
use cnn_runtime::train::{Fit, Schedule, Sgd, WeightDecay};

cnn_runtime::cnn! {
    /// The layers of LeCun et al. 1998 as they are taught today; zeros around the digits instead of
    /// images of 32x32.
    model LeNet5 {
        input 28x28x1;
        conv 5x5, 6, pad 2, tanh           -> 28x28x6;
        pool avg 2x2;
        conv 5x5, 16, tanh                 -> 10x10x16;
        pool avg 2x2;
        flatten;
        dense 120, tanh;
        dense 84, tanh;
        dense 10, softmax;
        train;
    }
}

const EPOCHS: usize = 10;

/// A training by its seed.
pub fn run(options: &Options) -> Prepared {
    let data = mnist(options.data.as_ref().ok_or(USAGE)?)?;
    let by = Normalisation::of(&data.train)?;
    let (train, test) = (data.train.normalised(&by)?, data.test.normalised(&by)?);
    let threads = options.threads;
    Ok(Box::new(move |seed| {
        let mut net = LeNet5::init(seed);
        net.threads(threads);
        let fit = Fit {
            batch_size: 128,
            epochs: EPOCHS,
            seed,
            optimizer: Sgd {
                learning_rate: 0.1,
                momentum: 0.9,
                weight_decay: WeightDecay::l2(5e-4),
                ..Sgd::default()
            }
            .into(),
            schedule: Schedule::Cosine { epochs: EPOCHS, floor: 0.0 },
            ..Fit::default()
        };
        net.fit_dataset(&train, fit)?;
        Ok(net.evaluate_dataset(&test)?.accuracy)
    }))
}
