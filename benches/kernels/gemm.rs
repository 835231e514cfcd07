//! The product of two matrices by `matrixmultiply`, through ndarray, which calls it without `unsafe`.
//! The image is not laid out as a matrix here: a convolution over windows would pay for that too.

use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Two matrices and the place of their product.
pub struct Product {
    left: Array2<f32>,
    right: Array2<f32>,
    product: Array2<f32>,
}

impl Product {
    /// `[rows, inner]` times `[inner, columns]`.
    pub fn new([rows, inner, columns]: [usize; 3]) -> Self {
        Self {
            left: Array2::from_elem((rows, inner), 0.5),
            right: Array2::from_elem((inner, columns), 0.25),
            product: Array2::zeros((rows, columns)),
        }
    }

    /// The time of so many runs, and the least one of all.
    pub fn times(&mut self, runs: u64, least: &mut Option<Duration>) -> Duration {
        let mut sum = Duration::ZERO;
        for _ in 0..runs {
            let start = Instant::now();
            general_mat_mul(1.0, black_box(&self.left), &self.right, 0.0, &mut self.product);
            let run = start.elapsed();
            *least = Some(least.map_or(run, |least| least.min(run)));
            sum += run;
        }
        black_box(&self.product);
        sum
    }
}
