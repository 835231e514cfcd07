//! Renames by patterns: `conv_dw_{i}` = `separable{i}.dw1`.
//!
//! A pattern is compared with a name part by part, the parts being what stands between `.` or `/`;
//! so a rename always ends at the end of a part, and no placeholder reaches over one.

use std::cmp::Ordering;

use crate::error::LoadError;

/// A rename, ready to be applied.
#[derive(Debug, Clone)]
pub(crate) struct Rename {
    from: String,
    to: String,
    parts: Vec<Vec<Piece>>,
    result: Vec<Piece>,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(String),
}

impl Rename {
    /// Understands both sides.
    pub fn parse(from: &str, to: &str) -> Result<Self, LoadError> {
        let refuse =
            |reason: String| LoadError::Rename { from: from.to_owned(), to: to.to_owned(), reason };
        let parts = dotted(from).split('.').map(pieces).collect::<Result<Vec<_>, _>>();
        let parts = parts.map_err(refuse)?;
        let result = pieces(&dotted(to)).map_err(refuse)?;
        if parts.iter().any(Vec::is_empty) {
            return Err(refuse("its left side has an empty part".to_owned()));
        }
        if !to.is_empty() && dotted(to).split('.').any(str::is_empty) {
            return Err(refuse("its right side has an empty part".to_owned()));
        }
        let mut known: Vec<&str> = Vec::new();
        for name in parts.iter().flatten().filter_map(Piece::placeholder) {
            if known.contains(&name) {
                return Err(refuse(format!("`{{{name}}}` stands twice on its left side")));
            }
            known.push(name);
        }
        if parts.iter().any(|part| part.windows(2).any(|pair| pair.iter().all(Piece::is_open))) {
            return Err(refuse("two placeholders touch, so their border is unknown".to_owned()));
        }
        if let Some(name) =
            result.iter().filter_map(Piece::placeholder).find(|name| !known.contains(name))
        {
            return Err(refuse(format!("`{{{name}}}` does not stand on its left side")));
        }
        Ok(Self { from: from.to_owned(), to: to.to_owned(), parts, result })
    }

    /// Both sides as they were written.
    pub fn written(&self) -> (String, String) {
        (self.from.clone(), self.to.clone())
    }

    /// The new name by the fitting rename with the most literal characters, and its index; of equal
    /// ones the first wins. `name` has dots only.
    pub fn apply_best(renames: &[Self], name: &str) -> Option<(usize, String)> {
        let fitting = renames.iter().enumerate().rev();
        let fitting = fitting.filter_map(|(i, rename)| Some((i, rename, rename.apply(name)?)));
        let (index, _, renamed) = fitting.max_by_key(|(_, rename, _)| rename.literals())?;
        Some((index, renamed))
    }

    /// The new name, if the pattern covers the beginning of this one.
    pub fn apply(&self, name: &str) -> Option<String> {
        let mut rest = Some(name);
        let mut captures = Vec::new();
        for part in &self.parts {
            let (text, behind) = match rest?.split_once('.') {
                Some((text, behind)) => (text, Some(behind)),
                None => (rest?, None),
            };
            capture(part, text, &mut captures)?;
            rest = behind;
        }
        let mut renamed = String::new();
        for piece in &self.result {
            renamed.push_str(match piece {
                Piece::Literal(text) => text,
                Piece::Placeholder(name) => {
                    captures.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
                }
            });
        }
        if let Some(rest) = rest {
            if !renamed.is_empty() {
                renamed.push('.');
            }
            renamed.push_str(rest);
        }
        Some(renamed)
    }

    fn literals(&self) -> usize {
        let pieces = self.parts.iter().flatten();
        pieces.map(|piece| if let Piece::Literal(text) = piece { text.len() } else { 0 }).sum()
    }
}

impl Piece {
    fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Placeholder(name) => Some(name),
            Self::Literal(_) => None,
        }
    }

    fn is_open(&self) -> bool {
        self.placeholder().is_some()
    }
}

/// A name with `.` for every `/`.
pub(crate) fn dotted(name: &str) -> String {
    name.replace('/', ".")
}

