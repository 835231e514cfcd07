//! The two streams. A reader that has gone away (`cnn summary m.cnn | head -1`) is
//! no panic, and nothing is said of it.

use crate::error::Error;
use std::io::Write as _;

/// Prints a report.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Print)
}

/// Prints one line of JSON.
pub fn print_json(value: &impl serde::Serialize) -> Result<(), Error> {
    let mut line = serde_json::to_string(value).map_err(|error| Error::Print(error.into()))?;
    line.push('\n');
    print(&line)
}

/// Prints to the standard error stream; if nobody reads that either, there is nothing left to do.
pub fn print_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
