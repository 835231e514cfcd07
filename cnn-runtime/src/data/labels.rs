//! Labels in memory: numbers of classes, or one row of `f32` a sample; masks have a number or a row for
//! each pixel.
//!
//! In: slices, vectors, arrays of ndarray. Out: [`Labels`], which writes one target. Numbers of
//! classes are checked where the classes are known, in [`Arrays`](super::Arrays).

use std::borrow::Cow;

use ndarray::{
    Array, ArrayBase, ArrayView, ArrayView1, ArrayView2, ArrayView3, Axis, CowArray, Data, Ix1,
    Ix2, Ix3, Ix4,
};

use super::error::{DataError, Offset};
use super::images::Held;

/// What a network should answer, for each sample.
///
/// | from | is |
/// |---|---|
/// | integers: slices, vectors, `Array1`, `Array2` of one column | the number of the sample's class, from 0 on |
/// | `&Array2<f32>` or an owned one, `&[[f32; K]]` | a row a sample: one-hot, any distribution, or values |
/// | `&[f32]`, `Array1<f32>` | one value a sample |
/// | `Array2` of integers | a row a sample |
/// | `Array3` of integers, `&[[[u8; W]; H]]` | N, H, W: a mask a sample, with the number of each pixel's class |
/// | `Array3<f32>` | N, H, W: a mask a sample, with one value a pixel |
/// | `Array4` | N, H, W, K: a mask a sample, with a row a pixel; of one column of integers numbers of classes |
///
/// Rows of `f32` that lie one behind the other are not copied.
#[derive(Debug, Clone)]
pub struct Labels<'a> {
    targets: Targets<'a>,
    /// Height and width of a mask, else 1.
    pixels: [usize; 2],
    /// What they are called in an error.
    pub(super) name: Cow<'static, str>,
    /// Where the first stands in a file that has a byte a label.
    start: Option<Offset>,
}

#[derive(Debug, Clone)]
enum Targets<'a> {
    /// One a sample, or one a pixel.
    Classes(Vec<i64>),
    /// One a sample, of all its pixels.
    Rows(Held<'a, f32, Ix2>),
}

impl<'a> Labels<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.targets {
            Targets::Classes(classes) => classes.len() / self.mask().max(1),
            Targets::Rows(rows) => rows.nrows(),
        }
    }

    /// Height and width of a mask; `[1, 1]` where there is one target for the whole image.
    pub fn pixels(&self) -> [usize; 2] {
        self.pixels
    }

    /// Pixels of a mask.
    fn mask(&self) -> usize {
        self.pixels.iter().product()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the classes, where the labels are such; of masks one a pixel.
    pub fn classes(&self) -> Option<&[i64]> {
        match &self.targets {
            Targets::Classes(classes) => Some(classes),
            Targets::Rows(_) => None,
        }
    }

    /// Writes one target. The index, the length and the classes have been checked.
    pub(super) fn read(&self, index: usize, classes: usize, target: &mut [f32]) {
        match &self.targets {
            Targets::Classes(numbers) => {
                let own = &numbers[index * self.mask()..];
                let pixels = target.chunks_exact_mut(classes);
                pixels.zip(own).for_each(|(pixel, &class)| one_hot(class, pixel));
            }
            Targets::Rows(rows) => {
                let row = rows.row(index);
                target.iter_mut().zip(row).for_each(|(to, &from)| *to = from);
            }
        }
    }

    /// Whether every target has as many numbers as there are pixels and classes.
    pub(super) fn check(&self, [h, w, classes]: [usize; 3]) -> Result<(), DataError> {
        let (labels, numbers_wanted) = (self.name.clone(), h * w * classes);
        match &self.targets {
            Targets::Classes(numbers) => {
                let known = 0..if classes == 1 { 2 } else { classes as i64 };
                let wrong = numbers.iter().position(|number| !known.contains(number));
                wrong.map_or(Ok(()), |place| {
                    let offset = self.start.map(|start| start.plus(place as u64));
                    let (index, label) = (place / self.mask(), numbers[place]);
                    Err(DataError::Label { labels, index, offset, label, classes })
                })
            }
            Targets::Rows(rows) if rows.ncols() != numbers_wanted => {
                Err(DataError::Targets { labels, found: rows.ncols(), classes: numbers_wanted })
            }
            Targets::Rows(_) => Ok(()),
        }
    }

    /// The same under a name of its own.
    pub(super) fn named(mut self, name: String) -> Self {
        self.name = name.into();
        self
    }

    /// The same from bytes of a file, the first at `start`.
    pub(super) fn starting(mut self, start: Offset) -> Self {
        self.start = Some(start);
        self
    }

    fn new(targets: Targets<'a>) -> Self {
        Self { targets, pixels: [1, 1], name: "the labels".into(), start: None }
    }

    /// The same as masks of this height and width.
    fn of_pixels(mut self, pixels: [usize; 2]) -> Self {
        self.pixels = pixels;
        self
    }
}

