//! The data sets that everybody knows, where they are at hand, against their published figures.

use crate::given::shared;
use crate::sample;
use cnn_runtime::data::{Arrays, Dataset, Normalisation, mnist};

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
