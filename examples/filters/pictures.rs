//! Photos as arrays, arrays as PNGs.

use cnn_runtime::{Bytes, Image, Zeros};
use image::imageops::{FilterType, replace};
use image::{DynamicImage, Rgb, RgbImage};
use std::error::Error;
use std::path::Path;

/// The size of a photo.
pub const HEIGHT: usize = 300;
/// The size of a photo.
pub const WIDTH: usize = 260;

/// Pixels around and between the panels.
const MARGIN: u32 = 12;

/// A photo, scaled to cover the models' input and cut to its middle.
pub fn read(path: &Path) -> Result<Box<Bytes<HEIGHT, WIDTH, 3>>, Box<dyn Error>> {
    let photo = DynamicImage::from(cnn_runtime::data::photo(path)?);
    let photo = photo.resize_to_fill(WIDTH as u32, HEIGHT as u32, FilterType::Triangle);
    let mut bytes = Bytes::<HEIGHT, WIDTH, 3>::zeros();
    bytes.as_flattened_mut().as_flattened_mut().copy_from_slice(photo.to_rgb8().as_raw());
    Ok(bytes)
}

/// The photo as it went in.
pub fn photo<const H: usize, const W: usize>(photo: &Bytes<H, W, 3>) -> RgbImage {
    RgbImage::from_fn(W as u32, H as u32, |x, y| Rgb(photo[y as usize][x as usize]))
}

/// Colours from 0 to 255.
pub fn colour<const H: usize, const W: usize>(image: &Image<H, W, 3>) -> RgbImage {
    let byte = |x: f32| x.round() as u8;
    RgbImage::from_fn(W as u32, H as u32, |x, y| Rgb(image[y as usize][x as usize].map(byte)))
}

/// One channel of edges: middle grey where there is none, brighter for +, darker for -. A step of
/// half the range, 3 * 128 in the sum of three rows, is white or black.
pub fn edges<const H: usize, const W: usize, const C: usize>(
    image: &Image<H, W, C>,
    channel: usize,
) -> RgbImage {
    let byte = |x: f32| (128.0 + x / 3.0).round() as u8;
    RgbImage::from_fn(W as u32, H as u32, |x, y| {
        Rgb([byte(image[y as usize][x as usize][channel]); 3])
    })
}

/// Writes each panel, and one picture with all of them side by side.
pub fn write(folder: &Path, panels: &[(&str, RgbImage)]) -> Result<(), Box<dyn Error>> {
    let name = folder.display();
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make `{name}`: {error}"))?;
    let together = ("side_by_side", side_by_side(panels));
    for (name, picture) in panels.iter().chain([&together]) {
        let path = folder.join(name).with_extension("png");
        let name = path.display();
        picture.save(&path).map_err(|error| format!("cannot write `{name}`: {error}"))?;
        println!("{name}");
    }
    Ok(())
}

/// On white, each in the middle of its cell: a result without padding is smaller than the photo.
fn side_by_side(panels: &[(&str, RgbImage)]) -> RgbImage {
    let (cell_width, cell_height) = (WIDTH as u32 + MARGIN, HEIGHT as u32 + MARGIN);
    let (width, height) = (panels.len() as u32 * cell_width + MARGIN, cell_height + MARGIN);
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    for (left, (_, panel)) in (MARGIN..).step_by(cell_width as usize).zip(panels) {
        let x = left + (WIDTH as u32 - panel.width()) / 2;
        let y = MARGIN + (HEIGHT as u32 - panel.height()) / 2;
        replace(&mut sheet, panel, x.into(), y.into());
    }
    sheet
}
