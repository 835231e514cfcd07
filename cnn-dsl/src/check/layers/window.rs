//! What `conv`, `dw`, `deconv` and `pool` share: kernels, pads, and whether they fit.

use crate::check::arguments::{Given, Value};
use crate::check::layers::error::Read;
use crate::check::layers::reader::Reader;
use crate::check::layers::{ArgumentError, WindowError};
use crate::ir::layers::conv::Conv;
use crate::ir::layers::dw::Dw;
use crate::ir::layers::pool::{Pool, PoolOver};
use crate::ir::shape::{padded, reach, same_pads};
use crate::ir::{Op, Pads, Shape};
use crate::source::Span;

/// The words behind `pad`.
pub(super) const PAD_WORDS: &[&str] = &["same", "valid"];

/// `pad` as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// TensorFlow's rule.
    Same,
    /// So many rows and columns.
    Fixed(Pads),
}

/// The height and width that a convolution or pool would give with `pad same`.
pub fn padded_same(op: &Op, input: Shape) -> Option<[usize; 2]> {
    let stride = if let Op::Conv(Conv { stride, .. }) | Op::Dw(Dw { stride, .. }) = op {
        stride
    } else if let Op::Pool(Pool { over: PoolOver::Window { stride, ceil: false, .. }, .. }) = op {
        stride
    } else {
        return None;
    };
    let [h, w, _] = input.hwc();
    Some([h.div_ceil(stride[0]), w.div_ceil(stride[1])])
}

/// A kernel with what moves it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// R, S.
    pub(super) kernel: [usize; 2],
    /// Where the kernel stands.
    pub(super) at: Span,
    /// Vertical, horizontal.
    pub(super) stride: [usize; 2],
    /// Vertical, horizontal.
    pub(super) dilation: [usize; 2],
    /// As written.
    pub(super) padding: Padding,
}

/// The first value of `conv` and `deconv` with the number of filters; of `dw` without.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter {
    /// R, S.
    pub(super) kernel: [usize; 2],
    /// Where it stands.
    pub(super) at: Span,
    /// Incoming channels, where the filter is written in full.
    pub(super) channels: Option<usize>,
}

impl Reader<'_, '_> {
    /// `3x3, 32` or `3x3x16x32`: the filter, and the number of filters with its place.
    pub(super) fn filters(&mut self) -> Option<(Filter, usize, Span)> {
        let example = self.filters_example();
        let first = self.required(0, "a kernel and a number of filters", &example)?;
        let at = first.span;
        let sizes = self.kernel_sizes(first, &example)?;
        match *sizes.as_slice() {
            [r, s] => {
                let kernel = [r, s];
                let example = format!("{} {r}x{s}, 32", self.layer);
                let second = self.required(1, "the number of filters", &example)?;
                let what = "the number of filters";
                let filters = self.integer(&second.value, second.place(), what, 1)?;
                Some((Filter { kernel, at, channels: None }, filters, second.span))
            }
            [r, s, c, k] => {
                if let Some(second) = self.positional(1) {
                    let (layer, usage) = (
                        self.layer,
                        if self.layer == "conv" { "conv RxSxINxOUT" } else { "deconv RxSxINxOUT" },
                    );
                    return self.fail(ArgumentError::SurplusValue {
                        layer,
                        at: second.span,
                        usage,
                    });
                }
                Some((Filter { kernel: [r, s], at, channels: Some(c) }, k, at))
            }
            [r, s, k] => {
                let (layer, sizes) = (self.layer, [r, s, k]);
                self.fail(WindowError::FilterWithoutComma { layer, at, sizes })
            }
            ref other => self.kernel_length(at, other.len()),
        }
    }

