//! Optimizers: from a gradient to the next parameters, in one pass over flat slices.
//!
//! In: settings ([`Sgd`], [`Adam`], [`AdamW`]), the tensors of a model, then a gradient a batch. Out:
//! changed parameters. Running statistics and frozen tensors are never touched. Deliberately absent:
//! the learning rate's course, which is the [`Schedule`](super::Schedule)'s, and any allocation after
//! the start. The loops are element by element in `f32`, without fused multiply-adds: every
//! processor and any number of lanes give the same bits.

mod descent;
mod spans;

pub use descent::Descent;
pub(super) use spans::{Span, spans, sum_of_squares};

/// How parameters follow from gradients. In the formulas `w` are parameters, `g` their gradient, and
/// `rate` the learning rate of the batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Adam; AdamW with decoupled weight decay.
    Adam(Adam),
}

/// Stochastic gradient descent, with Keras' defaults. Batch by batch
///
/// ```text
/// m = momentum * m + g             m = 0 at the start
/// w = w - rate * m                 with Nesterov's: w = w - rate * (g + momentum * m)
/// ```
///
/// This is PyTorch's form of momentum. Keras keeps the rate inside, `m = momentum * m - rate * g`: the
/// same parameters where the rate stays, others where a schedule changes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// 0.01 by default. Too high a rate diverges.
    pub learning_rate: f64,
    /// 0 by default.
    pub momentum: f64,
    /// Nesterov's momentum (Sutskever et al. 2013); no by default.
    pub nesterov: bool,
    /// None by default.
    pub weight_decay: WeightDecay,
}

/// Adam (Kingma and Ba 2015, algorithm 1). At batch `t`, from 1 on,
///
/// ```text
/// m = beta_1 * m + (1 - beta_1) * g
/// v = beta_2 * v + (1 - beta_2) * g^2
/// w = w - rate * m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// ```
///
/// as PyTorch has it. Keras adds `epsilon` before `v` is corrected, so its 1e-7 is another number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// 0.001 by default.
    pub learning_rate: f64,
    /// 0.9 by default.
    pub beta_1: f64,
    /// 0.999 by default.
    pub beta_2: f64,
    /// 1e-8 by default.
    pub epsilon: f64,
    /// None by default.
    pub weight_decay: WeightDecay,
}

/// AdamW (Loshchilov and Hutter 2019): [`Adam`] with [`WeightDecay::decoupled`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// 0.001 by default.
    pub learning_rate: f64,
    /// 0.9 by default.
    pub beta_1: f64,
    /// 0.999 by default.
    pub beta_2: f64,
    /// 1e-8 by default.
    pub epsilon: f64,
    /// Decoupled, 0.01 by default as in PyTorch; Keras has 0.004.
    pub weight_decay: f64,
}

/// What draws weights towards 0, of kernels alone unless [`all_parameters`](Self::all_parameters) is
/// said: biases and batch norms' parameters do not overfit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WeightDecay {
    form: Form,
    all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Form {
    #[default]
    None,
    L2(f64),
    Decoupled(f64),
}

impl WeightDecay {
    /// No weight decay.
    pub const NONE: Self = Self { form: Form::None, all: false };

    /// `lambda / 2 * ||w||^2` as a part of the loss: it is in the loss that is shown, and `lambda * w`
    /// in the gradient, before momentum and after clipping. PyTorch's `weight_decay` of `SGD` and
    /// `Adam`; Keras' `l2(lambda / 2)` of every kernel. AlexNet had 0.0005.
    ///
    /// Where a text has the term `lambda / (2 m) * sum of ||W||^2`, with `m` samples to train with, it
    /// is [`l2_of_samples`](Self::l2_of_samples).
    pub fn l2(lambda: f64) -> Self {
        Self { form: Form::L2(lambda), all: false }
    }

    /// `lambda / (2 m) * ||w||^2` with `m` training samples: [`l2`](Self::l2) of `lambda / m`.
    pub fn l2_of_samples(lambda: f64, m: usize) -> Self {
        Self::l2(lambda / m as f64)
    }

