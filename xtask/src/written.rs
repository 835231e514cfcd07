//! Packages that a command writes below `target/`, builds and measures. They take the runtime from
//! this workspace and every version from its lock file.

use std::fs;
use std::path::Path;

/// The workspace's lock file, for a package that leans on nothing else.
pub fn lock(root: &Path, folder: &Path) -> Result<(), String> {
    let lock =
        fs::read_to_string(root.join("Cargo.lock")).map_err(|e| format!("Cargo.lock: {e}"))?;
    fs::write(folder.join("Cargo.lock"), lock).map_err(|e| format!("Cargo.lock: {e}"))
}

/// A file of a package; one that has the text already is left alone: its package would be built anew.
pub fn file(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
