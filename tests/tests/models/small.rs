//! Configurations that the build script compiles, too: their emitted code is held to the same
//! literals as the executors.

/// A model of `examples/models` and the parameters that make it small.
pub struct Small {
    /// The file's name without `.cnn`.
    pub file: &'static str,
    /// The model in it.
    pub model: &'static str,
    /// Their names and values, as text of the language.
    pub parameters: &'static [(&'static str, &'static str)],
}

/// Depthwise convolutions, gates, silu.
pub const EFFICIENTNET: Small = Small {
    file: "efficientnet_b0",
    model: "EfficientNetB0",
    parameters: &[
        ("classes", "10"),
        ("size", "65"),
        ("width", "0.25"),
        ("layers", "[1, 2, 1, 1, 2, 1, 1]"),
    ],
};

/// Growing concatenations, batch norms that stand alone.
pub const DENSENET: Small = Small {
    file: "densenet121",
    model: "DenseNet121",
    parameters: &[("classes", "10"), ("size", "33"), ("layers", "[2, 3, 2]"), ("growth", "8")],
};

/// Pools that round their size up.
pub const SQUEEZENET: Small = Small {
    file: "squeezenet1_1",
    model: "SqueezeNet11",
    parameters: &[("classes", "10"), ("size", "37")],
};

/// Many groups, gates inside residuals, a 3x3 shortcut.
pub const SENET: Small = Small {
    file: "senet154",
    model: "SENet154",
    parameters: &[("classes", "5"), ("size", "32"), ("layers", "[1, 2]")],
};

/// Tensors split and put together again, batch norms that stand alone.
pub const DPN: Small = Small {
    file: "dpn131",
    model: "Dpn131",
    parameters: &[
        ("classes", "5"),
        ("size", "32"),
        ("layers", "[1, 2]"),
        ("grow", "[16, 32]"),
        ("r", "16"),
        ("groups", "4"),
        ("stem", "16"),
    ],
};

/// The groups of 2012, local response norms, blue before red.
pub const ALEXNET_TWO_GROUPS: Small = Small {
    file: "alexnet",
    model: "AlexNetTwoGroups",
    parameters: &[("classes", "10"), ("size", "67"), ("hidden", "16")],
};

/// What makes AmoebaNets small: two normal cells a stage, each kind of reduction.
const TWO_CELLS: &[(&str, &str)] =
    &[("classes", "5"), ("size", "35"), ("filters", "16"), ("stem", "8"), ("n", "2")];

/// Separable convolutions, sums of sums, a 1x7 and a 7x1 convolution that share a stride.
pub const AMOEBANET_A: Small =
    Small { file: "amoebanet", model: "AmoebaNetA", parameters: TWO_CELLS };

/// Pools of 2x2, a stride in the narrow part of a bottleneck, a state that is its own summand.
pub const AMOEBANET_B: Small =
    Small { file: "amoebanet", model: "AmoebaNetB", parameters: TWO_CELLS };

/// A cell whose input is halved and joined to its sums.
pub const AMOEBANET_C: Small =
    Small { file: "amoebanet", model: "AmoebaNetC", parameters: TWO_CELLS };

/// Transposed convolutions, crops, several pixels in the output. 188 is the smallest image that the
/// unpadded network takes; it answers 4x4 pixels.
pub const UNET: Small =
    Small { file: "unet", model: "UNet", parameters: &[("size", "188"), ("filters", "2")] };
