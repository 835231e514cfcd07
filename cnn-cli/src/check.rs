//! `cnn check`: every error of every file, as rustc prints them or as JSON.

use crate::args::{Check, Choice, Format};
use crate::error::Error;
use crate::model::Texts;
use crate::output;
use cnn_dsl::check::Selection;
use cnn_dsl::diagnostic::Diagnostic;
use serde::Serialize;
use std::path::Path;

/// What came of a file that could be read.
type Checked = Result<(), Vec<Diagnostic>>;

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
    let (mut failed, mut usage) = (false, false);
    for file in &arguments.files {
        match check(file, &arguments.choice) {
            Ok((_, Ok(()))) => {
                if arguments.format == Format::Text {
                    output::print(&format!("{}: no errors\n", file.display()))?;
                }
            }
            Ok((texts, Err(errors))) => {
                let refused = texts.refuse(errors);
                (failed, usage) = (true, usage | refused.usage);
                match arguments.format {
                    Format::Text if refused.errors.is_empty() => {}
                    Format::Text => output::print(&format!("{}\n", texts.report(&refused.errors)))?,
                    Format::Json => print_lines(&texts, &refused.errors)?,
                }
            }
            Err(error) => {
                failed = true;
                output::print_error(&format!("error: {error}\n"));
            }
        }
    }
    match (failed, usage) {
        (false, _) => Ok(()),
        (true, true) => Err(Error::Usage),
        (true, false) => Err(Error::Reported),
    }
}

/// Every model with its defaults; where one is named, or parameters are given, that one alone: its
/// defaults mean nothing then.
fn check(file: &Path, choice: &Choice) -> Result<(Texts, Checked), Error> {
    let mut texts = Texts::open(file)?;
    let selection = if choice.model.is_none() && choice.parameters.is_empty() {
        Ok(Selection::All)
    } else {
        texts.request(choice).map(|request| Selection::Some(vec![request]))
    };
    let checked = selection.and_then(|selection| texts.check(&selection).map(|_| ()));
    Ok((texts, checked))
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
