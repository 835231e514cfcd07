//! A picture in memory: drawn on by plotters, written by the png crate.

use plotters::backend::BitMapBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::style::{FontStyle, WHITE, register_font};
use std::error::Error;
use std::io;
use std::path::Path;

/// The font's name among those that plotters knows; no other program part has one of this name.
pub(super) const FONT: &str = "cnn sans";

static FONT_FILE: &[u8] = include_bytes!("font/sans.ttf");

/// Where plotters draws.
pub(super) type Area<'p> = DrawingArea<BitMapBackend<'p>, Shift>;

/// What can go wrong while plotters draws.
pub(super) type Drawn = Result<(), Box<dyn Error + Send + Sync>>;

/// Writes what `draw` draws on white.
pub(super) fn picture(
    path: &Path,
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> io::Result<()> {
    register_font(FONT, FontStyle::Normal, FONT_FILE)
        .map_err(|_| io::Error::other("the shipped font is damaged"))?;
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        let drawn = area.fill(&WHITE).map_err(Into::into).and_then(|()| draw(&area));
        drawn.and_then(|()| area.present().map_err(Into::into)).map_err(io::Error::other)?;
    }
    cnn_weights::replace_file(path, &encode(&pixels, size)?)
}

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}
