//! Instruction sets that kernels are made for.

/// An instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Isa {
    /// What every processor of the target has.
    Portable,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
}

impl Isa {
    /// Every one, from the narrowest.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Its name, also that of its module in the runtime.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// What `#[target_feature]` enables.
    pub fn features(self) -> Option<&'static str> {
        match self {
            Self::Portable => None,
            Self::Avx2 => Some("avx2,fma"),
            Self::Avx512 => Some("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"),
        }
    }

    /// `f32`s in a vector.
    pub fn lanes(self) -> usize {
        match self {
            Self::Portable | Self::Avx512 => 16,
            Self::Avx2 => 8,
        }
    }

    /// Accumulators that a tile may have beside its weights and a pixel, as rows of at most so many
    /// vectors: `(vectors, pixels)`. A portable vector is four registers of sixteen.
    pub fn tiles(self) -> &'static [(usize, usize)] {
        match self {
            Self::Portable => &[(1, 2)],
            Self::Avx2 => &[(2, 6)],
            Self::Avx512 => &[(2, 14), (4, 7), (3, 9), (1, 28)],
        }
    }
}
