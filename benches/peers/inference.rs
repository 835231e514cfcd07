//! A network that is loaded, checked against the expected output, and timed on demand.

use crate::{archive, process};
use cnn_benches::{BURST_ROUNDS, Moment};
use cnn_runtime::{Flatten, Image, InstructionSet, Load, Loadable, Zeros};
use ndarray::{Array4, ArrayD};
use ndarray_npy::ReadNpyExt as _;
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Instant;

mod models {
    cnn_runtime::include_models!();
}
pub use models::MobileNet;

/// Reads the weights, says that it is ready, and answers.
type Serve = fn(&str, usize, InstructionSet) -> Result<(), Box<dyn Error>>;

/// Every network under its name in the artifacts.
pub const NETWORKS: [(&str, Serve); 6] = [
    ("mobilenet", serve::<models::MobileNet>),
    ("small", serve::<models::SmallCnn>),
    ("resnet18", serve::<models::ResNet18>),
    ("resnet50", serve::<models::ResNet50>),
    ("vgg16", serve::<models::Vgg16>),
    ("squeezenet", serve::<models::SqueezeNet11>),
];

/// What every model can, beside what its trait says.
pub trait Network: Loadable {
    /// Threads and instructions of a run.
    fn set(&mut self, threads: usize, set: InstructionSet);
}

macro_rules! networks {
    ($($name:ident)*) => {
        $(impl Network for models::$name {
            fn set(&mut self, threads: usize, set: InstructionSet) {
                self.use_instruction_set(set);
                self.threads(threads);
            }
        })*
    };
}

networks!(MobileNet SmallCnn ResNet18 ResNet50 Vgg16 SqueezeNet11);

/// An image as one slice.
pub trait Pixels {
    /// Row by row, pixel by pixel.
    fn pixels(&mut self) -> &mut [f32];
}

impl<const H: usize, const W: usize, const C: usize> Pixels for Image<H, W, C> {
    fn pixels(&mut self) -> &mut [f32] {
        self.as_flattened_mut().as_flattened_mut()
    }
}

/// A run lasts at least this many milliseconds: a shorter network is called several times for each
/// figure, because the processor's clock costs most of a microsecond to read.
const RUN: f64 = 1.0;

fn serve<M: Network>(name: &str, threads: usize, set: InstructionSet) -> Result<(), Box<dyn Error>>
where
    M::Input: Pixels,
    M::Output: AsRef<[f32]>,
{
    let artifacts = Path::new("artifacts");
    let start = Instant::now();
    let mut net: M = load(&artifacts.join(format!("{name}.npz")))?;
    net.set(threads, set);
    let loaded = start.elapsed();
    let input = image::<M::Input>(&artifacts.join(format!("{name}_in.npy")))?;
    let (mut workspace, mut output) = (M::workspace(), M::Output::zeros());
    let first = Instant::now();
    net.predict_into(&mut workspace, &input, &mut output);
    let first = process::milliseconds_since(first);
    let difference =
        difference(&artifacts.join(format!("{name}_ref.npy")), output.as_ref().as_ref())?;
    say(&json!({
        "engine": "cnn",
        "version": env!("CARGO_PKG_VERSION"),
        "instruction_set": set.to_string(),
        "model": name,
        "threads": threads,
        "load_s": loaded.as_secs_f64(),
        "first_ms": first,
        "max_abs_diff": difference,
        "mult_adds": M::MULT_ADDS,
        "mapped_so_mb": 0,
        "rss_peak_mb": process::peak_memory(),
    }))?;
    answer(|| {
        net.predict_into(&mut workspace, black_box(&input), &mut output);
        black_box(&mut output);
    })
}

/// The best rate of multiply-adds of one core, as a network of nothing else: a run is one burst.
pub fn peak() -> Result<(), Box<dyn Error>> {
    let (set, _) = cnn_benches::highest_peak();
    let burst = || cnn_runtime::__rt::burst(set, 4 * BURST_ROUNDS);
    say(&json!({ "engine": "peak", "version": set.to_string(), "mult_adds": burst() }))?;
    answer(|| {
        black_box(burst());
    })
}

