//! Winograd's form of a 3x3 convolution: its points, its matrices, and the transform of filters.
//!
//! A tile of m x m output pixels is `At (sum over c of U * V) A`, element by element in the middle:
//! `V = Bt d B` of a channel's tile `d` of (m+2) x (m+2) pixels, `U = G g Gt` of a filter `g`. That is
//! (m+2)^2 multiplications for 9 m^2. Lavin and Gray, "Fast Algorithms for Convolutional Neural
//! Networks", 2016. The matrices are Toom and Cook's for points that are a choice: 0, 1, -1 and
//! infinity for m = 2; 0, +-3/4, +-3/2 and infinity for m = 4, where the usual 0, +-1, +-2 make three
//! to five times the error (on points between these: Alam et al., "Winograd Convolution for Deep
//! Neural Networks: Efficient Point Selection", 2022). All of `Bt` and `At` is exact.

use crate::winograd::Winograd::{F2, F4};

/// The tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Winograd {
    /// F(2x2, 3x3).
    F2,
    /// F(4x4, 3x3).
    F4,
}

/// The smaller point of F(4x4, 3x3), a; the other one, b, is its double.
const A: f64 = 0.75;
const B: f64 = 1.5;
/// Their squares.
const AA: f64 = A * A;
const BB: f64 = B * B;

/// Taps of a filter along an axis.
const TAPS: usize = 3;
/// Filters that are transformed at once.
const LANES: usize = 16;

impl Winograd {
    /// Pixels of an output tile along an axis: m.
    pub fn outputs(self) -> usize {
        match self {
            F2 => 2,
            F4 => 4,
        }
    }

    /// Pixels of an input tile along an axis: m + 2.
    pub fn inputs(self) -> usize {
        self.outputs() + TAPS - 1
    }

    /// Numbers of a transformed tile or filter.
    pub fn positions(self) -> usize {
        self.inputs() * self.inputs()
    }

    /// `G`, a row a point: `[1, p, p^2]` over the product of p's distances from the other points.
    pub fn filter_matrix(self) -> &'static [[f64; TAPS]] {
        const F4_ROWS: [[f64; 3]; 6] = [
            [1.0 / (AA * BB), 0.0, 0.0],
            scaled(A, 2.0 * AA * (AA - BB)),
            scaled(-A, 2.0 * AA * (AA - BB)),
            scaled(B, 2.0 * BB * (BB - AA)),
            scaled(-B, 2.0 * BB * (BB - AA)),
            [0.0, 0.0, 1.0],
        ];
        match self {
            F2 => &[[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]],
            F4 => &F4_ROWS,
        }
    }

    /// `Bt`, a row a point: the coefficients of the product of `x - q` over the other points q, and
    /// over all of them for infinity.
    pub fn input_matrix(self) -> &'static [&'static [f32]] {
        const F4_ROWS: [[f32; 6]; 6] = narrow([
            [AA * BB, 0.0, -(AA + BB), 0.0, 1.0, 0.0],
            [0.0, -A * BB, -BB, A, 1.0, 0.0],
            [0.0, A * BB, -BB, -A, 1.0, 0.0],
            [0.0, -B * AA, -AA, B, 1.0, 0.0],
            [0.0, B * AA, -AA, -B, 1.0, 0.0],
            [0.0, AA * BB, 0.0, -(AA + BB), 0.0, 1.0],
        ]);
        const F4: [&[f32]; 6] =
            [&F4_ROWS[0], &F4_ROWS[1], &F4_ROWS[2], &F4_ROWS[3], &F4_ROWS[4], &F4_ROWS[5]];
        match self {
            F2 => &[
                &[1.0, 0.0, -1.0, 0.0],
                &[0.0, 1.0, 1.0, 0.0],
                &[0.0, -1.0, 1.0, 0.0],
                &[0.0, -1.0, 0.0, 1.0],
            ],
            Self::F4 => &F4,
        }
    }

    /// `At`, a row an output: the points' powers.
    pub fn output_matrix(self) -> &'static [&'static [f32]] {
        const F4_ROWS: [[f32; 6]; 4] = narrow([
            [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
            [0.0, A, -A, B, -B, 0.0],
            [0.0, AA, AA, BB, BB, 0.0],
            [0.0, AA * A, -AA * A, BB * B, -BB * B, 1.0],
        ]);
        const F4: [&[f32]; 4] = [&F4_ROWS[0], &F4_ROWS[1], &F4_ROWS[2], &F4_ROWS[3]];
        match self {
            F2 => &[&[1.0, 1.0, 1.0, 0.0], &[0.0, 1.0, -1.0, 1.0]],
            Self::F4 => &F4,
        }
    }

    /// Filters in panels, `[panels][9 * C][lanes]`, to `[positions][panels][C][lanes]`: computed in
    /// `f64`, rounded once.
    pub(crate) fn transform(self, from: &[f32], to: &mut [f32], channels: usize, lanes: usize) {
        let (step, matrix) = (channels * lanes, self.filter_matrix());
        let position = to.len() / self.positions();
        for (panel, taps) in from.chunks_exact(TAPS * TAPS * step).enumerate() {
            for first in (0..step).step_by(LANES) {
                let width = LANES.min(step - first);
                let tap = |r: usize, s: usize| &taps[(r * TAPS + s) * step + first..][..width];
                // G g: [inputs][s]
                let rows = matrix
                    .iter()
                    .map(|g| [0, 1, 2].map(|s| combined(g, [0, 1, 2].map(|r| widened(tap(r, s))))));
                for (i, row) in rows.enumerate() {
                    for (j, g) in matrix.iter().enumerate() {
                        let u = combined(g, row);
                        let at = (i * self.inputs() + j) * position + panel * step + first;
                        let u = u.map(|u| u as f32);
                        to[at..at + width].copy_from_slice(&u[..width]);
                    }
                }
            }
        }
    }
}

