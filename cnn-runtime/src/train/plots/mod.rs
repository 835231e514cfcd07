//! Pictures of a training as PNG files: curves, the confusion matrix, the first filters.
//!
//! In: a history, a confusion matrix, a network. Out: a file, which appears whole or not at all.
//! Text is set in DejaVu Sans, a part of which is shipped (`font/`); characters beyond Latin are empty
//! boxes. Deliberately absent: windows, and any file of the system.

mod canvas;
mod confusion;
mod curves;
mod filters;

pub use confusion::confusion_png;
pub use curves::curves_png;
pub use filters::filters_png;
