//! Random numbers by a seed: for weights, and for whatever else in the project is random.

/// SplitMix64 (Steele, Lea and Flood 2014): a counter with a strong mixing function. Its sequence
/// stays the same in all versions.
///
/// ```
/// let mut stream = cnn_weights::SplitMix64(1_234_567);
/// assert_eq!(stream.next_u64(), 6_457_827_717_110_365_317);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitMix64(pub u64);

/// 2^64 over the golden ratio, made odd.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

impl SplitMix64 {
    /// The bits that come after `before` others, without drawing those.
    #[inline]
    pub fn output(&self, before: u64) -> u64 {
        Self(self.0.wrapping_add(before.wrapping_mul(INCREMENT))).next_u64()
    }

    /// The next 64 bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(INCREMENT);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number in `0..end`: the upper half of the product of `end` and the next 64 bits, by
    /// which some numbers are likelier than others by at most `end / 2^64`; 0 where `end` is.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next_u64()) * end as u128) >> 64) as usize
    }

    /// The upper 24 of the next bits as a number in `-1.0..1.0`, a multiple of 2^-23: exact in `f32`.
    pub fn next_signed_unit(&mut self) -> f32 {
        let bits = (self.next_u64() >> 40) as i32;
        (bits - (1 << 23)) as f32 / (1 << 23) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    /// The reference implementation's sequence for the seed 1234567 (Rosetta Code, "Pseudo-random
    /// numbers/Splitmix64").
    #[test]
    fn splitmix64_gives_its_published_sequence() {
        let mut stream = SplitMix64(1_234_567);
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!([(); 5].map(|()| stream.next_u64()), published);
        let start = SplitMix64(1_234_567);
        assert_eq!([0, 1, 2, 3, 4].map(|before| start.output(before)), published);
    }

    /// The same five numbers times 10, over 2^64, rounded down.
    #[test]
    fn numbers_below_an_end_are_the_upper_half_of_a_product() {
        let mut stream = SplitMix64(1_234_567);
        assert_eq!([(); 5].map(|()| stream.below(10)), [3, 1, 5, 2, 8]);
        assert_eq!(stream.below(0), 0);
    }
}
