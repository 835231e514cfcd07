//! Whether a model that says `train;` can be trained.

use crate::check::error::TrainError;
use crate::check::expand::Expander;
use crate::ir::{Activation, Aux, Layer, Op, Output, Shape, ValueId, Weights};

impl Expander<'_> {
    /// Says what is in the way of training, if it is asked for.
    pub(super) fn trainable(&mut self, outputs: &[Output]) {
        let Some(train) = self.declared.train.filter(|_| !self.failed) else { return };
        let mut errors: Vec<_> = outputs.first().map_or_else(Vec::new, |output| {
            let heads = self.network.aux.iter();
            let unlike = heads.filter_map(|aux| Some((aux, self.unlike(aux, output.value)?)));
            let error = |(aux, [own, main]): (&Aux, [String; 2])| TrainError::Aux {
                train,
                name: aux.name.clone(),
                own,
                main,
            };
            unlike.map(error).collect()
        });
        for (what, count) in [("input", self.declared.inputs.len()), ("output", outputs.len())] {
            if count != 1 {
                errors.push(TrainError::Several { train, what, count });
            }
        }
        let ends: Vec<ValueId> = outputs.iter().map(|output| output.value).collect();
        let own = self.network.layers.iter().map(|layer| (layer, why_not(layer, &ends, &[])));
        // Weights that a head shares with what stands behind it are known by their names alone.
        let mut known: Vec<&Weights> = self.network.weights.iter().collect();
        let mut of_heads = Vec::new();
        for Aux { branch, .. } in &self.network.aux {
            let ends = [branch.output];
            of_heads.extend(branch.layers.iter().map(|layer| {
                let weights = layer.weights.and_then(|id| id.0.checked_sub(branch.before[2]));
                let weights = weights.and_then(|index| branch.weights.get(index));
                let again = weights.filter(|own| known.iter().any(|other| other.name == own.name));
                (layer, why_not(layer, &ends, again.as_slice()))
            }));
            known.extend(&branch.weights);
        }
        errors.extend(own.chain(of_heads).filter_map(|(layer, why)| {
            why.map(|why| TrainError::Layer {
                train,
                layer: layer.name.clone(),
                kind: layer.op.kind(),
                at: layer.span,
                why,
            })
        }));
        for error in errors {
            self.error(error);
        }
    }

    /// What an auxiliary head gives, and what the output does, where one target does not fit both.
    fn unlike(&self, aux: &Aux, output: ValueId) -> Option<[String; 2]> {
        let main = self.network.values[output.0].producer;
        let main = end(main.map(|id| &self.network.layers[id.0]));
        let own = end(aux.branch.last());
        if own != main && own != End::Other {
            return Some([own, main].map(|end| format!("ends in {}", end.name())));
        }
        let before = aux.branch.before[0];
        let own = match aux.branch.output.0.checked_sub(before) {
            Some(index) => aux.branch.values[index].shape,
            None => self.network.shape(aux.branch.output),
        };
        let shapes = [own, self.network.shape(output)];
        (shapes[0].hwc() != shapes[1].hwc())
            .then(|| shapes.map(|shape: Shape| format!("gives {shape}")))
    }
}

/// What is in the way of training this layer. The ends are the values that losses are taken of; `again`
/// are its weights, if another layer has them, too.
fn why_not(layer: &Layer, ends: &[ValueId], again: &[&Weights]) -> Option<&'static str> {
    let is_end = ends.iter().any(|value| layer.outputs.contains(value));
    if matches!(layer.op, Op::Softmax(_)) && !is_end {
        return Some("softmax trains as the output alone");
    }
    let shares = matches!(layer.op, Op::Bn(_)) && (layer.shared_again || !again.is_empty());
    shares.then_some("one whose statistics two layers share")
}

/// What a network or a head ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Softmax,
    Sigmoid,
    /// Logits.
    Other,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Softmax => "`softmax`",
            Self::Sigmoid => "`sigmoid`",
            Self::Other => "neither `softmax` nor `sigmoid`",
        }
    }
}

fn end(last: Option<&Layer>) -> End {
    match last.map(|layer| &layer.op) {
        Some(Op::Softmax(_)) => End::Softmax,
        Some(Op::Activation(Activation::Sigmoid)) => End::Sigmoid,
        Some(_) | None => End::Other,
    }
}
