//! What the user reads: each mistake's message, labels and cure.
//!
//! Message: lower case, no full stop, the user's text in backticks. The help mends when it is
//! followed to the letter.

use super::{LayerError, Read};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::Shape;
use crate::ir::shape::{MAX_ELEMENTS, reach};
use crate::number::Rational;
use crate::source::{Sources, Span};

#[expect(clippy::too_many_lines, reason = "one arm a mistake, each a call")]
pub(super) fn diagnostic(error: &LayerError, sources: &Sources) -> Diagnostic {
    match error {
        LayerError::MissingValue { layer, at, what, example } => {
            Diagnostic::new("missing_value", *at, format!("`{layer}` needs {what}"))
                .help(format!("write `{example}`"))
        }
        LayerError::SurplusValue { layer, at, usage } => {
            let message = format!("`{}` is one value too many for `{layer}`", sources.text(*at));
            Diagnostic::new("surplus_value", *at, message).help(format!("write `{usage}`"))
        }
        LayerError::WrongType { what, at, found, wanted } => {
            Diagnostic::new("wrong_type", *at, format!("{what} must be {wanted}, not {found}"))
        }
        LayerError::KernelExpected { layer, at, found, example } => {
            let message = format!("the first value of `{layer}` is its kernel, not {found}");
            Diagnostic::new("kernel_expected", *at, message).help(format!("write `{example}`"))
        }
        LayerError::NotAnInteger { what, at, value } => not_an_integer(what, *at, *value, sources),
        LayerError::OutOfRange { what, at, value, wanted } => {
            let message = format!("{what} must be {wanted}{}", but(*value, *at, sources));
            Diagnostic::new("out_of_range", *at, message)
        }
        LayerError::NotRepresentable { what, at, value } => {
            let message = format!("{what} does not fit into 32-bit floating point");
            let written = Written::of(*value, *at, sources);
            Diagnostic::new("not_representable", *at, message)
                .here(if value.floor() >= Rational::ONE || *value <= Rational::integer(-1) {
                    "too large"
                } else {
                    "would become 0"
                })
                .note(written.as_fact())
        }
        LayerError::WrongLength { what, at, found, wanted } => {
            let numbers = counted(*found, "number");
            Diagnostic::new("wrong_length", *at, format!("{what} has {numbers}, it takes {wanted}"))
        }
        LayerError::UnknownWord { what, at, word, known } => unknown_word(what, *at, word, known),
        LayerError::Conflict { first, second } => {
            let (a, b) = (sources.text(*first), sources.text(*second));
            let message = format!("`{a}` and `{b}` exclude each other");
            Diagnostic::new("conflicting_arguments", *second, message)
                .label(*first, "said here")
                .help("keep one of them")
        }
        LayerError::WithoutEffect { argument, at, why } => {
            let message = format!("`{argument}` has no effect: {why}");
            Diagnostic::new("argument_without_effect", *at, message)
                .help(format!("remove `{}`", sources.text(*at)))
        }
        LayerError::NeedsImage { layer, input } => {
            let message = format!("`{layer}` needs an image, not a vector of {}", input.shape);
            Diagnostic::new("needs_image", input.span, message).here(input.words()).help(format!(
                "put `{layer}` before the `flatten` or `dense` that makes the vector"
            ))
        }
        LayerError::TooManyElements { layer, at, what, input } => {
            let message = format!("the {what} of `{layer}` has more than {MAX_ELEMENTS} elements");
            input
                .mark(Diagnostic::new("too_many_elements", *at, message))
                .help("make it smaller: 2^31 elements are the limit of one tensor")
        }
        LayerError::FilterWithoutComma { layer, at, sizes: [r, s, k] } => {
            let message =
                format!("the filter of `{layer}` has two sizes, or four in full, not three");
            Diagnostic::new("filter_form", *at, message)
                .help(format!("write `{layer} {r}x{s}, {k}` for {}", counted(*k, "filter")))
        }
        LayerError::FilterChannels { layer: _, at, written, input, groups } => {
            filter_channels(*at, *written, *input, *groups)
        }
        LayerError::KernelTooLarge { layer, at, kernel, dilation, padded, input } => {
            kernel_too_large(layer, *at, *kernel, *dilation, *padded, *input)
        }
        LayerError::GroupsChannels { at, groups, input } => {
            let channels = input.shape.channels();
            let message = format!(
                "{} do not divide the {} that come in",
                counted(*groups, "group"),
                counted(channels, "channel")
            );
            input.mark(Diagnostic::new("groups_channels", *at, message)).help(format!(
                "use a number of groups that divides {channels}: {}",
                divisors(channels)
            ))
        }
        LayerError::GroupsFilters { at, groups, filters, filters_at } => {
            groups_filters(*at, *groups, *filters, *filters_at)
        }
        LayerError::NegativePad { layer, at, value } => {
            let message =
                format!("the pads of `{layer}` must not be negative{}", but(*value, *at, sources));
            Diagnostic::new("negative_pad", *at, message)
                .help(format!("crop before it, with a layer of its own: `pad ({value}, {value}, {value}, {value});`"))
        }
        LayerError::OutputPadTooLarge { at, output_pad, stride, dilation } => {
            let limit = *stride.max(dilation);
            let message = format!(
                "`output_pad {output_pad}` is not less than stride {stride} or dilation {dilation}"
            );
            Diagnostic::new("output_pad_too_large", *at, message)
                .help(format!("use at most `output_pad {}`", limit - 1))
        }
        LayerError::DeconvCropsEverything { at, full: [h, w], input } => {
            let message = format!("the pads cut the whole `{h}x{w}` result away");
            input
                .mark(Diagnostic::new("deconv_crops_everything", *at, message))
                .help(format!("cut less than {h} rows and {w} columns: `pad valid` cuts nothing"))
        }
        LayerError::DenseNeedsVector { units, input } => {
            let message = format!("`dense` needs a vector, not an image of `{}`", input.shape);
            Diagnostic::new("dense_needs_vector", input.span, message).here(input.words()).help(
                format!("write `flatten; dense {units};`, or `pool avg global; dense {units};`"),
            )
        }
        LayerError::PoolKindMissing { at } => {
            Diagnostic::new("pool_kind_missing", *at, "`pool` needs `max` or `avg`")
                .help("write `pool max` for the largest value, `pool avg` for the mean")
        }
        LayerError::WindowInPadding { at, kernel, input } => {
            let [r, s] = *kernel;
            let message = format!("a `{r}x{s}` window would see nothing but padding");
            let half = if r / 2 == s / 2 { (r / 2).to_string() } else { size([r / 2, s / 2]) };
            input
                .mark(Diagnostic::new("window_in_padding", *at, message))
                .help(format!("pad at most half the window: `pad {half}`"))
        }
        LayerError::MissingOperand { layer, at } => Diagnostic::new(
            "missing_operand",
            *at,
            format!("`{layer}` needs at least two operands"),
        )
        .help(format!("write `{layer} a, b`, or `{layer} a` for the running tensor and `a`")),
        LayerError::AddShapes { first, other } => add_shapes(*first, *other),
        LayerError::MulShapes { first, other } => mul_shapes(*first, *other),
        LayerError::ConcatSizes { first, other } => concat_sizes(*first, *other),
        LayerError::CropsEverything { at, what, size, by, input } => {
            let message = format!("nothing remains of {size} {what} when {by} are cropped");
            input
                .mark(Diagnostic::new("crops_everything", *at, message))
                .help(format!("crop at most {} of the {what}", size - 1))
        }
        LayerError::SliceBeyond { at, to: _, input } => {
            let channels = input.shape.channels();
            let message =
                format!("`{}` goes beyond the {}", sources.text(*at), counted(channels, "channel"));
            input
                .mark(Diagnostic::new("slice_beyond_channels", *at, message))
                .help(format!("the channels are `0..{channels}`"))
        }
        LayerError::SliceEmpty { at, from, to } => {
            let message = format!("the slice from {from} to {to} holds no channel");
            Diagnostic::new("slice_empty", *at, message)
                .help(format!("the end is not part of it: `{from}..{}` is one channel", from + 1))
        }
        LayerError::SplitUneven { at, parts, input } => {
            let channels = input.shape.channels();
            let message = format!(
                "{} cannot be split into {} equal parts",
                counted(channels, "channel"),
                parts
            );
            input
                .mark(Diagnostic::new("split_uneven", *at, message))
                .help(format!(
                    "use a number of parts that divides {channels}: {}",
                    divisors(channels)
                ))
                .help("or give the channels of each part: `split a, b`")
        }
        LayerError::SplitSum { at, sum, input } => {
            let channels = input.shape.channels();
            let message =
                format!("the parts add up to {sum}, but {} come in", counted(channels, "channel"));
            input.mark(Diagnostic::new("split_sum", *at, message)).help(if *sum < channels {
                format!("add {} to them", channels - sum)
            } else {
                format!("take {} from them", sum - channels)
            })
        }
        LayerError::ShuffleUneven { at, groups, input } => {
            let channels = input.shape.channels();
            let message = format!(
                "{} do not divide the {} that come in",
                counted(*groups, "group"),
                counted(channels, "channel")
            );
            input.mark(Diagnostic::new("shuffle_uneven", *at, message)).help(format!(
                "use a number of groups that divides {channels}: {}",
                divisors(channels)
            ))
        }
        LayerError::DepthChannels { at, block, input } => depth_channels(*at, *block, *input),
        LayerError::DepthSides { at, block, input } => depth_sides(*at, *block, *input),
        LayerError::CannotUnroll { layer, at } => {
            Diagnostic::new("cannot_unroll", *at, format!("`{layer}` cannot be unrolled"))
                .help("remove `unroll full`: only `conv`, `dw` and `dense` can be")
        }
        LayerError::UnrollTooLarge { layer, at, cost, limit } => {
            let message = format!(
                "this `{layer}` unrolled is {cost} vector statements, the limit is {limit}"
            );
            Diagnostic::new("unroll_too_large", *at, message)
                .help("remove `unroll full`: it is meant for small layers, and makes none faster")
        }
    }
}