/// 1 for the class, 0 for the others; a target of one number is that of a choice of two.
fn one_hot(class: i64, target: &mut [f32]) {
    target.fill(0.0);
    match target {
        [only] => *only = if class == 0 { 0.0 } else { 1.0 },
        target => {
            let place = usize::try_from(class).ok().and_then(|class| target.get_mut(class));
            place.into_iter().for_each(|place| *place = 1.0);
        }
    }
}

/// What labels may be made of: integers, and `f32`.
pub trait Label: sealed::Label {}

mod sealed {
    use super::{ArrayView1, CowArray, Ix2, Ix4, Labels};

    pub trait Label: Copy + 'static {
        fn one_a_sample(labels: ArrayView1<'_, Self>) -> Labels<'_>;
        fn rows(rows: CowArray<'_, Self, Ix2>) -> Labels<'_>;
        /// Masks of N, H, W, K; of N, H, W where K is 1.
        fn masks(masks: CowArray<'_, Self, Ix4>) -> Labels<'_>;
    }
}

impl Label for f32 {}

impl sealed::Label for f32 {
    fn one_a_sample(labels: ArrayView1<'_, Self>) -> Labels<'_> {
        Labels::new(Targets::Rows(labels.insert_axis(Axis(1)).into()))
    }

    fn rows(rows: CowArray<'_, Self, Ix2>) -> Labels<'_> {
        Labels::new(Targets::Rows(rows))
    }

    fn masks(masks: CowArray<'_, Self, Ix4>) -> Labels<'_> {
        let (n, h, w, k) = masks.dim();
        let masks = match masks.is_standard_layout() {
            true => masks,
            false => masks.as_standard_layout().into_owned().into(),
        };
        let Ok(rows) = masks.into_shape_with_order((n, h * w * k)) else {
            unreachable!("they are as many numbers, one behind the other")
        };
        Self::rows(rows).of_pixels([h, w])
    }
}

macro_rules! integer_labels {
    ($($integer:ty)*) => {$(
        impl Label for $integer {}

        impl sealed::Label for $integer {
            fn one_a_sample(labels: ArrayView1<'_, Self>) -> Labels<'_> {
                // No data set has 2^63 classes: what is larger is refused as what it becomes.
                let number = |&label: &$integer| i64::try_from(label).unwrap_or(i64::MAX);
                Labels::new(Targets::Classes(labels.iter().map(number).collect()))
            }

            fn rows(rows: CowArray<'_, Self, Ix2>) -> Labels<'_> {
                match rows.ncols() {
                    1 => Self::one_a_sample(rows.column(0)).detached(),
                    _ => Labels::new(Targets::Rows(rows.mapv(|x| x as f32).into())),
                }
            }

            fn masks(masks: CowArray<'_, Self, Ix4>) -> Labels<'_> {
                let (_, h, w, k) = masks.dim();
                if k != 1 {
                    return <f32 as sealed::Label>::masks(masks.mapv(|x| x as f32).into());
                }
                let number = |&label: &$integer| i64::try_from(label).unwrap_or(i64::MAX);
                let classes = Targets::Classes(masks.iter().map(number).collect());
                Labels::new(classes).of_pixels([h, w])
            }
        }
    )*};
}

integer_labels!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl Labels<'_> {
    /// Of numbers of classes, which are owned.
    fn detached(self) -> Labels<'static> {
        match self.targets {
            Targets::Classes(classes) => Labels::new(Targets::Classes(classes)),
            Targets::Rows(rows) => Labels::new(Targets::Rows(rows.into_owned().into())),
        }
    }
}

impl<'a, L: Label, S: Data<Elem = L>> From<&'a ArrayBase<S, Ix1>> for Labels<'a> {
    fn from(labels: &'a ArrayBase<S, Ix1>) -> Self {
        L::one_a_sample(labels.view())
    }
}

impl<'a, L: Label, S: Data<Elem = L>> From<&'a ArrayBase<S, Ix2>> for Labels<'a> {
    fn from(rows: &'a ArrayBase<S, Ix2>) -> Self {
        L::rows(rows.view().into())
    }
}

impl<'a, L: Label> From<ArrayView<'a, L, Ix1>> for Labels<'a> {
    fn from(labels: ArrayView<'a, L, Ix1>) -> Self {
        L::one_a_sample(labels)
    }
}

impl<'a, L: Label> From<ArrayView<'a, L, Ix2>> for Labels<'a> {
    fn from(rows: ArrayView<'a, L, Ix2>) -> Self {
        L::rows(rows.into())
    }
}

impl<L: Label> From<Array<L, Ix1>> for Labels<'_> {
    fn from(labels: Array<L, Ix1>) -> Self {
        L::one_a_sample(labels.view()).detached()
    }
}

impl<L: Label> From<Array<L, Ix2>> for Labels<'_> {
    fn from(rows: Array<L, Ix2>) -> Self {
        L::rows(rows.into())
    }
}

