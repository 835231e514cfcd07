//! `.cnn` files that are no text, loop, or are no files, through `cnn check`. Through the build
//! script's door and the macro's: `tests/tests/robustness/texts.rs`, `tests/crates/broken_include`.

use crate::folder::Folder;
use std::io::Write as _;
use std::os::unix::fs::symlink;

const MODEL: &str = "model M { input 4x4x1; relu; }\n";

/// What `cnn check` prints of a file with a mistake, on either stream.
fn told(folder: &Folder, name: &str) -> String {
    let done = folder.bounded(&format!("check {name}"));
    assert_eq!(done.code, Some(1), "{}", done.out);
    done.err + done.out.trim_end()
}

#[test]
fn what_is_no_text_is_one_line() {
    let folder = Folder::new();
    let cases: [(&[u8], &str); 8] = [
        (b"model M {\n    input 4x\xff4x1;\n", "byte 0xff at line 2, column 13 is not UTF-8"),
        (b"\xef\xbb\xbfmodel \xc3(", "byte 0xc3 at line 1, column 7 is not UTF-8"),
        (b"// \xc3\xa9\xc3\xa9 \x80", "byte 0x80 at line 1, column 7 is not UTF-8"),
        (b"\xff\xfem\0o\0d\0e\0l\0", "it is UTF-16: save it as UTF-8"),
        (b"\xfe\xff\0m\0o\0d\0e\0l", "it is UTF-16: save it as UTF-8"),
        (
            b"// one\rmodel M { input 4x4x1; relu; }\r",
            "a carriage return without a line feed at line 1, column 7: save it with line feeds",
        ),
        (
            b"// one\r\nmodel M {\r\r\n}",
            "a carriage return without a line feed at line 2, column 10: save it with line feeds",
        ),
        (
            &[b' '; 1_000_001],
            "it has 1000001 bytes, a text may have 1000000: \
             split it, and take blocks from other files by `use \"FILE\";`",
        ),
    ];
    for (bytes, why) in cases {
        folder.write("m.cnn", bytes);
        folder.bounded("check m.cnn").refused(&format!("error: cannot read `m.cnn`: {why}"));
    }
}

#[test]
fn what_is_no_file_is_one_line() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("folder.cnn")).expect("a folder");
    assert_eq!(folder.shell("mkfifo pipe.cnn", |_| ()).code, Some(0));
    symlink("a.cnn", folder.path("b.cnn")).expect("a link");
    symlink("b.cnn", folder.path("a.cnn")).expect("a link");
    let file = std::fs::File::create(folder.path("huge.cnn")).expect("a file");
    file.set_len(1 << 40).expect("a sparse file");
    let cases = [
        ("none.cnn", "No such file or directory (os error 2)"),
        ("folder.cnn", "it is a folder, not a file"),
        ("pipe.cnn", "it is no regular file"),
        ("/dev/zero", "it is no regular file"),
        ("a.cnn", "Too many levels of symbolic links (os error 40)"),
        (
            "huge.cnn",
            "it has 1099511627776 bytes, a text may have 1000000: \
             split it, and take blocks from other files by `use \"FILE\";`",
        ),
    ];
    for (name, why) in cases {
        let expected = format!("error: cannot read `{name}`: {why}");
        folder.bounded(&format!("check {name}")).refused(&expected);
    }
}

/// A byte order mark and Windows' line ends are no mistakes, and places are counted without them.
#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let folder = Folder::new();
    for text in [format!("\u{feff}{MODEL}"), MODEL.replace(' ', "\r\n"), String::new()] {
        folder.write("m.cnn", text.as_bytes());
        assert_eq!(folder.bounded("check m.cnn").printed(), "m.cnn: no errors\n", "{text:?}");
    }
    folder.write("m.cnn", b"\xef\xbb\xbfmodel M {\r\n    input 4x4x1;\r\n    reluu;\r\n}\r\n");
    let expected = "\
error[unknown_layer]: unknown layer `reluu`
 --> m.cnn:3:5
  |
3 |     reluu;
  |     ^^^^^
  |
  = help: did you mean `relu`?";
    assert_eq!(told(&folder, "m.cnn"), expected);
}

#[test]
fn zero_bytes_and_a_second_mark_are_shown() {
    let folder = Folder::new();
    let cases: [(&[u8], &str); 2] = [
        (
            b"model M {\n    re\0lu;\n}\n",
            "\
error[unknown_character]: unknown character `U+0000`
 --> m.cnn:2:7
  |
2 |     re\u{2400}lu;
  |       ^",
        ),
        (
            b"\xef\xbb\xbf\xef\xbb\xbfmodel",
            "\
error[unknown_character]: unknown character `U+FEFF`
 --> m.cnn:1:1
  |
1 | \u{feff}model
  | ^",
        ),
    ];
    for (bytes, expected) in cases {
        folder.write("m.cnn", bytes);
        assert_eq!(told(&folder, "m.cnn"), expected);
    }
}