impl Read {
    /// What is said at an operand: at the layer's name that it reads, else what it is.
    fn words(self) -> String {
        if self.running { format!("reads {}", self.shape) } else { format!("is {}", self.shape) }
    }

    /// Labels an error with the operand.
    fn mark(self, diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.primary.span == self.span {
            return diagnostic.here(self.words());
        }
        diagnostic.label(self.span, self.words())
    }
}

/// How a number was written.
enum Written<'a> {
    /// As a literal.
    Literal(&'a str),
    /// As a name or an expression, which has the value.
    Expression(&'a str, Rational),
    /// As one of several in a size, a list or a tuple.
    Among(&'a str, Rational),
}

impl<'a> Written<'a> {
    fn of(value: Rational, at: Span, sources: &'a Sources) -> Self {
        let text = sources.text(at);
        if text.starts_with('[') || has_comma_outside(text) || is_size(text) {
            return Self::Among(text, value);
        }
        let text = match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => inner.trim(),
            None => text,
        };
        let literal = text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
            && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        if literal { Self::Literal(text) } else { Self::Expression(text, value) }
    }

    /// As a sentence of its own.
    fn as_fact(&self) -> String {
        match self {
            Self::Literal(text) => format!("it is `{text}`"),
            Self::Expression(text, value) => format!("`{text}` is {value}"),
            Self::Among(text, value) => format!("`{text}` holds {value}"),
        }
    }
}

/// The end of a sentence on what a number must be.
fn but(value: Rational, at: Span, sources: &Sources) -> String {
    match Written::of(value, at, sources) {
        Written::Literal(text) => format!(", not `{text}`"),
        other @ (Written::Expression(..) | Written::Among(..)) => format!(": {}", other.as_fact()),
    }
}

/// Whether this is a tuple: `(1, 2)`, but not `(max(1, 2))`.
fn has_comma_outside(text: &str) -> bool {
    let mut depth = 0;
    text.chars().any(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 1 && text.starts_with('(')
    })
}

