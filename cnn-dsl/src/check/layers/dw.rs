//! `dw RxS` and `dw RxSxC`.

use crate::check::layers::reader::Reader;
use crate::check::layers::window::Window;
use crate::ir::Op;
use crate::ir::layers::dw::Dw;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let filter = r.depthwise_filter();
    let stride = r.pair("stride", 1, 1);
    let dilation = r.pair("dilation", 1, 1);
    let padding = r.padding();
    let multiplier = match r.args.named("multiplier") {
        Some(given) => r.integer(&given.value, given.place(), "`multiplier`", 1),
        None => Some(1),
    };
    let bias = r.bias();
    let (input, _) = r.image()?;
    let (filter, multiplier) = (filter?, multiplier?);
    r.filter_channels(filter, input, 1)?;
    let (kernel, stride, dilation) = (filter.kernel, stride?, dilation?);
    let window = Window { kernel, at: filter.at, stride, dilation, padding: padding? };
    let pads = r.fitted(window, input)?;
    Some(Op::Dw(Dw { kernel, multiplier, stride, dilation, pads, bias }))
}
