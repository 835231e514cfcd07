//! Diagnostics as rustc prints them, by rustc's own renderer.

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, Sources};

/// The report of one error, without colour, ending in a line end.
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    with(&Renderer::plain(), diagnostic, sources)
}

/// The same for a terminal that shows colours.
pub fn render_coloured(diagnostic: &Diagnostic, sources: &Sources) -> String {
    with(&Renderer::styled(), diagnostic, sources)
}

fn with(renderer: &Renderer, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let primary = diagnostic.primary.span.file;
    let mut files = vec![primary];
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let snippets = files.into_iter().map(|file| snippet(diagnostic, sources, file));
    let notes = diagnostic.notes.iter().map(|note| Level::NOTE.message(note));
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(help));
    let title = Level::ERROR.primary_title(&diagnostic.message).id(diagnostic.code);
    let report = [title.elements(snippets).elements(notes).elements(help)];
    let text = renderer.render(&report);
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// One file's part of the labels, with the lines from the first to the last of them: the renderer
/// goes through all that it is given.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
    file: FileId,
) -> Snippet<'a, Annotation<'a>> {
    let source = sources.file(file);
    let primary = Some(&diagnostic.primary).filter(|label| label.span.file == file);
    let others = diagnostic.labels.iter().filter(|label| label.span.file == file);
    let labels = primary.into_iter().chain(others.clone());
    let (start, end) = labels.fold((source.text.len(), 0), |(start, end), label| {
        (start.min(label.span.start as usize), end.max(label.span.end as usize))
    });
    let first = source.text[..start].rfind('\n').map_or(0, |line_end| line_end + 1);
    let rest = source.text[end..].lines().next().unwrap_or_default();
    let last = end + rest.len();
    let line = source.text[..first].bytes().filter(|&byte| byte == b'\n').count() + 1;
    let annotate = |kind: AnnotationKind, label: &'a Label| {
        let span = kind.span(label.span.start as usize - first..label.span.end as usize - first);
        if label.text.is_empty() { span } else { span.label(&*label.text) }
    };
    let primary = primary.map(|label| annotate(AnnotationKind::Primary, label));
    Snippet::source(&source.text[first..last])
        .line_start(line)
        .path(&*source.name)
        .annotations(primary)
        .annotations(others.map(|label| annotate(AnnotationKind::Context, label)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::render;
    use crate::diagnostic::Diagnostic;
    use crate::source::{SourceFile, Sources, Span};

    fn add(sources: &mut Sources, name: &str, text: &str) -> impl Fn(&str) -> Span + use<> {
        let file = sources.add(SourceFile {
            name: name.to_owned(),
            folder: PathBuf::new(),
            text: text.to_owned(),
        });
        let text = text.to_owned();
        move |part| {
            let start = u32::try_from(text.find(part).unwrap()).unwrap();
            Span { file, start, end: start + u32::try_from(part.len()).unwrap() }
        }
    }

    /// The example of the language's description; rustc sets an empty line before the help.
    #[test]
    fn the_report_looks_like_rustc() {
        let text = "pub model M {\n    input 224x224x3;\n    conv 3x3, 32, stride 2, pad same, bn, \
                    relu6 -> 112x112x64;\n}\n";
        let mut sources = Sources::default();
        let at = add(&mut sources, "models/mobilenet.cnn", text);
        let message = "`-> 112x112x64` was asserted, `conv` gives `112x112x32`";
        let error = Diagnostic::new("channel_mismatch", at("112x112x64"), message)
            .here("asserted here")
            .label(
                at("conv 3x3, 32, stride 2, pad same, bn, relu6"),
                "224x224x3 through 3x3, stride 2, pad same",
            )
            .help("assert `112x112x32`, or give `conv` 64 filters");
        let expected = "\
error[channel_mismatch]: `-> 112x112x64` was asserted, `conv` gives `112x112x32`
 --> models/mobilenet.cnn:3:52
  |
3 |     conv 3x3, 32, stride 2, pad same, bn, relu6 -> 112x112x64;
  |     -------------------------------------------    ^^^^^^^^^^ asserted here
  |     |
  |     224x224x3 through 3x3, stride 2, pad same
  |
  = help: assert `112x112x32`, or give `conv` 64 filters
";
        assert_eq!(render(&error, &sources), expected);
    }

    #[test]
    fn labels_in_other_files_notes_and_an_empty_place_are_shown() {
        let mut sources = Sources::default();
        let at = add(&mut sources, "a.cnn", "block f {\n    conv 3x3\n}\n");
        let other = add(&mut sources, "b.cnn", "use \"a.cnn\";\r\n");
        let end = Span { start: at("conv 3x3").end, ..at("conv 3x3") };
        let error = Diagnostic::new("missing_semicolon", at("}"), "expected `;`, found `}`")
            .label(end, "`;` belongs here")
            .label(other("\"a.cnn\""), "used here")
            .note("a fact");
        let expected = "\
error[missing_semicolon]: expected `;`, found `}`
 --> a.cnn:3:1
  |
2 |     conv 3x3
  |             - `;` belongs here
3 | }
  | ^
  |
 ::: b.cnn:1:5
  |
1 | use \"a.cnn\";
  |     ------- used here
  |
  = note: a fact
";
        assert_eq!(render(&error, &sources), expected);
    }
}
