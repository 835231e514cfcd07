//! Images with mean 0 and standard deviation 1 in each channel.
//!
//! In: a data set, and means and standard deviations, given or computed. Out: a data set of
//! `(x - mean) / std`. Deliberately absent: statistics of single images.

use super::error::DataError;
use super::{Dataset, Draw};

/// Mean and standard deviation of each channel.
///
/// ```
/// use cnn_runtime::data::{Arrays, Dataset, Normalisation};
/// use ndarray::Array4;
///
/// let images = Array4::from_shape_fn((2, 8, 8, 1), |(n, ..)| n as f32);
/// let data = Arrays::new(&images, &[0, 1], 2)?;
/// let of_train = Normalisation::of(&data)?;
/// assert_eq!(of_train, Normalisation { mean: vec![0.5], std: vec![0.5] });
///
/// let data = data.normalised(&of_train)?;
/// let (mut image, mut target) = ([0.0; 64], [0.0; 2]);
/// data.read(1, None, &mut image, &mut target)?;
/// assert_eq!(image, [1.0; 64]);
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    /// What is subtracted, one number a channel or one for all.
    pub mean: Vec<f32>,
    /// What is divided by then, one number a channel or one for all.
    pub std: Vec<f32>,
}

impl Normalisation {
    /// Of all images of a data set, without augmentation. The variance is the mean of the squared
    /// distances from the mean (divided by `n`, not by `n - 1`). Take it of the training set, and use
    /// it for the test set too.
    ///
    /// # Errors
    /// When an image cannot be read, or there is no pixel.
    pub fn of(data: &(impl Dataset + ?Sized)) -> Result<Self, DataError> {
        let [h, w, channels] = data.sizes();
        let pixels = h * w * data.len();
        if pixels * channels == 0 {
            return Err(DataError::Normalisation { channels, why: "there is no pixel".to_owned() });
        }
        let (mut image, mut target) =
            (vec![0.0; h * w * channels], vec![0.0; super::target_len(data)]);
        let mut sums = vec![Sums::default(); channels];
        for index in 0..data.len() {
            data.read(index, None, &mut image, &mut target)?;
            if index == 0 {
                sums.iter_mut().zip(&image).for_each(|(sums, &x)| sums.pivot = f64::from(x));
            }
            for pixel in image.chunks_exact(channels) {
                sums.iter_mut().zip(pixel).for_each(|(sums, &x)| sums.add(f64::from(x)));
            }
        }
        let moments = sums.iter().map(|sums| sums.moments(pixels as f64));
        let (mean, std) = moments.unzip();
        Ok(Self { mean, std })
    }

    /// For as many channels, if the numbers can be used.
    fn checked(&self, channels: usize) -> Result<Vec<(f32, f32)>, DataError> {
        let failed = |why: String| Err(DataError::Normalisation { channels, why });
        let (means, stds) = (self.mean.len(), self.std.len());
        if [means, stds].iter().any(|&given| given != 1 && given != channels) {
            return failed(format!(
                "there are {means} means and {stds} standard deviations, expected {channels} or 1"
            ));
        }
        if let Some(mean) = self.mean.iter().find(|mean| !mean.is_finite()) {
            return failed(format!("a mean is {mean}"));
        }
        if let Some(std) = self.std.iter().find(|&&std| !std.is_finite() || std <= 0.0) {
            return failed(format!(
                "a standard deviation is {std}, expected a number above 0; give 1 for a channel \
                 that does not vary"
            ));
        }
        let of = |numbers: &[f32], channel: usize| numbers[channel.min(numbers.len() - 1)];
        Ok((0..channels).map(|c| (of(&self.mean, c), of(&self.std, c))).collect())
    }
}

/// Sums of the distances from the first value, which is near the others: no digits are lost where
/// the mean is large beside the deviation.
#[derive(Debug, Clone, Default)]
struct Sums {
    pivot: f64,
    distances: f64,
    squares: f64,
}

impl Sums {
    fn add(&mut self, x: f64) {
        let distance = x - self.pivot;
        self.distances += distance;
        self.squares += distance * distance;
    }

    /// Mean and standard deviation.
    fn moments(&self, n: f64) -> (f32, f32) {
        let mean = self.distances / n;
        let variance = (self.squares / n - mean * mean).max(0.0);
        ((self.pivot + mean) as f32, variance.sqrt() as f32)
    }
}

