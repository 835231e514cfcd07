//! The table by which weights are packed.
//!
//! In: a network's weights, and the pieces that kernels ask for. Out: one [`Pack`] a distinct piece,
//! so that every use of shared weights with the same batch norm reads the same numbers.

use crate::ir::{Network, Weights};
use crate::plan::PackId;
use crate::plan::arena::ALIGN;
use cnn_weights::{Fold, Form, Pack, Role, Table, Tensor};
use std::borrow::Cow;
use std::collections::HashMap;

/// Collects the pieces.
#[derive(Debug, Default)]
pub(in crate::plan) struct Packer {
    packs: Vec<Pack>,
    known: HashMap<Key, PackId>,
    len: usize,
}

/// A form as something that can be looked up: what it is, its tensors, sizes and batch norm.
type Key = (&'static str, Option<usize>, [usize; 3], Option<FoldKey>);
type FoldKey = (Option<usize>, Option<usize>, usize, usize, u32);

impl Packer {
    /// The piece of this form; a new one is placed behind the others.
    pub fn add(&mut self, form: Form, len: usize) -> PackId {
        let next = PackId(self.packs.len());
        let id = *self.known.entry(key(&form)).or_insert(next);
        if id == next {
            self.packs.push(Pack { offset: self.len, len, form });
            self.len += len.next_multiple_of(ALIGN);
        }
        id
    }

    /// `f32`s of each piece.
    pub fn lens(&self) -> Vec<usize> {
        self.packs.iter().map(|pack| pack.len).collect()
    }

    /// The pieces alone, and the numbers they hold.
    pub fn pieces(self) -> (Vec<Pack>, usize) {
        (self.packs, self.len)
    }

    /// The table of all pieces.
    pub fn finish(self, network: &Network) -> Table {
        let tensors: Vec<Tensor> = network.tensors().cloned().collect();
        Table { tensors: Cow::Owned(tensors), packs: Cow::Owned(self.packs), len: self.len }
    }
}

fn key(form: &Form) -> Key {
    let fold = |fold: &Fold| (fold.gamma, fold.beta, fold.mean, fold.variance, fold.eps.to_bits());
    match form {
        Form::Panels { kernel, fold: f, groups, lanes } => {
            ("panels", Some(*kernel), [*groups, *lanes, 0], f.as_ref().map(fold))
        }
        Form::Winograd { kernel, fold: f, lanes, tile } => {
            ("winograd", Some(*kernel), [*lanes, tile.outputs(), 0], f.as_ref().map(fold))
        }
        Form::Turned { kernel, groups, lanes } => {
            ("turned", Some(*kernel), [*groups, *lanes, 0], None)
        }
        Form::TurnedTaps { kernel, lanes } => ("turned taps", Some(*kernel), [0, *lanes, 0], None),
        Form::Batch { mean } => ("batch", Some(*mean), [0; 3], None),
        Form::Taps { kernel, fold: f, lanes } => {
            ("taps", Some(*kernel), [0, *lanes, 0], f.as_ref().map(fold))
        }
        Form::Bias { bias, fold: f, channels, groups, lanes } => {
            ("bias", *bias, [*groups, *lanes, *channels], f.as_ref().map(fold))
        }
        Form::Affine(f) => ("affine", None, [0; 3], Some(fold(f))),
        Form::Raw { tensor } => ("raw", Some(*tensor), [0; 3], None),
    }
}

/// The index of the layer's tensor that the role fits, and the tensor.
pub(in crate::plan) fn tensor(
    weights: &Weights,
    fits: impl Fn(Role) -> bool,
) -> Option<(usize, &Tensor)> {
    let at = weights.tensors.iter().position(|t| fits(t.role))?;
    Some((weights.first_tensor + at, &weights.tensors[at]))
}

/// A batch norm's tensors; `None` where it has no statistics, which `check` never makes.
pub(in crate::plan) fn fold(weights: &Weights, eps: f32) -> Option<Fold> {
    let index = |role: Role| tensor(weights, |r| r == role).map(|(index, _)| index);
    Some(Fold {
        gamma: index(Role::Gamma),
        beta: index(Role::Beta),
        mean: index(Role::MovingMean)?,
        variance: index(Role::MovingVariance)?,
        eps,
    })
}

/// The same for a kernel that is turned round: `[groups][ceil(C/groups / lanes)][R*S*K/groups][lanes]`.
pub(in crate::plan) fn turned_len(kernel: &Tensor, groups: usize, lanes: usize) -> usize {
    let [.., channels, _] = *kernel.dims else { return 0 };
    // A convolution's channels are a group's already, a transposed one's count all groups.
    let transposed = matches!(kernel.role, Role::DeconvKernel { .. });
    let channels = if transposed { channels / groups } else { channels };
    kernel.len() / channels * channels.next_multiple_of(lanes)
}

/// `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`: how many numbers that is for a kernel in
/// the canonical layout of its role.
pub(in crate::plan) fn panels_len(kernel: &Tensor, groups: usize, lanes: usize) -> usize {
    let last = kernel.dims.last().copied().unwrap_or(0);
    // A transposed kernel's last size is a group's already, a convolution's counts all groups.
    let transposed = matches!(kernel.role, Role::DeconvKernel { .. });
    let filters = if transposed { last } else { last / groups };
    let taps = kernel.len() / (groups * filters).max(1);
    groups * filters.next_multiple_of(lanes) * taps
}
