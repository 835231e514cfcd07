//! Batches from other threads: the same as without them, errors and panics passed on, nothing
//! allocated, no end that hangs.

use crate::sample;
use allocation_counter::measure;
use cnn_runtime::data::{Arrays, Augment, Batches, DataError, Dataset, Draw};
use ndarray::Array4;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const DRAW: Draw = Draw { seed: 3, epoch: 5 };

fn data(count: usize) -> impl Dataset {
    let images = Array4::from_shape_fn((count, 3, 4, 2), |(n, h, w, c)| {
        (n * 1000 + h * 100 + w * 10 + c) as f32
    });
    let labels: Vec<usize> = (0..count).map(|n| n % 5).collect();
    let augment = Augment { flip: true, shift: [1, 1], fill: 0.0 };
    Arrays::new(images, labels, 5).expect("they belong together").augmented(augment)
}

#[test]
fn batches_hold_the_samples_of_the_order() {
    let data = data(23);
    let order: Vec<usize> = (0..23).map(|place| place * 7 % 23).collect();
    for (threads, size) in [(1, 5), (2, 5), (3, 4), (4, 1), (2, 23), (3, 40), (0, 5)] {
        thread::scope(|scope| {
            let mut batches = Batches::start(scope, &data, size, threads).unwrap();
            for draw in [None, Some(DRAW), None] {
                let mut seen = Vec::new();
                let mut epoch = batches.epoch(&order, draw);
                while let Some(batch) = epoch.next_batch().unwrap() {
                    let left = 23 - seen.len();
                    assert_eq!(batch.len(), left.min(size), "a short batch is the last");
                    let images = batch.images().chunks_exact(24);
                    let targets = batch.targets().chunks_exact(5);
                    assert_eq!((images.len(), targets.len()), (batch.len(), batch.len()));
                    for ((&index, image), target) in batch.indices().iter().zip(images).zip(targets)
                    {
                        let wanted = sample(&data, index, draw);
                        assert_eq!((image, target), (&wanted.0[..], &wanted.1[..]));
                    }
                    seen.extend_from_slice(batch.indices());
                }
                assert_eq!(seen, order, "{threads} threads, batches of {size}");
                assert!(epoch.next_batch().unwrap().is_none());
            }
        });
    }
}

#[test]
fn an_empty_order_has_no_batch() {
    let data = data(3);
    thread::scope(|scope| {
        let mut batches = Batches::start(scope, &data, 2, 2).unwrap();
        assert!(batches.epoch(&[], None).next_batch().unwrap().is_none());
    });
}

/// What a loop that stops early leaves, the next epoch does not meet.
#[test]
fn an_epoch_may_be_left() {
    let data = data(20);
    let order: Vec<usize> = (0..20).collect();
    thread::scope(|scope| {
        let mut batches = Batches::start(scope, &data, 3, 2).unwrap();
        for taken in 0..4 {
            let mut epoch = batches.epoch(&order, Some(DRAW));
            for _ in 0..taken {
                epoch.next_batch().unwrap();
            }
        }
        let mut epoch = batches.epoch(&order[10..], None);
        let batch = epoch.next_batch().unwrap().expect("there are ten");
        assert_eq!(batch.indices(), [10, 11, 12]);
        assert_eq!(batch.images()[..24], sample(&data, 10, None).0);
    });
}

#[test]
fn a_sample_that_cannot_be_read_is_told_in_its_turn() {
    let data = data(10);
    thread::scope(|scope| {
        let mut batches = Batches::start(scope, &data, 2, 2).unwrap();
        let mut epoch = batches.epoch(&[0, 1, 2, 99, 4, 5], None);
        assert_eq!(epoch.next_batch().unwrap().unwrap().indices(), [0, 1]);
        let error = epoch.next_batch().unwrap_err().to_string();
        assert_eq!(error, "there is no sample 99: the data set has 10, counted from 0");
        assert_eq!(epoch.next_batch().unwrap().unwrap().indices(), [4, 5]);
        assert!(epoch.next_batch().unwrap().is_none());
    });
}

