//! How a tensor may stand in a file: its names by Keras' and PyTorch's conventions, its shapes under
//! each of them, and the way from the stored order of elements to the canonical one and back.

use crate::load::Flatten;
use crate::table::{Role, Tensor};

/// One convention for one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The last part of the name.
    pub suffix: &'static str,
    /// The shapes it may have; the first is the usual one.
    pub shapes: Vec<Vec<usize>>,
    /// The stored elements, seen with these sizes ...
    view: Vec<usize>,
    /// ... become canonical by taking the axes in this order.
    axes: Vec<usize>,
}

impl Stored {
    /// A tensor stored in its canonical order.
    fn plain(suffix: &'static str, dims: &[usize]) -> Self {
        Self::permuted(suffix, dims.to_vec(), (0..dims.len()).collect())
    }

    fn permuted(suffix: &'static str, stored: Vec<usize>, axes: Vec<usize>) -> Self {
        Self { suffix, shapes: vec![stored.clone()], view: stored, axes }
    }

    /// The same elements under another shape.
    fn or_as(mut self, dims: Vec<usize>) -> Self {
        self.shapes.push(dims);
        self
    }

    /// From the file's order to the canonical one.
    pub fn load(&self, stored: Vec<f32>) -> Vec<f32> {
        if self.axes.is_sorted() { stored } else { transpose(&stored, &self.view, &self.axes) }
    }

    /// From the canonical order to the file's.
    pub fn store(&self, canonical: &[f32]) -> Vec<f32> {
        let dims: Vec<usize> = self.axes.iter().map(|&axis| self.view[axis]).collect();
        let mut back = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            back[from] = to;
        }
        transpose(canonical, &dims, &back)
    }
}

/// The names and layouts that a tensor may have in a file, Keras' first.
pub(crate) fn spellings(tensor: &Tensor, flatten: Flatten) -> Vec<Stored> {
    let dims = &*tensor.dims;
    match tensor.role {
        Role::Kernel { .. } => {
            let pytorch = vec![dims[3], dims[2], dims[0], dims[1]];
            vec![
                Stored::plain("kernel", dims),
                Stored::permuted("weight", pytorch, vec![2, 3, 1, 0]),
            ]
        }
        Role::DepthwiseKernel => {
            let [r, s, c, m] = [dims[0], dims[1], dims[2], dims[3]];
            let pytorch = Stored {
                suffix: "weight",
                shapes: vec![vec![c * m, 1, r, s]],
                view: vec![c, m, r, s],
                axes: vec![2, 3, 0, 1],
            };
            vec![Stored::plain("depthwise_kernel", dims), pytorch]
        }
        Role::DeconvKernel { groups } => deconv_spellings(dims, groups),
        Role::DenseKernel { flattened } => {
            let [inputs, units] = [dims[0], dims[1]];
            let keras = Stored::plain("kernel", dims).or_as(vec![1, 1, inputs, units]);
            let (view, axes) = match (flattened, flatten) {
                (Some([h, w, c]), Flatten::Chw) => (vec![units, c, h, w], vec![2, 3, 1, 0]),
                (Some(_), Flatten::Hwc) | (None, _) => (vec![units, inputs], vec![1, 0]),
            };
            let shapes = vec![vec![units, inputs], vec![units, inputs, 1, 1]];
            vec![keras, Stored { suffix: "weight", shapes, view, axes }]
        }
        Role::Bias => vec![Stored::plain("bias", dims)],
        Role::Gamma => vec![Stored::plain("gamma", dims), Stored::plain("weight", dims)],
        Role::Beta => vec![Stored::plain("beta", dims), Stored::plain("bias", dims)],
        Role::MovingMean => {
            vec![Stored::plain("moving_mean", dims), Stored::plain("running_mean", dims)]
        }
        Role::MovingVariance => {
            vec![Stored::plain("moving_variance", dims), Stored::plain("running_var", dims)]
        }
        Role::Alpha => {
            let keras = Stored::plain("alpha", dims).or_as(vec![1, 1, dims[0]]);
            vec![keras, Stored::plain("weight", dims)]
        }
    }
}

/// Keras has no groups in transposed convolutions, so its name is taken for one group only.
fn deconv_spellings(dims: &[usize], groups: usize) -> Vec<Stored> {
    let [r, s, inputs, outputs] = [dims[0], dims[1], dims[2], dims[3]];
    let keras = Stored::permuted("kernel", vec![r, s, outputs, inputs], vec![0, 1, 3, 2]);
    let pytorch = Stored::permuted("weight", vec![inputs, outputs, r, s], vec![2, 3, 0, 1]);
    if groups == 1 { vec![keras, pytorch] } else { vec![pytorch] }
}

/// The elements of an array of these sizes with its axes in another order: axis `i` of the result
/// is axis `axes[i]` of the array.
fn transpose(values: &[f32], dims: &[usize], axes: &[usize]) -> Vec<f32> {
    let mut strides = vec![1; dims.len()];
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    let mut result = Vec::with_capacity(values.len());
    let mut index = vec![0; axes.len()];
    let mut from = 0;
    for _ in 0..values.len() {
        result.push(values[from]);
        for (position, &axis) in axes.iter().enumerate().rev() {
            index[position] += 1;
            from += strides[axis];
            if index[position] < dims[axis] {
                break;
            }
            from -= strides[axis] * dims[axis];
            index[position] = 0;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `np.arange(24).reshape(2, 3, 4).transpose(1, 2, 0)`.
    #[test]
    fn transpose_is_numpys() {
        let values: Vec<f32> = (0..24u8).map(f32::from).collect();
        let numpy = [
            0., 12., 1., 13., 2., 14., 3., 15., 4., 16., 5., 17., 6., 18., 7., 19., 8., 20., 9.,
            21., 10., 22., 11., 23.,
        ];
        assert_eq!(transpose(&values, &[2, 3, 4], &[1, 2, 0]), numpy);
    }

    #[test]
    fn every_spelling_goes_there_and_back() {
        let flattened = Some([2, 3, 4]);
        let tensors = [
            (Role::Kernel { groups: 2 }, vec![2, 3, 4, 6]),
            (Role::DepthwiseKernel, vec![2, 3, 4, 5]),
            (Role::DeconvKernel { groups: 1 }, vec![2, 3, 4, 6]),
            (Role::DeconvKernel { groups: 2 }, vec![2, 3, 4, 3]),
            (Role::DenseKernel { flattened: None }, vec![4, 5]),
            (Role::DenseKernel { flattened }, vec![24, 5]),
            (Role::Alpha, vec![7]),
        ];
        for (role, dims) in tensors {
            let tensor = Tensor::new("x", role, dims);
            let canonical: Vec<f32> = (0..tensor.len()).map(|i| i as f32).collect();
            for spelling in spellings(&tensor, Flatten::Chw) {
                let stored = spelling.store(&canonical);
                assert_eq!(spelling.load(stored), canonical, "{role:?} {spelling:?}");
            }
        }
    }
}
