//! What is damaged, hostile or interrupted, as the command meets it: one line of error each, in
//! bounded time and memory; nothing half-written is ever read back, and no output is half there.

mod arrays;
mod builds;
mod disk;
mod texts;

use crate::folder::{Done, Folder};
use std::process::Command;

/// Kilobytes of address space that the command may take here: far above what it needs, far below
/// what the files claim.
const MEMORY: u32 = 1 << 19;

impl Folder {
    /// `cnn` with little memory: what allocates by a file's claim dies here.
    fn bounded(&self, words: &str) -> Done {
        let script = format!("ulimit -v {MEMORY}; exec \"$CNN\" {words}");
        self.shell(&script, |_| ())
    }

    /// A shell script in the folder; `$CNN` is the command.
    fn shell(&self, script: &str, change: impl FnOnce(&mut Command)) -> Done {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("CNN", env!("CARGO_BIN_EXE_cnn"));
        shell.current_dir(self.path(""));
        change(&mut shell);
        let output = shell.output().expect("a shell");
        Done {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
