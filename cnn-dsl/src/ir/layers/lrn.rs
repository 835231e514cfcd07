//! `lrn`: local response normalisation over channels (AlexNet), as PyTorch's `LocalResponseNorm`:
//! `y[c] = x[c] / (k + alpha / size * sum of x[c']^2)^beta`, `c'` from `c - size/2` to `c + (size-1)/2`.

use crate::ir::Constant;

/// Local response normalisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the paper's names")]
pub struct Lrn {
    pub size: usize,
    pub alpha: Constant,
    pub beta: Constant,
    pub k: Constant,
}

impl Lrn {
    /// `alpha / size`, what the sum of squares is multiplied by.
    pub fn factor(&self) -> f32 {
        self.alpha.0 / self.size as f32
    }
}
