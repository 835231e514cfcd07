//! One `.cnn` file of a build.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{BuildError, InstructionSet, Tracked, files};
use crate::Compiled;
use crate::check::{Request, Selection};
use crate::diagnostic::{Diagnostic, render};
use crate::emit::{Door, pretty};
use crate::source::{Disk, Files, SourceFile, Sources, Span};
use crate::syntax::{self, is_type_name};

/// A file and what is wanted of it.
#[derive(Debug)]
pub(super) struct Unit {
    /// Of the file that is written.
    pub name: String,
    /// The `.cnn` file.
    pub path: PathBuf,
    /// Its models.
    pub models: Models,
}

/// Which models, as the build script said it.
#[derive(Debug, Clone, Default)]
pub(super) struct Models {
    chosen: Vec<Wanted>,
    instances: Vec<Wanted>,
    train: bool,
}

/// One model with parameters.
#[derive(Debug, Clone, Default)]
struct Wanted {
    model: Option<String>,
    rename: Option<String>,
    parameters: Vec<(String, String)>,
}

impl Models {
    pub(super) fn model(&mut self, name: &str) {
        self.chosen.push(Wanted { model: Some(name.to_owned()), ..Wanted::default() });
    }

    pub(super) fn parameter(&mut self, name: &str, value: &str) {
        if self.chosen.is_empty() {
            self.chosen.push(Wanted::default());
        }
        if let Some(last) = self.chosen.last_mut() {
            last.parameters.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(super) fn instance(&mut self, name: &str, model: &str, parameters: Vec<(String, String)>) {
        let (model, rename) = (Some(model.to_owned()), Some(name.to_owned()));
        self.instances.push(Wanted { model, rename, parameters });
    }

    pub(super) fn train(&mut self) {
        self.train = true;
    }

    /// The first name that no type can have: a model becomes one.
    pub(super) fn bad_name(&self) -> Option<&str> {
        let wanted = self.chosen.iter().chain(&self.instances);
        let mut names = wanted.flat_map(|wanted| wanted.model.iter().chain(&wanted.rename));
        let is_name = |name: &str| syn::parse_str::<Ident>(name).is_ok() && is_type_name(name);
        names.find(|name| !is_name(name)).map(String::as_str)
    }
}

/// What is written for one file, as it grows.
#[derive(Default)]
struct Emitted {
    tokens: TokenStream,
    errors: Vec<String>,
    blobs: Vec<(String, Vec<u8>)>,
}

/// Where the files go, and for which processors.
pub(super) struct Target<'a> {
    pub out_dir: &'a Path,
    /// Whether files include one another by relative paths.
    pub beside: bool,
    pub instruction_sets: &'a [InstructionSet],
}

impl Unit {
    /// Writes the file's Rust, and the weights that it embeds.
    pub(super) fn compile(
        &self,
        target: &Target<'_>,
        tracked: &mut Tracked,
    ) -> Result<(), BuildError> {
        let mut disk = Disk::default();
        let emitted = self.emit(&mut disk, target);
        for path in &disk.read {
            tracked.add(path);
        }
        let emitted = emitted?;
        let reports = emitted.errors.iter().map(|report| quote!(::core::compile_error!(#report);));
        let tokens: TokenStream = reports.chain([emitted.tokens]).collect();
        let text = pretty(&tokens, &self.shown_path());
        for (name, bytes) in &emitted.blobs {
            files::write(&target.out_dir.join(name), bytes)?;
        }
        files::write(&target.out_dir.join(format!("{}.rs", self.name)), text.as_bytes())
    }

    fn emit(&self, disk: &mut Disk, target: &Target<'_>) -> Result<Emitted, BuildError> {
        let unreadable = |source| BuildError::Text { path: self.path.clone(), source };
        let text = disk.read_text(&self.path).map_err(unreadable)?;
        let mut emitted = Emitted::default();
        let Models { chosen, instances, train: _ } = &self.models;
        // The instances come on top of all of the file's models, unless some were chosen.
        if chosen.is_empty() {
            self.add(&text, None, disk, target, &mut emitted);
        }
        let wanted = [chosen.as_slice(), instances].concat();
        if !wanted.is_empty() {
            self.add(&text, Some(&wanted), disk, target, &mut emitted);
        }
        Ok(emitted)
    }

    /// Compiles the wanted models, or all.
    fn add(
        &self,
        text: &str,
        wanted: Option<&[Wanted]>,
        disk: &mut Disk,
        target: &Target<'_>,
        emitted: &mut Emitted,
    ) {
        let mut sources = Sources::default();
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let (name, text) = (self.shown_path(), text.to_owned());
        let root = sources.add(SourceFile { name, folder, text });
        let mut errors = Vec::new();
        let train = self.models.train.then(|| add(&mut sources, "train()"));
        let selection = match (wanted, train) {
            (None, None) => Selection::All,
            (None, Some(at)) => Selection::AllTrained(at),
            (Some(list), train) => {
                let mut request = |wanted| request(wanted, &mut sources, &mut errors);
                let wanted = list.iter().map(|wanted| Request { train, ..request(wanted) });
                Selection::Some(wanted.collect())
            }
        };
        let Emitted { blobs, .. } = emitted;
        let mut door = Door {
            runtime: quote!(__cnn),
            visibility: quote!(pub),
            ident: &|name, _| ident(name),
            instruction_sets: target.instruction_sets,
            blob: &mut |model, bytes| {
                let name = format!("{}.{model}.weights", self.name);
                blobs.push((name.clone(), bytes.to_owned()));
                blob(&name, target.beside)
            },
        };
        let compiled = if errors.is_empty() {
            crate::compile(&mut sources, root, &selection, disk, &mut door)
        } else {
            Compiled::unparsed(&sources, root, &selection, errors, &mut door)
        };
        emitted.report(&compiled.diagnostics, &sources);
        emitted.tokens.extend(compiled.tokens);
    }

    /// The path as the build script wrote it, the same on every system.
    fn shown_path(&self) -> String {
        self.path.to_string_lossy().replace(MAIN_SEPARATOR, "/")
    }
}

impl Emitted {
    /// Adds reports that are not there yet. rustc puts its own `error: ` before each.
    fn report(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        for diagnostic in diagnostics {
            let report = render(diagnostic, sources);
            let report = report.strip_prefix("error").unwrap_or(&report).trim_end().to_owned();
            if !self.errors.contains(&report) {
                self.errors.push(report);
            }
        }
    }
}

/// The request of one model; each name and each value is a text of its own.
fn request(wanted: &Wanted, sources: &mut Sources, errors: &mut Vec<Diagnostic>) -> Request {
    let mut request = Request {
        model: wanted.model.as_ref().map(|name| (name.clone(), add(sources, name))),
        rename: wanted.rename.as_ref().map(|name| (name.clone(), add(sources, name))),
        parameters: Vec::new(),
        train: None,
    };
    for (name, value) in &wanted.parameters {
        let (at, value) = (add(sources, name), add(sources, value));
        match syntax::expression(sources, value.file) {
            Ok(value) => request.parameters.push((name.clone(), at, value)),
            Err(error) => errors.push(error),
        }
    }
    request
}

/// A text out of the build script.
fn add(sources: &mut Sources, text: &str) -> Span {
    let (name, folder) = ("build.rs".to_owned(), PathBuf::new());
    let file = sources.add(SourceFile { name, folder, text: text.to_owned() });
    Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }
}

fn ident(name: &str) -> Ident {
    let span = proc_macro2::Span::call_site();
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}

/// The packed weights, aligned to a cache line, out of the file beside the emitted code.
fn blob(file: &str, beside: bool) -> TokenStream {
    let path = if beside {
        quote!(#file)
    } else {
        let file = format!("/{file}");
        quote!(::core::concat!(::core::env!("OUT_DIR"), #file))
    };
    quote! {{
        #[repr(C, align(64))]
        struct Aligned<T: ?::core::marker::Sized>(T);
        static WEIGHTS: &Aligned<[::core::primitive::u8]> = &Aligned(*::core::include_bytes!(#path));
        &WEIGHTS.0
    }}
}
