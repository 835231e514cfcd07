//! `split N` and `split a, b`: the channels in several parts, each a result of its own.

use crate::ir::Shape;

/// The channels of each part; they add up to the input's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Split {
    /// One size a result.
    pub parts: Vec<usize>,
}

impl Split {
    /// One shape a part; `None` where the parts do not add up.
    pub fn outputs(&self, input: Shape) -> Option<Vec<Shape>> {
        let sum = self.parts.iter().try_fold(0_usize, |sum, &part| sum.checked_add(part))?;
        let fits = sum == input.channels() && !self.parts.contains(&0);
        fits.then(|| self.parts.iter().map(|&c| input.with_channels(c)).collect())
    }
}
