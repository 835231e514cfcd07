//! `.npy` files: one cut off after every byte, headers that lie, other formats and element types.
//! The sound ones are `ndarray-npy`'s, which shares no line with the command's own reader.

use crate::folder::Folder;
use ndarray::{Array3, ShapeBuilder as _};
use ndarray_npy::{read_npy, write_npy};
use std::collections::BTreeSet;

/// Gives its input back, doubled.
const DOUBLE: &str = "model D { input 2x3x1; scale 2; } model B { input 2x3x1, u8; scale 2; }";

const RUN: &str = "run m.cnn --seed 0 --reference --input x.npy";

/// What the command says of an array, without the words that are always there.
fn told(folder: &Folder, more: &str) -> String {
    let done = folder.bounded(&format!("{RUN} {more}"));
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.err);
    let line = done.err.strip_suffix('\n').expect("a line");
    assert!(!line.contains('\n'), "one line: {line}");
    let line = line.strip_prefix("error: `x.npy` ").unwrap_or(line);
    line.strip_prefix("is no array that can be read: ").unwrap_or(line).to_owned()
}

/// The result of a run that must succeed.
fn doubled(folder: &Folder, more: &str) -> Vec<f32> {
    let done = folder.bounded(&format!("{RUN} --output y.npy {more}"));
    assert_eq!(done.code, Some(0), "{}", done.err);
    read_npy::<_, Array3<f32>>(folder.path("y.npy")).expect("an array").into_iter().collect()
}

fn image() -> Array3<f32> {
    Array3::from_shape_fn((2, 3, 1), |(y, x, _)| (10 * y + x) as f32)
}

/// A file of format `major`.0 with this header, whatever it says, and so many zeros behind it.
fn npy(major: u8, header: &str, zeros: usize) -> Vec<u8> {
    let length = u32::try_from(header.len()).expect("short").to_le_bytes();
    let length = if major == 1 { &length[..2] } else { &length[..] };
    [&b"\x93NUMPY"[..], &[major, 0], length, header.as_bytes(), &vec![0; zeros]].concat()
}

fn fields(descr: &str, order: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n")
}

#[test]
fn a_sound_array_is_read_in_every_order_of_bytes_and_indices() {
    let folder = Folder::with("m.cnn", DOUBLE);
    let expected = [0.0, 2.0, 4.0, 20.0, 22.0, 24.0];
    write_npy(folder.path("x.npy"), &image()).expect("written");
    assert_eq!(doubled(&folder, ""), expected);
    let mut columns = Array3::<f32>::zeros((2, 3, 1).f());
    columns.assign(&image());
    write_npy(folder.path("x.npy"), &columns).expect("written");
    assert!(std::fs::read(folder.path("x.npy")).expect("bytes").windows(4).any(|w| w == b"True"));
    assert_eq!(doubled(&folder, ""), expected);
    let values: Vec<u8> = image().iter().flat_map(|x| x.to_be_bytes()).collect();
    for major in [1, 2, 3] {
        let header = npy(major, &fields("\">f4\"", "False", "(2L, 3L, 1L)"), 0);
        folder.write("x.npy", &[&header[..], &values].concat());
        assert_eq!(doubled(&folder, ""), expected, "format {major}.0");
    }
}

#[test]
fn an_array_cut_off_after_any_byte_is_told_from_a_whole_one() {
    let folder = Folder::with("m.cnn", DOUBLE);
    write_npy(folder.path("x.npy"), &image()).expect("written");
    let whole = std::fs::read(folder.path("x.npy")).expect("bytes");
    assert_eq!(whole.len(), 128 + 24);
    let mut kinds = BTreeSet::new();
    for length in 0..whole.len() {
        folder.write("x.npy", &whole[..length]);
        let mut kind = told(&folder, "");
        if length < 8 {
            kind = kind.replace(&format!(" {length} "), " N ");
        }
        for before in [10, 128] {
            // The header's bytes, then the values'.
            if length >= before {
                kind = kind.replace(&format!(" {} follow", length - before), " M follow");
            }
        }
        kinds.insert(kind);
    }
    let expected = [
        "it has N bytes, an array's first part alone 8",
        "it was cut off before its header",
        "its header should have 118 bytes, but only M follow",
        "its shape (2, 3, 1) needs 24 bytes, but M follow its header",
    ];
    assert_eq!(kinds, expected.map(str::to_owned).into());
}

