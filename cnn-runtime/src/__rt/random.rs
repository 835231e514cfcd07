//! The random zeroes of `dropout` and `drop_path`.
//!
//! Element `e` of layer `l` of sample `i` of a batch is zeroed where the upper half of output `e` of
//! [`SplitMix64`] is below the layer's threshold. The generator is a counter and a mixing function, so
//! any output costs the same. It starts at `m(m(m(m(seed) ^ step) ^ i) ^ l)`, `m(x)` being the first
//! output of the one started at `x`: neither threads, nor slots, nor what ran before has a part in it.

use cnn_weights::SplitMix64;

/// What a sample's random numbers depend on: 16 bits of a key a number, exact in `f32`, then 1 in
/// training and 0 where nothing is random.
pub type Draw = [f32; 5];

/// Bits of a number of the key.
const BITS: usize = 16;

/// Writes a sample's draw: by seed and step, or nothing random.
///
/// # Panics
/// When the place is not a [`Draw`]'s.
pub fn write(to: &mut [f32], draw: Option<(u64, u64)>, sample: u64) {
    let to: &mut Draw = super::fixed_mut(to);
    let (seed, step) = draw.unwrap_or_default();
    let key = mixed(mixed(mixed(seed) ^ step) ^ sample);
    let [key_parts @ .., on] = to;
    for (part, number) in key_parts.iter_mut().enumerate() {
        *number = f32::from((key >> (part * BITS)) as u16);
    }
    *on = if draw.is_some() { 1.0 } else { 0.0 };
}

fn mixed(x: u64) -> u64 {
    SplitMix64(x).next_u64()
}

/// The zeroes of one layer in one sample.
#[derive(Debug, Clone, Copy)]
pub struct Mask {
    stream: SplitMix64,
    zeroes: u64,
    scale: f32,
}

impl Mask {
    /// The mask of a layer: `zeroes` of 2^32 numbers mean a zero, all else is multiplied by `scale`.
    pub fn new(draw: &Draw, layer: u64, zeroes: u64, scale: f32) -> Self {
        let [key @ .., on] = draw;
        let numbers = key.iter().rev().map(|&number| number as u64);
        let key = numbers.fold(0, |key, number| key << BITS | number);
        let (zeroes, scale) = if *on == 0.0 { (0, 1.0) } else { (zeroes, scale) };
        Self { stream: SplitMix64(mixed(key ^ layer)), zeroes, scale }
    }

    /// What an element is multiplied by.
    #[inline(always)]
    pub fn factor(&self, element: usize) -> f32 {
        let random = self.stream.output(element as u64) >> 32;
        if random < self.zeroes { 0.0 } else { self.scale }
    }

    /// What elements from `first` on are multiplied by.
    #[inline(always)]
    pub fn factors<const N: usize>(&self, first: usize) -> [f32; N] {
        std::array::from_fn(|lane| self.factor(first + lane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 1 << 16;

    fn mask(seed: u64, step: u64, sample: u64, layer: u64) -> Vec<bool> {
        let mut draw = [f32::NAN; 5];
        write(&mut draw, Some((seed, step)), sample);
        // 3 of 10.
        let mask = Mask::new(&draw, layer, 1_288_490_189, 1.0);
        (0..COUNT).map(|element| mask.factor(element) == 0.0).collect()
    }

    /// Of n elements a share of 0.3 is zeroed, and of neighbours, and of two masks that differ in one
    /// counter, 0.09 at the same place; each within 4.5 standard deviations, which a run in 150,000
    /// leaves.
    #[test]
    fn zeroes_are_as_many_as_asked_for_and_independent() {
        let share = |zero: &dyn Fn(usize) -> bool, expected: f64| {
            let count = (0..COUNT - 64).filter(|&e| zero(e)).count() as f64;
            let n = (COUNT - 64) as f64;
            let deviation = (n * expected * (1.0 - expected)).sqrt();
            assert!((count - n * expected).abs() < 4.5 * deviation, "{count} of {n}");
        };
        let first = mask(1, 2, 3, 4);
        share(&|e| first[e], 0.3);
        for distance in [1, 2, 7, 16, 64] {
            share(&|e| first[e] && first[e + distance], 0.09);
        }
        for other in [mask(2, 2, 3, 4), mask(1, 3, 3, 4), mask(1, 2, 4, 4), mask(1, 2, 3, 5)] {
            share(&|e| other[e], 0.3);
            share(&|e| first[e] && other[e], 0.09);
        }
        assert_eq!(first, mask(1, 2, 3, 4));
    }

    #[test]
    fn nothing_is_zeroed_in_inference() {
        let mut draw = [f32::NAN; 5];
        write(&mut draw, None, 3);
        let mask = Mask::new(&draw, 0, u64::from(u32::MAX), 7.0);
        assert!((0..COUNT).all(|element| mask.factor(element) == 1.0));
        assert_eq!(mask.factors::<4>(0), [1.0; 4]);
    }
}
