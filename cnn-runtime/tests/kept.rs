//! Any inner value may be asked for: it and the outputs are then what the reference says, wherever
//! keeping the value breaks a fusion or a layout.

#![cfg(feature = "executors")]

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::{Network, ValueId};
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::{dynamic, reference};
use cnn_weights::{Role, Tensor};
use std::path::PathBuf;

/// Few filters beside other readers: layouts over x, and copies where readers disagree.
const COLUMNS: &str = "
    model Columns {
        input 5x19x3;
        add { conv 3x3, 3, pad 1, bn, silu; }, last, { conv 1x5, 3, pad (0, 0, 1, 3), relu; };
        let x = last;
        concat { conv 3x3, 5, pad same, dilation 2, relu6; }, { dw 3x3, pad same, bn, elu; };
        conv 2x2, 7, tanh;
        output last, x;
    }";

/// The four great patterns, a shared layer, several inputs, results of `split`, bytes.
const PATTERNS: &str = "
    block branches(c) {
        add { conv 3x3, c, pad 1, bn, relu; conv 3x3, c, pad 1, bn; }, relu;
        mul { pool avg global; conv 1x1, 4, relu; conv 1x1, c, sigmoid; };
        concat { bn, relu; conv 1x1, 12, groups 2; dropout 0.5; };
    }
    model Patterns {
        input 9x7x3, u8, scale (1/127.5), offset -1, order bgr;
        input meta: 1x1x5;
        conv 3x3, 16, stride 2, pad same, bn, mish;
        branches 16;
        let (a, b) = split 12, 16;
        layer both = conv 1x1, 8;
        let p = { both, bn, gelu from a; };
        let q = { slice 0..12 from b; both, bn, prelu; };
        concat p, q, { shuffle 4 from b; };
        deconv 3x2, 6, stride 2, groups 2, bn, softplus;
        pool max 3x3, stride 2, ceil;
        lrn;
        flatten;
        dense 5, hardswish;
        let d = last;
        flatten from meta;
        add last, d;
        dense 17, bn, leaky_relu 0.2, softmax;
    }";

fn network(text: &str) -> Network {
    let mut sources = Sources::default();
    let file = SourceFile { name: "kept.cnn".into(), folder: PathBuf::new(), text: text.into() };
    let root = sources.add(file);
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    let errors = checked.diagnostics.into_vec();
    assert!(errors.is_empty(), "{errors:#?}");
    checked.models.into_iter().next().expect("one model").expect("no error")
}

/// Numbers from -1 to 1, the same on every machine.
fn ramp(n: usize, seed: usize) -> impl Iterator<Item = f32> {
    (0..n).map(move |i| ((i * 7919 + seed * 104_729 + 13) % 2001) as f32 / 1000.0 - 1.0)
}

fn weights(index: usize, tensor: &Tensor) -> Vec<f32> {
    let positive = tensor.role == Role::MovingVariance;
    ramp(tensor.len(), index).map(|x| if positive { x.abs() + 0.25 } else { x }).collect()
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f64], bounds: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, ((&x, &y), &bound)) in found.iter().zip(expected).zip(bounds).enumerate() {
        assert!((f64::from(x) - y).abs() <= bound, "{what}, {i}: {x} is not {y} +- {bound}");
    }
}

fn check_every_value(text: &str) {
    let network = network(text);
    let weights: Vec<Vec<f32>> =
        network.tensors().enumerate().map(|(index, tensor)| weights(index, tensor)).collect();
    let numbers: Vec<Vec<f32>> = (network.inputs.iter().enumerate())
        .map(|(i, input)| ramp(network.shape(input.value).len(), i).collect())
        .collect();
    let images: Vec<dynamic::Input<'_>> =
        numbers.iter().map(|image| dynamic::Input::F32(image)).collect();
    let expected = reference::run(&network, &weights, &images);
    let bounds = reference::tolerance(&network, &weights, &images);
    let all: Vec<ValueId> = (0..network.values.len()).map(ValueId).collect();
    let one_each = all.iter().map(|&value| vec![value]);
    for keep in one_each.chain([Vec::new(), all.clone()]) {
        let plan = plan(&network, &Options { keep: keep.clone() });
        let blob = cnn_weights::pack(&plan.weights, &weights);
        let mut executor = dynamic::Executor::new(&plan, blob).expect("the plan's weights");
        let outputs = executor.run(&images).expect("the network's inputs");
        for (output, found) in network.outputs.iter().zip(&outputs) {
            let value = output.value.0;
            assert_close(found, &expected[value], &bounds[value], &format!("output of\n{plan}"));
        }
        for (index, value) in keep.iter().enumerate() {
            let found = executor.kept(index).expect("a kept value");
            let what = format!("value {} of\n{plan}", value.0);
            assert_close(found, &expected[value.0], &bounds[value.0], &what);
        }
        assert_eq!(executor.run(&images).as_ref(), Ok(&outputs), "a second run differs");
    }
}

#[test]
fn every_value_over_columns() {
    check_every_value(COLUMNS);
}

#[test]
fn every_value_of_the_patterns() {
    check_every_value(PATTERNS);
}
