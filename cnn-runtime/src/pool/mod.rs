//! Parts of a kernel's result, and the threads that compute them.
//!
//! In: a kernel as a closure over a [`Part`], and the memory of its result. Out: the result, computed
//! by the caller and the pool's threads, each on rows or units of its own. The bits do not depend on
//! the number of threads: what is shared out is who computes an element, never how.
//!
//! Deliberately absent: queues, tasks, stealing. A region is one closure, called once a part, and
//! ends when all of them have returned.

mod part;
mod pieces;
mod slot;
mod team;
#[cfg(test)]
mod tests;
mod threads;

pub use part::Part;
pub use pieces::in_order;
pub use team::Team;
pub use threads::Pool;
