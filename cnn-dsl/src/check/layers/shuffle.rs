//! `shuffle GROUPS`.

use crate::check::layers::ChannelError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::shuffle::Shuffle;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a number of groups", "shuffle 2")?;
    let at = given.span;
    let groups = r.integer(&given.value, given.place(), "the number of groups", 1)?;
    let input = r.read()?;
    if !input.shape.channels().is_multiple_of(groups) {
        return r.fail(ChannelError::ShuffleUneven { at, groups, input });
    }
    Some(Op::Shuffle(Shuffle { groups }))
}
