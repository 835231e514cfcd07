//! Images in memory: of `f32` or of bytes, borrowed or owned.
//!
//! In: arrays of ndarray of N, H, W, C, or slices of [`Image`](crate::Image). Out: [`Images`], which
//! writes one of them as `f32`. Nothing is copied on the way in.

use std::borrow::Cow;

use ndarray::{
    Array, ArrayBase, ArrayView, ArrayView3, ArrayView4, Axis, CowArray, CowRepr, Data, Dimension,
    Ix2, Ix3, Ix4,
};

/// Images of equal sizes, in memory.
///
/// They come from whatever holds them, without a copy:
///
/// | from | is |
/// |---|---|
/// | `&Array4<f32>`, `&Array4<u8>`, their views, or owned | N, H, W, C |
/// | `Array3` | N, H, W: images of one channel |
/// | `Array2` | N vectors |
/// | `&[Image<H, W, C>]`, `&[Bytes<H, W, C>]`, `&[[f32; N]]`, or vectors of them | as they say |
///
/// Bytes become the numbers 0 to 255, as `predict_u8` has them: a model with a `scale` in its input
/// wants them so. For another model, [`scale`](Self::scale) them.
///
/// ```
/// use cnn_runtime::data::Images;
/// use ndarray::Array4;
///
/// let photos = Array4::<u8>::zeros((400, 128, 128, 3));
/// let images = Images::from(&photos).scale(1.0 / 127.5).offset(-1.0);
/// assert_eq!((images.len(), images.sizes()), (400, [128, 128, 3]));
/// ```
#[derive(Debug, Clone)]
pub struct Images<'a> {
    pixels: Pixels<'a>,
    scale: Option<f32>,
    offset: Option<f32>,
    /// What they are called in an error.
    pub(super) name: Cow<'static, str>,
}

#[derive(Debug, Clone)]
enum Pixels<'a> {
    F32(Held<'a, f32, Ix4>),
    U8(Held<'a, u8, Ix4>),
}

/// A [`CowArray`] whose element is spelled out: by an associated type it would be invariant, and
/// images of a file could not be paired with borrowed labels.
pub(super) type Held<'a, T, D> = ArrayBase<CowRepr<'a, T>, D, T>;

impl<'a> Images<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.pixels {
            Pixels::F32(pixels) => pixels.len_of(Axis(0)),
            Pixels::U8(pixels) => pixels.len_of(Axis(0)),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Height, width, channels.
    pub fn sizes(&self) -> [usize; 3] {
        let (_, h, w, c) = match &self.pixels {
            Pixels::F32(pixels) => pixels.dim(),
            Pixels::U8(pixels) => pixels.dim(),
        };
        [h, w, c]
    }

    /// Multiplies every element by this when it is read; in place of an earlier scale.
    #[must_use]
    pub fn scale(mut self, scale: f32) -> Self {
        self.scale = Some(scale);
        self
    }

    /// Adds this to every element when it is read, after the [`scale`](Self::scale).
    #[must_use]
    pub fn offset(mut self, offset: f32) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Writes one image. The index and the length have been checked.
    pub(super) fn read(&self, index: usize, image: &mut [f32]) {
        match &self.pixels {
            Pixels::F32(pixels) => copy(&pixels.index_axis(Axis(0), index), image),
            Pixels::U8(pixels) => copy(&pixels.index_axis(Axis(0), index), image),
        }
        // Two roundings, as kernels of the input have.
        if let Some(scale) = self.scale {
            image.iter_mut().for_each(|x| *x *= scale);
        }
        if let Some(offset) = self.offset {
            image.iter_mut().for_each(|x| *x += offset);
        }
    }

    /// The same under a name of its own.
    pub(super) fn named(mut self, name: String) -> Self {
        self.name = name.into();
        self
    }

    fn new(pixels: Pixels<'a>) -> Self {
        Self { pixels, scale: None, offset: None, name: "the images".into() }
    }
}

fn copy<T: Copy + Into<f32>>(from: &ArrayView3<'_, T>, image: &mut [f32]) {
    if let Some(from) = from.as_slice() {
        image.iter_mut().zip(from).for_each(|(to, &from)| *to = from.into());
    } else {
        image.iter_mut().zip(from).for_each(|(to, &from)| *to = from.into());
    }
}

/// What images may be made of: `f32` and `u8`.
pub trait Pixel: sealed::Pixel {}

impl Pixel for f32 {}
impl Pixel for u8 {}

mod sealed {
    use super::{CowArray, Images, Ix4, Pixels};

    pub trait Pixel: Copy + 'static {
        fn images(pixels: CowArray<'_, Self, Ix4>) -> Images<'_>;
    }

    impl Pixel for f32 {
        fn images(pixels: CowArray<'_, Self, Ix4>) -> Images<'_> {
            Images::new(Pixels::F32(pixels))
        }
    }

    impl Pixel for u8 {
        fn images(pixels: CowArray<'_, Self, Ix4>) -> Images<'_> {
            Images::new(Pixels::U8(pixels))
        }
    }
}

/// From an array of these dimensions; the axes that it lacks have the size 1.
macro_rules! images_of {
    ($dimensions:ty, $array:ident => $whole:expr) => {
        impl<'a, P: Pixel, S: Data<Elem = P>> From<&'a ArrayBase<S, $dimensions>> for Images<'a> {
            fn from(array: &'a ArrayBase<S, $dimensions>) -> Self {
                array.view().into()
            }
        }

        impl<'a, P: Pixel> From<ArrayView<'a, P, $dimensions>> for Images<'a> {
            fn from($array: ArrayView<'a, P, $dimensions>) -> Self {
                P::images(CowArray::from($whole))
            }
        }

        impl<P: Pixel> From<Array<P, $dimensions>> for Images<'_> {
            fn from($array: Array<P, $dimensions>) -> Self {
                P::images(CowArray::from($whole))
            }
        }
    };
}

images_of!(Ix4, array => array);
images_of!(Ix3, array => array.insert_axis(Axis(3)));
images_of!(Ix2, array => array.insert_axis(Axis(1)).insert_axis(Axis(1)));

impl<'a, P: Pixel, const H: usize, const W: usize, const C: usize> From<&'a [[[[P; C]; W]; H]]>
    for Images<'a>
{
    fn from(images: &'a [[[[P; C]; W]; H]]) -> Self {
        let flat = images.as_flattened().as_flattened().as_flattened();
        P::images(of_flat((images.len(), H, W, C), flat))
    }
}

impl<'a, P: Pixel, const H: usize, const W: usize, const C: usize> From<&'a Vec<[[[P; C]; W]; H]>>
    for Images<'a>
{
    fn from(images: &'a Vec<[[[P; C]; W]; H]>) -> Self {
        images.as_slice().into()
    }
}

impl<'a, P: Pixel, const N: usize> From<&'a [[P; N]]> for Images<'a> {
    fn from(vectors: &'a [[P; N]]) -> Self {
        P::images(of_flat((vectors.len(), 1, 1, N), vectors.as_flattened()))
    }
}

impl<'a, P: Pixel, const N: usize> From<&'a Vec<[P; N]>> for Images<'a> {
    fn from(vectors: &'a Vec<[P; N]>) -> Self {
        vectors.as_slice().into()
    }
}

fn of_flat<P>(sizes: <Ix4 as Dimension>::Pattern, flat: &[P]) -> CowArray<'_, P, Ix4> {
    let Ok(view) = ArrayView4::from_shape(sizes, flat) else {
        unreachable!("a slice of arrays has their elements one after the other")
    };
    view.into()
}
