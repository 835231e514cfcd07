//! The door for build scripts.
//!
//! In: `.cnn` files or folders of them. Out, in OUT_DIR: one `NAME.rs` a file, the packed weights
//! beside it, and `cnn_models.rs`, which `cnn_runtime::include_models!()` includes. A mistake in a
//! model fails no build script: editors would lose the whole crate and show no message. The
//! written file holds a type of the same name and a `compile_error!` with the report instead.

mod error;
mod files;
mod unit;

pub use crate::plan::Isa as InstructionSet;
pub use error::BuildError;

use std::collections::HashSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use unit::{Models, Target, Unit};

/// Compiles a file, or every `.cnn` file of a folder, into OUT_DIR.
///
/// ```no_run
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     cnn_dsl::build::compile("models")?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// A file or folder cannot be read or written. A mistake in a model is a compile error of the
/// crate, not one of these.
pub fn compile(path: impl AsRef<Path>) -> Result<(), BuildError> {
    let path = path.as_ref();
    let build = Build::new();
    if path.is_dir() { build.folder(path).compile() } else { build.file(path).compile() }
}

/// What is to be compiled. `model`, `parameter`, `instance` and `train` are about the file named last.
///
/// ```no_run
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     cnn_dsl::build::Build::new()
///         .file("models/mobilenet.cnn")
///         .model("MobileNetV1")
///         .instance("Small", "MobileNetV1", [("alpha", "0.25")])
///         .compile()?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
pub struct Build {
    named: Vec<Named>,
    out_dir: Option<PathBuf>,
    misplaced: Option<String>,
    instruction_sets: Option<Vec<InstructionSet>>,
}

/// One call of `file` or `folder`, and what was said about it.
#[derive(Debug)]
enum Named {
    File(PathBuf, Models),
    Folder(PathBuf, Models),
}

impl Build {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compiles this file: every model of it, unless `model` chooses.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        self.named.push(Named::File(path.as_ref().to_owned(), Models::default()));
        self
    }

    /// Compiles every `.cnn` file of this folder and the folders in it.
    #[must_use]
    pub fn folder(mut self, path: impl AsRef<Path>) -> Self {
        self.named.push(Named::Folder(path.as_ref().to_owned(), Models::default()));
        self
    }

    /// Compiles this model of the file and, unless it is called again, no other.
    #[must_use]
    pub fn model(self, name: &str) -> Self {
        self.about_file(name, |models| models.model(name))
    }

    /// Gives a parameter of the model named last another value; of the file's first model, which
    /// alone is then compiled, where none was named. The value is text of the language: `0.25`,
    /// `[3, 4, 6, 3]`, `relu`.
    #[must_use]
    pub fn parameter(self, name: &str, value: impl Display) -> Self {
        self.about_file(name, |models| models.parameter(name, &value.to_string()))
    }

    /// Compiles a model of the file once more, under another name and with other parameters.
    #[must_use]
    pub fn instance<'a, V: Display>(
        self,
        name: &str,
        model: &str,
        parameters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        let values: Vec<_> =
            parameters.into_iter().map(|(k, v)| (k.to_owned(), v.to_string())).collect();
        self.about_file(name, |models| models.instance(name, model, values))
    }

    /// Lets the models of the file or folder named last be trained, as if each said `train;`. A layer
    /// that has no backward pass is then an error at its place; `model` chooses among a file's models.
    ///
    /// ```no_run
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     cnn_dsl::build::Build::new().file("models/lecture.cnn").train().compile()?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn train(mut self) -> Self {
        match self.named.last_mut() {
            Some(Named::File(_, models) | Named::Folder(_, models)) => models.train(),
            None => self.misplaced = Some("train".to_owned()),
        }
        self
    }

    /// Emits kernels for these instruction sets alone, and for the portable one, which is always
    /// there. Where nothing is said: for all. Each costs compiling time and size; a program whose
    /// processor is known needs one.
    ///
    /// ```no_run
    /// use cnn_dsl::build::{Build, InstructionSet};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     Build::new().folder("models").instruction_sets([InstructionSet::Avx2]).compile()?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn instruction_sets(mut self, sets: impl IntoIterator<Item = InstructionSet>) -> Self {
        self.instruction_sets = Some(sets.into_iter().collect());
        self
    }

    /// Writes here instead of OUT_DIR, so that it also works outside of a build script.
    ///
    /// ```
    /// use std::fs;
    ///
    /// let folder = std::env::temp_dir().join(format!("digits-{}", std::process::id()));
    /// fs::create_dir_all(&folder)?;
    /// fs::write(folder.join("digits.cnn"), "model Digits { input 28x28x1; flatten; dense 10; }")?;
    /// cnn_dsl::build::Build::new().file(folder.join("digits.cnn")).out_dir(&folder).compile()?;
    /// let code = fs::read_to_string(folder.join("digits.rs"))?;
    /// assert!(code.contains("pub struct Digits"));
    /// # fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn out_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.out_dir = Some(path.as_ref().to_owned());
        self
    }

    /// Compiles and writes everything, and tells cargo which files were read.
    ///
    /// # Errors
    /// A file or folder cannot be read or written, nothing was named, or a name is none that Rust
    /// takes. A mistake in a model is a compile error of the crate, not one of these.
    pub fn compile(self) -> Result<(), BuildError> {
        if let Some(name) = self.misplaced {
            return Err(BuildError::NoFileYet { name });
        }
        let mut tracked = Tracked::default();
        let units = units(self.named, &mut tracked)?;
        if let Some(name) = units.iter().find_map(|unit| unit.models.bad_name()) {
            return Err(BuildError::BadName { name: name.to_owned() });
        }
        let out_dir = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => std::env::var_os("OUT_DIR").ok_or(BuildError::NoOutDir)?.into(),
        };
        let beside = self.out_dir.is_some();
        let instruction_sets = self.instruction_sets.as_deref().unwrap_or(&InstructionSet::ALL);
        let target = Target { out_dir: &out_dir, beside, instruction_sets };
        let mut includes = header("every file of this build");
        for unit in &units {
            unit.compile(&target, &mut tracked)?;
            includes.push_str(&include(&unit.name, beside));
        }
        files::write(&out_dir.join("cnn_models.rs"), includes.as_bytes())
    }

    fn about_file(mut self, name: &str, say: impl FnOnce(&mut Models)) -> Self {
        match self.named.last_mut() {
            Some(Named::File(_, models)) => say(models),
            Some(Named::Folder(..)) | None => self.misplaced = Some(name.to_owned()),
        }
        self
    }
}

