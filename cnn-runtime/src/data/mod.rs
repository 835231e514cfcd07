//! Samples to train and to evaluate with.
//!
//! In: arrays of the program, files. Out: a [`Dataset`], which writes one image and its target at a
//! time. Deliberately absent: downloads, and an order of the samples, which is the training's.

#![forbid(unsafe_code)]

mod error;

pub use error::DataError;

/// Samples for training and evaluation: images, each with its target.
///
/// A data set is shared between threads, and any of them may read any sample at any time.
pub trait Dataset: Sync {
    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there is no sample.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Height, width and channels of every image; a vector of `n` numbers is `[1, 1, n]`.
    fn sizes(&self) -> [usize; 3];

    /// Numbers of a target: the classes, or the values to approximate.
    fn classes(&self) -> usize;

    /// Writes one sample.
    ///
    /// `image` has the product of [`sizes`](Self::sizes) elements in the order height, width,
    /// channel. `target` has [`classes`](Self::classes): 1 for the sample's class and 0 for the
    /// others, any other distribution, or values to approximate.
    ///
    /// With `draw` a data set that augments changes the image at random, by numbers that depend on
    /// the draw and on `index` alone: neither threads nor a run that is resumed change them.
    ///
    /// # Errors
    /// When the sample cannot be read, there is none of this index, or the slices have other
    /// lengths.
    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError>;
}

/// By what augmentation is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Draw {
    /// The run's seed.
    pub seed: u64,
    /// The epoch, from 0 on.
    pub epoch: u64,
}
