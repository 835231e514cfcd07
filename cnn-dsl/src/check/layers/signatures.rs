//! What may stand behind each layer's name: the table that items are sorted by.

use crate::check::arguments::{Held, Operands, Positional, Signature};
use crate::ir::{Activation, Constant};

/// Every built-in layer, in the order of the language reference.
pub fn all() -> &'static [Signature] {
    ALL
}

/// The signature of a layer.
pub fn signature(name: &str) -> Option<&'static Signature> {
    ALL.iter().find(|s| s.name == name)
}

/// What a parameter holds by this name (`act relu`): an activation, `softmax` or `identity`.
pub fn held(name: &str) -> Option<Held> {
    match name {
        "softmax" => Some(Held::Softmax),
        "identity" => Some(Held::Identity),
        name => activation(name).map(Held::Activation),
    }
}

/// The activation of a name, with its default arguments.
pub fn activation(name: &str) -> Option<Activation> {
    Some(match name {
        "relu" => Activation::Relu,
        "relu6" => Activation::Relu6,
        "leaky_relu" => Activation::LeakyRelu(Constant(0.01)),
        "prelu" => Activation::Prelu,
        "elu" => Activation::Elu(Constant(1.0)),
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "silu" => Activation::Silu,
        "hardswish" => Activation::Hardswish,
        "hardsigmoid" => Activation::Hardsigmoid,
        "gelu" => Activation::Gelu,
        "mish" => Activation::Mish,
        "softplus" => Activation::Softplus,
        _ => return None,
    })
}

/// The words that an argument takes as its value: `pad same`. A lone name behind such an argument
/// that is bound to nothing is handed over as [`Value::Word`](crate::check::arguments::Value::Word),
/// known or not: the layer says "unknown word, did you mean".
pub fn words(argument: &str) -> &'static [&'static str] {
    match argument {
        "pad" => &["same", "valid"],
        _ => &[],
    }
}

const NONE: &[&str] = &[];
const BIAS: &[&str] = &["bias", "no_bias"];
const RESIZE: &[&str] = &["nearest", "bilinear"];

/// A layer of one operand.
const fn one(
    name: &'static str,
    usage: &'static str,
    (min, max): (usize, usize),
    arguments: &'static [&'static str],
    flags: &'static [&'static str],
) -> Signature {
    let positional = Positional { min, max };
    Signature { name, arguments, flags, positional, operands: Operands::One, post: false, usage }
}

/// A layer that may stand as a post-operation.
const fn post(
    name: &'static str,
    usage: &'static str,
    (min, max): (usize, usize),
    arguments: &'static [&'static str],
    flags: &'static [&'static str],
) -> Signature {
    Signature { post: true, ..one(name, usage, (min, max), arguments, flags) }
}

/// A layer whose operands are listed.
const fn listed(name: &'static str, usage: &'static str) -> Signature {
    Signature { operands: Operands::Listed, ..one(name, usage, (0, 0), NONE, NONE) }
}

static ALL: &[Signature] = &[
    one("conv", "conv RxS, OUT", (1, 2), &["stride", "pad", "dilation", "groups"], BIAS),
    one("dw", "dw RxS", (1, 1), &["stride", "pad", "dilation", "multiplier"], BIAS),
    one(
        "deconv",
        "deconv RxS, OUT",
        (1, 2),
        &["stride", "pad", "output_pad", "dilation", "groups"],
        BIAS,
    ),
    one(
        "pool",
        "pool max|avg RxS, pool max|avg global, pool max|avg to HxW",
        (0, 1),
        &["stride", "pad", "to"],
        &["max", "avg", "global", "ceil", "include_pad"],
    ),
    one("dense", "dense OUT", (1, 1), NONE, BIAS),
    one("flatten", "flatten", (0, 0), NONE, NONE),
    post("bn", "bn", (0, 0), &["eps", "momentum"], &["no_scale", "no_shift"]),
    post("relu", "relu", (0, 0), NONE, NONE),
    post("relu6", "relu6", (0, 0), NONE, NONE),
    post("leaky_relu", "leaky_relu SLOPE", (0, 1), NONE, NONE),
    post("prelu", "prelu", (0, 0), NONE, NONE),
    post("elu", "elu ALPHA", (0, 1), NONE, NONE),
    post("sigmoid", "sigmoid", (0, 0), NONE, NONE),
    post("tanh", "tanh", (0, 0), NONE, NONE),
    post("silu", "silu", (0, 0), NONE, NONE),
    post("hardswish", "hardswish", (0, 0), NONE, NONE),
    post("hardsigmoid", "hardsigmoid", (0, 0), NONE, NONE),
    post("gelu", "gelu, gelu tanh", (0, 0), NONE, &["tanh"]),
    post("mish", "mish", (0, 0), NONE, NONE),
    post("softplus", "softplus", (0, 0), NONE, NONE),
    post("softmax", "softmax", (0, 0), NONE, NONE),
    one("dropout", "dropout P", (0, 1), NONE, NONE),
    one("drop_path", "drop_path P", (1, 1), NONE, NONE),
    one("lrn", "lrn", (0, 0), &["size", "alpha", "beta", "k"], NONE),
    listed("add", "add A, B"),
    listed("mul", "mul A, B"),
    listed("concat", "concat A, B"),
    one("scale", "scale X", (1, 1), NONE, NONE),
    one(
        "pad",
        "pad (top, bottom, left, right), pad channels (before, after)",
        (0, 1),
        &["channels"],
        NONE,
    ),
    one("slice", "slice FROM..TO", (1, 1), NONE, NONE),
    one("split", "split N, split a, b", (1, usize::MAX), NONE, NONE),
    one("shuffle", "shuffle GROUPS", (1, 1), NONE, NONE),
    one("upsample", "upsample N nearest|bilinear", (1, 1), NONE, RESIZE),
    one("resize", "resize HxW nearest|bilinear", (1, 1), NONE, RESIZE),
    one("depth_to_space", "depth_to_space N", (1, 1), NONE, NONE),
    one("space_to_depth", "space_to_depth N", (1, 1), NONE, NONE),
    one("identity", "identity", (0, 0), NONE, NONE),
];