#[test]
fn each_lie_of_a_header_is_told_with_its_numbers() {
    let folder = Folder::with("m.cnn", DOUBLE);
    let (two_to_60, sound) = (1_u64 << 60, fields("'<f4'", "False", "(2, 3, 1)"));
    let of = |shape: &str| fields("'<f4'", "False", shape);
    let cases: [(Vec<u8>, &str); 27] = [
        (npy(1, &sound, 27), "its shape (2, 3, 1) needs 24 bytes, but 27 follow its header"),
        (
            npy(1, &of(&format!("({two_to_60}, 2, 3, 1)")), 24),
            "its shape (1152921504606846976, 2, 3, 1) is too large",
        ),
        (
            npy(1, &fields("'|u1'", "False", &format!("({two_to_60},)")), 24),
            "its shape (1152921504606846976) needs 1152921504606846976 bytes, \
             but 24 follow its header",
        ),
        (
            npy(1, &of("(18446744073709551616, 3, 1)"), 24),
            "its header's shape has a size beyond 2^64",
        ),
        (npy(1, &of("(-2, 3, 1)"), 24), "its header's shape has a size that is no number"),
        (npy(1, &of(&format!("({})", "1, ".repeat(33))), 4), "it has 33 dimensions, more than 32"),
        (npy(1, &of("()"), 4), "holds (), the model takes (2, 3, 1) or (N, 2, 3, 1)"),
        (
            npy(1, &of("(3, 2, 1)"), 24),
            "holds (3, 2, 1), the model takes (2, 3, 1) or (N, 2, 3, 1)",
        ),
        (npy(1, &of("(0, 2, 3, 1)"), 0), "holds no image"),
        (
            npy(1, &fields("'|u1'", "False", "(2, 3, 1)"), 6),
            "holds bytes, this input takes f32: only an `input` with `u8` takes bytes",
        ),
        (npy(2, &sound, 23), "its shape (2, 3, 1) needs 24 bytes, but 23 follow its header"),
        (npy(4, &sound, 24), "its format 4.0 is not known, only 1 to 3"),
        (
            [&b"\x93NUMPY\x02\x00"[..], &u32::MAX.to_le_bytes()].concat(),
            "its header of 4294967295 bytes is larger than 65536",
        ),
        (b"\x93NUMPY\x01\x00\x02\x00\xff\xfe".to_vec(), "its header is no text"),
        (npy(1, "", 24), "its header ends where '{' should be"),
        (npy(1, "[1, 2]", 24), "its header has '[' where '{' should be"),
        (npy(1, "{'shape': (2, 3, 1)}", 24), "its header has no descr"),
        (npy(1, "{'descr': '<f4', 'shape': (6,)}", 24), "its header has no fortran_order"),
        (npy(1, "{'descr': '<f4', 'fortran_order': True}", 24), "its header has no shape"),
        (npy(1, "{'descr': '<f4', 'descr': '<f4'}", 24), "its header has descr twice"),
        (
            npy(1, "{'size': 3}", 24),
            "its header has a field that is not descr, fortran_order or shape",
        ),
        (npy(1, "{'descr: 3}", 24), "a string in its header does not end"),
        (
            npy(1, &fields("'<f4'", "None", "(2, 3, 1)"), 24),
            "its header's fortran_order is neither True nor False",
        ),
        (npy(1, &format!("{sound} {{}}"), 24), "its header goes on behind the dictionary"),
        (npy(1, &"(".repeat(60_000), 0), "its header has '(' where '{' should be"),
        (npy(1, &of(&"(".repeat(60_000)), 0), "its header's shape has a size that is no number"),
        (
            npy(1, &fields("[('a', '<f4'), ('b', '<f4')]", "False", "(3,)"), 24),
            "its elements are records of several fields, not f32 or u8: \
             `array.astype('float32')` makes them f32",
        ),
    ];
    for (bytes, expected) in cases {
        folder.write("x.npy", &bytes);
        assert_eq!(told(&folder, ""), expected);
    }
}

#[test]
fn other_elements_are_named() {
    let folder = Folder::with("m.cnn", DOUBLE);
    let codes = ["<f8", "<f2", "<i4", "|i1", "|b1", ">u2", "<c8", "<U4", "|O", "|V8", "f4"];
    for code in codes {
        folder.write("x.npy", &npy(1, &fields(&format!("'{code}'"), "False", "(2, 3, 1)"), 24));
        let expected = format!(
            "its elements are of type `{code}`, not f32 or u8: \
             `array.astype('float32')` makes them f32"
        );
        assert_eq!(told(&folder, ""), expected);
    }
    folder.write("x.npy", &npy(1, &fields("'|u1'", "False", "(2, 3, 1)"), 6));
    assert_eq!(doubled(&folder, "--model B"), [0.0; 6]);
}

