//! The arena and the weights as regions of sizes that the compiler computed.

use std::ops::Range;

/// Disjoint regions of the arena, in the order asked for.
///
/// # Panics
/// Never for ranges that the compiler emitted: they lie in the arena and do not overlap.
#[inline]
pub fn disjoint<const N: usize>(arena: &mut [f32], ranges: [Range<usize>; N]) -> [&mut [f32]; N] {
    let Ok(regions) = arena.get_disjoint_mut(ranges) else {
        unreachable!("the plan's regions lie in the arena and do not overlap")
    };
    regions
}

/// A region as an array of the size that its kernel takes.
///
/// # Panics
/// Never for regions that the compiler emitted: they have this size.
#[inline]
pub fn fixed<T, const N: usize>(region: &[T]) -> &[T; N] {
    let Ok(array) = region.try_into() else { unreachable!("the plan's region has {N} elements") };
    array
}

/// As [`fixed`], to be written.
///
/// # Panics
/// Never for regions that the compiler emitted: they have this size.
#[inline]
pub fn fixed_mut<T, const N: usize>(region: &mut [T]) -> &mut [T; N] {
    let Ok(array) = region.try_into() else { unreachable!("the plan's region has {N} elements") };
    array
}

/// The `N` elements from `start` on.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn at<T, const N: usize>(values: &[T], start: usize) -> &[T; N] {
    let Some(array) = values[start..].first_chunk() else { outside() };
    array
}

/// As [`at`], to be written.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn at_mut<const N: usize>(values: &mut [f32], start: usize) -> &mut [f32; N] {
    let Some(array) = values[start..].first_chunk_mut() else { outside() };
    array
}

/// `count` elements from `start` on.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn part(values: &[f32], start: usize, count: usize) -> &[f32] {
    &values[start..start + count]
}

/// `count` elements from `start` on, to be written.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn part_mut(values: &mut [f32], start: usize, count: usize) -> &mut [f32] {
    &mut values[start..start + count]
}

/// Writes `N` elements from `start` on.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn put<const N: usize>(values: &mut [f32], start: usize, vector: [f32; N]) {
    let Some(place) = values[start..].first_chunk_mut() else { outside() };
    *place = vector;
}

/// Writes the first `count` of `N` elements from `start` on.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn put_first<const N: usize>(
    values: &mut [f32],
    start: usize,
    vector: &[f32; N],
    count: usize,
) {
    values[start..start + count].copy_from_slice(&vector[..count]);
}

/// Writes elements from `start` on, `step` apart.
///
/// # Panics
/// Never for places that the compiler emitted: they lie inside.
#[inline(always)]
pub fn put_apart(values: &mut [f32], start: usize, step: usize, elements: &[f32]) {
    for (i, element) in elements.iter().enumerate() {
        values[start + i * step] = *element;
    }
}

/// The outputs along one axis whose windows see the image at a tap: of `outputs` windows, `stride`
/// apart, over `size` pixels, the first beginning `pad` before them, those with the pixel `tap` from
/// their beginning inside the image.
#[cfg(feature = "train")]
#[inline]
pub fn outputs_that_see(
    [outputs, size, stride]: [usize; 3],
    tap: usize,
    pad: usize,
) -> Range<usize> {
    let first = pad.saturating_sub(tap).div_ceil(stride);
    let end = (size + pad).saturating_sub(tap).div_ceil(stride).min(outputs);
    first..end.max(first)
}

#[cold]
#[inline(never)]
fn outside() -> ! {
    unreachable!("the plan's places lie in their regions")
}

/// Noughts in the columns beside each row of each block: `left` floats before and `right` behind,
/// in stretches of `stretch`.
#[inline]
pub fn clear_sides(values: &mut [f32], stretch: usize, left: usize, right: usize) {
    for row in values.chunks_exact_mut(stretch) {
        row[..left].fill(0.0);
        row[stretch - right..].fill(0.0);
    }
}
