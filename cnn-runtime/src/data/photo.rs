//! A photo from a file: PNG, JPEG or BMP by its content, whatever its name says.
//!
//! In: a path. Out: its pixels as RGB, eight bits a channel (grey is repeated, alpha dropped), or
//! what is wrong. A small file that claims a large image is refused by its
//! header. CMYK and other spaces are the decoder's business; nothing is resized here.

use image::{ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read as _};
use std::path::Path;

use super::error::DataError;
use super::file::regular;

/// No side of a photo may be longer, in pixels.
const MAX_SIDE: u32 = 16_384;

/// No photo may take more memory, in bytes, while it is decoded.
const MAX_MEMORY: u64 = 512 << 20;

/// No file may be longer, in bytes.
const MAX_FILE: u64 = 64 << 20;

const CUT_OFF: &str = "the image is cut off before its end";

/// Reads a photo: PNG, JPEG or BMP by its content, as RGB, eight bits a channel. Grey is repeated,
/// alpha dropped. No side may be longer than 16,384 pixels, no file larger than 64 MiB, and decoding
/// takes 512 MiB at most.
///
/// # Errors
/// When the file cannot be read, is no photo, is damaged or is too large: one line, with the path.
pub fn photo(path: impl AsRef<Path>) -> Result<RgbImage, DataError> {
    let path = path.as_ref();
    regular(path)?;
    let bytes = bytes(path)?;
    pixels(&bytes).map_err(|why| DataError::Photo { path: path.to_owned(), why })
}

fn pixels(bytes: &[u8]) -> Result<RgbImage, String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| error.to_string())?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if !is_whole_jpeg(bytes) => {
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

fn bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    let io = |source| DataError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let len = file.metadata().map_err(io)?.len();
    if len > MAX_FILE {
        let why = format!("it has {len} bytes, more than {MAX_FILE}");
        return Err(DataError::Photo { path: path.to_owned(), why });
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Whether the mark of an image's end follows that of its pixels' start. The decoder does not mind
/// its absence and paints what is missing grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|pair| pair == mark);
    last([0xff, 0xd9]) > last([0xff, 0xda])
}
