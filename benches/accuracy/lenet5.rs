//! LeNet-5 on MNIST: the layers of LeCun et al. 1998 as they are taught today, with zeros around the
//! digits instead of images of 32x32.

use crate::{Options, Prepared, USAGE, momentum};
use cnn_runtime::data::{Dataset, Normalisation, mnist};

cnn_runtime::include_model!("peers/networks.cnn", LeNet5, train);

const EPOCHS: usize = 10;

/// A training by its seed.
pub fn run(options: &Options) -> Prepared {
    let data = mnist(options.data.as_ref().ok_or(USAGE)?)?;
    let by = Normalisation::of(&data.train)?;
    let (train, test) = (data.train.normalised(&by)?, data.test.normalised(&by)?);
    let threads = options.threads;
    Ok(Box::new(move |seed| {
        let mut net = LeNet5::init(seed);
        net.threads(threads);
        net.learn(|learner| momentum::accuracy(learner, [&train, &test], EPOCHS, seed))
    }))
}
