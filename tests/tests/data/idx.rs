//! IDX files: what is read, and the exact text for every kind of damage.

use crate::{sample, within};
use cnn_runtime::data::{Arrays, Dataset, mnist};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use tempfile::TempDir;

/// Two images of 2x3, as the format's description has them.
fn images() -> Vec<u8> {
    let mut file = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    file.extend(100..112);
    file
}

fn labels() -> Vec<u8> {
    vec![0, 0, 8, 1, 0, 0, 0, 2, 7, 3]
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).expect("a vector takes everything");
    packed.finish().expect("a vector takes everything")
}

/// Reads two files; what is said of them, without their folder.
fn read(images: &[u8], labels: &[u8]) -> Result<Arrays<'static>, String> {
    let folder = TempDir::new().unwrap();
    let [x, y] = ["x", "y"].map(|name| folder.path().join(name));
    std::fs::write(&x, images).unwrap();
    std::fs::write(&y, labels).unwrap();
    Arrays::from_idx(&x, &y, 10).map_err(|error| within(folder.path(), &error.to_string()))
}

fn error(images: &[u8], labels: &[u8]) -> String {
    read(images, labels).expect_err("they are damaged")
}

#[test]
fn files_are_read_plain_or_gzipped() {
    let packed = [gzipped(&images()), gzipped(&labels())];
    // Two members, as `cat a.gz b.gz` makes them: the format allows it.
    let members = [&gzipped(&images()[..20])[..], &gzipped(&images()[20..])].concat();
    for (x, y) in [(&images(), &labels()), (&packed[0], &packed[1]), (&members, &packed[1])] {
        let data = read(x, y).expect("they are sound");
        assert_eq!((data.len(), data.sizes(), data.classes()), (2, [2, 3, 1], 10));
        let (image, target) = sample(&data, 1, None);
        assert_eq!(image, [106.0, 107.0, 108.0, 109.0, 110.0, 111.0]);
        assert_eq!(target.iter().position(|&x| x == 1.0), Some(3));
        assert_eq!(data.labels().classes(), Some(&[7, 3][..]));
    }
}

#[test]
fn mnist_is_found_under_its_names() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let message = |error: cnn_runtime::data::DataError| within(folder.path(), &error.to_string());
    let error = message(mnist(folder.path()).unwrap_err());
    assert!(error.starts_with("cannot read `train-images-idx3-ubyte`: "), "{error}");
    std::fs::write(path("train-images-idx3-ubyte"), images()).unwrap();
    std::fs::write(path("train-labels-idx1-ubyte.gz"), gzipped(&labels())).unwrap();
    std::fs::write(path("t10k-images-idx3-ubyte.gz"), gzipped(&images())).unwrap();
    std::fs::create_dir(path("t10k-labels-idx1-ubyte")).unwrap();
    let error = message(mnist(folder.path()).unwrap_err());
    assert_eq!(error, "cannot read `t10k-labels-idx1-ubyte`: it is a folder, not a file");
    std::fs::remove_dir(path("t10k-labels-idx1-ubyte")).unwrap();
    std::fs::write(path("t10k-labels-idx1-ubyte"), labels()).unwrap();
    let mnist = mnist(folder.path()).expect("all are there");
    assert_eq!((mnist.train.len(), mnist.test.len()), (2, 2));
}

#[test]
fn another_format_is_told() {
    let text = |found| {
        format!(
            "`x` is damaged at byte 0: expected 00 00 08 03 of an IDX file of images, found \
             {found}; copy or download the file again"
        )
    };
    assert_eq!(error(&[], &labels()), text("an empty file"));
    assert_eq!(error(&[0, 0], &labels()), text("00 00"));
    assert_eq!(error(&labels(), &images()), text("00 00 08 01 of labels"));
    assert_eq!(error(b"<!DOCTYPE html>", &labels()), text("the text of a web page"));
    assert_eq!(error(&[0, 0, 13, 3, 0], &labels()), text("00 00 0d 03"));
    assert_eq!(
        error(&images(), &gzipped(&images())),
        "`y` is damaged at byte 0 of its unpacked content: expected 00 00 08 01 of an IDX file of \
         labels, found 00 00 08 03 of images; copy or download the file again"
    );
}

#[test]
fn a_file_that_is_cut_off_or_goes_on_is_told() {
    assert_eq!(
        error(&images()[..11], &labels()),
        "`x` is damaged at byte 4: expected 3 sizes, found only 7 bytes; copy or download the file \
         again"
    );
    assert_eq!(
        error(&images()[..24], &labels()),
        "`x` is damaged at byte 16: expected 12 bytes of images (2x2x3), found only 8 bytes; copy \
         or download the file again"
    );
    assert_eq!(
        error(&[&images()[..], &[0]].concat(), &labels()),
        "`x` is damaged at byte 28: expected the end of the file, found more bytes; copy or \
         download the file again"
    );
    assert_eq!(
        error(&gzipped(&images()[..24]), &labels()),
        "`x` is damaged at byte 16 of its unpacked content: expected 12 bytes of images (2x2x3), \
         found only 8 bytes; copy or download the file again"
    );
    assert_eq!(
        error(&gzipped(&[&images()[..], &[0]].concat()), &labels()),
        "`x` is damaged at byte 28 of its unpacked content: expected the end of the file, found \
         more bytes; copy or download the file again"
    );
}