/// The files that cargo was told of.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    told: HashSet<PathBuf>,
}

impl Tracked {
    /// Builds again when this changes; also when it appears, where it could not be read.
    pub(super) fn add(&mut self, path: &Path) {
        if self.told.insert(path.to_owned()) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

/// The files of every call, each with a module name of its own.
fn units(named: Vec<Named>, tracked: &mut Tracked) -> Result<Vec<Unit>, BuildError> {
    let mut units: Vec<Unit> = Vec::new();
    for call in named {
        let (paths, models) = match call {
            Named::File(path, models) => (vec![path], models),
            Named::Folder(folder, models) => {
                tracked.add(&folder);
                (files::models_in(&folder)?, models)
            }
        };
        for path in paths {
            tracked.add(&path);
            let name = free_name(&path, &units);
            units.push(Unit { name, path, models: models.clone() });
        }
    }
    if units.is_empty() { Err(BuildError::NoFiles(PathBuf::new())) } else { Ok(units) }
}

/// The file's name without its extension; with a number behind it where another file has it.
fn free_name(path: &Path, taken: &[Unit]) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // `cnn_models.rs` is the file that includes the others.
    let base = if stem == "cnn_models" { "cnn_models_1".into() } else { stem };
    let is_free = |name: &str| taken.iter().all(|unit| !unit.name.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|n| format!("{base}_{n}"));
    std::iter::once(base.to_string()).chain(numbered).find(|name| is_free(name)).unwrap_or_default()
}

fn header(origin: &str) -> String {
    format!("// @generated by cnn-dsl {} from {origin}.\n", env!("CARGO_PKG_VERSION"))
}

/// Editors want the absolute path; a folder that is not OUT_DIR has none that may be written down.
fn include(name: &str, beside: bool) -> String {
    let file = format!("{name}.rs");
    if beside {
        return format!("::core::include!({file:?});\n");
    }
    let file = format!("/{file}");
    format!("::core::include!(::core::concat!(::core::env!(\"OUT_DIR\"), {file:?}));\n")
}

#[cfg(test)]
mod tests;
