//! `.cnn` files that are no text, loop, or are no files: through the build script's door, and
//! through the macro's. Through the command's: `cnn-cli/tests/command/robustness/texts.rs`.

use super::within;
use cnn_dsl::build::Build;
use std::fs;
use std::path::Path;

/// What the build script says, or the reports in what it has written, without the folder.
pub fn told(folder: &Path, name: &str) -> String {
    let out = folder.join("out");
    let _ = fs::create_dir(&out);
    let text = match Build::new().file(folder.join(name)).out_dir(&out).compile() {
        Err(error) => error.to_string(),
        Ok(()) => {
            let stem = Path::new(name).file_stem().expect("a name").to_string_lossy();
            let written = fs::read_to_string(out.join(format!("{stem}.rs"))).expect("written");
            reports(&written)
        }
    };
    within(folder, &text)
}

/// The texts of every `compile_error!`.
fn reports(rust: &str) -> String {
    let file: syn::File = syn::parse_str(rust).expect("Rust");
    let texts = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(call) if call.mac.path.segments.last()?.ident == "compile_error" => {
            Some(call.mac.parse_body::<syn::LitStr>().expect("a text").value())
        }
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Two files that `use` each other by way of a third.
fn written(folder: &Path) {
    let model = "model M { input 4x4x1; relu; }\n";
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("written");
    fs::create_dir(folder.join("inner")).expect("a folder");
    write("bytes.cnn", b"model M {\n    input 4x\xff4x1;\n}\n");
    write("bom_bytes.cnn", b"\xef\xbb\xbfmodel \xc3(");
    write("returns.cnn", b"// one\rmodel M { input 4x4x1; relu; }\r");
    write("utf16.cnn", b"\xff\xfem\0o\0d\0e\0l\0");
    write("utf16_be.cnn", b"\xfe\xff\0m\0o\0d\0e\0l");
    write("long.cnn", &vec![b' '; 1_000_001]);
    write("one.cnn", format!("use \"two.cnn\";\n{model}").as_bytes());
    write("two.cnn", b"use \"inner/three.cnn\";\n");
    write("inner/three.cnn", b"\n  use \"../one.cnn\";\n");
    write("itself.cnn", format!("use \"./itself.cnn\";\n{model}").as_bytes());
    write("uses_folder.cnn", format!("use \"inner\";\n{model}").as_bytes());
    write("uses_bytes.cnn", format!("use \"bytes.cnn\";\n{model}").as_bytes());
    write("uses_long.cnn", format!("use \"long.cnn\";\n{model}").as_bytes());
}

const TOO_LONG: &str = "it has 1000001 bytes, a text may have 1000000: \
    split it, and take blocks from other files by `use \"FILE\";`";

#[test]
fn a_root_that_is_no_text_is_an_error_of_the_build_script() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let long = format!("cannot read `long.cnn`: {TOO_LONG}");
    // Number 2 on every system, each in its own words.
    let missing = std::io::Error::from_raw_os_error(2);
    let missing = format!("cannot read `none.cnn`: {missing}");
    let cases = [
        ("bytes.cnn", "cannot read `bytes.cnn`: byte 0xff at line 2, column 13 is not UTF-8"),
        (
            "bom_bytes.cnn",
            "cannot read `bom_bytes.cnn`: byte 0xc3 at line 1, column 7 is not UTF-8",
        ),
        (
            "returns.cnn",
            "cannot read `returns.cnn`: a carriage return without a line feed at line 1, column 7: \
             save it with line feeds",
        ),
        ("utf16.cnn", "cannot read `utf16.cnn`: it is UTF-16: save it as UTF-8"),
        ("utf16_be.cnn", "cannot read `utf16_be.cnn`: it is UTF-16: save it as UTF-8"),
        ("inner", "cannot read `inner`: it is a folder, not a file"),
        ("none.cnn", &missing),
        ("long.cnn", &long),
    ];
    let found = cases.map(|(name, _)| told(folder.path(), name));
    assert_eq!(found, cases.map(|(_, text)| text.to_owned()));
}

#[test]
fn a_use_that_cannot_be_followed_is_an_error_of_the_crate() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let found = ["one.cnn", "itself.cnn", "uses_folder.cnn", "uses_bytes.cnn", "uses_long.cnn"]
        .map(|name| told(folder.path(), name));
    let expected = [
        "\
[use_cycle]: `one.cnn` uses itself
 --> inner/three.cnn:2:7
  |
2 |   use \"../one.cnn\";
  |       ^^^^^^^^^^^^
  |
  = note: `one.cnn` uses `two.cnn`, which uses `inner/three.cnn`, which uses `one.cnn`",
        "\
[use_cycle]: `itself.cnn` uses itself
 --> itself.cnn:1:5
  |
1 | use \"./itself.cnn\";
  |     ^^^^^^^^^^^^^^",
        "\
[unreadable_file]: `inner` is a folder, not a file
 --> uses_folder.cnn:1:5
  |
1 | use \"inner\";
  |     ^^^^^^^",
        "\
[not_utf8]: `bytes.cnn` is no text
 --> uses_bytes.cnn:1:5
  |
1 | use \"bytes.cnn\";
  |     ^^^^^^^^^^^
  |
  = note: byte 0xff at line 2, column 13 is not UTF-8",
        "\
[too_large]: `long.cnn` has 1000001 bytes
 --> uses_long.cnn:1:5
  |
1 | use \"long.cnn\";
  |     ^^^^^^^^^^
  |
  = note: a file may have 1000000 bytes",
    ];
    assert_eq!(found, expected);
}
