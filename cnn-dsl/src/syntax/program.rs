//! The files of one compilation, parsed: the root and everything it `use`s.
//!
//! In: a root among the sources, and a store to read from. Out: a [`Program`], or one error a file
//! or `use` that is wrong. Paths are compared as texts, `..` taken out: the disk is not asked.

use crate::source::FileId;
use crate::syntax::ast;

/// Every file, parsed; the root first, then the used ones in the order they are met, each once.
#[derive(Debug)]
pub struct Program {
    /// Files with their trees.
    pub files: Vec<(FileId, ast::File)>,
}

#[cfg(feature = "frontend")]
mod load {
    use std::io::ErrorKind;
    use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

    use super::Program;
    use crate::diagnostic::Diagnostic;
    use crate::source::{FileId, Files, SourceFile, Sources, TextError};
    use crate::syntax::ast::{self, Item, Text};
    use crate::syntax::error::UseError;
    use crate::syntax::parse::parse;

    /// No program may have more files: it bounds the recursion below.
    const MAX_FILES: usize = 256;

    impl Program {
        /// Parses `root`, which is among `sources`, and reads and parses everything it uses.
        ///
        /// # Errors
        /// One for each file that does not parse and each `use` that cannot be followed.
        pub fn load(
            sources: &mut Sources,
            root: FileId,
            files: &mut dyn Files,
        ) -> Result<Self, Vec<Diagnostic>> {
            let file = sources.file(root);
            let own_name = Path::new(&file.name).file_name().unwrap_or_default();
            let met = Met {
                path: normal(&file.folder.join(own_name)),
                shown: file.name.clone(),
                open: true,
            };
            let mut loader =
                Loader { sources, files, met: vec![met], parsed: Vec::new(), errors: Vec::new() };
            loader.parse(root, 0);
            if loader.errors.is_empty() {
                Ok(Self { files: loader.parsed })
            } else {
                Err(loader.errors)
            }
        }
    }

    /// A file that was met, whether it parsed or not.
    struct Met {
        path: PathBuf,
        shown: String,
        /// Whether its `use`s are being followed: a `use` of it now is a cycle.
        open: bool,
    }

    struct Loader<'a> {
        sources: &'a mut Sources,
        files: &'a mut dyn Files,
        met: Vec<Met>,
        parsed: Vec<(FileId, ast::File)>,
        errors: Vec<Diagnostic>,
    }

    impl Loader<'_> {
        fn parse(&mut self, id: FileId, met: usize) {
            match parse(self.sources, id) {
                Err(error) => self.errors.push(error),
                Ok(tree) => {
                    let uses = tree.items.iter().filter_map(|item| match item {
                        Item::Use(path) => Some(path.clone()),
                        Item::Block(_) | Item::Model(_) | Item::Instance(_) => None,
                    });
                    let uses: Vec<Text> = uses.collect();
                    self.parsed.push((id, tree));
                    for path in uses {
                        if let Err(error) = self.follow(&path, id) {
                            self.errors.push(error.diagnostic(path.span, &path.value));
                        }
                    }
                }
            }
            self.met[met].open = false;
        }

        fn follow(&mut self, used: &Text, from: FileId) -> Result<(), UseError> {
            let using = self.sources.file(from);
            let path = using.folder.join(&used.value);
            let shown = shown(&using.name, &using.folder, &used.value);
            let normal = normal(&path);
            if let Some(met) = self.met.iter().position(|met| met.path == normal) {
                return if self.met[met].open { Err(self.cycle(met)) } else { Ok(()) };
            }
            if self.met.len() == MAX_FILES {
                return Err(UseError::TooMany { limit: MAX_FILES });
            }
            self.met.push(Met { path: normal, shown: shown.clone(), open: true });
            let met = self.met.len() - 1;
            let read = self.files.read_text(&path).map_err(unreadable);
            if read.is_err() {
                self.met[met].open = false;
            }
            let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
            let id = self.sources.add(SourceFile { name: shown, folder, text: read? });
            self.parse(id, met);
            Ok(())
        }

        /// The files from `first` to the one that closes the circle.
        fn cycle(&self, first: usize) -> UseError {
            let open = self.met[first..].iter().filter(|met| met.open);
            UseError::Cycle { files: open.map(|met| met.shown.clone()).collect() }
        }
    }

    fn unreadable(error: TextError) -> UseError {
        match error {
            TextError::Io(error) if error.kind() == ErrorKind::NotFound => UseError::Missing,
            TextError::Io(error) if error.kind() == ErrorKind::IsADirectory => UseError::Folder,
            TextError::Io(error) => UseError::Unreadable { why: error.to_string() },
            TextError::TooLong { bytes } => UseError::TooLarge { bytes },
            TextError::LoneReturn { .. } => UseError::Unreadable { why: error.to_string() },
            TextError::Utf16 | TextError::NotUtf8 { .. } => {
                UseError::NotUtf8 { why: error.to_string() }
            }
        }
    }

    /// The name of a used file: beside the using file's, or as written where that one's name does
    /// not stand in its folder, as a macro call's; the same on every system.
    fn shown(using: &str, folder: &Path, used: &str) -> String {
        match Path::new(using).parent() {
            Some(parent) if folder.ends_with(parent) => normal(&parent.join(used)),
            _ => PathBuf::from(used),
        }
        .display()
        .to_string()
        .replace(MAIN_SEPARATOR, "/")
    }

    /// The path without `.` and `..` as far as its text tells.
    fn normal(path: &Path) -> PathBuf {
        let mut normal = PathBuf::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => match normal.components().next_back() {
                    Some(Component::Normal(_)) => drop(normal.pop()),
                    Some(Component::RootDir | Component::Prefix(_)) => {}
                    Some(Component::ParentDir | Component::CurDir) | None => normal.push(".."),
                },
                Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                    normal.push(part);
                }
            }
        }
        normal
    }
}
