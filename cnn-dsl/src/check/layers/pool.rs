//! `pool max|avg RxS`, `pool max|avg global`, `pool max|avg to HxW`.

use crate::check::layers::error::Read;
use crate::check::layers::reader::Reader;
use crate::check::layers::window::Window;
use crate::check::layers::{ArgumentError, WindowError};
use crate::ir::layers::pool::{Pool, PoolKind, PoolOver};
use crate::ir::{Op, Pads};

const WINDOW_ARGUMENTS: &[&str] = &["stride", "pad", "ceil", "include_pad"];

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let kind = match r.either(["max", "avg"]) {
        Some("max") => Some(PoolKind::Max),
        Some(_) => Some(PoolKind::Average),
        None => {
            let at = r.args.layer_span;
            r.fail(WindowError::PoolKindMissing { at })
        }
    };
    let over = over(r);
    let kind = kind?;
    if kind == PoolKind::Max {
        r.without_effect(&["include_pad"], "padding is never the largest value");
    }
    Some(Op::Pool(Pool { kind, over: over? }))
}

/// The windows: exactly one of a kernel, `global` and `to`.
fn over(r: &mut Reader<'_, '_>) -> Option<PoolOver> {
    let args = r.args;
    let window = r.positional(0).map(|given| given.span);
    let global = args.flags.iter().find(|(name, _)| *name == "global").map(|(_, span)| *span);
    let to = args.named.iter().find(|(name, _, _)| *name == "to");
    let to_place = to.map(|(_, span, _)| *span);
    let said: Vec<_> = [window, global, to_place].into_iter().flatten().collect();
    if let [first, second, ..] = *said {
        return r.fail(ArgumentError::Conflict { first, second });
    }
    if global.is_some() {
        r.without_effect(WINDOW_ARGUMENTS, "`global` takes the whole image");
        r.image()?;
        return Some(PoolOver::Global);
    }
    if let Some((_, _, given)) = to {
        r.without_effect(WINDOW_ARGUMENTS, "`to` chooses the regions itself");
        let regions = r.pair_of(given, "`to`", 1);
        r.image()?;
        return Some(PoolOver::Regions(regions?));
    }
    sliding(r)
}

fn sliding(r: &mut Reader<'_, '_>) -> Option<PoolOver> {
    let given = r.required(0, "a window", "pool max 2x2");
    let kernel = given.and_then(|given| r.size(given, "the window", 1));
    let stride = match r.args.named("stride") {
        Some(_) => r.pair("stride", 1, 1),
        None => kernel,
    };
    let padding = r.padding();
    let (ceil, include_pad) = (r.args.flag("ceil"), r.args.flag("include_pad"));
    let (input, _) = r.image()?;
    let (given, kernel, stride, padding) = (given?, kernel?, stride?, padding?);
    let window = Window { kernel, at: given.span, stride, dilation: [1, 1], padding };
    let pads = r.fitted(window, input)?;
    let over = PoolOver::Window { kernel, stride, pads, ceil, include_pad };
    sees_image(r, &over, kernel, stride, pads, input)?;
    Some(over)
}

/// Whether every window holds at least one pixel: the largest of none, or the mean of none, is no
/// number. The first and the last window tell for all between.
fn sees_image(
    r: &mut Reader<'_, '_>,
    over: &PoolOver,
    kernel: [usize; 2],
    stride: [usize; 2],
    pads: Pads,
    input: Read,
) -> Option<()> {
    let pool = Pool { kind: PoolKind::Max, over: over.clone() };
    let [h, w, _] = input.shape.hwc();
    // `None` is a result too large to be counted, reported where the result is made.
    let Some(output) = pool.output(input.shape) else { return Some(()) };
    let [p, q, _] = output.hwc();
    let sees = |size: usize, windows: usize, axis: usize, before: i64| {
        let last = (windows as i128 - 1) * stride[axis] as i128 - i128::from(before);
        before < kernel[axis] as i64 && last < size as i128
    };
    if sees(h, p, 0, pads.top) && sees(w, q, 1, pads.left) {
        return Some(());
    }
    let at = r.args.named("pad").map_or(r.args.layer_span, |given| given.span);
    r.fail(WindowError::WindowInPadding { at, kernel, input })
}
