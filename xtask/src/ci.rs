//! The sections of the CI, in order. In: which to run. Out: their times, and the first failure.
//! A section is a list of commands, or `tidy`; nothing is installed here (`.ci/run` does that).

use crate::{asm, package, sizes, tidy, valgrind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Seconds of fuzzing, of all targets at once.
const FUZZ_SECONDS: u32 = 60;

/// Seconds that one input may take on a loaded machine; longer is a hang.
const FUZZ_TIMEOUT: u32 = 10;

/// Each target, which must take anything without a panic or a hang; the megabytes of address space
/// that it may take; and where its seeds are. A short text may describe a large network, but weight
/// files and arrays of a few kilobytes need little, whatever they claim.
const FUZZ_TARGETS: [(&str, u32, &[&str]); 4] = [
    ("frontend", 4096, &["fuzz/seeds/frontend", "tests/errors"]),
    ("weights", 256, &["fuzz/seeds/weights", "tests/data"]),
    ("npy", 256, &["fuzz/seeds/npy"]),
    ("idx", 256, &["fuzz/seeds/idx"]),
];

/// What `cargo fuzz` gives rustc when no sanitizer is asked for.
const FUZZ_FLAGS: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What a section does in the workspace's folder.
type Section = fn(&Path) -> Result<(), String>;

/// Every section, in the order they run: the quick ones first.
const SECTIONS: [(&str, Section); 13] = [
    ("fmt", fmt),
    ("tidy", tidy::run),
    ("clippy", clippy),
    ("tests", tests),
    ("ui", ui),
    ("valgrind", valgrind::run),
    ("sizes", limited_sizes),
    ("asm", asm::run),
    ("docs", docs),
    ("package", package::run),
    ("deny", deny),
    ("fuzz", fuzz),
    ("diff", diff),
];

/// Which sections to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Choice {
    skip: Vec<String>,
    only: Vec<String>,
}

impl Choice {
    /// Reads `--skip SECTION` and `--only SECTION`.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let mut choice = Self::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let list = match word {
                "--skip" => &mut choice.skip,
                "--only" => &mut choice.only,
                other => return Err(format!("unknown argument `{other}`\n{}", crate::USAGE)),
            };
            let section = words.next().ok_or_else(|| format!("`{word}` needs a section"))?;
            if !SECTIONS.iter().any(|(name, _)| name == section) {
                let names: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
                return Err(format!("unknown section `{section}`, there are {}", names.join(", ")));
            }
            list.push((*section).to_owned());
        }
        Ok(choice)
    }

    fn includes(&self, section: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|name| name == section);
        (self.only.is_empty() || listed(&self.only)) && !listed(&self.skip)
    }
}

/// Runs the chosen sections; stops at the first that fails. The times are printed either way.
pub fn run(root: &Path, choice: &Choice) -> Result<(), String> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    let mut outcome = Ok(());
    for (name, section) in SECTIONS.iter().filter(|(name, _)| choice.includes(name)) {
        println!("==> {name}");
        let start = Instant::now();
        outcome = section(root).map_err(|message| format!("section `{name}`: {message}"));
        times.push((name, start.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    println!("==> times");
    for (name, time) in times {
        println!("{name:>8} {:>7.1} s", time.as_secs_f64());
    }
    outcome
}

/// The models that have limits emit, compile, and stay within them. All of them take a quarter of an hour.
fn limited_sizes(root: &Path) -> Result<(), String> {
    sizes::run(root, &sizes::LIMITED)
}

fn fmt(root: &Path) -> Result<(), String> {
    call(root, "cargo", &["fmt", "--all", "--check"], &[])
}

fn clippy(root: &Path) -> Result<(), String> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features"];
    call(root, "cargo", &[&arguments[..], &["--", "-D", "warnings"]].concat(), &[])
}

fn tests(root: &Path) -> Result<(), String> {
    call(root, "cargo", &["test", "--workspace"], &[])
}

/// What `cargo test` ignores: texts that hold rustc's own wording are true for one rustc only, and
/// some tests are long.
fn ui(root: &Path) -> Result<(), String> {
    call(root, "cargo", &["test", "--workspace", "--tests", "--", "--ignored"], &[])
}

fn docs(root: &Path) -> Result<(), String> {
    let arguments = ["doc", "--workspace", "--no-deps", "--all-features"];
    call(root, "cargo", &arguments, &[("RUSTDOCFLAGS", "-D warnings")])
}

fn deny(root: &Path) -> Result<(), String> {
    call(root, "cargo", &["deny", "check", "licenses", "bans", "sources"], &[])
}

/// Every fuzz target, all at once. libFuzzer needs coverage counters, which stable rustc can make;
/// of the sanitizers, which it cannot, none is missed in crates without `unsafe`.
fn fuzz(root: &Path) -> Result<(), String> {
    let host = host()?;
    let build = ["build", "--release", "--manifest-path", "fuzz/Cargo.toml"];
    let place = ["--target-dir", "target/fuzz", "--target", &host];
    call(root, "cargo", &[build, place].concat(), &[("RUSTFLAGS", FUZZ_FLAGS)])?;
    let programs = root.join("target/fuzz").join(host).join("release");
    std::thread::scope(|scope| {
        let start = |(name, megabytes, seeds): (&'static str, u32, &'static [&str])| {
            let program = limited(&programs.join(name), megabytes);
            (name, scope.spawn(move || fuzz_one(root, program, name, seeds)))
        };
        let targets = FUZZ_TARGETS.map(start);
        let ends = targets.map(|(name, thread)| match thread.join() {
            Ok(end) => end.map_err(|why| format!("fuzz target `{name}`: {why}")),
            Err(_) => Err(format!("the thread of fuzz target `{name}` panicked")),
        });
        ends.into_iter().collect()
    })
}

/// One target for its time; what it prints is shown at its end.
fn fuzz_one(root: &Path, mut program: Command, name: &str, seeds: &[&str]) -> Result<(), String> {
    let folder = root.join("target/fuzz");
    let (corpus, artifacts) = (folder.join("corpus").join(name), folder.join("artifacts"));
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|error| format!("{folder:?}: {error}"))?;
    }
    let output = program
        .arg(format!("-max_total_time={FUZZ_SECONDS}"))
        .arg(format!("-timeout={FUZZ_TIMEOUT}"))
        .arg(format!("-artifact_prefix={}/{name}-", artifacts.display()))
        .arg(corpus)
        .args(seeds)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{}\n{said}", output.status));
    }
    println!("{name}: {}", said.lines().last().unwrap_or_default());
    Ok(())
}

