//! Seeded random networks as `.cnn` text: every layer, every argument, awkward sizes.
//!
//! A network grows statement by statement: a candidate is written down, and kept if the model still
//! checks. So the generator needs no shape rules of its own; that the checker does not refuse too
//! much is seen by the test that counts the layers that were kept.

use super::random::Random;

/// Channel counts on both sides of a vector's width.
const CHANNELS: &[usize] = &[1, 2, 3, 5, 7, 8, 15, 16, 17, 32, 33];
/// Heights and widths, 1 among them.
const SIZES: &[usize] = &[1, 2, 3, 5, 7, 8, 9, 12, 16, 17, 19];
/// Element-wise activations with their arguments.
const ACTIVATIONS: &[&str] = &[
    "relu",
    "relu6",
    "leaky_relu",
    "leaky_relu 0.2",
    "prelu",
    "elu",
    "elu 0.5",
    "sigmoid",
    "tanh",
    "silu",
    "hardswish",
    "hardsigmoid",
    "gelu",
    "gelu tanh",
    "mish",
    "softplus",
];

/// The running tensor's height, width and channels; a vector is `None` and its length.
pub type Running = (Option<(usize, usize)>, usize);

/// One random network's text. `check` says what the running tensor is after the given text, or that
/// it does not check.
pub fn network(name: &str, seed: u64, check: &mut dyn FnMut(&str) -> Option<Running>) -> String {
    let mut random = Random::new(seed);
    let mut text = format!("pub model {name} {{\n{}", inputs(&mut random));
    let wanted = random.range(2, 6);
    let mut kept = 0;
    for _ in 0..wanted * 12 {
        // A model without layers does not check.
        let Some(running) = check(&format!("{text}    identity;\n}}\n")) else {
            panic!("a network that was accepted is refused now:\n{text}}}")
        };
        if kept == wanted {
            break;
        }
        let candidate = format!("{text}    {}\n", statement(&mut random, running, kept));
        if check(&format!("{candidate}}}\n")).is_some() {
            text = candidate;
            kept += 1;
        }
    }
    if text.contains("let extra") {
        text.push_str("    let main = last;\n    output main, extra;\n");
    }
    text + "}\n"
}

fn inputs(random: &mut Random) -> String {
    let (h, w, c) = (*random.pick(SIZES), *random.pick(SIZES), *random.pick(CHANNELS));
    if random.one_in(12) {
        return format!("    input {};\n", random.pick(CHANNELS));
    }
    if random.one_in(8) {
        let d = random.pick(CHANNELS);
        return format!(
            "    input image: {h}x{w}x{c};\n    input meta: {h}x{w}x{d};\n    concat image, meta;\n"
        );
    }
    let per_channel = |random: &mut Random, low: usize| {
        let list: Vec<String> = (0..c).map(|_| format!("0.{}", random.range(low, 99))).collect();
        format!("[{}]", list.join(", "))
    };
    let mut text = format!("    input {h}x{w}x{c}");
    if random.one_in(4) {
        text += ", u8";
        text += *random.pick(&[", scale (1/127.5), offset -1", ", scale (1/255)", ""]);
    }
    if random.one_in(5) {
        let (mean, std) = (per_channel(random, 10), per_channel(random, 20));
        text += &format!(", mean {mean}, std {std}");
    }
    if c == 3 && random.one_in(2) {
        text += ", order bgr";
    }
    text + ";\n"
}