    /// `w = w - rate * lambda * w` before each step, apart from the loss and its gradient (Loshchilov and
    /// Hutter 2019).
    pub fn decoupled(lambda: f64) -> Self {
        Self { form: Form::Decoupled(lambda), all: false }
    }

    /// Biases, batch norms' factors and summands and prelu's slopes too, as PyTorch does.
    #[must_use]
    pub fn all_parameters(self) -> Self {
        Self { all: true, ..self }
    }

    /// What stands before `||w||^2 / 2` in the loss.
    pub fn penalty(self) -> f64 {
        match self.form {
            Form::L2(lambda) => lambda,
            Form::None | Form::Decoupled(_) => 0.0,
        }
    }

    /// What of it is in the gradient, and what a step leaves of the weights.
    fn factors(self, rate: f64) -> (f32, f32) {
        match self.form {
            Form::None => (0.0, 1.0),
            Form::L2(lambda) => (lambda as f32, 1.0),
            Form::Decoupled(lambda) => (0.0, (1.0 - rate * lambda) as f32),
        }
    }

    fn lambda(self) -> f64 {
        match self.form {
            Form::None => 0.0,
            Form::L2(lambda) | Form::Decoupled(lambda) => lambda,
        }
    }
}

impl Default for Sgd {
    fn default() -> Self {
        let weight_decay = WeightDecay::NONE;
        Self { learning_rate: 0.01, momentum: 0.0, nesterov: false, weight_decay }
    }
}

impl Default for Adam {
    fn default() -> Self {
        let weight_decay = WeightDecay::NONE;
        Self { learning_rate: 1e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { learning_rate, beta_1, beta_2, epsilon, .. } = Adam::default();
        Self { learning_rate, beta_1, beta_2, epsilon, weight_decay: 0.01 }
    }
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Sgd(Sgd::default())
    }
}

impl From<Sgd> for Optimizer {
    fn from(sgd: Sgd) -> Self {
        Self::Sgd(sgd)
    }
}

impl From<Adam> for Optimizer {
    fn from(adam: Adam) -> Self {
        Self::Adam(adam)
    }
}

impl From<AdamW> for Optimizer {
    fn from(adam: AdamW) -> Self {
        let AdamW { learning_rate, beta_1, beta_2, epsilon, weight_decay } = adam;
        let weight_decay = WeightDecay::decoupled(weight_decay);
        Self::Adam(Adam { learning_rate, beta_1, beta_2, epsilon, weight_decay })
    }
}

impl Optimizer {
    /// The rate that a schedule starts from.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::Sgd(sgd) => sgd.learning_rate,
            Self::Adam(adam) => adam.learning_rate,
        }
    }

    /// Its weight decay.
    pub fn weight_decay(&self) -> WeightDecay {
        match self {
            Self::Sgd(sgd) => sgd.weight_decay,
            Self::Adam(adam) => adam.weight_decay,
        }
    }

    /// # Errors
    /// What is wrong with its numbers.
    pub(super) fn check(&self) -> Result<(), String> {
        let at_least_0 = |name, x: f64| {
            let good = x >= 0.0 && x.is_finite();
            if good { Ok(()) } else { Err(format!("`{name}` is {x}, it must not be negative")) }
        };
        let share = |name, x: f64| {
            let good = (0.0..1.0).contains(&x);
            if good { Ok(()) } else { Err(format!("`{name}` is {x}, it is from 0 to below 1")) }
        };
        at_least_0("learning_rate", self.learning_rate())?;
        at_least_0("weight_decay", self.weight_decay().lambda())?;
        match *self {
            Self::Sgd(Sgd { momentum, nesterov, .. }) => {
                share("momentum", momentum)?;
                if nesterov && momentum == 0.0 {
                    return Err("`nesterov` needs a `momentum`".to_owned());
                }
                Ok(())
            }
            Self::Adam(Adam { beta_1, beta_2, epsilon, .. }) => {
                share("beta_1", beta_1)?;
                share("beta_2", beta_2)?;
                at_least_0("epsilon", epsilon)
            }
        }
    }
}
