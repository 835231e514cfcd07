//! The data sets that everybody knows, where they are at hand, against their published figures.

use crate::given::shared;
use crate::sample;
use cnn_runtime::data::{Arrays, Dataset, Folder, Normalisation, mnist};
use std::path::Path;

fn counts(data: &Arrays<'_>) -> Vec<usize> {
    let mut counts = vec![0; data.classes()];
    for &class in data.labels().classes().expect("labels are classes") {
        counts[usize::try_from(class).expect("it was checked")] += 1;
    }
    counts
}

/// Digits of each kind: Yann LeCun's data set as every description of it counts them, Deng, "The MNIST
/// Database of Handwritten Digit Images" (2012) among them. The mean and the deviation are those of
/// PyTorch's MNIST example, `transforms.Normalize((0.1307,), (0.3081,))`.
#[test]
fn mnist_has_its_published_figures() {
    let Some(folder) = shared("mnist") else { return };
    let mnist = mnist(folder).expect("it is sound");
    let train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    let test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
    assert_eq!((counts(&mnist.train), counts(&mnist.test)), (train.to_vec(), test.to_vec()));
    assert_eq!((mnist.train.sizes(), mnist.test.sizes()), ([28, 28, 1], [28, 28, 1]));
    // The digits that stand at the beginning in every picture of the data set.
    let first = &mnist.train.labels().classes().expect("classes")[..10];
    assert_eq!(first, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    let of = Normalisation::of(&mnist.train.scale(1.0 / 255.0)).unwrap();
    assert!((of.mean[0] - 0.1307).abs() < 5e-5 && (of.std[0] - 0.3081).abs() < 5e-5, "{of:?}");
}

/// 6,000 and 1,000 of each class (Xiao, Rasul, Vollgraf 2017); 0.2860 and 0.3530 are the mean and the
/// deviation with which it is normalised everywhere.
#[test]
fn fashion_mnist_has_its_published_figures() {
    let Some(folder) = shared("fashion-mnist") else { return };
    let fashion = mnist(folder).expect("it is sound");
    assert_eq!((counts(&fashion.train), counts(&fashion.test)), (vec![6000; 10], vec![1000; 10]));
    // The first image is an ankle boot, class 9: black above, bright below.
    let (image, target) = sample(&fashion.train, 0, None);
    assert_eq!((image[..84].iter().sum::<f32>(), target[9]), (0.0, 1.0));
    let of = Normalisation::of(&fashion.train.scale(1.0 / 255.0)).unwrap();
    assert!((of.mean[0] - 0.2860).abs() < 5e-5 && (of.std[0] - 0.3530).abs() < 5e-5, "{of:?}");
}

/// What lies beside the example is where Fashion-MNIST begins.
#[test]
fn the_shipped_part_is_the_beginning_of_fashion_mnist() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/fashion");
    let shipped = mnist(shipped).expect("it is sound");
    assert_eq!((shipped.train.len(), shipped.test.len()), (6000, 1000));
    let Some(folder) = shared("fashion-mnist") else { return };
    let whole = mnist(folder).expect("it is sound");
    for (part, whole) in [(&shipped.train, &whole.train), (&shipped.test, &whole.test)] {
        let differs = |&index: &usize| sample(part, index, None) != sample(whole, index, None);
        assert_eq!((0..part.len()).find(differs), None);
    }
}

/// The first 4,000 images of CIFAR-10, with the labels that stand at the beginning of `data_batch_1`:
/// frog, truck, truck, deer, automobile.
#[test]
fn cifar10_is_read_from_safetensors() {
    let Some(folder) = shared("cifar10") else { return };
    let path = folder.join("train_first4000_u8.safetensors");
    let cifar = Arrays::from_safetensors(path, "images", "labels", 10).expect("it is sound");
    assert_eq!((cifar.len(), cifar.sizes()), (4000, [32, 32, 3]));
    assert_eq!(cifar.labels().classes().expect("classes")[..5], [6, 9, 9, 4, 1]);
    // The first pixel of the frog is 59, 62, 63 in every description of the format.
    assert_eq!(sample(&cifar, 0, None).0[..3], [59.0, 62.0, 63.0]);
}

/// By how much a channel of a resized photo may differ, on the mean, from Pillow's. Two decoders of
/// one JPEG differ by 1 in a channel of YCbCr at most (IEEE 1180), which is 1 + 1.772 in a colour at
/// most and a third of that on the mean; Pillow rounds to bytes twice (the rows, then the columns),
/// the crate `image` once: each such rounding is a quarter off on the mean.
const MEAN_DIFFERENCE: f64 = 2.772 / 3.0 + 3.0 * 0.25;

/// The same photos as Pillow decoded and resized them.
#[test]
fn photos_are_squashed_as_pillow_does() {
    let Some(folder) = shared("flowers5") else { return };
    let pillow = folder.join("train_128_u8.safetensors");
    let pillow = Arrays::from_safetensors(pillow, "images", "labels", 5).expect("it is sound");
    assert_eq!(counts(&pillow), [80; 5]);
    let names = std::fs::read_to_string(folder.join("train_128_u8.names.txt")).expect("names");
    let photos = Folder::open(folder.join("train"), [128, 128]).expect("it is sound");
    assert_eq!(photos.names(), ["daisy", "dandelion", "roses", "sunflowers", "tulips"]);
    assert_eq!(photos.len(), 150);
    // The first of every class, which is enough of a debug build's time.
    for (index, (path, class)) in photos.photos().enumerate().step_by(10) {
        let name = |line: &str| path.ends_with(line);
        let other = names.lines().position(name).expect("it has the same name");
        let ((image, target), wanted) =
            (sample(&photos, index, None), sample(&pillow, other, None));
        assert_eq!(target, wanted.1, "{}", path.display());
        assert_eq!(target[class], 1.0);
        let differences = image.iter().zip(&wanted.0).map(|(a, b)| f64::from((a - b).abs()));
        let mean = differences.sum::<f64>() / image.len() as f64;
        assert!(mean <= MEAN_DIFFERENCE, "{}: {mean}", path.display());
    }
}
