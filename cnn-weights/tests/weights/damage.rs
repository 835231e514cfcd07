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

/// A header, how many bytes follow it, and how it is told what is wrong.
const LIES: [(&str, usize, &str); 22] = [
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        7,
        "its tensors have 8 bytes, but only 7 follow the header: it was cut off",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        11,
        "its tensors have 8 bytes, but 11 follow the header: 3 too many",
    ),
    ("{}", 4, "its tensors have 0 bytes, but 4 follow the header: 4 too many"),
    (
        r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
        8,
        "`a`, 3 of F32, needs 12 bytes, but has 8: 0 to 8",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}"#,
        8,
        "`a`, scalar of F32, needs 4 bytes, but has 8: 0 to 8",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        8,
        "`a` ends at byte 0, before it begins at 8",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        8,
        "`b` begins at byte 4, inside the tensor before it, which ends at 8",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#,
        16,
        "`b` begins at byte 12, but the tensors before it end at 8: a gap",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,8]}}"#,
        8,
        "`a` is too large: 1152921504606846976 of F32",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[1152921504606846976,16],"data_offsets":[0,8]}}"#,
        8,
        "`a` is too large: 1152921504606846976x16 of F32",
    ),
    (
        r#"{"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}}"#,
        8,
        "its tensors have 1152921504606846976 bytes, but only 8 follow the header: it was cut off",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#,
        4,
        "`a` has 17 dimensions, more than 16",
    ),
    (
        r#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#,
        2,
        "`a` ends in the middle of a byte: 12 bits",
    ),
    (
        r#"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
        8,
        "`a` is of type `F99`, which safetensors does not have",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        8,
        "its header describes `a` twice",
    ),
    (
        r#"{"a\nb":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
        8,
        "`a\\nb`, 3 of F32, needs 12 bytes, but has 8: 0 to 8",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
        8,
        "its header is no JSON that describes tensors: invalid value: integer `-2`, expected u64 at line 1 column 31",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#,
        8,
        "its header is no JSON that describes tensors: invalid type: floating point `2.5`, expected u64 at line 1 column 32",
    ),
    (
        r#"{"a":{"dtype":"F32","shape":[2]}}"#,
        8,
        "its header is no JSON that describes tensors: missing field `data_offsets` at line 1 column 32",
    ),
    ("hello", 0, "its header is no JSON that describes tensors: expected value at line 1 column 1"),
    (
        "[]",
        0,
        "its header is no JSON that describes tensors: invalid type: sequence, expected an object of tensors at line 1 column 0",
    ),
    (
        r#"{"a":{"dtype":"F32""#,
        0,
        "its header is no JSON that describes tensors: EOF while parsing an object at line 1 column 19",
    ),
];

#[test]
fn each_lie_of_a_header_is_told_with_its_numbers() {
    let told = |header: &str, data: usize| text(with_header(header, &vec![0; data]));
    let told = LIES.map(|(header, data, _)| told(header, data));
    assert_eq!(told, LIES.map(|(_, _, reason)| not_sound(reason)));
}

fn not_sound(reason: &str) -> String {
    format!("the weight file is not a sound safetensors file: {reason}")
}

fn says(bytes: Vec<u8>, reason: &str) {
    assert_eq!(text(bytes), not_sound(reason));
}

/// The number in front of the header.
#[test]
fn each_lie_about_the_headers_length_is_told() {
    let with_length = |length: u64| [&length.to_le_bytes()[..], b"{}"].concat();
    says(Vec::new(), "it has 0 bytes, a header's length alone has 8");
    says(sound()[..5].to_vec(), "it has 5 bytes, a header's length alone has 8");
    says(with_length(0), "its header has no bytes");
    says(
        with_length(1),
        "its header is no JSON that describes tensors: EOF while parsing an object at line 1 column 1",
    );
    for length in [3, 1 << 20, 1 << 60, u64::MAX - 7, u64::MAX] {
        let reason = format!("its header should have {length} bytes, but only 2 follow");
        says(with_length(length), &reason);
    }
}

#[test]
fn a_header_that_is_no_text_is_told_by_its_byte() {
    let bytes = [&4_u64.to_le_bytes()[..], b"{\"\xff\xfe"].concat();
    says(bytes, "its header is no UTF-8 text, from byte 10 of the file on");
    let deep = with_header(&"[".repeat(100_000), &[]);
    says(
        deep,
        "its header is no JSON that describes tensors: invalid type: sequence, expected an object of tensors at line 1 column 0",
    );
    let deep = with_header(&format!("{{\"__metadata__\":{}", "[".repeat(100_000)), &[]);
    says(
        deep,
        "its header is no JSON that describes tensors: EOF while parsing a list at line 1 column 100016",
    );
}

