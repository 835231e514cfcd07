//! Bad command lines (exit code 2) and bad files (1): one clear line, nothing on standard output.

use crate::folder::{Folder, SIMPLE, not_there};

#[test]
fn a_bad_command_line_is_one_line() {
    let folder = Folder::new();
    let cases = [
        ("", "error: no command, see `cnn --help`"),
        ("frobnicate", "error: unrecognized subcommand 'frobnicate'"),
        ("check", "error: the following required arguments were not provided: <FILE>..."),
        (
            "summary m.cnn --param alpha",
            "error: invalid value 'alpha' for '--param <K=V>': it must have the form NAME=VALUE",
        ),
        (
            "run m.cnn --seed 1 --weights w",
            "error: the argument '--seed <N>' cannot be used with '--weights <FILE>'",
        ),
        (
            "run m.cnn --seed 1 --threads 0",
            "error: invalid value '0' for '--threads <T>': 0 is not in 1..=1024",
        ),
        (
            "bench m.cnn --threads 0",
            "error: invalid value '0' for '--threads <T>': 0 is not in 1..=1024",
        ),
        (
            "explain m.cnn --instruction-set neon",
            "error: invalid value 'neon' for '--instruction-set <SET>' [possible values: avx512, avx2, portable]",
        ),
        (
            "run m.cnn --seed 1 --repeat 0",
            "error: invalid value '0' for '--repeat <N>': 0 is not in 1..=4294967295",
        ),
    ];
    for (words, line) in cases {
        folder.cnn(words).misused(line);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = Folder::new();
    let version = concat!("cnn ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(folder.cnn("--version").printed(), version);
    assert!(folder.cnn("run --help").printed().contains("--reference"));
}

#[test]
fn an_unreadable_file_is_one_line() {
    let folder = Folder::new();
    folder.write("bytes.cnn", b"model \xff");
    std::fs::create_dir(folder.path("dir")).expect("a folder");
    for words in ["check", "summary", "expand", "run --seed 1", "bench", "explain"] {
        let (missing, folder_line) =
            (folder.cnn(&format!("{words} none.cnn")), folder.cnn(&format!("{words} dir")));
        missing.refused(&format!("error: cannot read `none.cnn`: {}", not_there()));
        folder_line.refused("error: cannot read `dir`: it is a folder, not a file");
        folder
            .cnn(&format!("{words} bytes.cnn"))
            .refused("error: cannot read `bytes.cnn`: byte 0xff at line 1, column 7 is not UTF-8");
    }
}

#[test]
fn nothing_is_said_to_a_reader_that_goes_away() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let done = folder.command("summary m.cnn", |command| {
        command.stdout(writer);
    });
    assert_eq!((done.code, done.err.as_str()), (Some(1), ""));
}