/// A data set of `(x - mean) / std`; [`Dataset::normalised`] makes it.
#[derive(Debug, Clone)]
pub struct Normalised<D> {
    inner: D,
    /// Mean and standard deviation of each channel.
    moments: Vec<(f32, f32)>,
}

impl<D: Dataset> Normalised<D> {
    pub(super) fn new(inner: D, by: &Normalisation) -> Result<Self, DataError> {
        let moments = by.checked(inner.sizes()[2])?;
        Ok(Self { inner, moments })
    }
}

impl<D: Dataset> Dataset for Normalised<D> {
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
        self.inner.augments()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        self.inner.read(index, draw, image, target)?;
        match &self.moments[..] {
            // One loop over all, which is vectorised.
            &[(mean, std)] => image.iter_mut().for_each(|x| *x = (*x - mean) / std),
            moments => {
                for pixel in image.chunks_exact_mut(moments.len().max(1)) {
                    let channels = pixel.iter_mut().zip(moments);
                    channels.for_each(|(x, (mean, std))| *x = (*x - mean) / std);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Arrays, Dataset};
    use super::Normalisation;
    use ndarray::Array4;

    fn data(images: &Array4<f32>) -> Arrays<'_> {
        Arrays::new(images, vec![0; images.dim().0], 2).expect("they belong together")
    }

    /// `numpy.mean` and `numpy.std` of each channel: of 0, 3, 6, 9 and 1, 4, 7, 10 and 2, 5, 8, 11 the
    /// deviation is sqrt(11.25).
    #[test]
    fn moments_are_numpys() {
        let images = Array4::from_shape_vec((2, 1, 2, 3), (0..12_u8).map(f32::from).collect());
        let of = Normalisation::of(&data(&images.unwrap())).unwrap();
        assert_eq!(of.mean, [4.5, 5.5, 6.5]);
        assert_eq!(of.std, [11.25_f64.sqrt() as f32; 3]);
    }

    /// In sums of squares of a million no `f64` digit is left for a deviation of 1e-3.
    #[test]
    fn a_large_mean_does_not_hide_a_small_deviation() {
        let images = Array4::from_shape_fn((4, 2, 2, 1), |(n, ..)| 1e6 + (n % 2) as f32 * 0.125);
        let of = Normalisation::of(&data(&images)).unwrap();
        assert_eq!((of.mean[0], of.std[0]), (1e6 + 0.0625, 0.0625));
    }

    #[test]
    fn numbers_that_cannot_be_used_are_refused() {
        let images = Array4::zeros((1, 2, 2, 3));
        let error = |mean: &[f32], std: &[f32]| {
            let by = Normalisation { mean: mean.to_vec(), std: std.to_vec() };
            data(&images).normalised(&by).unwrap_err().to_string()
        };
        let of = "cannot normalise images of 3 channels: ";
        assert_eq!(
            error(&[0.0; 2], &[1.0; 3]),
            format!("{of}there are 2 means and 3 standard deviations, expected 3 or 1")
        );
        assert_eq!(error(&[f32::NAN], &[1.0]), format!("{of}a mean is NaN"));
        assert_eq!(
            error(&[0.0], &[1.0, 0.0, 1.0]),
            format!(
                "{of}a standard deviation is 0, expected a number above 0; give 1 for a channel that \
                 does not vary"
            )
        );
        let none = Array4::zeros((0, 2, 2, 3));
        let error = Normalisation::of(&data(&none)).unwrap_err().to_string();
        assert_eq!(error, format!("{of}there is no pixel"));
    }

    /// `torchvision.transforms.Normalize((0.5, 0.25, 0.), (0.5, 2., 4.))` of 1, 2, 3.
    #[test]
    fn each_channel_has_its_own_numbers() {
        let images = Array4::from_shape_fn((1, 2, 2, 3), |(.., c)| c as f32 + 1.0);
        let by = Normalisation { mean: vec![0.5, 0.25, 0.0], std: vec![0.5, 2.0, 4.0] };
        let data = data(&images).normalised(&by).unwrap();
        let (mut image, mut target) = ([0.0; 12], [0.0; 2]);
        data.read(0, None, &mut image, &mut target).unwrap();
        assert_eq!(image.as_chunks::<3>().0, [[1.0, 0.875, 0.75]; 4]);
    }
}
