//! A kernel, its groups or its pads that do not fit.

use super::Read;
use super::words::{counted, divisors, greatest_common_divisor, size};
use crate::diagnostic::Diagnostic;
use crate::ir::Pads;
use crate::ir::shape::reach;
use crate::source::Span;

/// A kernel, its groups or its pads that do not fit.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "each variant is documented, its fields are named as its text shows"
)]
pub enum WindowError {
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
    GroupsChannels { at: Span, groups: usize, filters: Option<usize>, input: Read },
    /// `conv 3x3, 30, groups 4;`
    GroupsFilters { at: Span, groups: usize, filters: usize, filters_at: Span },
    /// `conv 3x3, 8, pad -1;`
    NegativePad { layer: &'static str, at: Span, pads: Pads },
    /// `deconv 3x3, 8, stride 2, output_pad 2;`
    OutputPadTooLarge { at: Span, output_pad: usize, stride: usize, dilation: usize },
    /// `deconv 2x2, 8, pad 5;`
    DeconvCropsEverything { at: Span, full: [usize; 2], input: Read },
    /// `pool 2x2;`
    PoolKindMissing { at: Span },
    /// `pool max 2x2, pad 2;`
    WindowInPadding { at: Span, kernel: [usize; 2], input: Read },
}

impl WindowError {
    /// The error as it is shown.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::FilterWithoutComma { layer, at, sizes: [r, s, k] } => {
                let message =
                    format!("the filter of `{layer}` has two sizes, or four in full, not three");
                Diagnostic::new("filter_form", *at, message)
                    .help(format!("write `{layer} {r}x{s}, {k}` for {}", counted(*k, "filter")))
            }
            Self::FilterChannels { layer: _, at, written, input, groups } => {
                filter_channels(*at, *written, *input, *groups)
            }
            Self::KernelTooLarge { layer, at, kernel, dilation, padded, input } => {
                kernel_too_large(layer, *at, *kernel, *dilation, *padded, *input)
            }
            Self::GroupsChannels { at, groups, filters, input } => {
                groups_channels(*at, *groups, *filters, *input)
            }
            Self::GroupsFilters { at, groups, filters, filters_at } => {
                groups_filters(*at, *groups, *filters, *filters_at)
            }
            Self::NegativePad { layer, at, pads: Pads { top, bottom, left, right } } => {
                let message = format!("the pads of `{layer}` must not be negative");
                let layer = format!("pad ({top}, {bottom}, {left}, {right});");
                Diagnostic::new("negative_pad", *at, message)
                    .help(format!("crop before it, with a layer of its own: `{layer}`"))
            }
            Self::OutputPadTooLarge { at, output_pad, stride, dilation } => {
                let limit = *stride.max(dilation);
                let message = format!(
                    "`output_pad {output_pad}` is not less than stride {stride} or dilation {dilation}"
                );
                Diagnostic::new("output_pad_too_large", *at, message)
                    .help(format!("use at most `output_pad {}`", limit - 1))
            }
            Self::DeconvCropsEverything { at, full: [h, w], input } => {
                let message = format!("the pads cut the whole `{h}x{w}` result away");
                input.mark(Diagnostic::new("deconv_crops_everything", *at, message)).help(format!(
                    "cut less than {h} rows and {w} columns: `pad valid` cuts nothing"
                ))
            }
            Self::PoolKindMissing { at } => {
                Diagnostic::new("pool_kind_missing", *at, "`pool` needs `max` or `avg`")
                    .help("write `pool max` for the largest value, `pool avg` for the mean")
            }
            Self::WindowInPadding { at, kernel, input } => {
                let [r, s] = *kernel;
                let message = format!("a `{r}x{s}` window would see nothing but padding");
                let half = if r / 2 == s / 2 { (r / 2).to_string() } else { size([r / 2, s / 2]) };
                input
                    .mark(Diagnostic::new("window_in_padding", *at, message))
                    .help(format!("pad at most half the window: `pad {half}`"))
            }
        }
    }
}

fn filter_channels(at: Span, written: usize, input: Read, groups: usize) -> Diagnostic {
    let channels = input.shape.channels();
    let right = channels / groups;
    let whose = match groups {
        1 => "the input".to_owned(),
        _ => format!("each of {groups} groups"),
    };
    let message =
        format!("the filter is for {}, but {whose} has {right}", counted(written, "channel"));
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
    let into = size(padded);
    let dilated = if dilation == [1, 1] { "" } else { "dilated " };
    let kernel_text = size(kernel);
    let message = format!(
        "the {dilated}kernel `{kernel_text}` does not fit into the `{into}` {whole} of `{layer}`"
    );
    let diagnostic = input.mark(Diagnostic::new("kernel_too_large", at, message));
    let most = |axis: usize| (padded[axis] - 1) / dilation[axis] + 1;
    let smaller = size([most(0), most(1)]);
    if dilation == [1, 1] {
        return diagnostic.help(format!("use a kernel of at most `{smaller}`, or `pad same`"));
    }
    let over = |axis: usize| reach(kernel[axis], dilation[axis]).unwrap_or(usize::MAX);
    let widest = (0..2).filter_map(|axis| (padded[axis] - 1).checked_div(kernel[axis] - 1)).min();
    let dilation = match widest {
        Some(widest @ 1..) => format!("a dilation of at most {widest}, "),
        Some(0) | None => String::new(),
    };
    diagnostic
        .here(format!("reaches over {}", size([over(0), over(1)])))
        .help(format!("use {dilation}a kernel of at most `{smaller}`, or `pad same`"))
}

/// The groups that are proposed divide the filters too, or the next error would be theirs.
fn groups_channels(at: Span, groups: usize, filters: Option<usize>, input: Read) -> Diagnostic {
    let channels = input.shape.channels();
    let message = format!(
        "{} do not divide the {} that come in",
        counted(groups, "group"),
        counted(channels, "channel")
    );
    let (whom, all) = match filters {
        Some(filters) if !filters.is_multiple_of(channels) => {
            (format!("{channels} and {filters}"), greatest_common_divisor(channels, filters))
        }
        Some(_) | None => (channels.to_string(), channels),
    };
    input
        .mark(Diagnostic::new("groups_channels", at, message))
        .help(format!("use a number of groups that divides {whom}: {}", divisors(all)))
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
