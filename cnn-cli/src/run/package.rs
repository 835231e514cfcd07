//! The package that a model is built in.
//!
//! In: the emitted Rust. Out: a program in the cache. The package depends on the `cnn-runtime` that
//! this command was built with: the one beside it in its workspace if that is still there, else the
//! published one of exactly this version.

use crate::error::Error;
use crate::output::print_error;
use crate::run::cache::{Cache, key, write_if_changed};
use crate::rust::Rust;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Output, Stdio};

/// The runtime beside the command's own sources.
const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cnn-runtime");

/// The versions of every dependency, as tested with the command.
const VERSIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/Cargo.lock"));

/// What is built.
pub struct Package<'a> {
    /// The model's name.
    pub model: &'a str,
    /// What the model was made of: texts and parameters.
    pub origin: Vec<&'a str>,
    /// The emitted Rust.
    pub rust: &'a Rust,
    /// What it does.
    pub runner: Runner,
}

/// The main programs that a model is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// Predicts images: `cnn run`.
    Predict,
    /// Measures steps: `cnn bench`; the model has clocks.
    Bench,
}

impl Runner {
    fn text(self) -> &'static str {
        match self {
            Self::Predict => include_str!("runner.rs"),
            Self::Bench => include_str!("../bench/runner.rs"),
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Predict => "cnn run",
            Self::Bench => "cnn bench",
        }
    }
}

impl Package<'_> {
    /// Writes the package, builds it in release, and gives the program. Other commands on the same
    /// cache wait meanwhile.
    pub fn build(&self, cache: &Cache) -> Result<PathBuf, Error> {
        let name = self.name();
        let folder = cache.package(&name);
        let lock = cache.lock()?;
        write_if_changed(&folder.join("src/model.rs"), self.rust.code.as_bytes())?;
        if let Some((file, bytes)) = &self.rust.weights {
            write_if_changed(&folder.join("src").join(file), bytes)?;
        }
        write_if_changed(&folder.join("src/main.rs"), self.main().as_bytes())?;
        write_if_changed(&folder.join("src/latency.rs"), include_bytes!("latency.rs"))?;
        write_if_changed(&folder.join("src/runner.rs"), self.runner.text().as_bytes())?;
        write_if_changed(&folder.join("Cargo.toml"), manifest(&name).as_bytes())?;
        let program = self.compile(&folder, &cache.target())?;
        drop(lock);
        Ok(program)
    }

    /// One name for everything that the program depends on.
    fn name(&self) -> String {
        let compiler = Command::new(rustc()).arg("-vV").output();
        let compiler = compiler.map(|output| output.stdout).unwrap_or_default();
        let compiler = String::from_utf8_lossy(&compiler);
        let flags = flags();
        let fixed = [env!("CARGO_PKG_VERSION"), RUNTIME, VERSIONS, &compiler, &flags];
        let own = [self.model, &self.rust.code, self.runner.command()];
        let parts = [&fixed[..], &own[..], &self.origin[..]].concat();
        format!("cnn-run-{}", key(&parts))
    }

    /// First without the network: most often everything is there already.
    fn compile(&self, folder: &Path, target: &Path) -> Result<PathBuf, Error> {
        let mut told = false;
        let offline = self.cargo(folder, target, &["--offline"], &mut told)?;
        let output = if offline.status.success() {
            offline
        } else {
            self.cargo(folder, target, &[], &mut told)?
        };
        let failed = |why: String| Error::Build { package: folder.to_owned(), why };
        if !output.status.success() {
            let messages = String::from_utf8_lossy(&output.stderr);
            let first = messages.lines().find(|line| line.starts_with("error"));
            return Err(failed(first.unwrap_or("cargo said nothing").to_owned()));
        }
        executable(&output.stdout).ok_or_else(|| failed("cargo named no program".to_owned()))
    }

    /// Runs cargo, and says once that it builds as soon as it does: that takes long.
    fn cargo(
        &self,
        folder: &Path,
        target: &Path,
        more: &[&str],
        told: &mut bool,
    ) -> Result<Output, Error> {
        // Each time: cargo cuts out of it what the package does not need, and may be killed meanwhile.
        write_if_changed(&folder.join("Cargo.lock"), VERSIONS.as_bytes())?;
        let failed = |source: std::io::Error| match source.kind() {
            ErrorKind::NotFound => Error::NoCargo,
            _ => Error::Build { package: folder.to_owned(), why: source.to_string() },
        };
        let mut child = Command::new("cargo")
            .args(["build", "--release", "--color=never"])
            .arg("--message-format=json-render-diagnostics")
            .args(more)
            .arg("--manifest-path")
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .current_dir(folder)
            .env("CARGO_TERM_QUIET", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stderr = child.stderr.take();
        let building = |line: &str| {
            let begins = ["Compiling ", "Downloading "].iter().any(|w| line.trim().starts_with(w));
            if begins && !std::mem::replace(told, true) {
                let model = self.model;
                print_error(&format!(
                    "building `{model}` in release; the first time this takes a minute or more\n"
                ));
            }
        };
        std::thread::scope(|scope| {
            let messages = stderr.map(|stderr| scope.spawn(|| messages(stderr, building)));
            let mut output = child.wait_with_output().map_err(failed)?;
            output.stderr = messages.and_then(|thread| thread.join().ok()).unwrap_or_default();
            Ok(output)
        })
    }

    fn main(&self) -> String {
        let (model, command) = (self.model, self.runner.command());
        let argument = match (self.runner, &self.rust.weights) {
            (Runner::Predict, Some(_)) => format!("Some(model::{model}::pretrained)"),
            (Runner::Predict, None) => "None".to_owned(),
            (Runner::Bench, _) => {
                "|net, threads, set| { net.use_instruction_set(set).threads(threads); }".to_owned()
            }
        };
        format!(
            "//! Runs `{model}`; written by `{command}`.\n\n#![forbid(unsafe_code)]\n\n\
             mod latency;\nmod model;\nmod runner;\n\n\
             fn main() -> std::process::ExitCode {{\n    \
             runner::main::<model::{model}>({argument})\n}}\n"
        )
    }
}

