//! `deconv RxS, OUT`.

use crate::check::layers::WindowError;
use crate::check::layers::reader::Reader;
use crate::check::layers::window::Padding;
use crate::ir::layers::deconv::Deconv;
use crate::ir::shape::{transposed_same, transposed_size};
use crate::ir::{Op, Pads};

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let filter = r.filters();
    let stride = r.pair("stride", 1, 1);
    let dilation = r.pair("dilation", 1, 1);
    let padding = r.padding();
    if padding == Some(Padding::Same) {
        r.without_effect(&["output_pad"], "`pad same` gives the input's size times the stride");
    }
    let output_pad = r.pair("output_pad", 0, 0);
    let groups = r.groups();
    let bias = r.bias();
    let image = r.image();
    if let (Some((_, filters, at)), Some(groups)) = (&filter, groups) {
        r.groups_divide_filters(groups, *filters, *at)?;
    }
    let (stride, dilation) = (stride?, dilation?);
    if padding != Some(Padding::Same) {
        output_pad_fits(r, output_pad?, stride, dilation)?;
    }
    let (input, [h, w, _]) = image?;
    let (filter, filters, _) = filter?;
    r.groups_divide_channels(groups?, Some(filters), input)?;
    r.filter_channels(filter, input, groups?)?;
    let kernel = filter.kernel;
    let (pads, output_pad) = match padding? {
        Padding::Fixed(pads) => (pads, output_pad?),
        Padding::Same => {
            let ((top, bottom), below) = transposed_same(kernel[0], stride[0], dilation[0])?;
            let ((left, right), beside) = transposed_same(kernel[1], stride[1], dilation[1])?;
            (Pads { top, bottom, left, right }, [below, beside])
        }
    };
    let groups = groups?;
    let deconv = Deconv { kernel, filters, stride, dilation, pads, output_pad, groups, bias };
    let size = |axis: usize, size, pads| {
        let (k, s, d) = (kernel[axis], stride[axis], dilation[axis]);
        transposed_size(size, k, s, d, pads, output_pad[axis])
    };
    let full = [size(0, h, (0, 0))?, size(1, w, (0, 0))?];
    if size(0, h, pads.vertical()).is_none() || size(1, w, pads.horizontal()).is_none() {
        let at = r.args.named("pad").map_or(filter.at, |given| given.span);
        return r.fail(WindowError::DeconvCropsEverything { at, full, input });
    }
    Some(Op::Deconv(deconv))
}

/// PyTorch's rule: what is added must be less than the stride or the dilation.
fn output_pad_fits(
    r: &mut Reader<'_, '_>,
    output_pad: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
) -> Option<()> {
    let Some(given) = r.args.named("output_pad") else { return Some(()) };
    for ((output_pad, stride), dilation) in output_pad.into_iter().zip(stride).zip(dilation) {
        if output_pad >= stride.max(dilation) {
            let at = given.span;
            return r.fail(WindowError::OutputPadTooLarge { at, output_pad, stride, dilation });
        }
    }
    Some(())
}
