//! What a model costs the compiler of the crate that holds it.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// CPU seconds that rustc may take for MobileNetV1 in a release build, cargo's own included.
const MOBILENET_SECONDS: f64 = 5.0;

/// The same for the lecture's model with every operation written out.
const UNROLLED_SECONDS: f64 = 10.0;

/// Children's time is counted for the whole process: one measurement at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// The kernel's unit of CPU time in `/proc`, the same on every Linux: 100 a second.
const TICKS: f64 = 100.0;

#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn mobilenet_through_the_macro_compiles_in_time() {
    compiles_within("mobilenet", MOBILENET_SECONDS);
}

#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn simple_cnn_unrolled_throughout_compiles_in_time() {
    compiles_within("unrolled", UNROLLED_SECONDS);
}

/// Builds the package alone three times; the quickest counts.
fn compiles_within(package: &str, limit: f64) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(_) = cpu_of_children() else {
        println!("skipped: CPU time is read from /proc, which this system has not");
        return;
    };
    // The first build makes the dependencies; another `--cfg` builds the crate alone once more.
    let stamp = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    build(package, &format!("dependencies_{stamp}"));
    let seconds = (0..3)
        .map(|run| {
            let before = cpu_of_children().expect("a time");
            build(package, &format!("measured_{stamp}_{run}"));
            cpu_of_children().expect("a time") - before
        })
        .fold(f64::INFINITY, f64::min);
    println!("{package}: {seconds:.2} s of CPU time");
    assert!(seconds > 0.1, "nothing was built: {seconds} s");
    assert!(seconds <= limit, "{seconds:.2} s of CPU time");
}

fn build(package: &str, cfg: &str) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(lock, crates.join("Cargo.lock")).expect("the lock file is copied");
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--offline", "--release", "-p", package, "--", "--cfg", cfg])
        .current_dir(&crates)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// User and system seconds of every process that this one started and waited for, theirs included:
/// fields 16 and 17 of `/proc/self/stat` (man 5 proc), counted behind the command's name.
fn cpu_of_children() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| -> Option<f64> { fields.get(at)?.parse().ok() };
    Some((ticks(13)? + ticks(14)?) / TICKS)
}