fn manifest(name: &str) -> String {
    let runtime = if Path::new(RUNTIME).join("Cargo.toml").exists() {
        // A JSON string is a TOML string.
        format!("{{ path = {} }}", serde_json::Value::from(RUNTIME))
    } else {
        format!("\"={}\"", env!("CARGO_PKG_VERSION"))
    };
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ncnn-runtime = {runtime}\n\n\
         [target.'cfg(unix)'.dependencies]\nrustix = {{ version = \"1\", features = [\"time\"] }}\n\n\
         [workspace]\n"
    )
}

/// What cargo says, line by line, handed on as it comes and kept.
fn messages(stderr: ChildStderr, mut told: impl FnMut(&str)) -> Vec<u8> {
    let lines = BufReader::new(stderr).split(b'\n').map_while(Result::ok);
    let mut all = Vec::new();
    for mut line in lines {
        told(&String::from_utf8_lossy(&line));
        line.push(b'\n');
        all.append(&mut line);
    }
    all
}

/// The program's path from cargo's messages: where it lies depends on the user's settings.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    let lines = messages.split(|&byte| byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice(line).ok());
    let mut programs = messages.filter_map(|message: serde_json::Value| {
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    programs.next_back()
}

fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// The variables that change what rustc makes of a package.
fn flags() -> String {
    let counts = |name: &str| {
        name.contains("RUSTFLAGS")
            || name.starts_with("CARGO_PROFILE_RELEASE_")
            || name.starts_with("CARGO_BUILD_")
    };
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        counts(&name).then(|| format!("{name}={}\n", value.to_string_lossy()))
    });
    let mut variables: Vec<String> = variables.collect();
    variables.sort();
    variables.concat()
}

#[cfg(test)]
mod tests {
    use super::{Package, Runner, executable, manifest};
    use crate::rust::Rust;
    use std::path::PathBuf;

    #[test]
    fn the_program_is_the_last_one_that_cargo_names() {
        let messages = concat!(
            "{\"reason\":\"compiler-artifact\",\"executable\":null}\n",
            "{\"reason\":\"compiler-artifact\",\"executable\":\"/t/release/cnn-run-1\"}\n",
            "{\"reason\":\"build-finished\",\"success\":true}\n",
        );
        assert_eq!(executable(messages.as_bytes()), Some(PathBuf::from("/t/release/cnn-run-1")));
        assert_eq!(executable(b"nothing"), None);
    }

    #[test]
    fn the_name_follows_text_parameters_and_code() {
        let name = |origin: Vec<&str>, code: &str| {
            let rust = Rust { code: code.to_owned(), weights: None };
            Package { model: "M", origin, rust: &rust, runner: Runner::Predict }.name()
        };
        assert_eq!(name(vec!["a"], "c"), name(vec!["a"], "c"));
        assert_ne!(name(vec!["a"], "c"), name(vec!["b"], "c"));
        assert_ne!(name(vec!["a"], "c"), name(vec!["a"], "d"));
    }

    #[test]
    fn the_package_is_a_workspace_of_its_own() {
        assert!(manifest("x").contains("[workspace]"));
        assert!(manifest("x").contains("cnn-runtime = { path = "));
    }
}
