//! Losses: of one sample, by its logits and its target, with the gradient by the logits.
//!
//! In: logits, the operand of a network's last layer, and a target of as many numbers. Out: the loss
//! in `f32` and its gradient. Targets are distributions over classes (one-hot for a label), or values;
//! a label alone is made one-hot by the data set. NaN and infinities come out as NaN or infinity:
//! divergence must not be hidden.

use super::learner::Head;
use crate::math;

/// What is made small. In the formulas `z` are the logits of a sample, `t` its target, `K` numbers each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// `-sum(t * ln(softmax(z)))`, Keras' `categorical_crossentropy`, computed as `sum(t * (ln(sum of
    /// exp(z - max)) - (z - max)))`: no exponential overflows, no logarithm of 0 is taken, every
    /// term is positive, and the gradient `softmax(z) - t` needs no division by a probability. Its
    /// error is at most a few units in the last place of `max(1, loss)`, however large the logits.
    SoftmaxCrossEntropy {
        /// `e` of Szegedy et al. 2016: the target is `(1 - e) * t + e / K`. 0 where nothing is said.
        label_smoothing: f32,
    },
    /// `mean(-t * ln(sigmoid(z)) - (1 - t) * ln(1 - sigmoid(z)))`, Keras' `binary_crossentropy`,
    /// computed as `max(z, 0) - z * t + ln(1 + exp(-|z|))`, which overflows nowhere.
    SigmoidCrossEntropy,
    /// `mean((z - t)^2)`.
    MeanSquaredError,
}

impl Loss {
    /// Softmax cross-entropy without label smoothing.
    pub const SOFTMAX_CROSS_ENTROPY: Self = Self::SoftmaxCrossEntropy { label_smoothing: 0.0 };

    /// The usual loss of a network with this last layer.
    pub fn of(head: Head) -> Self {
        match head {
            Head::Softmax => Self::SOFTMAX_CROSS_ENTROPY,
            Head::Sigmoid => Self::SigmoidCrossEntropy,
            Head::Linear => Self::MeanSquaredError,
        }
    }

    /// The loss of a sample, or of a pixel of an output that has several. Its gradient by the logits,
    /// times `scale`, goes into `d_logits`.
    pub fn sample(self, logits: &[f32], target: &[f32], scale: f32, d_logits: &mut [f32]) -> f32 {
        match self {
            Self::SoftmaxCrossEntropy { label_smoothing } => {
                softmax_cross_entropy(label_smoothing, logits, target, scale, d_logits)
            }
            Self::SigmoidCrossEntropy => {
                let share = scale / logits.len() as f32;
                let mut loss = 0.0;
                for ((d, &z), &t) in d_logits.iter_mut().zip(logits).zip(target) {
                    *d = (math::sigmoid(z) - t) * share;
                    loss += math::relu(z) - z * t + libm::log1pf(math::exp(-z.abs()));
                }
                loss / logits.len() as f32
            }
            Self::MeanSquaredError => {
                let share = scale / logits.len() as f32;
                let mut loss = 0.0;
                for ((d, &z), &t) in d_logits.iter_mut().zip(logits).zip(target) {
                    *d = 2.0 * (z - t) * share;
                    loss += (z - t) * (z - t);
                }
                loss / logits.len() as f32
            }
        }
    }

    /// # Errors
    /// Why it is no loss of a network with this last layer, or what is wrong with its numbers.
    pub(super) fn check(self, head: Head) -> Result<(), String> {
        let fits = match (self, head) {
            (_, Head::Linear)
            | (Self::SoftmaxCrossEntropy { .. }, Head::Softmax)
            | (Self::SigmoidCrossEntropy, Head::Sigmoid) => true,
            (Self::SoftmaxCrossEntropy { .. }, Head::Sigmoid)
            | (Self::SigmoidCrossEntropy, Head::Softmax)
            | (Self::MeanSquaredError, Head::Softmax | Head::Sigmoid) => false,
        };
        if !fits {
            let (loss, last, usual) = (self.name(), head_name(head), Self::of(head).name());
            return Err(format!("{loss} is no loss of a network that ends in {last}: {usual} is"));
        }
        match self {
            Self::SoftmaxCrossEntropy { label_smoothing: e } if !(0.0..1.0).contains(&e) => {
                Err(format!("`label_smoothing` is {e}, it is a share from 0 to below 1"))
            }
            Self::SoftmaxCrossEntropy { .. }
            | Self::SigmoidCrossEntropy
            | Self::MeanSquaredError => Ok(()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::SoftmaxCrossEntropy { .. } => "softmax cross-entropy",
            Self::SigmoidCrossEntropy => "sigmoid cross-entropy",
            Self::MeanSquaredError => "mean squared error",
        }
    }
}

/// The loss of samples with pixels: the sum over them divided by their number, as of Keras; PyTorch
/// divides by the sum of the weights where classes have some.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfPixels<'a> {
    pub loss: Loss,
    /// Numbers of a pixel.
    pub classes: usize,
    /// A factor a class.
    pub weights: Option<&'a [f32]>,
}

impl OfPixels<'_> {
    /// The loss of a sample. Its gradient by the logits, times `scale`, goes into `d_logits`.
    pub fn sample(&self, logits: &[f32], target: &[f32], scale: f32, d_logits: &mut [f32]) -> f32 {
        let Self { loss, classes, weights } = *self;
        let share = scale / (logits.len() / classes) as f32;
        let pixels = logits.chunks_exact(classes).zip(target.chunks_exact(classes));
        let losses = pixels.zip(d_logits.chunks_exact_mut(classes)).map(|((z, t), d)| {
            let weight = weights.map_or(1.0, |weights| weights[largest(t)]);
            f64::from(weight * loss.sample(z, t, weight * share, d))
        });
        // In `f64`: a mask may have a million pixels.
        (losses.sum::<f64>() / (logits.len() / classes) as f64) as f32
    }
}

fn head_name(head: Head) -> &'static str {
    match head {
        Head::Softmax => "`softmax`",
        Head::Sigmoid => "`sigmoid`",
        Head::Linear => "neither `softmax` nor `sigmoid`",
    }
}

fn softmax_cross_entropy(smoothing: f32, z: &[f32], t: &[f32], scale: f32, d: &mut [f32]) -> f32 {
    let mut largest = f32::NEG_INFINITY;
    for &z in z {
        largest = if z > largest { z } else { largest };
    }
    for (e, &z) in d.iter_mut().zip(z) {
        *e = math::exp(z - largest);
    }
    let sum: f32 = d.iter().sum();
    let log_sum = libm::logf(sum);
    let smooth = |t: f32| (1.0 - smoothing) * t + smoothing / z.len() as f32;
    // 1 for a distribution, whatever the target sums up to otherwise.
    let total: f32 = t.iter().map(|&t| smooth(t)).sum();
    // NaN where any logit is NaN or infinite, also where the target is 0.
    let mut loss = 0.0 * sum;
    for ((d, &z), &t) in d.iter_mut().zip(z).zip(t) {
        let t = smooth(t);
        if t != 0.0 {
            loss += t * (log_sum - (z - largest));
        }
        *d = (*d / sum * total - t) * scale;
    }
    loss
}

/// Where the largest number stands, the first of equal ones; NaN is never the largest.
pub(super) fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, &value) in values.iter().enumerate() {
        if value > values[best] || values[best].is_nan() && !value.is_nan() {
            best = index;
        }
    }
    best
}
