//! Numbers, sizes and operands in words.

use super::Read;
use crate::check::arguments::Place;
use crate::diagnostic::Diagnostic;
use crate::ir::Shape;
use crate::number::Rational;
use crate::source::Sources;

impl Read {
    /// What is said at an operand: at the layer's name that it reads, else what it is.
    pub(super) fn words(self) -> String {
        let verb = if self.running { "reads" } else { "is" };
        match self.shape {
            Shape::Image { .. } => format!("{verb} {}", self.shape),
            Shape::Vector(n) => format!("{verb} a vector of {n}"),
        }
    }

    /// Labels an error with the operand.
    pub(super) fn mark(self, diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.primary.span == self.span {
            return diagnostic.here(self.words());
        }
        diagnostic.label(self.span, self.words())
    }
}

/// How a number was written.
pub(super) enum Written<'a> {
    /// As a literal.
    Literal(&'a str),
    /// As a name or an expression, which has the value.
    Expression(&'a str, Rational),
    /// As one of several in a size, a list or a tuple.
    Among(&'a str, Rational),
}

impl<'a> Written<'a> {
    pub(super) fn of(value: Rational, at: Place, sources: &'a Sources) -> Self {
        let text = sources.text(at.span());
        if let Place::Among(_) = at {
            return Self::Among(text, value);
        }
        let text = match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => inner.trim(),
            None => text,
        };
        let literal = text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
            && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        if literal { Self::Literal(text) } else { Self::Expression(text, value) }
    }

    /// As a sentence of its own.
    pub(super) fn as_fact(&self) -> String {
        match self {
            Self::Literal(text) => format!("it is `{text}`"),
            Self::Expression(text, value) => format!("`{text}` is {value}"),
            Self::Among(text, value) => format!("`{text}` holds {value}"),
        }
    }
}

/// The end of a sentence on what a number must be.
pub(super) fn but(value: Rational, at: Place, sources: &Sources) -> String {
    match Written::of(value, at, sources) {
        Written::Literal(text) => format!(", not `{text}`"),
        other @ (Written::Expression(..) | Written::Among(..)) => format!(": {}", other.as_fact()),
    }
}

pub(super) fn size([rows, columns]: [usize; 2]) -> String {
    format!("{rows}x{columns}")
}

pub(super) fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("{n} {noun}") } else { format!("{n} {noun}s") }
}

/// The divisors of a number in words; the eight smallest, three dots and itself where there are many.
pub(super) fn divisors(n: usize) -> String {
    let mut small = (1..n.min(4096)).filter(|d| n.is_multiple_of(*d)).map(|d| d.to_string());
    let mut list: Vec<String> = small.by_ref().take(8).collect();
    if small.next().is_some() {
        list.push("...".to_owned());
    }
    list.push(n.to_string());
    match list.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some(_) | None => list.concat(),
    }
}

pub(super) fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::divisors;

    #[test]
    fn divisors_left_out_are_dots() {
        let words = [1, 7, 24, 48].map(divisors);
        let eight = "1, 2, 3, 4, 6, 8, 12 or 24";
        assert_eq!(words, ["1", "1 or 7", eight, "1, 2, 3, 4, 6, 8, 12, 16, ... or 48"]);
    }
}
