//! What stands where a weight file should: nothing, folders, pipes, devices, links in a circle, a
//! file longer than the disk.

use super::texts;
use super::weights::{MEMORY, message, real};
use allocation_counter::measure;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

#[test]
fn what_is_no_file_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).expect("a folder");
    fs::write(at("empty"), "").expect("a file");
    let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    for (from, to) in [("a", "b"), ("b", "a"), ("/dev/zero", "device")] {
        symlink(from, at(to)).expect("a link");
    }
    let cases: [(&str, &str); 7] = [
        ("none", "cannot read weights from `none`: No such file or directory (os error 2)"),
        ("folder", "cannot read weights from `folder`: it is a folder, not a file"),
        ("pipe", "cannot read weights from `pipe`: it is no regular file"),
        ("device", "cannot read weights from `device`: it is no regular file"),
        ("a", "cannot read weights from `a`: Too many levels of symbolic links (os error 40)"),
        ("empty/x", "cannot read weights from `x`: Not a directory (os error 20)"),
        (
            "empty",
            "`empty` is not a sound safetensors file: \
             it has 0 bytes, a header's length alone has 8",
        ),
    ];
    let messages = cases.map(|(name, _)| message(&at(name)));
    assert_eq!(messages, cases.map(|(_, text)| text.to_owned()));
}

/// Root reads everything, so this is shown where somebody else runs the tests.
#[test]
fn a_file_that_must_not_be_read_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("w.safetensors");
    fs::write(&path, real()).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("changed");
    if fs::read(&path).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    let expected = "cannot read weights from `w.safetensors`: Permission denied (os error 13)";
    assert_eq!(message(&path), expected);
}

/// A tebibyte that a model names, through the build script's door. Through the command's:
/// `cnn-cli/tests/command/robustness/texts.rs`.
#[test]
fn a_huge_file_is_not_compiled_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("m.cnn"), "model M { input 2; dense 3; weights \"w.safetensors\"; }")
        .expect("written");
    let file = fs::File::create(at("w.safetensors")).expect("a file");
    file.set_len(1 << 40).expect("a sparse file");
    let mut report = String::new();
    let counted = measure(|| report = texts::told(folder.path(), "m.cnn"));
    assert!(counted.bytes_max < 4 * MEMORY, "{} bytes", counted.bytes_max);
    let expected = "\
[weights_file]: `w.safetensors` is not a sound safetensors file: its header has no bytes
 --> m.cnn:1:37
  |
1 | model M { input 2; dense 3; weights \"w.safetensors\"; }
  |                                     ^^^^^^^^^^^^^^^";
    assert_eq!(report, expected);
}
