//! What a file and a model have in common where they need not be the same: a pretrained network and
//! one with a new head. Data first, the text by `Display`.

use std::fmt;

use crate::error::{Mismatch, Misshapen, Missing, Proposal, Surplus};
use crate::groups;

/// What [`read_matching`](crate::read_matching) took of a file, and what it left.
///
/// `Display` lists both sides, a line a tensor with names and shapes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matching {
    /// The file, in backticks, or what was given in its place.
    pub file: String,
    /// The model's tensors that have the file's numbers now: the layer and the Keras name.
    pub taken: Vec<String>,
    /// Tensors that both have, of other shapes: a new head's. The model's are as they were.
    pub misshapen: Vec<Misshapen>,
    /// Tensors that the file has not. The model's are as they were.
    pub missing: Vec<Missing>,
    /// Tensors that the model has not.
    pub surplus: Vec<Surplus>,
    /// Renames that fit no tensor.
    pub unused_renames: Vec<(String, String)>,
    /// Renames that would bring missing and surplus tensors together.
    pub proposals: Vec<Proposal>,
}

impl Matching {
    pub(crate) fn new(taken: Vec<String>, mismatch: Mismatch) -> Self {
        let Mismatch { file, misshapen, missing, surplus, unused_renames, proposals, .. } =
            mismatch;
        Self { file, taken, misshapen, missing, surplus, unused_renames, proposals }
    }

    /// How many of the model's tensors are as they were before.
    pub fn left(&self) -> usize {
        self.misshapen.len() + self.missing.len()
    }

    /// Whether the file and the model are of one shape: nothing was left on either side.
    pub fn is_complete(&self) -> bool {
        self.left() == 0 && self.surplus.is_empty()
    }
}

impl fmt::Display for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, taken, misshapen, missing, surplus, unused_renames, proposals } = self;
        let wanted = taken.len() + self.left();
        write!(f, "{} of the model's {wanted} tensors are those of {file} now", taken.len())?;
        groups::misshapen(f, "of another shape, left as they were", misshapen)?;
        groups::missing(f, "not in the file, left as they were", missing)?;
        groups::surplus(f, "in the file alone, not read", surplus)?;
        groups::unused_renames(f, unused_renames)?;
        groups::proposals(f, proposals)
    }
}