/// `conv_dw_{i}` as literals and placeholders.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) =
            behind.split_once('}').ok_or_else(|| format!("a `}}` is missing in `{text}`"))?;
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return Err(format!("`{{{name}}}` is no placeholder; write `{{i}}`"));
        }
        if before.contains('}') {
            return Err(format!("a `}}` without `{{` in `{text}`"));
        }
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(Piece::Placeholder(name.to_owned()));
        rest = behind;
    }
    if rest.contains('}') {
        return Err(format!("a `}}` without `{{` in `{text}`"));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

/// Compares one part of a name with its pattern; every placeholder takes at least one character,
/// the earlier ones as few as possible.
fn capture<'p, 't>(
    pattern: &'p [Piece],
    mut text: &'t str,
    captures: &mut Vec<(&'p str, &'t str)>,
) -> Option<()> {
    let mut pieces = pattern.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(literal) => text = text.strip_prefix(literal.as_str())?,
            Piece::Placeholder(name) => {
                let first = text.chars().next()?.len_utf8();
                let (end, literal) = match pieces.next() {
                    None => (text.len(), 0),
                    Some(Piece::Literal(literal)) if pieces.peek().is_none() => {
                        (text.strip_suffix(literal.as_str())?.len(), literal.len())
                    }
                    Some(Piece::Literal(literal)) => {
                        (first + text[first..].find(literal.as_str())?, literal.len())
                    }
                    Some(Piece::Placeholder(_)) => return None,
                };
                if end < first {
                    return None;
                }
                captures.push((name, &text[..end]));
                text = &text[end + literal..];
            }
        }
    }
    text.is_empty().then_some(())
}

/// Order in which `conv2` stands before `conv10`.
pub(crate) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    while let (Some(&p), Some(&q)) = (x.first(), y.first()) {
        if p.is_ascii_digit() && q.is_ascii_digit() {
            let (m, n) = (digits(x), digits(y));
            let (significant_m, significant_n) = (strip_zeros(&x[..m]), strip_zeros(&y[..n]));
            let order = significant_m.len().cmp(&significant_n.len());
            let order = order.then_with(|| significant_m.cmp(significant_n));
            if order.is_ne() {
                return order;
            }
            (x, y) = (&x[m..], &y[n..]);
        } else if p != q {
            return p.cmp(&q);
        } else {
            (x, y) = (&x[1..], &y[1..]);
        }
    }
    x.len().cmp(&y.len()).then_with(|| a.cmp(b))
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|&&c| c == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(from: &str, to: &str, name: &str) -> Option<String> {
        Rename::parse(from, to).expect("a sound rename").apply(name)
    }

    #[test]
    fn ends_at_the_end_of_a_part() {
        let to = "separable{i}.dw1";
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(apply("conv_dw_{i}", to, "conv_dw_12.kernel"), some("separable12.dw1.kernel"));
        assert_eq!(apply("conv_dw_{i}", to, "conv_dw_12"), some("separable12.dw1"));
        assert_eq!(apply("conv1", "c", "conv12.kernel"), None);
        assert_eq!(apply("conv1", "c", "a.conv1.kernel"), None);
        assert_eq!(apply("a/b", "c", "a.b.kernel"), some("c.kernel"));
        assert_eq!(apply("a.b.c", "c", "a.b"), None);
    }

    #[test]
    fn placeholders_take_one_character_at_least() {
        assert_eq!(apply("a{i}", "b{i}", "a.x"), None);
        assert_eq!(apply("a{i}_{j}_c", "{j}{i}", "a1_2_3_c.x"), Some("2_31.x".to_owned()));
        assert_eq!(apply("{i}aa{j}", "{j}.{i}", "aaaaa"), Some("aa.a".to_owned()));
        assert_eq!(apply("{i}é", "{i}", "éé.x"), Some("é.x".to_owned()));
        assert_eq!(apply("{i}a", "{i}", "a"), None);
        assert_eq!(apply("{a}.{b}", "{b}.{a}", "x.y.z"), Some("y.x.z".to_owned()));
    }

    #[test]
    fn most_literal_characters_win() {
        let renames = [("c{i}", "a{i}"), ("c{i}_bn", "b{i}"), ("c{j}_bn", "z{j}")]
            .map(|(from, to)| Rename::parse(from, to).expect("a sound rename"));
        assert_eq!(Rename::apply_best(&renames, "c1_bn.x"), Some((1, "b1.x".to_owned())));
        assert_eq!(Rename::apply_best(&renames, "c1.x"), Some((0, "a1.x".to_owned())));
        assert_eq!(Rename::apply_best(&renames, "d1.x"), None);
    }

    #[test]
    fn natural_order_counts() {
        let mut names = ["b10", "b9.x", "b09.x", "a", "b2", "b", "b10.c"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["a", "b", "b2", "b09.x", "b9.x", "b10", "b10.c"]);
    }
}
