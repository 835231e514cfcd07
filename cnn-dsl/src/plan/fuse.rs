//! Which layers become one kernel.
