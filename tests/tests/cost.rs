//! What a model costs the compiler of the crate that holds it.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// CPU seconds that rustc may take for MobileNetV1 in a release build, cargo's own included.
const MOBILENET_SECONDS: f64 = 5.0;

/// The kernel's unit of CPU time in `/proc`, the same on every Linux: 100 a second.
const TICKS: f64 = 100.0;

#[test]
#[ignore = "builds the runtime in release; a section of `cargo xtask ci`"]
fn mobilenet_through_the_macro_compiles_in_time() {
    let Some(_) = cpu_of_children() else {
        println!("skipped: CPU time is read from /proc, which this system has not");
        return;
    };
    // The first build makes the dependencies; another `--cfg` builds the crate alone once more.
    let stamp = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
    build(&format!("dependencies_{stamp}"));
    let seconds = (0..3)
        .map(|run| {
            let before = cpu_of_children().expect("a time");
            build(&format!("measured_{stamp}_{run}"));
            cpu_of_children().expect("a time") - before
        })
        .fold(f64::INFINITY, f64::min);
    println!("MobileNetV1: {seconds:.2} s of CPU time");
    assert!(seconds > 0.1, "nothing was built: {seconds} s");
    assert!(seconds <= MOBILENET_SECONDS, "{seconds:.2} s of CPU time");
}

fn build(cfg: &str) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(lock, crates.join("Cargo.lock")).expect("the lock file is copied");
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--offline", "--release", "-p", "mobilenet", "--", "--cfg", cfg])
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
