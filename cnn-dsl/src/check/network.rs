//! The network under construction: values, layers and weights in the order they are met.
//!
//! Only layers whose operation and shapes are all known are added; a model with an error becomes a
//! [`Stub`](crate::check::Stub) and never a network.

use std::collections::HashMap;

use crate::check::arguments::Arguments;
use crate::check::scope::Tensor;
use crate::ir::{Aux, Branch, Layer, LayerId, Op, Shape, Value, ValueId, Weights, WeightsId};
use crate::source::Span;

/// The largest number of elements of one layer's weights.
const MAX_WEIGHTS: usize = 1 << 31;

/// A `layer` declaration.
#[derive(Debug)]
pub(super) struct Shared {
    /// The layer's name in the language.
    pub(super) kind: &'static str,
    /// Its items; `None` after an error.
    pub(super) arguments: Option<Arguments>,
    /// The name its tensors stand under.
    pub(super) name: String,
    /// Where it was declared.
    pub(super) span: Span,
    /// Its weights, once it was used.
    pub(super) weights: Option<WeightsId>,
    /// How often it was used.
    pub(super) uses: usize,
}

/// What is known of a layer besides its operation.
#[derive(Debug)]
pub(super) struct NewLayer {
    /// Its full name.
    pub(super) name: String,
    /// The `layer` declaration that it applies.
    pub(super) shared: Option<usize>,
    pub(super) post_of: Option<LayerId>,
    pub(super) frozen: bool,
    pub(super) unroll: bool,
    pub(super) docs: Vec<String>,
    pub(super) text: String,
    pub(super) span: Span,
}

/// Why a layer could not be added.
#[derive(Debug)]
pub(super) enum Refused {
    /// Its weights have too many elements.
    TooLarge,
    /// Its `layer` declaration was used with an input that needs other weights.
    OtherWeights {
        /// The sizes at the first use.
        first: Vec<usize>,
        /// The sizes now.
        now: Vec<usize>,
    },
}

/// The network under construction.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) values: Vec<Value>,
    pub(super) layers: Vec<Layer>,
    pub(super) weights: Vec<Weights>,
    pub(super) shared: Vec<Shared>,
    pub(super) aux: Vec<Aux>,
    /// Images whose `flatten` a vector is.
    flattened: HashMap<ValueId, [usize; 3]>,
    /// The sum over all layers.
    mult_adds: u128,
}

/// Where an auxiliary head began.
#[derive(Debug)]
pub(super) struct Mark {
    values: usize,
    layers: usize,
    weights: usize,
    mult_adds: u128,
    shared: Vec<(Option<WeightsId>, usize)>,
}

impl Builder {
    /// The shape of a value.
    pub(super) fn shape(&self, value: ValueId) -> Shape {
        self.values[value.0].shape
    }

    /// The image whose `flatten` a value is.
    pub(super) fn flattened(&self, tensor: Tensor) -> Option<[usize; 3]> {
        self.flattened.get(&tensor?).copied()
    }

    /// A value that no layer writes: an input, or what stands for a result after an error.
    pub(super) fn value(&mut self, shape: Shape) -> ValueId {
        self.values.push(Value { shape, producer: None });
        ValueId(self.values.len() - 1)
    }

    /// Multiply-adds so far.
    pub(super) fn mult_adds(&self) -> u128 {
        self.mult_adds
    }

