//! `depth_to_space N` and `space_to_depth N`.

use crate::check::layers::ChannelError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::depth::Depth;

pub(super) fn to_space(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "the side of a square", "depth_to_space 2");
    let block = given.and_then(|g| r.integer(&g.value, g.place(), "the side of the square", 1));
    let (input, [_, _, c]) = r.image()?;
    let (block, at) = (block?, given?.span);
    if block.checked_mul(block).is_none_or(|square| !c.is_multiple_of(square)) {
        return r.fail(ChannelError::DepthChannels { at, block, input });
    }
    Some(Op::Depth(Depth { block, to_space: true }))
}

pub(super) fn to_depth(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "the side of a square", "space_to_depth 2");
    let block = given.and_then(|g| r.integer(&g.value, g.place(), "the side of the square", 1));
    let (input, [h, w, _]) = r.image()?;
    let (block, at) = (block?, given?.span);
    if !h.is_multiple_of(block) || !w.is_multiple_of(block) {
        return r.fail(ChannelError::DepthSides { at, block, input });
    }
    Some(Op::Depth(Depth { block, to_space: false }))
}
