//! Images and labels in memory as a data set.
//!
//! In: [`Images`] and [`Labels`], of the program or of files. Out: [`Arrays`], once both have been
//! found to belong together.

use super::error::DataError;
use super::images::Images;
use super::labels::Labels;
use super::{Dataset, Draw, check_read};

/// Images with their labels, in memory; borrowed, unless they came from a file.
///
/// ```
/// use cnn_runtime::data::{Arrays, Dataset, Images};
/// use ndarray::Array4;
///
/// let digits = Array4::<u8>::from_elem((2, 28, 28, 1), 255);
/// let images = Images::from(&digits).scale(1.0 / 255.0);
/// let data = Arrays::new(images, &[3_u8, 7], 10)?;
///
/// let (mut image, mut target) = ([0.0; 784], [0.0; 10]);
/// data.read(1, None, &mut image, &mut target)?;
/// assert_eq!(image, [1.0; 784]);
/// assert_eq!(target, [0., 0., 0., 0., 0., 0., 0., 1., 0., 0.]);
///
/// let error = Arrays::new(&digits, &[3_u8, 10], 10).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the labels: sample 1 is of class 10, expected 0 to 9; say how many classes there are, or \
///      count the labels from 0"
/// );
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Arrays<'a> {
    images: Images<'a>,
    labels: Labels<'a>,
    /// Height and width of a target, and the numbers of each pixel.
    target: [usize; 3],
}

impl<'a> Arrays<'a> {
    /// One label an image, or a mask. `classes` is how many numbers a target or a pixel of a mask has;
    /// of 1 the labels are 0 and 1, for a network with one output that chooses between two, or any
    /// value.
    ///
    /// # Errors
    /// When there are not as many labels as images, or a label does not fit the classes.
    pub fn new(
        images: impl Into<Images<'a>>,
        labels: impl Into<Labels<'a>>,
        classes: usize,
    ) -> Result<Self, DataError> {
        let labels = labels.into();
        let [h, w] = labels.pixels();
        Self::of(images.into(), labels, [h, w, classes])
    }

    /// For a network whose output has this height, this width and so many channels: labels are masks of
    /// that size, or rows with a number for each number of the output.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when masks have another size.
    pub fn for_output(
        images: impl Into<Images<'a>>,
        labels: impl Into<Labels<'a>>,
        output: [usize; 3],
    ) -> Result<Self, DataError> {
        let labels = labels.into();
        let ([h, w, _], found) = (output, labels.pixels());
        if found != [h, w] && !(found == [1, 1] && labels.classes().is_none()) {
            return Err(DataError::MaskSize { found, output, labels: labels.name });
        }
        Self::of(images.into(), labels, output)
    }

    fn of(images: Images<'a>, labels: Labels<'a>, target: [usize; 3]) -> Result<Self, DataError> {
        if images.len() != labels.len() {
            return Err(DataError::Count {
                image_count: images.len(),
                label_count: labels.len(),
                images: images.name,
                labels: labels.name,
            });
        }
        labels.check(target)?;
        Ok(Self { images, labels, target })
    }

    /// Multiplies every element of an image by this when it is read; in place of an earlier scale.
    #[must_use]
    pub fn scale(mut self, scale: f32) -> Self {
        self.images = self.images.scale(scale);
        self
    }

    /// Adds this to every element of an image when it is read, after the [`scale`](Self::scale).
    #[must_use]
    pub fn offset(mut self, offset: f32) -> Self {
        self.images = self.images.offset(offset);
        self
    }

    /// The labels.
    pub fn labels(&self) -> &Labels<'a> {
        &self.labels
    }
}

impl Dataset for Arrays<'_> {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn sizes(&self) -> [usize; 3] {
        self.images.sizes()
    }

    fn classes(&self) -> usize {
        self.target[2]
    }

    fn pixels(&self) -> [usize; 2] {
        [self.target[0], self.target[1]]
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        check_read(self, index, image, target)?;
        self.images.read(index, image);
        self.labels.read(index, self.target[2], target);
        Ok(())
    }
}
