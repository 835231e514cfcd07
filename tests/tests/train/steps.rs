//! Steps do not allocate.

use allocation_counter::measure;
use cnn_runtime::train::{Adam, Clip, Fit, Sgd, Verbose, WeightDecay};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;

/// Channels between threads allocate when they wait for the first time, and a run may or may not have
/// waited on each of its few.
const FIRST_WAITS: u64 = 12;

/// As many allocations for a thousand steps as for ten.
#[test]
fn a_step_does_not_allocate() {
    let weight_decay = WeightDecay::l2(1e-4);
    let sgd = Sgd { momentum: 0.9, nesterov: true, weight_decay, ..Sgd::default() };
    for optimizer in [sgd.into(), Adam::default().into()] {
        let allocations = |steps: usize| {
            let data = Clusters { len: steps * 8, features: 6, classes: 3, spread: 0.5 };
            let mut net = HandWritten::new(6, 12, 3, 1);
            let fit = Fit {
                batch_size: 8,
                optimizer,
                clip: Clip::Norm(1.0),
                class_weight: Some(vec![1.0, 2.0, 3.0]),
                verbose: Verbose::Silent,
                ..Fit::default()
            };
            let counted = measure(|| assert!(fit.run(&mut net, &data).is_ok()));
            counted.count_total
        };
        let (few, many) = (allocations(10), allocations(1010));
        assert!(few > 0 && many.abs_diff(few) <= FIRST_WAITS, "{few} and {many}");
    }
}
