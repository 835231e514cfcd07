//! `cargo xtask valgrind`: the tests of everything that is `unsafe`, and of the kernels that rest on
//! it, under a checker of memory.
//!
//! In: tests as cargo builds them. Out: the first use of memory that is not there, or that nobody
//! wrote. Where valgrind does not know an instruction set, the program sees a processor without it,
//! and its tests run on the others. Not here: races, of which valgrind sees only those between locks
//! that it knows; the pool's stress tests look for them.

use crate::ci::{call, host};
use std::path::Path;
use std::process::{Command, Stdio};

/// The checker and what it is told: other threads get their turn while one spins, and an error ends
/// in failure.
const CHECKER: &str = "valgrind --quiet --error-exitcode=9 --fair-sched=try";

/// A checked program is slow: some cases of a property are enough to look at memory, and expected
/// panics tell no backtrace.
const BRIEF: [(&str, &str); 2] = [("PROPTEST_CASES", "16"), ("RUST_BACKTRACE", "0")];

/// The packages' arguments, and those of their tests.
const TESTS: [(&[&str], &[&str]); 2] = [
    // More threads than valgrind can take, in one of them.
    (
        &["-p", "cnn-runtime", "--lib"],
        &["pool::", "simd::", "rows::", "workspace::", "--skip", "there_is_a_most"],
    ),
    (&["-p", "cnn-tests", "--test", "emitted"], &[]),
];

/// Runs them, or says that valgrind is not there.
pub fn run(root: &Path) -> Result<(), String> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        println!("skipped: there is no valgrind");
        return Ok(());
    }
    let runner = runner_variable(&host()?);
    for (packages, tests) in TESTS {
        let arguments = [&["test"], packages, &["--"], tests].concat();
        let variables = [&[(&*runner, CHECKER)], &BRIEF[..]].concat();
        call(root, "cargo", &arguments, &variables)?;
    }
    Ok(())
}

/// The variable in which cargo looks for the program that runs a platform's tests.
fn runner_variable(host: &str) -> String {
    format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace(['-', '.'], "_"))
}

#[cfg(test)]
mod tests {
    use super::runner_variable;

    #[test]
    fn cargo_is_told_by_a_variable() {
        let variable = runner_variable("x86_64-unknown-linux-gnu");
        assert_eq!(variable, "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER");
    }
}
