//! What is seen of a running training: a bar an epoch, or a line.
//!
//! In: how far an epoch is. Out: text on the standard error. A bar needs the feature `progress` and a
//! terminal; otherwise each epoch is one line, when it ends. Deliberately absent: errors; a training
//! does not end because nobody reads.

use super::history::Epoch;
use std::io::Write;

/// How much is said while a network is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verbose {
    /// Nothing. Only so does no batch allocate memory.
    Silent,
    /// A line an epoch.
    Lines,
    /// A bar an epoch, with loss, accuracy, samples a second and the time left, which becomes a line;
    /// lines alone without a terminal or without the feature `progress`.
    #[default]
    Bar,
}

/// The text of a training.
pub(super) struct Progress {
    epochs: usize,
    lines: bool,
    #[cfg(feature = "progress")]
    bar: Option<bar::Bar>,
}

impl Progress {
    pub fn new(verbose: Verbose, epochs: usize) -> Self {
        let lines = match verbose {
            Verbose::Silent => false,
            Verbose::Lines | Verbose::Bar => true,
        };
        #[cfg(feature = "progress")]
        let bar = if verbose == Verbose::Bar { bar::Bar::new() } else { None };
        Self {
            epochs,
            lines,
            #[cfg(feature = "progress")]
            bar,
        }
    }

    /// An epoch of so many samples begins, `done` of which an interrupted run has seen.
    pub fn begin(&mut self, epoch: usize, samples: usize, done: u64) {
        #[cfg(feature = "progress")]
        if let Some(bar) = &mut self.bar {
            bar.begin(format!("epoch {epoch}/{}", self.epochs), samples as u64, done);
        }
        let _ = (epoch, samples, done);
    }

    /// So many samples are done.
    pub fn batch(&mut self, done: u64, loss: f64, accuracy: f64) {
        #[cfg(feature = "progress")]
        if let Some(bar) = &mut self.bar {
            bar.batch(done, loss, accuracy);
        }
        let _ = (done, loss, accuracy);
    }

    pub fn end(&mut self, epoch: &Epoch) {
        #[cfg(feature = "progress")]
        if let Some(bar) = &mut self.bar {
            bar.end();
        }
        if self.lines {
            let line = format!("epoch {}/{}: {epoch}", epoch.epoch, self.epochs);
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

#[cfg(feature = "progress")]
mod bar {
    use indicatif::{ProgressBar, ProgressStyle};
    use std::io::IsTerminal;
    use std::time::{Duration, Instant};

    /// Text is made ten times a second, not a batch.
    const PAUSE: Duration = Duration::from_millis(100);

    pub struct Bar {
        style: ProgressStyle,
        bar: ProgressBar,
        shown: Instant,
    }

    impl Bar {
        /// `None` without a terminal.
        pub fn new() -> Option<Self> {
            if !std::io::stderr().is_terminal() {
                return None;
            }
            let template = "{prefix} {wide_bar} {pos}/{len} {msg}, {per_sec}, {eta} left";
            let style = ProgressStyle::with_template(template).ok()?;
            let style = style.with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.0} samples/s", state.per_sec());
                },
            );
            Some(Self { style, bar: ProgressBar::hidden(), shown: Instant::now() })
        }

        pub fn begin(&mut self, name: String, samples: u64, done: u64) {
            self.bar = ProgressBar::new(samples).with_style(self.style.clone());
            self.bar.set_prefix(name);
            self.bar.set_position(done);
            self.bar.reset_eta();
        }

        pub fn batch(&mut self, done: u64, loss: f64, accuracy: f64) {
            if self.shown.elapsed() < PAUSE {
                return;
            }
            self.shown = Instant::now();
            self.bar.set_message(format!("loss {loss:.4}, accuracy {:.2} %", 100.0 * accuracy));
            self.bar.set_position(done);
        }

        pub fn end(&mut self) {
            self.bar.finish_and_clear();
        }
    }
}
