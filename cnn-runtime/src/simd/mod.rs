//! Vectors of neighbouring `f32`s, one module an instruction set, all with the same names.
//!
//! In: fixed-size arrays. Out: what kernels do with registers. Together with the thread pool the
//! only place with `unsafe`: loads and stores through pointers, and the entry into functions that
//! need a feature, for which an [`InstructionSet`] is the proof that the processor has it.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
pub mod portable;

use std::fmt;

/// The instructions that a model's kernels use, chosen once a model.
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
    pub(crate) fn chosen() -> Self {
        let wanted = std::env::var("CNN_ISA").ok();
        let sets = Self::available();
        let named = sets.iter().find(|set| wanted.as_deref() == Some(&*set.to_string()));
        named.or(sets.first()).copied().unwrap_or(Self::Portable)
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
