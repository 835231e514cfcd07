//! A network that is trained on demand, on samples that a fixed rule makes: time does not depend on
//! what is in them.
//!
//! A run is a loop as it is written around PyTorch: for each batch in order the loss, the gradients
//! and a step of the optimizer. Nothing is shuffled, loaded or shown.

use crate::inference::{answer, say};
use crate::process;
use cnn_runtime::InstructionSet;
use cnn_runtime::train::{Descent, Learner, Loss, Optimizer, Output, Sgd, WeightDecay};
use serde_json::json;
use std::error::Error;
use std::time::Instant;

cnn_runtime::include_model!("peers/networks.cnn", SmallCnn, train);
cnn_runtime::include_model!("peers/networks.cnn", LeNet5, train);
cnn_runtime::include_model!("peers/mobilenet.cnn", MobileNet as TrainedMobileNet, train);

/// Trains a network with so many threads and these instructions.
type Serve = fn(usize, InstructionSet) -> Result<(), Box<dyn Error>>;

/// Every network that is trained, under the name of its section.
pub const NETWORKS: [(&str, Serve); 3] =
    [("train_small", small), ("train_lenet5", lenet5), ("train_mobilenet", mobilenet)];

/// One training.
struct Training {
    name: &'static str,
    threads: usize,
    set: InstructionSet,
    batch: usize,
    samples: usize,
    optimizer: Optimizer,
}

macro_rules! serve {
    ($function:ident, $model:ident, $training:expr) => {
        fn $function(threads: usize, set: InstructionSet) -> Result<(), Box<dyn Error>> {
            let training = Training { threads, set, ..$training };
            let mut net = $model::init(1);
            net.threads(threads);
            net.use_instruction_set(set);
            net.learn(|learner| training.serve(learner))
        }
    };
}

serve!(
    small,
    SmallCnn,
    Training {
        name: "train_small",
        threads: 1,
        set: InstructionSet::Portable,
        batch: 100,
        // As many as are left of MNIST behind a split of a fifth.
        samples: environment("TRAIN_N").unwrap_or(48_000),
        optimizer: Sgd::default().into(),
    }
);
serve!(
    lenet5,
    LeNet5,
    Training {
        name: "train_lenet5",
        threads: 1,
        set: InstructionSet::Portable,
        batch: 128,
        samples: environment("TRAIN_N").unwrap_or(60_000),
        optimizer: Sgd {
            learning_rate: 0.1,
            momentum: 0.9,
            weight_decay: WeightDecay::l2(5e-4),
            ..Sgd::default()
        }
        .into(),
    }
);
serve!(
    mobilenet,
    TrainedMobileNet,
    Training {
        name: "train_mobilenet",
        threads: 1,
        set: InstructionSet::Portable,
        batch: 8,
        samples: 8,
        optimizer: Sgd {
            momentum: 0.9,
            weight_decay: WeightDecay::l2(4e-5).all_parameters(),
            ..Sgd::default()
        }
        .into(),
    }
);

/// A number that the environment gives.
fn environment(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// Numbers between 0 and 1: the fractions of multiples of the golden ratio.
fn numbers(count: usize) -> impl Iterator<Item = f32> {
    const RATIO: u32 = 0x9e37_79b9;
    (0..count).map(|i| (i as u32).wrapping_mul(RATIO) as f32 / 2.0_f32.powi(32))
}

impl Training {
    fn serve(&self, learner: &mut impl Learner) -> Result<(), Box<dyn Error>> {
        let (pixels, classes) = (learner.sizes().iter().product::<usize>(), learner.outputs());
        let images: Vec<f32> = numbers(self.samples * pixels).collect();
        let mut targets = vec![0.0; self.samples * classes];
        let labels = numbers(self.samples).map(|number| (number * classes as f32) as usize);
        targets.chunks_exact_mut(classes).zip(labels).for_each(|(row, label)| row[label] = 1.0);

        let loss = Loss::of(learner.head());
        let mut descent = Descent::new(self.optimizer, learner.tensors(), learner.frozen());
        let mut gradient = vec![0.0; learner.parameters().len()];
        let (mut losses, mut logits) = (vec![0.0; self.batch], vec![0.0; self.batch * classes]);
        let mut run = || {
            let batches =
                images.chunks(self.batch * pixels).zip(targets.chunks(self.batch * classes));
            let mut last = 0.0;
            for (images, targets) in batches {
                let samples = targets.len() / classes;
                let (losses, logits) = (&mut losses[..samples], &mut logits[..samples * classes]);
                let of_sample = |i: usize, _: Output, logits: &[f32], d_logits: &mut [f32]| {
                    let target = &targets[i * classes..(i + 1) * classes];
                    loss.sample(logits, target, 1.0 / samples as f32, d_logits)
                };
                learner.backward(images, &of_sample, losses, logits, &mut gradient);
                let rate = self.optimizer.learning_rate();
                descent.step(rate, learner.parameters_mut(), &gradient);
                last = losses.iter().sum::<f32>() / samples as f32;
            }
            last
        };
        let start = Instant::now();
        let after_first = run();
        say(&json!({
            "engine": "cnn",
            "version": env!("CARGO_PKG_VERSION"),
            "instruction_set": self.set.to_string(),
            "model": self.name,
            "threads": self.threads,
            "n": self.samples,
            "first_s": start.elapsed().as_secs_f64(),
            "loss_after_first": after_first,
            "rss_peak_mb": process::peak_memory(),
        }))?;
        answer(|| {
            run();
        })
    }
}
