//! Whether a model that says `train;` can be trained.

use crate::check::error::TrainError;
use crate::check::expand::Expander;
use crate::ir::gradient::refusal;
use crate::ir::{Layer, Op};

impl Expander<'_> {
    /// Says what is in the way of training, if it is asked for.
    pub(super) fn trainable(&mut self) {
        let Some(train) = self.declared.train.filter(|_| !self.failed) else { return };
        let outputs = self.declared.outputs.len().max(1);
        for (what, count) in [("input", self.declared.inputs.len()), ("output", outputs)] {
            if count != 1 {
                self.error(TrainError::Several { train, what, count });
            }
        }
        if let Some((path, _)) = self.declared.weights {
            self.error(TrainError::Embedded { train, weights: path.span });
        }
        let last = self.network.layers.len().saturating_sub(1);
        let refused = |(index, layer): (usize, &Layer)| {
            let inside = matches!(layer.op, Op::Softmax(_)) && index != last;
            let why =
                if inside { Some("softmax trains as the last layer") } else { refusal(&layer.op) };
            why.map(|why| TrainError::Layer {
                train,
                layer: layer.name.clone(),
                kind: layer.op.kind(),
                at: layer.span,
                why,
            })
        };
        let refused: Vec<_> = self.network.layers.iter().enumerate().filter_map(refused).collect();
        for error in refused {
            self.error(error);
        }
    }
}
