//! Packing: canonical tensors -> the blob that the kernels read. Batch norm is folded in `f64` and
//! every number is rounded to `f32` once. What [`Form`]'s variants say is exactly what is written.

use crate::table::{Fold, Form, Role, Table, Tensor};

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
        let piece = &mut blob[pack.offset..pack.offset + pack.len];
        match pack.form {
            Form::Panels { kernel, fold, groups, lanes } => {
                let scale = fold.map(|fold| Affine::new(fold, values).scale);
                let kernel = Filters::new(&table.tensors[kernel], &values[kernel], groups);
                panels(piece, &kernel, scale.as_deref(), lanes);
            }
            Form::Taps { kernel, fold } => {
                let scale = fold.map(|fold| Affine::new(fold, values).scale);
                taps(piece, &values[kernel], scale.as_deref());
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
        }
    }
    blob
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

/// `[R*S][C*M]`, the canonical order.
fn taps(piece: &mut [f32], kernel: &[f32], scale: Option<&[f64]>) {
    match scale {
        None => piece.copy_from_slice(kernel),
        Some(scale) => {
            for (to, from) in piece.chunks_mut(scale.len()).zip(kernel.chunks(scale.len())) {
                for ((to, &from), factor) in to.iter_mut().zip(from).zip(scale) {
                    *to = (f64::from(from) * factor) as f32;
                }
            }
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
