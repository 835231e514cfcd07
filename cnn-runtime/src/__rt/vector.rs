//! Steps of kernels on vectors of `N` neighbouring elements, in arrays that LLVM keeps in vector
//! registers. A product and a sum are rounded apart, as on every instruction set without fused
//! multiply-add: the same bits everywhere.

use crate::simd::portable;

/// `N`, which the compiler is not told: a loop of so many turns is not unrolled.
#[inline(always)]
pub fn turns<const N: usize>() -> usize {
    std::hint::black_box(N).min(N)
}

/// `acc[i] += x * w[i]`: one input value, `N` filters.
#[inline(always)]
pub fn mul_add_scalar<const N: usize>(acc: &mut [f32; N], x: f32, w: &[f32; N]) {
    for i in 0..N {
        acc[i] += x * w[i];
    }
}

/// `acc[i] += x[i] * w[i]`: `N` channels, each with its own filter.
#[inline(always)]
fn mul_add<const N: usize>(acc: &mut [f32; N], x: &[f32; N], w: &[f32; N]) {
    for i in 0..N {
        acc[i] += x[i] * w[i];
    }
}

/// [`mul_add_scalar`] as a call, for layers that are written out: thousands of inlined copies cost
/// rustc ten times as long, and three times the running time where LLVM gives up on vectors.
#[inline(never)]
pub fn step_scalar<const N: usize>(acc: &mut [f32; N], x: f32, w: &[f32; N]) {
    mul_add_scalar(acc, x, w);
}

/// `acc[i] += x[i] * w[i]` as a call, likewise.
#[inline(never)]
pub fn step<const N: usize>(acc: &mut [f32; N], x: &[f32; N], w: &[f32; N]) {
    mul_add(acc, x, w);
}

/// `acc[i] += x[i]`.
#[inline(always)]
fn add<const N: usize>(acc: &mut [f32; N], x: &[f32; N]) {
    for i in 0..N {
        acc[i] += x[i];
    }
}

/// The sum of all: panels are added to the first one, its upper half to its lower one, until one
/// number is left.
#[inline]
pub fn sum<const N: usize>(acc: &[f32; N]) -> f32 {
    let mut panels = acc.as_chunks().0.iter();
    let mut sum = panels.next().copied().unwrap_or_default();
    panels.for_each(|panel| add(&mut sum, panel));
    portable::sum(portable::of(sum))
}
