//! Augmentation: images that are flipped, shifted or cropped at random, each epoch in another way.
//!
//! In: a data set and what may change. Out: a data set whose images change with the [`Draw`], and
//! stay as they are without one. The random numbers are documented and stay the same in all versions.

use std::sync::{Mutex, PoisonError};

use cnn_weights::SplitMix64;

use super::error::DataError;
use super::{Dataset, Draw, target_len};

impl Draw {
    /// The random numbers of a sample: SplitMix64 started at `mix(mix(mix(seed) ^ epoch) ^ index)`,
    /// where `mix(x)` is `SplitMix64(x).next_u64()`.
    pub fn stream(self, index: usize) -> SplitMix64 {
        SplitMix64(mix(mix(mix(self.seed) ^ self.epoch) ^ index as u64))
    }

    /// What an augmentation gives the data set inside it: the seed is mixed, so that two of them draw
    /// different numbers.
    fn inner(self) -> Self {
        Self { seed: mix(self.seed), epoch: self.epoch }
    }
}

fn mix(x: u64) -> u64 {
    SplitMix64(x).next_u64()
}

/// What may change in an image whose sizes stay. A mask is flipped with its image; images with masks
/// are not shifted, since nothing is known of what comes in at the edges.
///
/// A sample's [`stream`](Draw::stream) gives three numbers, whatever is switched on: `below(2)`, which
/// flips where it is 1; `below(2 * rows + 1) - rows` and `below(2 * columns + 1) - columns`, by which
/// the image then moves down and to the right. What augments inside draws by the seed
/// `SplitMix64(seed).next_u64()`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Augment {
    /// Half of the images are mirrored, left for right.
    pub flip: bool,
    /// By how many rows and columns an image moves at most, in either direction. A random crop of the
    /// image's own size with a padding of `p` pixels is `[p, p]`.
    pub shift: [usize; 2],
    /// What comes in at the edges.
    pub fill: f32,
}

/// A data set with random flips and shifts; [`Dataset::augmented`] makes it.
#[derive(Debug, Clone)]
pub struct Augmented<D> {
    inner: D,
    augment: Augment,
}

impl<D: Dataset> Augmented<D> {
    pub(super) fn new(inner: D, augment: Augment) -> Self {
        Self { inner, augment }
    }
}

impl<D: Dataset> Dataset for Augmented<D> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn sizes(&self) -> [usize; 3] {
        self.inner.sizes()
    }

    fn classes(&self) -> usize {
        self.inner.classes()
    }

    fn pixels(&self) -> [usize; 2] {
        self.inner.pixels()
    }

    fn augments(&self) -> bool {
        self.augment.flip || self.augment.shift != [0, 0] || self.inner.augments()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        self.inner.read(index, draw.map(Draw::inner), image, target)?;
        if let Some(draw) = draw {
            let masks = self.pixels();
            if masks != [1, 1] && self.augment.shift != [0, 0] {
                return Err(DataError::Masks { what: "shift", masks, images: self.sizes() });
            }
            let mut stream = draw.stream(index);
            let sizes = self.sizes();
            if stream.below(2) == 1 && self.augment.flip {
                flip(sizes, image);
                if masks != [1, 1] {
                    flip([masks[0], masks[1], self.classes()], target);
                }
            }
            let by = self.augment.shift.map(|most| {
                let range = most.saturating_mul(2).saturating_add(1);
                (stream.below(range), most)
            });
            shift(sizes, image, by, self.augment.fill);
        }
        Ok(())
    }
}

/// Mirrors every row.
fn flip([_, w, c]: [usize; 3], image: &mut [f32]) {
    for row in image.chunks_exact_mut((w * c).max(1)) {
        for x in 0..w / 2 {
            let (left, right) = row.split_at_mut((w - 1 - x) * c);
            left[x * c..][..c].swap_with_slice(&mut right[..c]);
        }
    }
}

