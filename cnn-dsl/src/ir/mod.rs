//! What a correct network is, and with it the semantics of the language.
//!
//! In: nothing but `check`, the only stage that builds a [`Network`]. Out: a flat list of layers in
//! the order they run, over values that are written once. Blocks, parameters, conditions and
//! repeats are gone; post-operations are layers of their own that name the layer they belong to.
//! Layers know their shape rule, parameters and mult-adds. Not here: how anything is computed.

mod counts;
pub mod gradient;
mod heads;
pub mod layers;
pub mod shape;

pub use counts::{Counts, Row};
pub use heads::{Aux, Branch};
pub use layers::{Activation, Op};
pub use shape::{Pads, Shape};

use crate::source::Span;
use cnn_weights::Tensor;

/// Index into [`Network::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// Index into [`Network::layers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerId(pub usize);

/// Index into [`Network::weights`]: one layer's weights, shared by every use of the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WeightsId(pub usize);

/// A real constant of a layer; equal by its bits, so that equal kernels can be found.
#[derive(Debug, Clone, Copy)]
pub struct Constant(pub f32);

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Constant {}

impl std::hash::Hash for Constant {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A network whose every shape fits.
#[derive(Debug, Clone)]
pub struct Network {
    /// The model's name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Who may see the type.
    pub visibility: crate::syntax::ast::Visibility,
    /// Its `///` lines.
    pub docs: Vec<String>,
    /// The parameters it was made with, printed: `alpha = 0.25`.
    pub parameters: Vec<(String, String)>,
    /// Its inputs in declaration order, at least one.
    pub inputs: Vec<Input>,
    /// Its outputs in declaration order, at least one.
    pub outputs: Vec<Output>,
    /// Every value: written once, by an input or a layer.
    pub values: Vec<Value>,
    /// The layers in an order in which they can run. Auxiliary heads are not among them.
    pub layers: Vec<Layer>,
    /// The layers' weights.
    pub weights: Vec<Weights>,
    /// Auxiliary heads: for training, which takes [`Network::with_heads`]; nothing else looks at them.
    pub aux: Vec<Aux>,
    /// `weights "file"`: the tensors, read and checked, in the order of [`Network::tensors`].
    pub embedded: Option<Embedded>,
    /// Limits on what only the plan knows (`arena`, `weights`); the other budgets are checked.
    pub budgets: Vec<Budget>,
    /// Whether `train;` was said.
    pub train: bool,
    /// Whether Winograd forms may be chosen (`winograd off;` forbids them).
    pub winograd: bool,
}

/// An input.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What the first layers read: the preprocessed image.
    pub value: ValueId,
    /// What is done to the user's numbers before.
    pub preprocess: Preprocess,
}

/// From the user's number `x` of channel `c` to the network's:
/// `y[c] = x[from[c]] * scale[c] + offset[c]`, in `f32`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Preprocess {
    /// Whether the user may give bytes (`u8`); floats in the same units are always taken.
    pub bytes: bool,
    /// Factors, one a channel; empty when nothing is to be done.
    pub scale: Vec<Constant>,
    /// Summands, one a channel; empty when nothing is to be done.
    pub offset: Vec<Constant>,
    /// Whether channels are taken in reverse order (`order bgr`: the user gives RGB, the network sees BGR).
    pub bgr: bool,
}

impl Preprocess {
    /// Whether every number is taken as the user gives it.
    pub fn is_none(&self) -> bool {
        let Self { bytes, scale, offset, bgr } = self;
        !bytes && !bgr && scale.is_empty() && offset.is_empty()
    }
}

/// An output.
#[derive(Debug, Clone)]
pub struct Output {
    /// The name it was declared by; none for an unnamed `last`.
    pub name: Option<String>,
    /// The value.
    pub value: ValueId,
}

/// A value that flows between layers.
#[derive(Debug, Clone, Copy)]
pub struct Value {
    /// Its shape.
    pub shape: Shape,
    /// Who writes it; `None` for an input.
    pub producer: Option<LayerId>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The full name: `separable3.dw1`, `separable3.dw1.bn`, `conv1.relu`.
    pub name: String,
    /// The layer whose statement this post-operation stands in; `None` for the statement's first.
    pub post_of: Option<LayerId>,
    /// The operation.
    pub op: Op,
    /// What it reads.
    pub inputs: Vec<ValueId>,
    /// What it writes.
    pub outputs: Vec<ValueId>,
    /// Its weights, shared between all uses of a `layer` declaration.
    pub weights: Option<WeightsId>,
    /// Whether this is a second or later use of shared weights: counted in mult-adds only.
    pub shared_again: bool,
    /// `frozen`.
    pub frozen: bool,
    /// `unroll full`.
    pub unroll: bool,
    /// The statement's `///` lines (the statement's first layer only).
    pub docs: Vec<String>,
    /// The statement's text as written, one line, for the emitted doc comment.
    pub text: String,
    /// The statement.
    pub span: Span,
}

/// The weights of one layer: the tensors it has, in their canonical layouts.
#[derive(Debug, Clone)]
pub struct Weights {
    /// The name the tensors stand under: `separable3.dw1.bn`.
    pub name: String,
    /// Indices into [`Network::tensors`]' list are `first_tensor..first_tensor + tensors.len()`.
    pub first_tensor: usize,
    /// What is stored, as `cnn-weights` describes it.
    pub tensors: Vec<Tensor>,
    /// Whether a use of them is frozen: then they are, wherever they are used.
    pub frozen: bool,
}

/// Tensors given at compile time.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// The path as written.
    pub path: String,
    /// One array a tensor of [`Network::tensors`], canonical layout.
    pub values: std::sync::Arc<Vec<Vec<f32>>>,
}

/// A limit of the `budget` statement on a figure of the plan.
#[derive(Debug, Clone)]
pub struct Budget {
    /// `arena` or `weights`.
    pub what: BudgetKind,
    /// In bytes.
    pub limit: u64,
    /// Where it stands.
    pub span: Span,
}

/// The figures that need a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetKind {
    /// Bytes of the arena.
    Arena,
    /// Bytes of the packed weights.
    Weights,
}

/// The type of a model that trains without what trains it: it predicts alone.
pub fn inference_name(model: &str) -> String {
    format!("{model}Inference")
}

impl Network {
    /// Every tensor of the network in the order of [`Network::weights`].
    pub fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.weights.iter().flat_map(|w| &w.tensors)
    }

    /// Whether it has a backward pass: whether `differentiate` made it.
    pub fn is_training(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer.op, Op::Gradient(_)))
    }

    /// The shape of a value.
    pub fn shape(&self, value: ValueId) -> Shape {
        self.values[value.0].shape
    }

    /// The value that `--layer NAME` means: what the statement of that name gives, its
    /// post-operations included; with a post-operation's own name what that one gives.
    pub fn value_of(&self, layer: &str) -> Option<ValueId> {
        let (id, found) = self.layers.iter().enumerate().find(|(_, l)| l.name == layer)?;
        let last = if found.post_of.is_some() {
            found
        } else {
            self.layers.iter().rfind(|l| l.post_of == Some(LayerId(id))).unwrap_or(found)
        };
        last.outputs.first().copied()
    }
}