#[test]
fn what_is_no_array_is_named() {
    let folder = Folder::with("m.cnn", DOUBLE);
    let cases: [(&[u8], &str); 5] = [
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "it is a PNG image: `numpy.save` writes an array of its pixels",
        ),
        (
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            "it is a JPEG image: `numpy.save` writes an array of its pixels",
        ),
        (b"PK\x03\x04\x14\0\0\0\0", "it is a .npz archive: `numpy.save` writes one array of it"),
        (b"\x80\x04\x95\0\0\0\0\0\0", "it is a pickle: `numpy.save` writes an array"),
        (b"1.0 2.0 3.0", "it does not begin as `numpy.save` begins a file"),
    ];
    for (bytes, expected) in cases {
        folder.write("x.npy", bytes);
        assert_eq!(told(&folder, ""), expected);
    }
    let run = "run m.cnn --seed 0 --reference --input";
    std::fs::create_dir(folder.path("folder")).expect("a folder");
    assert_eq!(folder.shell("mkfifo pipe", |_| ()).code, Some(0));
    let cases = [
        ("none.npy", "No such file or directory (os error 2)"),
        ("folder", "it is a folder, not a file"),
        ("pipe", "it is no regular file"),
        ("/dev/zero", "it is no regular file"),
    ];
    for (name, why) in cases {
        let expected = format!("error: cannot read `{name}`: {why}");
        folder.bounded(&format!("{run} {name}")).refused(&expected);
    }
}

/// A file as long as it says, and longer than memory: its shape is looked at first.
#[test]
fn a_large_array_of_another_shape_is_not_read() {
    let folder = Folder::with("m.cnn", DOUBLE);
    let size = 1_u64 << 40;
    let begin = npy(1, &fields("'|u1'", "False", &format!("({size},)")), 0);
    folder.write("x.npy", &begin);
    let file = std::fs::OpenOptions::new().write(true).open(folder.path("x.npy")).expect("a file");
    file.set_len(begin.len() as u64 + size).expect("a sparse file");
    let expected = format!("holds ({size}), the model takes (2, 3, 1) or (N, 2, 3, 1)");
    assert_eq!(told(&folder, "--model B"), expected);
}

/// A device in the output's place stays what it is.
#[test]
fn an_output_does_not_take_a_devices_place() {
    let folder = Folder::with("m.cnn", DOUBLE);
    std::os::unix::fs::symlink("/dev/null", folder.path("null")).expect("a link");
    std::fs::create_dir(folder.path("folder")).expect("a folder");
    let run = "run m.cnn --seed 0 --reference --output";
    folder.cnn(&format!("{run} null")).refused("error: cannot write `null`: it is no regular file");
    folder
        .cnn(&format!("{run} folder"))
        .refused("error: cannot write `folder`: it is a folder, not a file");
    assert_eq!(folder.names(), ["folder", "m.cnn", "null"]);
    assert!(folder.path("null").symlink_metadata().expect("there").is_symlink());
}

/// Two places for two outputs, and what the user links elsewhere is written there.
#[test]
fn each_output_has_a_file_of_its_own() {
    let text = "model Two { input 2x3x1; let y = scale 2; let x = scale 3 from y; output x, y; }";
    let folder = Folder::with("m.cnn", text);
    folder.write("old.npy", b"old");
    std::os::unix::fs::symlink("old.npy", folder.path("link.npy")).expect("a link");
    let run = "run m.cnn --seed 0 --reference";
    for second in ["y.npy", "./y.npy"] {
        let expected =
            format!("error: `y.npy` and `{second}` are one file: give each --output its own");
        folder.cnn(&format!("{run} --output y.npy --output {second}")).refused(&expected);
    }
    folder
        .cnn(&format!("{run} --output link.npy --output old.npy"))
        .refused("error: `link.npy` and `old.npy` are one file: give each --output its own");
    assert_eq!(folder.names(), ["link.npy", "m.cnn", "old.npy"]);
    folder.cnn(&format!("{run} --output link.npy --output y.npy")).printed();
    let read = |name| read_npy::<_, Array3<f32>>(folder.path(name)).expect("an array");
    assert_eq!(read("old.npy"), &read("y.npy") * 3.0);
    assert!(folder.path("link.npy").symlink_metadata().expect("there").is_symlink());
}
