//! Images and vectors as fixed-size arrays, and the way to them from ndarray's tensors.
//!
//! Shapes are types: an image of the wrong shape does not compile where the shape is known, and is
//! a [`ShapeError`] where it comes from a tensor. Nothing is copied on the way.

use std::fmt;

use ndarray::{ArrayView3, ArrayView4};

/// An image: `H` rows of `W` pixels of `C` channels (NHWC without the N).
///
/// ```
/// use cnn_runtime::Image;
///
/// let mut image: Image<28, 28, 3> = [[[0.0; 3]; 28]; 28];
/// image[5][7] = [1.0, 0.5, 0.0];               // row 5, column 7: red, green, blue
/// ```
pub type Image<const H: usize, const W: usize, const C: usize> = [[[f32; C]; W]; H];

/// An image of bytes, for models whose input says `u8`.
pub type Bytes<const H: usize, const W: usize, const C: usize> = [[[u8; C]; W]; H];

/// A tensor that does not fit a model's input.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// Other sizes than the model's.
    #[error("the model takes {}, got {}", sizes(want), sizes(got))]
    Shape {
        /// What the model takes: height, width, channels, or a vector's length.
        want: Vec<usize>,
        /// What was given, without the batch.
        got: Vec<usize>,
    },
    /// The elements do not lie one after the other in the order N, H, W, C.
    #[error(
        "the tensor is not in the standard layout (N, H, W, C, no gaps): its strides are {strides:?}; \
         `as_standard_layout()` makes a copy that is"
    )]
    Layout {
        /// Distance of neighbouring elements along each axis, in elements.
        strides: Vec<isize>,
    },
    /// The inputs of one batch have different numbers of samples.
    #[error("the first input has {first} samples, another has {other}")]
    Batch {
        /// Samples of the first input.
        first: usize,
        /// Samples of the one that differs.
        other: usize,
    },
}

impl fmt::Debug for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn sizes(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    sizes.join("x")
}

/// A tensor of H, W, C as an image, without a copy.
///
/// ```
/// use cnn_runtime::{Image, image};
/// use ndarray::Array3;
///
/// let tensor = Array3::<f32>::zeros((28, 28, 1));
/// let view = tensor.view();
/// let digit: &Image<28, 28, 1> = image(&view)?;
///
/// let error = image::<224, 224, 3>(&view).unwrap_err();
/// assert_eq!(error.to_string(), "the model takes 224x224x3, got 28x28x1");
/// # Ok::<(), cnn_runtime::ShapeError>(())
/// ```
///
/// # Errors
/// Where the sizes differ, or the tensor is not in the standard layout.
pub fn image<'a, const H: usize, const W: usize, const C: usize>(
    view: &'a ArrayView3<'_, f32>,
) -> Result<&'a Image<H, W, C>, ShapeError> {
    let (h, w, c) = view.dim();
    check(&[H, W, C], &[h, w, c])?;
    let flat = view.as_slice().ok_or_else(|| layout(view.strides()))?;
    pixels(flat).first().ok_or_else(|| layout(view.strides()))
}

/// A tensor of N, H, W, C as a slice of images, without a copy.
///
/// ```
/// use cnn_runtime::{Image, images};
/// use ndarray::Array4;
///
/// let tensor = Array4::<f32>::zeros((10, 28, 28, 1));
/// let view = tensor.view();
/// let digits: &[Image<28, 28, 1>] = images(&view)?;
/// assert_eq!(digits.len(), 10);
/// # Ok::<(), cnn_runtime::ShapeError>(())
/// ```
///
/// # Errors
/// Where the sizes differ, or the tensor is not in the standard layout.
pub fn images<'a, const H: usize, const W: usize, const C: usize>(
    view: &'a ArrayView4<'_, f32>,
) -> Result<&'a [Image<H, W, C>], ShapeError> {
    let (_, h, w, c) = view.dim();
    check(&[H, W, C], &[h, w, c])?;
    let flat = view.as_slice().ok_or_else(|| layout(view.strides()))?;
    Ok(pixels(flat))
}