    /// `3x3` or `3x3x64`.
    pub(super) fn depthwise_filter(&mut self) -> Option<Filter> {
        let kernel = self.positional(0).and_then(|given| self.kernel_text(given));
        let example = format!("{} {}", self.layer, kernel.as_deref().unwrap_or("3x3"));
        let first = self.required(0, "a kernel", &example)?;
        let at = first.span;
        match *self.kernel_sizes(first, &example)?.as_slice() {
            [r, s] => Some(Filter { kernel: [r, s], at, channels: None }),
            [r, s, c] => Some(Filter { kernel: [r, s], at, channels: Some(c) }),
            ref other => self.kernel_length(at, other.len()),
        }
    }

    /// `conv 3x3, 32`, of the numbers that the user wrote.
    fn filters_example(&self) -> String {
        let Some(first) = self.positional(0) else { return format!("{} 3x3, 32", self.layer) };
        let second = self.positional(1);
        let number = |given: &&Given| matches!(given.value, Value::Number(_));
        let kernel = second.filter(|given| matches!(given.value, Value::List(_)));
        let (kernel, filters) = match (number(&first), second) {
            (true, None) => (None, Some(first)),
            (true, Some(_)) if kernel.is_some() => (kernel.map(|k| self.text(k.span)), Some(first)),
            (true | false, second) => (self.kernel_text(first), second.filter(number)),
        };
        let kernel = kernel.as_deref().unwrap_or("3x3");
        let filters = filters.map_or_else(|| "32".to_owned(), |given| self.text(given.span));
        format!("{} {kernel}, {filters}", self.layer)
    }

