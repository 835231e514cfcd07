//! What every model has, for code that is written once for all of them.

use crate::{LayerInfo, Load, LoadError, Then, Zeros};
use std::borrow::Cow;

/// A network that can be run.
///
/// Every emitted model is one, and so is [`Then`]. With several inputs the input is a tuple of
/// boxes in declaration order, and so are several outputs: `(Box<Image<8, 8, 3>>, Box<[f32; 4]>)`.
///
/// ```
/// use cnn_runtime::{Loadable, Model};
///
/// cnn_runtime::cnn! { model Small { input 4x4x1; flatten; dense 2; } }
///
/// /// Bytes that a server needs for so many predictions at once.
/// fn memory<M: Model>(at_once: u64) -> u64 {
///     M::WEIGHT_BYTES + at_once * M::ARENA_BYTES
/// }
///
/// fn random<M: Loadable>() -> M {
///     M::init(1)
/// }
///
/// let net: Small = random();
/// let output: Box<[f32; 2]> = net.predict_boxed(&[[[1.0]; 4]; 4]);
/// assert!(memory::<Small>(8) > 8 * Small::ARENA_BYTES);
/// ```
pub trait Model: Sized + Send + Sync {
    /// What it takes: an [`Image`](crate::Image), a vector `[f32; N]`, or a tuple of boxes of them.
    type Input: Zeros;
    /// What it gives, likewise.
    type Output: Zeros;
    /// The memory of one running prediction.
    type Workspace: Send;

    /// Weights, biases, gamma and beta; running statistics are not counted.
    const PARAMETERS: u64;
    /// Multiply-adds of one image in convolutions and dense layers.
    const MULT_ADDS: u64;
    /// Bytes of a workspace.
    const ARENA_BYTES: u64;
    /// Bytes of the packed weights.
    const WEIGHT_BYTES: u64;

    /// A new workspace: one for each concurrent caller of [`Model::predict_into`].
    fn workspace() -> Self::Workspace;

    /// Runs the network. Neither allocates nor locks.
    fn predict_into(
        &self,
        workspace: &mut Self::Workspace,
        input: &Self::Input,
        output: &mut Self::Output,
    );

    /// Runs the network in a new workspace and gives the result on the heap.
    fn predict_boxed(&self, input: &Self::Input) -> Box<Self::Output> {
        let mut output = Self::Output::zeros();
        self.predict_into(&mut Self::workspace(), input, &mut output);
        output
    }

    /// The rows of the summary.
    fn layers() -> Cow<'static, [LayerInfo]>;

    /// The summary as a table of text: layers, shapes, parameters, mult-adds, totals.
    fn summary() -> Cow<'static, str>;

    /// This network and then `next` on its output. A `next` that takes something else does not
    /// compile.
    ///
    /// ```
    /// use cnn_runtime::Model;
    ///
    /// cnn_runtime::cnn! {
    ///     model Features { input 8x8x3; conv 3x3, 4, relu; pool avg global; flatten; }
    ///     model Classes { input 4; dense 2, softmax; }
    /// }
    ///
    /// let net = Features::init(1).then(Classes::init(2));
    /// let [a, b] = *net.predict_boxed(&[[[0.5; 3]; 8]; 8]);
    /// assert!((a + b - 1.0).abs() < 1e-6);
    /// ```
    fn then<B: Model<Input = Self::Output>>(self, next: B) -> Then<Self, B> {
        Then { first: self, next }
    }
}

/// A model whose weights can be given: every emitted one.
pub trait Loadable: Model {
    /// A net with seeded random weights: Glorot uniform kernels, biases 0, gamma 1.
    fn init(seed: u64) -> Self;

    /// A net with the weights of a file.
    ///
    /// # Errors
    /// Every missing, surplus and misshapen tensor and every NaN or infinity, listed at once.
    fn load(weights: impl Into<Load>) -> Result<Self, LoadError>;
}
