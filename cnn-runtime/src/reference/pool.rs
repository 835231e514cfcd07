//! `pool`: the largest or mean value of windows, of the whole image, or of a number of regions.

use std::ops::Range;

use cnn_dsl::ir::{
    Shape,
    layers::pool::{Pool, PoolKind, PoolOver},
};

use super::element::{Element, Sum};
use super::value::Value;

/// Rows or columns of one window: those inside the image, and by how many an average divides.
struct Window {
    inside: Range<usize>,
    divisor: usize,
}

pub(super) fn run(op: &Pool, x: &Value, to: Shape) -> Value {
    let [height, width, _] = x.shape.hwc();
    let [p, q, _] = to.hwc();
    let rows: Vec<Window> = (0..p).map(|p| window(op, 0, height, p)).collect();
    let columns: Vec<Window> = (0..q).map(|q| window(op, 1, width, q)).collect();
    Value::from_fn(to, |p, q, c| {
        let (rows, columns) = (&rows[p], &columns[q]);
        let pixels = rows.inside.clone().flat_map(|h| columns.inside.clone().map(move |w| (h, w)));
        let elements = pixels.map(|(h, w)| x.at(h, w, c));
        match op.kind {
            PoolKind::Max => elements.reduce(larger).unwrap_or(Element::exact(f64::NEG_INFINITY)),
            PoolKind::Average => mean(elements, rows.divisor * columns.divisor),
        }
    })
}

/// Window `index` along an axis (0 vertical, 1 horizontal) of this many pixels.
fn window(op: &Pool, axis: usize, size: usize, index: usize) -> Window {
    match &op.over {
        PoolOver::Global => Window { inside: 0..size, divisor: size },
        PoolOver::Regions(regions) => {
            let regions = regions[axis];
            let inside = index * size / regions..((index + 1) * size).div_ceil(regions);
            Window { divisor: inside.len(), inside }
        }
        PoolOver::Window { kernel, stride, pads, ceil: _, include_pad } => {
            let (before, after) = [(pads.top, pads.bottom), (pads.left, pads.right)][axis];
            let start = (index * stride[axis]) as i64 - before;
            let end = (start + kernel[axis] as i64).min(size as i64 + after);
            let clip = |at: i64| at.clamp(0, size as i64) as usize;
            let inside = clip(start)..clip(end);
            let divisor = if *include_pad { (end - start) as usize } else { inside.len() };
            Window { inside, divisor }
        }
    }
}

/// The larger one; NaN is larger than everything. The bound is the larger of both, since the
/// maximum moves no further than the operand that moves most.
fn larger(a: Element, b: Element) -> Element {
    let value = if a.value.is_nan() || a.value > b.value { a.value } else { b.value };
    Element { value, bound: a.bound.max(b.bound) }
}

fn mean(elements: impl Iterator<Item = Element>, divisor: usize) -> Element {
    let mut sum = Sum::default();
    elements.for_each(|x| sum.add(x, 1.0 / divisor as f64));
    sum.total()
}
