//! Images and labels of the program: what they may be given as, and what is wrong with others.

use crate::sample;
use cnn_runtime::Image;
use cnn_runtime::data::{Arrays, Dataset, Images, Labels};
use ndarray::{Array1, Array2, Array3, Array4, Axis, s};

fn counted() -> Array4<f32> {
    Array4::from_shape_fn((5, 2, 3, 4), |(n, h, w, c)| (n * 1000 + h * 100 + w * 10 + c) as f32)
}

#[test]
fn images_come_from_arrays_views_and_slices() {
    let array = counted();
    let wanted: Vec<f32> = array.index_axis(Axis(0), 3).iter().copied().collect();
    let nested: Vec<Image<2, 3, 4>> = (0..5_usize)
        .map(|n| {
            let pixel = |h, w| std::array::from_fn(|c| array[[n, h, w, c]]);
            std::array::from_fn(|h| std::array::from_fn(|w| pixel(h, w)))
        })
        .collect();
    let labels = [0_u8; 5];
    let check = |images: Images<'_>, what: &str| {
        assert_eq!((images.len(), images.sizes()), (5, [2, 3, 4]), "{what}");
        let data = Arrays::new(images, &labels, 2).expect("they belong together");
        assert_eq!(sample(&data, 3, None).0, wanted, "{what}");
    };
    check((&array).into(), "an array");
    check((&array.view()).into(), "a reference to a view");
    check(array.view().into(), "a view");
    check(array.clone().into(), "an owned array");
    check((&nested).into(), "a vector of images");
    check(nested[..].into(), "a slice of images");
    // Stored as N, C, H, W, as PyTorch has it.
    let channels_first = array.view().permuted_axes([0, 3, 1, 2]).as_standard_layout().into_owned();
    check(channels_first.view().permuted_axes([0, 2, 3, 1]).into(), "a permuted view");
    let doubled = Array4::from_shape_fn((10, 2, 3, 4), |(n, h, w, c)| array[[n / 2, h, w, c]]);
    check(doubled.slice(s![..;2, .., .., ..]).into(), "every second");
}

#[test]
fn missing_axes_are_one() {
    let grey = Array3::<u8>::from_elem((4, 28, 28), 9);
    assert_eq!(Images::from(&grey).sizes(), [28, 28, 1]);
    assert_eq!(Images::from(grey).sizes(), [28, 28, 1]);
    let vectors = Array2::<f32>::zeros((4, 7));
    assert_eq!(Images::from(&vectors).sizes(), [1, 1, 7]);
    assert_eq!(Images::from(&vec![[0.0_f32; 7]; 4]).sizes(), [1, 1, 7]);
}

/// As the input of a model with `scale (1/255), offset -0.5` has it.
#[test]
fn bytes_are_scaled_and_then_moved() {
    let bytes = Array4::<u8>::from_shape_vec((1, 1, 4, 1), vec![0, 1, 128, 255]).unwrap();
    let plain = Arrays::new(&bytes, &[0], 2).unwrap();
    assert_eq!(sample(&plain, 0, None).0, [0.0, 1.0, 128.0, 255.0]);
    let scale = 1.0 / 255.0_f32;
    let wanted = [0.0, 1.0, 128.0, 255.0].map(|x: f32| x * scale - 0.5);
    let scaled = plain.scale(scale).offset(-0.5);
    assert_eq!(sample(&scaled, 0, None).0, wanted);
}

#[test]
fn labels_are_classes_or_rows() {
    let images = Array4::<f32>::zeros((3, 1, 1, 1));
    let targets = |labels: Labels<'_>, classes| -> Vec<Vec<f32>> {
        let data = Arrays::new(&images, labels, classes).expect("they fit");
        (0..3).map(|index| sample(&data, index, None).1).collect()
    };
    let hot = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
    assert_eq!(targets((&[1_u8, 2, 0]).into(), 3), hot);
    assert_eq!(targets((&[1_i64, 2, 0][..]).into(), 3), hot);
    assert_eq!(targets(vec![1_usize, 2, 0].into(), 3), hot);
    assert_eq!(targets((&Array1::from_vec(vec![1_i32, 2, 0])).into(), 3), hot);
    assert_eq!(targets(Array2::from_shape_vec((3, 1), vec![1_u16, 2, 0]).unwrap().into(), 3), hot);
    assert_eq!(targets((&Array2::from(hot.to_vec())).into(), 3), hot);
    assert_eq!(targets((&hot[..]).into(), 3), hot);
    assert_eq!(targets(Array2::from(hot.to_vec()).mapv(|x: f32| x as u8).into(), 3), hot);
    // One output: a choice of two, or a value.
    assert_eq!(targets((&[1_u8, 0, 1]).into(), 1), [[1.0], [0.0], [1.0]]);
    assert_eq!(targets((&[0.25_f32, -1.0, 7.5]).into(), 1), [[0.25], [-1.0], [7.5]]);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let images = Array4::<f32>::zeros((3, 1, 1, 1));
    let error = |labels: Labels<'_>, classes| {
        Arrays::new(&images, labels, classes).expect_err("they do not fit").to_string()
    };
    assert_eq!(
        error((&[0_u8; 4]).into(), 10),
        "the images and the labels do not belong together: 3 images, 4 labels; give the labels of \
         these images, one each"
    );
    let of = |class: &str, highest| {
        format!(
            "the labels: sample 1 is of class {class}, expected 0 to {highest}; say how many \
             classes there are, or count the labels from 0"
        )
    };
    assert_eq!(error((&[1, 10, 2]).into(), 10), of("10", 9));
    assert_eq!(error((&[1, -1, 2]).into(), 10), of("-1", 9));
    assert_eq!(error((&[1, 2, 0]).into(), 1), of("2", 1));
    assert_eq!(error((&[1, u64::MAX, 2]).into(), 10), of("9223372036854775807", 9));
    assert_eq!(
        error((&Array2::<f32>::zeros((3, 9))).into(), 10),
        "the labels have 9 numbers a sample, expected 10, one a class or output"
    );
}

