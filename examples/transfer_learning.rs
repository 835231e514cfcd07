//! MobileNetV1 with Keras' weights learns classes of its own, from a folder of photos for each.
//!
//! `cargo run --release --example transfer_learning -- --weights FILE --photos DIR [--case CASE]
//! [--out FILE]`
//!
//! FILE is what the example `mobilenet` takes. DIR has a folder a class, `tulips/*.jpg` and so on; the
//! models below say how many classes there are. CASE is `tiny`, `small` or `large`; where nothing is
//! said the number of photos decides. The new weights go to the last FILE.

#![forbid(unsafe_code)]

use cnn_examples::exit_code;
use cnn_runtime::data::{Augment, Dataset, Folder};
use cnn_runtime::train::{Evaluate, Evaluation, Fit, Learner, Schedule, Sgd, WeightDecay};
use cnn_runtime::{Load, cnn};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Photos get this size.
const SIZE: u32 = 128;

cnn! {
    // `body`: all of MobileNetV1 before its classifier.
    use "models/blocks/mobilenet.cnn";

    /// Three quarters of its width, for photos of 128x128: the weights fit any size.
    pub model Photos(classes = 5, size = 128, alpha = 0.75) {
        input [size, size, 3], u8, scale (1/127.5), offset -1;
        body alpha as body;
        pool avg global;
        dense classes, softmax;
        train;
    }

    /// The same where only the classifier learns: no other layer has a backward pass.
    pub model Classifier(classes = 5, size = 128, alpha = 0.75) {
        input [size, size, 3], u8, scale (1/127.5), offset -1;
        frozen { body alpha as body; }
        pool avg global;
        dense classes, softmax;
        train;
    }
}

/// The tensors' names in Keras' file and in the model. The file's `conv_preds` belongs to its own
/// thousand classes, and stays there.
const KERAS: [(&str, &str); 6] = [
    ("conv1", "body.conv1"),
    ("conv1_bn", "body.conv1.bn"),
    ("conv_dw_{i}", "body.separable{i}.dw1"),
    ("conv_dw_{i}_bn", "body.separable{i}.dw1.bn"),
    ("conv_pw_{i}", "body.separable{i}.conv1"),
    ("conv_pw_{i}_bn", "body.separable{i}.conv1.bn"),
];

/// One photo of so many is not trained with, but tells how good the network is.
const FOLDS: usize = 5;

/// How much there is to learn from, and so how much of the network learns.
#[derive(Debug, Clone, Copy)]
enum Case {
    /// Fewer than 500 photos a class: the new classifier alone.
    Tiny,
    /// Up to 1000: the last two blocks of convolutions, too.
    Small,
    /// More: everything, from the pretrained weights on.
    Large,
}

const USAGE: &str =
    "usage: transfer_learning --weights FILE --photos DIR [--case tiny|small|large] [--out FILE]";

struct Arguments {
    weights: PathBuf,
    photos: PathBuf,
    case: Option<Case>,
    out: PathBuf,
}

fn main() -> ExitCode {
    exit_code(arguments(std::env::args().skip(1)).and_then(|arguments| run(&arguments)))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let folder = Folder::open(&arguments.photos, [SIZE, SIZE])?;
    let (names, photos) = (folder.names(), folder.len());
    let [classes] = Photos::OUTPUT;
    if names.len() != classes {
        let (found, place) = (names.len(), arguments.photos.display());
        let cure = format!("write `classes = {found}` in {}, in both models", file!());
        let told = format!("{place} has {found} folders of photos, the models {classes} classes");
        return Err(format!("{told}: {cure}").into());
    }
    let case = arguments.case.unwrap_or(match photos / names.len() {
        ..500 => Case::Tiny,
        500..=1000 => Case::Small,
        _ => Case::Large,
    });
    println!("{photos} photos of {}: {case:?}", names.join(", "));

    let weights = Load::file(&arguments.weights);
    let weights = KERAS.iter().fold(weights, |load, (from, to)| load.rename(*from, *to));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (out, shown) = (&arguments.out, arguments.out.display());
    let result = match case {
        Case::Tiny => {
            let mut net = Classifier::init(1);
            net.threads(threads);
            println!("{}\n", net.load_matching(weights)?);
            let result = net.learn(|learner| train(learner, &folder, case))?;
            net.save(out)?;
            result
        }
        Case::Small | Case::Large => {
            let mut net = Photos::init(1);
            net.threads(threads);
            println!("{}\n", net.load_matching(weights)?);
            if let Case::Small = case {
                net.freeze("body.conv1"..="body.separable11")?;
            }
            let result = net.learn(|learner| train(learner, &folder, case))?;
            net.save(out)?;
            result
        }
    };
    println!("{} photos that it has not seen: {result}\n", result.samples);
    println!("{}\nwritten: {shown}", result.confusion.table(names));
    Ok(())
}

/// Trains with four fifths of the photos, and says what the network makes of the others.
fn train(
    learner: &mut dyn Learner,
    folder: &Folder,
    case: Case,
) -> Result<Evaluation, Box<dyn Error>> {
    // Decoded once, for all epochs.
    let photos = folder.load()?;
    let (train, validation) = photos.fold(0, FOLDS)?;
    let fit = Fit { validation_data: Some(&validation), ..settings(case) };
    match case {
        // What the frozen layers give is computed once, too: of each photo as it is.
        Case::Tiny => Fit { cache_frozen: true, ..fit }.run(learner, &train)?,
        Case::Small | Case::Large => {
            fit.run(learner, &train.augmented(Augment { flip: true, ..Augment::default() }))?
        }
    };
    Ok(Evaluate::default().run(learner, &validation)?)
}

/// The less is frozen, the smaller the steps: what was learnt before must not be lost.
fn settings(case: Case) -> Fit<'static> {
    let sgd = |learning_rate, momentum| {
        let weight_decay = WeightDecay::l2(1e-4);
        Sgd { learning_rate, momentum, weight_decay, ..Sgd::default() }.into()
    };
    let (optimizer, epochs) = match case {
        Case::Tiny => (sgd(0.01, 0.0), 20),
        Case::Small | Case::Large => (sgd(0.002, 0.9), 10),
    };
    let schedule = Schedule::Cosine { epochs, floor: 0.0 };
    Fit { batch_size: 16, epochs, optimizer, schedule, ..Fit::default() }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let (mut weights, mut photos, mut case) = (None, None, None);
    let mut out = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target/photos.safetensors");
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        match (word.as_str(), value.as_str()) {
            ("--weights", _) => weights = Some(value.into()),
            ("--photos", _) => photos = Some(value.into()),
            ("--out", _) => out = value.into(),
            ("--case", "tiny") => case = Some(Case::Tiny),
            ("--case", "small") => case = Some(Case::Small),
            ("--case", "large") => case = Some(Case::Large),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(Arguments { weights: weights.ok_or(USAGE)?, photos: photos.ok_or(USAGE)?, case, out })
}
