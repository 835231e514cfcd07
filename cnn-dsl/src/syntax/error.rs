//! Every syntax error as data, and in one place its text.

use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};
use crate::syntax::literal::NumberError;
use crate::syntax::scan::{MAX_BYTES, MAX_DEPTH};
use crate::syntax::text;

/// What is wrong with a text, before anything is known about its meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SyntaxError {
    /// A text beyond [`MAX_BYTES`].
    TooLarge { at: Span, bytes: usize },
    /// A bracket or comment beyond [`MAX_DEPTH`].
    TooDeep { at: Span },
    /// More operators in one another than `MAX_OPERATORS`.
    LongExpression { at: Span, limit: usize },
    /// No token begins with it.
    UnknownCharacter { at: Span, character: char },
    /// A string without its end.
    UnterminatedText { open: Span },
    /// A comment without its end.
    UnterminatedComment { open: Span },
    /// `"\q"`.
    BadEscape { at: Span },
    /// A token that begins with a digit and is no number.
    BadNumber { at: Span, why: NumberError },
    /// `3x3 x 32`.
    SplitShape { at: Span },
    /// A bracket without its end, or with another one's.
    UnclosedBrace { open: Span, found: Option<Span> },
    /// An end without its bracket.
    UnopenedBrace { at: Span },
    /// A statement without its `;`.
    MissingSemicolon { found: Span, after: Span },
    /// A keyword where a name belongs.
    ReservedWord { at: Span },
    /// `model {`: what was to be named.
    MissingName { found: Span, after: Span },
    /// Documentation with nothing behind it.
    StrayDoc { at: Span },
    /// `repeat 2 { ... };`
    StraySemicolon { at: Span },
    /// A body without its `{`.
    MissingBrace { found: Span, after: Span },
    /// `conv 3x3, n * 4`: the operator, the expression, and what else may be meant.
    BareOperator { at: Span, whole: Span, or: Option<Span> },
    /// `conv 3x3, if wide { 8 } else { 4 }`
    BareIf { at: Span },
    /// A statement, or a slip of the keys, where models stand.
    OutsideModel { found: Span, meant: Option<&'static str> },
    /// Anything else: what could have stood there, and what the user may have had in mind.
    UnexpectedToken { found: Span, expected: Vec<&'static str>, hint: Option<Hint> },
}

/// What the user of an unexpected token may have had in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// `=` for `==`.
    Equality,
    /// `stride = 2` for `stride 2`.
    ArgumentEquals,
    /// `pub block`.
    PublicBlock,
    /// `n: number`.
    ParameterType,
    /// A path or pattern without quotes.
    Quotes,
    /// `const x = conv 3x3, 8;`
    ConstOfLayer,
    /// `let n = 3;`
    LetOfNumber,
    /// `->` before `from` or `as`.
    ClauseOrder,
    /// `from` or `as` behind what is no layer.
    LayersClause,
    /// A comma with nothing behind it.
    TrailingComma,
    /// `else` without its `if`.
    LoneElse,
}

impl Hint {
    fn text(self) -> &'static str {
        match self {
            Self::Equality => "equality is written `==`",
            Self::ArgumentEquals => "an argument and its value stand side by side: `stride 2`",
            Self::PublicBlock => "blocks have no visibility: remove `pub`",
            Self::ParameterType => {
                "only tensors have a type: write the name alone, or with a default: `n = 1`"
            }
            Self::Quotes => "put it in quotes: `\"...\"`",
            Self::ConstOfLayer => "a layer's result is bound by `let`",
            Self::LetOfNumber => "a number or a list is bound by `const`",
            Self::ClauseOrder => "the order is `from`, `as`, `->`",
            Self::LayersClause => "`from` and `as` stand behind a layer",
            Self::TrailingComma => "remove the `,` before it",
            Self::LoneElse => "`else` stands right behind the `}` of its `if`",
        }
    }
}

