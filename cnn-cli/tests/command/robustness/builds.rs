//! Several commands at once, and commands that are killed: the next one works, gives the right
//! result, and an output is whole or not there.

use crate::folder::{Folder, SIMPLE};
use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};
use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

impl Folder {
    /// `cnn` with these words, started; its cache is in the folder. What it builds is not optimised:
    /// the runtime takes a fraction of the time, and all else is as ever.
    fn start(&self, words: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cnn"));
        command.args(words.split_whitespace()).current_dir(self.path(""));
        command.env("CNN_CACHE_DIR", self.path("cache")).stdout(Stdio::null()).process_group(0);
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        command.spawn().expect("the command runs")
    }

    /// [`Self::start`] to its end.
    #[track_caller]
    fn succeed(&self, words: &str) {
        assert!(self.start(words).wait().expect("it ends").success());
    }

    /// Parts of outputs.
    fn parts(&self) -> Vec<String> {
        self.names().into_iter().filter(|name| name.starts_with(".cnn-")).collect()
    }
}

/// What takes long is said beforehand: that another command is waited for, then that cargo builds,
/// once. Where cargo finds everything built, nothing is said.
#[test]
fn a_run_says_what_it_waits_for() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = |cargo: &str| {
        folder
            .write("cargo", format!("#!/bin/sh\n{cargo}\necho 'error: no' >&2; exit 1").as_bytes());
        let executable = Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path("cargo"), executable).expect("changed");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cnn"));
        command.args(["run", "m.cnn", "--seed", "1"]).current_dir(folder.path(""));
        command.env("CNN_CACHE_DIR", folder.path("cache")).env("PATH", path_with(&folder.path("")));
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the command runs");
        let lines = BufReader::new(child.stderr.take().expect("a pipe"));
        (child, lines)
    };
    let ended = |(mut child, mut lines): (Child, BufReader<_>)| {
        let mut rest = String::new();
        lines.read_to_string(&mut rest).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(1), "{rest}");
        rest
    };
    let silent = ended(run("echo '    Fresh itoa v1.0.0' >&2"));
    let failed = silent.strip_prefix("error: cargo could not build the model in `");
    assert!(failed.is_some_and(|end| end.ends_with("`: error: no\n")), "{silent}");

    let lock = File::options().write(true).open(folder.path("cache/lock")).expect("a lock");
    lock.lock().expect("locked");
    let (child, mut lines) = run("echo '   Compiling a v1.0.0\n   Compiling b v1.0.0' >&2");
    let mut first = String::new();
    lines.read_line(&mut first).expect("text");
    assert_eq!(first, "waiting for another `cnn run`, which builds in the same cache\n");
    drop(lock);
    let rest = ended((child, lines));
    let building = "building `SimpleCnn` in release; the first time this takes a minute or more\n";
    assert_eq!(rest, format!("{building}{silent}"));
}

/// The search path with a folder before it.
fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("a path")
}

fn array(path: &Path) -> ArrayD<f32> {
    read_npy(path).expect("a whole array")
}

/// Killed as soon as anything new is in the folder: in the middle of writing, most often.
#[test]
fn a_killed_run_leaves_its_output_as_it_was() {
    let folder = Folder::with("m.cnn", "model D { input 256x256x1; scale 2; }");
    let images = ArrayD::from_shape_fn(vec![16, 256, 256, 1], |i| (i[0] * 256 + i[1]) as f32);
    write_npy(folder.path("x.npy"), &images).expect("written");
    let doubled = &images * 2.0;
    let run = "run m.cnn --seed 0 --input x.npy --output y.npy --layer scale1";
    let old = b"old".to_vec();
    let (start, mut kills) = (Instant::now(), 0);
    while kills < 5 {
        assert!(start.elapsed() < Duration::from_secs(120), "{kills} kills fell into the writing");
        folder.parts().iter().for_each(|part| std::fs::remove_file(folder.path(part)).expect("it"));
        folder.write("y.npy", &old);
        let mut child = folder.start(run);
        while folder.parts().is_empty() && std::fs::read(folder.path("y.npy")).expect("it") == old {
            assert!(child.try_wait().expect("a state").is_none(), "it ended without an output");
        }
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
        if std::fs::read(folder.path("y.npy")).expect("always there") == old {
            assert_eq!(folder.parts().len(), 1);
            kills += 1;
        } else {
            assert_eq!(array(&folder.path("y.npy")), doubled);
        }
    }
    // What is left does not disturb the next run.
    folder.succeed(run);
    assert_eq!(array(&folder.path("y.npy")), doubled);
    let names: Vec<String> = folder.names().into_iter().filter(|n| !n.starts_with('.')).collect();
    assert_eq!(names, ["m.cnn", "x.npy", "y.npy"]);
}

