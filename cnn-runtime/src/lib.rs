//! Convolutional networks as Rust types: what emitted models run on, and what their users see.
//!
//! A network is written in the `.cnn` language and becomes a type. Its shapes are checked while it
//! compiles, its kernels are made for just those shapes.
//!
//! ```
//! use cnn_runtime::{Image, Load, cnn};
//!
//! cnn! {
//!     /// Where an image has upright edges, and where level ones.
//!     pub model Edges {
//!         input 6x6x1;
//!         conv 3x3, 2, no_bias        -> 4x4x2;
//!     }
//! }
//!
//! let weights = Load::tensors(&[(
//!     "conv1.weight",
//!     &[2, 1, 3, 3],
//!     &[1., 0., -1., 1., 0., -1., 1., 0., -1., 1., 1., 1., 0., 0., 0., -1., -1., -1.],
//! )]);
//! let net = Edges::load(weights)?;
//!
//! // Left half 10, right half 0.
//! let image: Image<6, 6, 1> = [[[10.], [10.], [10.], [0.], [0.], [0.]]; 6];
//! let edges: Image<4, 4, 2> = net.predict(&image);
//! assert_eq!(edges[0], [[0., 0.], [30., 0.], [30., 0.], [0., 0.]]);
//! # Ok::<(), cnn_runtime::LoadError>(())
//! ```
//!
//! | a model comes from | by |
//! |---|---|
//! | the text in the call | [`cnn!`] |
//! | a `.cnn` file | [`include_model!`] |
//! | files that a build script compiled with `cnn_dsl::build` | [`include_models!`] |
//!
//! Every model `M` has, besides the trait [`Model`]:
//!
//! | | |
//! |---|---|
//! | `M::init(seed)` | a net with random weights |
//! | `M::load(weights)` | a net with the weights of a file, of bytes or of tensors: [`Load`] |
//! | `M::pretrained()` | a net with the weights that the model embeds by `weights "file";` |
//! | `net.predict(&image)` | the outputs, as arrays; boxed where they are large |
//! | `net.predict_u8(&image)` | the same for bytes, where the input says `u8` |
//! | `net.predict_into(&mut workspace, &image, &mut output)` | the same without an allocation or a lock |
//! | `net.predict_batch(images)` | of arrays `(N, H, W, C)` of [ndarray](https://docs.rs/ndarray), a sample a thread |
//! | `net.threads(n)` | on how many threads it predicts; on the caller's alone where nothing is said |
//! | `net.use_instruction_set(set)`, `net.instruction_set()` | the instructions of its kernels: [`InstructionSet`] |
//! | `M::workspace()` | the memory of one running prediction: [`Workspace`] |
//! | `M::layers()`, `M::summary()` | the rows of the summary: [`LayerInfo`]; the summary as text |
//! | `M::INPUT`, `OUTPUT`, `PARAMETERS`, `MULT_ADDS`, `ARENA_BYTES`, `WEIGHT_BYTES` | its figures |
//!
//! A model with `train;` (and the feature `train`) has beside these:
//!
//! | | |
//! |---|---|
//! | `M::with_init(init, seed)` | a net whose kernels are drawn from another distribution: [`Init`] |
//! | `net.fit(&images, &labels, fit)`, `net.fit_dataset(&data, fit)` | trains: `train::Fit`, `data::Dataset` |
//! | `net.evaluate(&images, &labels)`, `net.evaluate_dataset(&data)` | loss, top-1, top-5, confusion matrix |
//! | `net.freeze("conv1"..="pool1")?`, `net.unfreeze(..)?`, `net.frozen()` | which layers stay as they are: `train::Layers` |
//! | `net.load_matching(weights)?` | takes what fits of another network's weights, and lists what does not: [`Matching`] |
//! | `net.save(path)?` | a safetensors file that `load` reads |
//! | `net.learn(\|learner\| ...)` | a training loop of one's own: `train::Learner` |
//! | `net.into_inference()` | the net as `MInference`, a type without what trains it |
//! | `M::train_arena_bytes(batch)` | the memory of its training |
//!
//! With several inputs or outputs these take and give one each, in the order of declaration.
//!
//! Here are the types around a model. Kernels are not here: the compiler writes them into the user's
//! crate. The feature `executors` adds two that run a network without code made for it: the
//! reference, which defines what is right, and the dynamic one, which gives any inner value. The
//! feature `train` adds what trains: data sets, optimizers, losses, and the loop around them.

#![deny(unsafe_code)]

#[cfg(feature = "train")]
pub mod data;
#[cfg(feature = "executors")]
pub mod dynamic;
mod image;
mod layer_info;
mod macros;
pub mod math;
mod model;
#[allow(
    unsafe_code,
    reason = "parts of one slice on several threads, and a borrowed closure there"
)]
#[doc(hidden)]
pub mod pool;
#[cfg(feature = "executors")]
pub mod reference;
#[allow(unsafe_code, reason = "loads, stores and the entry into functions of a feature")]
#[doc(hidden)]
pub mod simd;
mod then;
#[cfg(feature = "train")]
pub mod train;
mod workspace;

#[doc(hidden)]
pub mod __rt;

pub use cnn_weights::{Flatten, Init, Load, LoadError, Matching};
pub use image::{Bytes, Image, ShapeError, Zeros, image, images};
pub use layer_info::LayerInfo;
pub use model::{Loadable, Model};
pub use simd::InstructionSet;
pub use then::{Then, ThenWorkspace};
pub use workspace::Workspace;

/// What the macros above expand to; `$crate` goes with it.
#[doc(hidden)]
pub use cnn_macros as __macros;