impl SyntaxError {
    /// As the user reads it.
    #[allow(clippy::too_many_lines, reason = "a table: one arm a mistake")]
    pub(super) fn diagnostic(&self, sources: &Sources) -> Diagnostic {
        let shown = |span: Span| shown(sources.text(span));
        match self {
            Self::TooLarge { at, bytes } => {
                Diagnostic::new("too_large", *at, format!("the text has {bytes} bytes"))
                    .note(format!("a file may have {MAX_BYTES} bytes"))
                    .help("split it, and take blocks from other files by `use \"FILE\";`")
            }
            Self::TooDeep { at } => {
                Diagnostic::new("too_deep", *at, format!("more than {MAX_DEPTH} levels deep"))
                    .help("make blocks of the inner parts")
            }
            Self::LongExpression { at, limit } => {
                let message = format!("more than {limit} operators in one expression");
                Diagnostic::new("too_deep", *at, message)
                    .help("name parts of it: `const part = ...;`")
            }
            Self::UnknownCharacter { at, character } => unknown_character(*at, *character),
            Self::UnterminatedText { open } => {
                Diagnostic::new("unterminated_text", *open, "this string has no end")
                    .here("begins here")
            }
            Self::UnterminatedComment { open } => {
                Diagnostic::new("unterminated_comment", *open, "this comment has no end")
                    .here("begins here")
            }
            Self::BadEscape { at } => {
                Diagnostic::new("bad_escape", *at, format!("unknown escape `{}`", shown(*at)))
                    .help("a backslash itself is written `\\\\`")
            }
            Self::BadNumber { at, why } => bad_number(*at, *why, sources.text(*at)),
            Self::SplitShape { at } => {
                let joined: String = sources.text(*at).split_whitespace().collect();
                Diagnostic::new(
                    "split_shape",
                    *at,
                    format!("`{}` is one shape in several tokens", shown(*at)),
                )
                .help(format!("write `{joined}` without spaces"))
            }
            Self::UnclosedBrace { open, found } => unclosed(*open, *found, sources),
            Self::UnopenedBrace { at } => {
                let message = format!("`{}` closes nothing", shown(*at));
                Diagnostic::new("unopened_brace", *at, message)
            }
            Self::MissingSemicolon { found, after } => {
                let message = format!("expected `;`, found {}", describe(sources, *found));
                Diagnostic::new("missing_semicolon", *found, message)
                    .label(behind(*after), "`;` belongs here")
            }
            Self::ReservedWord { at } => {
                let word = shown(*at);
                Diagnostic::new("reserved_word", *at, format!("`{word}` is a reserved word"))
                    .here("a name belongs here")
                    .help("choose another name")
            }
            Self::MissingName { found, after } => {
                let message = format!(
                    "`{}` without a name, found {}",
                    shown(*after),
                    describe(sources, *found)
                );
                Diagnostic::new("missing_name", *found, message)
                    .label(behind(*after), "a name belongs here")
            }
            Self::StrayDoc { at } => Diagnostic::new(
                "stray_doc",
                *at,
                "this documentation documents nothing",
            )
            .note("`///` stands before a model, a block or a statement, `//!` at a file's start")
            .help("a comment is written `//`"),
            Self::StraySemicolon { at } => {
                Diagnostic::new("stray_semicolon", *at, "this `;` ends no statement")
                    .help("remove it")
            }
            Self::MissingBrace { found, after } => {
                let message = format!("expected `{{`, found {}", describe(sources, *found));
                Diagnostic::new("missing_brace", *found, message)
                    .label(behind(*after), "`{` belongs here")
            }
            Self::BareOperator { at, whole, or } => {
                let message = format!("the operator `{}` stands outside parentheses", shown(*at));
                let cure = |whole: Span| format!("`({})`", text::expression(sources.text(whole)));
                let or = or.map_or_else(String::new, |or| format!(", or {}", cure(or)));
                let help = format!("put the expression in parentheses: {}{or}", cure(*whole));
                Diagnostic::new("bare_expression", *at, message).help(help)
            }
            Self::BareIf { at } => {
                let message = "an `if` stands outside parentheses";
                Diagnostic::new("bare_expression", *at, message)
                    .help("put it in parentheses: `(if wide { 8 } else { 4 })`")
            }
            Self::OutsideModel { found, meant } => {
                let message = format!(
                    "expected `model`, `block` or `use`, found {}",
                    describe(sources, *found)
                );
                Diagnostic::new("outside_model", *found, message).help(match meant {
                    Some(word) => format!("did you mean `{word}`?"),
                    None => "statements stand inside `model NAME { ... }`".to_owned(),
                })
            }
            Self::UnexpectedToken { found, expected, hint } => {
                let expected = list(expected);
                let message = format!("expected {expected}, found {}", describe(sources, *found));
                let mut error = Diagnostic::new("unexpected_token", *found, message);
                error.help.extend(hint.map(|hint| hint.text().to_owned()));
                error
            }
        }
    }
}

/// An empty place just behind a span.
fn behind(span: Span) -> Span {
    Span { start: span.end, ..span }
}

/// A token as it may stand in a message: one line, not too long.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}...") } else { short }
}

/// The token found, or that there was none.
fn describe(sources: &Sources, span: Span) -> String {
    match sources.text(span) {
        "" => "the end of the text".to_owned(),
        text => format!("`{}`", shown(text)),
    }
}

