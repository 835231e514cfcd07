//! A full disk and one that may not be written: saving weights and building. The disks are mounted
//! for one process alone, by root or in a user's own namespace; where neither may, the tests say so
//! and pass.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The ways to mounts of a process's own: as root, and as a user who is root in there.
const OWN_MOUNTS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// The code of a script that could not mount; `unshare`'s own, where it may not begin, is 1.
const NO_MOUNT: i32 = 99;

/// The process that writes; one that succeeds writes for ever.
const VICTIM: &str = concat!("timeout 60 ", env!("CARGO_BIN_EXE_victim"));

/// Runs a shell script in `folder`, where `disk` is mounted with these options; gives what it
/// printed, errors first, the folder's own path taken out.
fn on_disk(folder: &Path, options: &str, script: &str) -> Option<String> {
    fs::create_dir_all(folder.join("disk")).expect("a folder");
    let may = |own: &&[&str]| {
        let output = mounted(folder, own, "size=4k", "");
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1 | NO_MOUNT)), "`unshare` is strange: {output:?}");
        code == Some(0)
    };
    let Some(own) = OWN_MOUNTS.into_iter().find(may) else {
        println!("skipped: this user may not mount a disk");
        return None;
    };
    let output = mounted(folder, own, options, script);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8([output.stderr, output.stdout].concat()).expect("text");
    Some(text.replace(&format!("{}/", folder.display()), ""))
}

fn mounted(folder: &Path, own: &[&str], options: &str, script: &str) -> Output {
    let mount = format!("mount -t tmpfs -o {options} none disk || exit {NO_MOUNT}");
    let mut command = Command::new("unshare");
    command.args(own).args(["sh", "-c", &format!("{mount}\n{script}")]);
    // Unquoted in the scripts: two words of it are the time limit.
    command.env("VICTIM", VICTIM).current_dir(folder).output().expect("util-linux' `unshare`")
}

const FULL: &str = "No space left on device (os error 28)";
const READ_ONLY: &str = "Read-only file system (os error 30)";

#[test]
fn weights_on_a_full_disk_stay_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    // The two tensors take 400 kB.
    let script = "printf old >disk/w; $VICTIM save disk/w; cat disk/w; echo; ls -A disk";
    let Some(told) = on_disk(folder.path(), "size=64k", script) else { return };
    assert_eq!(told, format!("cannot save weights to `disk/w`: {FULL}\nold\nw\n"));
    let script = "$VICTIM save disk/w || ls -A disk";
    let told = on_disk(folder.path(), "size=64k,nr_inodes=1", script).expect("mounted before");
    assert_eq!(told, format!("cannot save weights to `disk/w`: {FULL}\n"));
}

#[test]
fn weights_on_a_read_only_disk_are_one_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "$VICTIM save disk/w || ls -A disk";
    let Some(told) = on_disk(folder.path(), "ro", script) else { return };
    assert_eq!(told, format!("cannot save weights to `disk/w`: {READ_ONLY}\n"));
}

#[test]
fn a_build_on_a_full_disk_leaves_no_part() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = "conv 3x3, 8, pad 1, bn, relu; ".repeat(40);
    let text = format!("model Net {{ input 8x8x1; {layers} }}");
    fs::write(folder.path().join("net.cnn"), text).expect("written");
    let build = "$VICTIM build disk net.cnn net.cnn >/dev/null || ls -A disk";
    let Some(told) = on_disk(folder.path(), "size=8k", build) else { return };
    assert_eq!(told, format!("cannot write `disk/net.rs`: {FULL}\n"));
    let told = on_disk(folder.path(), "ro", build).expect("mounted before");
    assert_eq!(told, format!("cannot write `disk/net.rs`: {READ_ONLY}\n"));
}

/// A device or a pipe in the file's place stays what it is.
#[test]
fn weights_are_not_saved_over_a_device() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("null");
    std::os::unix::fs::symlink("/dev/null", &path).expect("a link");
    let error = cnn_weights::save(&path, &[], &[]).expect_err("a device");
    let shown = path.display();
    assert_eq!(
        error.to_string(),
        format!("cannot save weights to `{shown}`: it is no regular file")
    );
    assert!(fs::symlink_metadata(&path).expect("still there").is_symlink());
    let error = cnn_weights::save(folder.path(), &[], &[]).expect_err("a folder");
    let shown = folder.path().display();
    let expected = format!("cannot save weights to `{shown}`: it is a folder, not a file");
    assert_eq!(error.to_string(), expected);
}
