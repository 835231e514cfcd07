//! `.npy` and safetensors files as data sets: what is read, and what is told of others.

use crate::{sample, within};
use cnn_runtime::data::{Arrays, Dataset};
use tempfile::TempDir;

/// A file as `numpy.save` writes it.
fn npy(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).expect("it is short").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

fn words<T: Copy, const N: usize>(values: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| bytes(value)).collect()
}

fn read_npy(images: &[u8], labels: &[u8], classes: usize) -> Result<Arrays<'static>, String> {
    let folder = TempDir::new().unwrap();
    let [x, y] = ["x.npy", "y.npy"].map(|name| folder.path().join(name));
    std::fs::write(&x, images).unwrap();
    std::fs::write(&y, labels).unwrap();
    let read = Arrays::from_npy(&x, &y, classes);
    read.map_err(|error| within(folder.path(), &error.to_string()))
}

#[test]
fn npy_images_and_labels_are_of_several_kinds() {
    let bytes: Vec<u8> = (1..=12).collect();
    let floats = words(&bytes.iter().map(|&x| f32::from(x)).collect::<Vec<_>>(), f32::to_le_bytes);
    let x_of_bytes = npy("|u1", "(2, 2, 3, 1)", &bytes);
    let labels = npy("<i8", "(2,)", &words(&[0_i64, 2], i64::to_le_bytes));
    let hot = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0_f32];
    for (x, sizes) in [
        (x_of_bytes.clone(), [2, 3, 1]),
        (npy("<f4", "(2, 2, 3, 1)", &floats), [2, 3, 1]),
        (npy("|u1", "(2, 2, 3)", &bytes), [2, 3, 1]),
        (npy("<f4", "(2, 6)", &floats), [1, 1, 6]),
    ] {
        let data = read_npy(&x, &labels, 3).expect("they are sound");
        assert_eq!(data.sizes(), sizes);
        assert_eq!(sample(&data, 1, None).0, [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
    }
    for y in [
        labels,
        npy("|u1", "(2,)", &[0, 2]),
        npy("<i4", "(2, 1)", &words(&[0_i32, 2], i32::to_le_bytes)),
        npy("<f4", "(2, 3)", &words(&hot, f32::to_le_bytes)),
        npy("|u1", "(2, 3)", &[1, 0, 0, 0, 0, 1]),
    ] {
        let data = read_npy(&x_of_bytes, &y, 3).expect("they are sound");
        assert_eq!([sample(&data, 0, None).1, sample(&data, 1, None).1].concat(), hot);
    }
}

#[test]
fn npy_files_that_do_not_fit_are_told() {
    let (x, y) = (npy("|u1", "(2, 1, 1, 1)", &[1, 2]), npy("|u1", "(2,)", &[0, 1]));
    let error = |images: &[u8], labels: &[u8]| read_npy(images, labels, 2).expect_err("unfit");
    assert_eq!(
        error(&npy("<i8", "(1,)", &[0; 8]), &y),
        "`x.npy` is not a sound .npy array: its elements are of type `<i8`, not f32 or u8: \
         `array.astype('float32')` makes them f32"
    );
    assert_eq!(
        error(&x, &npy("<f8", "(1,)", &[0; 8])),
        "`y.npy` is not a sound .npy array: its elements are of type `<f8`, not f32, u8, i32 or \
         i64: `array.astype('float32')` makes them f32"
    );
    assert_eq!(
        error(&npy("|u1", "(2, 1, 1, 1)", &[1]), &y),
        "`x.npy` is not a sound .npy array: its shape (2, 1, 1, 1) needs 2 bytes, but 1 follow its \
         header"
    );
    assert_eq!(
        error(&npy("|u1", "(2,)", &[1, 2]), &y),
        "`x.npy` cannot be images: expected f32 or u8 of N,H,W,C, or N,H,W, or N,LENGTH, found u8 \
         of 2"
    );
    // No element, and sizes that no array can have.
    assert_eq!(
        error(&npy("|u1", "(0, 4294967296, 4294967296, 1)", &[]), &y),
        "`x.npy` cannot be images: expected f32 or u8 of N,H,W,C, or N,H,W, or N,LENGTH, found u8 \
         of 0,4294967296,4294967296,1"
    );
    assert_eq!(
        error(&x, &npy("|u1", "(2, 1, 1, 1, 1)", &[0, 1])),
        "`y.npy` cannot be labels: expected N class numbers, or f32 of N,CLASSES; of masks N,H,W, or \
         f32 of N,H,W,CLASSES, found u8 of 2,1,1,1,1"
    );
    assert_eq!(
        error(&x, &npy("|u1", "(3,)", &[0, 1, 1])),
        "`x.npy` and `y.npy` do not belong together: 2 images, 3 labels; give the labels of these \
         images, one each"
    );
    assert_eq!(
        error(&x, &npy("|u1", "(2,)", &[0, 2])),
        "`y.npy`: sample 1 is of class 2, expected 0 to 1; say how many classes there are, or count \
         the labels from 0"
    );
    let missing = Arrays::from_npy("none.npy", "none.npy", 2).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read `none.npy`: "), "{missing}");
}

fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn read_safetensors(bytes: &[u8], labels: &str) -> Result<Arrays<'static>, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.safetensors");
    std::fs::write(&path, bytes).unwrap();
    let read = Arrays::from_safetensors(&path, "images", labels, 2);
    read.map_err(|error| within(folder.path(), &error.to_string()))
}

#[test]
fn tensors_of_a_file_are_found_by_name() {
    let header = r#"{"images":{"dtype":"U8","shape":[2,1,2,1],"data_offsets":[0,4]},
        "labels":{"dtype":"I64","shape":[2],"data_offsets":[4,20]},
        "halves":{"dtype":"F16","shape":[2,2],"data_offsets":[20,28]},
        "doubles":{"dtype":"F64","shape":[1],"data_offsets":[28,36]}}"#;
    let labels = words(&[1_i64, 0], i64::to_le_bytes);
    // 0, 1, 1, 0 as IEEE 754 has them in 16 bits.
    let halves = words(&[0_u16, 0x3c00, 0x3c00, 0], u16::to_le_bytes);
    let file = safetensors(header, &[&[7, 8, 9, 10], &labels[..], &halves, &[0; 8]].concat());
    for labels in ["labels", "halves"] {
        let data = read_safetensors(&file, labels).expect("it is sound");
        assert_eq!(sample(&data, 0, None), (vec![7.0, 8.0], vec![0.0, 1.0]));
        assert_eq!(sample(&data, 1, None), (vec![9.0, 10.0], vec![1.0, 0.0]));
    }
    let error = |labels: &str| read_safetensors(&file, labels).expect_err("unfit");
    assert_eq!(
        error("targets"),
        "`x.safetensors` has no tensor `targets`; it has `images`, `labels`, `halves`, `doubles`"
    );
    assert_eq!(
        error("doubles"),
        "the tensor `doubles` of `x.safetensors` is of type F64; F32, F16, BF16, U8, I32 and I64 \
         are read"
    );
    assert_eq!(
        error("images"),
        "the tensor `images` of `x.safetensors`: sample 0 is of class 7, expected 0 to 1; say how \
         many classes there are, or count the labels from 0"
    );
    assert_eq!(
        read_safetensors(&file[..file.len() - 1], "labels").expect_err("cut off"),
        "`x.safetensors` is not a sound safetensors file: its tensors have 36 bytes, but only 35 \
         follow the header: it was cut off"
    );
    let missing = Arrays::from_safetensors("none", "x", "y", 2).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read `none`: "), "{missing}");
}
