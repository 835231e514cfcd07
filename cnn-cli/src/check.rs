//! `cnn check`: every error of every file, as rustc prints them or as JSON.

use crate::args::{Check, Choice, Format};
use crate::error::Error;
use crate::model::Texts;
use crate::output;
use cnn_dsl::check::Selection;
use cnn_dsl::diagnostic::Diagnostic;
use serde::Serialize;
use std::path::Path;

/// One error; the keys are the command's interface.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    code: &'a str,
    message: &'a str,
    notes: &'a [String],
    help: &'a [String],
}

/// Checks every file, whatever is wrong with those before it.
pub fn run(arguments: &Check) -> Result<(), Error> {
    let mut failed = false;
    for file in &arguments.files {
        match check(file, &arguments.choice) {
            Ok((_, errors)) if errors.is_empty() => {
                if arguments.format == Format::Text {
                    output::print(&format!("{}: no errors\n", file.display()))?;
                }
            }
            Ok((texts, errors)) => {
                failed = true;
                match arguments.format {
                    Format::Text => output::print(&format!("{}\n", texts.report(&errors)))?,
                    Format::Json => print_lines(&texts, &errors)?,
                }
            }
            Err(error) => {
                failed = true;
                output::print_error(&format!("error: {error}\n"));
            }
        }
    }
    if failed { Err(Error::Reported) } else { Ok(()) }
}

/// Without `--model` every model with its defaults; parameters then also go to the first one.
fn check(file: &Path, choice: &Choice) -> Result<(Texts, Vec<Diagnostic>), Error> {
    let mut texts = Texts::open(file)?;
    let mut errors = Vec::new();
    if choice.model.is_none() {
        errors.extend(texts.check(&Selection::All).err().into_iter().flatten());
    }
    if choice.model.is_some() || (errors.is_empty() && !choice.parameters.is_empty()) {
        let request = texts.request(choice);
        let checked = request.and_then(|request| texts.check(&Selection::Some(vec![request])));
        errors.extend(checked.err().into_iter().flatten());
    }
    Ok((texts, errors))
}

fn print_lines(texts: &Texts, errors: &[Diagnostic]) -> Result<(), Error> {
    for error in errors {
        let span = error.primary.span;
        let (start, end) = (texts.sources.start(span), texts.sources.end(span));
        output::print_json(&Line {
            file: &texts.sources.file(span.file).name,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            code: error.code,
            message: &error.message,
            notes: &error.notes,
            help: &error.help,
        })?;
    }
    Ok(())
}
