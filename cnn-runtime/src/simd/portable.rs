//! Sixteen lanes in four vectors of four. A product and a sum are rounded apart.
//!
//! Four lanes are what every processor of the target has, if it has vectors: SSE on x86-64, an array
//! elsewhere, which LLVM keeps in registers. Arrays alone are not enough on x86-64: LLVM takes them
//! apart and puts lanes together again as it guesses, with a shuffle an operand. The four are written
//! out one by one: below opt-level 3 a loop over them would keep them in memory.

use super::quad::{self, Quad};

/// Lanes of a vector.
pub const LANES: usize = 16;

/// A vector.
pub type V = [Quad; 4];

/// A function of two quads on each of a vector's. No function that takes one: a debug build would call
/// it four times.
macro_rules! each {
    ($function:path, $a:expr, $b:expr) => {{
        let ([a, b, c, d], [e, f, g, h]) = ($a, $b);
        [$function(a, e), $function(b, f), $function(c, g), $function(d, h)]
    }};
}

/// Every lane the same.
#[inline(always)]
pub fn splat(x: f32) -> V {
    [quad::splat(x); 4]
}

/// From memory.
#[inline(always)]
pub fn load(x: &[f32; LANES]) -> V {
    let x = x.as_chunks().0;
    [quad::load(&x[0]), quad::load(&x[1]), quad::load(&x[2]), quad::load(&x[3])]
}

/// The first lanes from memory, noughts behind.
#[inline(always)]
pub fn load_first(x: &[f32]) -> V {
    let mut v = [0.0; LANES];
    v[..x.len()].copy_from_slice(x);
    load(&v)
}

/// To memory.
#[inline(always)]
pub fn store(y: &mut [f32; LANES], x: V) {
    let y = y.as_chunks_mut().0;
    quad::store(&mut y[0], x[0]);
    quad::store(&mut y[1], x[1]);
    quad::store(&mut y[2], x[2]);
    quad::store(&mut y[3], x[3]);
}

/// The first lanes to memory.
#[inline(always)]
pub fn store_first(y: &mut [f32], x: V) {
    y.copy_from_slice(&array(x)[..y.len()]);
}

/// The first `count` lanes to memory, noughts behind.
#[inline(always)]
pub fn store_zeroed(y: &mut [f32; LANES], x: V, count: usize) {
    *y = array(x);
    y[count..].fill(0.0);
}

/// As an array.
#[inline(always)]
pub fn array(x: V) -> [f32; LANES] {
    let mut y = [0.0; LANES];
    store(&mut y, x);
    y
}

/// From an array.
#[inline(always)]
pub fn of(x: [f32; LANES]) -> V {
    load(&x)
}

/// `a * b + c`, rounded twice.
#[inline(always)]
pub fn mul_add(a: V, b: V, c: V) -> V {
    add(mul(a, b), c)
}

/// `a + b`.
#[inline(always)]
pub fn add(a: V, b: V) -> V {
    each!(quad::add, a, b)
}

/// `a - b`.
#[inline(always)]
pub fn sub(a: V, b: V) -> V {
    each!(quad::sub, a, b)
}

/// `a * b`.
#[inline(always)]
pub fn mul(a: V, b: V) -> V {
    each!(quad::mul, a, b)
}

/// `a / b`.
#[inline(always)]
pub fn div(a: V, b: V) -> V {
    each!(quad::div, a, b)
}

/// The larger one; NaN wins.
#[inline(always)]
pub fn max(acc: V, x: V) -> V {
    each!(quad::max, acc, x)
}

/// The larger one; NaN in `x` goes through.
#[inline(always)]
pub fn at_least(x: V, bound: V) -> V {
    each!(quad::at_least, x, bound)
}

/// The smaller one; NaN in `x` goes through.
#[inline(always)]
pub fn at_most(x: V, bound: V) -> V {
    each!(quad::at_most, x, bound)
}

/// `d` where `x` lies between `low` and `high` and is neither; 0 elsewhere, also where `x` is NaN.
#[inline(always)]
pub fn between(x: V, low: V, high: V, d: V) -> V {
    let (x, low, high, d) = (array(x), array(low), array(high), array(d));
    of(std::array::from_fn(|i| if x[i] > low[i] && x[i] < high[i] { d[i] } else { 0.0 }))
}

/// `d` where `x` and `y` are equal; 0 elsewhere.
#[inline(always)]
pub fn where_equal(x: V, y: V, d: V) -> V {
    let (x, y, d) = (array(x), array(y), array(d));
    of(std::array::from_fn(|i| if x[i] == y[i] { d[i] } else { 0.0 }))
}

/// The sum of all lanes: the upper half is added to the lower one, four times.
#[inline(always)]
pub fn sum([a, b, c, d]: V) -> f32 {
    let mut x = [0.0; 4];
    quad::store(&mut x, quad::add(quad::add(a, c), quad::add(b, d)));
    (x[0] + x[2]) + (x[1] + x[3])
}

/// A step of interleaving `K` vectors: vector `Y` of the list of their first lanes, then their second
/// ones, and so on. Lanes that vector `X` has in it come from `x`, the others from `y`: for `X = 1` from
/// vector 0, then from the step before.
#[inline]
pub fn interleave<const K: usize, const Y: usize, const X: usize>(y: V, x: V) -> V {
    let (y, x) = (array(y), array(x));
    let mut z = y;
    for (i, z) in z.iter_mut().enumerate() {
        let at = Y * LANES + i;
        if at % K == X {
            *z = x[at / K];
        } else if X == 1 {
            *z = y[at / K];
        }
    }
    of(z)
}