/// Whether this is a size as in `3x0`.
fn is_size(text: &str) -> bool {
    text.contains('x') && text.chars().all(|c| c.is_ascii_digit() || c == 'x')
}

fn size([rows, columns]: [usize; 2]) -> String {
    format!("{rows}x{columns}")
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("{n} {noun}") } else { format!("{n} {noun}s") }
}

/// The divisors of a number in words; the eight smallest and itself where there are many.
fn divisors(n: usize) -> String {
    let small = (1..=n.min(4096)).filter(|d| n.is_multiple_of(*d));
    let mut list: Vec<String> = small.take(8).map(|d| d.to_string()).collect();
    let itself = n.to_string();
    if list.last() != Some(&itself) {
        list.push(itself);
    }
    match list.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some(_) | None => list.concat(),
    }
}

fn not_an_integer(what: &str, at: Span, value: Rational, sources: &Sources) -> Diagnostic {
    let message = format!("{what} must be an integer{}", but(value, at, sources));
    let diagnostic = Diagnostic::new("not_an_integer", at, message);
    match Written::of(value, at, sources) {
        Written::Expression(text, _) => diagnostic.help(format!(
            "round it: `(round({text}))`, or `(round_to({text}, 8))` to a multiple of 8"
        )),
        Written::Literal(_) | Written::Among(..) => match value.floor().to_integer() {
            Some(below) => diagnostic.help(format!("write `{below}` or `{}`", below + 1)),
            None => diagnostic,
        },
    }
}