fn pixels<const H: usize, const W: usize, const C: usize>(flat: &[f32]) -> &[Image<H, W, C>] {
    flat.as_chunks::<C>().0.as_chunks::<W>().0.as_chunks::<H>().0
}

pub(crate) fn check(want: &[usize], got: &[usize]) -> Result<(), ShapeError> {
    if want == got {
        return Ok(());
    }
    Err(ShapeError::Shape { want: want.to_vec(), got: got.to_vec() })
}

pub(crate) fn layout(strides: &[isize]) -> ShapeError {
    ShapeError::Layout { strides: strides.to_vec() }
}

/// A boxed value of noughts, made on the heap: an image larger than the stack is no trouble.
///
/// Implemented for images and bytes of any size, for vectors, and for tuples of boxes of them.
///
/// ```
/// use cnn_runtime::{Image, Zeros};
///
/// let large: Box<Image<1024, 1024, 3>> = Zeros::zeros();
/// assert_eq!(large[1023][1023], [0.0; 3]);
/// ```
pub trait Zeros: Sized + Send + Sync {
    /// All noughts.
    fn zeros() -> Box<Self>;
}

macro_rules! zeros_of {
    ($element:ty, $zero:expr) => {
        impl<const N: usize> Zeros for [$element; N] {
            fn zeros() -> Box<Self> {
                boxed(vec![$zero; N])
            }
        }

        impl<const H: usize, const W: usize, const C: usize> Zeros for [[[$element; C]; W]; H] {
            fn zeros() -> Box<Self> {
                boxed(vec![[[$zero; C]; W]; H])
            }
        }
    };
}

zeros_of!(f32, 0.0);
zeros_of!(u8, 0);

fn boxed<T, const N: usize>(values: Vec<T>) -> Box<[T; N]> {
    let Ok(boxed) = values.into_boxed_slice().try_into() else {
        unreachable!("the vector was made with N elements")
    };
    boxed
}

macro_rules! zeros_of_tuple {
    ($($name:ident)+) => {
        impl<$($name: Zeros),+> Zeros for ($(Box<$name>,)+) {
            fn zeros() -> Box<Self> {
                Box::new(($($name::zeros(),)+))
            }
        }
    };
}

zeros_of_tuple!(A B);
zeros_of_tuple!(A B C);
zeros_of_tuple!(A B C D);
zeros_of_tuple!(A B C D E);
zeros_of_tuple!(A B C D E F);
zeros_of_tuple!(A B C D E F G);
zeros_of_tuple!(A B C D E F G H);

#[cfg(test)]
mod tests {
    use super::{Image, ShapeError, Zeros, image, images};
    use ndarray::{Array3, Array4};

    #[test]
    fn a_tensor_is_an_image_without_a_copy() {
        let tensor = Array4::from_shape_fn((2, 2, 3, 4), |(n, h, w, c)| {
            (n * 1000 + h * 100 + w * 10 + c) as f32
        });
        let view = tensor.view();
        let all: &[Image<2, 3, 4>] = images(&view).expect("fits");
        assert_eq!(all.len(), 2);
        assert_eq!(all[1][1][2][3], 1123.0);
        assert!(std::ptr::eq(all[0][0][0].as_ptr(), tensor.as_ptr()));
    }

    #[test]
    fn sizes_and_layouts_are_checked() {
        let tensor = Array3::<f32>::zeros((28, 28, 1));
        let view = tensor.view();
        let error = image::<224, 224, 3>(&view).expect_err("other sizes");
        assert_eq!(error.to_string(), "the model takes 224x224x3, got 28x28x1");
        let swapped = Array3::<f32>::zeros((3, 4, 5)).permuted_axes([1, 0, 2]);
        let view = swapped.view();
        assert_eq!(image::<4, 3, 5>(&view), Err(ShapeError::Layout { strides: vec![5, 20, 1] }));
    }

    #[test]
    fn zeros_do_not_pass_over_the_stack() {
        let large = Image::<4096, 1024, 4>::zeros();
        assert_eq!(large[4095][1023][3], 0.0);
        let (a, b) = *<(Box<[f32; 3]>, Box<Image<1, 1, 2>>)>::zeros();
        assert_eq!((*a, *b), ([0.0; 3], [[[0.0; 2]]]));
    }
}
