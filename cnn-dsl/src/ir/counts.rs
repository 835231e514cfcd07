//! The figures of a network: parameters and mult-adds a layer and in all, as the summary, the
//! consts of the emitted type and the budgets show them.

use crate::ir::{LayerId, Network, Op, Shape};

/// One row of the summary: a statement's layer with its activations; batch norm and prelu, which
/// have tensors of their own, have rows of their own.
#[derive(Debug, Clone)]
pub struct Row {
    /// The layer.
    pub layer: LayerId,
    /// Its name.
    pub name: String,
    /// `conv`, `bn`, ...; activations that follow in the statement are listed behind it.
    pub kind: String,
    /// The shapes it gives.
    pub outputs: Vec<Shape>,
    /// All its stored numbers, running statistics included (Keras' "Param #").
    pub parameters: u64,
    /// Weights, biases, gamma, beta, alpha; without running statistics.
    pub trainable: u64,
    /// Multiply-adds.
    pub mult_adds: u64,
    /// Whether the row is frozen.
    pub frozen: bool,
}

/// The totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// `PARAMETERS`: weights, biases, gamma, beta (PyTorch's `parameters()`), frozen ones included.
    pub parameters: u64,
    /// Running means and variances (Keras' "non-trainable").
    pub statistics: u64,
    /// Multiply-adds.
    pub mult_adds: u64,
}

impl Network {
    /// The summary's rows in the order of the layers.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let outputs: Vec<Shape> = layer.outputs.iter().map(|&v| self.shape(v)).collect();
            let folded = layer.post_of.is_some()
                && layer.weights.is_none()
                && matches!(layer.op, Op::Activation(_) | Op::Softmax(_));
            if folded && let Some(row) = rows.last_mut() {
                row.kind.push_str(", ");
                row.kind.push_str(layer.op.kind());
                row.outputs = outputs;
                continue;
            }
            let inputs: Vec<Shape> = layer.inputs.iter().map(|&v| self.shape(v)).collect();
            let (parameters, trainable) = if layer.shared_again {
                (0, 0)
            } else {
                layer.weights.map_or((0, 0), |w| {
                    let sum = |f: &dyn Fn(&cnn_weights::Tensor) -> bool| {
                        self.weights[w.0]
                            .tensors
                            .iter()
                            .filter(|t| f(t))
                            .map(|t| t.len() as u64)
                            .sum()
                    };
                    (sum(&|_| true), sum(&|t| !t.role.is_statistic()))
                })
            };
            rows.push(Row {
                layer: LayerId(index),
                name: layer.name.clone(),
                kind: layer.op.kind().to_owned(),
                mult_adds: layer.op.mult_adds(&inputs, &outputs),
                outputs,
                parameters,
                trainable,
                frozen: layer.frozen || layer.weights.is_some_and(|id| self.weights[id.0].frozen),
            });
        }
        rows
    }

    /// The totals.
    pub fn counts(&self) -> Counts {
        let rows = self.rows();
        // One layer's figures fit by the limits of `check`; those of many are held at the largest.
        let sum = |figure: &dyn Fn(&Row) -> u64| {
            rows.iter().fold(0_u64, |sum, row| sum.saturating_add(figure(row)))
        };
        Counts {
            parameters: sum(&|row| row.trainable),
            statistics: sum(&|row| row.parameters - row.trainable),
            mult_adds: sum(&|row| row.mult_adds),
        }
    }
}
