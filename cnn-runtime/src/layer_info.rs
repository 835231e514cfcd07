//! What a model says about its layers.

/// One row of a model's summary, as a const table: `MODEL::layers()`.
///
/// ```
/// cnn_runtime::cnn! { model Small { input 4x4x1; conv 3x3, 2, relu; flatten; dense 2; } }
///
/// let heaviest = Small::layers().iter().max_by_key(|layer| layer.mult_adds).expect("layers");
/// assert_eq!((heaviest.name, heaviest.kind, heaviest.mult_adds), ("conv1", "conv, relu", 72));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// The name that weights and messages use: `separable3.dw1`.
    pub name: &'static str,
    /// What it is, its activations behind it: `conv, relu6`.
    pub kind: &'static str,
    /// The sizes of each of its results: height, width, channels, or a vector's length.
    pub outputs: &'static [&'static [usize]],
    /// All its stored numbers, running statistics included.
    pub parameters: u64,
    /// Those that training may change: weights, biases, gamma, beta.
    pub trainable: u64,
    /// Multiply-adds of one image.
    pub mult_adds: u64,
    /// Whether it was declared `frozen`.
    pub frozen: bool,
}

impl LayerInfo {
    /// A row; called by emitted code.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        kind: &'static str,
        outputs: &'static [&'static [usize]],
        [parameters, trainable, mult_adds]: [u64; 3],
        frozen: bool,
    ) -> Self {
        Self { name, kind, outputs, parameters, trainable, mult_adds, frozen }
    }
}
