//! Running the built command in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The lecture's first model: 30 + 84 + 0 + 17,290 parameters.
pub const SIMPLE: &str = "\
pub model SimpleCnn {
    input 28x28x1;
    conv 3x3, 3, relu;
    conv 3x3, 3, relu;
    flatten;
    dense 10, softmax;
}
";

/// What this system says of a file that is not there: error 2 on all of them.
pub fn not_there() -> String {
    std::io::Error::from_raw_os_error(2).to_string()
}

/// A folder with files, in which the command runs.
pub struct Folder {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug, PartialEq, Eq)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Asserts bad input: one line on the standard error stream, nothing else, exit code 1.
    #[track_caller]
    pub fn refused(&self, line: &str) {
        self.failed(1, line);
    }

    /// Asserts a bad command line: one line on the standard error stream, nothing else, exit code 2.
    #[track_caller]
    pub fn misused(&self, line: &str) {
        self.failed(2, line);
    }

    #[track_caller]
    fn failed(&self, code: i32, line: &str) {
        let wanted = Self { code: Some(code), out: String::new(), err: format!("{line}\n") };
        assert_eq!(*self, wanted);
    }

    /// The standard output of a command that succeeded and was silent otherwise, but for the lines
    /// that say why it takes long.
    #[track_caller]
    pub fn printed(self) -> String {
        let patience = ["building `", "waiting for another `cnn run`"];
        let other = self.err.lines().find(|line| !patience.iter().any(|p| line.starts_with(p)));
        assert_eq!((self.code, other), (Some(0), None), "{}", self.out);
        self.out
    }

    /// The one JSON line of a command that succeeded.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let out = self.printed();
        assert_eq!(out.lines().count(), 1, "{out}");
        serde_json::from_str(&out).expect("JSON")
    }
}

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// One with this file.
    pub fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text.as_bytes());
        folder
    }

    /// Adds a file.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("written");
    }

    /// A file's place.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("entries");
        let mut names: Vec<String> = entries
            .map(|e| e.expect("an entry").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }

    /// `cnn` with these words, cut at blanks.
    pub fn cnn(&self, words: &str) -> Done {
        self.command(words, |_| ())
    }

    /// As [`Self::cnn`], with a changed environment.
    pub fn command(&self, words: &str, change: impl FnOnce(&mut Command)) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cnn"));
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        // One cache for all tests: the runtime is built once.
        command.env("CNN_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        change(&mut command);
        let output = command.output().expect("the command runs");
        Done {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
