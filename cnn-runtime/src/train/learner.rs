//! What `fit` asks of a network: the interface between the training loop and what trains.
//!
//! In: batches of images, and a loss that gives each sample's gradient by its logits. Out: losses,
//! logits, and the gradient of the batch's mean loss by every parameter. Deliberately absent: targets
//! and the kind of the loss, which only the loop knows; optimizers, which see flat slices alone.
//!
//! All parameters are one slice: the tensors of a model one behind the other, in the order of
//! [`Learner::tensors`], each in its canonical layout, running statistics among them. Gradients and
//! optimizer states have the same order and length.

use cnn_weights::Tensor;

/// What a network's last layer is. Its loss is taken of its operand, the logits: only so are softmax
/// and cross-entropy together stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// Probabilities of classes that exclude each other.
    Softmax,
    /// A probability a class, each on its own.
    Sigmoid,
    /// Anything else: the logits are the outputs.
    Linear,
}

/// Whose logits a loss is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// The network's.
    Main,
    /// An auxiliary head's. There may be several; the loss of a sample is the sum of all.
    Aux,
}

/// A loss, as a learner calls it: of sample `i` of the batch by its logits. It returns the sample's
/// loss and writes the gradient of the batch's mean loss by these logits, so already divided by the
/// number of samples. It may be called from several threads at once, in any order.
pub type SampleLoss<'a> = dyn Fn(usize, Output, &[f32], &mut [f32]) -> f32 + Sync + 'a;

/// A network that can be trained.
///
/// Slices of a batch hold its samples one behind the other; how many they are is the length of
/// `losses`, or of `images` over the product of [`sizes`](Self::sizes), and the last batch of an
/// epoch may be a short one.
pub trait Learner {
    /// The tensors, in the order of the parameters.
    fn tensors(&self) -> &[Tensor];

    /// For each tensor whether it is frozen, and so has no gradient.
    fn frozen(&self) -> &[bool];

    /// Height, width and channels of an image; a vector of n numbers is `[1, 1, n]`.
    fn sizes(&self) -> [usize; 3];

    /// The numbers of the output.
    fn outputs(&self) -> usize;

    /// Height and width of the output: more than 1 where it answers for each pixel. The loss of a sample
    /// is then the mean of those of its pixels.
    fn pixels(&self) -> [usize; 2] {
        [1, 1]
    }

    /// What the last layer is.
    fn head(&self) -> Head;

    /// All parameters and running statistics.
    fn parameters(&self) -> &[f32];

    /// The same, to be changed: by the optimizer after each batch, and by a restored state.
    fn parameters_mut(&mut self) -> &mut [f32];

    /// What random numbers of the next [`backward`](Self::backward) depend on, and on nothing else, so
    /// that a resumed run draws those of one that was not interrupted: `seed` is the run's, `step`
    /// counts batches from 0 over all epochs. Nothing to do for a network without dropout.
    fn begin_step(&mut self, seed: u64, step: u64) {
        let _ = (seed, step);
    }

    /// The gradient of the batch's mean loss by every parameter into `gradient`: 0 for those of frozen
    /// tensors and for running statistics. Batch norm takes the batch's statistics, and its running
    /// ones are updated, but in frozen layers. `losses[i]` becomes the loss of sample `i`, auxiliary
    /// heads included, `logits` the operand of the last layer for every sample.
    fn backward(
        &mut self,
        images: &[f32],
        loss: &SampleLoss<'_>,
        losses: &mut [f32],
        logits: &mut [f32],
        gradient: &mut [f32],
    );

    /// The logits of a batch as inference computes them, with running statistics and without auxiliary
    /// heads.
    fn forward(&mut self, images: &[f32], logits: &mut [f32]);

    /// How many numbers the value has that all trained layers read of the frozen ones before them, if
    /// there are frozen layers at the beginning and one such value: it is the same in every epoch.
    fn features(&self) -> Option<usize> {
        None
    }

    /// That value for every image of a batch; nothing where there is none.
    fn extract(&mut self, images: &[f32], features: &mut [f32]) {
        let _ = (images, features);
    }

    /// Takes batches of such values from now on instead of images, or images again. What is computed of
    /// them is the same, to the bit. [`sizes`](Self::sizes) are then those of the value.
    fn begin_behind_frozen(&mut self, behind: bool) {
        let _ = behind;
    }

    /// After a [`backward`](Self::backward) whose loss was NaN or infinite: the name of the first layer
    /// of which a value is so.
    fn first_not_finite(&self) -> Option<String>;
}
