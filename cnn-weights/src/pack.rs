//! Packing: canonical tensors -> the blob that the kernels read. Batch norm is folded in `f64` and
//! every number is rounded to `f32` once. What [`Form`]'s variants say is exactly what is written.

use crate::table::{Fold, Form, Pack, Role, Table, Tensor};

/// Bytes that every embedded piece begins at a multiple of: a cache line, as in the blob.
const LINE: usize = 64;

/// Packs the values of the table's tensors, canonical as [`read`](crate::read) and
/// [`init`](crate::init) give them, into one blob of [`Table::len`] numbers.
///
/// # Panics
///
/// When `values` do not belong to the table's tensors.
pub fn pack(table: &Table, values: &[Vec<f32>]) -> Vec<f32> {
    assert_eq!(values.len(), table.tensors.len(), "one array a tensor");
    let mut blob = vec![0.0; table.len];
    for pack in table.packs.iter() {
        let to = &mut blob[pack.offset..pack.offset + pack.len];
        if matches!(pack.form, Form::Winograd { .. }) {
            let mut piece = vec![0.0; pack.embedded_len()];
            fill(&mut piece, table, pack, values);
            unpack_piece(table, pack, &piece, to);
        } else {
            fill(to, table, pack, values);
        }
    }
    blob
}

/// Packs the values as a program embeds them: little-endian numbers, kernels not yet transformed,
/// each piece from a multiple of 64 bytes on. Where no kernel is transformed these are the bytes of
/// the blob itself.
///
/// # Panics
///
/// When `values` do not belong to the table's tensors.
pub fn embed(table: &Table, values: &[Vec<f32>]) -> Vec<u8> {
    assert_eq!(values.len(), table.tensors.len(), "one array a tensor");
    let mut bytes = Vec::new();
    for pack in table.packs.iter() {
        let mut piece = vec![0.0; pack.embedded_len()];
        fill(&mut piece, table, pack, values);
        bytes.extend(piece.iter().flat_map(|value| value.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(LINE), 0);
    }
    bytes
}

/// Makes of embedded weights the blob that [`pack`] makes of the values, to the bit. `blob` has
/// [`Table::len`] numbers, all 0.
///
/// # Panics
///
/// When the bytes or the blob do not belong to the table.
pub fn unpack(table: &Table, bytes: &[u8], blob: &mut [f32]) {
    let mut rest = bytes;
    for pack in table.packs.iter() {
        let to = &mut blob[pack.offset..pack.offset + pack.len];
        let len = pack.embedded_len() * size_of::<f32>();
        let (piece, behind) = rest.split_at(len.next_multiple_of(LINE));
        rest = behind;
        let words = piece.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word));
        if matches!(pack.form, Form::Winograd { .. }) {
            let piece: Vec<f32> = words.take(pack.embedded_len()).collect();
            unpack_piece(table, pack, &piece, to);
        } else {
            to.iter_mut().zip(words).for_each(|(to, word)| *to = word);
        }
    }
    assert!(rest.is_empty(), "the bytes are as many as the table says");
}

/// What kernels read, from what a program embeds.
fn unpack_piece(table: &Table, pack: &Pack, piece: &[f32], to: &mut [f32]) {
    match pack.form {
        Form::Winograd { kernel, lanes, tile, .. } => {
            let [.., channels, _] = *table.tensors[kernel].dims else {
                unreachable!("a convolution's kernel has four sizes")
            };
            tile.transform(piece, to, channels, lanes);
        }
        Form::Panels { .. }
        | Form::Turned { .. }
        | Form::TurnedTaps { .. }
        | Form::Batch { .. }
        | Form::Taps { .. }
        | Form::Bias { .. }
        | Form::Affine(_)
        | Form::Raw { .. } => to.copy_from_slice(piece),
    }
}

