//! From a call's tokens to the compiler and back.

use std::path::{Path, PathBuf};

use cnn_dsl::Compiled;
use cnn_dsl::check::{Request, Selection};
use cnn_dsl::diagnostic::Diagnostic;
use cnn_dsl::emit::Door;
use cnn_dsl::plan::Isa;
use cnn_dsl::source::{self, Disk, FileId, Files as _, SourceFile, Sources, TextError};
use cnn_dsl::syntax;
use cnn_dsl::tokens::TokenText;
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;

use crate::include::Arguments;
use crate::report::{Places, compile_errors};

/// What models are emitted for, by this crate's features.
const INSTRUCTION_SETS: &[Isa] = match (cfg!(feature = "avx2"), cfg!(feature = "avx512")) {
    (true, true) => &Isa::ALL,
    (true, false) => &[Isa::Portable, Isa::Avx2],
    (false, true) => &[Isa::Portable, Isa::Avx512],
    (false, false) => &[Isa::Portable],
};

/// `cnn!`: the tokens are the text.
pub fn cnn(tokens: TokenStream) -> TokenStream {
    let (runtime, tokens) = split(tokens);
    let mut call = Call::new(Span::call_site());
    let (root, _) = call.add_tokens(tokens);
    call.compile(root, &Selection::All, Vec::new(), runtime, TokenStream::new())
}

/// `include_model!`: the text is a file's, the arguments are tokens.
pub fn include_model(tokens: TokenStream) -> TokenStream {
    let (runtime, tokens) = split(tokens);
    let arguments: Arguments = match syn::parse2(tokens) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_compile_error(),
    };
    let mut call = Call::new(arguments.path.span());
    let mut errors = Vec::new();
    let root = call.add_file(&arguments.path, &mut errors);
    let request = call.request(arguments, &mut errors);
    call.compile(root, &Selection::Some(vec![request]), errors, runtime, quote!(pub))
}

/// Takes `(crate = PATH)` from the front. The tokens of the path are kept as they are, for they
/// know the crate that they come from.
fn split(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = tokens.into_iter();
    let runtime = match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream().into_iter().skip(2).collect(),
        Some(_) | None => quote!(::cnn_runtime),
    };
    (runtime, tokens.collect())
}

/// One call: its texts, and the tokens that they were made of.
struct Call {
    sources: Sources,
    texts: Vec<(FileId, TokenText)>,
    disk: Disk,
    /// Where errors go that lie in none of the call's tokens.
    otherwise: Span,
}

impl Call {
    fn new(otherwise: Span) -> Self {
        let (sources, disk) = (Sources::default(), Disk::default());
        Self { sources, texts: Vec::new(), disk, otherwise }
    }

    /// A text made of tokens, and the span of all of it.
    fn add_tokens(&mut self, tokens: TokenStream) -> (FileId, source::Span) {
        let tokens = TokenText::new(tokens);
        let (folder, text) = (package_folder(), tokens.text().to_owned());
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let file = self.sources.add(SourceFile { name: "cnn!".to_owned(), folder, text });
        self.texts.push((file, tokens));
        (file, source::Span { file, start: 0, end })
    }

    /// The text of a file; an empty one where it cannot be read.
    fn add_file(&mut self, literal: &LitStr, errors: &mut Vec<Diagnostic>) -> FileId {
        let name = literal.value();
        let path = package_folder().join(&name);
        let text = self.disk.read_text(&path).unwrap_or_else(|error| {
            let (_, at) = self.add_tokens(literal.to_token_stream());
            let message = format!("`{name}` cannot be read: {error}");
            errors.push(match error {
                TextError::Io(_) => {
                    let folder = package_folder();
                    let help =
                        format!("the path is relative to the package, `{}`", folder.display());
                    Diagnostic::new("unreadable_file", at, message).help(help)
                }
                TextError::LoneReturn { .. } => Diagnostic::new("unreadable_file", at, message),
                TextError::TooLong { .. } => Diagnostic::new("too_large", at, message),
                TextError::Utf16 | TextError::NotUtf8 { .. } => {
                    Diagnostic::new("not_utf8", at, message)
                }
            });
            String::new()
        });
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        self.sources.add(SourceFile { name, folder, text })
    }

