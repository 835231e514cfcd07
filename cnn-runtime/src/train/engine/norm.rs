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
        let padded = self.norm.channels.next_multiple_of(LANES);
        let keep = f64::from(self.norm.momentum);
        let [scales, shifts, means, _, inverses, _] = self.rows(weights);
        for c in 0..self.norm.channels {
            let (mut count, mut batch_mean, mut squares) = (0.0, 0.0, 0.0);
            for sample in samples.clone() {
                let pixels = self.norm.pixels as f64;
                let (own, own_squares) = (f64::from(sample[c]), f64::from(sample[padded + c]));
                let difference = own - batch_mean;
                let all = count + pixels;
                batch_mean += difference * pixels / all;
                squares += own_squares + difference * difference * count * pixels / all;
                count = all;
            }
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

    /// The factors of `d_x` from the samples' sums, and the gradients of gamma and beta.
    pub fn sums<'s>(
        &self,
        samples: impl Iterator<Item = &'s [f32]> + Clone,
        weights: &mut [f32],
        gradient: &mut [f32],
    ) {
        let Fold { gamma, beta, .. } = self.norm.tensors;
        let padded = self.norm.channels.next_multiple_of(LANES);
        let count = (samples.clone().count() * self.norm.pixels) as f64;
        let [scales, _, means, a, b, c_row] = self.rows(weights);
        for c in 0..self.norm.channels {
            let (mut sum, mut products) = (0.0, 0.0);
            for sample in samples.clone() {
                sum += f64::from(sample[c]);
                products += f64::from(sample[padded + c]);
            }
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