/// Writes a piece as a program embeds it.
fn fill(piece: &mut [f32], table: &Table, pack: &Pack, values: &[Vec<f32>]) {
    match pack.form {
        Form::Panels { kernel, fold, groups, lanes } => {
            let scale = fold.map(|fold| Affine::new(fold, values).scale);
            let kernel = Filters::new(&table.tensors[kernel], &values[kernel], groups);
            panels(piece, &kernel, scale.as_deref(), lanes);
        }
        Form::Winograd { kernel, fold, lanes, .. } => {
            let scale = fold.map(|fold| Affine::new(fold, values).scale);
            let kernel = Filters::new(&table.tensors[kernel], &values[kernel], 1);
            panels(piece, &kernel, scale.as_deref(), lanes);
        }
        Form::Taps { kernel, fold, lanes } => {
            let scale = fold.map(|fold| Affine::new(fold, values).scale);
            let filters = table.tensors[kernel].dims[2..].iter().product();
            taps(piece, &values[kernel], scale.as_deref(), [filters, lanes]);
        }
        Form::Bias { bias, fold, channels, groups, lanes } => {
            let bias = bias.map(|bias| &values[bias][..]);
            let affine = fold.map(|fold| Affine::new(fold, values));
            biases(piece, bias, affine.as_ref(), [channels, groups, lanes]);
        }
        Form::Affine(fold) => {
            let Affine { scale, shift } = Affine::new(fold, values);
            let numbers = scale.iter().chain(&shift);
            piece.iter_mut().zip(numbers).for_each(|(to, &from)| *to = from as f32);
        }
        Form::Raw { tensor } => piece.copy_from_slice(&values[tensor]),
        Form::Turned { .. } | Form::TurnedTaps { .. } | Form::Batch { .. } => {
            unreachable!("training packs its parameters itself")
        }
    }
}

/// A batch norm as a factor and a summand a channel.
struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

impl Affine {
    fn new(fold: Fold, values: &[Vec<f32>]) -> Self {
        let (mean, variance) = (&values[fold.mean], &values[fold.variance]);
        let of = |tensor: Option<usize>, c: usize, without: f64| {
            tensor.map_or(without, |tensor| f64::from(values[tensor][c]))
        };
        let channels = 0..mean.len();
        let scale: Vec<f64> = channels
            .clone()
            .map(|c| of(fold.gamma, c, 1.0) / (f64::from(variance[c]) + f64::from(fold.eps)).sqrt())
            .collect();
        let shift = channels.map(|c| of(fold.beta, c, 0.0) - f64::from(mean[c]) * scale[c]);
        let shift = shift.collect();
        Self { scale, shift }
    }
}

/// A kernel as groups of matrices of `taps` rows and `outputs` columns.
struct Filters<'a> {
    values: &'a [f32],
    groups: usize,
    /// `R*S*C/groups`: rows of a group's matrix.
    rows: usize,
    /// `K/groups`: columns of a group's matrix.
    columns: usize,
    /// Only in a transposed convolution do the groups stand among the rows: each row of the stored
    /// `[R][S][IN]` belongs to the group of its input channel. Then this is `IN/groups`.
    grouped_rows: Option<usize>,
}

impl<'a> Filters<'a> {
    fn new(tensor: &Tensor, values: &'a [f32], groups: usize) -> Self {
        let (&columns, rows) = tensor.dims.split_last().expect("kernels have at least two sizes");
        let stored_rows: usize = rows.iter().product();
        if matches!(tensor.role, Role::DeconvKernel { .. }) {
            let inputs = rows[rows.len() - 1] / groups;
            let rows = stored_rows / groups;
            return Self { values, groups, rows, columns, grouped_rows: Some(inputs) };
        }
        let columns = columns / groups;
        Self { values, groups, rows: stored_rows, columns, grouped_rows: None }
    }

    /// Row and column of a group's matrix.
    fn at(&self, group: usize, row: usize, column: usize) -> f32 {
        let index = match self.grouped_rows {
            None => (row * self.groups + group) * self.columns + column,
            Some(inputs) => {
                let (tap, input) = (row / inputs, row % inputs);
                ((tap * self.groups + group) * inputs + input) * self.columns + column
            }
        };
        self.values[index]
    }
}

/// `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`.
fn panels(piece: &mut [f32], kernel: &Filters<'_>, scale: Option<&[f64]>, lanes: usize) {
    let panels = kernel.columns.div_ceil(lanes);
    let mut slots = piece.chunks_exact_mut(lanes);
    for group in 0..kernel.groups {
        for panel in 0..panels {
            let first = panel * lanes;
            let width = lanes.min(kernel.columns - first);
            for (row, slot) in (0..kernel.rows).zip(&mut slots) {
                for (lane, to) in slot[..width].iter_mut().enumerate() {
                    let channel = group * kernel.columns + first + lane;
                    let factor = scale.map_or(1.0, |scale| scale[channel]);
                    *to = (f64::from(kernel.at(group, row, first + lane)) * factor) as f32;
                }
            }
        }
    }
}

