//! Every instruction set that the processor has: the same lanes, and nothing beside the memory given.
//!
//! Memory is on the heap and exactly as long as it needs to be: a checker of memory sees a lane too
//! many.

use super::InstructionSet;

/// Lanes that differ, of both signs.
fn lanes(count: usize) -> Box<[f32]> {
    (0..count).map(|i| (i as f32 - 3.0) * 1.25).collect()
}

/// `2^-12` beside 1: its square is lost where the product is rounded before the sum.
const TINY: f32 = 1.0 / 4096.0;

/// The checks of one instruction set: one function, which has the features.
macro_rules! checks {
    ($set:ident, $fused:expr $(, $attribute:meta)*) => {
        $(#[$attribute])*
        fn $set() {
            use super::$set as v;
            let whole = lanes(v::LANES);
            let all = whole.first_chunk().unwrap();
            let x = v::load(all);
            assert_eq!(v::array(x), *all);
            assert_eq!(v::array(v::of(*all)), *all);
            assert_eq!(v::array(v::splat(2.5)), [2.5; v::LANES]);
            let mut whole = vec![9.0; v::LANES].into_boxed_slice();
            v::store(whole.first_chunk_mut().unwrap(), x);
            assert_eq!(*whole, *all);

            for count in 0..=v::LANES {
                let some = v::array(v::load_first(&lanes(count)));
                assert_eq!(some[..count], all[..count]);
                assert!(some[count..].iter().all(|&x| x == 0.0));
                let mut some = vec![9.0; count].into_boxed_slice();
                v::store_first(&mut some, x);
                assert_eq!(*some, all[..count]);
                let mut zeroed = [9.0; v::LANES];
                v::store_zeroed(&mut zeroed, x, count);
                assert_eq!(zeroed[..count], all[..count]);
                assert!(zeroed[count..].iter().all(|&x| x == 0.0));
            }

            let y = v::splat(-1.5);
            assert_eq!(v::array(v::add(x, y)), all.map(|x| x - 1.5));
            assert_eq!(v::array(v::sub(x, y)), all.map(|x| x + 1.5));
            assert_eq!(v::array(v::mul(x, y)), all.map(|x| x * -1.5));
            assert_eq!(v::array(v::mul_add(x, y, v::splat(8.0))), all.map(|x| 8.0 - x * 1.5));
            assert_eq!(v::array(v::at_least(x, y)), all.map(|x| x.max(-1.5)));
            assert_eq!(v::array(v::at_most(x, y)), all.map(|x| x.min(-1.5)));
            let nan = v::splat(f32::NAN);
            assert!(v::array(v::at_least(nan, y)).iter().all(|x| x.is_nan()));
            assert!(v::array(v::at_most(nan, y)).iter().all(|x| x.is_nan()));

            let near = v::splat(1.0 + TINY);
            let square = v::mul_add(near, near, v::splat(-1.0 - 2.0 * TINY));
            let rest = if $fused { TINY * TINY } else { 0.0 };
            assert_eq!(v::array(square), [rest; v::LANES]);
        }
    };
}

checks!(portable, false);
#[cfg(target_arch = "x86_64")]
checks!(avx2, true, target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
checks!(avx512, true, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"));

#[test]
fn every_set_has_the_same_lanes() {
    for set in InstructionSet::available() {
        match set {
            InstructionSet::Portable => portable(),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2(proof) => crate::__enter!(proof, avx2()),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(proof) => crate::__enter!(proof, avx512()),
        }
    }
}

#[test]
fn the_widest_is_the_first() {
    assert_eq!(InstructionSet::available().first(), Some(&InstructionSet::widest()));
    assert_eq!(InstructionSet::available().last(), Some(&InstructionSet::Portable));
}
