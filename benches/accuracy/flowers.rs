//! A new head on a frozen MobileNetV1 with Keras' weights, on 400 photos of flowers: five folds.

use crate::{Options, Prepared, USAGE};
use cnn_runtime::Load;
use cnn_runtime::data::{Arrays, Dataset};
use cnn_runtime::train::{Fit, Sgd, WeightDecay};

cnn_runtime::cnn! {
    use "../examples/models/blocks/mobilenet.cnn";

    model Flowers {
        input 128x128x3, u8, scale (1/127.5), offset -1;
        frozen { body 0.75 as body; }
        pool avg global;
        dense 5, softmax;
        train;
    }
}

/// The tensors' names in Keras' file and in the model.
const KERAS: [(&str, &str); 6] = [
    ("conv1", "body.conv1"),
    ("conv1_bn", "body.conv1.bn"),
    ("conv_dw_{i}", "body.separable{i}.dw1"),
    ("conv_dw_{i}_bn", "body.separable{i}.dw1.bn"),
    ("conv_pw_{i}", "body.separable{i}.conv1"),
    ("conv_pw_{i}_bn", "body.separable{i}.conv1.bn"),
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
