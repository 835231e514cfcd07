//! What is damaged, hostile or interrupted: one clear error each, in bounded time and memory, and
//! nothing half-written is ever read back. The command's own share is `cnn-cli/tests/command/robustness`.

#[cfg(target_os = "linux")]
mod disk;
#[cfg(unix)]
mod kills;
mod texts;
mod told;
mod weights;
