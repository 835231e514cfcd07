//! A photo from a file: PNG, JPEG or BMP by its content, whatever its name says.
//!
//! In: a path. Out: its pixels as RGB, eight bits a channel (grey is repeated, alpha dropped), or
//! one line that says what is wrong. A small file that claims a large image is refused by its
//! header. CMYK and other spaces are the decoder's business; nothing is resized here.

use image::{ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read as _};
use std::path::Path;

/// No side of a photo may be longer, in pixels.
const MAX_SIDE: u32 = 16_384;

/// No photo may take more memory, in bytes, while it is decoded.
const MAX_MEMORY: u64 = 512 << 20;

/// No file may be longer, in bytes.
const MAX_FILE: u64 = 64 << 20;

const CUT_OFF: &str = "the image is cut off before its end";

/// Reads a photo.
///
/// # Errors
/// One line, with the path.
pub fn read(path: &Path) -> Result<RgbImage, String> {
    pixels(path).map_err(|why| format!("cannot read `{}`: {why}", path.display()))
}

fn pixels(path: &Path) -> Result<RgbImage, String> {
    let bytes = bytes(path)?;
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| error.to_string())?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if !is_whole_jpeg(&bytes) => {
            return Err(CUT_OFF.to_owned());
        }
        Some(_) => {}
        None => return Err("it is no PNG, JPEG or BMP image".to_owned()),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| match error {
        ImageError::Limits(_) => format!(
            "it is larger than {MAX_SIDE}x{MAX_SIDE} pixels, or takes more than {} MiB",
            MAX_MEMORY >> 20
        ),
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            CUT_OFF.to_owned()
        }
        other => other.to_string(),
    })?;
    Ok(image.into_rgb8())
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !about.is_file() {
        let what = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
        return Err(format!("it is {what}"));
    }
    if about.len() > MAX_FILE {
        return Err(format!("it has {} bytes, more than {MAX_FILE}", about.len()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Whether the mark of an image's end follows that of its pixels' start. The decoder does not mind
/// its absence and paints what is missing grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|pair| pair == mark);
    last([0xff, 0xd9]) > last([0xff, 0xda])
}
