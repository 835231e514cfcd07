//! A batch of predictions: ndarray's tensors at the edges, an image a thread inside.

use super::Net;
use crate::image::{check, layout};
use crate::{ShapeError, Workspace};
use ndarray::{Array, ArrayView, Dimension, ShapeBuilder};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The samples of one input of a batch, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Flat<'a, T> {
    values: &'a [T],
    len: usize,
}

impl<'a, T> Flat<'a, T> {
    /// The sample at `index`.
    ///
    /// # Panics
    /// Where the batch has fewer samples; [`Net::batch`] asks for none of those.
    pub fn sample(&self, index: usize) -> &'a [T] {
        &self.values[index * self.len..(index + 1) * self.len]
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.values.len() / self.len
    }

    /// An error where another input of the batch has another number of samples.
    ///
    /// # Errors
    /// [`ShapeError::Batch`].
    pub fn same_samples(&self, other: usize) -> Result<(), ShapeError> {
        if self.samples() == other {
            return Ok(());
        }
        Err(ShapeError::Batch { first: self.samples(), other })
    }
}

/// A tensor of N samples of the given sizes, without a copy.
///
/// # Errors
/// Where the sizes differ, or the tensor is not in the standard layout.
pub fn flat<'a, T, D: Dimension>(
    tensor: &'a ArrayView<'_, T, D>,
    sizes: &[usize],
) -> Result<Flat<'a, T>, ShapeError> {
    check(sizes, &tensor.shape()[1..])?;
    let values = tensor.as_slice().ok_or_else(|| layout(tensor.strides()))?;
    Ok(Flat { values, len: sizes.iter().product() })
}

/// Noughts for a batch's results, one sample after the other.
pub fn zeros<S: ShapeBuilder>(sizes: S) -> Array<f32, S::Dim> {
    Array::zeros(sizes)
}

/// The elements of results made by [`zeros`].
pub fn flat_mut<D: Dimension>(array: &mut Array<f32, D>) -> &mut [f32] {
    array.as_slice_mut().unwrap_or_default()
}

/// One sample of a batch: its index, a workspace to run in, and the place of each output.
type Run<'a> = dyn Fn(usize, &mut Workspace, &mut [&mut [f32]]) + Sync + 'a;

/// Neighbouring samples and the memory of their outputs, until a thread takes them.
type Band<'a> = Mutex<Option<(Range<usize>, Vec<&'a mut [f32]>)>>;

impl Net {
    /// Runs `samples` predictions on the net's threads, each thread on neighbouring samples. Each
    /// sample is computed by one thread as it would be alone: the bits do not depend on their number.
    /// While the threads are at work for another caller, this one computes all samples itself.
    ///
    /// `outputs` are the results' memory, `samples` times the sizes `lens`.
    pub fn batch<const N: usize>(
        &self,
        samples: usize,
        outputs: [&mut [f32]; N],
        lens: &[usize; N],
        run: &Run<'_>,
    ) {
        let threads = self.pool().threads().min(samples);
        let mut rest = Vec::from(outputs);
        let bands: Vec<Band<'_>> = (0..threads)
            .map(|thread| {
                let first = samples * thread / threads;
                let end = samples * (thread + 1) / threads;
                let split = std::mem::take(&mut rest).into_iter().zip(lens);
                let (band, others) =
                    split.map(|(all, len)| all.split_at_mut((end - first) * len)).unzip();
                rest = others;
                Mutex::new(Some((first..end, band)))
            })
            .collect();
        self.pool().run(threads, &mut [], &|thread, _| {
            let band = bands[thread].lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some((samples, outputs)) = band {
                self.band(samples, outputs, lens, run);
            }
        });
    }

    /// Neighbouring samples, one after the other, in one workspace.
    fn band(&self, samples: Range<usize>, outputs: Vec<&mut [f32]>, lens: &[usize], run: &Run<'_>) {
        let mut workspace = self.take();
        let mut places: Vec<_> =
            outputs.into_iter().zip(lens).map(|(all, &len)| all.chunks_exact_mut(len)).collect();
        for sample in samples {
            let mut outputs: Vec<&mut [f32]> =
                places.iter_mut().filter_map(Iterator::next).collect();
            run(sample, &mut workspace, &mut outputs);
        }
        self.give(workspace);
    }
}
