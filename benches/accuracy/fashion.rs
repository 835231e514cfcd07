//! A small network of depthwise separable convolutions with batch norm, on Fashion-MNIST.

use crate::{Options, Prepared, USAGE, momentum};
use cnn_runtime::data::{Augment, Dataset, Normalisation, mnist};

cnn_runtime::cnn! {
    block separable(out, stride = 1) {
        dw 3x3, stride stride, pad same, bn momentum 0.9, relu;
        conv 1x1, out, bn momentum 0.9, relu;
    }

    model Clothes {
        input 28x28x1;
        conv 3x3, 16, pad same, bn momentum 0.9, relu  -> 28x28x16;
        separable 32, stride 2                         -> 14x14x32;
        separable 64;
        separable 64;
        separable 128, stride 2                        -> 7x7x128;
        separable 128;
        pool avg global;
        dense 10, softmax;
        train;
    }
}

const EPOCHS: usize = 15;

/// A training by its seed.
pub fn run(options: &Options) -> Prepared {
    let data = mnist(options.data.as_ref().ok_or(USAGE)?)?;
    let by = Normalisation::of(&data.train)?;
    let augment = Augment { flip: true, shift: [2, 2], ..Augment::default() };
    // Shifted before they are normalised: what comes in at the edges is black.
    let (train, test) =
        (data.train.augmented(augment).normalised(&by)?, data.test.normalised(&by)?);
    let threads = options.threads;
    Ok(Box::new(move |seed| {
        let mut net = Clothes::init(seed);
        net.threads(threads);
        net.learn(|learner| momentum::accuracy(learner, [&train, &test], EPOCHS, seed))
    }))
}
