//! What a trainable model does for its user beside `fit`: freezing, weights that fit in part.

mod cached;
mod doors;
mod freeze;
mod inference;
mod matching;
mod memory;

use cnn_runtime::data::Arrays;
use cnn_runtime::train::{Fit, Sgd, Verbose, WeightDecay};
use ndarray::Array4;

cnn_runtime::cnn! {
    block pair(f) { dw 3x3, pad 1, bn, relu6; conv 1x1, f, bn, relu6; }

    /// Batch norm in each of its places, two blocks, and a head.
    pub model Body(classes = 4) {
        input 10x10x3;
        conv 3x3, 8, pad 1, bn, relu;
        pair 12;
        pair 20;
        pool avg global;
        flatten;
        dense classes, softmax;
        train;
    }

    /// The same with another head.
    pub model Seven = Body(classes = 7);

    /// The same, frozen in the middle by its text.
    pub model Middle {
        input 10x10x3;
        conv 3x3, 8, pad 1, bn, relu;
        frozen { pair 12; }
        pair 20;
        pool avg global;
        flatten;
        dense 4, softmax;
        train;
    }
}

/// Images without a pattern between -1 and 1, and a class each.
fn samples(count: usize, classes: usize) -> (Array4<f32>, Vec<usize>) {
    let mut state = 5u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let numbers: Vec<f32> = std::iter::repeat_with(next).take(count * 300).collect();
    let images = Array4::from_shape_vec((count, 10, 10, 3), numbers).expect("300 numbers each");
    (images, (0..count).map(|i| i * 7 % classes).collect())
}

fn data(count: usize, classes: usize) -> Arrays<'static> {
    let (images, labels) = samples(count, classes);
    Arrays::new(images, labels, classes).expect("they fit")
}

/// Two epochs of SGD with all that may touch a parameter.
fn fit() -> Fit<'static> {
    Fit {
        batch_size: 8,
        epochs: 2,
        optimizer: Sgd {
            learning_rate: 0.1,
            momentum: 0.9,
            weight_decay: WeightDecay::l2(0.01).all_parameters(),
            ..Sgd::default()
        }
        .into(),
        verbose: Verbose::Silent,
        ..Fit::default()
    }
}

/// The parameters of a net.
macro_rules! numbers {
    ($net:expr) => {
        $net.learn(|learner| cnn_runtime::train::Learner::parameters(learner).to_vec())
    };
}
use numbers;
