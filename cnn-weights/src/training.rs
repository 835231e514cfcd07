//! What training moves between parameters and kernels: parameters are one array, the tensors of a
//! table one behind the other in their canonical layouts; kernels read packed pieces and write
//! gradients in packed pieces. Nothing is allocated here and nothing folded.

use crate::table::{Form, Pack, Role, Table, Tensor};
use std::ops::Range;

/// Where each tensor lies among the parameters.
pub fn places(tensors: &[Tensor]) -> Vec<Range<usize>> {
    let mut end = 0;
    let place = |tensor: &Tensor| {
        let start = end;
        end += tensor.len();
        start..end
    };
    tensors.iter().map(place).collect()
}

/// Packs the parameters for the kernels. The space of batch norms is left as it is.
///
/// # Panics
///
/// When `parameters` or `blob` do not belong to the table.
pub fn pack_parameters(
    table: &Table,
    places: &[Range<usize>],
    parameters: &[f32],
    blob: &mut [f32],
) {
    for pack in table.packs.iter() {
        let to = &mut blob[pack.offset..pack.offset + pack.len];
        let of = |tensor: usize| &parameters[places[tensor].clone()];
        match pack.form {
            Form::Panels { kernel, groups, lanes, .. } => {
                let matrix = Matrix::new(&table.tensors[kernel], groups);
                matrix.panels(of(kernel), lanes, to);
            }
            Form::Turned { kernel, groups, lanes } => {
                let matrix = Matrix::new(&table.tensors[kernel], groups);
                matrix.turned(of(kernel), lanes, to);
            }
            Form::Taps { kernel, lanes, .. } => {
                let filters = filters(&table.tensors[kernel]);
                let rows = to.chunks_exact_mut(filters.next_multiple_of(lanes));
                rows.zip(of(kernel).chunks_exact(filters))
                    .for_each(|(to, from)| to[..filters].copy_from_slice(from));
            }
            Form::TurnedTaps { kernel, lanes } => {
                let filters = filters(&table.tensors[kernel]);
                let rows = to.chunks_exact_mut(filters.next_multiple_of(lanes));
                rows.zip(of(kernel).chunks_exact(filters).rev())
                    .for_each(|(to, from)| to[..filters].copy_from_slice(from));
            }
            Form::Bias { bias: Some(bias), channels, groups, lanes, .. } => {
                let group = channels / groups;
                let rows = to.chunks_exact_mut(group.next_multiple_of(lanes));
                rows.zip(of(bias).chunks_exact(group))
                    .for_each(|(to, from)| to[..group].copy_from_slice(from));
            }
            Form::Raw { tensor } => to.copy_from_slice(of(tensor)),
            Form::Bias { bias: None, .. } | Form::Batch { .. } => {}
            Form::Winograd { .. } | Form::Affine(_) => {
                unreachable!(
                    "a training network has neither Winograd's form nor folded batch norms"
                )
            }
        }
    }
}

/// Adds the packed gradients of one slot to those of the parameters.
///
/// # Panics
///
/// When the slot, or the gradient, does not belong to the tensors and pieces.
pub fn add_gradients(
    tensors: &[Tensor],
    packs: &[Pack],
    places: &[Range<usize>],
    slot: &[f32],
    gradient: &mut [f32],
) {
    for pack in packs {
        let from = &slot[pack.offset..pack.offset + pack.len];
        match pack.form {
            Form::Panels { kernel, groups, lanes, .. } => {
                let matrix = Matrix::new(&tensors[kernel], groups);
                matrix.add_panels(from, lanes, &mut gradient[places[kernel].clone()]);
            }
            Form::Taps { kernel, lanes, .. } => {
                let filters = filters(&tensors[kernel]);
                let rows = from.chunks_exact(filters.next_multiple_of(lanes));
                add_rows(rows, filters, &mut gradient[places[kernel].clone()]);
            }
            Form::Bias { bias: Some(bias), channels, groups, lanes, .. } => {
                let group = channels / groups;
                let rows = from.chunks_exact(group.next_multiple_of(lanes));
                add_rows(rows, group, &mut gradient[places[bias].clone()]);
            }
            Form::Raw { tensor } => add(&mut gradient[places[tensor].clone()], from),
            Form::Bias { bias: None, .. }
            | Form::Turned { .. }
            | Form::TurnedTaps { .. }
            | Form::Batch { .. }
            | Form::Winograd { .. }
            | Form::Affine(_) => unreachable!("no kernel writes a gradient in this form"),
        }
    }
}

/// Filters of a tap of a depthwise kernel.
fn filters(kernel: &Tensor) -> usize {
    kernel.dims[2..].iter().product()
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

/// Adds the first `len` numbers of each row to the next `len` of `to`.
fn add_rows<'a>(rows: impl Iterator<Item = &'a [f32]>, len: usize, to: &mut [f32]) {
    to.chunks_exact_mut(len).zip(rows).for_each(|(to, from)| add(to, &from[..len]));
}

/// A kernel as `[taps][channels of a group][groups][filters of a group]`.
struct Matrix {
    taps: usize,
    channels: usize,
    groups: usize,
    filters: usize,
}

impl Matrix {
    fn new(tensor: &Tensor, groups: usize) -> Self {
        debug_assert!(!matches!(tensor.role, Role::DeconvKernel { .. }));
        let [taps @ .., channels, filters] = &*tensor.dims else {
            unreachable!("a kernel has at least two sizes")
        };
        let taps = taps.iter().product();
        Self { taps, channels: *channels, groups, filters: filters / groups }
    }

