//! What `add`, `mul` and `concat` share.

use crate::check::layers::LayerError;
use crate::check::layers::error::Read;
use crate::check::layers::reader::Reader;

impl Reader<'_, '_> {
    /// All operands; `None` with fewer than two, or where a shape is unknown.
    pub(super) fn reads(&mut self) -> Option<Vec<Read>> {
        if self.operands.len() < 2 {
            let (layer, at) = (self.layer, self.args.layer_span);
            return self.fail(LayerError::MissingOperand { layer, at });
        }
        (0..self.operands.len()).map(|index| self.read_at(index)).collect()
    }
}