    /// A kernel of what was written in place of one: `3x3` for `3` and `(3, 3)`.
    fn kernel_text(&self, given: &Given) -> Option<String> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let texts: Vec<String> = match (&given.value, given.parts.as_slice()) {
            (Value::Number(_), _) => vec![self.text(given.span); 2],
            (Value::Tuple(_), parts) => parts.iter().map(|&part| self.text(part)).collect(),
            _other => return None,
        };
        match texts.as_slice() {
            [rows, columns] if digits(rows) && digits(columns) => Some(format!("{rows}x{columns}")),
            [rows, columns] => Some(format!("[{rows}, {columns}]")),
            _other => None,
        }
    }

    /// `conv 3x3, 16` for `conv 3x3, 3, 16` on 3 channels, as PyTorch has it.
    pub(super) fn without_channels(&self) -> Option<String> {
        let [kernel, channels, filters] = self.args.positional.as_slice() else { return None };
        let Value::Number(number) = channels.value else { return None };
        let incoming = self.read()?.shape.channels() as i128;
        let two = matches!(&kernel.value, Value::List(sizes) if sizes.len() == 2);
        let meant = matches!(self.layer, "conv" | "deconv") && two;
        (meant && number.to_integer() == Some(incoming)).then(|| {
            let (kernel, filters) = (self.text(kernel.span), self.text(filters.span));
            format!("{} {kernel}, {filters}", self.layer)
        })
    }

    fn kernel_sizes(&mut self, given: &Given, example: &str) -> Option<Vec<usize>> {
        match &given.value {
            Value::List(list) => self.integers(list, given, "a kernel's size", 1),
            Value::Number(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => {
                let (layer, found) = (self.layer, given.value.kind());
                let (at, example) = (given.span, example.to_owned());
                self.fail(ArgumentError::KernelExpected { layer, at, found, example })
            }
        }
    }

    fn kernel_length<T>(&mut self, at: Span, found: usize) -> Option<T> {
        let (what, wanted) = ("the kernel".to_owned(), "two numbers");
        let example = "`3x3`".to_owned();
        self.fail(ArgumentError::WrongLength { what, at, found, wanted, example })
    }

    /// Whether a filter written in full has the channels that come in.
    pub(super) fn filter_channels(
        &mut self,
        filter: Filter,
        input: Read,
        groups: usize,
    ) -> Option<()> {
        match filter.channels {
            Some(written) if written.checked_mul(groups) != Some(input.shape.channels()) => {
                let (layer, at) = (self.layer, filter.at);
                self.fail(WindowError::FilterChannels { layer, at, written, input, groups })
            }
            Some(_) | None => Some(()),
        }
    }

    /// `pad`: nothing, `same`, `valid`, `1`, `1x2`, `(top, bottom, left, right)`; none negative.
    pub(super) fn padding(&mut self) -> Option<Padding> {
        let Some(given) = self.args.named("pad") else {
            return Some(Padding::Fixed(Pads::default()));
        };
        if let Value::Word(word) = &given.value {
            return match word.as_str() {
                "same" => Some(Padding::Same),
                "valid" => Some(Padding::Fixed(Pads::default())),
                _ => {
                    let (what, word) = ("`pad`".to_owned(), word.clone());
                    let (at, known) = (given.span, PAD_WORDS);
                    self.fail(ArgumentError::UnknownWord { what, at, word, known })
                }
            };
        }
        let pads = self.pads(given)?;
        let sides = [pads.top, pads.bottom, pads.left, pads.right];
        if sides.iter().any(|&side| side < 0) {
            let (layer, at) = (self.layer, given.span);
            return self.fail(WindowError::NegativePad { layer, at, pads });
        }
        Some(Padding::Fixed(pads))
    }

    /// `1`, `1x2` or `(top, bottom, left, right)`.
    pub(super) fn pads(&mut self, given: &Given) -> Option<Pads> {
        let (at, what) = (given.span, "`pad`");
        match &given.value {
            Value::Number(_) => {
                let all = self.signed(&given.value, given.place(), what)?;
                Some(Pads { top: all, bottom: all, left: all, right: all })
            }
            Value::List(list) | Value::Tuple(list) => {
                let sides = list.iter().enumerate();
                let sides: Vec<_> =
                    sides.map(|(i, side)| self.signed(side, given.part(i), what)).collect();
                let sides: Vec<_> = sides.into_iter().collect::<Option<_>>()?;
                match *sides.as_slice() {
                    [rows, columns] if matches!(given.value, Value::List(_)) => {
                        Some(Pads { top: rows, bottom: rows, left: columns, right: columns })
                    }
                    [top, bottom, left, right] => Some(Pads { top, bottom, left, right }),
                    ref other => {
                        let (what, found) = (what.to_owned(), other.len());
                        let wanted = "one number, two or four";
                        let example = "`1`, `1x2` or `(top, bottom, left, right)`".to_owned();
                        self.fail(ArgumentError::WrongLength { what, at, found, wanted, example })
                    }
                }
            }
            Value::Bool(_)
            | Value::Text(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => {
                let wanted = "`same`, `valid`, a number, `1x2` or (top, bottom, left, right)";
                self.wrong_type(&given.value, at, what, wanted)
            }
        }
    }

    /// The pads in numbers, once the window is known to fit into the padded image.
    pub(super) fn fitted(&mut self, window: Window, input: Read) -> Option<Pads> {
        let Window { kernel, at, stride, dilation, padding } = window;
        let [h, w, _] = input.shape.hwc();
        let pads = match padding {
            Padding::Fixed(pads) => pads,
            Padding::Same => {
                // A reach that cannot be counted is no reach that fits.
                let vertical = same_pads(h, kernel[0], stride[0], dilation[0])?;
                let horizontal = same_pads(w, kernel[1], stride[1], dilation[1])?;
                Pads {
                    top: vertical.0,
                    bottom: vertical.1,
                    left: horizontal.0,
                    right: horizontal.1,
                }
            }
        };
        let padded = padded([h, w], pads)?;
        let fits = |axis: usize| {
            reach(kernel[axis], dilation[axis]).is_some_and(|reach| reach <= padded[axis])
        };
        if fits(0) && fits(1) {
            return Some(pads);
        }
        let layer = self.layer;
        self.fail(WindowError::KernelTooLarge { layer, at, kernel, dilation, padded, input })
    }
}
