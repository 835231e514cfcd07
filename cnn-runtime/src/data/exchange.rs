//! Where a worker takes what to fill, and puts what is filled.
//!
//! In: batches from either side. Out: the same batches on the other side, in order. Not std's channel:
//! that allocates when a thread first has to wait, which may be in the middle of an epoch.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Two queues of `T` and whether each side is still there.
#[derive(Debug)]
pub(super) struct Exchange<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    requests: VecDeque<T>,
    filled: VecDeque<T>,
    /// Nothing more will be asked for.
    closed: bool,
    /// The worker has ended.
    ended: bool,
}

impl<T> Exchange<T> {
    /// With room for so many on either side.
    pub(super) fn new(room: usize) -> Self {
        let state = State {
            requests: VecDeque::with_capacity(room),
            filled: VecDeque::with_capacity(room),
            closed: false,
            ended: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Asks the worker to fill one.
    pub(super) fn request(&self, one: T) {
        self.lock().requests.push_back(one);
        self.changed.notify_all();
    }

    /// Waits for the next that is filled; `None` when the worker has ended.
    pub(super) fn receive(&self) -> Option<T> {
        let waits = |state: &mut State<T>| state.filled.is_empty() && !state.ended;
        self.wait(waits).filled.pop_front()
    }

    /// The worker's work, until the other side closes.
    pub(super) fn serve(&self, mut fill: impl FnMut(&mut T)) {
        let _end = End(self);
        let waits = |state: &mut State<T>| state.requests.is_empty() && !state.closed;
        while let Some(mut one) = self.next_request(waits) {
            fill(&mut one);
            self.lock().filled.push_back(one);
            self.changed.notify_all();
        }
    }

    /// Lets the worker end: what is asked for and not begun stays so.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn next_request(&self, waits: impl FnMut(&mut State<T>) -> bool) -> Option<T> {
        let mut state = self.wait(waits);
        if state.closed { None } else { state.requests.pop_front() }
    }

    fn wait(&self, waits: impl FnMut(&mut State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        let state = self.changed.wait_while(self.lock(), waits);
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing that can panic runs while it is locked.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the worker has ended, however it did.
struct End<'e, T>(&'e Exchange<T>);

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.changed.notify_all();
    }
}
