//! Every operation, planned and run alone, against PyTorch 2.15, the lecture's tables, or numbers
//! that are seen at a glance. Operands and weights are short fractions of two, so that sums are
//! exact and expected to the last bit.

mod channels;
mod windows;

use crate::dynamic::{Executor, Input};
use cnn_dsl::ir::{
    Layer, LayerId, Network, Op, Output, Preprocess, Shape, Value, ValueId, Weights, WeightsId,
};
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{FileId, Span};
use cnn_dsl::syntax::ast::Visibility;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A network of one layer; every result is an output.
fn network(op: Op, inputs: &[Shape]) -> Network {
    let outputs = op.outputs(inputs).expect("a layer that fits");
    let tensors = op.tensors("layer", inputs);
    let count = inputs.len();
    let input_values = inputs.iter().map(|&shape| Value { shape, producer: None });
    let output_values = outputs.iter().map(|&shape| Value { shape, producer: Some(LayerId(0)) });
    let preprocess = Preprocess { bytes: false, scale: Vec::new(), offset: Vec::new(), bgr: false };
    let written: Vec<ValueId> = (count..count + outputs.len()).map(ValueId).collect();
    Network {
        name: "One".into(),
        name_span: SPAN,
        visibility: Visibility::Default,
        docs: Vec::new(),
        parameters: Vec::new(),
        inputs: (0..count)
            .map(|i| cnn_dsl::ir::Input {
                name: None,
                value: ValueId(i),
                preprocess: preprocess.clone(),
            })
            .collect(),
        outputs: written.iter().map(|&value| Output { name: None, value }).collect(),
        values: input_values.chain(output_values).collect(),
        layers: vec![Layer {
            name: "layer".into(),
            post_of: None,
            weights: (!tensors.is_empty()).then_some(WeightsId(0)),
            op,
            inputs: (0..count).map(ValueId).collect(),
            outputs: written,
            shared_again: false,
            frozen: false,
            unroll: false,
            docs: Vec::new(),
            text: String::new(),
            span: SPAN,
        }],
        weights: vec![Weights { name: "layer".into(), first_tensor: 0, tensors, frozen: false }],
        aux: Vec::new(),
        embedded: None,
        budgets: Vec::new(),
        train: false,
        winograd: true,
    }
}

fn run(op: Op, inputs: &[(Shape, &[f32])], tensors: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let shapes: Vec<Shape> = inputs.iter().map(|(shape, _)| *shape).collect();
    let network = network(op, &shapes);
    let plan = plan(&network, &Options::default());
    let blob = cnn_weights::pack(&plan.weights, tensors);
    let mut executor = Executor::new(&plan, blob).expect("a blob of the plan's length");
    let inputs: Vec<Input<'_>> = inputs.iter().map(|(_, x)| Input::F32(x)).collect();
    executor.run(&inputs).expect("inputs that fit")
}

/// The operation on one ramp.
fn on_ramp(op: Op, shape: Shape, tensors: &[Vec<f32>]) -> Vec<f32> {
    run(op, &[(shape, &ramp(shape.len()))], tensors).swap_remove(0)
}

/// -1.25 to 1.25 in quarters, up and down.
fn ramp(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7 + 3) % 11) as f32 / 4.0 - 1.25).collect()
}

/// -1.5 to 1.5 in halves, up and down.
fn weights(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 5 + 1) % 7) as f32 / 2.0 - 1.5).collect()
}

fn image(h: usize, w: usize, c: usize) -> Shape {
    Shape::Image { h, w, c }
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= 1e-6, "{found:?} is not {expected:?}");
    }
}
