//! `kill -9` in the middle of saving weights and of a build script, many times: what is then in the
//! file's place is the old or the new file, whole. A part may stay beside it, which nothing reads.
//! The same of the command: `cnn-cli/tests/command/robustness`.

use cnn_weights::{Load, Role, Tensor, read};
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How often the process is killed.
const ROUNDS: u64 = 40;

fn victim(words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_victim"));
    // What a build script tells cargo.
    command.args(words).stdout(std::process::Stdio::null()).spawn().expect("it runs")
}

/// Waits until a file is written; a loaded machine may take its time.
fn wait_for_change(path: &Path, before: Option<SystemTime>) {
    let start = Instant::now();
    while modified(path) == before {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is written");
        sleep(Duration::from_millis(1));
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
}

/// Kills it after a time that differs from round to round, up to 40 ms.
fn kill_later(mut child: Child, round: u64) {
    sleep(Duration::from_millis(round * 17 % ROUNDS));
    child.kill().expect("it is killed");
    let status = child.wait().expect("it has ended");
    assert_eq!(status.code(), None, "it ended by itself: {status}");
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("entries");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn a_killed_save_leaves_the_old_file_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    let tensors = ["a", "b"].map(|layer| Tensor::new(layer, Role::Bias, vec![50_000]));
    for round in 0..ROUNDS {
        let before = modified(&path);
        let child = victim(&["save", path.to_str().expect("text")]);
        wait_for_change(&path, before);
        kill_later(child, round);
        let values = read(&Load::file(&path), &tensors, &[]).expect("a whole file");
        let first = values[0][0];
        assert!(values.iter().flatten().all(|&x| x == first), "two files in one");
    }
    let parts = || {
        let names = names(folder.path()).into_iter().filter(|name| name != "w.safetensors");
        names.collect::<Vec<String>>()
    };
    // Killed as soon as a part is there: in the middle of a save, most often.
    let (start, mut in_the_middle) = (Instant::now(), 0);
    while in_the_middle < 5 {
        assert!(start.elapsed() < Duration::from_secs(120), "{in_the_middle} kills in the middle");
        parts().iter().for_each(|part| fs::remove_file(folder.path().join(part)).expect("it"));
        let mut child = victim(&["save", path.to_str().expect("text")]);
        while parts().is_empty() {
            assert!(child.try_wait().expect("a state").is_none(), "it ended by itself");
        }
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
        in_the_middle += parts().len();
        let values = read(&Load::file(&path), &tensors, &[]).expect("a whole file");
        assert!(values.iter().flatten().all(|&x| x == values[0][0]), "two files in one");
    }
    let parts = parts();
    assert!(parts.iter().all(|name| name.starts_with(".weights-")), "{parts:?}");
    // What is left does not disturb the next save.
    cnn_weights::save(&path, &tensors, &[vec![0.5; 50_000], vec![0.5; 50_000]]).expect("saved");
    assert!(read(&Load::file(&path), &tensors, &[]).expect("whole")[1].iter().all(|&x| x == 0.5));
}

#[test]
fn two_builds_into_one_folder_that_are_killed_leave_whole_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let (out, models) = (at("out"), [at("a/net.cnn"), at("b/net.cnn")]);
    for folder in ["a", "b", "out", "alone"] {
        fs::create_dir(at(folder)).expect("a folder");
    }
    let layers = "conv 3x3, 8, pad 1, bn, relu; ".repeat(40);
    for (path, name) in models.iter().zip(["First", "Second"]) {
        let text = format!("model {name} {{ input 8x8x1; {layers} }}");
        fs::write(path, text).expect("written");
    }
    let whole = [&models[0], &models[1]].map(|model| {
        let build = cnn_dsl::build::Build::new().file(model).out_dir(at("alone"));
        build.compile().expect("built");
        fs::read_to_string(at("alone/net.rs")).expect("written")
    });
    assert_ne!(whole[0], whole[1]);
    let built = folder.path().join("out/net.rs");
    for round in 0..ROUNDS / 2 {
        let _ = fs::remove_file(&built);
        let [a, b] =
            [[0, 1], [1, 0]].map(|[i, j]| victim(&["build", &out, &models[i], &models[j]]));
        wait_for_change(&built, None);
        let check = || {
            let text = fs::read_to_string(&built).expect("once written, it is always there");
            assert!(whole.contains(&text), "half a file, of {} bytes", text.len());
        };
        // While both write, while one does, and when none does.
        (0..20).for_each(|_| check());
        kill_later(a, round);
        check();
        kill_later(b, round / 2);
        check();
    }
    let strange = |name: &String| {
        !matches!(name.as_str(), "net.rs" | "cnn_models.rs") && !name.ends_with(".part")
    };
    let strange: Vec<String> = names(Path::new(&out)).into_iter().filter(strange).collect();
    assert_eq!(strange, [""; 0]);
}
