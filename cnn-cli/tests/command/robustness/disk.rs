//! A full disk and one that may not be written, for the command's output and its cache. The disks
//! are mounted for one process alone, by root or in a user's own namespace; where neither may, the
//! tests say so and pass.

use crate::folder::{Folder, SIMPLE};

/// 40,000 numbers in and out: more than the disk of 64 kB has room for.
const LARGE: &str = "model Large { input 200x200x1; scale 2; }";

/// The ways to mounts of a process's own: as root, and as a user who is root in there.
const OWN_MOUNTS: [&str; 2] = ["unshare --mount", "unshare --user --map-root-user --mount"];

/// The code of a script that could not mount; `unshare`'s own, where it may not begin, is 1.
const NO_MOUNT: i32 = 99;

/// Runs a script with `disk` mounted with these options; what it printed, errors first.
fn on_disk(folder: &Folder, options: &str, script: &str) -> Option<String> {
    std::fs::create_dir_all(folder.path("disk")).expect("a folder");
    let mounted = |own: &str, options: &str, script: &str| {
        let mount = format!("mount -t tmpfs -o {options} none disk || exit {NO_MOUNT}");
        folder.shell(&format!("exec {own} sh -c '{mount}\n{script}'"), |_| ())
    };
    let may = |own: &&str| {
        let done = mounted(own, "size=4k", "");
        assert!(matches!(done.code, Some(0 | 1 | NO_MOUNT)), "`{own}` is strange: {done:?}");
        done.code == Some(0)
    };
    let Some(own) = OWN_MOUNTS.into_iter().find(may) else {
        println!("skipped: this user may not mount a disk");
        return None;
    };
    let done = mounted(own, options, script);
    assert_eq!(done.code, Some(0), "{done:?}");
    Some(done.err + &done.out)
}

const RUN: &str = "\"$CNN\" run m.cnn --seed 1 --reference --output disk/y.npy";

#[test]
fn a_full_disk_keeps_the_old_output() {
    let folder = Folder::with("m.cnn", LARGE);
    let script = format!("printf old >disk/y.npy; {RUN}; cat disk/y.npy; echo; ls -A disk");
    let Some(told) = on_disk(&folder, "size=64k", &script) else { return };
    let error = "error: cannot write `disk/y.npy`: No space left on device (os error 28)";
    assert_eq!(told, format!("{error}\nold\ny.npy\n"));
    let script = format!("{RUN} || ls -A disk");
    let told = on_disk(&folder, "size=64k,nr_inodes=1", &script).expect("mounted before");
    assert_eq!(told, format!("{error}\n"));
}

#[test]
fn a_read_only_disk_is_one_error() {
    let folder = Folder::with("m.cnn", LARGE);
    let Some(told) = on_disk(&folder, "ro", &format!("{RUN} || ls -A disk")) else { return };
    let error = "error: cannot write `disk/y.npy`: Read-only file system (os error 30)";
    assert_eq!(told, format!("{error}\n"));
}

/// One of two outputs has no room: then the other is not there either.
#[test]
fn all_outputs_are_there_or_none() {
    let text =
        "model Two { input 200x200x1; let y = scale 2; let x = slice 0..1 from y; output x, y; }";
    let folder = Folder::with("m.cnn", text);
    let script = format!("{RUN} --output z.npy || ls -A . disk");
    let Some(told) = on_disk(&folder, "size=64k", &script) else { return };
    let error = "error: cannot write `disk/y.npy`: No space left on device (os error 28)";
    assert_eq!(told, format!("{error}\n.:\ndisk\nm.cnn\n\ndisk:\n"));
}

#[test]
fn a_cache_that_cannot_be_written_names_the_ways_out() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = "CNN_CACHE_DIR=disk/cache \"$CNN\" run m.cnn --seed 1 || true";
    let Some(told) = on_disk(&folder, "ro", run) else { return };
    let expected = "error: cannot build in `disk/cache`: Read-only file system (os error 30): \
                    set CNN_CACHE_DIR to another folder, or use --reference\n";
    assert_eq!(told, expected);
}

/// The package's own files are 100 kB: the first that has no room is named.
#[test]
fn a_full_cache_is_one_error_and_no_half_file() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = "CNN_CACHE_DIR=disk/cache \"$CNN\" run m.cnn --seed 1 || find disk -name \".cnn-*\"";
    let Some(told) = on_disk(&folder, "size=24k", run) else { return };
    let (before, behind) = ("error: cannot write `", "`: No space left on device (os error 28)\n");
    assert!(told.starts_with(before) && told.ends_with(behind), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_report_that_cannot_be_printed_is_one_error() {
    let folder = Folder::with("m.cnn", SIMPLE);
    for command in
        ["summary m.cnn", "check m.cnn", "expand m.cnn", "run m.cnn --seed 1 --reference"]
    {
        folder
            .shell(&format!("exec \"$CNN\" {command} >/dev/full"), |_| ())
            .refused("error: cannot print: No space left on device (os error 28)");
    }
}
