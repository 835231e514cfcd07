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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use cnn_dsl::ir::Pads;

    fn pool(kind: PoolKind, over: PoolOver, x: [usize; 3], to: [usize; 2]) -> Value {
        let [h, w, c] = x;
        let to = Shape::Image { h: to[0], w: to[1], c };
        run(&Pool { kind, over }, &Value::pattern(h, w, c), to)
    }

    fn over(kernel: [usize; 2], stride: [usize; 2], pad: i64, rest: [bool; 2]) -> PoolOver {
        let pads = Pads { top: pad, bottom: pad, left: pad, right: pad };
        PoolOver::Window { kernel, stride, pads, ceil: rest[0], include_pad: rest[1] }
    }

    #[test]
    fn largest_of_windows() {
        let windows = over([2, 2], [2, 2], 0, [false, false]);
        pool(PoolKind::Max, windows, [5, 5, 2], [2, 2]).assert_is(&pytorch::MAX);
        let windows = over([3, 2], [2, 3], 1, [true, false]);
        pool(PoolKind::Max, windows, [5, 6, 2], [3, 3]).assert_is(&pytorch::MAX_CEIL);
    }

    #[test]
    fn mean_of_windows() {
        let mean = |ceil, include_pad, x, to| {
            pool(PoolKind::Average, over([3, 3], [2, 2], 1, [ceil, include_pad]), x, to)
        };
        mean(false, false, [5, 5, 2], [3, 3]).assert_is(&pytorch::AVERAGE);
        mean(true, false, [6, 5, 1], [4, 3]).assert_is(&pytorch::AVERAGE_CEIL);
        mean(true, true, [6, 5, 1], [4, 3]).assert_is(&pytorch::AVERAGE_CEIL_PAD);
    }

    #[test]
    fn whole_image() {
        let global = |kind| pool(kind, PoolOver::Global, [3, 4, 3], [1, 1]);
        global(PoolKind::Average).assert_is(&pytorch::GLOBAL_AVERAGE);
        global(PoolKind::Max).assert_is(&pytorch::GLOBAL_MAX);
    }

    #[test]
    fn regions() {
        let regions = |kind, x, to| pool(kind, PoolOver::Regions(to), x, to);
        let (mean, max) = (PoolKind::Average, PoolKind::Max);
        regions(mean, [5, 7, 2], [3, 2]).assert_is(&pytorch::REGIONS_AVERAGE);
        regions(max, [5, 7, 2], [2, 3]).assert_is(&pytorch::REGIONS_MAX);
        regions(mean, [2, 3, 1], [3, 4]).assert_is(&pytorch::REGIONS_LARGER);
    }

    #[test]
    fn nan_is_the_largest() {
        for at in 0..4 {
            let mut x = Value::pattern(2, 2, 1);
            x.elements[at] = Element::exact(f64::NAN);
            let op = Pool { kind: PoolKind::Max, over: PoolOver::Global };
            let result = run(&op, &x, Shape::Image { h: 1, w: 1, c: 1 });
            assert!(result.elements[0].value.is_nan(), "NaN at {at}");
        }
    }
}