#[test]
fn what_is_asked_for_wrongly_is_refused() {
    let images = Array4::<f32>::zeros((3, 2, 2, 1));
    let data = Arrays::new(&images, &[0, 1, 0], 2).unwrap();
    let error = |index, image: usize, target: usize| {
        let read = data.read(index, None, &mut vec![0.0; image], &mut vec![0.0; target]);
        read.expect_err("wrong").to_string()
    };
    assert_eq!(error(3, 4, 2), "there is no sample 3: the data set has 3, counted from 0");
    assert_eq!(error(0, 5, 2), "an image has 4 elements, the slice for it 5");
    assert_eq!(error(0, 4, 1), "a target has 2 elements, the slice for it 1");
    assert_eq!(
        data.check([4, 4, 3], 2).unwrap_err().to_string(),
        "the model takes images of 4x4x3, the data set has 2x2x1; resize or crop them, or change \
         the model's input"
    );
    assert_eq!(
        data.check([2, 2, 1], 10).unwrap_err().to_string(),
        "the model gives 10 numbers, the data set has 2 classes; change either"
    );
    assert!(data.check([2, 2, 1], 2).is_ok());
}

/// `int(math.floor(n * (1 - validation_split)))`, Keras' `train_validation_split`, in Python.
#[test]
fn a_split_is_keras() {
    let cases = [(60_000, 0.2, 48_000), (10, 0.2, 8), (5, 0.1, 4), (7, 0.3, 4), (3, 0.0, 3)];
    for (n, validation, train) in cases {
        let images = Array4::<f32>::zeros((n, 1, 1, 1));
        let data = Arrays::new(&images, vec![0; n], 2).unwrap();
        let (first, second) = data.split(validation).unwrap();
        assert_eq!((first.len(), second.len()), (train, n - train), "{n} {validation}");
    }
    let images = Array4::<f32>::zeros((1, 1, 1, 1));
    let data = Arrays::new(&images, &[0], 2).unwrap();
    for fraction in [-0.1, 1.5, f64::NAN] {
        let error = data.split(fraction).unwrap_err().to_string();
        let wanted = format!("a data set cannot be split at {fraction}; give a number from 0 to 1");
        assert_eq!(error, wanted);
    }
}

#[test]
fn parts_are_the_samples_that_they_name() {
    let images = Array4::from_shape_fn((6, 1, 1, 1), |(n, ..)| n as f32);
    let data = Arrays::new(&images, vec![0; 6], 2).unwrap();
    let all = |part: &dyn Dataset| -> Vec<f32> {
        (0..part.len()).map(|index| sample(&part, index, None).0[0]).collect()
    };
    assert_eq!(all(&(&data).first(2)), [0.0, 1.0]);
    assert_eq!(all(&(&data).first(9)).len(), 6);
    assert_eq!(all(&(&data).last(2)), [4.0, 5.0]);
    assert_eq!(all(&(&data).last(9)).len(), 6);
    assert_eq!(all(&(&data).subset(vec![5, 0, 5]).unwrap()), [5.0, 0.0, 5.0]);
    assert_eq!(all(&(&data).last(4).first(2).last(1)), [3.0]);
    let (train, validation) = data.fold(1, 4).unwrap();
    assert_eq!((all(&train), all(&validation)), (vec![0.0, 2.0, 3.0, 4.0], vec![1.0, 5.0]));
    for (fold, folds) in [(0, 0), (0, 1), (4, 4)] {
        let error = data.fold(fold, folds).unwrap_err().to_string();
        let wanted =
            format!("there is no fold {fold} of {folds}: folds are two at least, counted from 0");
        assert_eq!(error, wanted);
    }
    let error = (&data).subset(vec![0, 6]).unwrap_err().to_string();
    assert_eq!(error, "there is no sample 6: the data set has 6, counted from 0");
    let part = (&data).first(2);
    let error = part.read(2, None, &mut [0.0], &mut [0.0; 2]).unwrap_err().to_string();
    assert_eq!(error, "there is no sample 2: the data set has 2, counted from 0");
}
