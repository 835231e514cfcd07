//! The filters of the first convolution, as small pictures.

use super::canvas::picture;
use cnn_weights::{Role, Tensor};
use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};
use std::io;
use std::path::Path;

/// More are not drawn.
const MOST_FILTERS: usize = 256;

/// Filters in a row.
const COLUMNS: usize = 16;

/// Pixels of the side of a filter, about.
const SIDE: usize = 56;

/// Pixels between filters.
const GAP: usize = 6;

/// Draws up to 256 filters of the first convolution with a window among these tensors of a network, as
/// [`Learner`](crate::train::Learner) has them and their parameters: in colour over three channels, in
/// grey otherwise, the mean over the channels. Each filter's numbers go from black, its smallest, to
/// white.
///
/// # Errors
/// When the file cannot be written, or the network has no such convolution.
pub fn filters_png(
    tensors: &[Tensor],
    parameters: &[f32],
    path: impl AsRef<Path>,
) -> io::Result<()> {
    let none = || io::Error::other("the network has no convolution with a window");
    let (dims, values) = first(tensors, parameters).ok_or_else(none)?;
    let [height, width, channels, filters] = dims;
    let shown = filters.min(MOST_FILTERS);
    let (columns, rows) = (shown.min(COLUMNS), shown.div_ceil(COLUMNS));
    let zoom = (SIDE / height.max(width)).max(1);
    let step = [width, height].map(|side| side * zoom + GAP);
    let size = ((columns * step[0] + GAP) as u32, (rows * step[1] + GAP) as u32);
    picture(path.as_ref(), size, |area| {
        for filter in 0..shown {
            let at = |pixel: usize, channel: usize| {
                values[(pixel * channels + channel) * filters + filter]
            };
            let corner = [filter % COLUMNS * step[0] + GAP, filter / COLUMNS * step[1] + GAP];
            for (pixel, colour) in colours(height * width, channels, at).enumerate() {
                let x = (corner[0] + pixel % width * zoom) as i32;
                let y = (corner[1] + pixel / width * zoom) as i32;
                let last = zoom as i32 - 1;
                area.draw(&Rectangle::new([(x, y), (x + last, y + last)], colour.filled()))?;
            }
        }
        Ok(())
    })
}

/// Height, width, channels, filters of the first kernel with a window, and its numbers.
fn first<'a>(tensors: &[Tensor], parameters: &'a [f32]) -> Option<([usize; 4], &'a [f32])> {
    let mut rest = parameters;
    for tensor in tensors {
        let values = rest.split_off(..tensor.len())?;
        let dims: Option<[usize; 4]> = tensor.dims[..].try_into().ok();
        if let (Role::Kernel { .. }, Some(dims @ [height, width, ..])) = (tensor.role, dims)
            && height * width > 1
        {
            return Some((dims, values));
        }
    }
    None
}

/// The pixels of a filter.
fn colours(
    pixels: usize,
    channels: usize,
    at: impl Fn(usize, usize) -> f32,
) -> impl Iterator<Item = RGBColor> {
    let value = move |pixel: usize, colour: usize| match channels {
        3 => at(pixel, colour),
        _ => (0..channels).map(|channel| at(pixel, channel)).sum::<f32>() / channels as f32,
    };
    let all: Vec<[f32; 3]> =
        (0..pixels).map(|pixel| [0, 1, 2].map(|colour| value(pixel, colour))).collect();
    let low = all.iter().flatten().fold(f32::INFINITY, |low, &x| low.min(x));
    let high = all.iter().flatten().fold(f32::NEG_INFINITY, |high, &x| high.max(x));
    // Grey where all are equal.
    let byte = move |x: f32| {
        let share = if high > low { (x - low) / (high - low) } else { 0.5 };
        (255.0 * share).round() as u8
    };
    all.into_iter().map(move |[r, g, b]| RGBColor(byte(r), byte(g), byte(b)))
}
