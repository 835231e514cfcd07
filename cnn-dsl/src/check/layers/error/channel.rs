//! Channels that cannot be parted as asked.

use super::Read;
use super::words::{counted, divisors};
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// Channels that cannot be parted as asked.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "each variant is documented, its fields are named as its text shows"
)]
pub enum ChannelError {
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
}

impl ChannelError {
    /// The error as it is shown.
    pub(super) fn diagnostic(&self, sources: &Sources) -> Diagnostic {
        match self {
            Self::SliceBeyond { at, to: _, input } => {
                let channels = input.shape.channels();
                let message = format!(
                    "`{}` goes beyond the {}",
                    sources.text(*at),
                    counted(channels, "channel")
                );
                input
                    .mark(Diagnostic::new("slice_beyond_channels", *at, message))
                    .help(format!("the channels are `0..{channels}`"))
            }
            Self::SliceEmpty { at, from, to } => {
                let message = format!("the slice from {from} to {to} holds no channel");
                Diagnostic::new("slice_empty", *at, message).help(format!(
                    "the end is not part of it: `{from}..{}` is one channel",
                    from + 1
                ))
            }
            Self::SplitUneven { at, parts, input } => {
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
            Self::SplitSum { at, sum, input } => {
                let channels = input.shape.channels();
                let message = format!(
                    "the parts add up to {sum}, but {} come in",
                    counted(channels, "channel")
                );
                input.mark(Diagnostic::new("split_sum", *at, message)).help(if *sum < channels {
                    format!("add {} to them", channels - sum)
                } else {
                    format!("take {} from them", sum - channels)
                })
            }
            Self::ShuffleUneven { at, groups, input } => {
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
            Self::DepthChannels { at, block, input } => depth_channels(*at, *block, *input),
            Self::DepthSides { at, block, input } => depth_sides(*at, *block, *input),
        }
    }
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
