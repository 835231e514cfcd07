//! The shared data, where it is there.

use std::path::PathBuf;

/// A folder of the shared data, which stands beside the repository; `None`, with a printed line,
/// where it does not.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: `{}` is not there", path.display());
    None
}