/// Answers the lines of the standard input, `run N` each with the times of N runs.
pub fn answer(mut call: impl FnMut()) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    call();
    let calls = (RUN / process::milliseconds_since(start)).ceil().clamp(1.0, 1e4) as u32;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let runs = line.strip_prefix("run ").and_then(|n| n.trim().parse::<usize>().ok());
        let runs = runs.ok_or_else(|| format!("cannot understand `{line}`"))?;
        let (mut wall, mut processor) = (Vec::with_capacity(runs), Vec::with_capacity(runs));
        for _ in 0..runs {
            let start = Moment::now();
            (0..calls).for_each(|_| call());
            let elapsed = start.elapsed();
            wall.push(elapsed.wall * 1e3 / f64::from(calls));
            processor.push(elapsed.processor * 1e3 / f64::from(calls));
        }
        say(&json!({ "wall_ms": wall, "cpu_ms": processor }))?;
    }
    Ok(())
}

/// One line of the protocol.
pub fn say(line: &serde_json::Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// A model with the weights of an archive: both list their layers in the order in which they run, so
/// the layers with weights are paired one by one.
pub fn load<M: Loadable>(path: &Path) -> Result<M, Box<dyn Error>> {
    let arrays = archive::read(path)?;
    let rows = M::layers();
    let mut wanted = rows.iter().filter(|row| row.parameters > 0).map(|row| row.name);
    let mut names: HashMap<&str, &str> = HashMap::new();
    for stored in &arrays {
        if !names.contains_key(&*stored.layer) {
            let name = wanted.next().ok_or("the archive has more layers than the model")?;
            names.insert(&stored.layer, name);
        }
    }
    let tensors: Vec<(String, &[usize], &[f32])> = (arrays.iter())
        .map(|stored| {
            let name = format!("{}.{}", names[&*stored.layer], stored.tensor);
            let values = stored.array.as_slice().ok_or("an array that is not in rows")?;
            Ok((name, stored.array.shape(), values))
        })
        .collect::<Result<_, &str>>()?;
    let tensors: Vec<_> =
        tensors.iter().map(|(name, dims, values)| (&**name, *dims, *values)).collect();
    // The small network's dense layer takes the image as this language flattens it.
    let order = if M::MULT_ADDS < 1_000_000 { Flatten::Hwc } else { Flatten::Chw };
    Ok(M::load(Load::tensors(&tensors).flatten(order))?)
}

/// An image of the artifacts, from channels first to channels last.
pub fn image<I: Zeros + Pixels>(path: &Path) -> Result<Box<I>, Box<dyn Error>> {
    let stored = Array4::<f32>::read_npy(File::open(path)?)?;
    let pixels = stored.permuted_axes([0, 2, 3, 1]);
    let mut image = I::zeros();
    let places = image.pixels();
    if places.len() != pixels.len() {
        return Err(format!(
            "{}: {} numbers, {} wanted",
            path.display(),
            pixels.len(),
            places.len()
        )
        .into());
    }
    places.iter_mut().zip(&pixels).for_each(|(place, &value)| *place = value);
    Ok(image)
}

/// The expected output.
pub fn expected(path: &Path) -> Result<ArrayD<f32>, Box<dyn Error>> {
    Ok(ArrayD::<f32>::read_npy(File::open(path)?)?)
}

/// The largest absolute difference from the expected output; NaN where there is one.
fn difference(path: &Path, output: &[f32]) -> Result<f32, Box<dyn Error>> {
    let expected = expected(path)?;
    if expected.len() != output.len() {
        return Err(format!("{} outputs, {} expected", output.len(), expected.len()).into());
    }
    let differences = expected.iter().zip(output).map(|(a, b)| (a - b).abs());
    Ok(differences.fold(0.0, |worst, d| if d.is_nan() || d > worst { d } else { worst }))
}