fn statement(random: &mut Random, (image, c): Running, index: usize) -> String {
    let Some((h, w)) = image else { return on_vector(random, c) };
    match random.below(29) {
        28 => in_blocks(random, index),
        26..=27 => grouped(random, c),
        0..=5 => conv(random, c, index),
        6..=8 => dw(random, c),
        9 => deconv(random, c),
        10..=12 => pool(random, h, w),
        13 => norm(random),
        14 => format!("{};", random.pick(ACTIVATIONS)),
        15 => merge(random, c),
        16 => branches(random, c, index),
        17..=18 => channels(random, c, index),
        19..=20 => resample(random, h, w),
        21 => pad(random),
        22 => shared(random, c, index),
        23 => format!("let extra = conv 1x1, {} as side{index};", random.pick(CHANNELS)),
        24 => "flatten;".to_owned(),
        _ => random
            .pick(&[
                "softmax;",
                "dropout 0.3;",
                "drop_path 0.2;",
                "identity;",
                "scale (3/7);",
                "scale -2;",
            ])
            .to_string(),
    }
}

fn on_vector(random: &mut Random, n: usize) -> String {
    let units = *random.pick(CHANNELS);
    match random.below(8) {
        0..=3 => {
            let bias = *random.pick(&["", "", ", no_bias"]);
            let unroll = if n * units <= 2000 && random.one_in(8) { ", unroll full" } else { "" };
            format!("dense {units}{bias}{unroll}{};", posts(random))
        }
        4 => format!("{};", random.pick(ACTIVATIONS)),
        5 => norm(random),
        6 => format!("concat {{ dense {units}; }};"),
        _ => (*random.pick(&["softmax;", "dropout;", "add last;", "scale 0.5;"])).to_owned(),
    }
}

/// Post-operations of a convolution or dense layer.
fn posts(random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(3) {
        text += *random.pick(&[
            ", bn",
            ", bn eps 1e-5",
            ", bn no_scale",
            ", bn no_shift",
            ", bn eps 1e-2 momentum 0.9",
        ]);
    }
    if random.one_in(2) {
        text += &format!(", {}", random.pick(ACTIVATIONS));
    }
    if random.one_in(8) {
        text += ", bn, relu";
    }
    text
}

fn window(random: &mut Random) -> String {
    match random.below(6) {
        0 => "1x1".to_owned(),
        1 => "3x3".to_owned(),
        2 => "[3, 1]".to_owned(),
        _ => format!("{}x{}", random.range(1, 5), random.range(1, 5)),
    }
}

/// Stride, dilation and padding: strides larger than the kernel and lopsided pads among them.
fn geometry(random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(2) {
        text += *random.pick(&[
            ", stride 2",
            ", stride 3",
            ", stride 1x2",
            ", stride [3, 1]",
            ", stride 5",
        ]);
    }
    if random.one_in(4) {
        text += *random.pick(&[", dilation 2", ", dilation 2x1", ", dilation 3"]);
    }
    if random.one_in(2) {
        text += *random.pick(&[
            ", pad same",
            ", pad same",
            ", pad valid",
            ", pad 1",
            ", pad 2",
            ", pad 1x2",
            ", pad (0, 1, 2, 0)",
            ", pad (2, 0, 0, 3)",
        ]);
    }
    text
}

fn conv(random: &mut Random, c: usize, index: usize) -> String {
    let filters = *random.pick(CHANNELS);
    let mut text = if random.one_in(6) {
        format!("conv {}x{}x{c}x{filters}", random.range(1, 3), random.range(1, 3))
    } else {
        format!("conv {}, {filters}", window(random))
    };
    text += &geometry(random);
    text += *random.pick(&["", "", "", ", no_bias", ", bias", ", frozen"]);
    if random.one_in(16) {
        text += ", unroll full";
    }
    text += &posts(random);
    if random.one_in(6) {
        text += &format!(" as named{index}");
    }
    text + ";"
}

/// What divides the channels, 1 left out.
fn divisors(c: usize) -> Vec<usize> {
    (2..=c).filter(|&g| c.is_multiple_of(g)).collect()
}

/// Groups of 1, 2, 8, 15, 16 and 17 channels among others, depthwise ones too.
fn grouped(random: &mut Random, c: usize) -> String {
    let divisors = divisors(c);
    let groups = if divisors.is_empty() { 1 } else { *random.pick(&divisors) };
    let filters = groups * random.pick(&[1, 2, 3, 15, 16, 17]);
    let mut text = format!("conv {}, {filters}, groups {groups}", window(random));
    text += &geometry(random);
    text += *random.pick(&["", "", ", no_bias"]);
    text + &posts(random) + ";"
}