/// `[R*S][C*M filled up to a multiple of lanes]`.
fn taps(piece: &mut [f32], kernel: &[f32], scale: Option<&[f64]>, [filters, lanes]: [usize; 2]) {
    let padded = filters.next_multiple_of(lanes);
    for (to, from) in piece.chunks_exact_mut(padded).zip(kernel.chunks_exact(filters)) {
        for (filter, (to, &from)) in to.iter_mut().zip(from).enumerate() {
            let factor = scale.map_or(1.0, |scale| scale[filter]);
            *to = (f64::from(from) * factor) as f32;
        }
    }
}

/// `[groups][ceil(K/groups / lanes)][lanes]`: `bias * scale + shift`.
fn biases(
    piece: &mut [f32],
    bias: Option<&[f32]>,
    affine: Option<&Affine>,
    [channels, groups, lanes]: [usize; 3],
) {
    let per_group = channels / groups;
    let padded = per_group.div_ceil(lanes) * lanes;
    for (group, slots) in piece.chunks_exact_mut(padded).enumerate() {
        for (k, to) in slots[..per_group].iter_mut().enumerate() {
            let channel = group * per_group + k;
            let bias = bias.map_or(0.0, |bias| f64::from(bias[channel]));
            *to = affine.map_or(bias, |x| bias * x.scale[channel] + x.shift[channel]) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Winograd;

    fn packed(tensors: Vec<Tensor>, values: &[Vec<f32>], form: Form, len: usize) -> Vec<f32> {
        let packs = vec![Pack { offset: 1, len, form }];
        let table = Table { tensors: tensors.into(), packs: packs.into(), len: len + 2 };
        let blob = pack(&table, values);
        assert_eq!((blob[0], blob[len + 1]), (0.0, 0.0), "nothing is written outside the piece");
        blob[1..=len].to_vec()
    }

    fn counted(count: usize) -> Vec<f32> {
        (1..=count).map(|i| i as f32).collect()
    }

    /// scale 2/sqrt(0.25) = 4 and 1/sqrt(4) = 0.5; shift 1 - 3*4 = -11 and 0 - 2*0.5 = -1.
    const FOLD: Fold = Fold { gamma: Some(1), beta: Some(2), mean: 3, variance: 4, eps: 0.0 };

    fn folded(kernel: Tensor, kernel_values: Vec<f32>) -> (Vec<Tensor>, Vec<Vec<f32>>) {
        let roles = [Role::Gamma, Role::Beta, Role::MovingMean, Role::MovingVariance];
        let mut tensors = vec![kernel];
        tensors.extend(roles.map(|role| Tensor::new("bn", role, vec![2])));
        let values =
            vec![kernel_values, vec![2.0, 1.0], vec![1.0, 0.0], vec![3.0, 2.0], vec![0.25, 4.0]];
        (tensors, values)
    }

    #[test]
    fn panels_of_a_convolution_with_groups() {
        // 1x2 taps, 1 channel a group, 2 groups of 3 filters; panels of 2 lanes.
        let kernel = Tensor::new("c", Role::Kernel { groups: 2 }, vec![1, 2, 1, 6]);
        let form = Form::Panels { kernel: 0, fold: None, groups: 2, lanes: 2 };
        let blob = packed(vec![kernel], &[counted(12)], form, 16);
        let expected = [1, 2, 7, 8, 3, 0, 9, 0, 4, 5, 10, 11, 6, 0, 12, 0].map(|x| x as f32);
        assert_eq!(blob, expected);
    }

    #[test]
    fn panels_of_a_transposed_convolution_with_groups() {
        // 1x2 taps, 4 inputs and 1 output a group, in 2 groups; stored [tap][input][output].
        let kernel = Tensor::new("d", Role::DeconvKernel { groups: 2 }, vec![1, 2, 4, 1]);
        let form = Form::Panels { kernel: 0, fold: None, groups: 2, lanes: 1 };
        let blob = packed(vec![kernel], &[counted(8)], form, 8);
        assert_eq!(blob, [1., 2., 5., 6., 3., 4., 7., 8.]);
    }

    #[test]
    fn batch_norm_is_folded_into_panels_and_biases() {
        let kernel = Tensor::new("c", Role::Kernel { groups: 1 }, vec![1, 1, 2, 2]);
        let (tensors, mut values) = folded(kernel, counted(4));
        let form = Form::Panels { kernel: 0, fold: Some(FOLD), groups: 1, lanes: 4 };
        let blob = packed(tensors.clone(), &values, form, 8);
        assert_eq!(blob, [4., 1., 0., 0., 12., 2., 0., 0.]);

        let bias = |bias| Form::Bias { bias, fold: Some(FOLD), channels: 2, groups: 1, lanes: 4 };
        assert_eq!(packed(tensors.clone(), &values, bias(None), 4), [-11., -1., 0., 0.]);
        values[0] = vec![10.0, 20.0];
        assert_eq!(packed(tensors, &values, bias(Some(0)), 4), [29., 9., 0., 0.]);
    }

    #[test]
    fn embedded_weights_become_the_same_blob() {
        // 2 channels, 3 filters in panels of 2 lanes; a bias behind them.
        let kernel = Tensor::new("c", Role::Kernel { groups: 1 }, vec![3, 3, 2, 3]);
        let tensors = vec![kernel, Tensor::new("c", Role::Bias, vec![3])];
        for tile in [Winograd::F2, Winograd::F4] {
            let len = tile.positions() * 2 * 2 * 2;
            let form = Form::Winograd { kernel: 0, fold: None, lanes: 2, tile };
            let kernel = Pack { offset: 0, len, form };
            let form = Form::Bias { bias: Some(1), fold: None, channels: 3, groups: 1, lanes: 2 };
            let packs = vec![kernel, Pack { offset: len + 8, len: 4, form }];
            let table =
                Table { tensors: tensors.clone().into(), packs: packs.into(), len: len + 12 };
            let values = [counted(54), counted(3)];
            let bytes = embed(&table, &values);
            // 288 bytes of the kernel as it is and 16 of the bias, each filled up to cache lines.
            assert_eq!(bytes.len(), 320 + 64);
            let mut blob = vec![0.0; table.len];
            unpack(&table, &bytes, &mut blob);
            assert_eq!(blob, pack(&table, &values));
            assert_eq!(blob[len + 8..], [1., 2., 3., 0.]);
            // The last position is the last tap: position, panel, channel, lane.
            let last = &blob[len - 8..len];
            assert_eq!(last, [49., 50., 52., 53., 51., 0., 54., 0.]);
        }
    }

    #[test]
    fn taps_affine_and_raw() {
        let kernel = Tensor::new("d", Role::DepthwiseKernel, vec![1, 2, 2, 1]);
        let (tensors, values) = folded(kernel, counted(4));
        let taps = |fold| Form::Taps { kernel: 0, fold, lanes: 4 };
        let expected = [1., 2., 0., 0., 3., 4., 0., 0.];
        assert_eq!(packed(tensors.clone(), &values, taps(None), 8), expected);
        let expected = [4., 1., 0., 0., 12., 2., 0., 0.];
        assert_eq!(packed(tensors.clone(), &values, taps(Some(FOLD)), 8), expected);
        assert_eq!(packed(tensors.clone(), &values, Form::Affine(FOLD), 4), [4., 0.5, -11., -1.]);
        let plain = Fold { gamma: None, beta: None, ..FOLD };
        assert_eq!(packed(tensors.clone(), &values, Form::Affine(plain), 4), [2., 0.5, -6., -1.]);
        assert_eq!(packed(tensors, &values, Form::Raw { tensor: 3 }, 2), [3., 2.]);
    }

    #[test]
    fn biases_of_groups_without_padding() {
        let bias = Tensor::new("c", Role::Bias, vec![4]);
        let form = |lanes| Form::Bias { bias: Some(0), fold: None, channels: 4, groups: 2, lanes };
        assert_eq!(packed(vec![bias.clone()], &[counted(4)], form(1), 4), counted(4));
        let padded = packed(vec![bias], &[counted(4)], form(4), 8);
        assert_eq!(padded, [1., 2., 0., 0., 3., 4., 0., 0.]);
    }
}
