//! What can be wrong with a program's meaning: data first; each group turns its own into text, in
//! one place.

mod input;
mod item;
mod limit;
mod model;
mod name;
mod tensor;
mod train;
mod value;

pub(super) use input::InputError;
pub(super) use item::{ItemError, UnknownArgument};
pub(super) use limit::LimitError;
pub(super) use model::ModelError;
pub(super) use name::NameError;
pub(super) use tensor::TensorError;
pub(super) use train::TrainError;
pub(super) use value::ValueError;

use crate::diagnostic::Diagnostic;

/// Any error of this stage but those of single layers.
#[derive(Debug)]
pub(super) enum Error {
    Input(InputError),
    Item(ItemError),
    Limit(LimitError),
    Model(ModelError),
    Name(NameError),
    Tensor(Box<TensorError>),
    Train(TrainError),
    Value(ValueError),
}

impl Error {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::Input(error) => error.diagnostic(),
            Self::Item(error) => error.diagnostic(),
            Self::Limit(error) => error.diagnostic(),
            Self::Model(error) => error.diagnostic(),
            Self::Name(error) => error.diagnostic(),
            Self::Tensor(error) => error.diagnostic(),
            Self::Train(error) => error.diagnostic(),
            Self::Value(error) => error.diagnostic(),
        }
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}

impl From<ItemError> for Error {
    fn from(error: ItemError) -> Self {
        Self::Item(error)
    }
}

impl From<LimitError> for Error {
    fn from(error: LimitError) -> Self {
        Self::Limit(error)
    }
}

impl From<ModelError> for Error {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}

impl From<TrainError> for Error {
    fn from(error: TrainError) -> Self {
        Self::Train(error)
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl From<TensorError> for Error {
    fn from(error: TensorError) -> Self {
        Self::Tensor(Box::new(error))
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        Self::Value(error)
    }
}

/// "did you mean `conv`", where something is near.
fn near(diagnostic: Diagnostic, near: Option<String>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// `a`, `b` and `c`, each in backticks.
fn list(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `1 name`, `2 names`.
fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