/// Panics at one sample, and counts what it is asked for.
struct Broken {
    read: AtomicUsize,
}

impl Dataset for Broken {
    fn len(&self) -> usize {
        100
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, 1]
    }

    fn classes(&self) -> usize {
        1
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        _: &mut [f32],
        _: &mut [f32],
    ) -> Result<(), DataError> {
        self.read.fetch_add(1, Ordering::Relaxed);
        assert_ne!(index, 50, "sample 50 is broken");
        Ok(())
    }
}

#[test]
fn a_panic_of_the_data_set_reaches_the_user() {
    let data = Broken { read: AtomicUsize::new(0) };
    let order: Vec<usize> = (0..100).collect();
    let mut whole = 0;
    let panic = catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            let mut batches = Batches::start(scope, &data, 10, 2).unwrap();
            let mut epoch = batches.epoch(&order, None);
            while epoch.next_batch().unwrap().is_some() {
                whole += 1;
            }
        });
    }));
    let panic = panic.expect_err("the data set panics");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("sample 50 is broken"), "{message}");
    assert_eq!(whole, 5, "the batches before it are whole");
}

/// With batches of one sample, one thread is at most two samples ahead: one in each buffer that is
/// not in use, while the program has none.
#[test]
fn a_thread_is_no_further_ahead_than_its_buffers() {
    let data = Broken { read: AtomicUsize::new(0) };
    let order: Vec<usize> = (0..40).collect();
    thread::scope(|scope| {
        let mut batches = Batches::start(scope, &data, 1, 1).unwrap();
        let mut epoch = batches.epoch(&order, None);
        for taken in 1..=40 {
            epoch.next_batch().unwrap().expect("there are forty");
            let read = data.read.load(Ordering::Relaxed);
            assert!((taken..=taken + 1).contains(&read), "{read} read, {taken} taken");
        }
    });
}

#[test]
fn no_batch_allocates_in_the_training_thread() {
    let data = data(40);
    let order: Vec<usize> = (0..40).collect();
    thread::scope(|scope| {
        let mut batches = Batches::start(scope, &data, 8, 2).unwrap();
        let mut run = || {
            let mut epoch = batches.epoch(&order, Some(DRAW));
            while epoch.next_batch().unwrap().is_some() {}
        };
        // The first waits make what a channel keeps of a waiting thread.
        run();
        let counted = measure(run);
        assert_eq!(counted.count_total, 0, "{counted:?}");
    });
}

/// The counter is a thread's own, so a data set that reads on the worker's thread counts there.
struct Counted<D> {
    inner: D,
    allocations: AtomicUsize,
}

impl<D: Dataset> Dataset for Counted<D> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn sizes(&self) -> [usize; 3] {
        self.inner.sizes()
    }

    fn classes(&self) -> usize {
        self.inner.classes()
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        let mut outcome = Ok(());
        let counted = measure(|| outcome = self.inner.read(index, draw, image, target));
        self.allocations.fetch_add(counted.count_total as usize, Ordering::Relaxed);
        outcome
    }
}

#[test]
fn reading_arrays_does_not_allocate() {
    let data = Counted { inner: data(40).cropped([2, 3]).unwrap(), allocations: 0.into() };
    let (mut image, mut target) = ([0.0; 12], [0.0; 5]);
    // The first crop makes its buffer and the list of these.
    data.read(0, Some(DRAW), &mut image, &mut target).unwrap();
    assert!(data.allocations.swap(0, Ordering::Relaxed) > 0, "the counter counts");
    for index in 0..40 {
        data.read(index, Some(DRAW), &mut image, &mut target).unwrap();
    }
    assert_eq!(data.allocations.load(Ordering::Relaxed), 0);
}
