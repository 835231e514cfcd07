//! Weight files: a real one cut off after every byte or changed, and headers that lie.
//!
//! What stands where a file should is in `no_files.rs`; each lie that a header can tell has its text
//! in `cnn-weights/tests/weights/damage.rs`.

use super::within;
use allocation_counter::measure;
use cnn_runtime::{Load, cnn};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

cnn! {
    model Small { input 4x4x1; conv 3x3, 2; flatten; dense 3, softmax; }
}

/// Far above what a message takes, far below what any of these headers claims.
pub const MEMORY: u64 = 1 << 20;

/// PyTorch wrote it: a trained VGG-like network, which is not `Small`, but a sound file.
pub fn real() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/vgg.safetensors")).expect("a file")
}

/// The whole message of a load that must fail, without the folder.
pub fn message(path: &Path) -> String {
    let mut message = String::new();
    let counted = measure(|| {
        let error = Small::load(path).map(drop).expect_err("a damaged file");
        message = error.to_string();
    });
    assert!(counted.bytes_max < MEMORY, "{} bytes for {message}", counted.bytes_max);
    within(path.parent().expect("a folder"), &message)
}

/// Digits are one `N`: texts that differ in numbers alone are one kind.
fn kind(message: &str) -> String {
    let mut kind = String::new();
    for c in message.chars() {
        match c {
            '0'..='9' if kind.ends_with('N') => {}
            '0'..='9' => kind.push('N'),
            other => kind.push(other),
        }
    }
    kind
}

#[test]
fn a_real_file_cut_off_after_any_byte_is_told_from_a_whole_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, whole) = (folder.path().join("w.safetensors"), real());
    let mut kinds = BTreeSet::new();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).expect("written");
        kinds.insert(kind(&message(&path)));
    }
    let begin = "`w.safetensors` is not a sound safetensors file: ";
    let told = [
        "it has N bytes, a header's length alone has N",
        "its header should have N bytes, but only N follow",
        "its tensors have N bytes, but only N follow the header: it was cut off",
    ];
    assert_eq!(kinds, told.map(|text| format!("{begin}{text}")).into());
}

#[test]
fn a_real_file_with_bytes_behind_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    fs::write(&path, [real(), vec![0]].concat()).expect("written");
    let expected = "`w.safetensors` is not a sound safetensors file: \
        its tensors have 876 bytes, but 877 follow the header: 1 too many";
    assert_eq!(message(&path), expected);
}

/// Every bit of the real file's header turned over: an answer, and a sound net or none.
#[test]
fn a_turned_bit_gives_an_answer_in_little_memory() {
    let whole = real();
    let header = u64::from_le_bytes(*whole.first_chunk().expect("a length"));
    let header = usize::try_from(header).expect("a short header");
    for at in 0..8 + header {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            let counted = measure(|| {
                let error = Small::load(Load::bytes(bytes)).map(drop).expect_err("another model");
                let _ = error.to_string();
            });
            assert!(counted.bytes_max < MEMORY, "{} bytes", counted.bytes_max);
        }
    }
}

#[test]
fn sizes_of_2_to_the_60_allocate_nothing() {
    let name = "conv1.kernel";
    let (size, half) = (1_u64 << 60, 1_u64 << 59);
    let headers = [
        format!(r#"{{"{name}":{{"dtype":"F32","shape":[{size}],"data_offsets":[0,{size}]}}}}"#),
        format!(r#"{{"{name}":{{"dtype":"U8","shape":[{size}],"data_offsets":[0,{size}]}}}}"#),
        format!(r#"{{"{name}":{{"dtype":"F16","shape":[{half}],"data_offsets":[0,{size}]}}}}"#),
        format!(r#"{{"{name}":{{"dtype":"F32","shape":[0,{size}],"data_offsets":[0,0]}}}}"#),
    ];
    let told = [
        "is not a sound safetensors file: `conv1.kernel` is too large: 1152921504606846976 of F32",
        "is not a sound safetensors file: \
         its tensors have 1152921504606846976 bytes, but only 0 follow the header: it was cut off",
        "is not a sound safetensors file: \
         its tensors have 1152921504606846976 bytes, but only 0 follow the header: it was cut off",
        "does not fit the model's 4 tensors: 4 mistakes\n  missing (3):\n    `conv1.bias` 2\n    \
         `dense1.kernel` 8x3, or `dense1.weight` 3x8\n    `dense1.bias` 3\n  of another shape (1):\n    \
         `conv1.kernel` is 0x1152921504606846976, `conv1.kernel` needs 3x3x1x2",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    let messages = headers.map(|header| {
        let length = (header.len() as u64).to_le_bytes();
        fs::write(&path, [&length[..], header.as_bytes()].concat()).expect("written");
        message(&path)
    });
    assert_eq!(messages, told.map(|text| format!("`w.safetensors` {text}")));
}
