//! The memory of training: as much as was said, and none a step.

use crate::{Body, data, fit};
use allocation_counter::measure;
use cnn_runtime::train::{Adam, Clip, Fit, Head, Learner, Loss, Output, Schedule};

cnn_runtime::cnn! {
    /// No batch norm: no sample waits for another.
    model Plain {
        input 10x10x3;
        conv 3x3, 12, relu;
        pool max 2x2;
        conv 1x1, 20, relu;
        flatten;
        dense 4, softmax;
        train;
    }
}

/// One batch on a learner that has not seen one, and another.
fn batches(learner: &mut dyn Learner, batch: usize) {
    let (images, _) = crate::samples(batch, 4);
    let images = images.as_slice().expect("standard layout");
    let mut gradient = vec![0.0; learner.parameters().len()];
    let (mut losses, mut logits) = (vec![0.0; batch], vec![0.0; batch * 4]);
    let loss = |sample: usize, _: Output, logits: &[f32], d_logits: &mut [f32]| {
        let target = [0, 1, 2, 3].map(|class| f32::from(u8::from(class == sample % 4)));
        Loss::of(Head::Softmax).sample(logits, &target, 1.0 / batch as f32, d_logits)
    };
    learner.backward(images, &loss, &mut losses, &mut logits, &mut gradient);
    for batch in [batch, batch - 3] {
        let images = &images[..batch * 300];
        let counted = measure(|| {
            let (losses, logits) = (&mut losses[..batch], &mut logits[..batch * 4]);
            learner.begin_step(1, 1);
            learner.backward(images, &loss, losses, logits, &mut gradient);
            learner.forward(images, logits);
        });
        assert_eq!(counted.count_total, 0, "{counted:?}");
    }
}

/// The peak of an engine is within 5 % of `train_arena_bytes`, whether samples wait for each other or
/// not, and the second batch allocates nothing.
#[test]
fn memory_is_as_planned() {
    for batch in [20, 100] {
        let own = |learner: &mut dyn Learner| batches(learner, batch);
        // What the test itself allocates: images, labels, a gradient, losses and logits.
        let beside = |parameters: usize| (4 * (batch * 305 + parameters) + 8 * batch) as u64;
        let (mut plain, mut body) = (Plain::init(1), Body::init(1));
        let parameters = [crate::numbers!(plain).len(), crate::numbers!(body).len()];
        for (name, planned, peak, parameters) in [
            (
                "Plain",
                Plain::train_arena_bytes(batch),
                measure(|| plain.learn(|learner| own(learner))).bytes_max,
                parameters[0],
            ),
            (
                "Body",
                Body::train_arena_bytes(batch),
                measure(|| body.learn(|learner| own(learner))).bytes_max,
                parameters[1],
            ),
        ] {
            let found = peak - beside(parameters);
            let ratio = found as f64 / planned as f64;
            assert!((0.95..1.05).contains(&ratio), "{name}, {batch}: {found}, not {planned}");
        }
    }
}

/// As many allocations for two batches an epoch as for twelve: with every optimizer state, clipped
/// gradients, a schedule and weight decay.
#[test]
fn a_step_does_not_allocate() {
    let count = |samples: usize| {
        let data = data(samples, 4);
        let mut net = Body::init(1);
        let settings = Fit {
            optimizer: Adam::default().into(),
            schedule: Schedule::Cosine { epochs: 2, floor: 0.0 },
            clip: Clip::Norm(1.0),
            ..fit()
        };
        measure(|| drop(net.fit_dataset(&data, settings).expect("it trains"))).count_total
    };
    assert_eq!(count(16), count(96));
}
