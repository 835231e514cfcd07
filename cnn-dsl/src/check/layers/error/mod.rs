//! What can be wrong with a layer: as data first, and as text in the same file.
//!
//! Message: lower case, no full stop, the user's text in backticks. `at` is the smallest text that
//! is wrong; `what` names it in a sentence: `` `stride` ``, `the number of filters`. The help mends
//! when it is followed to the letter.

mod argument;
mod channel;
mod shape;
mod window;
mod words;

pub use argument::ArgumentError;
pub use channel::ChannelError;
pub use shape::ShapeError;
pub use window::WindowError;

use crate::diagnostic::Diagnostic;
use crate::ir::Shape;
use crate::source::{Sources, Span};

/// A mistake in one layer.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerError {
    /// In what stands behind its name.
    Argument(ArgumentError),
    /// In a kernel and how it moves.
    Window(WindowError),
    /// In the shapes of operands and results.
    Shape(ShapeError),
    /// In how channels are parted.
    Channel(ChannelError),
}

impl LayerError {
    /// The error as it is shown.
    pub fn diagnostic(&self, sources: &Sources) -> Diagnostic {
        match self {
            Self::Argument(error) => error.diagnostic(sources),
            Self::Window(error) => error.diagnostic(),
            Self::Shape(error) => error.diagnostic(),
            Self::Channel(error) => error.diagnostic(sources),
        }
    }
}

impl From<ArgumentError> for LayerError {
    fn from(error: ArgumentError) -> Self {
        Self::Argument(error)
    }
}

impl From<WindowError> for LayerError {
    fn from(error: WindowError) -> Self {
        Self::Window(error)
    }
}

impl From<ShapeError> for LayerError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl From<ChannelError> for LayerError {
    fn from(error: ChannelError) -> Self {
        Self::Channel(error)
    }
}

/// What a layer reads, and where that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Its shape.
    pub shape: Shape,
    /// The operand's name or brace; the layer's name for the running tensor.
    pub span: Span,
    /// Whether `span` is the layer's name.
    pub running: bool,
}
