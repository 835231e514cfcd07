//! What can be wrong with a layer, as data. `text` turns it into what the user reads.

mod text;

use crate::diagnostic::Diagnostic;
use crate::ir::Shape;
use crate::number::Rational;
use crate::source::{Sources, Span};

/// What a layer reads, and where that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Its shape.
    pub shape: Shape,
    /// The operand's name or brace; the layer's name for the running tensor.
    pub span: Span,
    /// Whether it is the running tensor.
    pub running: bool,
}

/// A mistake in one layer. `at` is the smallest text that is wrong; `what` names it in a sentence:
/// `` `stride` ``, `the number of filters`.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "each variant is documented, its fields are named as its text shows"
)]
pub enum LayerError {
    /// `conv 3x3;`
    MissingValue { layer: &'static str, at: Span, what: &'static str, example: String },
    /// `dense 10, 20;`
    SurplusValue { layer: &'static str, at: Span, usage: &'static str },
    /// `stride "2"`
    WrongType { what: String, at: Span, found: &'static str, wanted: &'static str },
    /// `conv 32, 3x3;`
    KernelExpected { layer: &'static str, at: Span, found: &'static str, example: String },
    /// `conv 3x3, (32 * alpha)` where that is 48/5.
    NotAnInteger { what: String, at: Span, value: Rational },
    /// `stride 0`, `dropout 1.5;`
    OutOfRange { what: String, at: Span, value: Rational, wanted: String },
    /// `scale 1e50;`: no finite `f32`, or one so small that it would become 0.
    NotRepresentable { what: String, at: Span, value: Rational },
    /// `stride 1x2x3`
    WrongLength { what: String, at: Span, found: usize, wanted: &'static str },
    /// `pad sam`
    UnknownWord { what: String, at: Span, word: String, known: &'static [&'static str] },
    /// `bias, no_bias`, `pool max 2x2, global;`
    Conflict { first: Span, second: Span },
    /// `pool avg global, stride 2;`
    WithoutEffect { argument: String, at: Span, why: &'static str },
    /// `flatten; conv 3x3, 8;`
    NeedsImage { layer: &'static str, input: Read },
    /// A result, or a tensor of weights, with more elements than a 32-bit index reaches.
    TooManyElements { layer: &'static str, at: Span, what: &'static str, input: Read },

    /// `conv 3x3x32;`
    FilterWithoutComma { layer: &'static str, at: Span, sizes: [usize; 3] },
    /// `conv 3x3x16x32;` on 3 channels; `dw 3x3x64;` on 32.
    FilterChannels { layer: &'static str, at: Span, written: usize, input: Read, groups: usize },
    /// `conv 9x9, 8;` on 4x4.
    KernelTooLarge {
        layer: &'static str,
        at: Span,
        kernel: [usize; 2],
        dilation: [usize; 2],
        padded: [usize; 2],
        input: Read,
    },
    /// `conv 3x3, 32, groups 4;` on 6 channels.
    GroupsChannels { at: Span, groups: usize, input: Read },
    /// `conv 3x3, 30, groups 4;`
    GroupsFilters { at: Span, groups: usize, filters: usize, filters_at: Span },
    /// `conv 3x3, 8, pad -1;`
    NegativePad { layer: &'static str, at: Span, value: Rational },
    /// `deconv 3x3, 8, stride 2, output_pad 2;`
    OutputPadTooLarge { at: Span, output_pad: usize, stride: usize, dilation: usize },
    /// `deconv 2x2, 8, pad 5;`
    DeconvCropsEverything { at: Span, full: [usize; 2], input: Read },
    /// `dense 10;` on 7x7x64.
    DenseNeedsVector { units: usize, input: Read },

    /// `pool 2x2;`
    PoolKindMissing { at: Span },
    /// `pool max 2x2, pad 2;`
    WindowInPadding { at: Span, kernel: [usize; 2], input: Read },

    /// `add;` with fewer than two operands.
    MissingOperand { layer: &'static str, at: Span },
    /// `add a, b;` of 56x56x64 and 56x56x128.
    AddShapes { first: Read, other: Read },
    /// `mul a, b;` of shapes that do not spread.
    MulShapes { first: Read, other: Read },
    /// `concat a, b;` of different height or width.
    ConcatSizes { first: Read, other: Read },

    /// `pad (-14, -14, 0, 0);` on 28 rows.
    CropsEverything { at: Span, what: &'static str, size: usize, by: i64, input: Read },
    /// `slice 10..20;` of 16 channels.
    SliceBeyond { at: Span, to: usize, input: Read },
    /// `slice 8..8;`
    SliceEmpty { at: Span, from: usize, to: usize },
    /// `split 3;` of 16 channels.
    SplitUneven { at: Span, parts: usize, input: Read },
    /// `split 8, 9;` of 16 channels.
    SplitSum { at: Span, sum: usize, input: Read },
    /// `shuffle 3;` of 16 channels.
    ShuffleUneven { at: Span, groups: usize, input: Read },
    /// `depth_to_space 2;` of 6 channels.
    DepthChannels { at: Span, block: usize, input: Read },
    /// `space_to_depth 2;` of 7x7.
    DepthSides { at: Span, block: usize, input: Read },

    /// `pool max 2x2, unroll full;`
    CannotUnroll { layer: &'static str, at: Span },
    /// `unroll full` on a layer of more vector statements than are written out.
    UnrollTooLarge { layer: &'static str, at: Span, cost: u64, limit: u64 },
}

impl LayerError {
    /// The error as it is shown.
    pub fn diagnostic(&self, sources: &Sources) -> Diagnostic {
        text::diagnostic(self, sources)
    }
}
