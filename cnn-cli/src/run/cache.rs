//! Where built models are kept.
//!
//! In: everything that a build depends on. Out: a folder of its own for it, and a lock on the cache.
//! The platform's cache folder is found by hand: three variables are less than a dependency.

use crate::error::Error;
use crate::output::print_error;
use crate::run::place::Place;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of all built models.
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// `$CNN_CACHE_DIR`, else `cnn` in the platform's cache folder; made if it does not exist, for
    /// this user alone: what lies in it is run.
    pub fn open() -> Result<Self, Error> {
        let root = folder(|name| std::env::var_os(name).filter(|v| !v.is_empty()).map(Into::into))
            .ok_or(Error::NoCacheFolder)?;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let failed = |source| Error::Cache { path: root.clone(), source };
        builder.create(&root).map_err(failed)?;
        let root = std::path::absolute(&root).map_err(failed)?;
        Ok(Self { root })
    }

    /// Waits until no other command writes or builds here, and says so; released when the file is
    /// dropped.
    pub fn lock(&self) -> Result<File, Error> {
        let path = self.root.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let locked = lock.and_then(|file| match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                print_error("waiting for another `cnn run`, which builds in the same cache\n");
                file.lock().map(|()| file)
            }
            Err(TryLockError::Error(error)) => Err(error),
        });
        locked.map_err(|source| Error::Cache { path: self.root.clone(), source })
    }

    /// Where cargo builds: one folder, so that the runtime is compiled once for all models.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The folder of one package.
    pub fn package(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// The cache folder, by the environment's variables.
fn folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(own) = variable("CNN_CACHE_DIR") {
        return Some(own);
    }
    let platform = if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library/Caches")
    } else {
        let named = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
        named.or_else(|| Some(variable("HOME")?.join(".cache")))?
    };
    Some(platform.join("cnn"))
}

/// A short name for everything that a build depends on. Two texts of one name would merely be
/// written over each other: the files are compared before they are built.
pub fn key(parts: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Writes a file if its text is not there yet, so that cargo sees no change where there is none. It
/// is whole or not there, also when the command is killed.
pub fn write_if_changed(path: &Path, text: &[u8]) -> Result<(), Error> {
    if std::fs::read(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        Place::of(path)?.write(|file| file.write_all(text))?.put()
    };
    write().map_err(|source| Error::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::{folder, key};
    use std::path::PathBuf;

    #[test]
    fn the_own_variable_wins() {
        let variable = |name: &str| Some(PathBuf::from(format!("/{name}")));
        assert_eq!(folder(variable), Some(PathBuf::from("/CNN_CACHE_DIR")));
        assert_eq!(folder(|_| None), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn xdg_s_folder_is_taken_only_if_it_is_absolute() {
        let at = |xdg: &'static str| {
            folder(move |name| match name {
                "XDG_CACHE_HOME" => Some(PathBuf::from(xdg)),
                "HOME" => Some(PathBuf::from("/home/u")),
                _ => None,
            })
        };
        assert_eq!(at("/cache"), Some(PathBuf::from("/cache/cnn")));
        assert_eq!(at("cache"), Some(PathBuf::from("/home/u/.cache/cnn")));
    }

    #[test]
    fn a_key_tells_where_one_part_ends() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }
}
