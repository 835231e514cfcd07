//! From the command line to a network: the file, the model chosen in it, its parameters.
//!
//! `--model` and `--param k=v` are small texts of the compilation, so that errors in them have a
//! place too; they are told in one line each, as all errors of a command line are.

use crate::args::{Choice, Pair};
use crate::error::Error;
use crate::output;
use cnn_dsl::check::{Request, Selection, check};
use cnn_dsl::diagnostic::{Diagnostic, render};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, over_budget, plan};
use cnn_dsl::source::{Disk, FileId, Files as _, SourceFile, Sources, Span};
use cnn_dsl::syntax::{self, Program};
use std::path::{Path, PathBuf};

/// A file with everything that it uses.
pub struct Texts {
    /// The root first.
    pub sources: Sources,
    disk: Disk,
    root: FileId,
    words: Vec<Word>,
}

/// A text out of the command line.
struct Word {
    file: FileId,
    /// What is said before the message of an error in it.
    before: String,
    /// What is said behind that message.
    behind: String,
}

impl Texts {
    /// Reads the root file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut sources = Sources::default();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let name = path.display().to_string();
        let mut disk = Disk::default();
        let text = disk.read_text(path);
        let text = text.map_err(|source| Error::Text { path: path.to_owned(), source })?;
        let root = sources.add(SourceFile { name, folder, text });
        Ok(Self { sources, disk, root, words: Vec::new() })
    }

    /// The root file's name, as the user wrote it.
    pub fn name(&self) -> &str {
        &self.sources.file(self.root).name
    }

    /// What a model is made of: every text, and its name where the command line says one.
    pub fn origin<'a>(&'a self, choice: &'a Choice) -> Vec<&'a str> {
        let texts = self.sources.files().map(|(_, file)| &file.text[..]);
        texts.chain(choice.model.as_deref()).collect()
    }

    /// The networks of the selection, or every error.
    pub fn check(&mut self, selection: &Selection) -> Result<Vec<Network>, Vec<Diagnostic>> {
        let program = Program::load(&mut self.sources, self.root, &mut self.disk)?;
        let mut checked = check(&program, &self.sources, selection, &mut self.disk);
        let networks: Vec<Network> = checked.models.into_iter().flatten().collect();
        for network in &networks {
            for error in over_budget(&plan(network, &Options::default())) {
                checked.diagnostics.push(error);
            }
        }
        if checked.diagnostics.is_empty() {
            return Ok(networks);
        }
        Err(checked.diagnostics.into_vec())
    }

    /// The model that the command line asks for.
    pub fn request(&mut self, choice: &Choice) -> Result<Request, Vec<Diagnostic>> {
        let behind = format!(" in {}", self.name());
        let model = choice.model.as_ref();
        let model = model.map(|name| (name.clone(), self.word(name, "", &behind)));
        let mut request = Request { model, ..Request::default() };
        let mut errors = Vec::new();
        for Pair { key, value } in &choice.parameters {
            let (key, before) = (key.trim(), format!("--param {key}={value}: "));
            let span = self.word(key, "", "");
            let value = self.word(value, &before, "");
            match syntax::expression(&self.sources, value.file) {
                Ok(value) => request.parameters.push((key.to_owned(), span, value)),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// The reports of errors, one after the other with a blank line between.
    pub fn report(&self, errors: &[Diagnostic]) -> String {
        let reports: Vec<String> = errors.iter().map(|e| render(e, &self.sources)).collect();
        reports.join("\n")
    }

    /// Prints what is wrong with the command line; gives the errors of the model itself.
    pub fn refuse(&self, errors: Vec<Diagnostic>) -> Refused {
        let mut refused = Refused { errors: Vec::new(), usage: false };
        for error in errors {
            let file = error.primary.span.file;
            match self.words.iter().find(|word| word.file == file) {
                Some(word) => {
                    refused.usage = true;
                    output::print_error(&line(word, &error));
                }
                None => refused.errors.push(error),
            }
        }
        refused
    }

    fn word(&mut self, text: &str, before: &str, behind: &str) -> Span {
        let file = self.sources.add(SourceFile {
            name: "the command line".to_owned(),
            folder: PathBuf::new(),
            text: text.to_owned(),
        });
        let (before, behind) = (before.to_owned(), behind.to_owned());
        self.words.push(Word { file, before, behind });
        Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }
}

/// What is left of errors when those of the command line have been told.
pub struct Refused {
    /// Those of the model.
    pub errors: Vec<Diagnostic>,
    /// Whether there was one of the command line.
    pub usage: bool,
}

impl Refused {
    /// What the command ends with.
    pub fn error(&self) -> Error {
        if self.usage { Error::Usage } else { Error::Reported }
    }
}

/// An error of the command line: `error: there is no model `Foo` in m.cnn, did you mean `For`?`.
fn line(word: &Word, error: &Diagnostic) -> String {
    let facts = error.notes.iter().chain(&error.help).map(|fact| format!(", {fact}"));
    let facts: String = facts.collect();
    let line = format!("error: {}{}{}{facts}", word.before, error.message, word.behind);
    format!("{}\n", line.replace('\n', " "))
}

/// The one network that a command works on; its errors go to the standard error stream.
pub fn network(file: &Path, choice: &Choice) -> Result<(Texts, Network), Error> {
    let mut texts = Texts::open(file)?;
    let request = texts.request(choice);
    let networks = request.and_then(|request| texts.check(&Selection::Some(vec![request])));
    match networks.map(|mut networks| networks.pop()) {
        Ok(Some(network)) => Ok((texts, network)),
        Ok(None) => Err(Error::Reported),
        Err(errors) => {
            let refused = texts.refuse(errors);
            output::print_error(&texts.report(&refused.errors));
            Err(refused.error())
        }
    }
}