fn dw(random: &mut Random, c: usize) -> String {
    let mut text =
        if random.one_in(6) { format!("dw 3x3x{c}") } else { format!("dw {}", window(random)) };
    text += &geometry(random);
    text += *random.pick(&["", "", ", multiplier 2", ", multiplier 3"]);
    text += *random.pick(&["", "", ", no_bias", ", bias"]);
    if random.one_in(16) {
        text += ", unroll full";
    }
    text + &posts(random) + ";"
}

fn deconv(random: &mut Random, c: usize) -> String {
    let divisors = divisors(c);
    let (mut filters, mut groups) = (*random.pick(CHANNELS), String::new());
    if !divisors.is_empty() && random.one_in(3) {
        let count = *random.pick(&divisors);
        filters = count * random.range(1, 3);
        groups = format!(", groups {count}");
    }
    let mut text = format!("deconv {}, {filters}{groups}", window(random));
    text +=
        *random.pick(&["", ", stride 2", ", stride 3", ", stride 2x1", ", stride 2, output_pad 1"]);
    text += *random.pick(&["", ", dilation 2"]);
    text += *random.pick(&["", ", pad 1", ", pad same", ", pad (1, 0, 0, 1)"]);
    text += *random.pick(&["", ", no_bias"]);
    text + &posts(random) + ";"
}

fn pool(random: &mut Random, h: usize, w: usize) -> String {
    let kind = *random.pick(&["max", "avg"]);
    match random.below(6) {
        0 => format!("pool {kind} global;"),
        1 => format!("pool avg to {}x{};", random.range(1, h), random.range(1, w)),
        2 => "pool avg to 3x2;".to_owned(),
        _ => {
            let mut text = format!("pool {kind} {}x{}", random.range(1, 4), random.range(1, 4));
            text += *random.pick(&["", ", stride 1", ", stride 2", ", stride 3x1"]);
            text += *random.pick(&["", ", pad 1", ", pad same", ", pad (0, 1, 0, 1)"]);
            text += *random.pick(&["", ", ceil"]);
            if kind == "avg" {
                text += *random.pick(&["", ", include_pad"]);
            }
            text + ";"
        }
    }
}

fn norm(random: &mut Random) -> String {
    (*random.pick(&[
        "bn;",
        "bn, relu;",
        "bn no_scale;",
        "lrn;",
        "lrn size 3, alpha 0.1, beta 0.5, k 2;",
        "bn eps 1e-5, silu;",
    ]))
    .to_owned()
}

fn merge(random: &mut Random, c: usize) -> String {
    match random.below(6) {
        0 => format!("add {{ conv 3x3, {c}, pad 1, bn; }}, relu;"),
        1 => "add { dw 3x3, pad same; relu; }, { identity; };".to_owned(),
        2 => format!("mul {{ pool avg global; conv 1x1, {c}, sigmoid; }};"),
        3 => "mul last;".to_owned(),
        4 => "add last, relu6;".to_owned(),
        _ => format!("mul {{ pool max global; }}, {{ conv 1x1, {c}; }}, tanh;"),
    }
}

fn branches(random: &mut Random, c: usize, index: usize) -> String {
    let (a, b) = (*random.pick(CHANNELS), *random.pick(CHANNELS));
    match random.below(4) {
        0 => format!(
            "concat {{ conv 1x1, {a}; }}, {{ pool max 3x3, stride 1, pad 1; conv 1x1, {b}, relu; }};"
        ),
        1 => format!("concat {{ bn, relu; conv 3x3, {a}, pad same; }};"),
        2 => format!("let left{index} = conv 1x1, {c}; add left{index}, silu;"),
        _ => format!(
            "let kept{index} = last; conv 3x3, {a}, pad same, relu; concat kept{index}, last, kept{index};"
        ),
    }
}

