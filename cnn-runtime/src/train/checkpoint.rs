//! Checkpoints: all that a training must know to go on with the same bits after an interruption.
//!
//! In: the state of a run. Out: a safetensors file, written beside its place and renamed, and the same
//! state again. Its metadata are lines `name = value` that say of which model and which settings it
//! is, where the run was, and the checksum of everything that follows the header. Deliberately
//! absent: a half-restored run. A file that is damaged or of another run is refused as a whole.

use super::history::Epoch;
use super::metrics::Sums;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the metadata.
const METADATA: &str = "cnn_checkpoint";

/// The name of the last line.
const CHECKSUM: &str = "checksum";

/// Of what the file is; another number for every change of what is in it.
const VERSION: &str = "1";

/// Where a run leaves its state, and goes on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file. It is written after every epoch.
    pub path: PathBuf,
    /// It is written after so many batches too.
    pub batches: Option<usize>,
    /// Whether a run goes on from the file where there is one; otherwise it is overwritten.
    pub resume: bool,
}

impl Checkpoint {
    /// Written after every epoch; a run goes on from it where there is one.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), batches: None, resume: true }
    }

    /// After so many batches too, counted over all epochs.
    #[must_use]
    pub fn every(mut self, batches: usize) -> Self {
        self.batches = Some(batches);
        self
    }
}

/// Why a checkpoint was not written, or not taken. The parameters are as they were.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system does not give or take the file.
    #[error("checkpoint `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not a checkpoint, or not a whole one.
    #[error("`{}` is no whole checkpoint: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It is the checkpoint of another model, of other samples or of other settings.
    #[error(
        "checkpoint `{}` is of another training: {what} was {saved}, and is {wanted} now; \
         to begin anew, delete the file or set `resume: false`",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What is different.
        what: String,
        /// As the file has it.
        saved: String,
        /// As the run has it.
        wanted: String,
    },
}

impl fmt::Debug for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a run is, by name: two runs of one identity take the same course.
pub(super) type Identity = Vec<(String, String)>;

/// The state of a run between two batches.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct State {
    /// Whole epochs done, and batches of the next one.
    pub epoch: usize,
    pub batch: usize,
    /// Steps of the optimizer.
    pub steps: u64,
    /// Whether a callback has ended the training.
    pub stopped: bool,
    pub parameters: Vec<f32>,
    pub moments: [Vec<f32>; 2],
    /// The parameters of the last good epoch.
    pub good: Vec<f32>,
    /// Of the batches done in this epoch, and the seconds they took.
    pub sums: Sums,
    pub seconds: f64,
    pub epochs: Vec<Epoch>,
    pub callbacks: Vec<Vec<u8>>,
}

/// Numbers of an epoch in the file; what was not measured is NaN.
const EPOCH_NUMBERS: usize = 7;

/// Writes a state.
pub(super) fn write(
    path: &Path,
    identity: &Identity,
    state: &State,
) -> Result<(), CheckpointError> {
    let io = |source| CheckpointError::Io { path: path.to_owned(), source };
    let bytes = to_bytes(identity, state).map_err(|reason| io(io::Error::other(reason)))?;
    cnn_weights::replace_file(path, &bytes).map_err(io)
}

/// Reads a state of this identity, `None` where there is no file.
pub(super) fn read(path: &Path, identity: &Identity) -> Result<Option<State>, CheckpointError> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(|source| CheckpointError::Io { path: path.to_owned(), source })?,
    };
    let damaged = |reason| CheckpointError::Damaged { path: path.to_owned(), reason };
    let lines = metadata(&bytes).map_err(damaged)?;
    check_sum(&bytes, &lines).map_err(damaged)?;
    let get = |name: &str| lines.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
    for (what, wanted) in identity {
        let saved = get(what).unwrap_or("not there");
        if saved != wanted {
            let [what, saved, wanted] = [what, saved, wanted].map(str::to_owned);
            return Err(CheckpointError::Other { path: path.to_owned(), what, saved, wanted });
        }
    }
    from_bytes(&bytes, &get).map(Some).map_err(damaged)
}

