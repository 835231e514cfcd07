//! Regions under stress, and that parts cover a result once.

mod regions;
