//! Several commands at once, and commands that are killed: the next one works, gives the right
//! result, and an output is whole or not there.

use crate::folder::{Folder, SIMPLE};
use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

impl Folder {
    /// `cnn` with these words, started; its cache is in the folder.
    fn start(&self, words: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cnn"));
        command.args(words.split_whitespace()).current_dir(self.path(""));
        command.env("CNN_CACHE_DIR", self.path("cache")).stdout(Stdio::null()).process_group(0);
        command.spawn().expect("the command runs")
    }
}

fn array(path: &Path) -> ArrayD<f32> {
    read_npy(path).expect("a whole array")
}

#[test]
fn a_killed_run_leaves_its_output_whole_or_not_there() {
    let folder = Folder::with("m.cnn", "model D { input 64x64x1; scale 2; }");
    let images = ArrayD::from_shape_fn(vec![40, 64, 64, 1], |i| (i[0] * 64 + i[1]) as f32);
    write_npy(folder.path("x.npy"), &images).expect("written");
    let doubled = &images * 2.0;
    let run = "run m.cnn --seed 0 --input x.npy --output y.npy --layer scale1";
    // How long a whole run takes here and now: the kills fall evenly into one and a half of it.
    let start = std::time::Instant::now();
    assert!(folder.start(run).wait().expect("it ends").success());
    let (whole, rounds) = (start.elapsed(), 30);
    let mut ended = 0;
    for round in 0..rounds {
        let _ = std::fs::remove_file(folder.path("y.npy"));
        let mut child = folder.start(run);
        sleep(whole * round * 3 / (rounds * 2));
        let before = child.try_wait().expect("a state").is_some();
        let _ = child.kill();
        child.wait().expect("it has ended");
        if folder.path("y.npy").exists() {
            ended += 1;
            assert_eq!(array(&folder.path("y.npy")), doubled);
        } else {
            assert!(!before, "it ended without an output");
        }
    }
    assert!(0 < ended && ended < rounds, "{ended} of {rounds} runs came to their end");
    let strange = |name: &String| {
        !matches!(name.as_str(), "m.cnn" | "x.npy" | "y.npy") && !name.starts_with(".cnn-")
    };
    assert_eq!(folder.names().into_iter().filter(strange).collect::<Vec<_>>(), [""; 0]);
}

/// The runs are by the emitted executor, in a cache that nobody has used.
#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn eight_commands_at_once_build_once_and_agree() {
    let folder = Folder::with("m.cnn", SIMPLE);
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
    assert_eq!(packages(&folder), 1);
    folder.cnn("run m.cnn --seed 3 --output y.npy --reference").printed();
    let far = (array(&folder.path("y.npy")) - &first).iter().fold(0_f32, |far, d| far.max(d.abs()));
    assert!(far < 1e-6, "{far}");
}

/// How many packages a cache has.
fn packages(folder: &Folder) -> usize {
    let entries = std::fs::read_dir(folder.path("cache")).expect("a cache");
    let names = entries.map(|e| e.expect("an entry").file_name().into_string().expect("text"));
    names.filter(|name| name.starts_with("cnn-run-")).count()
}

/// Killed while the package is written and while cargo builds, in turn alone, so that cargo goes on
/// and the next command waits for it, and with cargo and rustc.
#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn a_run_that_is_killed_while_it_builds_does_not_harm_the_next() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = "run m.cnn --seed 3 --output y.npy";
    for (round, milliseconds) in (0..).zip([20, 40, 80, 150, 300, 500, 1000, 2000, 4000, 6000]) {
        let mut child = folder.start(run);
        sleep(Duration::from_millis(milliseconds));
        let ended = child.try_wait().expect("a state").is_some();
        if round % 2 == 0 {
            let _ = child.kill();
        } else {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-9", "--", &group]).status();
        }
        child.wait().expect("it has ended");
        assert_eq!(folder.path("y.npy").exists(), ended, "killed after {milliseconds} ms");
        let _ = std::fs::remove_file(folder.path("y.npy"));
    }
    assert!(folder.start(run).wait().expect("it ends").success());
    let result = array(&folder.path("y.npy"));
    folder.cnn("run m.cnn --seed 3 --output y.npy --reference").printed();
    let far = (array(&folder.path("y.npy")) - result).iter().fold(0_f32, |far, d| far.max(d.abs()));
    assert!(far < 1e-6, "{far}");
}

/// What something else has cut short in the cache is not read.
#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn half_files_in_the_cache_are_written_anew() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = "run m.cnn --seed 3 --output y.npy";
    assert!(folder.start(run).wait().expect("it ends").success());
    let whole = array(&folder.path("y.npy"));
    let entries = std::fs::read_dir(folder.path("cache")).expect("a cache");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    let package = paths.find(|path| path.to_string_lossy().contains("cnn-run-")).expect("one");
    for file in ["Cargo.toml", "src/main.rs", "src/model.rs", "src/runner.rs"] {
        let path = package.join(file);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("cut in half");
        let status = folder.start(run).wait().expect("it ends");
        assert!(status.success(), "{file}");
        assert_eq!(array(&folder.path("y.npy")), whole);
    }
}
