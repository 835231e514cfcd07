//! Photos that are damaged, hostile, of other kinds: an error of one line each, or the pixels.

use cnn_runtime::data::photo;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

/// Four different corners.
fn picture() -> RgbImage {
    RgbImage::from_fn(16, 8, |x, y| Rgb([(x * 16) as u8, (y * 32) as u8, ((x ^ y) * 15) as u8]))
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

/// What is said of these bytes in a file, without its path.
fn told(folder: &Path, name: &str, bytes: &[u8]) -> String {
    std::fs::write(folder.join(name), bytes).expect("written");
    refused(&folder.join(name))
}

fn refused(path: &Path) -> String {
    let error = photo(path).expect_err("no photo").to_string();
    assert!(!error.contains('\n'), "one line: {error}");
    let begin = format!("cannot read `{}`: ", path.display());
    error.strip_prefix(&begin).expect("the path").to_owned()
}

#[test]
fn every_kind_of_pixel_becomes_rgb() {
    let folder = tempfile::tempdir().expect("a folder");
    let rgb = DynamicImage::from(picture());
    let kinds = [
        ("rgb", rgb.clone(), rgb.to_rgb8()),
        ("rgba", rgb.to_rgba8().into(), rgb.to_rgb8()),
        ("grey", rgb.to_luma8().into(), DynamicImage::from(rgb.to_luma8()).to_rgb8()),
        ("grey_alpha", rgb.to_luma_alpha8().into(), DynamicImage::from(rgb.to_luma8()).to_rgb8()),
        ("rgb16", rgb.to_rgb16().into(), rgb.to_rgb8()),
        ("grey16", rgb.to_luma16().into(), DynamicImage::from(rgb.to_luma8()).to_rgb8()),
    ];
    for (name, kind, expected) in kinds {
        // A name that lies: what counts is the content.
        let path = folder.path().join(format!("{name}.jpg"));
        std::fs::write(&path, encoded(kind, ImageFormat::Png)).expect("written");
        let found = photo(&path).expect("a photo");
        // 16 bits of grey are made of colours in another order of rounding.
        let far = found.as_raw().iter().zip(expected.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(far <= Some(u8::from(name == "grey16")), "{name}: {far:?}");
    }
}

#[test]
fn an_image_cut_off_after_any_byte_is_told_from_a_whole_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (format, name) in
        [(ImageFormat::Png, "x.png"), (ImageFormat::Jpeg, "x.jpg"), (ImageFormat::Bmp, "x.bmp")]
    {
        let whole = encoded(picture(), format);
        let mut kinds = BTreeSet::new();
        // The last 12 bytes of a PNG are the mark of its end; all pixels are there without it.
        let needed = if format == ImageFormat::Png { whole.len() - 12 } else { whole.len() };
        for length in 0..needed {
            kinds.insert(told(folder.path(), name, &whole[..length]));
        }
        let expected = ["it is no PNG, JPEG or BMP image", "the image is cut off before its end"];
        assert_eq!(kinds, expected.map(str::to_owned).into(), "{name}");
    }
}

#[test]
fn a_small_file_that_claims_a_large_image_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut png = encoded(picture(), ImageFormat::Png);
    // 65535x65535 of RGB; Python's `zlib.crc32` gave the checksum.
    png[12..33].copy_from_slice(b"IHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\09gN\x07");
    let mut jpeg = encoded(picture(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let mut bmp = encoded(picture(), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0]);
    for (name, bytes) in [("x.png", png), ("x.jpg", jpeg), ("x.bmp", bmp)] {
        let expected = "it is larger than 16384x16384 pixels, or takes more than 512 MiB";
        assert_eq!(told(folder.path(), name, &bytes), expected, "{name}");
    }
}

#[test]
fn what_is_no_photo_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = "it is no PNG, JPEG or BMP image";
    assert_eq!(told(folder.path(), "text.png", b"hello"), other);
    assert_eq!(told(folder.path(), "empty.jpg", b""), other);
    assert_eq!(refused(folder.path()), "it is a folder, not a file");
    let missing = refused(&folder.path().join("none.png"));
    assert!(missing.ends_with("(os error 2)"), "{missing}");
}

/// Where files are sparse: elsewhere it would take a terabyte of the disk.
#[test]
#[cfg(target_os = "linux")]
fn a_long_file_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let huge = folder.path().join("huge.png");
    let file = std::fs::File::create(&huge).expect("a file");
    file.set_len(1 << 40).expect("a sparse file");
    assert_eq!(refused(&huge), "it has 1099511627776 bytes, more than 67108864");
}
