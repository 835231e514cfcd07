//! Plans of small networks built by hand: this stage alone, without the front end.

mod fusing;
mod inputs;
mod invariants;
mod places;
mod spans;
mod steps;
mod texts;
mod winograd;

use crate::ir::layers::{bn::Bn, conv::Conv, dense::Dense, dw::Dw, flatten::Flatten};
use crate::ir::{
    Activation, Constant, Input, Layer, LayerId, Network, Op, Output, Pads, Preprocess, Shape,
    Value, ValueId, Weights, WeightsId,
};
use crate::plan::{Options, Plan, plan};
use crate::source::{FileId, Span};
use crate::syntax::ast::Visibility;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A network in the making, as `check` would make it.
struct Net {
    network: Network,
    last: ValueId,
}

impl Net {
    fn new(input: Shape) -> Self {
        let network = Network {
            name: "Net".into(),
            name_span: SPAN,
            visibility: Visibility::Default,
            docs: Vec::new(),
            parameters: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            values: Vec::new(),
            layers: Vec::new(),
            weights: Vec::new(),
            aux: Vec::new(),
            embedded: None,
            budgets: Vec::new(),
            train: false,
            winograd: true,
        };
        let mut net = Self { network, last: ValueId(0) };
        net.input(input);
        net.last = ValueId(0);
        net
    }

    fn input(&mut self, shape: Shape) -> ValueId {
        let value = self.value(shape, None);
        let preprocess =
            Preprocess { bytes: false, scale: Vec::new(), offset: Vec::new(), bgr: false };
        self.network.inputs.push(Input { name: None, value, preprocess });
        value
    }

    fn value(&mut self, shape: Shape, producer: Option<LayerId>) -> ValueId {
        self.network.values.push(Value { shape, producer });
        ValueId(self.network.values.len() - 1)
    }

    /// A layer on the running value.
    fn then(&mut self, op: Op) -> ValueId {
        self.on(op, &[self.last]).expect("a layer that fits")[0]
    }

    /// A layer on these values; the first result is the running value. `None` if it does not fit.
    fn on(&mut self, op: Op, inputs: &[ValueId]) -> Option<Vec<ValueId>> {
        let shapes: Vec<Shape> = inputs.iter().map(|&v| self.network.shape(v)).collect();
        let results = op.outputs(&shapes)?;
        let number = self.network.layers.iter().filter(|l| l.op.kind() == op.kind()).count() + 1;
        let name = format!("{}{number}", op.kind());
        let tensors = op.tensors(&name, &shapes);
        let weights = (!tensors.is_empty()).then(|| {
            let first_tensor = self.network.tensors().count();
            let name = name.clone();
            self.network.weights.push(Weights { name, first_tensor, tensors, frozen: false });
            WeightsId(self.network.weights.len() - 1)
        });
        let id = LayerId(self.network.layers.len());
        let outputs: Vec<ValueId> = results.iter().map(|&s| self.value(s, Some(id))).collect();
        self.last = outputs[0];
        self.network.layers.push(Layer {
            name,
            post_of: None,
            op,
            inputs: inputs.to_vec(),
            outputs: outputs.clone(),
            weights,
            shared_again: false,
            frozen: false,
            unroll: false,
            docs: Vec::new(),
            text: String::new(),
            span: SPAN,
        });
        Some(outputs)
    }

    /// Gives the last layer the weights of an earlier one.
    fn share(&mut self, earlier: usize) {
        let weights = self.network.layers[earlier].weights;
        let layer = self.network.layers.last_mut().expect("a layer");
        layer.weights = weights;
        layer.shared_again = true;
    }

    fn output(&mut self, value: ValueId) {
        self.network.outputs.push(Output { name: None, value });
    }

    /// The network, its running value being its output if there is no other.
    fn finish(mut self) -> Network {
        if self.network.outputs.is_empty() {
            self.output(self.last);
        }
        self.network
    }
}

fn planned(network: &Network) -> Plan<'_> {
    plan(network, &Options::default())
}

/// The names of the layers of each step.
fn schedule(plan: &Plan<'_>) -> Vec<String> {
    let name = |id: &LayerId| plan.network.layers[id.0].name.clone();
    plan.steps.iter().map(|s| s.layers.iter().map(name).collect::<Vec<_>>().join("+")).collect()
}

fn image(h: usize, w: usize, c: usize) -> Shape {
    Shape::Image { h, w, c }
}

fn same(pad: i64) -> Pads {
    Pads { top: pad, bottom: pad, left: pad, right: pad }
}

fn conv(side: usize, filters: usize, pads: Pads) -> Op {
    let [kernel, stride, dilation] = [[side, side], [1, 1], [1, 1]];
    Op::Conv(Conv { kernel, filters, stride, dilation, pads, groups: 1, bias: true })
}

fn dw(side: usize, stride: usize, pads: Pads) -> Op {
    let [kernel, stride, dilation] = [[side, side], [stride, stride], [1, 1]];
    Op::Dw(Dw { kernel, multiplier: 1, stride, dilation, pads, bias: false })
}

fn bn() -> Op {
    let (eps, momentum) = (Constant(1e-3), Constant(0.99));
    Op::Bn(Bn { eps, momentum, scale: true, shift: true })
}

fn relu() -> Op {
    Op::Activation(Activation::Relu)
}

fn dense(units: usize) -> Op {
    Op::Dense(Dense { units, bias: true, flattened: None })
}

fn flatten() -> Op {
    Op::Flatten(Flatten)
}
