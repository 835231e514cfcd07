//! `concat`: the channels of all operands, one after the other.

use crate::ir::Shape;

/// Concatenation over channels, in the order of the operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Concat;

impl Concat {
    /// The sum of the channels over a common height and width; vectors are joined end to end.
    pub fn output(&self, inputs: &[Shape]) -> Option<Shape> {
        let first = *inputs.first()?;
        let mut channels = 0_usize;
        for shape in inputs {
            if shape.with_channels(1) != first.with_channels(1) {
                return None;
            }
            channels = channels.checked_add(shape.channels())?;
        }
        first.with_channels(channels).checked()
    }
}