/// Nine tensors of almost 2^61 bytes end beyond 2^64: the sum must not wrap round to the file's
/// length.
#[test]
fn places_that_wrap_round_are_no_places() {
    let size = (1_u64 << 61) - 1;
    let tensor = |i: u64| {
        let (start, end) = (i * size, (i + 1) * size);
        format!(r#""t{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{start},{end}]}}"#)
    };
    let eight: Vec<String> = (0..8).map(tensor).collect();
    let (start, end) = (8 * size, u64::MAX - 7);
    let last = format!(
        r#""t8":{{"dtype":"U8","shape":[{}],"data_offsets":[{start},{end}]}}"#,
        end - start
    );
    let header = format!("{{{},{last}}}", eight.join(","));
    let reason =
        format!("its tensors have {end} bytes, but only 0 follow the header: it was cut off");
    says(with_header(&header, &[]), &reason);
}

/// Types that are not the model's: those that are read, and those that are not.
#[test]
fn number_types() {
    let of = |dtype: &str, bits: usize| {
        let bytes = 2 * bits / 8;
        let header =
            format!(r#"{{"a.bias":{{"dtype":"{dtype}","shape":[2],"data_offsets":[0,{bytes}]}}}}"#);
        read(&Load::bytes(with_header(&header, &vec![0; bytes])), &[bias("a", 2)])
    };
    for (dtype, bits) in [("F32", 32), ("F16", 16), ("BF16", 16)] {
        assert_eq!(of(dtype, bits).expect("read"), [[0.0, 0.0]], "{dtype}");
    }
    let others = [("BOOL", 8), ("U8", 8), ("I8", 8), ("F8_E4M3", 8), ("I16", 16), ("U16", 16)];
    let large = [("I32", 32), ("U32", 32), ("F64", 64), ("I64", 64), ("U64", 64), ("C64", 64)];
    for (dtype, bits) in [others, large].concat() {
        let expected = format!(
            "the weight file does not fit the model's 1 tensors: 1 mistake\n  \
             of a number type that is not read (1):\n    \
             `a.bias` is {dtype}; F32, F16 and BF16 are read"
        );
        assert_eq!(of(dtype, bits).expect_err("refused").to_string(), expected);
    }
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
#[cfg(target_os = "linux")]
fn a_large_file_is_not_read_to_its_end() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    file.as_file().set_len(1 << 40).expect("a sparse file");
    let error = read(&Load::file(file.path()), &[]).expect_err("all zeros");
    let expected = "its header has no bytes";
    assert!(error.to_string().ends_with(expected), "{error}");
}

/// Nothing is read of a tensor that does not fit, however large it truly is.
#[test]
#[cfg(target_os = "linux")]
fn a_large_tensor_is_not_read() {
    let size = 1_u64 << 40;
    let header = format!(
        r#"{{"a.bias":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{size}]}}}}"#,
        size / 4
    );
    let file = tempfile::NamedTempFile::new().expect("a file");
    let begin = with_header(&header, &[]);
    std::fs::write(file.path(), &begin).expect("written");
    file.as_file().set_len(begin.len() as u64 + size).expect("a sparse file");
    let error = read(&Load::file(file.path()), &[bias("a", 2)]).expect_err("too large");
    let expected = format!("    `a.bias` is {}, `a.bias` needs 2", size / 4);
    assert!(error.to_string().ends_with(&expected), "{error}");
}

/// A hundred thousand names that fit nothing are told in bounded time and length.
#[test]
fn many_surplus_tensors_are_told_in_a_bounded_text() {
    let tensor = |i: u32| format!(r#""x{i}.y":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#);
    let tensors: Vec<String> = (0..100_000).map(tensor).collect();
    let text = text(with_header(&format!("{{{}}}", tensors.join(",")), &[]));
    let begin =
        "the weight file does not fit the model's 1 tensors: 100001 mistakes\n  missing (1):\n";
    assert!(text.starts_with(begin), "{text:.200}");
    assert!(text.ends_with("\n    `x999.y` 0\n    and 99000 more"), "{}", &text[text.len() - 80..]);
}

/// The parser quotes the header: what it quotes is cut, the place behind it stays.
#[test]
fn a_long_text_in_a_header_is_cut() {
    let long = "x".repeat(600_000);
    let header = format!(r#"{{"a":"{long}"}}"#);
    let quoted = format!("invalid type: string \"{}...", "x".repeat(178));
    says_no_json(&header, &format!("{quoted} at line 1 column 600007"));
    let header = format!("{{\n\"a\":{{\"dtype\":\"F32\",\"shape\":\"{long}\"}}}}");
    says_no_json(&header, &format!("{quoted} at line 2 column 600029"));
}

fn says_no_json(header: &str, reason: &str) {
    let reason = format!("its header is no JSON that describes tensors: {reason}");
    says(with_header(header, &[]), &reason);
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
