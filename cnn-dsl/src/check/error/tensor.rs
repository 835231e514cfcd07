//! Errors about tensors, shapes and shared weights.

use crate::check::arguments::Place;
use crate::check::error::count;
use crate::diagnostic::Diagnostic;
use crate::ir::Shape;
use crate::source::Span;

/// A mistake in a tensor.
#[derive(Debug)]
pub(in crate::check) enum TensorError {
    SeveralResults {
        layer: String,
        at: Span,
        count: usize,
    },
    NothingRunsOn {
        layer: String,
        at: Span,
    },
    NoOperand {
        layer: String,
        at: Span,
    },
    BadSize {
        at: Place,
        text: String,
        size: i128,
    },
    NotAShape {
        at: Span,
        sizes: usize,
    },
    TooLarge {
        at: Span,
        text: String,
    },
    WrongAssertion {
        at: Span,
        statement: Span,
        layer: String,
        asserted: Shape,
        found: Shape,
        input: Option<Shape>,
        through: String,
        /// Whether `pad same` would give the asserted shape.
        pad_same: bool,
    },
    WeightsTooLarge {
        at: Span,
        name: String,
    },
    OtherWeights {
        at: Span,
        declared: Span,
        first: Vec<usize>,
        now: Vec<usize>,
    },
}

impl TensorError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::SeveralResults { layer, at, count: n } => {
                let results = count(n, "result");
                let names: Vec<String> = (1..=n.min(4)).map(|i| format!("x{i}")).collect();
                Diagnostic::new("several_results", at, format!("`{layer}` gives {results}"))
                    .help(format!("take them apart: `let ({}) = ...`", names.join(", ")))
            }
            Self::NothingRunsOn { layer, at } => {
                let message = format!("`{layer}` names its operands, nothing runs on this");
                Diagnostic::new("surplus_from", at, message)
            }
            Self::NoOperand { layer, at } => {
                let message = format!("`{layer}` has no operand beside the running tensor");
                Diagnostic::new("missing_operand", at, message)
                    .help(format!("name one: `{layer} x` or `{layer} {{ conv ...; }}`"))
            }
            Self::BadSize { at, text, size } => {
                let literal = text == size.to_string();
                let size = if size == 0 { "zero".to_owned() } else { size.to_string() };
                let message = match at {
                    Place::Own(_) if literal => format!("a size of {size}"),
                    Place::Own(_) => format!("a size of {size}: `{text}`"),
                    Place::Among(_) => format!("`{text}` has a size of {size}"),
                };
                Diagnostic::new("bad_size", at.span(), message).note("every size is at least 1")
            }
            Self::NotAShape { at, sizes } => {
                let message = format!("a shape has 1 or 3 sizes, this has {sizes}");
                Diagnostic::new("not_a_shape", at, message)
                    .help("an image is `HxWxC`, a vector one number")
            }
            Self::TooLarge { at, text } => {
                Diagnostic::new("too_large", at, format!("`{text}` is too large"))
                    .note("a tensor has at most 2147483648 elements")
            }
            Self::WrongAssertion {
                at,
                statement,
                layer,
                asserted,
                found,
                input,
                through,
                pad_same,
            } => {
                let message = format!("`-> {asserted}` was asserted, `{layer}` gives `{found}`");
                let (a, f) = (asserted.hwc(), found.hwc());
                let channels = a[..2] == f[..2];
                let code = if channels { "channel_mismatch" } else { "shape_mismatch" };
                let diagnostic = Diagnostic::new(code, at, message).here("asserted here");
                let diagnostic = match (input, through.is_empty()) {
                    (Some(input), false) => {
                        diagnostic.label(statement, format!("{input} through {through}"))
                    }
                    (Some(input), true) => diagnostic.label(statement, format!("from {input}")),
                    (None, _) => diagnostic,
                };
                diagnostic.help(assertion_help(&layer, asserted, found, pad_same))
            }
            Self::WeightsTooLarge { at, name } => {
                let message = format!("the weights of `{name}` are too large");
                Diagnostic::new("too_large", at, message)
                    .note("a layer has at most 2147483648 weights")
            }
            Self::OtherWeights { at, declared, first, now } => {
                let sizes = |dims: &[usize]| {
                    dims.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
                };
                let message = format!(
                    "weights of {} are shared, this input needs {}",
                    sizes(&first),
                    sizes(&now)
                );
                Diagnostic::new("other_weights", at, message).label(declared, "declared here")
            }
        }
    }
}

/// The cures of a wrong assertion.
fn assertion_help(layer: &str, asserted: Shape, found: Shape, pad_same: bool) -> String {
    let (a, f) = (asserted.hwc(), found.hwc());
    let channels = a[..2] == f[..2];
    match layer {
        "conv" | "deconv" if channels => {
            format!("assert `{found}`, or give `{layer}` {} filters", a[2])
        }
        "dense" if channels => format!("assert `{found}`, or give `{layer}` {} outputs", a[2]),
        _other if pad_same => format!("assert `{found}`, or give `{layer}` `pad same`"),
        _other => format!("assert `{found}`"),
    }
}
