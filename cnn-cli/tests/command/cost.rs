//! What `cnn summary` costs for the models of `examples/models`: parsing, checks, expansion, the plan.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::folder::Folder;

/// What a user of the command bears without noticing. Tests build the command without optimisation
/// and hold the limit all the same.
const SUMMARY: Duration = Duration::from_secs(1);

/// A first run reads the files from the disk, and a neighbour on the processor takes time from any.
const RUNS: usize = 3;

/// Where the models are.
fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models")
}

/// The files with models; `blocks/` holds none.
fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|e| e == "cnn")).collect()
}

/// The models and instances of a file: `pub model NAME` at the beginning of a line.
fn models(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("readable");
    let heads = text.lines().filter_map(|line| line.strip_prefix("pub model "));
    heads
        .map(|head| head.split(|c: char| !c.is_alphanumeric()).next().expect("a name").to_owned())
        .collect()
}

/// Time on the wall, as a user feels it; the least of several runs, and no more of them than needed.
#[test]
fn a_summary_takes_less_than_a_second() {
    let folder = Folder::new();
    let mut summaries = 0;
    for file in files() {
        let models = models(&file);
        assert!(!models.is_empty(), "{} has models", file.display());
        for model in models {
            let name = file.file_name().expect("a name").display();
            let words = format!("summary {name} --model {model} --format json");
            let seconds = |_| {
                let start = Instant::now();
                let done = folder.command(&words, |command| {
                    command.current_dir(place());
                });
                let taken = start.elapsed();
                let report = done.json();
                assert_eq!(report["model"], model.as_str());
                taken
            };
            assert!((0..RUNS).map(seconds).any(|taken| taken <= SUMMARY), "cnn {words}");
            summaries += 1;
        }
    }
    assert!(summaries >= 50, "{summaries} summaries");
}
