//! The rate that kernels are measured against: multiply-adds that wait for nothing but the unit.
//!
//! In: an instruction set and a number of rounds. Out: how many multiply-adds that were; the caller
//! holds the clock. As many chains run side by side as hide the latency and fit into registers.

use crate::simd::InstructionSet;
use std::hint::black_box;

/// One function an instruction set.
macro_rules! burst {
    ($set:ident, $($(#[$attribute:meta])+)?, $($chain:ident)*) => {
        $($(#[$attribute])+)?
        fn $set(rounds: u64) -> u64 {
            use crate::simd::$set as v;
            let (x, y) = (v::splat(black_box(0.999_999)), v::splat(black_box(1e-7)));
            $(let mut $chain = v::splat(black_box(1.0));)*
            for _ in 0..rounds {
                $($chain = v::mul_add($chain, x, y);)*
            }
            let mut lanes = 0;
            $(lanes += black_box(v::array($chain)).len() as u64;)*
            rounds * lanes
        }
    };
}

burst!(portable, , a b c);
#[cfg(target_arch = "x86_64")]
burst!(avx2, #[target_feature(enable = "avx2,fma")], a b c d e f g h i j k l);
#[cfg(target_arch = "x86_64")]
burst!(
    avx512,
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")],
    a b c d e f g h i j k l
);

/// Runs so many rounds of multiply-adds on registers; gives their number.
#[must_use]
pub fn burst(set: InstructionSet, rounds: u64) -> u64 {
    match set {
        InstructionSet::Portable => portable(rounds),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2(proof) => crate::__enter!(proof, avx2(rounds)),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512(proof) => crate::__enter!(proof, avx512(rounds)),
    }
}

#[cfg(test)]
mod tests {
    use super::burst;
    use crate::simd::InstructionSet;

    #[test]
    fn every_lane_of_every_chain_is_counted() {
        for set in InstructionSet::available() {
            let chains_and_lanes = match set {
                InstructionSet::Portable => 3 * 16,
                #[cfg(target_arch = "x86_64")]
                InstructionSet::Avx2(_) => 12 * 8,
                #[cfg(target_arch = "x86_64")]
                InstructionSet::Avx512(_) => 12 * 16,
            };
            assert_eq!(burst(set, 5), 5 * chains_and_lanes, "{set}");
        }
    }
}
