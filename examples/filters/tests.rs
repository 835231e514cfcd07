//! The lecture's tables and the filters on a photo, against PyTorch and against plain loops.

use super::{GAUSSIAN, GREY, HORIZONTAL, VERTICAL, blur, edges, pictures, report, run};
use cnn_runtime::{Bytes, Image, Zeros};
use std::path::{Path, PathBuf};

/// As NumPy prints the arrays; the feature maps by PyTorch's `conv2d` too.
const VERTICAL_REPORT: &str = "\
Input Image
[[10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [10 10 10  0  0  0]]

Kernel
[[ 1  0 -1]
 [ 1  0 -1]
 [ 1  0 -1]]

Output/Feature maps
[[ 0 30 30  0]
 [ 0 30 30  0]
 [ 0 30 30  0]
 [ 0 30 30  0]]
";

const HORIZONTAL_REPORT: &str = "\
Input Image
[[10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [10 10 10  0  0  0]
 [ 0  0  0 10 10 10]
 [ 0  0  0 10 10 10]
 [ 0  0  0 10 10 10]]

Kernel
[[ 1  1  1]
 [ 0  0  0]
 [-1 -1 -1]]

Output/Feature maps
[[  0   0   0   0]
 [ 30  10 -10 -30]
 [ 30  10 -10 -30]
 [  0   0   0   0]]
";

/// How far an edge may be from its value in exact numbers. With u = 2^-24: a weight of grey is off
/// by u of itself, as are its product and two sums, of at most 255; an output takes six of these,
/// and its nine sums stay below 3 * 255: 6 * 4 * 255 u + 9 * 765 u.
const EDGE_ERROR: f64 = (6.0 * 4.0 * 255.0 + 9.0 * 765.0) / (1 << 24) as f64;

type Photo = Bytes<{ pictures::HEIGHT }, { pictures::WIDTH }, 3>;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/burn_coyote.jpg")
}

#[test]
fn the_tables_are_the_lectures() {
    let (half, other) = ([10.0, 10.0, 10.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 10.0, 10.0, 10.0]);
    assert_eq!(report([half; 6], VERTICAL).expect("fits"), VERTICAL_REPORT);
    let chequered = [half, half, half, other, other, other];
    assert_eq!(report(chequered, HORIZONTAL).expect("fits"), HORIZONTAL_REPORT);
}

/// `torch.nn.functional.conv2d` in float64 on the same bytes, the blur with `groups=3`.
#[test]
fn pixels_are_pytorchs() {
    let mut photo = Photo::zeros();
    for (y, row) in photo.iter_mut().enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = [0, 1, 2].map(|c| ((7 * y * y + 13 * x + 29 * c + x * y) % 251) as u8);
        }
    }
    let blurred = blur().expect("fits").predict_u8_boxed(&photo);
    let blurred = |y: usize, x: usize| blurred[y][x].map(f64::from);
    assert_eq!(blurred(0, 0), [65.0, 94.0, 123.0]);
    assert_eq!(blurred(147, 31), [116.078125, 120.56640625, 122.11328125]);
    assert_eq!(blurred(295, 255), [118.8828125, 131.21484375, 120.015625]);
    let edges = edges().expect("fits").predict_u8_boxed(&photo);
    for ((y, x), expected) in
        [((0, 0), [-84.0, -90.0]), ((147, 31), [38.0, -45.386]), ((297, 257), [66.951, 26.0])]
    {
        for (found, expected) in edges[y][x].into_iter().zip(expected) {
            assert!((f64::from(found) - expected).abs() <= EDGE_ERROR, "{y} {x}: {found}");
        }
    }
}

/// Bytes times parts of 256 and their sums have 16 bits: the blur is exact in `f32`.
#[test]
fn the_photo_is_blurred_as_by_plain_loops() {
    let photo = pictures::read(&shipped()).expect("the shipped photo");
    let blurred = blur().expect("fits").predict_u8_boxed(&photo);
    for (y, row) in blurred.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            let sum = |c| inner_product(&GAUSSIAN, |i, j| f64::from(photo[y + i][x + j][c]));
            assert_eq!(pixel.map(f64::from), [0, 1, 2].map(|c| sum(c) / 256.0), "{y} {x}");
        }
    }
}

#[test]
fn the_photos_edges_are_those_of_plain_loops() {
    let photo = pictures::read(&shipped()).expect("the shipped photo");
    let edges = edges().expect("fits").predict_u8_boxed(&photo);
    // The decimal numbers, not the `f32`s nearest to them.
    let weights = GREY.map(|weight| (f64::from(weight) * 1e3).round() / 1e3);
    let grey = |y: usize, x: usize| -> f64 {
        photo[y][x].iter().zip(weights).map(|(&byte, weight)| f64::from(byte) * weight).sum()
    };
    for (y, row) in edges.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            for (&found, filter) in pixel.iter().zip([VERTICAL, HORIZONTAL]) {
                let exact = inner_product(&filter, |i, j| grey(y + i, x + j));
                assert!((f64::from(found) - exact).abs() <= EDGE_ERROR, "{y} {x}: {found}");
            }
        }
    }
}

/// The filter as it is written on the image: no flip.
fn inner_product<const N: usize>(
    filter: &[[f32; N]; N],
    image: impl Fn(usize, usize) -> f64,
) -> f64 {
    let taps = (0..N).flat_map(|i| (0..N).map(move |j| (i, j)));
    taps.map(|(i, j)| f64::from(filter[i][j]) * image(i, j)).sum()
}

#[test]
fn edges_are_grey_where_there_is_none() {
    let image: Image<1, 3, 2> = [[[0.0, 0.0], [0.0, 384.0], [0.0, -765.0]]];
    let bytes = |channel| pictures::edges(&image, channel).into_raw();
    assert_eq!(bytes(0), [128; 9]);
    assert_eq!(bytes(1), [128, 128, 128, 255, 255, 255, 0, 0, 0]);
}

#[test]
fn every_picture_is_written() {
    let folder = std::env::temp_dir().join(format!("cnn-filters-{}", std::process::id()));
    run(&shipped(), &folder).expect("runs");
    let size = |name: &str| image::image_dimensions(folder.join(name)).expect("a PNG");
    assert_eq!(size("original.png"), (260, 300));
    assert_eq!(size("blurred.png"), (256, 296));
    assert_eq!(size("vertical_edges.png"), (258, 298));
    assert_eq!(size("horizontal_edges.png"), (258, 298));
    assert_eq!(size("side_by_side.png"), (4 * 260 + 5 * 12, 300 + 2 * 12));
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}
