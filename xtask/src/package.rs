//! The packages as they would be published: each is built from its own files, then a user's crate is
//! built and run on them.
//!
//! In: the workspace and `examples/build_rs`, whose crate leans on the runtime and on a build script.
//! Not here: publishing. What is never published is packed but not built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The user's crate: it takes the packages by path and version.
const USER: &str = "examples/build_rs";

/// Where everything is built, anew each time: see [`forget_older`].
const TARGET: &str = "target/packages";

/// What is published.
pub const PACKAGES: [&str; 5] = ["cnn-cli", "cnn-dsl", "cnn-macros", "cnn-runtime", "cnn-weights"];

/// Packages the workspace and runs the user's crate on what was packaged.
pub fn run(root: &Path) -> Result<(), String> {
    let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let (target, folder) = (root.join(TARGET), root.join(TARGET).join("user"));
    forget_older();
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|e| at(&target, e))?;
    }
    // The section `diff` asks for a clean tree; this one may be tried without.
    let package = ["package", "--quiet", "--allow-dirty", "--target-dir", TARGET];
    cargo(root, &[&package[..], &["--workspace", "--no-verify"]].concat())?;
    let published = PACKAGES.iter().flat_map(|name| ["-p", name]);
    cargo(root, &package.iter().copied().chain(published).collect::<Vec<_>>())?;
    copy(&root.join(USER), &folder).map_err(|e| at(&folder, e))?;
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|e| at(&manifest, e))?;
    fs::write(&manifest, without_paths(&text)).map_err(|e| at(&manifest, e))?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|e| at(&manifest, e))?;
    let packaged = target.join("package");
    let version = env!("CARGO_PKG_VERSION");
    let mut arguments = vec!["run".to_owned(), "--quiet".to_owned()];
    // The command is no dependency of anybody's crate.
    for name in PACKAGES.iter().filter(|name| **name != "cnn-cli") {
        let path = packaged.join(format!("{name}-{version}"));
        arguments.push("--config".to_owned());
        arguments.push(format!("patch.crates-io.{name}.path={:?}", path.display().to_string()));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    cargo(&folder, &arguments)?;
    fs::remove_dir_all(&target).map_err(|e| at(&target, e))
}

/// `cargo package` makes a registry for the packages, and cargo unpacks and builds each version of a
/// registry's package once: without this and a new target folder, the one of an earlier run.
fn forget_older() {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let unpacked = home.map(|home| home.join("registry/src"));
    let registries = unpacked.and_then(|folder| fs::read_dir(folder).ok());
    for registry in registries.into_iter().flatten().flatten() {
        // A registry without a host lies in a folder whose name begins with a dash.
        if registry.file_name().to_string_lossy().starts_with('-') {
            for name in PACKAGES {
                let package = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
                // What is not there need not be forgotten.
                let _ = fs::remove_dir_all(registry.path().join(package));
            }
        }
    }
}

/// Dependencies by version alone: `{ path = "...", version = "..." }` loses its path.
fn without_paths(manifest: &str) -> String {
    let line = |line: &str| -> String {
        let Some((before, rest)) = line.split_once("path = \"") else { return line.to_owned() };
        let after = rest.split_once('"').map_or("", |(_, after)| after);
        format!("{before}{}", after.trim_start_matches([',', ' ']))
    };
    manifest.lines().map(|text| line(text) + "\n").collect()
}

/// Files and folders, but for what a build left there.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if name == "target" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn cargo(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    println!("cargo {}", arguments.join(" "));
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo ended with {status}")) }
}

#[cfg(test)]
mod tests {
    use super::without_paths;

    #[test]
    fn dependencies_lose_their_paths() {
        let manifest = "[dependencies]\na = { path = \"../../a\", version = \"0.1\" }\nb = \"1\"\n";
        assert_eq!(
            without_paths(manifest),
            "[dependencies]\na = { version = \"0.1\" }\nb = \"1\"\n"
        );
    }
}