fn list(words: &[&str]) -> String {
    match words {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn unclosed(open: Span, found: Option<Span>, sources: &Sources) -> Diagnostic {
    let bracket = sources.text(open);
    let close = match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let error = Diagnostic::new("unclosed_brace", open, format!("`{bracket}` is never closed"));
    match found {
        Some(found) => error.label(found, format!("`{close}` is missing before this")),
        None => error.help(format!("add `{close}` where it ends")),
    }
}

fn unknown_character(at: Span, character: char) -> Diagnostic {
    const ZERO_WIDTH: &str = "\u{feff}\u{200b}\u{200c}\u{200d}";
    let invisible = character.is_control() || character.is_whitespace();
    let shown = if invisible || ZERO_WIDTH.contains(character) {
        format!("U+{:04X}", u32::from(character))
    } else {
        character.to_string()
    };
    let error = Diagnostic::new("unknown_character", at, format!("unknown character `{shown}`"));
    let instead = match character {
        '×' | '✕' | '⨯' | '✖' => "x",
        '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’' => "\"",
        '−' | '–' | '—' => "-",
        '→' => "->",
        '…' => "..",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '·' | '⋅' => "*",
        '÷' => "/",
        '\u{37e}' | '\u{ff1b}' => ";",
        '\u{ff0c}' => ",",
        '&' => "&&",
        '|' => "||",
        '^' => return error.help("powers are written `pow(x, n)`"),
        '#' => return error.help("a layer's name is written behind it: `conv 3x3, 8 as name;`"),
        '\u{a0}' => return error.help("this is a no-break space, write a plain one"),
        _ => return error,
    };
    error.help(format!("write `{instead}`"))
}

fn bad_number(at: Span, why: NumberError, token: &str) -> Diagnostic {
    let error = |message: String| Diagnostic::new("bad_number", at, message);
    let token_shown = shown(token);
    match why {
        NumberError::Underscore => error(format!("`{token_shown}` has an underscore"))
            .help(format!("write `{}`", shown(&token.replace('_', "")))),
        NumberError::Shape => error(format!("`{token_shown}` is no shape")).help(
            "a shape is numbers with `x` between them: `3x3x32`; with names it is a list: `[n, n, 32]`",
        ),
        NumberError::Point => error(format!("`{token_shown}` is no number"))
            .help("a decimal has digits on both sides of its point: `0.5`, `1.0`"),
        NumberError::Form => error(format!("`{token_shown}` is no number"))
            .help("numbers are written `3`, `0.5`, `1e-3` or `3x3`"),
        NumberError::Unit => error(format!("`{token_shown}` is a number with an unknown unit"))
            .help("units are `k`, `M`, `G`, `kB`, `MB`, `KiB` and `MiB`"),
        NumberError::Range => error(format!("`{token_shown}` is out of range"))
            .note("numbers are exact fractions of 127 bits, sizes have 64 bits"),
    }
}

/// Why a `use` cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UseError {
    /// No such file.
    Missing,
    /// A folder.
    Folder,
    /// The store says no.
    Unreadable { why: String },
    /// Bytes that are no text.
    NotUtf8 { why: String },
    /// A file beyond [`MAX_BYTES`].
    TooLarge { bytes: u64 },
    /// A file that uses itself by way of the others.
    Cycle { files: Vec<String> },
    /// More files than a program may have.
    TooMany { limit: usize },
}

impl UseError {
    /// As the user reads it, at the path's text.
    pub(super) fn diagnostic(&self, at: Span, path: &str) -> Diagnostic {
        let error = |code, message: String| Diagnostic::new(code, at, message);
        match self {
            Self::Missing => error("unreadable_file", format!("there is no file `{path}`"))
                .note("the path is relative to this file, in a macro to the package's folder"),
            Self::Folder => error("unreadable_file", format!("`{path}` is a folder, not a file")),
            Self::Unreadable { why } => {
                error("unreadable_file", format!("`{path}` cannot be read: {why}"))
            }
            Self::NotUtf8 { why } => {
                error("not_utf8", format!("`{path}` is no text")).note(why.clone())
            }
            Self::TooLarge { bytes } => error("too_large", format!("`{path}` has {bytes} bytes"))
                .note(format!("a file may have {MAX_BYTES} bytes")),
            Self::Cycle { files } => {
                let first = files.first().map_or(path, String::as_str);
                let error = error("use_cycle", format!("`{first}` uses itself"));
                let chain: Vec<String> = files[1..].iter().map(|f| format!("uses `{f}`")).collect();
                if chain.is_empty() {
                    return error;
                }
                error.note(format!("`{first}` {}, which uses `{first}`", chain.join(", which ")))
            }
            Self::TooMany { limit } => {
                error("too_many_files", format!("more than {limit} files in one program"))
            }
        }
    }
}
