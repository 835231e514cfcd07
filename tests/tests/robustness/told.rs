//! What a user reads whose `main` gives an error of ours away: the text, not the data behind it.

use std::process::Command;

/// What the program prints that fails at this.
fn printed(what: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_failing"));
    let run = command.arg(what).current_dir(folder.path()).output().expect("it runs");
    assert!(!run.status.success());
    String::from_utf8(run.stderr).expect("text")
}

#[test]
fn main_tells_what_does_not_fit_a_model() {
    let differences = "\
Error: the list of tensors does not fit the model's 2 tensors: 3 mistakes
  missing (1):
    `dense1.bias` 2
  surplus (1):
    `head.bias` 1
  of another shape (1):
    `dense1.weight` is 2x3, `dense1.weight` needs 2x4 or 2x4x1x1
";
    assert_eq!(printed("load"), differences);
    assert_eq!(printed("shape"), "Error: the model takes 2x2x1, got 28x28x1\n");
}

#[cfg(unix)]
#[test]
fn main_tells_of_files_what_the_system_says() {
    const WHY: &str = "No such file or directory (os error 2)\n";
    let saving = format!("Error: cannot save weights to `no such folder/net.safetensors`: {WHY}");
    assert_eq!(printed("save"), saving);
    assert_eq!(printed("build"), format!("Error: cannot read `missing.cnn`: {WHY}"));
}