/// Noise, so that the packed form is stored and a place in it is a place in the content.
fn noise(count: u32) -> Vec<u8> {
    let mut stream = cnn_weights::SplitMix64(1);
    let mut file = vec![0, 0, 8, 3];
    [count, 28, 28].iter().for_each(|size| file.extend(size.to_be_bytes()));
    file.extend((0..count * 784).map(|_| stream.next_u64() as u8));
    file
}

#[test]
fn a_gzip_file_that_is_damaged_is_told() {
    let whole = gzipped(&noise(100));
    let cut = error(&whole[..whole.len() / 2], &labels());
    let (before, after) = ("`x` is damaged at byte ", " of its unpacked content: expected ");
    let place = |message: &str| -> usize {
        let place = message.strip_prefix(before).and_then(|rest| rest.split_once(after));
        place.unwrap_or_else(|| panic!("{message}")).0.parse().expect("a number")
    };
    // A stored block is at most 64 KB: the decoder gives what it has of one.
    assert!(place(&cut).abs_diff(whole.len() / 2) < 1 << 16, "{cut}");
    assert!(
        cut.ends_with(
            "more gzipped data, found the end of the file; copy or download the file again"
        ),
        "{cut}"
    );

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    assert_eq!(
        error(&flipped, &labels()),
        "`x` is damaged at byte 78416 of its unpacked content: expected sound gzipped data, found \
         corrupt gzip stream does not have a matching checksum; copy or download the file again"
    );

    let mut broken = whole.clone();
    // The first block's header: its type becomes 3, which deflate does not have.
    broken[10] |= 0b110;
    assert_eq!(
        error(&broken, &labels()),
        "`x` is damaged at byte 0 of its unpacked content: expected sound gzipped data, found \
         corrupt deflate stream; copy or download the file again"
    );
}

/// 4 GB that a header claims are neither allocated nor looked for.
#[test]
fn a_claim_is_not_believed() {
    let claim = [0, 0, 8, 3, 0, 0, 0xff, 0xff, 0, 0, 0, 255, 0, 0, 1, 1];
    let (needs, shape) = (65_535_u64 * 255 * 257, "65535x255x257");
    let counted = allocation_counter::measure(|| {
        assert_eq!(
            error(&claim, &labels()),
            format!(
                "`x` is damaged at byte 16: expected {needs} bytes of images ({shape}), found only \
                 0 bytes; copy or download the file again"
            )
        );
        let packed = gzipped(&claim);
        let most = packed.len() * 1032 - 16;
        assert_eq!(
            error(&packed, &labels()),
            format!(
                "`x` is damaged at byte 16 of its unpacked content: expected {needs} bytes of \
                 images ({shape}), found a file that can hold no more than {most}; copy or download \
                 the file again"
            )
        );
        let beyond = [&[0, 0, 8, 3][..], &[0xff; 12]].concat();
        assert_eq!(
            error(&beyond, &labels()),
            "`x` is damaged at byte 4: expected sizes of a file, found \
             4294967295x4294967295x4294967295, more than any has; copy or download the file again"
        );
    });
    // Compressing takes most of it.
    assert!(counted.bytes_max < 2 << 20, "{counted:?}");
}

/// Of sizes that are claimed of no image nothing is made.
#[test]
fn no_image_of_impossible_sizes_is_refused() {
    let none = [&[0, 0, 8, 3, 0, 0, 0, 0][..], &[0xff; 8]].concat();
    assert_eq!(
        error(&none, &[0, 0, 8, 1, 0, 0, 0, 0]),
        "`x` cannot be images: expected sizes of images, found [0, 4294967295, 4294967295]"
    );
}

#[test]
fn files_that_do_not_belong_together_are_told() {
    assert_eq!(
        error(&images(), &[0, 0, 8, 1, 0, 0, 0, 3, 7, 3, 1]),
        "`x` and `y` do not belong together: 2 images, 3 labels; give the labels of these images, \
         one each"
    );
    assert_eq!(
        error(&images(), &[0, 0, 8, 1, 0, 0, 0, 2, 7, 10]),
        "`y`: sample 1, byte 9, is of class 10, expected 0 to 9; say how many classes there are, \
         or count the labels from 0"
    );
    assert_eq!(
        error(&images(), &gzipped(&[0, 0, 8, 1, 0, 0, 0, 2, 255, 1])),
        "`y`: sample 0, byte 8 of its unpacked content, is of class 255, expected 0 to 9; say how \
         many classes there are, or count the labels from 0"
    );
}