/// A program that may take so many megabytes of address space: an allocation beyond them fails, which
/// ends a Rust program. libFuzzer's own limit needs a sanitizer, which would see every allocation;
/// systems other than Linux may not have this one.
fn limited(program: &Path, megabytes: u32) -> Command {
    if !cfg!(target_os = "linux") {
        return Command::new(program);
    }
    let script = format!("ulimit -v {} && exec \"$0\" \"$@\"", megabytes * 1024);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(program);
    shell
}

/// The platform that this toolchain builds for.
pub fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output();
    let output = output.map_err(|error| format!("cannot run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not tell its host")?.to_owned())
}

/// Nothing that ran may have changed a file or left one behind.
fn diff(root: &Path) -> Result<(), String> {
    let output = Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    let status = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && status.is_empty() {
        return Ok(());
    }
    Err(format!("the working tree is not clean\n{status}"))
}

/// Runs a program in the workspace's folder, with these variables too.
pub fn call(
    root: &Path,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), String> {
    println!("{program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run `{program}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{program}` ended with {status}")) }
}

#[cfg(test)]
mod tests {
    use super::{Choice, limited};

    /// How many bytes the test below allocates where it runs as the limited program.
    const ALLOCATES: &str = "XTASK_TEST_ALLOCATES";

    #[test]
    fn skip_and_only_choose_sections() {
        let choice = Choice::parse(&["--skip", "tests", "--skip", "fuzz"]).unwrap();
        assert!(choice.includes("fmt") && !choice.includes("tests") && !choice.includes("fuzz"));
        let choice = Choice::parse(&["--only", "docs"]).unwrap();
        assert!(choice.includes("docs") && !choice.includes("fmt"));
    }

    #[test]
    fn an_unknown_section_is_named() {
        let message = Choice::parse(&["--skip", "test"]).unwrap_err();
        assert!(message.starts_with("unknown section `test`, there are fmt, tidy"), "{message}");
        assert_eq!(Choice::parse(&["--skip"]).unwrap_err(), "`--skip` needs a section");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_large_allocation_ends_a_limited_program() {
        if let Ok(bytes) = std::env::var(ALLOCATES) {
            let bytes: usize = bytes.parse().unwrap();
            assert_eq!(std::hint::black_box(vec![0_u8; bytes]).len(), bytes);
            return;
        }
        let me = std::env::current_exe().unwrap();
        let allocates = |bytes: u64| {
            let mut program = limited(&me, 256);
            program.args(["--exact", "ci::tests::a_large_allocation_ends_a_limited_program"]);
            let output = program.env(ALLOCATES, bytes.to_string()).output().unwrap();
            (output.status.success(), String::from_utf8(output.stderr).unwrap())
        };
        assert_eq!(allocates(1 << 20), (true, String::new()));
        let (success, said) = allocates(1 << 33);
        assert!(
            !success && said.contains("memory allocation of 8589934592 bytes failed"),
            "{said}"
        );
    }
}
