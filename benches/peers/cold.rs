//! From the start of the process to the first result.
//!
//! In: `T0`, the moment just before the start on the monotonic clock. Out: one line. The weights are
//! part of the program if they were there when it was built, else they are read from the archive.

use crate::inference::{MobileNet, expected, image, say};
use crate::{inference, process};
use cnn_benches::processor_time;
use cnn_runtime::{InstructionSet, Model, Zeros as _};
use serde_json::json;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// Runs MobileNetV1 once.
pub fn run(threads: usize, set: InstructionSet) -> Result<(), Box<dyn Error>> {
    let artifacts = Path::new("artifacts");
    let input = image::<<MobileNet as Model>::Input>(&artifacts.join("mobilenet_in.npy"))?;
    let start = Instant::now();
    let mut net = net(artifacts)?;
    inference::Network::set(&mut net, threads, set);
    let loaded = process::milliseconds_since(start);
    let (mut workspace, mut output) =
        (MobileNet::workspace(), <MobileNet as Model>::Output::zeros());
    net.predict_into(&mut workspace, &input, &mut output);
    let finished = process::milliseconds_since(start);
    let (now, worked) = (process::monotonic(), process::milliseconds(processor_time()));
    let memory = process::peak_memory();
    let began = std::env::var("T0").ok().and_then(|text| text.parse::<f64>().ok());
    let total = now.zip(began).map(|(now, began)| (now - began) * 1e3);
    let wanted = expected(&artifacts.join("mobilenet_ref.npy"))?;
    say(&json!({
        "engine": "cnn",
        "python_ms": 0,
        "numpy_ms": 0,
        "import_ms": 0,
        "load_ms": loaded,
        "first_ms": finished - loaded,
        "total_ms": total,
        "cpu_ms": worked,
        "peak_rss_mb": memory,
        "ok": largest(wanted.iter()) == largest(output.iter()),
    }))?;
    Ok(())
}

#[cfg(embedded)]
fn net(_: &Path) -> Result<MobileNet, Box<dyn Error>> {
    Ok(MobileNet::pretrained())
}

#[cfg(not(embedded))]
fn net(artifacts: &Path) -> Result<MobileNet, Box<dyn Error>> {
    inference::load(&artifacts.join("mobilenet.npz"))
}

/// Where the largest number stands.
fn largest<'a>(values: impl Iterator<Item = &'a f32>) -> Option<usize> {
    let largest = values.enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    largest.map(|(index, _)| index)
}
