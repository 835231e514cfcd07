//! Four lanes, as every processor of the target has them.

#[cfg(target_arch = "x86_64")]
pub use sse::*;

#[cfg(not(target_arch = "x86_64"))]
pub use arrays::*;

/// SSE is part of x86-64.
#[cfg(target_arch = "x86_64")]
mod sse {
    use std::arch::x86_64::*;
    use std::ptr;

    /// Four lanes.
    pub type Quad = __m128;

    /// Four lanes at any address; see the wider sets.
    #[repr(C, packed)]
    struct Packed(Quad);

    /// Every lane the same.
    #[inline(always)]
    pub fn splat(x: f32) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_set1_ps(x) }
    }

    /// From memory.
    #[inline(always)]
    pub fn load(x: &[f32; 4]) -> Quad {
        // SAFETY: the array has as many elements as the vector, of which any bits are one; packed needs
        // no alignment.
        unsafe { (*ptr::from_ref(x).cast::<Packed>()).0 }
    }

    /// To memory.
    #[inline(always)]
    pub fn store(y: &mut [f32; 4], x: Quad) {
        // SAFETY: the array has as many elements as the vector; packed needs no alignment.
        unsafe { (*ptr::from_mut(y).cast::<Packed>()).0 = x }
    }

    /// `a + b`.
    #[inline(always)]
    pub fn add(a: Quad, b: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_add_ps(a, b) }
    }

    /// `a - b`.
    #[inline(always)]
    pub fn sub(a: Quad, b: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_sub_ps(a, b) }
    }

    /// `a * b`.
    #[inline(always)]
    pub fn mul(a: Quad, b: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_mul_ps(a, b) }
    }

    /// `a / b`.
    #[inline(always)]
    pub fn div(a: Quad, b: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_div_ps(a, b) }
    }

    /// The larger one; NaN wins.
    #[inline(always)]
    pub fn max(acc: Quad, x: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE. The instruction gives its second operand where one
        // is NaN; that passes a NaN of `acc` on, and the mask one of `x`.
        unsafe {
            let nan = _mm_cmpunord_ps(x, x);
            _mm_or_ps(_mm_and_ps(nan, x), _mm_andnot_ps(nan, _mm_max_ps(x, acc)))
        }
    }

    /// The larger one; NaN in `x` goes through: the instruction gives its second operand then.
    #[inline(always)]
    pub fn at_least(x: Quad, bound: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_max_ps(bound, x) }
    }

    /// The smaller one; NaN in `x` goes through, likewise.
    #[inline(always)]
    pub fn at_most(x: Quad, bound: Quad) -> Quad {
        // SAFETY: every x86-64 processor has SSE.
        unsafe { _mm_min_ps(bound, x) }
    }
}

/// Arrays, which LLVM keeps in registers where there are any.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "compiled to be checked here too"))]
mod arrays {
    /// Four lanes.
    pub type Quad = [f32; 4];

    /// Every lane the same.
    #[inline(always)]
    pub fn splat(x: f32) -> Quad {
        [x; 4]
    }

    /// From memory.
    #[inline(always)]
    pub fn load(x: &[f32; 4]) -> Quad {
        *x
    }

    /// To memory.
    #[inline(always)]
    pub fn store(y: &mut [f32; 4], x: Quad) {
        *y = x;
    }

    /// `a + b`.
    #[inline(always)]
    pub fn add(a: Quad, b: Quad) -> Quad {
        std::array::from_fn(|i| a[i] + b[i])
    }

    /// `a - b`.
    #[inline(always)]
    pub fn sub(a: Quad, b: Quad) -> Quad {
        std::array::from_fn(|i| a[i] - b[i])
    }

    /// `a * b`.
    #[inline(always)]
    pub fn mul(a: Quad, b: Quad) -> Quad {
        std::array::from_fn(|i| a[i] * b[i])
    }

    /// `a / b`.
    #[inline(always)]
    pub fn div(a: Quad, b: Quad) -> Quad {
        std::array::from_fn(|i| a[i] / b[i])
    }

    /// The larger one; NaN wins.
    #[inline(always)]
    pub fn max(acc: Quad, x: Quad) -> Quad {
        std::array::from_fn(|i| if x[i] > acc[i] || x[i].is_nan() { x[i] } else { acc[i] })
    }

    /// The larger one; NaN in `x` goes through.
    #[inline(always)]
    pub fn at_least(x: Quad, bound: Quad) -> Quad {
        std::array::from_fn(|i| if x[i] < bound[i] { bound[i] } else { x[i] })
    }

    /// The smaller one; NaN in `x` goes through.
    #[inline(always)]
    pub fn at_most(x: Quad, bound: Quad) -> Quad {
        std::array::from_fn(|i| if x[i] > bound[i] { bound[i] } else { x[i] })
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{arrays, sse};

    fn lanes(x: sse::Quad) -> [u32; 4] {
        let mut y = [0.0; 4];
        sse::store(&mut y, x);
        y.map(f32::to_bits)
    }

    /// Other targets than x86-64 compute the same bits.
    #[test]
    fn arrays_are_the_instructions_to_the_bit() {
        let bits = |x: arrays::Quad| x.map(f32::to_bits);
        let (x, y) = ([f32::NAN, -0.0, 7.0, -3.5], [1.0, 0.0, 6.0, 0.1]);
        for (x, y) in [(x, y), (y, x)] {
            let (a, b) = (sse::load(&x), sse::load(&y));
            assert_eq!(lanes(sse::add(a, b)), bits(arrays::add(x, y)));
            assert_eq!(lanes(sse::sub(a, b)), bits(arrays::sub(x, y)));
            assert_eq!(lanes(sse::mul(a, b)), bits(arrays::mul(x, y)));
            assert_eq!(lanes(sse::div(a, b)), bits(arrays::div(x, y)));
            assert_eq!(lanes(sse::max(a, b)), bits(arrays::max(x, y)));
            assert_eq!(lanes(sse::at_least(a, b)), bits(arrays::at_least(x, y)));
            assert_eq!(lanes(sse::at_most(a, b)), bits(arrays::at_most(x, y)));
        }
        assert_eq!(lanes(sse::splat(2.5)), bits(arrays::splat(2.5)));
        assert_eq!(lanes(sse::at_least(sse::load(&x), sse::load(&y)))[0], f32::NAN.to_bits());
    }
}
