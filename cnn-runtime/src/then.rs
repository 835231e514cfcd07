//! Two models, one after the other.

use crate::{LayerInfo, Model, Zeros};
use std::borrow::Cow;

/// A model that feeds the output of one model to another: [`Model::then`].
#[derive(Debug, Clone)]
pub struct Then<A, B> {
    /// Runs first.
    pub first: A,
    /// Runs on what the first gave.
    pub next: B,
}

/// The workspaces of both models and the value between them.
#[derive(Debug)]
pub struct ThenWorkspace<A: Model, B: Model> {
    first: A::Workspace,
    between: Box<A::Output>,
    next: B::Workspace,
}

impl<A: Model, B: Model<Input = A::Output>> Model for Then<A, B> {
    type Input = A::Input;
    type Output = B::Output;
    type Workspace = ThenWorkspace<A, B>;

    const PARAMETERS: u64 = A::PARAMETERS + B::PARAMETERS;
    const MULT_ADDS: u64 = A::MULT_ADDS + B::MULT_ADDS;
    /// Both arenas and the value between them.
    const ARENA_BYTES: u64 = A::ARENA_BYTES + B::ARENA_BYTES + size_of::<A::Output>() as u64;
    const WEIGHT_BYTES: u64 = A::WEIGHT_BYTES + B::WEIGHT_BYTES;

    fn workspace() -> Self::Workspace {
        ThenWorkspace { first: A::workspace(), between: A::Output::zeros(), next: B::workspace() }
    }

    fn predict_into(
        &self,
        workspace: &mut Self::Workspace,
        input: &Self::Input,
        output: &mut Self::Output,
    ) {
        self.first.predict_into(&mut workspace.first, input, &mut workspace.between);
        self.next.predict_into(&mut workspace.next, &workspace.between, output);
    }

    fn layers() -> Cow<'static, [LayerInfo]> {
        Cow::Owned([A::layers(), B::layers()].concat())
    }

    fn summary() -> Cow<'static, str> {
        Cow::Owned(format!("{}\n{}", A::summary(), B::summary()))
    }
}
