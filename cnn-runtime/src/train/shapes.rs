//! Whether samples are of the network's sizes.

use super::error::FitError;
use super::learner::Learner;
use crate::data::Dataset;

/// # Errors
/// When there are none, or they have other sizes.
pub(super) fn check(learner: &dyn Learner, data: &dyn Dataset) -> Result<(), FitError> {
    let text = |[h, w, c]: [usize; 3]| format!("{h}x{w}x{c}");
    let (found, needed) = (data.sizes(), learner.sizes());
    let reason = if data.is_empty() {
        "there are none".to_owned()
    } else if found != needed {
        format!("its input is {}, the images are {}", text(needed), text(found))
    } else if data.classes() != learner.outputs() {
        let (outputs, classes) = (learner.outputs(), data.classes());
        format!("it has {outputs} outputs, a target has {classes} numbers")
    } else {
        return Ok(());
    };
    Err(FitError::Samples { reason })
}
