//! Training: optimizers and losses against PyTorch and Keras, the loop against the lecture the
//! project began with, divergence, interruptions. The network is written by hand.

mod checkpoints;
mod course;
mod divergence;
mod evaluation;
mod gradients;
mod lecture;
mod losses;
mod optimizers;
mod plots;
mod steps;
