//! Batch norm over a batch (Ioffe and Szegedy 2015): from sums a sample to what the kernels read.
//!
//! The running variance is the mean of the batches' biased variances, as Keras has it; PyTorch takes
//! the unbiased ones. Sums over samples are taken in `f64`, in the order of the samples.

use super::program::Norm;
use cnn_weights::Fold;
use std::ops::Range;

/// Channels are filled up to a multiple of this.
const LANES: usize = 16;

/// Where a norm's tensors lie among the parameters.
pub(super) struct Tensors<'a> {
    pub norm: &'a Norm,
    pub places: &'a [Range<usize>],
}

impl Tensors<'_> {
    fn at(&self, parameters: &[f32], tensor: Option<usize>, channel: usize, without: f32) -> f64 {
        let place = tensor.map(|tensor| self.places[tensor].start + channel);
        f64::from(place.map_or(without, |place| parameters[place]))
    }

    fn rows<'w>(&self, weights: &'w mut [f32]) -> [&'w mut [f32]; 6] {
        let padded = self.norm.channels.next_multiple_of(LANES);
        let mut rows = weights[self.norm.offset..][..6 * padded].chunks_exact_mut(padded);
        std::array::from_fn(|_| rows.next().unwrap_or_default())
    }

    /// `scale` and `shift` by the running statistics; and the factors of `d_x` where these are
    /// constants.
    pub fn running(&self, parameters: &[f32], weights: &mut [f32]) {
        let Fold { gamma, beta, mean, variance, eps } = self.norm.tensors;
        let [scales, shifts, _, a, b, c_row] = self.rows(weights);
        for c in 0..self.norm.channels {
            let variance = self.at(parameters, Some(variance), c, 1.0);
            let scale = self.at(parameters, gamma, c, 1.0) / (variance + f64::from(eps)).sqrt();
            let mean = self.at(parameters, Some(mean), c, 0.0);
            scales[c] = scale as f32;
            shifts[c] = (self.at(parameters, beta, c, 0.0) - mean * scale) as f32;
            (a[c], b[c], c_row[c]) = (scale as f32, 0.0, 0.0);
        }
    }

    /// The batch's statistics from those of its samples (Chan, Golub and LeVeque 1979): `scale`,
    /// `shift` and `mean`, 1 / deviation in the row `b`; and the running ones follow.
    pub fn moments<'s>(
        &self,
        samples: impl Iterator<Item = &'s [f32]> + Clone,
        parameters: &mut [f32],
        weights: &mut [f32],
    ) {
        let Fold { gamma, beta, mean, variance, eps } = self.norm.tensors;
        let keep = f64::from(self.norm.momentum);
        let [scales, shifts, means, _, inverses, _] = self.rows(weights);
        let (mut moments, mut count) = ([[0.0; LANES]; 2], 0.0);
        for c in 0..self.norm.channels {
            if c % LANES == 0 {
                (moments, count) = self.block_moments(samples.clone(), c);
            }
            let [batch_mean, squares] = moments.map(|row| row[c % LANES]);
            let batch_variance = squares.max(0.0) / count;
            let batch_variance = if squares.is_nan() { f64::NAN } else { batch_variance };
            let inverse = 1.0 / (batch_variance + f64::from(eps)).sqrt();
            let scale = self.at(parameters, gamma, c, 1.0) * inverse;
            scales[c] = scale as f32;
            shifts[c] = (self.at(parameters, beta, c, 0.0) - batch_mean * scale) as f32;
            means[c] = batch_mean as f32;
            inverses[c] = inverse as f32;
            for (tensor, batch) in [(mean, batch_mean), (variance, batch_variance)] {
                let running = &mut parameters[self.places[tensor].start + c];
                *running = (keep * f64::from(*running) + (1.0 - keep) * batch) as f32;
            }
        }
    }

    /// Means and sums of squared differences of a block of channels over all samples, and the number
    /// of pixels.
    fn block_moments<'s>(
        &self,
        samples: impl Iterator<Item = &'s [f32]>,
        first: usize,
    ) -> ([[f64; LANES]; 2], f64) {
        let pixels = self.norm.pixels as f64;
        let ([mut means, mut squares], mut count) = ([[0.0; LANES]; 2], 0.0);
        for sample in samples {
            let all = count + pixels;
            let [own_means, own_squares] = self.block(sample, first);
            for lane in 0..LANES {
                let difference = own_means[lane] - means[lane];
                means[lane] += difference * pixels / all;
                squares[lane] += own_squares[lane] + difference * difference * count * pixels / all;
            }
            count = all;
        }
        ([means, squares], count)
    }

    /// A block of channels of a sample's two rows.
    fn block(&self, sample: &[f32], first: usize) -> [[f64; LANES]; 2] {
        let padded = self.norm.channels.next_multiple_of(LANES);
        [first, padded + first]
            .map(|first| std::array::from_fn(|lane| f64::from(sample[first + lane])))
    }

    /// The factors of `d_x` from the samples' sums, and the gradients of gamma and beta.
    pub fn sums<'s>(
        &self,
        samples: impl Iterator<Item = &'s [f32]> + Clone,
        weights: &mut [f32],
        gradient: &mut [f32],
    ) {
        let Fold { gamma, beta, .. } = self.norm.tensors;
        let count = (samples.clone().count() * self.norm.pixels) as f64;
        let [scales, _, means, a, b, c_row] = self.rows(weights);
        let mut sums = [[0.0; LANES]; 2];
        for c in 0..self.norm.channels {
            if c % LANES == 0 {
                sums = samples.clone().fold([[0.0; LANES]; 2], |sums, sample| {
                    let own = self.block(sample, c);
                    [0, 1].map(|row| std::array::from_fn(|lane| sums[row][lane] + own[row][lane]))
                });
            }
            let [sum, products] = sums.map(|row| row[c % LANES]);
            let scale = f64::from(scales[c]);
            // Until now `b` has held 1 / deviation.
            let inverse = f64::from(b[c]);
            let slope = -scale * inverse * inverse * products / count;
            a[c] = scales[c];
            b[c] = slope as f32;
            c_row[c] = (-scale * sum / count - slope * f64::from(means[c])) as f32;
            for (tensor, value) in [(gamma, products * inverse), (beta, sum)] {
                if let Some(tensor) = tensor {
                    gradient[self.places[tensor].start + c] = value as f32;
                }
            }
        }
    }
}