fn to_bytes(identity: &Identity, state: &State) -> Result<Vec<u8>, String> {
    let epochs = state.epochs.iter().flat_map(numbers).collect::<Vec<f64>>();
    let Sums { samples, loss, penalty, correct } = state.sums;
    let running = [samples as f64, loss, penalty, correct, state.seconds];
    let floats = |x: &[f32]| (Dtype::F32, x.iter().flat_map(|x| x.to_le_bytes()).collect());
    let doubles = |x: &[f64]| (Dtype::F64, x.iter().flat_map(|x| x.to_le_bytes()).collect());
    let mut tensors: BTreeMap<String, (Dtype, Vec<u8>)> = BTreeMap::from([
        ("parameters".to_owned(), floats(&state.parameters)),
        ("moment.0".to_owned(), floats(&state.moments[0])),
        ("moment.1".to_owned(), floats(&state.moments[1])),
        ("good".to_owned(), floats(&state.good)),
        ("running".to_owned(), doubles(&running)),
        ("history".to_owned(), doubles(&epochs)),
    ]);
    for (index, callback) in state.callbacks.iter().enumerate() {
        tensors.insert(format!("callback.{index}"), (Dtype::U8, callback.clone()));
    }
    let size = |dtype: Dtype| dtype.bitsize() / 8;
    let views = tensors.iter().map(|(name, (dtype, bytes))| {
        let view = TensorView::new(*dtype, vec![bytes.len() / size(*dtype)], bytes);
        view.map(|view| (name, view)).map_err(|error| error.to_string())
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    let mut sum = Checksum::default();
    tensors.values().for_each(|(_, bytes)| sum.add(bytes));
    let State { epoch, batch, steps, stopped, .. } = state;
    let mut text = format!("version = {VERSION}\n");
    for (name, value) in identity {
        text += &format!("{name} = {value}\n");
    }
    text += &format!("epoch = {epoch}\nbatch = {batch}\nsteps = {steps}\nstopped = {stopped}\n");
    sum.add(text.as_bytes());
    text += &format!("{CHECKSUM} = {:016x}\n", sum.0);
    let metadata = HashMap::from([(METADATA.to_owned(), text)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// The lines of the metadata.
fn metadata(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let text = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA));
    let text = text.ok_or("its metadata are not those of a checkpoint")?;
    let line = |line: &str| {
        let (name, value) = line.split_once(" = ")?;
        Some((name.to_owned(), value.to_owned()))
    };
    let lines: Option<Vec<_>> = text.lines().map(line).collect();
    let lines = lines.ok_or("its metadata are not those of a checkpoint")?;
    match lines.first() {
        Some((name, version)) if name == "version" && version == VERSION => Ok(lines),
        Some(_) | None => Err("it is of another version".to_owned()),
    }
}

/// Whether the tensors and the lines are those that were written.
fn check_sum(bytes: &[u8], lines: &[(String, String)]) -> Result<(), String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut names = file.names();
    names.sort_unstable();
    let mut sum = Checksum::default();
    for name in &names {
        sum.add(file.tensor(name).map_err(|error| error.to_string())?.data());
    }
    let (last, lines) = lines.split_last().ok_or("it has no checksum")?;
    let text = lines.iter().map(|(name, value)| format!("{name} = {value}\n"));
    sum.add(text.collect::<String>().as_bytes());
    if (&*last.0, &*last.1) == (CHECKSUM, &*format!("{:016x}", sum.0)) {
        Ok(())
    } else {
        Err("its checksum is another".to_owned())
    }
}

fn from_bytes<'a>(bytes: &[u8], get: &impl Fn(&str) -> Option<&'a str>) -> Result<State, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let names = file.names();
    let data = |name: &str, dtype: Dtype| match file.tensor(name) {
        Ok(tensor) if tensor.dtype() == dtype => Ok(tensor.data().to_vec()),
        Ok(_) | Err(_) => Err(format!("it has no `{name}`")),
    };
    let floats = |name: &str| {
        let bytes = data(name, Dtype::F32)?;
        Ok::<_, String>(bytes.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect())
    };
    let doubles = |name: &str| {
        let bytes = data(name, Dtype::F64)?;
        let numbers = bytes.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x));
        Ok::<Vec<f64>, String>(numbers.collect())
    };
    let running = doubles("running")?;
    let [samples, loss, penalty, correct, seconds] = running[..] else {
        return Err("it has no `running`".to_owned());
    };
    let callbacks = (0..).map(|index| format!("callback.{index}"));
    let callbacks = callbacks.take_while(|name| names.contains(&&**name));
    Ok(State {
        epoch: number(get, "epoch")?,
        batch: number(get, "batch")?,
        steps: number(get, "steps")?,
        stopped: number(get, "stopped")?,
        parameters: floats("parameters")?,
        moments: [floats("moment.0")?, floats("moment.1")?],
        good: floats("good")?,
        sums: Sums { samples: samples as u64, loss, penalty, correct },
        seconds,
        epochs: doubles("history")?.as_chunks().0.iter().map(epoch).collect(),
        callbacks: callbacks.map(|name| data(&name, Dtype::U8)).collect::<Result<_, _>>()?,
    })
}

fn number<'a, T: std::str::FromStr>(
    get: &impl Fn(&str) -> Option<&'a str>,
    name: &str,
) -> Result<T, String> {
    get(name).and_then(|text| text.parse().ok()).ok_or_else(|| format!("it has no `{name}`"))
}

fn numbers(epoch: &Epoch) -> [f64; EPOCH_NUMBERS] {
    [
        epoch.epoch as f64,
        epoch.loss,
        epoch.accuracy,
        epoch.val_loss.unwrap_or(f64::NAN),
        epoch.val_accuracy.unwrap_or(f64::NAN),
        epoch.learning_rate,
        epoch.samples_per_second,
    ]
}

fn epoch(numbers: &[f64; EPOCH_NUMBERS]) -> Epoch {
    let [epoch, loss, accuracy, val_loss, val_accuracy, learning_rate, samples_per_second] =
        *numbers;
    let known = |x: f64| Some(x).filter(|x| !x.is_nan());
    Epoch {
        epoch: epoch as usize,
        loss,
        accuracy,
        val_loss: known(val_loss),
        val_accuracy: known(val_accuracy),
        learning_rate,
        samples_per_second,
    }
}

/// FNV-1a over words of 8 bytes: finds what a disk or a hand has changed, not what somebody means to.
struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        let words = words.iter().map(|&word| u64::from_le_bytes(word));
        for word in words.chain(rest.iter().map(|&byte| u64::from(byte))) {
            self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
