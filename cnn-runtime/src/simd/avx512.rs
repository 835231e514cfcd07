//! AVX-512: sixteen lanes, masked loads and stores.

use std::arch::x86_64::*;
use std::ptr;

/// Lanes of a vector.
pub const LANES: usize = 16;

/// A vector.
pub type V = __m512;

// Under these names std's own functions: a debug build would call a function of ours, and that std's.
#[doc(inline)]
pub use std::arch::x86_64::{
    _mm512_add_ps as add, _mm512_div_ps as div, _mm512_fmadd_ps as mul_add, _mm512_mul_ps as mul,
    _mm512_sub_ps as sub,
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
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }

    /// A processor with these features has those of AVX2.
    pub(super) fn avx2(self) -> super::avx2::Proof {
        super::avx2::Proof::of_avx512(self)
    }
}

/// Every lane the same. In a debug build std's function for this vector stores it in pieces of four and waits
/// until it can load the whole; its shuffle does not.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn splat(x: f32) -> V {
    _mm512_broadcastss_ps(_mm_set1_ps(x))
}

/// From memory.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn load(x: &[f32; LANES]) -> V {
    // SAFETY: the array has as many elements as the vector, of which any bits are one; packed needs no
    // alignment.
    unsafe { (*ptr::from_ref(x).cast::<Packed>()).0 }
}

/// The first lanes from memory, noughts behind.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn load_first(x: &[f32]) -> V {
    // SAFETY: lanes past the slice's end are masked, and masked lanes are not read.
    unsafe { _mm512_maskz_loadu_ps(first(x.len()), x.as_ptr()) }
}

/// To memory.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn store(y: &mut [f32; LANES], x: V) {
    // SAFETY: the array has as many elements as the vector; packed needs no alignment.
    unsafe { (*ptr::from_mut(y).cast::<Packed>()).0 = x }
}

/// The first lanes to memory.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn store_first(y: &mut [f32], x: V) {
    // SAFETY: lanes past the slice's end are masked, and masked lanes are not written.
    unsafe { _mm512_mask_storeu_ps(y.as_mut_ptr(), first(y.len()), x) }
}

/// The first `count` lanes to memory, noughts behind.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn store_zeroed(y: &mut [f32; LANES], x: V, count: usize) {
    let x = _mm512_maskz_mov_ps(first(count), x);
    store(y, x);
}

/// As an array.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn array(x: V) -> [f32; LANES] {
    let mut y = [0.0; LANES];
    store(&mut y, x);
    y
}

/// From an array.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn of(x: [f32; LANES]) -> V {
    load(&x)
}

/// The larger one; NaN wins.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn max(acc: V, x: V) -> V {
    // The instruction gives its second operand where one is NaN: that passes a NaN of `x` on, and the
    // blend one of `acc`.
    let larger = _mm512_max_ps(acc, x);
    _mm512_mask_mov_ps(larger, _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(acc, acc), acc)
}

/// The larger one; NaN in `x` goes through: the instruction gives its second operand then.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn at_least(x: V, bound: V) -> V {
    _mm512_max_ps(bound, x)
}

/// The smaller one; NaN in `x` goes through, likewise.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn at_most(x: V, bound: V) -> V {
    _mm512_min_ps(bound, x)
}

/// `d` where `x` lies between `low` and `high` and is neither; 0 elsewhere, also where `x` is NaN.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn between(x: V, low: V, high: V, d: V) -> V {
    let inside = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, low);
    _mm512_maskz_mov_ps(_mm512_mask_cmp_ps_mask::<_CMP_LT_OQ>(inside, x, high), d)
}

/// `d` where `x` and `y` are equal; 0 elsewhere.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn where_equal(x: V, y: V, d: V) -> V {
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(x, y), d)
}

/// The sum of all lanes: the upper half is added to the lower one, four times.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn sum(x: V) -> f32 {
    let x = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps::<1>(x));
    super::avx2::sum(x)
}

/// A step of interleaving `K` vectors: vector `Y` of the list of their first lanes, then their second
/// ones, and so on. Lanes that vector `X` has in it come from `x`, the others from `y`: for `X = 1` from
/// vector 0, then from the step before.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub fn interleave<const K: usize, const Y: usize, const X: usize>(y: V, x: V) -> V {
    _mm512_permutex2var_ps(y, integers(&Interleaved::<K, Y, X>::LANES), x)
}

/// The lanes of [`interleave`]'s result: of `y`, or from 16 on of `x`.
struct Interleaved<const K: usize, const Y: usize, const X: usize>;

impl<const K: usize, const Y: usize, const X: usize> Interleaved<K, Y, X> {
    const LANES: [i32; LANES] = {
        let mut lanes = [0; LANES];
        let mut i = 0;
        while i < LANES {
            let at = Y * LANES + i;
            lanes[i] = match (at % K == X, X) {
                (true, _) => LANES + at / K,
                (false, 1) => at / K,
                (false, _) => i,
            } as i32;
            i += 1;
        }
        lanes
    };
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn integers(x: &[i32; LANES]) -> __m512i {
    // SAFETY: the array has as many elements as the vector; the load needs no alignment.
    unsafe { _mm512_loadu_si512(x.as_ptr().cast()) }
}

/// A mask of the first lanes; all of them where there are more.
#[inline]
fn first(count: usize) -> __mmask16 {
    if count >= LANES { __mmask16::MAX } else { (1 << count) - 1 }
}
