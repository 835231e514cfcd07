//! Convolution in Winograd's form: one tile at a time, with the operations of the emitted code in
//! their order.

use crate::dynamic::epilogue;
use crate::dynamic::layers::multiply_add;
use cnn_dsl::plan::layers::PANEL;
use cnn_dsl::plan::layers::conv::Conv;
use cnn_weights::Winograd;

pub(super) fn run(
    k: &Conv,
    tile: Winograd,
    xs: &[&[f32]],
    y: &mut [f32],
    filters: &[f32],
    bias: &[f32],
) {
    let [height, width, _] = k.y.shape.hwc();
    let (m, channels) = (tile.outputs(), k.x.shape.channels());
    let (bias, _) = bias.as_chunks::<PANEL>();
    let (filters, _) = filters.as_chunks::<PANEL>();
    for p in (0..height).step_by(m) {
        for q in (0..width).step_by(m) {
            let tiles: Vec<Vec<f32>> =
                (0..channels).map(|c| input(k, tile, xs[0], p, q, c)).collect();
            for (panel, bias) in bias.iter().enumerate() {
                let sums: Vec<[f32; PANEL]> = (0..tile.positions())
                    .map(|position| {
                        let first =
                            (position * k.y.shape.channels().div_ceil(PANEL) + panel) * channels;
                        let mut sum = [0.0; PANEL];
                        for (tile, filter) in tiles.iter().zip(&filters[first..][..channels]) {
                            multiply_add(&mut sum, tile[position], filter);
                        }
                        sum
                    })
                    .collect();
                let summand = k.summand.map(|_| xs[1]);
                output(k, tile, &sums, bias, summand, [p, q, panel * PANEL], y);
            }
        }
    }
}

/// The transformed tile of a channel whose first output pixel is `p`, `q`.
fn input(k: &Conv, tile: Winograd, x: &[f32], p: usize, q: usize, c: usize) -> Vec<f32> {
    let n = tile.inputs();
    let [height, width, channels] = k.x.shape.hwc();
    let (top, left) = (k.op.pads.top, k.op.pads.left);
    let pixel = |r: usize, s: usize| {
        let h = usize::try_from((p + r) as i64 - top).ok().filter(|&h| h < height);
        let w = usize::try_from((q + s) as i64 - left).ok().filter(|&w| w < width);
        h.zip(w).map_or(0.0, |(h, w)| x[(h * width + w) * channels + c])
    };
    let columns: Vec<Vec<f32>> = (0..n)
        .map(|s| input_line(tile, &(0..n).map(|r| pixel(r, s)).collect::<Vec<_>>()))
        .collect();
    let rows = (0..n).map(|i| columns.iter().map(|column| column[i]).collect::<Vec<_>>());
    rows.flat_map(|row| input_line(tile, &row)).collect()
}

/// `Bt` times a line.
fn input_line(tile: Winograd, d: &[f32]) -> Vec<f32> {
    let b = tile.input_matrix();
    match tile {
        Winograd::F2 => vec![d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]],
        Winograd::F4 => {
            let pair = |i: usize| {
                let even = d[2] * b[i][2] + d[4];
                let odd = d[1] * b[i][2] + d[3];
                [odd * b[i][3] + even, odd * b[i + 1][3] + even]
            };
            let ([v1, v2], [v3, v4]) = (pair(1), pair(3));
            let first = d[0] * b[0][0] + (d[2] * b[0][2] + d[4]);
            let last = d[1] * b[5][1] + (d[3] * b[5][3] + d[5]);
            vec![first, v1, v2, v3, v4, last]
        }
    }
}

/// `At` times a line.
fn output_line(tile: Winograd, s: &[f32]) -> Vec<f32> {
    let a = tile.output_matrix();
    match tile {
        Winograd::F2 => vec![s[0] + (s[1] + s[2]), s[1] - s[2] + s[3]],
        Winograd::F4 => {
            let (even_a, odd_a) = (s[1] + s[2], s[1] - s[2]);
            let (even_b, odd_b) = (s[3] + s[4], s[3] - s[4]);
            vec![
                s[0] + even_a + even_b,
                odd_a * a[1][1] + odd_b * a[1][3],
                even_a * a[2][1] + even_b * a[2][3],
                odd_a * a[3][1] + (odd_b * a[3][3] + s[5]),
            ]
        }
    }
}

/// Writes the pixels of a tile that lie in the image, for the filters from `first` on.
fn output(
    k: &Conv,
    tile: Winograd,
    sums: &[[f32; PANEL]],
    bias: &[f32; PANEL],
    summand: Option<&[f32]>,
    [p, q, first]: [usize; 3],
    y: &mut [f32],
) {
    let n = tile.inputs();
    let [height, width, filters] = k.y.shape.hwc();
    for (filter, bias) in (first..filters).zip(bias) {
        let sum = |position: usize| sums[position][filter - first];
        let columns: Vec<Vec<f32>> = (0..n)
            .map(|j| output_line(tile, &(0..n).map(|i| sum(i * n + j)).collect::<Vec<_>>()))
            .collect();
        for (row, p) in (p..height).take(tile.outputs()).enumerate() {
            let line: Vec<f32> = columns.iter().map(|column| column[row]).collect();
            let mut line = output_line(tile, &line);
            line.iter_mut().for_each(|v| *v += bias);
            let place = |q: usize| (p * width + q) * filters + filter;
            if let Some(summand) = summand {
                for (q, v) in (q..width).zip(&mut line) {
                    *v += summand[place(q)];
                }
            }
            epilogue::apply(&k.epilogue, &mut line);
            for (q, v) in (q..width).zip(line) {
                y[place(q)] = v;
            }
        }
    }
}
