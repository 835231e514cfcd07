//! The names of layers: kind and counter within a block or model, `as NAME`, and what stands before.

use std::collections::HashMap;

use crate::source::Span;

/// One level of names: a model's, a block call's or an auxiliary head's.
#[derive(Debug)]
pub(super) struct Level {
    /// What stands before every name: empty, or `separable3.`.
    pub(super) prefix: String,
    counters: HashMap<String, usize>,
    /// How often each `as NAME` (by its place) ran.
    repeated: HashMap<Span, usize>,
}

impl Level {
    /// A level without names yet.
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix, counters: HashMap::new(), repeated: HashMap::new() }
    }

    /// The next name of a kind: `conv3`.
    pub(super) fn next(&mut self, kind: &str) -> String {
        let counter = self.counters.entry(kind.to_owned()).or_insert(0);
        *counter += 1;
        format!("{}{kind}{counter}", self.prefix)
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
