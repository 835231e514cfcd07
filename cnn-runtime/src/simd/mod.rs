//! Vectors of neighbouring `f32`s, one module an instruction set, all with the same names.
//!
//! In: fixed-size arrays. Out: what kernels do with registers. Together with the thread pool the
//! only place with `unsafe`: loads and stores through pointers, and the entry into functions that
//! need a feature, for which an [`InstructionSet`] is the proof that the processor has it.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
mod burst;
#[cfg(test)]
mod checks;
pub mod portable;
mod quad;

pub use burst::burst;

mod bytes;
pub use bytes::floats;

use std::fmt;

/// The instructions that a model's kernels use, chosen once a net: the widest set that the processor
/// has, or the one asked for by `net.use_instruction_set(set)`.
///
/// A value of a set is the proof that the processor has it: there is no other way to one than
/// [`available`](InstructionSet::available) and [`widest`](InstructionSet::widest).
///
/// ```
/// use cnn_runtime::InstructionSet;
///
/// cnn_runtime::cnn! { model Small { input 4x4x1; conv 3x3, 2, relu; flatten; dense 2; } }
///
/// let mut net = Small::init(1);
/// for set in InstructionSet::available() {
///     let [a, b] = net.use_instruction_set(set).predict(&[[[0.5]; 4]; 4]);
///     println!("{set}: {a} {b}");     // equal but for rounding
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstructionSet {
    /// What every processor of the target has.
    Portable,
    /// AVX2 and FMA: sixteen registers of eight lanes.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Proof),
    /// AVX-512 F, VL, DQ and BW: thirty-two registers of sixteen lanes.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Proof),
}

impl InstructionSet {
    /// Every set that this processor has, the widest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut sets = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            sets.extend(avx512::Proof::detect().map(Self::Avx512));
            sets.extend(avx2::Proof::detect().map(Self::Avx2));
        }
        sets.push(Self::Portable);
        sets
    }

    /// The widest that this processor has.
    #[must_use]
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(proof) = avx512::Proof::detect() {
                return Self::Avx512(proof);
            }
            if let Some(proof) = avx2::Proof::detect() {
                return Self::Avx2(proof);
            }
        }
        Self::Portable
    }
}

/// The instruction sets that a model has kernels for, beside the portable one.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Sets {
    avx2: bool,
    avx512: bool,
}

impl Sets {
    /// The portable one alone.
    #[must_use]
    pub const fn none() -> Self {
        Self { avx2: false, avx512: false }
    }

    /// The portable one, which is always there.
    #[must_use]
    pub const fn portable(self) -> Self {
        self
    }

    /// AVX2 too.
    #[must_use]
    pub const fn avx2(self) -> Self {
        Self { avx2: true, ..self }
    }

    /// AVX-512 too.
    #[must_use]
    pub const fn avx512(self) -> Self {
        Self { avx512: true, ..self }
    }

    /// The widest of them that is no wider than `set`.
    pub(crate) fn widest_within(self, set: InstructionSet) -> InstructionSet {
        match set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(_) if self.avx512 => set,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(proof) if self.avx2 => InstructionSet::Avx2(proof.avx2()),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2(_) if self.avx2 => set,
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(_) | InstructionSet::Avx2(_) => InstructionSet::Portable,
            InstructionSet::Portable => set,
        }
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
        })
    }
}

/// Calls a function that needs the features of which the first argument is the proof.
///
/// The function must be safe but for its features: every emitted one is.
#[cfg(target_arch = "x86_64")]
#[doc(hidden)]
#[macro_export]
macro_rules! __enter {
    ($proof:expr, $function:ident($($argument:expr),*)) => {{
        let _ = $proof;
        // SAFETY: the proof exists only where the features were detected.
        unsafe { $function($($argument),*) }
    }};
}

#[cfg(test)]
mod tests {
    use super::portable;

    /// Interleaves one to three vectors of 0, 1, 2, ..., and sums one.
    macro_rules! check {
        ($v:ident, $name:ident $(, $feature:literal)?) => {
            $(#[target_feature(enable = $feature)])?
            fn $name() {
                let all: Vec<f32> = (0u16..).take(3 * $v::LANES).map(f32::from).collect();
                let of = |k: usize, x: usize| {
                    $v::of(std::array::from_fn(|i| all[i * k + x]))
                };
                let two = (of(2, 0), of(2, 1));
                let first = $v::interleave::<2, 0, 1>(two.0, two.1);
                assert_eq!($v::array(first), all[..$v::LANES]);
                let second = $v::interleave::<2, 1, 1>(two.0, two.1);
                assert_eq!($v::array(second), all[$v::LANES..2 * $v::LANES]);
                let three = (of(3, 0), of(3, 1), of(3, 2));
                let first = $v::interleave::<3, 0, 1>(three.0, three.1);
                let first = $v::interleave::<3, 0, 2>(first, three.2);
                assert_eq!($v::array(first), all[..$v::LANES]);
                let second = $v::interleave::<3, 1, 1>(three.0, three.1);
                let second = $v::interleave::<3, 1, 2>(second, three.2);
                assert_eq!($v::array(second), all[$v::LANES..2 * $v::LANES]);
                let third = $v::interleave::<3, 2, 1>(three.0, three.1);
                let third = $v::interleave::<3, 2, 2>(third, three.2);
                assert_eq!($v::array(third), all[2 * $v::LANES..]);
                let sum = all[..$v::LANES].iter().sum::<f32>();
                assert_eq!($v::sum(of(1, 0)), sum);
            }
        };
    }

    check!(portable, portable);
    #[cfg(target_arch = "x86_64")]
    use super::{avx2, avx512};
    #[cfg(target_arch = "x86_64")]
    check!(avx2, eight, "avx2,fma");
    #[cfg(target_arch = "x86_64")]
    check!(avx512, sixteen, "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma");

    #[test]
    fn vectors_are_interleaved_and_summed() {
        portable();
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(proof) = avx2::Proof::detect() {
                crate::__enter!(proof, eight());
            }
            if let Some(proof) = avx512::Proof::detect() {
                crate::__enter!(proof, sixteen());
            }
        }
    }
}
