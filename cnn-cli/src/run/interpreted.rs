//! The executors that need no build: the reference and the dynamic one.

use crate::error::Error;
use crate::run::{Job, Outcome, Wanted, latency};
use cnn_dsl::plan::{Options, plan};
use cnn_runtime::{dynamic, reference};
use std::hint::black_box;

/// Naive loops in `f64`.
pub fn reference(job: &Job<'_>, wanted: &[Wanted]) -> Result<Outcome, Error> {
    let weights = job.weights.tensors(job.network)?;
    run(job, || {
        Ok(|image: &[&[f32]]| {
            let inputs: Vec<reference::Input<'_>> =
                image.iter().map(|values| reference::Input::F32(values)).collect();
            let values = reference::run(job.network, &weights, &inputs);
            let rounded = |w: &Wanted| values[w.value.0].iter().map(|&x| x as f32).collect();
            Ok(wanted.iter().map(rounded).collect())
        })
    })
}

/// The plan, interpreted; every value asked for stands in memory at the end.
pub fn dynamic(job: &Job<'_>, wanted: &[Wanted]) -> Result<Outcome, Error> {
    let weights = job.weights.tensors(job.network)?;
    let plan = plan(job.network, &Options { keep: wanted.iter().map(|w| w.value).collect() });
    let packed = cnn_weights::pack(&plan.weights, &weights);
    let failed = |error: dynamic::Error| Error::Executor(error.to_string());
    run(job, || {
        let mut executor = dynamic::Executor::new(&plan, packed.clone()).map_err(failed)?;
        Ok(move |image: &[&[f32]]| {
            let inputs: Vec<dynamic::Input<'_>> =
                image.iter().map(|values| dynamic::Input::F32(values)).collect();
            executor.run(&inputs).map_err(failed)?;
            let kept = (0..wanted.len()).map(|index| executor.kept(index).unwrap_or(&[]).to_vec());
            Ok(kept.collect())
        })
    })
}

/// Runs every image, neighbouring ones on one thread with an executor of its own, and measures the
/// first one's latency.
fn run<F>(job: &Job<'_>, executor: impl Fn() -> Result<F, Error> + Sync) -> Result<Outcome, Error>
where
    F: FnMut(&[&[f32]]) -> Result<Vec<Vec<f32>>, Error>,
{
    let share = job.images.div_ceil(job.threads).max(1);
    let parts: Vec<Vec<Vec<f32>>> = std::thread::scope(|scope| {
        let starts = (0..job.images).step_by(share);
        let part = |start: usize| {
            let (executor, end) = (&executor, job.images.min(start + share));
            scope.spawn(move || {
                let mut call = executor()?;
                let mut results: Vec<Vec<f32>> = Vec::new();
                for index in start..end {
                    let outputs = call(&job.image(index))?;
                    results.resize(outputs.len(), Vec::new());
                    results.iter_mut().zip(outputs).for_each(|(all, one)| all.extend(one));
                }
                Ok(results)
            })
        };
        let threads: Vec<_> = starts.map(part).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|part| part.unwrap_or(Err(Error::Thread))).collect::<Result<_, Error>>()
    })?;
    let mut outputs = vec![Vec::new(); parts.first().map_or(0, Vec::len)];
    for part in parts {
        outputs.iter_mut().zip(part).for_each(|(all, some)| all.extend(some));
    }
    let latency = if job.samples == 0 {
        None
    } else {
        let (mut call, image) = (executor()?, job.image(0));
        Some(latency::measure(job.samples, || {
            // The same call has just succeeded.
            let _ = black_box(call(black_box(&image)));
        }))
    };
    Ok(Outcome { outputs, latency })
}
