//! AVX2 and FMA: eight lanes.

use std::arch::x86_64::*;
use std::ptr;

/// Lanes of a vector.
pub const LANES: usize = 8;

/// A vector.
pub type V = __m256;

// Under these names std's own functions: a debug build would call a function of ours, and that std's.
#[doc(inline)]
pub use std::arch::x86_64::{
    _mm256_add_ps as add, _mm256_div_ps as div, _mm256_fmadd_ps as mul_add, _mm256_mul_ps as mul,
    _mm256_sub_ps as sub,
};

/// A vector at any address. To look through it is one instruction in every build; std's loads and
/// stores copy through the stack in builds with debug assertions, which look at the pointers first.
#[repr(C, packed)]
struct Packed(V);

/// Proof that the processor has the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    /// The proof, if this processor and its system can.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }

    /// Those of AVX-512 include these.
    pub(super) fn of_avx512(_: super::avx512::Proof) -> Self {
        Self(())
    }
}

/// Every lane the same. In a debug build std's function for this vector stores it in pieces of four and waits
/// until it can load the whole; its shuffle does not.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn splat(x: f32) -> V {
    _mm256_broadcastss_ps(_mm_set1_ps(x))
}

/// From memory.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn load(x: &[f32; LANES]) -> V {
    // SAFETY: the array has as many elements as the vector, of which any bits are one; packed needs no
    // alignment.
    unsafe { (*ptr::from_ref(x).cast::<Packed>()).0 }
}

/// The first lanes from memory, noughts behind.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn load_first(x: &[f32]) -> V {
    let mut v = [0.0; LANES];
    v[..x.len()].copy_from_slice(x);
    load(&v)
}

/// To memory.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn store(y: &mut [f32; LANES], x: V) {
    // SAFETY: the array has as many elements as the vector; packed needs no alignment.
    unsafe { (*ptr::from_mut(y).cast::<Packed>()).0 = x }
}

/// The first lanes to memory.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn store_first(y: &mut [f32], x: V) {
    y.copy_from_slice(&array(x)[..y.len()]);
}

/// The first `count` lanes to memory, noughts behind.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn store_zeroed(y: &mut [f32; LANES], x: V, count: usize) {
    let mut array = array(x);
    array[count..].fill(0.0);
    *y = array;
}

/// As an array.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn array(x: V) -> [f32; LANES] {
    let mut y = [0.0; LANES];
    store(&mut y, x);
    y
}

/// From an array.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn of(x: [f32; LANES]) -> V {
    load(&x)
}

/// The larger one; NaN wins.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn max(acc: V, x: V) -> V {
    // The instruction gives its second operand where one is NaN: that passes a NaN of `x` on, and the
    // blend one of `acc`.
    let larger = _mm256_max_ps(acc, x);
    _mm256_blendv_ps(larger, acc, _mm256_cmp_ps::<_CMP_UNORD_Q>(acc, acc))
}

/// The larger one; NaN in `x` goes through: the instruction gives its second operand then.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn at_least(x: V, bound: V) -> V {
    _mm256_max_ps(bound, x)
}

/// The smaller one; NaN in `x` goes through, likewise.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn at_most(x: V, bound: V) -> V {
    _mm256_min_ps(bound, x)
}

/// `d` where `x` lies between `low` and `high` and is neither; 0 elsewhere, also where `x` is NaN.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn between(x: V, low: V, high: V, d: V) -> V {
    let inside =
        _mm256_and_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(x, low), _mm256_cmp_ps::<_CMP_LT_OQ>(x, high));
    _mm256_and_ps(inside, d)
}

/// `d` where `x` and `y` are equal; 0 elsewhere.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn where_equal(x: V, y: V, d: V) -> V {
    _mm256_and_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(x, y), d)
}

/// The sum of all lanes: the upper half is added to the lower one, three times.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn sum(x: V) -> f32 {
    let x = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
    let x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)))
}

/// A step of interleaving `K` vectors: vector `Y` of the list of their first lanes, then their second
/// ones, and so on. Lanes that vector `X` has in it come from `x`, the others from `y`: for `X = 1` from
/// vector 0, then from the step before.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn interleave<const K: usize, const Y: usize, const X: usize>(y: V, x: V) -> V {
    let lanes = integers(&Interleaved::<K, Y, X>::LANES);
    let y = if X == 1 { _mm256_permutevar8x32_ps(y, lanes) } else { y };
    let from = _mm256_castsi256_ps(integers(&Interleaved::<K, Y, X>::FROM));
    _mm256_blendv_ps(y, _mm256_permutevar8x32_ps(x, lanes), from)
}

/// The lanes of [`interleave`]'s operands, and a mask of those that come from `x`.
struct Interleaved<const K: usize, const Y: usize, const X: usize>;

impl<const K: usize, const Y: usize, const X: usize> Interleaved<K, Y, X> {
    const LANES: [i32; LANES] = {
        let mut lanes = [0; LANES];
        let mut i = 0;
        while i < LANES {
            lanes[i] = ((Y * LANES + i) / K) as i32;
            i += 1;
        }
        lanes
    };

    const FROM: [i32; LANES] = {
        let mut from = [0; LANES];
        let mut i = 0;
        while i < LANES {
            from[i] = if (Y * LANES + i) % K == X { -1 } else { 0 };
            i += 1;
        }
        from
    };
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn integers(x: &[i32; LANES]) -> __m256i {
    // SAFETY: the array has as many elements as the vector; the load needs no alignment.
    unsafe { _mm256_loadu_si256(x.as_ptr().cast()) }
}
