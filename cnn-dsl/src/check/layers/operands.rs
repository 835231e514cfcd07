//! What `add`, `mul` and `concat` share.

use crate::check::layers::error::Read;
use crate::check::layers::reader::Reader;

impl Reader<'_, '_> {
    /// All operands, if every shape is known. That there are two, the statements have seen to.
    pub(super) fn reads(&self) -> Option<Vec<Read>> {
        (0..self.operands.len()).map(|index| self.read_at(index)).collect()
    }
}
