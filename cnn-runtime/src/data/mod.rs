//! Samples to train and to evaluate with.
//!
//! In: arrays of the program, files. Out: a [`Dataset`], which writes one image and its target at a
//! time; [`Batches`] of it, prepared on other threads. [`Arrays`] holds what fits into memory, from
//! wherever it came; methods of [`Dataset`] take parts, normalise and augment. Deliberately absent:
//! downloads, and an order of the samples, which is the training's.

#![forbid(unsafe_code)]

mod arrays;
mod augment;
mod batches;
mod error;
mod exchange;
mod file;
#[cfg(feature = "images")]
mod folder;
mod idx;
mod images;
mod labels;
mod normalise;
#[cfg(feature = "images")]
mod photo;
mod stored;
mod views;

pub use arrays::Arrays;
pub use augment::{Augment, Augmented, Cropped};
pub use batches::{Batch, Batches, Epoch};
pub use error::{DataError, Offset};
#[cfg(feature = "images")]
pub use folder::Folder;
pub use idx::{TrainTest, mnist};
pub use images::{Images, Pixel};
pub use labels::{Label, Labels};
pub use normalise::{Normalisation, Normalised};
#[cfg(feature = "images")]
pub use photo::photo;
pub use views::Subset;

/// Samples for training and evaluation: images, each with its target.
///
/// A data set is shared between threads, and any of them may read any sample at any time. A
/// reference to a data set is one, too: `(&data).first(100)` leaves `data` where it is.
///
/// ```
/// use cnn_runtime::data::{Arrays, Augment, Dataset, Normalisation};
/// use ndarray::Array4;
///
/// let images = Array4::<f32>::from_shape_fn((50, 8, 8, 1), |(n, h, ..)| (n + h) as f32);
/// let data = Arrays::new(&images, vec![1; 50], 3)?;
/// let (train, validation) = data.split(0.2)?;
/// assert_eq!((train.len(), validation.len()), (40, 10));
///
/// let by = Normalisation::of(&train)?;
/// let augment = Augment { flip: true, shift: [2, 2], ..Augment::default() };
/// let train = train.normalised(&by)?.augmented(augment);
/// let validation = validation.normalised(&by)?;
/// assert_eq!((train.sizes(), validation.classes()), ([8, 8, 1], 3));
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
pub trait Dataset: Sync {
    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there is no sample.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Height, width and channels of every image; a vector of `n` numbers is `[1, 1, n]`.
    fn sizes(&self) -> [usize; 3];

    /// Numbers of a target: the classes, or the values to approximate. Where a target is a mask, those
    /// of each of its pixels.
    fn classes(&self) -> usize;

    /// Height and width of a target: more than 1 where it is a mask, which has numbers of its own for
    /// each pixel. A mask need not be as large as the image.
    fn pixels(&self) -> [usize; 2] {
        [1, 1]
    }

    /// Whether a sample may differ from one [`Draw`] to another. No where nothing is said: a data set
    /// of one's own that augments says yes, and one around another what that says.
    fn augments(&self) -> bool {
        false
    }

    /// Writes one sample.
    ///
    /// `image` has the product of [`sizes`](Self::sizes) elements in the order height, width,
    /// channel. `target` has [`classes`](Self::classes): 1 for the sample's class and 0 for the
    /// others, any other distribution, or values to approximate; so many for each pixel of a mask, in
    /// the order height, width, class.
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

    /// The first `count` samples; all, where there are fewer.
    fn first(self, count: usize) -> Subset<Self>
    where
        Self: Sized,
    {
        Subset::first(self, count)
    }

    /// The last `count` samples; all, where there are fewer.
    fn last(self, count: usize) -> Subset<Self>
    where
        Self: Sized,
    {
        Subset::last(self, count)
    }

    /// These samples, in this order; one may be there several times.
    ///
    /// # Errors
    /// When there is no sample of one of the indices.
    fn subset(self, indices: Vec<usize>) -> Result<Subset<Self>, DataError>
    where
        Self: Sized,
    {
        Subset::listed(self, indices)
    }

