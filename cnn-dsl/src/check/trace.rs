//! Where an expansion is: "in separable, repeat 2 of 5", innermost first.

/// One step of an expansion.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A model made by other parameters than its text says.
    Instance(String),
    /// A block's call.
    Block(String),
    /// A turn of a `repeat`.
    Turn {
        /// From 1.
        turn: usize,
        /// How many there are.
        of: usize,
    },
}

/// The note that names the expansion; none outside of every block, repeat and instance.
pub(super) fn notes(steps: &[Step]) -> Vec<String> {
    let words: Vec<String> = steps
        .iter()
        .rev()
        .map(|step| match step {
            Step::Instance(name) | Step::Block(name) => name.clone(),
            Step::Turn { turn, of } => format!("repeat {turn} of {of}"),
        })
        .collect();
    if words.is_empty() { Vec::new() } else { vec![format!("in {}", words.join(", "))] }
}