const fn scaled(p: f64, distances: f64) -> [f64; TAPS] {
    [1.0 / distances, p / distances, p * p / distances]
}

/// All of these are exact in `f32`.
const fn narrow<const R: usize>(matrix: [[f64; 6]; R]) -> [[f32; 6]; R] {
    let mut to = [[0.0; 6]; R];
    let mut i = 0;
    while i < 6 * R {
        to[i / 6][i % 6] = matrix[i / 6][i % 6] as f32;
        i += 1;
    }
    to
}

fn widened(from: &[f32]) -> [f64; LANES] {
    let mut to = [0.0; LANES];
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = f64::from(from));
    to
}

fn combined(g: &[f64; TAPS], [x, y, z]: [[f64; LANES]; TAPS]) -> [f64; LANES] {
    std::array::from_fn(|lane| g[0] * x[lane] + g[1] * y[lane] + g[2] * z[lane])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter slid over a line in exact arithmetic: the matrices must give the same polynomial
    /// identity for every basis filter and every basis tile.
    #[test]
    fn the_matrices_compute_a_convolution() {
        for form in [F2, F4] {
            for tap in 0..TAPS {
                for pixel in 0..form.inputs() {
                    let products = form.filter_matrix().iter().zip(form.input_matrix());
                    let products: Vec<f64> =
                        products.map(|(g, b)| g[tap] * f64::from(b[pixel])).collect();
                    for (q, row) in form.output_matrix().iter().enumerate() {
                        let sum: f64 =
                            row.iter().zip(&products).map(|(&a, p)| f64::from(a) * p).sum();
                        let expected = if pixel == q + tap { 1.0 } else { 0.0 };
                        assert!(
                            (sum - expected).abs() < 1e-15,
                            "{form:?} {tap} {pixel} {q}: {sum}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_matrices_of_images_are_exact() {
        for (form, size) in [(F2, 1.0), (F4, 64.0)] {
            for row in form.input_matrix().iter().chain(form.output_matrix()) {
                assert!(row.iter().all(|x| (x * size).fract() == 0.0), "{row:?}");
            }
        }
    }

    #[test]
    fn a_filter_of_ones_in_its_corner() {
        // Two panels of one lane, one channel: g[0][0] = 1 and g[2][2] = 3. Then u = G[.][0] G[.][0]
        // and 3 G[.][2] G[.][2], by F(2x2, 3x3)'s matrix.
        let mut from = [0.0; 18];
        (from[0], from[17]) = (1.0, 3.0);
        let mut to = [0.0; 32];
        F2.transform(&from, &mut to, 1, 1);
        let (first, second): (Vec<f32>, Vec<f32>) = to.chunks(2).map(|u| (u[0], u[1])).unzip();
        let outer = |a: [f32; 4], factor: f32| -> Vec<f32> {
            a.iter().flat_map(|x| a.map(|y| x * y * factor)).collect()
        };
        assert_eq!(first, outer([1.0, 0.5, 0.5, 0.0], 1.0));
        assert_eq!(second, outer([0.0, 0.5, 0.5, 1.0], 3.0));
    }
}
