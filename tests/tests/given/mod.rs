//! Data that is too large for the repository, or not ours to publish, where it is there.

use std::path::PathBuf;

/// Names another folder of the data.
const VARIABLE: &str = "CNN_DATA_DIR";

/// A folder of the data, which stands beside the repository unless the environment names another;
/// `None`, with a printed line, where it does not.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let data = std::env::var_os(VARIABLE).map_or_else(beside, PathBuf::from);
    let path = data.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: `{}` is not there", path.display());
    None
}
