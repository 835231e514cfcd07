//! Which layers become one kernel.
//!
//! In: a network and the values that must stand in memory. Out: [`Group`]s in the order they run.
//! A batch norm is folded into the weights before it, activations are applied at the store, but
//! only where nobody else reads the value between; layers whose results nobody wants are left out.

use crate::ir::gradient::Gradient;
use crate::ir::{Activation, LayerId, Network, Op, ValueId};
use crate::plan::layers::Epilogue;
use crate::plan::layers::conv::adds_at_the_store;

/// A layer and those that run inside its kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) struct Group {
    /// The layer itself, then the fused ones in order.
    pub layers: Vec<LayerId>,
    /// What is read: the layer's operands and, behind a fused sum, the other summand.
    pub operands: Vec<ValueId>,
    /// Whether a sum with the last operand is applied before the activations.
    pub adds: bool,
    /// The batch norm among them that is folded into the weights.
    pub fold: Option<LayerId>,
    /// The activations among them.
    pub epilogue: Epilogue,
    /// What is written: the last fused layer's result.
    pub outputs: Vec<ValueId>,
}

/// The groups of a network. `pinned` values (outputs and kept ones) are never fused over.
pub(in crate::plan) fn groups(network: &Network, pinned: &[bool]) -> Vec<Group> {
    let live = live(network, pinned);
    let readers = sole_readers(network, pinned, &live);
    let mut fused = vec![false; network.layers.len()];
    let mut groups = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        if !live[index] || fused[index] {
            continue;
        }
        let mut group = Group {
            layers: vec![LayerId(index)],
            operands: layer.inputs.clone(),
            adds: false,
            fold: None,
            epilogue: Vec::new(),
            outputs: layer.outputs.clone(),
        };
        extend(network, &readers, &mut group);
        for id in &group.layers {
            fused[id.0] = true;
        }
        groups.push(group);
    }
    groups
}

/// Takes the layers that follow into the group, as far as its kernel can run them.
fn extend(network: &Network, readers: &[Option<LayerId>], group: &mut Group) {
    let op = &network.layers[group.layers[0].0].op;
    let next = |group: &Group| match group.outputs[..] {
        [only] => readers[only.0],
        _ => None,
    };
    if has_folded_weights(op)
        && let Some(reader) = next(group)
        && let Op::Bn(_) = network.layers[reader.0].op
    {
        group.layers.push(reader);
        group.fold = Some(reader);
        group.outputs.clone_from(&network.layers[reader.0].outputs);
    }
    if let Op::Conv(conv) = op
        && !network.layers[group.layers[0].0].unroll
        && let Some(reader) = next(group)
        && let Op::Add(_) = network.layers[reader.0].op
        && let Some(other) = other_summand(network, group, reader)
        && adds_at_the_store(conv, network.shape(group.operands[0]), network.shape(other))
    {
        group.layers.push(reader);
        group.operands.push(other);
        group.adds = true;
        group.outputs.clone_from(&network.layers[reader.0].outputs);
    }
    while has_epilogue(op)
        && let Some(reader) = next(group)
        && let Op::Activation(activation) = &network.layers[reader.0].op
        && *activation != Activation::Prelu
    {
        group.layers.push(reader);
        group.epilogue.push(activation.clone());
        group.outputs.clone_from(&network.layers[reader.0].outputs);
    }
}

/// The other operand of a sum of two, if it is there before the group runs.
fn other_summand(network: &Network, group: &Group, sum: LayerId) -> Option<ValueId> {
    let [a, b] = network.layers[sum.0].inputs[..] else { return None };
    let other = if [a] == group.outputs[..] { b } else { a };
    let first = group.layers[0].0;
    let before = network.layers[..first].iter().any(|layer| layer.outputs.contains(&other));
    (before || network.inputs.iter().any(|input| input.value == other)).then_some(other)
}

/// Whether the layer's result, directly or not, is wanted.
fn live(network: &Network, pinned: &[bool]) -> Vec<bool> {
    let mut wanted = pinned.to_vec();
    let mut live = vec![false; network.layers.len()];
    for (index, layer) in network.layers.iter().enumerate().rev() {
        // What has no result adds to gradients; the loss is wanted for itself.
        let ends =
            layer.outputs.is_empty() || matches!(layer.op, Op::Gradient(Gradient::Loss { .. }));
        live[index] = ends || layer.outputs.iter().any(|v| wanted[v.0]);
        if live[index] {
            for value in &layer.inputs {
                wanted[value.0] = true;
            }
        }
    }
    live
}

/// For each value the layer that alone reads it, once; `None` also for pinned values.
fn sole_readers(network: &Network, pinned: &[bool], live: &[bool]) -> Vec<Option<LayerId>> {
    let mut readers = vec![None; network.values.len()];
    let mut reads = vec![0_usize; network.values.len()];
    for (index, layer) in network.layers.iter().enumerate().filter(|(i, _)| live[*i]) {
        for value in &layer.inputs {
            readers[value.0] = Some(LayerId(index));
            reads[value.0] += 1;
        }
    }
    for value in 0..readers.len() {
        if reads[value] != 1 || pinned[value] {
            readers[value] = None;
        }
    }
    readers
}

/// Whether a batch norm behind the operation goes into its weights.
fn has_folded_weights(op: &Op) -> bool {
    match op {
        Op::Conv(_) | Op::Dw(_) | Op::Deconv(_) | Op::Dense(_) => true,
        Op::Pool(_)
        | Op::Bn(_)
        | Op::Activation(_)
        | Op::Softmax(_)
        | Op::Lrn(_)
        | Op::Dropout(_)
        | Op::Flatten(_)
        | Op::Add(_)
        | Op::Mul(_)
        | Op::Concat(_)
        | Op::Scale(_)
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Split(_)
        | Op::Shuffle(_)
        | Op::Resize(_)
        | Op::Depth(_)
        | Op::Gradient(_) => false,
    }
}

/// Whether the operation's kernel applies activations at its store.
fn has_epilogue(op: &Op) -> bool {
    match op {
        Op::Conv(_)
        | Op::Dw(_)
        | Op::Deconv(_)
        | Op::Dense(_)
        | Op::Pool(_)
        | Op::Bn(_)
        | Op::Activation(_)
        | Op::Softmax(_)
        | Op::Lrn(_)
        | Op::Add(_)
        | Op::Mul(_)
        | Op::Concat(_)
        | Op::Scale(_)
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Shuffle(_)
        | Op::Resize(_)
        | Op::Depth(_) => true,
        Op::Gradient(op) => matches!(op, Gradient::Normalise(_)),
        Op::Dropout(_) | Op::Flatten(_) | Op::Split(_) => false,
    }
}
