//! Sixteen lanes in an array, which LLVM keeps in registers of what the target has. A product and a
//! sum are rounded apart.

/// Lanes of a vector.
pub const LANES: usize = 16;

/// A vector.
pub type V = [f32; LANES];

/// Every lane the same.
#[inline(always)]
pub fn splat(x: f32) -> V {
    [x; LANES]
}

/// From memory.
#[inline(always)]
pub fn load(x: &[f32; LANES]) -> V {
    *x
}

/// The first lanes from memory, noughts behind.
#[inline(always)]
pub fn load_first(x: &[f32]) -> V {
    let mut v = [0.0; LANES];
    v[..x.len()].copy_from_slice(x);
    v
}

/// To memory.
#[inline(always)]
pub fn store(y: &mut [f32; LANES], x: V) {
    *y = x;
}

/// The first lanes to memory.
#[inline(always)]
pub fn store_first(y: &mut [f32], x: V) {
    y.copy_from_slice(&x[..y.len()]);
}

/// The first `count` lanes to memory, noughts behind.
#[inline(always)]
pub fn store_zeroed(y: &mut [f32; LANES], x: V, count: usize) {
    *y = x;
    y[count..].fill(0.0);
}

/// As an array.
#[inline(always)]
pub fn array(x: V) -> [f32; LANES] {
    x
}

/// From an array.
#[inline(always)]
pub fn of(x: [f32; LANES]) -> V {
    x
}

/// `a * b + c`, rounded twice.
#[inline(always)]
pub fn mul_add(a: V, b: V, mut c: V) -> V {
    for i in 0..LANES {
        c[i] += a[i] * b[i];
    }
    c
}

/// `a + b`.
#[inline(always)]
pub fn add(mut a: V, b: V) -> V {
    for i in 0..LANES {
        a[i] += b[i];
    }
    a
}

/// `a * b`.
#[inline(always)]
pub fn mul(mut a: V, b: V) -> V {
    for i in 0..LANES {
        a[i] *= b[i];
    }
    a
}

/// `a / b`.
#[inline(always)]
pub fn div(mut a: V, b: V) -> V {
    for i in 0..LANES {
        a[i] /= b[i];
    }
    a
}

/// The larger one; NaN wins.
#[inline(always)]
pub fn max(mut acc: V, x: V) -> V {
    for i in 0..LANES {
        acc[i] = if x[i] > acc[i] || x[i].is_nan() { x[i] } else { acc[i] };
    }
    acc
}

/// The larger one; NaN in `x` goes through.
#[inline(always)]
pub fn at_least(x: V, bound: V) -> V {
    let mut y = x;
    for i in 0..LANES {
        y[i] = if x[i] < bound[i] { bound[i] } else { x[i] };
    }
    y
}

/// The smaller one; NaN in `x` goes through.
#[inline(always)]
pub fn at_most(x: V, bound: V) -> V {
    let mut y = x;
    for i in 0..LANES {
        y[i] = if x[i] > bound[i] { bound[i] } else { x[i] };
    }
    y
}
