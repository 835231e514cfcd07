//! What is damaged, hostile or interrupted: one clear error each, in bounded time and memory, and
//! nothing half-written is ever read back. The command's own share is `cnn-cli/tests/command/robustness`.

#[cfg(target_os = "linux")]
mod disk;
#[cfg(unix)]
mod kills;
// What Linux with glibc says of files that are none.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod no_files;
mod texts;
mod told;
mod weights;

use std::path::Path;

/// A message with `/` between folders, as on every system, and without this folder before them.
fn within(folder: &Path, message: &str) -> String {
    let slashes = |text: &str| text.replace(std::path::MAIN_SEPARATOR, "/");
    slashes(message).replace(&format!("{}/", slashes(&folder.display().to_string())), "")
}
