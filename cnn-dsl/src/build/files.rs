//! Finding `.cnn` files and writing into OUT_DIR.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::BuildError;

/// How many parts this process has begun.
static PARTS: AtomicUsize = AtomicUsize::new(0);

/// Every `.cnn` file below a folder, in the order of their paths.
pub(super) fn models_in(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    if found.is_empty() { Err(BuildError::NoFiles(folder.to_owned())) } else { Ok(found) }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), BuildError> {
    let unreadable = |source| BuildError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        // The entry's own type: a link to a folder is not followed, it may lead back here.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "cnn") {
            found.push(path);
        }
    }
    Ok(())
}

/// Writes a file, unless it holds just that: an untouched file rebuilds nothing. It is complete
/// or not there, also when the build is interrupted; then its part stays behind, which nothing reads.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let failed = |source| BuildError::Write { path: path.to_owned(), source };
    let (part, mut file) = part(path).map_err(failed)?;
    let written = file.write_all(bytes);
    // Windows renames no file that is open.
    drop(file);
    written.and_then(|()| fs::rename(&part, path)).map_err(|source| {
        // On a full disk the part would take what little room there is.
        let _ = fs::remove_file(&part);
        failed(source)
    })
}

/// A new file beside `path`, which no other build has: containers that share a folder repeat the
/// ids of processes, and a killed build leaves its part, so a name that is taken is passed over.
fn part(path: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let (process, number) = (std::process::id(), PARTS.fetch_add(1, Ordering::Relaxed));
        let mut part = path.as_os_str().to_owned();
        part.push(format!(".{process}-{number}.part"));
        match File::create_new(&part) {
            Ok(file) => return Ok((part.into(), file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, models_in, write};
    use crate::build::BuildError;
    use std::fs;
    use std::sync::atomic::Ordering;

    #[test]
    fn a_folder_is_searched_in_order_and_an_empty_one_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        assert!(matches!(models_in(folder.path()), Err(BuildError::NoFiles(_))));
        fs::create_dir(at("inner")).expect("a folder");
        for name in ["z.cnn", "inner/b.cnn", "a.cnn", "notes.txt"] {
            fs::write(at(name), "").expect("a file");
        }
        let found = models_in(folder.path()).expect("files");
        assert_eq!(found, [at("a.cnn"), at("inner/b.cnn"), at("z.cnn")]);
        assert!(matches!(models_in(&at("none")), Err(BuildError::Read { .. })));
    }

    #[test]
    fn an_unchanged_file_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("net.rs");
        write(&path, b"one").expect("written");
        let first = fs::metadata(&path).and_then(|m| m.modified()).expect("a time");
        write(&path, b"one").expect("kept");
        assert_eq!(fs::metadata(&path).and_then(|m| m.modified()).expect("a time"), first);
        write(&path, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("bytes"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("entries").count(), 1, "no part left");
    }

    /// Another container's process may have this one's id, and have taken the next names.
    #[test]
    fn a_part_of_another_build_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("net.rs");
        let (process, number) = (std::process::id(), PARTS.load(Ordering::Relaxed));
        // Other tests of this process may take some of these numbers meanwhile.
        let taken =
            |ahead: usize| path.with_file_name(format!("net.rs.{process}-{}.part", number + ahead));
        (0..100).for_each(|ahead| fs::write(taken(ahead), "theirs").expect("written"));
        write(&path, b"ours").expect("written");
        assert_eq!(fs::read(&path).expect("bytes"), b"ours");
        for ahead in 0..100 {
            assert_eq!(fs::read(taken(ahead)).expect("still there"), b"theirs");
        }
    }
}
