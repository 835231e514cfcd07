//! A tour of mistakes: small models with one mistake each, and what the compiler says.
//!
//! `cargo run --release --example shape_errors`
//!
//! The models of `mistakes/` are shown with the report that `cnn check` prints, and that rustc prints
//! for a file of `include_model!` or a build script. In Rust code, rustc draws the caret itself: two
//! of the repository's own tests show it, `tests/ui`.
//! The last mistake, weights of another model, can only be found when they are loaded.

#![forbid(unsafe_code)]

mod weights;

/// One mistake.
struct Stop {
    title: &'static str,
    /// Why it is one.
    why: &'static str,
    text: &'static str,
    report: &'static str,
}

macro_rules! stop {
    (model $name:literal: $title:literal, $why:literal) => {
        Stop {
            title: $title,
            why: $why,
            text: include_str!(concat!("mistakes/", $name, ".cnn")),
            report: include_str!(concat!("mistakes/", $name, ".txt")),
        }
    };
    (rust $name:literal: $title:literal, $why:literal) => {
        Stop {
            title: $title,
            why: $why,
            text: include_str!(concat!("../../tests/ui/", $name, ".rs")),
            report: include_str!(concat!("../../tests/ui/", $name, ".stderr")),
        }
    };
}

const TOUR: [Stop; 12] = [
    stop!(
        model "asserted_shape":
        "A shape that was asserted",
        "A kernel of 3x3 without padding takes a pixel from each side."
    ),
    stop!(
        model "kernel_too_large":
        "A kernel larger than its input",
        "Pooling has left 4x4 of the 28x28."
    ),
    stop!(
        model "unequal_add":
        "A sum of unequal shapes",
        "The branch gives 128 channels, the way around it has 64."
    ),
    stop!(
        model "groups":
        "Groups that do not divide the channels",
        "Each group would have 48 / 5 of them."
    ),
    stop!(
        model "dense_on_image":
        "A dense layer on an image",
        "It takes a vector; which one is for the author to say."
    ),
    stop!(
        model "misspelt_layer":
        "A misspelt layer",
        "What follows it is checked all the same."
    ),
    stop!(
        model "missing_semicolon":
        "A missing semicolon",
        "The caret is where something else stands, the label where it belongs."
    ),
    stop!(
        model "fraction_of_a_channel":
        "A fraction of a channel",
        "Nothing is rounded in silence."
    ),
    stop!(
        model "inside_a_block":
        "A mistake inside a block",
        "The notes say on which way the block was reached."
    ),
    stop!(
        model "several":
        "Several at once",
        "All are told, and none that only follows from another."
    ),
    stop!(
        rust "shape_mismatch":
        "A model in `cnn!`",
        "rustc draws the caret; other places are lines with file, line and column."
    ),
    stop!(
        rust "wrong_image":
        "An image of the wrong size",
        "Shapes are types, so that this is rustc's own error."
    ),
];

fn main() {
    for (number, stop) in (1..).zip(&TOUR) {
        let Stop { title, why, text, report } = stop;
        println!("{number}. {title}\n\n{why}\n\n{}\n{report}\n", indented(text));
    }
    if let Err(error) = weights::load() {
        let (number, text) = (TOUR.len() + 1, indented(include_str!("weights.rs")));
        println!("{number}. Weights of another model\n\nAll are looked at before one is taken.\n");
        println!("{text}\nerror: {error}");
    }
}

/// Code stands out from what is said of it.
fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{TOUR, weights};
    use std::path::Path;

    /// The other reports are held by `cnn-dsl/tests/errors.rs` and `tests/tests/ui.rs`.
    #[test]
    fn weights_are_refused_as_shown() {
        let error = weights::load().expect_err("another model's");
        assert_eq!(format!("{error}\n"), include_str!("weights.txt"));
    }

    #[test]
    fn the_tour_leads_past_every_mistake() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shape_errors/mistakes");
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            let shown = TOUR.iter().any(|stop| [stop.text, stop.report].contains(&&*text));
            assert!(shown, "{}", path.display());
        }
    }
}
