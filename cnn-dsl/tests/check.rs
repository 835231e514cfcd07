//! What `check` makes of whole programs: names, shapes and counts, from published sources.
#![cfg(feature = "build")]

mod check {
    pub mod programs;

    mod blocks;
    mod doors;
    mod items;
    mod layer_names;
    mod limits;
    mod mutations;
    mod networks;
    mod published;
    mod scopes;
    mod values;
}