#[test]
fn a_file_without_a_model_cannot_be_summarised() {
    let folder = Folder::with("m.cnn", "");
    let done = folder.bounded("summary m.cnn");
    let expected = "\
error[no_model]: the file has no model
 --> m.cnn:1:1
  |
1 |
  | ^
";
    assert_eq!((done.code, done.err.as_str()), (Some(1), expected));
}

/// What a `use` leads to: itself, round three files, by links, into a folder and a pipe.
#[test]
fn a_use_that_leads_nowhere_is_shown_where_it_stands() {
    let folder = Folder::new();
    let write = |name: &str, used: &str, rest: &str| {
        folder.write(name, format!("use \"{used}\";\n{rest}").as_bytes());
    };
    std::fs::create_dir(folder.path("d")).expect("a folder");
    assert_eq!(folder.shell("mkfifo pipe", |_| ()).code, Some(0));
    symlink("loop", folder.path("loop")).expect("a link");
    symlink(".", folder.path("d/again")).expect("a link");
    write("one.cnn", "two.cnn", MODEL);
    write("two.cnn", "d/three.cnn", "");
    write("d/three.cnn", "../one.cnn", "");
    write("itself.cnn", "itself.cnn", MODEL);
    write("folder.cnn", "d", MODEL);
    write("pipe.cnn", "pipe", MODEL);
    write("link.cnn", "loop", MODEL);
    write("zero.cnn", "a\0b", MODEL);
    write("d/deeper.cnn", "again/deeper.cnn", MODEL);
    let at = |name: &str, used: &str| {
        let line = "^".repeat(used.len() + 2);
        format!(" --> {name}:1:5\n  |\n1 | use \"{used}\";\n  |     {line}")
    };
    let links = "Too many levels of symbolic links (os error 40)";
    let cases = [
        (
            "one.cnn",
            format!(
                "error[use_cycle]: `one.cnn` uses itself\n{}\n  |\n  = note: `one.cnn` uses `two.cnn`, \
                 which uses `d/three.cnn`, which uses `one.cnn`",
                at("d/three.cnn", "../one.cnn")
            ),
        ),
        (
            "itself.cnn",
            format!(
                "error[use_cycle]: `itself.cnn` uses itself\n{}",
                at("itself.cnn", "itself.cnn")
            ),
        ),
        (
            "folder.cnn",
            format!(
                "error[unreadable_file]: `d` is a folder, not a file\n{}",
                at("folder.cnn", "d")
            ),
        ),
        (
            "pipe.cnn",
            format!(
                "error[unreadable_file]: `pipe` cannot be read: it is no regular file\n{}",
                at("pipe.cnn", "pipe")
            ),
        ),
        (
            "link.cnn",
            format!(
                "error[unreadable_file]: `loop` cannot be read: {links}\n{}",
                at("link.cnn", "loop")
            ),
        ),
        (
            "zero.cnn",
            format!(
                "error[unreadable_file]: `a\u{2400}b` cannot be read: \
                 file name contained an unexpected NUL byte\n{}",
                at("zero.cnn", "a\u{2400}b").replace("^^^^^^^", "^^^^^")
            ),
        ),
        (
            "d/deeper.cnn",
            format!(
                "error[unreadable_file]: `again/deeper.cnn` cannot be read: {links}\n{}",
                at(&format!("d/{}deeper.cnn", "again/".repeat(40)), "again/deeper.cnn")
            ),
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(told(&folder, name), expected);
    }
}

/// A tebibyte of nothing as a model's weights, and behind headers that are true: no more is read than
/// the network wants.
#[test]
fn a_huge_weight_file_is_read_as_far_as_the_network_wants() {
    let folder = Folder::with(
        "m.cnn",
        "model M {\n    input 2;\n    dense 3;\n    weights \"w.safetensors\";\n}\n",
    );
    let size = 1_u64 << 40;
    let write = |header: &str| {
        let file = std::fs::File::create(folder.path("w.safetensors")).expect("a file");
        let begin = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        (&file).write_all(&begin).expect("written");
        file.set_len(begin.len() as u64 + size).expect("a sparse file");
        told(&folder, "m.cnn")
    };
    let begin = "error[weights_file]: `w.safetensors` ";
    let place =
        " --> m.cnn:4:13\n  |\n4 |     weights \"w.safetensors\";\n  |             ^^^^^^^^^^^^^^^";
    let why = "is not a sound safetensors file: its header has no bytes";
    assert_eq!(write(""), format!("{begin}{why}\n{place}"));
    let elements = size / 4;
    let header = format!(
        r#"{{"dense1.bias":{{"dtype":"F32","shape":[{elements}],"data_offsets":[0,{size}]}}}}"#
    );
    let why = "does not fit the model's 2 tensors: 2 mistakes";
    let note = format!(
        "  |
  = note:   missing (1):
              `dense1.kernel` 2x3, or `dense1.weight` 3x2
            of another shape (1):
              `dense1.bias` is {elements}, `dense1.bias` needs 3"
    );
    assert_eq!(write(&header), format!("{begin}{why}\n{place}\n{note}"));
}
