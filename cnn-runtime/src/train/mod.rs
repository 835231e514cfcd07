//! Training: what computes a gradient, what is done with it, and the loop around both.
//!
//! In: a [`Learner`] and samples. Out: its trained parameters, and what happened in each epoch.
//! [`Fit`] trains, [`Evaluate`] tells what a network is worth. Deliberately absent: layers and their
//! gradients, which are the learner's.

#![forbid(unsafe_code)]

mod callbacks;
mod checkpoint;
mod engine;
mod error;
mod evaluate;
mod features;
mod fit;
mod history;
mod layers;
mod learner;
mod loss;
mod metrics;
mod optimizer;
mod order;
mod parameters;
#[cfg(feature = "plots")]
pub mod plots;
mod progress;
mod run;
mod schedule;
mod shapes;

pub use callbacks::{Callback, CallbackResult, EarlyStopping, Monitor, SaveBest};
pub use checkpoint::{Checkpoint, CheckpointError};
#[doc(hidden)]
pub use engine::{Bound, Memory, Norm, Phase, Program};
pub use engine::{Engine, Trains};
pub use error::{Diverged, FitError};
pub use evaluate::{Evaluate, Evaluation};
pub use fit::{Clip, Fit};
pub use history::{Epoch, History};
pub use layers::{FreezeError, Layers, Near};
pub use learner::{Head, Learner, Output, SampleLoss};
pub use loss::Loss;
pub use metrics::Confusion;
pub use optimizer::{Adam, AdamW, Descent, Optimizer, Sgd, WeightDecay};
pub use parameters::Parameters;
pub use progress::Verbose;
pub use schedule::Schedule;