    /// Adds a layer.
    ///
    /// # Errors
    /// Where its weights are too large, or are not those of the first use of its declaration.
    pub(super) fn layer(
        &mut self,
        op: Op,
        inputs: Vec<ValueId>,
        outputs: &[Shape],
        new: NewLayer,
    ) -> Result<(LayerId, Vec<ValueId>), Refused> {
        let shapes: Vec<Shape> = inputs.iter().map(|&v| self.shape(v)).collect();
        let (weights, shared_again) = self.weights_of(&op, &shapes, &new)?;
        self.mult_adds += u128::from(op.mult_adds(&shapes, outputs));
        let id = LayerId(self.layers.len());
        let results: Vec<ValueId> = outputs
            .iter()
            .map(|&shape| {
                self.values.push(Value { shape, producer: Some(id) });
                ValueId(self.values.len() - 1)
            })
            .collect();
        let image = match (&op, inputs.as_slice(), shapes.as_slice()) {
            (Op::Flatten(_), _, [Shape::Image { h, w, c }]) => Some([*h, *w, *c]),
            (Op::Activation(_) | Op::Dropout(_) | Op::Scale(_), [x], _) => {
                self.flattened.get(x).copied()
            }
            _ => None,
        };
        if let (Some(image), [y]) = (image, results.as_slice()) {
            self.flattened.insert(*y, image);
        }
        self.layers.push(Layer {
            name: new.name,
            post_of: new.post_of,
            op,
            inputs,
            outputs: results.clone(),
            weights,
            shared_again,
            frozen: new.frozen,
            unroll: new.unroll,
            docs: new.docs,
            text: new.text,
            span: new.span,
        });
        Ok((id, results))
    }

    /// A layer's weights, and whether they belong to an earlier use of the same declaration.
    fn weights_of(
        &mut self,
        op: &Op,
        inputs: &[Shape],
        new: &NewLayer,
    ) -> Result<(Option<WeightsId>, bool), Refused> {
        let name = new.shared.map_or(&new.name, |s| &self.shared[s].name).clone();
        let tensors = op.tensors(&name, inputs);
        let elements = tensors.iter().try_fold(0_usize, |sum, tensor| {
            tensor.dims.iter().try_fold(1, |p: usize, &d| p.checked_mul(d))?.checked_add(sum)
        });
        if elements.is_none_or(|n| n > MAX_WEIGHTS) {
            return Err(Refused::TooLarge);
        }
        if tensors.is_empty() {
            return Ok((None, false));
        }
        if let Some(first) = new.shared.and_then(|s| self.shared[s].weights) {
            let weights = &mut self.weights[first.0];
            for (a, b) in weights.tensors.iter().zip(&tensors) {
                if a.dims != b.dims {
                    let (first, now) = (a.dims.to_vec(), b.dims.to_vec());
                    return Err(Refused::OtherWeights { first, now });
                }
            }
            weights.frozen |= new.frozen;
            return Ok((Some(first), true));
        }
        let id = WeightsId(self.weights.len());
        self.weights.push(Weights { name, first_tensor: 0, tensors, frozen: new.frozen });
        if let Some(shared) = new.shared {
            self.shared[shared].weights = Some(id);
        }
        Ok((Some(id), false))
    }

    /// Remembers where an auxiliary head begins.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            values: self.values.len(),
            layers: self.layers.len(),
            weights: self.weights.len(),
            mult_adds: self.mult_adds,
            shared: self.shared.iter().map(|s| (s.weights, s.uses)).collect(),
        }
    }

    /// Takes an auxiliary head's layers out again, and keeps them beside the network. It leads from one
    /// value to another.
    pub(super) fn cut(&mut self, mark: &Mark, name: String, [from, output]: [ValueId; 2]) {
        let branch = Branch {
            before: [mark.values, mark.layers, mark.weights],
            values: self.values.split_off(mark.values),
            layers: self.layers.split_off(mark.layers),
            weights: self.weights.split_off(mark.weights),
            output,
        };
        self.mult_adds = mark.mult_adds;
        let tensors = branch.weights.iter().flat_map(|w| w.tensors.clone()).collect();
        self.flattened.retain(|value, _| value.0 < mark.values);
        self.shared.truncate(mark.shared.len());
        for (shared, (weights, uses)) in self.shared.iter_mut().zip(&mark.shared) {
            (shared.weights, shared.uses) = (*weights, *uses);
        }
        self.aux.push(Aux { name, from, tensors, branch });
    }

    /// Sets the tensors' places, when all are there.
    pub(super) fn number_tensors(&mut self) {
        let mut first = 0;
        for weights in &mut self.weights {
            weights.first_tensor = first;
            first += weights.tensors.len();
        }
        let own: Vec<&str> = self.weights.iter().map(|w| w.name.as_str()).collect();
        for aux in &mut self.aux {
            // A declared layer that the head used before the network did is the network's.
            aux.tensors.retain(|tensor| !own.contains(&tensor.layer.as_ref()));
        }
    }
}
