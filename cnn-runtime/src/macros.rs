//! The macros that users call. Each hands `$crate` over, so that the emitted code finds this crate
//! under whatever name the user knows it, also through a macro of a third crate.

/// Defines one or several models.
///
/// The text is the `.cnn` language: see `docs/language.md`. Each `model` becomes a type that
/// implements [`Model`](crate::Model). A mistake in it is a compile error at the word that made it.
///
/// ```
/// cnn_runtime::cnn! {
///     /// The lecture's first model.
///     pub model SimpleCnn {
///         input 28x28x1;
///         conv 3x3, 3, relu;
///         conv 3x3, 3, relu        -> 24x24x3;
///         flatten;
///         dense 10, softmax;
///     }
/// }
///
/// assert_eq!(SimpleCnn::PARAMETERS, 17_404);
/// let net = SimpleCnn::init(1);
/// let probabilities = net.predict(&[[[0.5]; 28]; 28]);
/// assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
/// ```
///
/// A shape that does not hold does not compile:
///
/// ```compile_fail
/// cnn_runtime::cnn! {
///     model Wrong { input 28x28x1; conv 3x3, 3, relu -> 28x28x3; }
/// }
/// ```
#[macro_export]
macro_rules! cnn {
    ($($tokens:tt)*) => {
        $crate::__macros::cnn! { (crate = $crate) $($tokens)* }
    };
}

/// Defines one model of a `.cnn` file: `include_model!("path.cnn", Model as Name, parameter = value)`.
///
/// The path is relative to the package's folder (`CARGO_MANIFEST_DIR`). Without a model's name it
/// is the first of the file. The word `train` lets it be trained though its text does not say so:
/// `include_model!("path.cnn", Model, train)`. The crate is built anew when the file or a file that it uses changes.
///
/// ```
/// cnn_runtime::include_model!("src/doc/lecture.cnn", Lecture as Small, classes = 4);
///
/// let output: [f32; 4] = Small::init(1).predict(&[[[0.5]; 28]; 28]);
/// ```
#[macro_export]
macro_rules! include_model {
    ($($tokens:tt)*) => {
        $crate::__macros::include_model! { (crate = $crate) $($tokens)* }
    };
}

/// Includes what `cnn_dsl::build` compiled in the package's build script.
///
/// It stands in a module, in as many modules as wanted:
///
/// ```ignore (needs a build script)
/// mod models {
///     cnn_runtime::include_models!();
/// }
/// ```
#[macro_export]
macro_rules! include_models {
    () => {
        #[allow(unused_imports)]
        use $crate as __cnn;
        ::core::include!(::core::concat!(::core::env!("OUT_DIR"), "/cnn_models.rs"));
    };
}

/// The items of a model that trains.
#[cfg(feature = "train")]
#[doc(hidden)]
#[macro_export]
macro_rules! __training {
    ($name:literal { $($stub:tt)* } $($items:tt)*) => { $($items)* };
}

/// One error, and the stub of a model that trains.
#[cfg(not(feature = "train"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __training {
    ($name:literal { $($stub:tt)* } $($items:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "the model `",
            $name,
            "` says `train;`: cnn-runtime needs its feature `train` for that, \
             as in `cnn-runtime = { version = \"...\", features = [\"train\"] }`"
        ));
        $($stub)*
    };
}

/// What trains a model that does not compile: the same signatures, nothing behind them.
#[cfg(feature = "train")]
#[doc(hidden)]
#[macro_export]
macro_rules! __stub_of_training {
    ($name:ident) => {
        #[allow(clippy::all, clippy::pedantic, unreachable_pub, unused)]
        const _: () = {
            use $crate as runtime;
            use $crate::__rt as rt;

            impl $name {
                pub fn with_init(init: runtime::Init, seed: u64) -> Self {
                    rt::train::no_model()
                }
                pub fn save(
                    &self,
                    path: impl rt::AsRef<rt::Path>,
                ) -> rt::Result<(), rt::train::SaveError> {
                    rt::train::no_model()
                }
                pub fn load_matching(
                    &mut self,
                    weights: impl rt::Into<runtime::Load>,
                ) -> rt::Result<runtime::Matching, runtime::LoadError> {
                    rt::train::no_model()
                }
                pub fn freeze(
                    &mut self,
                    layers: impl rt::Into<runtime::train::Layers>,
                ) -> rt::Result<&mut Self, runtime::train::FreezeError> {
                    rt::train::no_model()
                }
                pub fn unfreeze(
                    &mut self,
                    layers: impl rt::Into<runtime::train::Layers>,
                ) -> rt::Result<&mut Self, runtime::train::FreezeError> {
                    rt::train::no_model()
                }
                pub fn frozen(&self) -> rt::Vec<&'static str> {
                    rt::train::no_model()
                }
                pub fn fit<'a>(
                    &mut self,
                    images: impl rt::Into<runtime::data::Images<'a>>,
                    labels: impl rt::Into<runtime::data::Labels<'a>>,
                    fit: runtime::train::Fit<'_>,
                ) -> rt::Result<runtime::train::History, runtime::train::FitError> {
                    rt::train::no_model()
                }
                pub fn fit_dataset(
                    &mut self,
                    data: &dyn runtime::data::Dataset,
                    fit: runtime::train::Fit<'_>,
                ) -> rt::Result<runtime::train::History, runtime::train::FitError> {
                    rt::train::no_model()
                }
                pub fn evaluate<'a>(
                    &mut self,
                    images: impl rt::Into<runtime::data::Images<'a>>,
                    labels: impl rt::Into<runtime::data::Labels<'a>>,
                ) -> rt::Result<runtime::train::Evaluation, runtime::train::FitError> {
                    rt::train::no_model()
                }
                pub fn evaluate_dataset(
                    &mut self,
                    data: &dyn runtime::data::Dataset,
                ) -> rt::Result<runtime::train::Evaluation, runtime::train::FitError> {
                    rt::train::no_model()
                }
                pub fn learn<R>(
                    &mut self,
                    train: impl rt::FnOnce(&mut runtime::train::Engine<'_>) -> R,
                ) -> R {
                    rt::train::no_model()
                }
                pub fn into_inference(self) -> Self {
                    self
                }
                pub fn train_arena_bytes(batch: usize) -> u64 {
                    rt::train::no_model()
                }
            }
        };
    };
}

/// Nothing: without the feature there are no types to say it with.
#[cfg(not(feature = "train"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __stub_of_training {
    ($name:ident) => {};
}