    /// What is trained on, and the share at the end that validates: of `n` samples the first
    /// `floor(n * (1 - validation))` are trained on, as Keras' `validation_split` has it.
    ///
    /// # Errors
    /// When the share is not a number from 0 to 1.
    fn split(&self, validation: f64) -> Result<(Subset<&Self>, Subset<&Self>), DataError>
    where
        Self: Sized,
    {
        let train = views::train_count(self.len(), validation)?;
        Ok((self.first(train), self.last(self.len() - train)))
    }

    /// One of `folds` ways to train with all samples but every `folds`-th, which validates: sample `i`
    /// where `i % folds` is `fold`. Of samples that lie class by class, as a [`Folder`]'s do, every
    /// class has its share on both sides; with all folds in turn it is cross-validation.
    ///
    /// # Errors
    /// When there is no such fold, or fewer than two.
    fn fold(&self, fold: usize, folds: usize) -> Result<(Subset<&Self>, Subset<&Self>), DataError>
    where
        Self: Sized,
    {
        if folds < 2 || fold >= folds {
            return Err(DataError::Fold { fold, folds });
        }
        let indices = |validates: bool| {
            let of_fold = |index: &usize| (index % folds == fold) == validates;
            (0..self.len()).filter(of_fold).collect()
        };
        Ok((self.subset(indices(false))?, self.subset(indices(true))?))
    }

    /// With `(x - mean) / std` for every element.
    ///
    /// # Errors
    /// When there are not as many numbers as channels, or one of them cannot be used.
    fn normalised(self, by: &Normalisation) -> Result<Normalised<Self>, DataError>
    where
        Self: Sized,
    {
        Normalised::new(self, by)
    }

    /// With random flips and shifts, where there is a draw.
    fn augmented(self, augment: Augment) -> Augmented<Self>
    where
        Self: Sized,
    {
        Augmented::new(self, augment)
    }

    /// Parts of `crop[0]` rows and `crop[1]` columns of the images. With a draw the first row is
    /// `below(height - crop[0] + 1)`, the first column `below(width - crop[1] + 1)` of the sample's
    /// [`stream`](Draw::stream); without, half of what is left over stands before either, rounded
    /// down.
    ///
    /// # Errors
    /// When the images are smaller.
    fn cropped(self, crop: [usize; 2]) -> Result<Cropped<Self>, DataError>
    where
        Self: Sized,
    {
        Cropped::new(self, crop)
    }

    /// Whether it fits a model whose input has these sizes and whose output so many numbers.
    ///
    /// # Errors
    /// When it does not.
    fn check(&self, sizes: [usize; 3], outputs: usize) -> Result<(), DataError> {
        if self.sizes() != sizes {
            return Err(DataError::Sizes { want: sizes, found: self.sizes() });
        }
        let numbers = target_len(self);
        if numbers != outputs {
            return Err(DataError::Outputs { want: outputs, found: numbers });
        }
        Ok(())
    }
}

/// By what augmentation is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Draw {
    /// The run's seed.
    pub seed: u64,
    /// The epoch, from 0 on.
    pub epoch: u64,
}

impl<D: Dataset + ?Sized> Dataset for &D {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn sizes(&self) -> [usize; 3] {
        (**self).sizes()
    }

    fn classes(&self) -> usize {
        (**self).classes()
    }

    fn pixels(&self) -> [usize; 2] {
        (**self).pixels()
    }

    fn augments(&self) -> bool {
        (**self).augments()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        (**self).read(index, draw, image, target)
    }
}

/// The numbers of a target, of all its pixels.
pub(crate) fn target_len(data: &(impl Dataset + ?Sized)) -> usize {
    data.pixels().iter().product::<usize>() * data.classes()
}

/// What every data set of ours holds of a call of [`Dataset::read`].
fn check_read(
    data: &impl Dataset,
    index: usize,
    image: &[f32],
    target: &[f32],
) -> Result<(), DataError> {
    if index >= data.len() {
        return Err(DataError::Index { index, len: data.len() });
    }
    let length = |what, want, got| {
        if want == got { Ok(()) } else { Err(DataError::Length { what, want, got }) }
    };
    length("an image", data.sizes().iter().product(), image.len())?;
    length("a target", target_len(data), target.len())
}
