//! Samples that can be learnt: points around a centre a class, by a formula.

use cnn_runtime::data::{DataError, Dataset, Draw};
use cnn_weights::SplitMix64;

/// `len` vectors of `features` numbers in `classes` classes, which take turns.
#[derive(Debug, Clone)]
pub struct Clusters {
    /// How many samples there are.
    pub len: usize,
    /// Numbers of a sample.
    pub features: usize,
    /// Numbers of a target.
    pub classes: usize,
    /// How far samples are from their centres, which are in -1..1.
    pub spread: f32,
}

impl Dataset for Clusters {
    fn len(&self) -> usize {
        self.len
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, self.features]
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        if index >= self.len {
            return Err(DataError::Index { index, len: self.len });
        }
        let class = index % self.classes;
        let mut centre = SplitMix64(class as u64);
        let mut own = SplitMix64(1_000 + index as u64);
        // An augmentation: a little noise that changes from epoch to epoch.
        let mut noise = draw.map(|draw| SplitMix64(draw.seed ^ (draw.epoch << 32) ^ index as u64));
        for x in image {
            *x = centre.next_signed_unit() + self.spread * own.next_signed_unit();
            *x += noise.as_mut().map_or(0.0, |noise| 0.05 * noise.next_signed_unit());
        }
        target.fill(0.0);
        target[class] = 1.0;
        Ok(())
    }
}