    /// First filter and width of each panel, group by group; and where the group's filters begin in a row.
    fn each_panel(&self, lanes: usize) -> impl Iterator<Item = (usize, usize)> {
        let (filters, groups) = (self.filters, self.groups);
        (0..groups).flat_map(move |group| {
            (0..filters)
                .step_by(lanes)
                .map(move |first| (group * filters + first, lanes.min(filters - first)))
        })
    }

    fn panels(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        let (rows, row) = (self.taps * self.channels, self.groups * self.filters);
        let panels = to.chunks_exact_mut(rows * lanes);
        for ((first, width), panel) in self.each_panel(lanes).zip(panels) {
            let rows = panel.chunks_exact_mut(lanes).zip(from.chunks_exact(row));
            rows.for_each(|(to, from)| to[..width].copy_from_slice(&from[first..first + width]));
        }
    }

    fn add_panels(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        let (rows, row) = (self.taps * self.channels, self.groups * self.filters);
        let panels = from.chunks_exact(rows * lanes);
        for ((first, width), panel) in self.each_panel(lanes).zip(panels) {
            let rows = panel.chunks_exact(lanes).zip(to.chunks_exact_mut(row));
            rows.for_each(|(from, to)| add(&mut to[first..first + width], &from[..width]));
        }
    }

    /// Panels of the group's channels; rows are the taps from the last one on, and in each the
    /// group's filters.
    fn turned(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        let Self { taps, channels, groups, filters } = *self;
        let row = groups * filters;
        let mut rows = to.chunks_exact_mut(lanes);
        for group in 0..groups {
            for first in (0..channels).step_by(lanes) {
                let width = lanes.min(channels - first);
                for tap in (0..taps).rev() {
                    let tap = &from[(tap * channels + first) * row..][..width * row];
                    for (filter, to) in (group * filters..(group + 1) * filters).zip(&mut rows) {
                        for (to, channel) in to.iter_mut().zip(tap.chunks_exact(row)) {
                            *to = channel[filter];
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack;

    /// A kernel 1x2 of 3 channels and 5 filters, one with two groups, a depthwise one and a bias.
    fn table() -> Table {
        let tensors = vec![
            Tensor::new("a", Role::Kernel { groups: 1 }, vec![1, 2, 3, 5]),
            Tensor::new("b", Role::Kernel { groups: 2 }, vec![1, 2, 3, 6]),
            Tensor::new("c", Role::DepthwiseKernel, vec![1, 2, 3, 1]),
            Tensor::new("a", Role::Bias, vec![5]),
        ];
        let panels = |kernel, groups| Form::Panels { kernel, fold: None, groups, lanes: 2 };
        let bias = Form::Bias { bias: Some(3), fold: None, channels: 5, groups: 1, lanes: 2 };
        let forms = [
            (panels(0, 1), 36),
            (panels(1, 2), 48),
            (Form::Taps { kernel: 2, fold: None, lanes: 2 }, 8),
            (bias, 6),
            (Form::Raw { tensor: 3 }, 5),
        ];
        let mut offset = 0;
        let packs: Vec<Pack> = (forms.into_iter())
            .map(|(form, len)| {
                offset += len;
                Pack { offset: offset - len, len, form }
            })
            .collect();
        Table { tensors: tensors.into(), packs: packs.into(), len: offset }
    }

    fn counted(count: usize) -> Vec<f32> {
        (1..=count).map(|i| i as f32).collect()
    }

    #[test]
    fn parameters_are_packed_as_weights_are() {
        let table = table();
        let places = places(&table.tensors);
        let parameters = counted(places.last().unwrap().end);
        let values: Vec<Vec<f32>> =
            places.iter().map(|place| parameters[place.clone()].to_vec()).collect();
        let mut blob = vec![0.0; table.len];
        pack_parameters(&table, &places, &parameters, &mut blob);
        assert_eq!(blob, pack(&table, &values));
    }

    #[test]
    fn gradients_come_back_from_where_weights_went() {
        let mut table = table();
        table.packs.to_mut().pop();
        let places = places(&table.tensors);
        let parameters = counted(places.last().unwrap().end);
        let mut blob = vec![0.0; table.len];
        pack_parameters(&table, &places, &parameters, &mut blob);
        let mut gradient = vec![1.0; parameters.len()];
        add_gradients(&table.tensors, &table.packs, &places, &blob, &mut gradient);
        let expected: Vec<f32> = parameters.iter().map(|x| x + 1.0).collect();
        assert_eq!(gradient, expected);
    }

    /// Two taps of 3 channels and 2 filters, counted in the order tap, channel, filter.
    #[test]
    fn turned_kernels_exchange_channels_and_filters() {
        let tensor = Tensor::new("a", Role::Kernel { groups: 1 }, vec![1, 2, 3, 2]);
        let matrix = Matrix::new(&tensor, 1);
        let mut turned = vec![0.0; 16];
        matrix.turned(&counted(12), 2, &mut turned);
        // Channels 0 and 1: the second tap's filters, then the first one's; then channel 2.
        let expected = [7, 9, 8, 10, 1, 3, 2, 4, 11, 0, 12, 0, 5, 0, 6, 0].map(|x| x as f32);
        assert_eq!(turned, expected);
    }
}
