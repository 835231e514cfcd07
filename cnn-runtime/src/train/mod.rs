//! Training: what computes a gradient, what is done with it, and the loop around both.
//!
//! In: a [`Learner`] and samples. Out: its trained parameters and what happened in each epoch.

mod learner;

pub use learner::{Head, Learner, SampleLoss};
