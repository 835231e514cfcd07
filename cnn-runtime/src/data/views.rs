//! Parts of a data set.
//!
//! In: a data set and which of its samples. Out: a data set of these. Nothing is read or copied; a
//! sample that is augmented inside keeps the index, and so the random numbers, that it has there.

use std::ops::Range;

use super::error::DataError;
use super::{Dataset, Draw};

/// Some samples of a data set, in an order of their own.
///
/// [`Dataset::first`], [`last`](Dataset::last), [`subset`](Dataset::subset) and
/// [`split`](Dataset::split) make it.
#[derive(Debug, Clone)]
pub struct Subset<D> {
    inner: D,
    samples: Samples,
}

#[derive(Debug, Clone)]
enum Samples {
    Range(Range<usize>),
    Listed(Vec<usize>),
}

impl<D: Dataset> Subset<D> {
    pub(super) fn first(inner: D, count: usize) -> Self {
        let end = count.min(inner.len());
        Self { inner, samples: Samples::Range(0..end) }
    }

    pub(super) fn last(inner: D, count: usize) -> Self {
        let end = inner.len();
        Self { inner, samples: Samples::Range(end.saturating_sub(count)..end) }
    }

    pub(super) fn listed(inner: D, indices: Vec<usize>) -> Result<Self, DataError> {
        let len = inner.len();
        match indices.iter().find(|&&index| index >= len) {
            Some(&index) => Err(DataError::Index { index, len }),
            None => Ok(Self { inner, samples: Samples::Listed(indices) }),
        }
    }

    /// Which sample of the whole data set this one is.
    fn inner_index(&self, index: usize) -> Option<usize> {
        match &self.samples {
            Samples::Range(range) => Some(range.start + index).filter(|&inner| inner < range.end),
            Samples::Listed(indices) => indices.get(index).copied(),
        }
    }
}

/// How many of `len` samples come before the share that validates: Keras' `floor(len * (1 - share))`,
/// in `f64` as Keras computes it.
pub(super) fn train_count(len: usize, validation: f64) -> Result<usize, DataError> {
    if !(0.0..=1.0).contains(&validation) {
        return Err(DataError::Fraction { fraction: validation });
    }
    Ok((len as f64 * (1.0 - validation)).floor() as usize)
}

impl<D: Dataset> Dataset for Subset<D> {
    fn len(&self) -> usize {
        match &self.samples {
            Samples::Range(range) => range.len(),
            Samples::Listed(indices) => indices.len(),
        }
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
        self.inner.augments()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        match self.inner_index(index) {
            Some(inner) => self.inner.read(inner, draw, image, target),
            None => Err(DataError::Index { index, len: self.len() }),
        }
    }
}
