//! A new head on a frozen MobileNetV1 with Keras' weights, on 400 photos of flowers: five folds.

use crate::{Options, Prepared, USAGE};
use cnn_runtime::Load;
use cnn_runtime::data::{Arrays, Dataset};
use cnn_runtime::train::{Fit, Sgd, WeightDecay};

cnn_runtime::cnn! {
    use "../examples/models/mobilenet.cnn";

    model Flowers(alpha = 0.75) {
        input 128x128x3, u8, scale (1/127.5), offset -1;
        frozen {
            conv 3x3, (32 * alpha), stride 2, pad same, bn, relu6;
            separable (64 * alpha);
            separable (128 * alpha), stride 2;
            separable (128 * alpha);
            separable (256 * alpha), stride 2;
            separable (256 * alpha);
            separable (512 * alpha), stride 2;
            repeat 5 { separable (512 * alpha); }
            separable (1024 * alpha), stride 2;
            separable (1024 * alpha)       -> [4, 4, 1024 * alpha];
            pool avg global;
        }
        dense 5, softmax;
        train;
    }
}

/// The tensors' names in Keras' file and in the model. `conv1/kernel` is the same in both.
const KERAS: [(&str, &str); 5] = [
    ("conv1_bn", "conv1.bn"),
    ("conv_dw_{i}", "separable{i}.dw1"),
    ("conv_dw_{i}_bn", "separable{i}.dw1.bn"),
    ("conv_pw_{i}", "separable{i}.conv1"),
    ("conv_pw_{i}_bn", "separable{i}.conv1.bn"),
];

/// Sample `i` of the photos is in fold `i % FOLDS`, so that every fold has as many of each class.
pub const FOLDS: u64 = 5;

/// A training by its seed; the first is that of the first fold.
pub fn run(options: &Options) -> Prepared {
    let photos = options.data.as_ref().ok_or(USAGE)?;
    let weights = Load::file(options.weights.as_ref().ok_or(USAGE)?);
    let weights = KERAS.iter().fold(weights, |load, (from, to)| load.rename(*from, *to));
    let photos = Arrays::from_safetensors(photos, "images", "labels", 5)?;
    let threads = options.threads;
    Ok(Box::new(move |seed| {
        let mut net = Flowers::init(seed);
        net.threads(threads);
        let matching = net.load_matching(weights.clone())?;
        if matching.left() != 2 {
            return Err(format!("not the weights that are asked for: {matching}").into());
        }
        // The new head begins at 0.
        let (kernel, bias) = ([0.0; 768 * 5], [0.0; 5]);
        net.load_matching(Load::tensors(&[
            ("dense1/kernel", &[768, 5], &kernel),
            ("dense1/bias", &[5], &bias),
        ]))?;
        let (train, test) = photos.fold(((seed - 1) % FOLDS) as usize, FOLDS as usize)?;
        let fit = Fit {
            batch_size: 16,
            epochs: 20,
            seed,
            optimizer: Sgd { weight_decay: WeightDecay::l2(1e-4), ..Sgd::default() }.into(),
            cache_frozen: true,
            ..Fit::default()
        };
        net.fit_dataset(&train, fit)?;
        Ok(net.evaluate_dataset(&test)?.accuracy)
    }))
}
