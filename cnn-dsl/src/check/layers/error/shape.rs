//! Operands that a layer cannot compute from, and results of no possible size.

use super::Read;
use crate::diagnostic::Diagnostic;
use crate::ir::Shape;
use crate::ir::shape::MAX_ELEMENTS;
use crate::source::Span;

/// Operands that a layer cannot compute from, and results of no possible size.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "each variant is documented, its fields are named as its text shows"
)]
pub enum ShapeError {
    /// `flatten; conv 3x3, 8;`
    NeedsImage { layer: &'static str, input: Read },
    /// `dense 10;` on 7x7x64.
    DenseNeedsVector { units: String, input: Read },
    /// A result, or a tensor of weights, with more elements than a 32-bit index reaches.
    TooManyElements { layer: &'static str, at: Span, what: &'static str, input: Read },
    /// `add a, b;` of 56x56x64 and 56x56x128.
    AddShapes { first: Read, other: Read },
    /// `mul a, b;` of shapes that do not spread.
    MulShapes { first: Read, other: Read },
    /// `concat a, b;` of different height or width.
    ConcatSizes { first: Read, other: Read },
    /// `pad (-14, -14, 0, 0);` on 28 rows.
    CropsEverything { at: Span, what: &'static str, size: usize, by: i64, input: Read },
    /// `pool max 2x2, unroll full;`
    CannotUnroll { layer: &'static str, at: Span },
    /// `unroll full` on a layer of more vector statements than are written out.
    UnrollTooLarge { layer: &'static str, at: Span, cost: u64, limit: u64 },
}

impl ShapeError {
    /// The error as it is shown.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::NeedsImage { layer, input } => {
                let message = format!("`{layer}` needs an image, not a vector of {}", input.shape);
                Diagnostic::new("needs_image", input.span, message).here(input.words()).help(
                    format!("put `{layer}` before the `flatten` or `dense` that makes the vector"),
                )
            }
            Self::DenseNeedsVector { units, input } => {
                let message = format!("`dense` needs a vector, not an image of `{}`", input.shape);
                Diagnostic::new("dense_needs_vector", input.span, message).here(input.words()).help(
                    format!(
                        "write `flatten; dense {units};`, or `pool avg global; dense {units};`"
                    ),
                )
            }
            Self::TooManyElements { layer, at, what, input } => {
                let message =
                    format!("the {what} of `{layer}` has more than {MAX_ELEMENTS} elements");
                input
                    .mark(Diagnostic::new("too_many_elements", *at, message))
                    .help("make it smaller: 2^31 elements are the limit of one tensor")
            }
            Self::AddShapes { first, other } => add_shapes(*first, *other),
            Self::MulShapes { first, other } => mul_shapes(*first, *other),
            Self::ConcatSizes { first, other } => concat_sizes(*first, *other),
            Self::CropsEverything { at, what, size, by, input } => {
                let message = format!("nothing remains of {size} {what} when {by} are cropped");
                input
                    .mark(Diagnostic::new("crops_everything", *at, message))
                    .help(format!("crop at most {} {what}", size - 1))
            }
            Self::CannotUnroll { layer, at } => {
                Diagnostic::new("cannot_unroll", *at, format!("`{layer}` cannot be unrolled"))
                    .help("remove `unroll full`: only `conv`, `dw` and `dense` can be")
            }
            Self::UnrollTooLarge { layer, at, cost, limit } => {
                let message = format!(
                    "this `{layer}` unrolled is {cost} vector statements, the limit is {limit}"
                );
                Diagnostic::new("unroll_too_large", *at, message).help(
                    "remove `unroll full`: it is meant for small layers, and makes none faster",
                )
            }
        }
    }
}

/// An error of two operands that do not go together.
fn pair(code: &'static str, message: String, first: Read, other: Read) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, other.span, message).here(other.words());
    if first.span == other.span { diagnostic } else { diagnostic.label(first.span, first.words()) }
}

fn add_shapes(first: Read, other: Read) -> Diagnostic {
    let message = format!("`add` of different shapes: `{}` and `{}`", first.shape, other.shape);
    let help = match (first.shape, other.shape) {
        (Shape::Image { h, w, c }, Shape::Image { h: h2, w: w2, .. }) if (h, w) == (h2, w2) => {
            format!("bring both to the same channels, say with `conv 1x1, {c}` on the second")
        }
        (Shape::Image { c, .. }, Shape::Image { c: c2, .. }) if c == c2 => {
            "bring both to the same height and width, by `pad same` or the same strides".to_owned()
        }
        (Shape::Image { .. } | Shape::Vector(_), Shape::Image { .. } | Shape::Vector(_)) => {
            format!("bring the second to `{}`", first.shape)
        }
    };
    pair("add_shapes", message, first, other).help(help)
}

fn mul_shapes(first: Read, other: Read) -> Diagnostic {
    let message =
        format!("`mul` of shapes that do not go together: `{}` and `{}`", first.shape, other.shape);
    let diagnostic = pair("mul_shapes", message, first, other);
    match (first.shape, other.shape) {
        (Shape::Image { c, .. }, Shape::Vector(n)) | (Shape::Vector(n), Shape::Image { c, .. })
            if c == n =>
        {
            diagnostic.help(format!("`conv 1x1, {c}` in place of `dense {c}` keeps `1x1x{c}`"))
        }
        (Shape::Image { c, .. }, Shape::Image { .. } | Shape::Vector(_)) => {
            diagnostic.help(format!("bring the second to `{}` or `1x1x{c}`", first.shape))
        }
        (Shape::Vector(_), Shape::Image { .. } | Shape::Vector(_)) => {
            diagnostic.help(format!("bring the second to `{}`", first.shape))
        }
    }
}

fn concat_sizes(first: Read, other: Read) -> Diagnostic {
    let help = match (first.shape, other.shape) {
        (Shape::Image { h, w, .. }, Shape::Image { .. }) => {
            format!(
                "bring the second to `{h}x{w}`, by `pad same`, the same strides, or `resize {h}x{w}`"
            )
        }
        (Shape::Image { .. }, Shape::Vector(_))
        | (Shape::Vector(_), Shape::Image { .. } | Shape::Vector(_)) => {
            "`flatten` the image, or keep both images".to_owned()
        }
    };
    let message =
        format!("`concat` of different heights or widths: `{}` and `{}`", first.shape, other.shape);
    pair("concat_sizes", message, first, other).help(help)
}
