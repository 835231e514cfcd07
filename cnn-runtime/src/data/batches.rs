//! Batches that are prepared on other threads while one is used.
//!
//! In: a data set and an order of its samples. Out: batch after batch, in that order. Each thread
//! fills every n-th batch; there is a buffer a thread and one more, and none is allocated later.
//! Deliberately absent: the order itself and its shuffling, which are the training's.

use std::io;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use super::error::DataError;
use super::exchange::Exchange;
use super::{Dataset, Draw, target_len};

/// Some samples, one behind the other.
#[derive(Debug)]
pub struct Batch {
    indices: Vec<usize>,
    images: Vec<f32>,
    targets: Vec<f32>,
    draw: Option<Draw>,
    outcome: Result<(), DataError>,
}

impl Batch {
    /// How many samples there are: as many as a batch has, or fewer in an epoch's last.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is none; no batch of an epoch is so.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Which samples they are.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The images: sample, height, width, channel.
    pub fn images(&self) -> &[f32] {
        &self.images
    }

    /// The targets: sample, class; of masks sample, height, width, class.
    pub fn targets(&self) -> &[f32] {
        &self.targets
    }

    /// Reads its samples. Nothing is allocated: the vectors have room for a whole batch.
    fn fill<D: Dataset + ?Sized>(&mut self, data: &D) {
        let (image, target) = (data.sizes().iter().product::<usize>(), target_len(data));
        self.images.resize(self.indices.len() * image, 0.0);
        self.targets.resize(self.indices.len() * target, 0.0);
        self.outcome = self.indices.iter().enumerate().try_for_each(|(place, &index)| {
            let image = &mut self.images[place * image..][..image];
            let target = &mut self.targets[place * target..][..target];
            data.read(index, self.draw, image, target)
        });
    }
}

/// Threads that prepare batches, as long as it lives.
///
/// ```
/// use cnn_runtime::data::{Arrays, Batches};
/// use ndarray::Array4;
///
/// let images = Array4::<f32>::zeros((10, 8, 8, 1));
/// let data = Arrays::new(&images, vec![0; 10], 2)?;
/// # fn train(data: &Arrays) -> Result<(), cnn_runtime::data::DataError> {
/// std::thread::scope(|scope| {
///     let mut batches = Batches::start(scope, data, 4, 1)?;
///     let order = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
///     let mut samples = Vec::new();
///     let mut epoch = batches.epoch(&order, None);
///     while let Some(batch) = epoch.next_batch()? {
///         assert_eq!(batch.images().len(), batch.len() * 64);
///         samples.push(batch.indices().to_vec());
///     }
///     assert_eq!(samples, [vec![9, 8, 7, 6], vec![5, 4, 3, 2], vec![1, 0]]);
///     Ok(())
/// })
/// # }
/// # train(&data)?;
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Batches<'scope> {
    workers: Vec<Worker<'scope>>,
    idle: Vec<Batch>,
    /// How many batches workers were given and have given back; batch `k` is the `k % n`-th's.
    flying: Range<usize>,
    size: usize,
}

#[derive(Debug)]
struct Worker<'scope> {
    exchange: Arc<Exchange<Batch>>,
    thread: Option<ScopedJoinHandle<'scope, ()>>,
}

