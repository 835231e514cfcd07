//! Damaged files: one clear error each, whatever the bytes; never a panic.

use crate::file::{bias, file, read};
use cnn_weights::{Load, LoadError};
use proptest::prelude::*;

fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn text(bytes: Vec<u8>) -> String {
    read(&Load::bytes(bytes), &[bias("a", 2)]).expect_err("damaged").to_string()
}

fn sound() -> Vec<u8> {
    file(&[("a.bias", &[2], &[1.0, 2.0])])
}

#[test]
fn each_damage_is_named() {
    let says = |bytes: Vec<u8>, reason: &str| {
        let expected = format!("the weight file is not a sound safetensors file: {reason}");
        assert_eq!(text(bytes), expected);
    };
    says(Vec::new(), "it has 0 bytes, a header's length alone has 8");
    says(sound()[..5].to_vec(), "it has 5 bytes, a header's length alone has 8");
    let header = sound().len() - 16;
    says(
        sound()[..20].to_vec(),
        &format!("its header should have {header} bytes, but only 12 follow"),
    );
    let len = sound().len() - 1;
    says(
        sound()[..len].to_vec(),
        &format!(
            "its header describes more or fewer bytes than the {len} it has: truncated, or too long"
        ),
    );
    says(
        (1u64 << 60).to_le_bytes().to_vec(),
        "its header should have 1152921504606846976 bytes, but only 0 follow",
    );
    says(
        with_header(
            r#"{"a.bias":{"dtype":"F32","shape":[1152921504606846976,16],"data_offsets":[0,8]}}"#,
            &[0; 8],
        ),
        "a shape in its header is too large",
    );
    says(
        with_header(r#"{"a.bias":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, &[0; 8]),
        "a tensor's shape, type and place in its header contradict each other",
    );
    says(
        with_header(
            r#"{"a.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            &[0; 8],
        ),
        "the place of `b` overlaps another tensor or leaves a gap",
    );
}

#[test]
fn not_json() {
    assert!(text(with_header("hello", &[])).contains("not a sound safetensors file: invalid JSON"));
    let deep = "[".repeat(100_000);
    assert!(text(with_header(&deep, &[])).contains("invalid JSON"));
    assert!(text(with_header("\u{fffd}", &[])).contains("not a sound safetensors file"));
}

#[test]
fn header_beyond_the_limit() {
    let text = text(with_header(&" ".repeat((16 << 20) + 1), &[]));
    assert!(text.ends_with("its header of 16777217 bytes is larger than 16777216"), "{text}");
}

#[test]
fn no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.safetensors");
    let error = read(&Load::file(&path), &[]).expect_err("no file");
    assert!(matches!(error, LoadError::Io { .. }));
    let begin = format!("cannot read weights from `{}`: ", path.display());
    assert!(error.to_string().starts_with(&begin), "{error}");

    let error = read(&Load::from(folder.path()), &[]).expect_err("a folder");
    let folder = folder.path().display();
    let expected = format!("cannot read weights from `{folder}`: it is a folder, not a file");
    assert_eq!(error.to_string(), expected);
}

/// A file that is no safetensors file is refused by its first bytes, however long it is.
#[test]
#[cfg(unix)]
fn a_large_file_is_not_read_to_its_end() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    file.as_file().set_len(1 << 40).expect("a sparse file");
    let error = read(&Load::file(file.path()), &[]).expect_err("all zeros");
    let expected = "its header has no bytes";
    assert!(error.to_string().ends_with(expected), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = read(&Load::bytes(bytes), &[bias("a", 2)]);
    }

    /// Bytes behind a true header length reach the parser of the header.
    #[test]
    fn any_header_gives_an_answer(header in "[\\[\\]{}\":,a-z0-9_.F]{0,120}", data in 0usize..16) {
        let _ = read(&Load::bytes(with_header(&header, &vec![0; data])), &[bias("a", 2)]);
    }

    #[test]
    fn a_changed_byte_gives_an_answer(at in 0usize..80, to in any::<u8>()) {
        let mut bytes = sound();
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = read(&Load::bytes(bytes), &[bias("a", 2)]);
    }

    #[test]
    fn any_rename_gives_an_answer(from in "[a{}i._/é]{0,8}", to in "[a{}i._/é]{0,8}") {
        let _ = read(&Load::bytes(sound()).rename(from, to), &[bias("a", 2)]);
    }
}
