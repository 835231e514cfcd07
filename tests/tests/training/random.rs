//! Random zeroes in the emitted engine: their bits do not depend on threads or interruptions, and an
//! evaluation has none.

use crate::numbers;
use cnn_runtime::data::Arrays;
use cnn_runtime::train::{Checkpoint, Fit, Learner, Verbose};
use ndarray::Array4;

cnn_runtime::cnn! {
    model Dropped {
        input 6x6x3;
        conv 3x3, 20, pad 1, relu; dropout 0.3; let a = last;
        conv 3x3, 20, pad 1, tanh; drop_path 0.4; add a;
        pool avg global; flatten; dropout; dense 4, softmax;
        train;
    }

    model Kept {
        input 6x6x3;
        conv 3x3, 20, pad 1, relu; let a = last;
        conv 3x3, 20, pad 1, tanh; add a;
        pool avg global; flatten; dense 4, softmax;
        train;
    }
}

const SAMPLES: usize = 23;
const IMAGE: usize = 6 * 6 * 3;

/// The parameters after so many epochs, as bits.
fn trained(threads: usize, epochs: usize, seed: u64, checkpoint: Option<Checkpoint>) -> Vec<u32> {
    let images = Array4::from_shape_vec((SAMPLES, 6, 6, 3), numbers(SAMPLES * IMAGE, 3));
    let labels: Vec<usize> = (0..SAMPLES).map(|i| i * 7 % 4).collect();
    let images = images.expect("as many numbers");
    let data = Arrays::new(&images, &labels, 4).expect("images and labels fit");
    let mut net = Dropped::init(1);
    net.threads(threads);
    net.learn(|learner| {
        let fit = Fit {
            batch_size: 5,
            epochs,
            seed,
            checkpoint,
            verbose: Verbose::Silent,
            ..Fit::default()
        };
        fit.run(learner, &data).expect("it trains");
        learner.parameters().iter().map(|x| x.to_bits()).collect()
    })
}

#[test]
fn zeroes_do_not_depend_on_threads() {
    assert_eq!(trained(1, 2, 9, None), trained(2, 2, 9, None));
    assert_ne!(trained(1, 2, 9, None), trained(1, 2, 10, None));
}

#[test]
fn zeroes_of_a_training_that_goes_on_are_those_of_one_in_one_piece() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let part = |epochs| trained(1, epochs, 9, Some(Checkpoint::at(&path)));
    part(1);
    assert_eq!(part(3), trained(1, 3, 9, None));
}

/// The logits of three samples in training at these steps, and of an evaluation.
fn logits(learner: &mut dyn Learner) -> [Vec<f32>; 4] {
    let images = numbers(3 * IMAGE, 11);
    let mut gradient = vec![0.0; learner.parameters().len()];
    let [first, second, again] = [0, 1, 0].map(|step| {
        let (mut losses, mut logits) = ([0.0; 3], vec![0.0; 3 * 4]);
        learner.begin_step(7, step);
        learner.backward(&images, &|_, _, _, _| 0.0, &mut losses, &mut logits, &mut gradient);
        logits
    });
    let mut evaluated = vec![0.0; 3 * 4];
    learner.forward(&images, &mut evaluated);
    [first, second, again, evaluated]
}

#[test]
fn steps_differ_and_an_evaluation_is_that_of_the_model_without() {
    let [first, second, again, evaluated] = Dropped::init(1).learn(|learner| logits(learner));
    assert_ne!(first, second);
    assert_eq!(first, again);
    let [kept, _, _, without] = Kept::init(1).learn(|learner| logits(learner));
    assert_eq!(evaluated, without);
    assert_eq!(kept, without);
    assert_ne!(first, without);
}
