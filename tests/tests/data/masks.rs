//! Masks: a class or a row of numbers for each pixel.

use crate::sample;
use cnn_runtime::data::{Arrays, Augment, Dataset, Draw, Labels};
use ndarray::{Array3, Array4, s};
use tempfile::TempDir;

/// Two images of 3x4, each number another.
fn images() -> Array4<f32> {
    Array4::from_shape_fn((2, 3, 4, 1), |(n, y, x, _)| (100 * n + 10 * y + x) as f32)
}

/// A class for each of their pixels.
fn classes() -> Array3<u8> {
    Array3::from_shape_fn((2, 3, 4), |(n, y, x)| ((n + y + 2 * x) % 3) as u8)
}

fn one_hot(classes: impl IntoIterator<Item = u8>) -> Vec<f32> {
    let row = |class| (0..3).map(move |k| f32::from(u8::from(k == class)));
    classes.into_iter().flat_map(row).collect()
}

#[test]
fn classes_of_pixels_become_a_row_a_pixel() {
    let (images, masks) = (images(), classes());
    let rows = Array4::from_shape_vec((2, 3, 4, 3), one_hot(masks.iter().copied())).unwrap();
    let bytes: Vec<[[u8; 4]; 3]> = (0..2)
        .map(|n| std::array::from_fn(|y| std::array::from_fn(|x| masks[[n, y, x]])))
        .collect();
    // Rows whose channels do not lie one behind the other.
    let turned = rows.view().permuted_axes([0, 3, 1, 2]).as_standard_layout().into_owned();
    let of: [(&str, Labels<'_>); 6] = [
        ("N, H, W", (&masks).into()),
        ("N, H, W, 1", masks.clone().insert_axis(ndarray::Axis(3)).into()),
        ("arrays", (&bytes).into()),
        ("N, H, W, K", (&rows).into()),
        ("permuted", turned.view().permuted_axes([0, 2, 3, 1]).into()),
        ("integers of N, H, W, K", rows.mapv(|x| x as i32).into()),
    ];
    for (name, labels) in of {
        assert_eq!((labels.len(), labels.pixels()), (2, [3, 4]), "{name}");
        let data = Arrays::new(&images, labels.clone(), 3).expect("they belong together");
        assert_eq!((data.pixels(), data.classes()), ([3, 4], 3), "{name}");
        for n in 0..2 {
            let expected = one_hot(masks.slice(s![n, .., ..]).iter().copied());
            assert_eq!(sample(&data, n, None).1, expected, "{name}");
        }
        assert!(Arrays::for_output(&images, labels, [3, 4, 3]).is_ok(), "{name}");
    }
    // A row for the whole image is as good: the numbers are the same.
    let flat = rows.into_shape_with_order((2, 36)).unwrap();
    let data = Arrays::for_output(&images, &flat, [3, 4, 3]).expect("36 numbers");
    assert_eq!(sample(&data, 1, None).1, flat.row(1).to_vec());
}

#[test]
fn masks_of_a_file_are_read() {
    let folder = TempDir::new().unwrap();
    let save = |name: &str, kind: &str, shape: &str, bytes: &[u8]| {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
        let padded = format!("{header:<117}\n");
        let start = [b"\x93NUMPY\x01\x00", &118u16.to_le_bytes()[..]].concat();
        let path = folder.path().join(name);
        std::fs::write(&path, [&start, padded.as_bytes(), bytes].concat()).unwrap();
        path
    };
    let x = save("x.npy", "|u1", "(2, 3, 4, 1)", &[9; 24]);
    let y = save("y.npy", "|u1", "(2, 3, 4)", classes().as_slice().unwrap());
    let data = Arrays::from_npy(x, y, 3).expect("they belong together");
    assert_eq!((data.len(), data.pixels()), (2, [3, 4]));
    assert_eq!(sample(&data, 1, None).1[..6], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn masks_that_do_not_fit_are_told() {
    let images = images();
    let error = |labels: Labels<'_>| {
        Arrays::for_output(&images, labels, [3, 4, 2]).expect_err("they do not fit").to_string()
    };
    assert_eq!(
        error(classes().into()),
        "the labels: sample 0 is of class 2, expected 0 to 1; say how many classes there are, or \
         count the labels from 0"
    );
    assert_eq!(
        error(Array3::<u8>::zeros((2, 2, 2)).into()),
        "the labels are masks of 2x2, the output is 3x4x2; crop or resize them, they are as large as \
         what the model answers"
    );
    assert_eq!(
        error([0_u8, 1].as_slice().into()),
        "the labels are masks of 1x1, the output is 3x4x2; crop or resize them, they are as large as \
         what the model answers"
    );
    assert_eq!(
        error(Array4::<f32>::zeros((2, 3, 4, 3)).into()),
        "the labels have 36 numbers a sample, expected 24, one a class or output"
    );
}

#[test]
fn masks_are_flipped_and_cropped_with_their_images() {
    let (images, masks) = (images(), classes());
    let data = Arrays::new(&images, &masks, 3).unwrap();
    let class = |row: &[f32]| row.iter().position(|&x| x == 1.0).map(|class| class as u8);
    // The image tells where each of its pixels was.
    let follows = |(image, target): (Vec<f32>, Vec<f32>)| {
        for (x, row) in image.iter().zip(target.chunks_exact(3)) {
            let at = [*x as usize / 100, *x as usize / 10 % 10, *x as usize % 10];
            assert_eq!(class(row), Some(masks[at]), "{at:?}");
        }
    };
    let flipped = (&data).augmented(Augment { flip: true, ..Augment::default() });
    let cropped = (&data).cropped([2, 2]).expect("they are as large as the images");
    assert_eq!((cropped.sizes(), cropped.pixels()), ([2, 2, 1], [2, 2]));
    let mut mirrored = 0;
    for epoch in 0..20 {
        let draw = Some(Draw { seed: 3, epoch });
        for n in 0..2 {
            mirrored += usize::from(sample(&flipped, n, draw).0[0] as usize % 10 == 3);
            follows(sample(&flipped, n, draw));
            follows(sample(&cropped, n, draw));
            follows(sample(&cropped, n, None));
        }
    }
    assert!((5..35).contains(&mirrored), "{mirrored} of 40 are mirrored");
}

#[test]
fn what_cannot_be_done_to_masks_is_told() {
    let images = images();
    let data = Arrays::new(&images, Array3::<u8>::zeros((2, 2, 2)), 3).unwrap();
    let error = (&data).cropped([2, 2]).unwrap_err().to_string();
    assert_eq!(
        error,
        "cannot crop images of 3x4x1 whose targets are masks of 2x2: only masks as large as their \
         images are cropped with them"
    );
    let shifted = (&data).augmented(Augment { shift: [1, 1], ..Augment::default() });
    let (mut image, mut target) = ([0.0; 12], [0.0; 12]);
    shifted.read(0, None, &mut image, &mut target).expect("nothing is moved without a draw");
    let draw = Some(Draw { seed: 3, epoch: 0 });
    let error = shifted.read(0, draw, &mut image, &mut target).unwrap_err().to_string();
    assert_eq!(
        error,
        "cannot shift images of 3x4x1 whose targets are masks of 2x2: what comes in at the edges has \
         no target; crop larger ones"
    );
}
