//! The names of layers: kind and counter within a block or model, `as NAME`, and what stands before.

use std::collections::{HashMap, HashSet};

use crate::source::Span;

/// One level of names: a model's, a block call's or an auxiliary head's.
#[derive(Debug)]
pub(super) struct Level {
    /// What stands before every name: empty, or `separable3.`.
    pub(super) prefix: String,
    counters: HashMap<String, usize>,
    /// Every counted name: the 61st `relu` and the first `relu6` would both be `relu61`.
    counted: HashSet<String>,
    /// How often each `as NAME` (by its place) ran.
    repeated: HashMap<Span, usize>,
}

impl Level {
    /// A level without names yet.
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix, counters: HashMap::new(), counted: HashSet::new(), repeated: HashMap::new() }
    }

    /// The next name of a kind: `conv3`. A number that gives another kind's name is passed over.
    pub(super) fn next(&mut self, kind: &str) -> String {
        let counter = self.counters.entry(kind.to_owned()).or_insert(0);
        loop {
            *counter += 1;
            let name = format!("{}{kind}{counter}", self.prefix);
            if self.counted.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A name given by the user: `NAME`, or `NAME1`, `NAME2`, ... where its scope runs more than once.
    pub(super) fn given(&mut self, name: &str, at: Span, many: bool) -> String {
        if !many {
            return format!("{}{name}", self.prefix);
        }
        let turn = self.repeated.entry(at).or_insert(0);
        *turn += 1;
        format!("{}{name}{turn}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn kinds_that_end_in_digits_clash_with_none() {
        let mut level = Level::new("a.".to_owned());
        assert_eq!(level.next("relu6"), "a.relu61");
        let last = (0..61).map(|_| level.next("relu")).last();
        assert_eq!(last.as_deref(), Some("a.relu62"));
        assert_eq!(level.next("relu6"), "a.relu63");
    }
}