fn unknown_word(what: &str, at: Span, word: &str, known: &[&'static str]) -> Diagnostic {
    let diagnostic = Diagnostic::new("unknown_word", at, format!("{what} does not know `{word}`"));
    match did_you_mean(word, known.iter().copied()) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => diagnostic.help(format!("it knows `{}`, and numbers", known.join("`, `"))),
    }
}

fn filter_channels(at: Span, written: usize, input: Read, groups: usize) -> Diagnostic {
    let channels = input.shape.channels();
    let right = channels / groups;
    let of_group = if groups == 1 { "" } else { " to each group" };
    let message =
        format!("the filter is for {}, but {right} come{of_group}", counted(written, "channel"));
    input
        .mark(Diagnostic::new("filter_channels", at, message))
        .help(format!("write {right} in place of {written}, or leave the channels out"))
}

fn kernel_too_large(
    layer: &str,
    at: Span,
    kernel: [usize; 2],
    dilation: [usize; 2],
    padded: [usize; 2],
    input: Read,
) -> Diagnostic {
    let [h, w, _] = input.shape.hwc();
    let whole = if padded == [h, w] { "input" } else { "padded input" };
    let (fits, into) = (size(kernel), size(padded));
    let message =
        format!("the kernel `{fits}` does not fit into the `{into}` {whole} of `{layer}`");
    let mut diagnostic = input.mark(Diagnostic::new("kernel_too_large", at, message));
    if dilation != [1, 1] {
        let over = |axis: usize| reach(kernel[axis], dilation[axis]).unwrap_or(usize::MAX);
        diagnostic = diagnostic.here(format!("reaches over {}", size([over(0), over(1)])));
    }
    let most = |axis: usize| (padded[axis] - 1) / dilation[axis] + 1;
    diagnostic
        .help(format!("use a kernel of at most `{}`, or `pad same`", size([most(0), most(1)])))
}

fn groups_filters(at: Span, groups: usize, filters: usize, filters_at: Span) -> Diagnostic {
    let message =
        format!("{} do not divide the {}", counted(groups, "group"), counted(filters, "filter"));
    let below = filters / groups * groups;
    let near =
        if below == 0 { groups.to_string() } else { format!("{below} or {}", below + groups) };
    Diagnostic::new("groups_filters", at, message)
        .label(filters_at, counted(filters, "filter"))
        .help(format!(
            "use {near} filters, or a number of groups that divides {filters}: {}",
            divisors(filters)
        ))
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

fn depth_channels(at: Span, block: usize, input: Read) -> Diagnostic {
    let channels = input.shape.channels();
    let square = block.saturating_mul(block);
    let message =
        format!("`depth_to_space {block}` needs a multiple of {square} channels, not {channels}");
    let below = channels / square * square;
    let near = if below == 0 {
        square.to_string()
    } else {
        format!("{below} or {}", below.saturating_add(square))
    };
    input
        .mark(Diagnostic::new("depth_channels", at, message))
        .help(format!("give it {near} channels"))
}

fn depth_sides(at: Span, block: usize, input: Read) -> Diagnostic {
    let [h, w, _] = input.shape.hwc();
    let message = format!(
        "`space_to_depth {block}` needs a height and a width that {block} divides, not `{h}x{w}`"
    );
    let more = |side: usize| side.div_ceil(block).saturating_mul(block) - side;
    input.mark(Diagnostic::new("depth_sides", at, message)).help(format!(
        "add rows and columns before it: `pad (0, {}, 0, {});`",
        more(h),
        more(w)
    ))
}
