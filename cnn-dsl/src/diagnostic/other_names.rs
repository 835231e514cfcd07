//! What other frameworks call the things of this language: the one table behind "did you mean" for
//! names that are right elsewhere. Names stand here in small letters, without `_` and without the
//! `2d` of `Conv2d`; the spelling is what is to be written instead.

/// Other name, spelling. A name may have several spellings: the one whose first word may stand at
/// that place is meant.
const OTHER_NAMES: [(&str, &str); 79] = [
    ("adaptiveavgpool", "pool avg to HxW"),
    ("adaptivemaxpool", "pool max to HxW"),
    ("affine", "dense"),
    ("average", "avg"),
    ("averagepool", "pool avg"),
    ("averagepooling", "pool avg"),
    ("avgpool", "pool avg"),
    ("avgpooling", "pool avg"),
    ("batchnorm", "bn"),
    ("batchnormalization", "bn"),
    ("bicubic", "bilinear"),
    ("cat", "concat"),
    ("ceilmode", "ceil"),
    ("channelmultiplier", "multiplier"),
    ("channelshuffle", "shuffle"),
    ("concatenate", "concat"),
    ("concatenation", "concat"),
    ("convdw", "dw"),
    ("convolution", "conv"),
    ("convtranspose", "deconv"),
    ("convtransposed", "deconv"),
    ("countincludepad", "include_pad"),
    ("cubic", "bilinear"),
    ("deconvolution", "deconv"),
    ("depthmultiplier", "multiplier"),
    ("depthwise", "dw"),
    ("depthwiseconv", "dw"),
    ("dilationrate", "dilation"),
    ("dilations", "dilation"),
    ("dropconnect", "drop_path"),
    ("dwconv", "dw"),
    ("epsilon", "eps"),
    ("fc", "dense"),
    ("fullyconnected", "dense"),
    ("gap", "pool avg global"),
    ("gemm", "dense"),
    ("globalaveragepool", "pool avg global"),
    ("globalaveragepooling", "pool avg global"),
    ("globalavgpool", "pool avg global"),
    ("globalmaxpool", "pool max global"),
    ("globalmaxpooling", "pool max global"),
    ("hsigmoid", "hardsigmoid"),
    ("hswish", "hardswish"),
    ("innerproduct", "dense"),
    ("interpolate", "resize"),
    ("linear", "bilinear"),
    ("linear", "dense"),
    ("localresponsenorm", "lrn"),
    ("localresponsenormalization", "lrn"),
    ("logistic", "sigmoid"),
    ("lrelu", "leaky_relu"),
    ("maxpool", "pool max"),
    ("maxpooling", "pool max"),
    ("multiply", "mul"),
    ("nearestneighbor", "nearest"),
    ("nearestneighbour", "nearest"),
    ("outputpadding", "output_pad"),
    ("padding", "pad"),
    ("pixelshuffle", "depth_to_space"),
    ("pixelunshuffle", "space_to_depth"),
    ("reshape", "flatten"),
    ("residual", "add { ... }"),
    ("separable", "dw RxS; conv 1x1, OUT"),
    ("separableconv", "dw RxS; conv 1x1, OUT"),
    ("sepconv", "dw RxS; conv 1x1, OUT"),
    ("shortcut", "add { ... }"),
    ("shufflechannels", "shuffle"),
    ("skip", "add { ... }"),
    ("stochasticdepth", "drop_path"),
    ("strides", "stride"),
    ("swish", "silu"),
    ("transposedconv", "deconv"),
    ("upconv", "deconv"),
    ("upsampling", "upsample"),
    ("usebias", "no_bias"),
    ("usebias", "bias"),
    ("view", "flatten"),
    ("zeropad", "pad"),
    ("zeropadding", "pad"),
];

/// Arguments of other frameworks whose values have no name here: `conv 3x3, 32`.
const UNNAMED: [&str; 12] = [
    "features",
    "filters",
    "inchannels",
    "infeatures",
    "kernel",
    "kernels",
    "kernelshape",
    "kernelsize",
    "outchannels",
    "outfeatures",
    "poolsize",
    "units",
];

/// Arguments of other frameworks whose value, an activation, is a word of its own here: `relu`.
const ACTIVATION: [&str; 2] = ["act", "activation"];

/// The known name that is another spelling of `word` or means the same, if there is one.
pub(super) fn meant<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let plain = plain(word);
    let spelt = candidates.iter().find(|c| **c != word && self::plain(c) == plain);
    let first = |spelling: &str| spelling.split(' ').next().unwrap_or_default().to_owned();
    spelt.copied().or_else(|| {
        let rows = OTHER_NAMES.iter().filter(|(other, _)| *other == plain);
        let mut spellings = rows.map(|(_, spelling)| *spelling);
        spellings.find(|spelling| candidates.contains(&first(spelling).as_str()))
    })
}

/// Whether an argument is one whose value stands without a name.
pub fn is_unnamed(word: &str) -> bool {
    UNNAMED.contains(&plain(word).as_str())
}

/// Whether an argument is one whose value, an activation, stands alone.
pub fn names_activation(word: &str) -> bool {
    ACTIVATION.contains(&plain(word).as_str())
}

/// A name as the table has it.
fn plain(word: &str) -> String {
    word.to_lowercase().replace('_', "").replace("2d", "")
}

#[cfg(test)]
mod tests {
    use super::{OTHER_NAMES, UNNAMED, meant, plain};

    #[test]
    fn names_stand_in_order_as_they_are_looked_up() {
        assert!(OTHER_NAMES.is_sorted_by_key(|(other, _)| other));
        assert!(UNNAMED.is_sorted());
        let names = OTHER_NAMES.iter().map(|(other, _)| other).chain(&UNNAMED);
        assert!(names.into_iter().all(|name| plain(name) == *name));
    }

    #[test]
    fn a_name_means_what_may_stand_there() {
        let layers = ["conv", "pool", "dense", "leaky_relu", "depth_to_space"];
        assert_eq!(meant("MaxPool2d", &layers), Some("pool max"));
        assert_eq!(meant("max_pool", &layers), Some("pool max"));
        assert_eq!(meant("Conv2D", &layers), Some("conv"));
        assert_eq!(meant("LeakyReLU", &layers), Some("leaky_relu"));
        assert_eq!(meant("linear", &layers), Some("dense"));
        assert_eq!(meant("linear", &["nearest", "bilinear"]), Some("bilinear"));
        assert_eq!(meant("swish", &layers), None);
        assert_eq!(meant("average", &["max", "avg", "global"]), Some("avg"));
    }
}
