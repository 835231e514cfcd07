//! The tutorial as a new user would follow it: its files written, its commands run in order, in an
//! empty folder.
//!
//! The folder `cnn` beside the new crate is a link to this repository. What differs from the page: a
//! new crate takes the repository's `Cargo.lock`, cargo is offline, and `cargo install` builds without
//! optimisation. The one block that needs PyTorch runs where a Python has it.

// The page's commands are for a Unix shell, and the link is one.
#![cfg(unix)]

#[path = "docs/bless.rs"]
#[allow(dead_code, reason = "shared with the tests of the other pages")]
mod bless;
#[path = "docs/fences.rs"]
#[allow(dead_code, reason = "shared with the tests of the other pages")]
mod fences;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bless::repository;
use fences::{Fence, fences};

/// The user's place: where they are, and where everything lies.
struct User {
    home: PathBuf,
    folder: PathBuf,
    /// What the last command printed, on both streams.
    printed: String,
}

impl User {
    /// Does what a block says.
    fn follow(&mut self, fence: &Fence) {
        match fence.words()[..] {
            ["sh"] => self.commands(fence, true),
            ["sh", "fails"] => self.commands(fence, false),
            ["text"] => self.expect(fence),
            ["python", "torch"] => self.torch(fence),
            ["rust" | "python" | "cnn", _] if fence.value("file").is_some() => self.write(fence),
            ["rust", _] if fence.value("replace").is_some() => self.replace(fence),
            _ => panic!("{}: unknown info `{}`", fence.place, fence.info),
        }
    }

    /// The path that the info names, which the text before must name, too.
    fn path(&self, fence: &Fence, name: &str) -> PathBuf {
        assert!(fence.before.contains(&format!("`{name}`")), "{}: name `{name}`", fence.place);
        self.folder.join(name)
    }

    fn write(&mut self, fence: &Fence) {
        let path = self.path(fence, fence.value("file").expect("just seen"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        fs::write(path, &fence.text).expect("the file is written");
    }

    /// A line that replaces the one that begins with the same two words.
    fn replace(&mut self, fence: &Fence) {
        let path = self.path(fence, fence.value("replace").expect("just seen"));
        let begin = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let text = fs::read_to_string(&path).expect("the file is there");
        let new = |line: &str| begin(line) == begin(&fence.text);
        assert_eq!(text.lines().filter(|line| new(line)).count(), 1, "{}", fence.place);
        let lines = text.lines().map(|line| if new(line) { fence.text.trim_end() } else { line });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).expect("the file is written");
    }

    fn commands(&mut self, fence: &Fence, succeeds: bool) {
        for line in fence.text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let ["cd", folder] = words[..] {
                self.folder.push(folder);
                continue;
            }
            let output = self.run(&words);
            self.printed = [output.stdout, output.stderr].map(lossy).concat();
            assert_eq!(output.status.success(), succeeds, "{line}\n{}", self.printed);
            if let ["cargo", "new", name] = words[..] {
                let lock = self.folder.join(name).join("Cargo.lock");
                fs::copy(repository("Cargo.lock"), lock).expect("the versions are copied");
            }
        }
    }

    fn run(&self, words: &[&str]) -> Output {
        let (program, arguments) = words.split_first().expect("a command");
        let program = match *program {
            "cargo" => PathBuf::from(env!("CARGO")),
            "cnn" => self.home.join("bin/cnn"),
            other => PathBuf::from(other),
        };
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&self.folder);
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_INSTALL_ROOT", &self.home);
        command.env("CARGO_TARGET_DIR", target()).env("CNN_CACHE_DIR", target().join("cache"));
        command.env_remove("RUSTFLAGS");
        if arguments.first() == Some(&"install") {
            command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").arg("--locked");
        }
        command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
    }

    /// Whether the last command printed these lines, one after the other.
    fn expect(&self, fence: &Fence) {
        let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let found = lines(&self.printed).contains(&lines(&fence.text));
        assert!(found, "{}\n{}", fence.place, self.printed);
    }

    /// The script that needs PyTorch, where a Python has it; the file that it writes must load.
    fn torch(&self, fence: &Fence) {
        let python = std::env::var("CNN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let has = Command::new(&python).args(["-c", "import torch, safetensors.torch"]).output();
        if !has.is_ok_and(|output| output.status.success()) {
            println!("skipped: {python} has no PyTorch (CNN_PYTHON names another)");
            return;
        }
        let mut command = Command::new(&python);
        let output = command.args(["-c", &fence.text]).current_dir(&self.folder).output();
        let output = output.expect("Python runs");
        assert!(output.status.success(), "{}", lossy(output.stderr));
        let file = cnn_runtime::Load::file(self.folder.join("stripes.safetensors"));
        Stripes::load(file).expect("the names and shapes fit");
    }
}

cnn_runtime::cnn! {
    model Stripes { input 28x28x1; conv 3x3, 2, relu; pool avg global; dense 2, softmax; }
}

/// Kept between runs, so that only the crate itself is built anew.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial")
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
#[ignore = "builds the command and the runtime: `cargo xtask ci --only ui`"]
fn the_tutorial_works_as_written() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().canonicalize().expect("a place");
    let place = repository("").canonicalize().expect("a place");
    std::os::unix::fs::symlink(place, home.join("cnn")).expect("a link");
    let mut user = User { folder: home.clone(), home, printed: String::new() };
    for fence in fences("tutorial.md") {
        user.follow(&fence);
    }
    assert!(user.folder.join("result.npy").exists(), "the last command wrote its result");
}