/// From an array of masks.
macro_rules! masks_of {
    ($dimensions:ty, $array:ident => $whole:expr) => {
        impl<'a, L: Label, S: Data<Elem = L>> From<&'a ArrayBase<S, $dimensions>> for Labels<'a> {
            fn from(masks: &'a ArrayBase<S, $dimensions>) -> Self {
                masks.view().into()
            }
        }

        impl<'a, L: Label> From<ArrayView<'a, L, $dimensions>> for Labels<'a> {
            fn from($array: ArrayView<'a, L, $dimensions>) -> Self {
                L::masks(CowArray::from($whole))
            }
        }

        impl<L: Label> From<Array<L, $dimensions>> for Labels<'_> {
            fn from($array: Array<L, $dimensions>) -> Self {
                L::masks(CowArray::from($whole))
            }
        }
    };
}

masks_of!(Ix3, masks => masks.insert_axis(Axis(3)));
masks_of!(Ix4, masks => masks);

impl<'a, L: Label, const H: usize, const W: usize> From<&'a [[[L; W]; H]]> for Labels<'a> {
    fn from(masks: &'a [[[L; W]; H]]) -> Self {
        let flat = masks.as_flattened().as_flattened();
        let Ok(view) = ArrayView3::from_shape((masks.len(), H, W), flat) else {
            unreachable!("a slice of arrays has their elements one after the other")
        };
        view.into()
    }
}

impl<'a, L: Label, const H: usize, const W: usize> From<&'a Vec<[[L; W]; H]>> for Labels<'a> {
    fn from(masks: &'a Vec<[[L; W]; H]>) -> Self {
        masks.as_slice().into()
    }
}

impl<'a, L: Label> From<&'a [L]> for Labels<'a> {
    fn from(labels: &'a [L]) -> Self {
        L::one_a_sample(labels.into())
    }
}

impl<'a, L: Label, const N: usize> From<&'a [L; N]> for Labels<'a> {
    fn from(labels: &'a [L; N]) -> Self {
        labels.as_slice().into()
    }
}

impl<'a, L: Label> From<&'a Vec<L>> for Labels<'a> {
    fn from(labels: &'a Vec<L>) -> Self {
        labels.as_slice().into()
    }
}

impl<L: Label> From<Vec<L>> for Labels<'_> {
    fn from(labels: Vec<L>) -> Self {
        Array::from_vec(labels).into()
    }
}

impl<'a, const K: usize> From<&'a [[f32; K]]> for Labels<'a> {
    fn from(rows: &'a [[f32; K]]) -> Self {
        ArrayView2::from(rows).into()
    }
}

impl<'a, const K: usize> From<&'a Vec<[f32; K]>> for Labels<'a> {
    fn from(rows: &'a Vec<[f32; K]>) -> Self {
        rows.as_slice().into()
    }
}