/// Moves an image down and to the right, each by the difference of two numbers of pixels.
fn shift([h, w, c]: [usize; 3], image: &mut [f32], by: [(usize, usize); 2], fill: f32) {
    let [(down, up), (right, left)] = by;
    let (down, up) = (down.saturating_sub(up).min(h), up.saturating_sub(down).min(h));
    vacate(image, down * w * c, up * w * c, fill);
    let (right, left) = (right.saturating_sub(left).min(w), left.saturating_sub(right).min(w));
    if right + left > 0 && h > 0 {
        image
            .chunks_exact_mut((w * c).max(1))
            .for_each(|row| vacate(row, right * c, left * c, fill));
    }
}

/// Moves elements forward or backward; one of the two is 0.
fn vacate(elements: &mut [f32], forward: usize, backward: usize, fill: f32) {
    let len = elements.len();
    let (forward, backward) = (forward.min(len), backward.min(len));
    if forward > 0 {
        elements.copy_within(..len - forward, forward);
        elements[..forward].fill(fill);
    } else if backward > 0 {
        elements.copy_within(backward.., 0);
        elements[len - backward..].fill(fill);
    }
}

/// A data set of parts of larger images; [`Dataset::cropped`] makes it.
#[derive(Debug)]
pub struct Cropped<D> {
    inner: D,
    crop: [usize; 2],
    /// Whole images that nobody uses now, with their masks: one a thread, after a while.
    spare: Mutex<Vec<[Vec<f32>; 2]>>,
}

impl<D: Dataset> Cropped<D> {
    pub(super) fn new(inner: D, crop: [usize; 2]) -> Result<Self, DataError> {
        let images = inner.sizes();
        if crop[0] > images[0] || crop[1] > images[1] {
            return Err(DataError::Crop { crop, images });
        }
        let masks = inner.pixels();
        if masks != [1, 1] && masks != [images[0], images[1]] {
            return Err(DataError::Masks { what: "crop", masks, images });
        }
        Ok(Self { inner, crop, spare: Mutex::default() })
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<[Vec<f32>; 2]>> {
        // A list of buffers is whole whatever panicked.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Dataset> Dataset for Cropped<D> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn sizes(&self) -> [usize; 3] {
        [self.crop[0], self.crop[1], self.inner.sizes()[2]]
    }

    fn classes(&self) -> usize {
        self.inner.classes()
    }

    fn pixels(&self) -> [usize; 2] {
        if self.inner.pixels() == [1, 1] { [1, 1] } else { self.crop }
    }

    fn augments(&self) -> bool {
        let [h, w, _] = self.inner.sizes();
        self.crop != [h, w] || self.inner.augments()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        super::check_read(self, index, image, target)?;
        let [h, w, c] = self.inner.sizes();
        let masks = self.inner.pixels() != [1, 1];
        let of_mask = if masks { target_len(&self.inner) } else { 0 };
        let new = || [vec![0.0; h * w * c], vec![0.0; of_mask]];
        let [mut whole, mut mask] = self.spare().pop().unwrap_or_else(new);
        let to = if masks { &mut mask[..] } else { &mut *target };
        let read = self.inner.read(index, draw.map(Draw::inner), &mut whole, to);
        let [rows, columns] = self.crop;
        let free = [h - rows, w - columns];
        let [top, left] = match draw {
            Some(draw) => {
                let mut stream = draw.stream(index);
                free.map(|free| stream.below(free + 1))
            }
            None => free.map(|free| free / 2),
        };
        let cut = |whole: &[f32], c: usize, part: &mut [f32]| {
            for row in 0..rows {
                let from = ((top + row) * w + left) * c;
                part[row * columns * c..][..columns * c]
                    .copy_from_slice(&whole[from..][..columns * c]);
            }
        };
        cut(&whole, c, image);
        if masks {
            cut(&mask, self.classes(), target);
        }
        self.spare().push([whole, mask]);
        read
    }
}
