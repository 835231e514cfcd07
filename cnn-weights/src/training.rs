//! What training moves between parameters and kernels: parameters are one array, the tensors of a
//! table one behind the other in their canonical layouts; kernels read packed pieces and write
//! gradients in packed pieces. Nothing is allocated here and nothing folded.

mod transposed;

use crate::table::{Form, Pack, Tensor};
use std::ops::Range;
use transposed::Transposed;

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

/// Packs one piece of the parameters for the kernels: `to` is its space. That of a batch norm is left
/// as it is.
///
/// # Panics
///
/// When `pack`, `parameters` or `to` do not belong to the tensors.
pub fn pack_parameters(
    tensors: &[Tensor],
    pack: &Pack,
    places: &[Range<usize>],
    parameters: &[f32],
    to: &mut [f32],
) {
    let of = |tensor: usize| &parameters[places[tensor].clone()];
    match pack.form {
        Form::Panels { kernel, groups, lanes, .. } => {
            let tensor = &tensors[kernel];
            match Transposed::new(tensor) {
                Some(transposed) => transposed.panels(of(kernel), lanes, to),
                None => Matrix::new(tensor, groups).panels(of(kernel), lanes, to),
            }
        }
        Form::Turned { kernel, groups, lanes } => {
            let tensor = &tensors[kernel];
            match Transposed::new(tensor) {
                Some(transposed) => transposed.turned(of(kernel), lanes, to),
                None => Matrix::new(tensor, groups).turned(of(kernel), lanes, to),
            }
        }
        Form::Taps { kernel, lanes, .. } => {
            let filters = filters(&tensors[kernel]);
            let rows = to.chunks_exact_mut(filters.next_multiple_of(lanes));
            rows.zip(of(kernel).chunks_exact(filters))
                .for_each(|(to, from)| copy(&mut to[..filters], from));
        }
        Form::TurnedTaps { kernel, lanes } => {
            let filters = filters(&tensors[kernel]);
            let rows = to.chunks_exact_mut(filters.next_multiple_of(lanes));
            rows.zip(of(kernel).chunks_exact(filters).rev())
                .for_each(|(to, from)| copy(&mut to[..filters], from));
        }
        Form::Bias { bias: Some(bias), channels, groups, lanes, .. } => {
            let group = channels / groups;
            let rows = to.chunks_exact_mut(group.next_multiple_of(lanes));
            rows.zip(of(bias).chunks_exact(group))
                .for_each(|(to, from)| copy(&mut to[..group], from));
        }
        Form::Raw { tensor } => to.copy_from_slice(of(tensor)),
        Form::Bias { bias: None, .. } | Form::Batch { .. } => {}
        Form::Winograd { .. } | Form::Affine(_) => {
            unreachable!("a training network has neither Winograd's form nor folded batch norms")
        }
    }
}

/// The pieces of each tensor's gradient, none for some tensors.
///
/// # Panics
///
/// When the packs do not belong to so many tensors, or no kernel writes a gradient in such a form.
pub fn gradient_packs(tensors: usize, packs: &[Pack]) -> Vec<Vec<Pack>> {
    let mut of = vec![Vec::new(); tensors];
    for pack in packs {
        of[gradient_of(pack)].push(pack.clone());
    }
    of
}

/// Writes a tensor's gradient, which kernels left in these pieces, as the tensor stands among the
/// parameters; several pieces, for layers that share it may read it in several forms, are summed.
/// Without a piece it is left as it is.
///
/// # Panics
///
/// When the pieces, or the gradient, do not belong to the tensor.
pub fn unpack_gradient(tensor: &Tensor, packs: &[Pack], pieces: &[f32], gradient: &mut [f32]) {
    let Some((first, others)) = packs.split_first() else { return };
    let of = |pack: &Pack| &pieces[pack.offset..pack.offset + pack.len];
    unpack(tensor, first, of(first), gradient, |to, from| *to = from);
    for pack in others {
        unpack(tensor, pack, of(pack), gradient, |to, from| *to += from);
    }
}

/// What is done with a number that is unpacked.
trait Put: Fn(&mut f32, f32) + Copy {}

impl<F: Fn(&mut f32, f32) + Copy> Put for F {}

fn unpack(tensor: &Tensor, pack: &Pack, from: &[f32], to: &mut [f32], put: impl Put) {
    match pack.form {
        Form::Panels { groups, lanes, .. } => {
            Matrix::new(tensor, groups).unpack(from, lanes, to, put);
        }
        Form::Turned { lanes, .. } => {
            if let Some(transposed) = Transposed::new(tensor) {
                transposed.unpack(from, lanes, to, put);
            }
        }
        Form::Taps { lanes, .. } => {
            let filters = filters(tensor);
            put_rows(from.chunks_exact(filters.next_multiple_of(lanes)), filters, to, put);
        }
        Form::Bias { channels, groups, lanes, .. } => {
            let group = channels / groups;
            put_rows(from.chunks_exact(group.next_multiple_of(lanes)), group, to, put);
        }
        Form::Raw { .. } => put_all(to, from, put),
        Form::TurnedTaps { .. } | Form::Batch { .. } | Form::Winograd { .. } | Form::Affine(_) => {
            no_gradient()
        }
    }
}

/// The tensor whose gradient a piece is.
///
/// # Panics
///
/// When no kernel writes a gradient in this form.
pub fn gradient_of(pack: &Pack) -> usize {
    match pack.form {
        Form::Panels { kernel: tensor, .. }
        | Form::Turned { kernel: tensor, .. }
        | Form::Taps { kernel: tensor, .. }
        | Form::Bias { bias: Some(tensor), .. }
        | Form::Raw { tensor } => tensor,
        Form::Bias { bias: None, .. }
        | Form::TurnedTaps { .. }
        | Form::Batch { .. }
        | Form::Winograd { .. }
        | Form::Affine(_) => no_gradient(),
    }
}

