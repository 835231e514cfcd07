//! Files that are whole or not there: written beside their place, then renamed.
//!
//! In: a path of the user's or of the cache. Out: the file that it names, links followed, and
//! nothing but it. A killed process leaves at most a `.cnn-` file behind, which nothing reads.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What a path says of a regular file; other things are refused: a pipe waits for its other end, a
/// device never ends, and a renaming would take either away.
pub fn regular(path: &Path) -> io::Result<Metadata> {
    let about = fs::metadata(path)?;
    if about.is_file() {
        return Ok(about);
    }
    let what = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
    Err(io::Error::other(format!("it is {what}")))
}

/// Where a file goes, whatever it is called: two names of one place are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(PathBuf);

impl Place {
    /// The place that a path names: a file, or one that is not there yet in a folder that is. Links
    /// are followed, so that they stay and the file behind them becomes the new one.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut place = path.to_owned();
        loop {
            match regular(&place) {
                Ok(_) => return Ok(Self(place.canonicalize()?)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let Ok(next) = fs::read_link(&place) else {
                        let name = place.file_name().ok_or(error)?;
                        return Ok(Self(folder(&place).canonicalize()?.join(name)));
                    };
                    // A link to what is not there; a circle of links is another error.
                    place = folder(&place).join(next);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes the file beside its place, with the rights of any new file.
    pub fn write(self, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Written> {
        // Opened by us: tempfile's own rights are its owner's alone, and its errors name the part.
        let mut name = tempfile::Builder::new();
        let new = |part: &Path| File::create_new(part);
        let mut file = name.prefix(".cnn-").make_in(folder(&self.0), new)?;
        write(file.as_file_mut())?;
        Ok(Written { file, place: self })
    }
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// A file beside its place; deleted when it is dropped.
#[derive(Debug)]
pub struct Written {
    file: NamedTempFile,
    place: Place,
}

impl Written {
    /// Puts the file in its place at one stroke.
    pub fn put(self) -> io::Result<()> {
        self.file.persist(self.place.0).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Place;
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn put(path: &Path) {
        let written = Place::of(path).unwrap().write(|file| file.write_all(b"new"));
        written.unwrap().put().unwrap();
    }

    #[test]
    fn links_are_followed_to_their_end_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("d")).unwrap();
        fs::write(at("d/old"), "old").unwrap();
        for (target, link) in [("d/old", "a"), ("d/none", "b"), ("../b", "d/c"), ("d/c", "e")] {
            symlink(target, at(link)).unwrap();
        }
        put(&at("a"));
        assert_eq!(fs::read_to_string(at("d/old")).unwrap(), "new");
        assert_eq!(Place::of(&at("e")).unwrap(), Place::of(&at("d/../d/none")).unwrap());
        put(&at("e"));
        assert_eq!(fs::read_to_string(at("d/none")).unwrap(), "new");
        for link in ["a", "b", "d/c", "e"] {
            assert!(at(link).is_symlink(), "{link}");
        }
    }

    #[test]
    fn a_circle_of_links_and_a_folder_that_is_not_there_are_no_places() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("b", at("a")).unwrap();
        symlink("a", at("b")).unwrap();
        let error = |name: &str| Place::of(&at(name)).unwrap_err().to_string();
        let circle = std::io::Error::from(rustix::io::Errno::LOOP).to_string();
        assert_eq!(error("a"), circle);
        let none = std::io::Error::from(rustix::io::Errno::NOENT).to_string();
        assert_eq!(error("none/y.npy"), none);
    }
}
