//! What `check` makes of whole programs: names, shapes and counts, from published sources.
#![cfg(feature = "build")]

mod check {
    pub mod programs;

    mod networks;
}
