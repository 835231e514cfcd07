//! Augmentation: its documented random numbers, and what they do to an image.

use crate::sample;
use cnn_runtime::data::{Arrays, Augment, Dataset, Draw};
use ndarray::{Array3, Array4};

const DRAW: Draw = Draw { seed: 7, epoch: 1 };

/// The samples whose random numbers stand below.
const SAMPLES: std::ops::Range<usize> = 4..10;

fn images() -> Array4<f32> {
    Array4::from_shape_fn((10, 5, 8, 2), |(n, h, w, c)| (n * 1000 + h * 100 + w * 10 + c) as f32)
}

/// Pixel by pixel: mirrored first, then moved.
fn moved(image: &Array4<f32>, n: usize, flip: bool, by: [isize; 2], fill: f32) -> Vec<f32> {
    let (_, h, w, c) = image.dim();
    let pixel = |(y, x, c): (usize, usize, usize)| {
        let (from_y, from_x) = (y as isize - by[0], x as isize - by[1]);
        let (Ok(from_y), Ok(from_x)) = (usize::try_from(from_y), usize::try_from(from_x)) else {
            return fill;
        };
        let from_x = if flip { w.wrapping_sub(from_x + 1) } else { from_x };
        image.get([n, from_y, from_x, c]).copied().unwrap_or(fill)
    };
    Array3::from_shape_fn((h, w, c), pixel).into_raw_vec_and_offset().0
}

/// The numbers of the documented sequence for seed 7 and epoch 1, printed by Python: whether an
/// image is mirrored, by how many of at most 2 rows and 3 columns it moves.
#[test]
fn flips_and_shifts_are_those_of_the_documented_numbers() {
    let images = images();
    let data = Arrays::new(&images, vec![0; 10], 2).unwrap();
    let augment = Augment { flip: true, shift: [2, 3], fill: -1.0 };
    let python = [(0, 2, 0), (1, -1, 2), (0, 1, 2), (1, -1, 0), (0, -2, -3), (0, 1, -3)];
    let changed = (&data).augmented(augment);
    let shifted = (&data).augmented(Augment { flip: false, ..augment });
    for (index, (flip, rows, columns)) in SAMPLES.zip(python) {
        let wanted = moved(&images, index, flip == 1, [rows, columns], -1.0);
        assert_eq!(sample(&changed, index, Some(DRAW)).0, wanted, "sample {index}");
        // Switching one change off does not alter the others.
        let wanted = moved(&images, index, false, [rows, columns], -1.0);
        assert_eq!(sample(&shifted, index, Some(DRAW)).0, wanted, "sample {index}");
        assert_eq!(sample(&changed, index, None).0, sample(&data, index, None).0);
    }
    let other = |draw| SAMPLES.map(|i| sample(&changed, i, Some(draw)).0).collect::<Vec<_>>();
    assert_ne!(other(DRAW), other(Draw { epoch: 2, ..DRAW }));
    assert_ne!(other(DRAW), other(Draw { seed: 8, ..DRAW }));
    assert_eq!(other(DRAW), other(DRAW));
}

/// The first two numbers of the same sequences: below 4 and below 6.
#[test]
fn crops_are_those_of_the_documented_numbers() {
    let images = images();
    let data = Arrays::new(&images, vec![0; 10], 2).unwrap();
    let cropped = (&data).cropped([2, 3]).unwrap();
    assert_eq!(cropped.sizes(), [2, 3, 2]);
    let part = |n, top, left| {
        let pixel = |(h, w, c)| images[[n, top + h, left + w, c]];
        Array3::from_shape_fn((2, 3, 2), pixel).into_raw_vec_and_offset().0
    };
    for (index, (top, left)) in SAMPLES.zip([(0, 4), (3, 2), (0, 4), (3, 1), (0, 0), (1, 4)]) {
        assert_eq!(sample(&cropped, index, Some(DRAW)).0, part(index, top, left));
        // Without a draw from the middle: 3 rows and 5 columns are left over.
        assert_eq!(sample(&cropped, index, None).0, part(index, 1, 2));
    }
    let whole = (&data).cropped([5, 8]).unwrap();
    assert_eq!(sample(&whole, 9, Some(DRAW)).0, sample(&data, 9, None).0);
    let error = (&data).cropped([6, 8]).unwrap_err().to_string();
    assert_eq!(error, "cannot crop 6x8 from images of 5x8x2; resize them first");
}

/// What augments inside another draws by the mixed seed: Python's numbers for it.
#[test]
fn augmentations_inside_each_other_draw_different_numbers() {
    let images = images();
    let data = Arrays::new(&images, vec![0; 10], 2).unwrap();
    let augment = Augment { flip: true, shift: [2, 3], fill: -1.0 };
    let inside = (&data).augmented(augment).cropped([5, 8]).unwrap();
    let python = [(1, 1, 3), (1, -1, 3), (0, 0, 0), (1, 2, 2), (1, 0, -2), (0, -1, 1)];
    for (index, (flip, rows, columns)) in SAMPLES.zip(python) {
        let wanted = moved(&images, index, flip == 1, [rows, columns], -1.0);
        assert_eq!(sample(&inside, index, Some(DRAW)).0, wanted, "sample {index}");
    }
}

#[test]
fn shifts_beyond_the_image_leave_the_fill() {
    let images = images();
    let data = Arrays::new(&images, vec![0; 10], 2).unwrap();
    let augment = Augment { shift: [usize::MAX, usize::MAX], fill: 5.0, ..Augment::default() };
    let changed = (&data).augmented(augment);
    assert_eq!(sample(&changed, 0, Some(DRAW)).0, [5.0; 80]);
}

/// Of 4,000 images 2,000 are mirrored, give or take 32 (one standard deviation); each of the 5 shifts
/// is met 800 times, give or take 25.
#[test]
fn flips_and_shifts_are_evenly_spread() {
    let images = Array4::from_shape_fn((4000, 1, 9, 1), |(_, _, w, _)| w as f32);
    let data = Arrays::new(&images, vec![0; 4000], 2).unwrap();
    let augment = Augment { flip: true, shift: [0, 2], fill: 9.0 };
    let changed = data.augmented(augment);
    let (mut flips, mut shifts) = (0_i32, [0_i32; 5]);
    for index in 0..4000 {
        let (image, _) = sample(&changed, index, Some(DRAW));
        flips += i32::from(image[4] > image[5]);
        // The middle of nine columns is its own mirror image.
        let middle = image.iter().position(|&x| x == 4.0).expect("shifts are small");
        shifts[middle - 2] += 1;
    }
    assert!((flips - 2000).abs() < 4 * 32, "{flips}");
    assert!(shifts.iter().all(|count| (count - 800).abs() < 4 * 26), "{shifts:?}");
}