/// Values that may lie in one another: whole blocks of sixteen channels.
fn in_blocks(random: &mut Random, index: usize) -> String {
    let (a, b) = (16 * random.range(1, 3), 16 * random.range(1, 3));
    let all = a + b;
    match random.below(5) {
        0 => format!(
            "conv 1x1, {a}, relu; concat {{ conv 1x1, {b}; }}, {{ conv 3x3, 32, pad same, relu; }}, {{ pool max 3x3, stride 1, pad 1; }};"
        ),
        1 => format!(
            "conv 1x1, {a}; concat {{ relu; conv 3x3, 16, pad same; }}; concat {{ tanh; conv 1x1, {b}; }}; scale 0.5;"
        ),
        2 => format!(
            "conv 1x1, {all}; let (g{index}, h{index}) = split {a}, {b}; let i{index} = conv 3x3, 16, pad same from h{index}; concat i{index}, g{index}, h{index}; pool max 2x2;"
        ),
        3 => format!(
            "conv 1x1, {all}; let j{index} = slice {a}..; concat j{index}, {{ dw 3x3, pad 1; }}; pool max 3x3, stride 2, pad 1;"
        ),
        _ => format!(
            "conv 1x1, {a}, relu6; let k{index} = pool max 3x3, stride 1, pad 1; let l{index} = pool avg 3x3, stride 1, pad 1; concat k{index}, last, k{index}, l{index}; conv 3x3, 16, pad same;"
        ),
    }
}

fn channels(random: &mut Random, c: usize, index: usize) -> String {
    let cut = random.range(1, c);
    match random.below(8) {
        0 => format!("slice ..{cut};"),
        1 => format!("slice {}..;", cut - 1),
        2 => format!("slice {}..{cut};", cut / 2),
        3 => format!("shuffle {};", random.pick(&[1, 2, 3, 5, 8, 16])),
        4 => format!("let (a{index}, b{index}) = split 2; concat b{index}, a{index};"),
        5 => format!(
            "let (c{index}, d{index}) = split {}, {}; let e{index} = conv 1x1, 3 from c{index}; concat d{index}, e{index};",
            cut,
            c.saturating_sub(cut)
        ),
        6 => format!("pad channels ({}, {});", random.below(4), random.below(4)),
        _ => format!("pad channels ({}, -{});", random.below(3), random.range(1, 2)),
    }
}

fn resample(random: &mut Random, h: usize, w: usize) -> String {
    match random.below(7) {
        0 => "upsample 2 nearest;".to_owned(),
        1 => "upsample 2, bilinear;".to_owned(),
        2 => "upsample 3 bilinear;".to_owned(),
        3 => format!("resize {}x{} nearest;", random.range(1, h + 3), random.range(1, w + 3)),
        4 => format!("resize {}x{} bilinear;", random.range(1, h + 3), random.range(1, w + 3)),
        5 if random.one_in(2) => "depth_to_space 2;".to_owned(),
        5 => "conv 1x1, 8; depth_to_space 2;".to_owned(),
        _ => format!("space_to_depth {};", random.range(2, 3)),
    }
}

fn pad(random: &mut Random) -> String {
    let side = |random: &mut Random| random.range(0, 4) as i64 - 2;
    let (t, b, l, r) = (side(random), side(random), side(random), side(random));
    format!("pad ({t}, {b}, {l}, {r});")
}

fn shared(random: &mut Random, c: usize, index: usize) -> String {
    let layer =
        *random.pick(&["conv 3x3, {c}, pad same", "dw 3x3, pad 1", "conv 1x1, {c}, no_bias"]);
    let layer = layer.replace("{c}", &c.to_string());
    let between = *random.pick(&[", relu", ", bn, relu", ""]);
    format!("layer twice{index} = {layer}; twice{index}{between}; twice{index};")
}