fn no_gradient() -> ! {
    unreachable!("no kernel writes a gradient in this form")
}

/// Filters of a tap of a depthwise kernel.
fn filters(kernel: &Tensor) -> usize {
    kernel.dims[2..].iter().product()
}

fn copy(to: &mut [f32], from: &[f32]) {
    put_all(to, from, |to, from| *to = from);
}

/// Puts few numbers; most often they are the lanes of a panel, which take no loop.
fn put_all(to: &mut [f32], from: &[f32], put: impl Put) {
    const PANEL: usize = 16;
    match (<&mut [f32; PANEL]>::try_from(&mut *to), <&[f32; PANEL]>::try_from(from)) {
        (Ok(to), Ok(from)) => to.iter_mut().zip(from).for_each(|(to, from)| put(to, *from)),
        (Err(_), _) | (_, Err(_)) => to.iter_mut().zip(from).for_each(|(to, from)| put(to, *from)),
    }
}

/// Puts the first `len` numbers of each row to the next `len` of `to`.
fn put_rows<'a>(rows: impl Iterator<Item = &'a [f32]>, len: usize, to: &mut [f32], put: impl Put) {
    to.chunks_exact_mut(len).zip(rows).for_each(|(to, from)| put_all(to, &from[..len], put));
}

/// Rows of `columns` numbers become columns.
fn transpose(from: &[f32], columns: usize, to: &mut [f32], put: impl Put) {
    let rows = from.len() / columns;
    for (row, from) in from.chunks_exact(columns).enumerate() {
        let column = to[row..].iter_mut().step_by(rows);
        column.zip(from).for_each(|(to, from)| put(to, *from));
    }
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
        debug_assert!(Transposed::new(tensor).is_none());
        let [taps @ .., channels, filters] = &*tensor.dims else {
            unreachable!("a kernel has at least two sizes")
        };
        let taps = taps.iter().product();
        Self { taps, channels: *channels, groups, filters: filters / groups }
    }

    /// Where each piece of a row lies in the panels, where it lies in the matrix, and its width; the
    /// matrix is passed over in order.
    fn pieces(&self, lanes: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let Self { taps, channels, groups, filters } = *self;
        let (rows, panels) = (taps * channels, filters.div_ceil(lanes));
        (0..rows).flat_map(move |row| {
            (0..groups * panels).map(move |panel| {
                let (group, first) = (panel / panels, panel % panels * lanes);
                let matrix = (row * groups + group) * filters + first;
                ((panel * rows + row) * lanes, matrix, lanes.min(filters - first))
            })
        })
    }

    fn panels(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        if lanes == 1 {
            return transpose(from, self.groups * self.filters, to, |to, from| *to = from);
        }
        for (panel, matrix, width) in self.pieces(lanes) {
            copy(&mut to[panel..panel + width], &from[matrix..matrix + width]);
        }
    }

    fn unpack(&self, from: &[f32], lanes: usize, to: &mut [f32], put: impl Put) {
        if lanes == 1 {
            return transpose(from, self.taps * self.channels, to, put);
        }
        for (panel, matrix, width) in self.pieces(lanes) {
            put_all(&mut to[matrix..matrix + width], &from[panel..panel + width], put);
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
    use crate::table::{Role, Table};

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

    fn packed(table: &Table, places: &[Range<usize>], parameters: &[f32]) -> Vec<f32> {
        let mut blob = vec![0.0; table.len];
        for pack in table.packs.iter() {
            let to = &mut blob[pack.offset..pack.offset + pack.len];
            pack_parameters(&table.tensors, pack, places, parameters, to);
        }
        blob
    }

    #[test]
    fn parameters_are_packed_as_weights_are() {
        let table = table();
        let places = places(&table.tensors);
        let parameters = counted(places.last().unwrap().end);
        let values: Vec<Vec<f32>> =
            places.iter().map(|place| parameters[place.clone()].to_vec()).collect();
        assert_eq!(packed(&table, &places, &parameters), pack(&table, &values));
    }

    #[test]
    fn gradients_come_back_from_where_weights_went() {
        let mut table = table();
        table.packs.to_mut().pop();
        let places = places(&table.tensors);
        let parameters = counted(places.last().unwrap().end);
        let blob = packed(&table, &places, &parameters);
        let mut gradient = vec![0.0; parameters.len()];
        let packs = gradient_packs(table.tensors.len(), &table.packs);
        for ((tensor, packs), place) in table.tensors.iter().zip(packs).zip(places) {
            unpack_gradient(tensor, &packs, &blob, &mut gradient[place]);
        }
        assert_eq!(gradient, parameters);
    }

    #[test]
    fn gradients_of_one_tensor_in_two_forms_are_summed() {
        let tensors = [Tensor::new("a", Role::Kernel { groups: 1 }, vec![1, 1, 2, 2])];
        let panels = |offset, lanes| Pack {
            offset,
            len: 4,
            form: Form::Panels { kernel: 0, fold: None, groups: 1, lanes },
        };
        let pieces = [1.0, 2.0, 3.0, 4.0, 10.0, 30.0, 20.0, 40.0];
        let mut gradient = [f32::NAN; 4];
        let packs = [panels(0, 2), panels(4, 1)];
        unpack_gradient(&tensors[0], &gradient_packs(1, &packs)[0], &pieces, &mut gradient);
        assert_eq!(gradient, [11.0, 22.0, 33.0, 44.0]);
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