    /// The model that the arguments ask for; each name and each value is a text of its own.
    fn request(&mut self, arguments: Arguments, errors: &mut Vec<Diagnostic>) -> Request {
        let Arguments { path: _, model, rename, parameters, train } = arguments;
        let mut request = Request {
            model: model.map(|name| self.name(name)),
            rename: rename.map(|name| self.name(name)),
            parameters: Vec::new(),
            train: train.map(|word| self.name(word).1),
        };
        for (name, value) in parameters {
            let (name, span) = self.name(name);
            let (value, _) = self.add_tokens(value);
            match syntax::expression(&self.sources, value) {
                Ok(value) => request.parameters.push((name, span, value)),
                Err(error) => errors.push(error),
            }
        }
        request
    }

    fn name(&mut self, name: Ident) -> (String, source::Span) {
        let text = name.to_string();
        let (_, span) = self.add_tokens(TokenTree::Ident(name).into());
        (text, span)
    }

    /// The items of the selected models; stubs of them where the call itself has errors.
    fn compile(
        mut self,
        root: FileId,
        selection: &Selection,
        errors: Vec<Diagnostic>,
        runtime: TokenStream,
        visibility: TokenStream,
    ) -> TokenStream {
        let Self { sources, texts, disk, otherwise: _ } = &mut self;
        let ident = |name: &str, span: source::Span| {
            let text = texts.iter().find(|(file, _)| *file == span.file);
            let target = text.and_then(|(_, t)| t.target(span.start as usize..span.end as usize));
            new_ident(name, target.map_or_else(Span::call_site, |target| target.first))
        };
        let instruction_sets = INSTRUCTION_SETS;
        let mut door =
            Door { runtime, visibility, ident: &ident, instruction_sets, blob: &mut blob };
        let compiled = if errors.is_empty() {
            cnn_dsl::compile(sources, root, selection, disk, &mut door)
        } else {
            Compiled::unparsed(sources, root, selection, errors, &mut door)
        };
        let mut tokens = self.errors(&compiled.diagnostics);
        tokens.extend(compiled.tokens);
        // Beside an error there is nothing to build anew, and the file may be too large for rustc.
        if compiled.diagnostics.is_empty() {
            tokens.extend(tracked(&self.disk.read));
        }
        tokens
    }

    fn errors(&self, diagnostics: &[Diagnostic]) -> TokenStream {
        let texts = self.texts.iter().map(|(file, text)| (*file, text)).collect();
        compile_errors(diagnostics, &self.sources, &Places { texts, otherwise: self.otherwise })
    }
}

fn new_ident(name: &str, span: Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}

/// The folder that a call's paths are relative to: the package's, as for a build script. Where the
/// call's file stands is not known to every editor.
fn package_folder() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
}

/// The packed weights as one literal. An editor shows the types without them.
fn blob(_model: &str, bytes: &[u8]) -> TokenStream {
    if in_editor() {
        return quote!(&[]);
    }
    let bytes = Literal::byte_string(bytes);
    quote! {{
        #[repr(C, align(64))]
        struct Aligned<T: ?::core::marker::Sized>(T);
        static WEIGHTS: &Aligned<[::core::primitive::u8]> = &Aligned(*#bytes);
        &WEIGHTS.0
    }}
}

/// Builds the crate anew when a file that the call read changes.
fn tracked(read: &[PathBuf]) -> TokenStream {
    if in_editor() {
        return TokenStream::new();
    }
    let there = read.iter().filter(|path| path.is_file()).filter_map(|path| path.to_str());
    there
        .map(|path| {
            quote!(
                const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
            )
        })
        .collect()
}

/// rust-analyzer expands macros as the user types and names no file.
fn in_editor() -> bool {
    Span::call_site().file().is_empty()
}
