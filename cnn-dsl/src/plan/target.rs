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

    /// The runtime's name of the set that must be detected; none where every processor has it.
    pub fn variant(self) -> Option<&'static str> {
        match self {
            Self::Portable => None,
            Self::Avx2 => Some("Avx2"),
            Self::Avx512 => Some("Avx512"),
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

    /// Registers for vectors. A portable vector is four of the least that a target has.
    pub fn registers(self) -> usize {
        match self {
            Self::Portable | Self::Avx2 => 16,
            Self::Avx512 => 32,
        }
    }

    /// Accumulators that a tile over x may have at most; of a portable one each is four registers.
    pub fn columns(self) -> usize {
        match self {
            Self::Portable => 3,
            Self::Avx2 => 12,
            Self::Avx512 => 16,
        }
    }

    /// Tiles to choose from, as so many vectors of filters and at most so many pixels: `(vectors,
    /// pixels)`. Accumulators, one vector of filters each and a pixel leave one register free, for
    /// LLVM keeps an accumulator on the stack otherwise. A portable vector is four registers of
    /// sixteen.
    pub fn tiles(self) -> &'static [(usize, usize)] {
        match self {
            Self::Portable => &[(1, 2)],
            Self::Avx2 => &[(2, 6)],
            Self::Avx512 => &[(2, 14), (3, 9), (1, 28)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Isa;

    /// Registers of an instruction set, and how many one of its vectors is.
    fn registers(isa: Isa) -> (usize, usize) {
        match isa {
            Isa::Portable => (16, 4),
            Isa::Avx2 => (16, 1),
            Isa::Avx512 => (32, 1),
        }
    }

    #[test]
    fn tiles_leave_a_register_free() {
        for isa in Isa::ALL {
            let (registers, of_vector) = registers(isa);
            for &(vectors, pixels) in isa.tiles() {
                let taken = (pixels * vectors + vectors) * of_vector + 1;
                assert!(taken < registers, "{isa:?}: {vectors}x{pixels} takes {taken}");
            }
        }
    }
}
