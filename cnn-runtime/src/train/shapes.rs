//! Whether samples are of the network's sizes.

use super::error::FitError;
use super::learner::Learner;
use crate::data::{Dataset, target_len};

/// Numbers of each pixel of the output.
pub(super) fn classes(learner: &dyn Learner) -> usize {
    let [h, w] = learner.pixels();
    learner.outputs() / (h * w)
}

/// # Errors
/// When there are none, or they have other sizes.
pub(super) fn check(learner: &dyn Learner, data: &dyn Dataset) -> Result<(), FitError> {
    let text = |[h, w, c]: [usize; 3]| format!("{h}x{w}x{c}");
    let (found, needed) = (data.sizes(), learner.sizes());
    let reason = if data.is_empty() {
        "there are none".to_owned()
    } else if found != needed {
        format!("its input is {}, the images are {}", text(needed), text(found))
    } else if data.pixels() != [1, 1] && data.pixels() != learner.pixels() {
        let ([h, w], [rows, columns]) = (learner.pixels(), data.pixels());
        format!("its output is {h}x{w} pixels, the masks are {rows}x{columns}")
    } else if target_len(data) != learner.outputs() {
        let (outputs, numbers) = (learner.outputs(), target_len(data));
        format!("it has {outputs} outputs, a target has {numbers} numbers")
    } else if data.augments() && data.pixels() != learner.pixels() {
        let [h, w] = learner.pixels();
        format!(
            "its output is {h}x{w} pixels, the targets are plain numbers, which are not flipped, moved or cut \
             with their images: give them as masks of {h}x{w}, or do not augment"
        )
    } else {
        return Ok(());
    };
    Err(FitError::Samples { reason })
}
