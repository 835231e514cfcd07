//! Writes the random networks down, emits them all, and writes a function for each that runs it on
//! flat slices.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use cnn_dsl::ir::{Network, Shape};

#[path = "generator.rs"]
mod generator;
#[path = "networks.rs"]
mod networks;
#[path = "random.rs"]
mod random;

fn main() {
    println!("cargo::rerun-if-changed=generator.rs");
    println!("cargo::rerun-if-changed=networks.rs");
    println!("cargo::rerun-if-changed=random.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut texts = String::new();
    let mut runners = String::new();
    let mut list = String::new();
    for index in 0..networks::COUNT {
        let text = networks::text(index);
        let network = networks::compile(&text).expect("a generated network checks");
        runner(&mut runners, &network);
        let _ = writeln!(list, "    ({text:?}, run_{index}, bytes_{index}),");
        texts += &text;
    }
    fs::write(out.join("generated.cnn"), &texts).expect("OUT_DIR is writable");
    let table = format!("pub const NETWORKS: &[(&str, Run, RunBytes)] = &[\n{list}];\n");
    fs::write(out.join("runners.rs"), runners + &table).expect("OUT_DIR is writable");
    cnn_dsl::build::compile(out.join("generated.cnn")).expect("OUT_DIR is writable");
}

/// `fn run_7(net: &[u8], inputs: &[Vec<f32>]) -> Vec<Vec<f32>>` and the same on bytes where the
/// network takes them.
fn runner(text: &mut String, network: &Network) {
    let name = &network.name;
    let index = name.trim_start_matches("Net");
    let takes_bytes = network.inputs.iter().any(|input| input.preprocess.bytes);
    let outputs: Vec<usize> = (0..network.outputs.len()).collect();
    for (function, element, called, there) in
        [("run", "f32", "predict_into", true), ("bytes", "u8", "predict_u8_into", takes_bytes)]
    {
        let _ = writeln!(
            text,
            "fn {function}_{index}(set: InstructionSet, weights: &[u8], inputs: &[Vec<{element}>]) -> Vec<Vec<f32>> {{"
        );
        if !there {
            let _ = writeln!(text, "    let _ = (set, weights, inputs);\n    Vec::new()\n}}");
            continue;
        }
        let _ = writeln!(
            text,
            "    let mut net = {name}::load(Load::bytes(weights.to_vec())).unwrap_or_else(|e| panic!(\"{{e}}\"));\n    net.use_instruction_set(set);"
        );
        let _ = writeln!(text, "    let mut workspace = {name}::workspace();");
        for (i, output) in network.outputs.iter().enumerate() {
            let ty = array("f32", network.shape(output.value));
            let _ = writeln!(text, "    let mut y{i} = <{ty} as Zeros>::zeros();");
        }
        let xs = (0..network.inputs.len())
            .map(|i| view(network.shape(network.inputs[i].value), &format!("inputs[{i}]")));
        // A lone box is coerced; in a tuple it is not.
        let star = if outputs.len() > 1 { "*" } else { "" };
        let ys = outputs.iter().map(|i| format!("&mut {star}y{i}"));
        let _ = writeln!(text, "    net.{called}(&mut workspace, {}, {});", tuple(xs), tuple(ys));
        let flat = network.outputs.iter().enumerate().map(|(i, output)| {
            match network.shape(output.value) {
                Shape::Image { .. } => format!("y{i}.as_flattened().as_flattened().to_vec()"),
                Shape::Vector(_) => format!("y{i}.to_vec()"),
            }
        });
        let _ = writeln!(text, "    vec![{}]\n}}", flat.collect::<Vec<_>>().join(", "));
    }
}

fn array(element: &str, shape: Shape) -> String {
    match shape {
        Shape::Image { h, w, c } => format!("[[[{element}; {c}]; {w}]; {h}]"),
        Shape::Vector(n) => format!("[{element}; {n}]"),
    }
}

fn view(shape: Shape, slice: &str) -> String {
    match shape {
        Shape::Image { h, w, c } => {
            format!("&{slice}.as_chunks::<{c}>().0.as_chunks::<{w}>().0.as_chunks::<{h}>().0[0]")
        }
        Shape::Vector(n) => format!("&{slice}.as_chunks::<{n}>().0[0]"),
    }
}

fn tuple(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    match &parts[..] {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}
