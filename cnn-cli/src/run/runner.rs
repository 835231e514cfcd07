//! The main program of the package that `cnn run` writes: the file goes there as text.
//!
//! In: arguments by place, and one file an input of the model, raw little-endian `f32`s. Out: one
//! such file an output, and with samples asked for one line with their latency. The command alone
//! calls this, so arguments are not explained to anybody.

use super::latency;
use cnn_runtime::{Image, Load, Loadable, Model, Zeros};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the weights come from.
enum Weights {
    /// `seed N`.
    Seed(u64),
    /// `file PATH FROM TO FROM TO ...`.
    File(Load),
    /// `embedded`: the model carries them.
    Embedded,
}

/// The arguments, in their order.
struct Job {
    folder: PathBuf,
    images: usize,
    threads: usize,
    samples: u32,
    weights: Weights,
}

/// Runs the model, which is made by `embedded` if it carries its weights; what goes wrong is one
/// message on the standard error stream.
pub fn main<M: Loadable>(embedded: Option<fn() -> M>) -> ExitCode
where
    M::Input: Flat,
    M::Output: Flat,
{
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match job(&arguments) {
        Some(job) => run(job, embedded),
        None => Err("this program is run by `cnn run`".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn job(arguments: &[String]) -> Option<Job> {
    let [folder, images, threads, samples, source, rest @ ..] = arguments else { return None };
    let weights = match (source.as_str(), rest) {
        ("seed", [seed]) => Weights::Seed(seed.parse().ok()?),
        ("file", [path, renames @ ..]) => {
            let pairs = renames.as_chunks::<2>().0.iter();
            let load = pairs.fold(Load::file(path), |load, [from, to]| load.rename(from, to));
            Weights::File(load)
        }
        ("embedded", []) => Weights::Embedded,
        _ => return None,
    };
    Some(Job {
        folder: folder.into(),
        images: images.parse().ok()?,
        threads: threads.parse().ok()?,
        samples: samples.parse().ok()?,
        weights,
    })
}

fn run<M: Loadable>(job: Job, embedded: Option<fn() -> M>) -> Result<(), String>
where
    M::Input: Flat,
    M::Output: Flat,
{
    let net = match job.weights {
        Weights::Seed(seed) => M::init(seed),
        Weights::File(load) => M::load(load).map_err(|error| error.to_string())?,
        Weights::Embedded => embedded.ok_or("the model carries no weights")?(),
    };
    let lengths: Vec<usize> = M::Input::zeros().flat().iter().map(|part| part.len()).collect();
    let mut inputs = Vec::with_capacity(lengths.len());
    for (index, length) in lengths.iter().enumerate() {
        inputs.push(read(&job.folder.join(format!("input{index}")), length * job.images)?);
    }
    let share = job.images.div_ceil(job.threads.max(1)).max(1);
    let parts: Vec<Vec<Vec<f32>>> = std::thread::scope(|scope| {
        let starts = (0..job.images).step_by(share);
        let threads: Vec<_> = starts
            .map(|start| {
                let (net, inputs) = (&net, &inputs);
                scope.spawn(move || predict(net, inputs, start..job.images.min(start + share)))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Result<_, _>>()
    })
    .map_err(|_| "a thread of the model panicked")?;
    for index in 0..M::Output::zeros().flat().len() {
        let bytes: Vec<u8> =
            parts.iter().flat_map(|part| &part[index]).flat_map(|x| x.to_le_bytes()).collect();
        let path = job.folder.join(format!("output{index}"));
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if job.samples > 0 {
        let mut workspace = M::workspace();
        let (mut input, mut output) = (M::Input::zeros(), M::Output::zeros());
        fill(&mut *input, &inputs, 0);
        let latency = latency::measure(job.samples, || {
            net.predict_into(&mut workspace, std::hint::black_box(&input), &mut output);
            std::hint::black_box(&mut output);
        });
        let (wall, cpu) = ((latency.wall_min, latency.wall_median), latency.cpu);
        let times = std::iter::once(wall).chain(cpu).map(|(min, median)| format!("{min} {median}"));
        println!("{}", times.collect::<Vec<_>>().join(" "));
    }
    Ok(())
}

/// The outputs of these images, each output's values one image behind the other.
fn predict<M: Model>(net: &M, inputs: &[Vec<f32>], images: Range<usize>) -> Vec<Vec<f32>>
where
    M::Input: Flat,
    M::Output: Flat,
{
    let mut workspace = M::workspace();
    let (mut input, mut output) = (M::Input::zeros(), M::Output::zeros());
    let mut results = vec![Vec::new(); output.flat().len()];
    for image in images {
        fill(&mut *input, inputs, image);
        net.predict_into(&mut workspace, &input, &mut output);
        for (result, values) in results.iter_mut().zip(output.flat()) {
            result.extend_from_slice(values);
        }
    }
    results
}

fn fill(input: &mut impl Flat, inputs: &[Vec<f32>], image: usize) {
    for (place, values) in input.flat().into_iter().zip(inputs) {
        let start = image * place.len();
        place.copy_from_slice(&values[start..start + place.len()]);
    }
}

fn read(path: &Path, length: usize) -> Result<Vec<f32>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let values: Vec<f32> =
        bytes.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word)).collect();
    if values.len() == length {
        return Ok(values);
    }
    Err(format!("{}: {} numbers, {length} wanted", path.display(), values.len()))
}

/// A model's input or output as flat slices: one, or one a member of a tuple.
pub trait Flat {
    /// The slices in declaration order.
    fn flat(&mut self) -> Vec<&mut [f32]>;
}

impl<const N: usize> Flat for [f32; N] {
    fn flat(&mut self) -> Vec<&mut [f32]> {
        vec![self]
    }
}

impl<const H: usize, const W: usize, const C: usize> Flat for Image<H, W, C> {
    fn flat(&mut self) -> Vec<&mut [f32]> {
        vec![self.as_flattened_mut().as_flattened_mut()]
    }
}

macro_rules! flat_tuple {
    ($($name:ident)+) => {
        impl<$($name: Flat),+> Flat for ($(Box<$name>,)+) {
            #[allow(non_snake_case, reason = "one name for a type and its value")]
            fn flat(&mut self) -> Vec<&mut [f32]> {
                let ($($name,)+) = self;
                [$($name.flat()),+].into_iter().flatten().collect()
            }
        }
    };
}

flat_tuple!(A B);
flat_tuple!(A B C);
flat_tuple!(A B C D);
flat_tuple!(A B C D E);
flat_tuple!(A B C D E F);
flat_tuple!(A B C D E F G);
flat_tuple!(A B C D E F G H);

#[cfg(test)]
mod tests {
    use super::{Flat as _, Weights, fill, job, read};

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn arguments_go_by_place() {
        let seed = job(&words("f 5 2 0 seed 7")).expect("a job");
        assert_eq!((seed.images, seed.threads, seed.samples), (5, 2, 0));
        assert!(matches!(seed.weights, Weights::Seed(7)));
        let file = job(&words("f 1 1 3 file w a b c d")).expect("a job");
        assert!(matches!(file.weights, Weights::File(_)));
        assert!(matches!(
            job(&words("f 1 1 3 embedded")).expect("a job").weights,
            Weights::Embedded
        ));
        assert!(job(&words("f 1 1 3")).is_none() && job(&words("f 1 1 x seed 1")).is_none());
    }

    #[test]
    fn images_go_to_the_members_of_a_tuple() {
        let mut input = (Box::new([[[0.0; 2]; 1]; 1]), Box::new([0.0; 1]));
        fill(&mut input, &[vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0]], 1);
        assert_eq!((*input.0, *input.1), ([[[3.0, 4.0]]], [6.0]));
        assert_eq!(input.flat().len(), 2);
    }

    #[test]
    fn a_file_of_another_length_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("input0");
        std::fs::write(&path, 1.5_f32.to_le_bytes()).expect("written");
        assert_eq!(read(&path, 1), Ok(vec![1.5]));
        assert!(read(&path, 2).expect_err("too short").ends_with("1 numbers, 2 wanted"));
    }
}