impl<'scope> Batches<'scope> {
    /// Starts `threads` of them, for batches of `size` samples; at least one of either. One is enough
    /// for arrays in memory, photos want more.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<D: Dataset + ?Sized>(
        scope: &'scope Scope<'scope, '_>,
        data: &'scope D,
        size: usize,
        threads: usize,
    ) -> Result<Self, DataError> {
        let (size, threads) = (size.max(1), threads.max(1));
        let workers = (0..threads).map(|_| Worker::start(scope, data));
        let workers = workers.collect::<io::Result<Vec<_>>>();
        let workers = workers.map_err(|source| DataError::Thread { source })?;
        let image: usize = data.sizes().iter().product();
        let room = size.min(data.len());
        let batch = |_| Batch {
            indices: Vec::with_capacity(room),
            images: Vec::with_capacity(room * image),
            targets: Vec::with_capacity(room * target_len(data)),
            draw: None,
            outcome: Ok(()),
        };
        Ok(Self { workers, idle: (0..=threads).map(batch).collect(), flying: 0..0, size })
    }

    /// Begins an epoch: `order` are the samples, in batches one after the other, augmented by `draw`
    /// if there is one. What was left of an epoch before is dropped.
    pub fn epoch<'b>(&'b mut self, order: &'b [usize], draw: Option<Draw>) -> Epoch<'b, 'scope> {
        while !self.flying.is_empty() {
            let batch = self.receive();
            self.idle.push(batch);
        }
        let mut epoch = Epoch { batches: self, rest: order, draw, current: None };
        (0..epoch.batches.workers.len()).for_each(|_| epoch.request());
        epoch
    }

    /// The oldest batch that a worker has; there is one.
    fn receive(&mut self) -> Batch {
        let count = self.workers.len();
        let worker = &mut self.workers[self.flying.start % count];
        self.flying.start += 1;
        if let Some(batch) = worker.exchange.receive() {
            return batch;
        }
        match worker.thread.take().map(ScopedJoinHandle::join) {
            Some(Err(panic)) => resume_unwind(panic),
            Some(Ok(())) | None => unreachable!("a worker ends when its requests do"),
        }
    }
}

impl<'scope> Worker<'scope> {
    fn start<D: Dataset + ?Sized>(
        scope: &'scope Scope<'scope, '_>,
        data: &'scope D,
    ) -> io::Result<Self> {
        // One batch a worker is under way; the one in use, once it is another, waits behind it.
        let exchange = Arc::new(Exchange::<Batch>::new(2));
        let served = Arc::clone(&exchange);
        let work = move || served.serve(|batch| batch.fill(data));
        let thread = Builder::new().name("batches".to_owned()).spawn_scoped(scope, work)?;
        Ok(Self { exchange, thread: Some(thread) })
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.exchange.close();
    }
}

/// The batches of an epoch, in order.
#[derive(Debug)]
pub struct Epoch<'b, 'scope> {
    batches: &'b mut Batches<'scope>,
    /// What no batch has been asked for yet.
    rest: &'b [usize],
    draw: Option<Draw>,
    current: Option<Batch>,
}

impl Epoch<'_, '_> {
    /// The next batch, when it is ready; `None` behind the last. Its buffer is filled anew while the
    /// one after it is used.
    ///
    /// # Errors
    /// When a sample of this batch could not be read; the batches after it can still be had.
    ///
    /// # Panics
    /// When the data set did so on a worker's thread.
    pub fn next_batch(&mut self) -> Result<Option<&Batch>, DataError> {
        self.batches.idle.extend(self.current.take());
        self.request();
        if self.batches.flying.is_empty() {
            return Ok(None);
        }
        let mut batch = self.batches.receive();
        let outcome = std::mem::replace(&mut batch.outcome, Ok(()));
        let batch = &*self.current.insert(batch);
        outcome.map(|()| Some(batch))
    }

    /// Gives the next samples, if there are any, to the worker whose turn it is.
    fn request(&mut self) {
        let count = self.rest.len().min(self.batches.size);
        if count == 0 {
            return;
        }
        let Some(mut batch) = self.batches.idle.pop() else { return };
        let (samples, rest) = self.rest.split_at(count);
        batch.indices.clear();
        batch.indices.extend_from_slice(samples);
        batch.draw = self.draw;
        let turn = self.batches.flying.end % self.batches.workers.len();
        // A worker that has panicked fills nothing; `receive` says so when its turn comes.
        self.batches.workers[turn].exchange.request(batch);
        self.rest = rest;
        self.batches.flying.end += 1;
    }
}

impl Drop for Epoch<'_, '_> {
    fn drop(&mut self) {
        self.batches.idle.extend(self.current.take());
    }
}
