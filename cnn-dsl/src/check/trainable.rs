//! Whether a model that says `train;` can be trained.

use crate::check::error::TrainError;
use crate::check::expand::Expander;
use crate::ir::{Layer, Op, Output};

impl Expander<'_> {
    /// Says what is in the way of training, if it is asked for.
    pub(super) fn trainable(&mut self, outputs: &[Output]) {
        let Some(train) = self.declared.train.filter(|_| !self.failed) else { return };
        let heads = self.network.aux.iter().map(|aux| aux.name.clone());
        let mut errors: Vec<_> = heads.map(|name| TrainError::Aux { train, name }).collect();
        for (what, count) in [("input", self.declared.inputs.len()), ("output", outputs.len())] {
            if count != 1 {
                errors.push(TrainError::Several { train, what, count });
            }
        }
        errors.extend(self.network.layers.iter().filter_map(|layer| {
            self.why_not(layer, outputs).map(|why| TrainError::Layer {
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

    /// What is in the way of training this layer.
    fn why_not(&self, layer: &Layer, outputs: &[Output]) -> Option<&'static str> {
        let is_output = outputs.iter().any(|output| layer.outputs.contains(&output.value));
        if matches!(layer.op, Op::Softmax(_)) && !is_output {
            return Some("softmax trains as the output alone");
        }
        let shares = matches!(layer.op, Op::Bn(_)) && layer.shared_again;
        shares.then_some("one whose statistics two layers share")
    }
}