/// One cache from cold to old, since the runtime is built in it: killed builds, then many at once,
/// then damage.
#[test]
#[ignore = "builds the runtime; a section of `cargo xtask ci`"]
fn a_cache_outlives_kills_a_crowd_and_damage() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let ended = runs_that_are_killed_while_they_build(&folder);
    let whole = eight_commands_at_once_build_once_and_agree(&folder);
    ended.iter().for_each(|result| assert_eq!(*result, whole));
    half_files_are_written_anew(&folder, &whole);
}

/// Killed while the package is written and while cargo builds, in turn alone, so that cargo goes on
/// and the next command waits for it, and with cargo and rustc. Gives what was there nevertheless.
fn runs_that_are_killed_while_they_build(folder: &Folder) -> Vec<ArrayD<f32>> {
    let mut results = Vec::new();
    for (round, milliseconds) in (0..).zip([20, 40, 80, 150, 300, 500, 1000, 2000, 4000, 6000]) {
        let mut child = folder.start("run m.cnn --seed 3 --output y.npy");
        sleep(Duration::from_millis(milliseconds));
        let ended = child.try_wait().expect("a state").is_some();
        let killed = if round % 2 == 0 {
            child.kill().is_ok()
        } else {
            let group = format!("-{}", child.id());
            let kill = Command::new("kill").args(["-9", "--", &group]).status();
            kill.expect("a `kill`").success()
        };
        child.wait().expect("it has ended");
        assert!(ended || killed, "not killed after {milliseconds} ms");
        let there = folder.path("y.npy").exists();
        assert!(there || !ended, "it ended without an output");
        if there {
            results.push(array(&folder.path("y.npy")));
            std::fs::remove_file(folder.path("y.npy")).expect("removed");
        }
    }
    results
}

/// By the emitted executor; gives the result.
fn eight_commands_at_once_build_once_and_agree(folder: &Folder) -> ArrayD<f32> {
    let run = |i: usize| folder.start(&format!("run m.cnn --seed 3 --output y{i}.npy"));
    let children: Vec<Child> = (0..8).map(run).collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let first = array(&folder.path("y0.npy"));
    assert!((first.sum() - 1.0).abs() < 1e-6, "a softmax");
    for i in 1..8 {
        assert_eq!(array(&folder.path(&format!("y{i}.npy"))), first);
    }
    folder.cnn("run m.cnn --seed 3 --output y.npy --reference").printed();
    let far = (array(&folder.path("y.npy")) - &first).iter().fold(0_f32, |far, d| far.max(d.abs()));
    assert!(far < 1e-6, "{far}");
    first
}

/// What something else has cut short in the cache is not read. The cut is behind an equals sign
/// where there is one: half a lock file may well be a whole one of fewer packages.
fn half_files_are_written_anew(folder: &Folder, whole: &ArrayD<f32>) {
    let package = package(folder);
    let sources =
        ["main.rs", "model.rs", "runner.rs", "latency.rs"].map(|name| format!("src/{name}"));
    for file in [&["Cargo.toml".to_owned(), "Cargo.lock".to_owned()], &sources[..]].concat() {
        let path = package.join(&file);
        let bytes = std::fs::read(&path).expect("a file");
        let half = &bytes[..bytes.len() / 2];
        let cut = half.iter().rposition(|&byte| byte == b'=').map_or(half.len(), |at| at + 1);
        std::fs::write(&path, &half[..cut]).expect("cut");
        let status = folder.start("run m.cnn --seed 3 --output y.npy").wait().expect("it ends");
        assert!(status.success(), "{file}");
        assert_eq!(array(&folder.path("y.npy")), whole);
        assert!(std::fs::read(&path).expect("a file") == bytes, "{file} is another one");
    }
}

/// The one package of a cache.
fn package(folder: &Folder) -> PathBuf {
    let entries = std::fs::read_dir(folder.path("cache")).expect("a cache");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let packages: Vec<PathBuf> =
        paths.filter(|path| path.to_string_lossy().contains("cnn-run-")).collect();
    assert_eq!(packages.len(), 1, "{packages:?}");
    packages[0].clone()
}
