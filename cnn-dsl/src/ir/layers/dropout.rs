//! `dropout P`, `drop_path P` and `identity`: nothing at inference.

use crate::ir::Constant;

/// A layer that passes its input on at inference.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dropout {
    /// Zeroes elements with this probability in training.
    Elements(Constant),
    /// Zeroes the whole value of a sample with this probability in training.
    Path(Constant),
    /// Nothing, ever.
    Identity,
}

impl Dropout {
    /// Which of 2^32 equally likely numbers mean a zero: those below this one. 0 where nothing is
    /// random.
    pub fn zeroes(&self) -> u32 {
        // A cast saturates: a probability that rounds to 1 leaves one number.
        (f64::from(self.probability()) * 4_294_967_296.0).round() as u32
    }

    /// What all else is multiplied by, so that the mean stays (inverted dropout).
    pub fn scale(&self) -> f32 {
        (4_294_967_296.0 / (4_294_967_296.0 - f64::from(self.zeroes()))) as f32
    }

    fn probability(&self) -> f32 {
        match self {
            Self::Elements(p) | Self::Path(p) => p.0,
            Self::Identity => 0.0,
        }
    }

    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Elements(_) => "dropout",
            Self::Path(_) => "drop_path",
            Self::Identity => "identity",
        }
    }
}
