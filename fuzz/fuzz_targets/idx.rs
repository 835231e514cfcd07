//! Any bytes as a data set of IDX files, plain or gzipped: no panic, no memory beyond what the files
//! bear out, and either an error of one line or as many samples as both files say, all of them read.
//! The first byte is the length of the file of labels, which follows; the rest is that of images.

#![no_main]

use cnn_runtime::data::{Arrays, Dataset};
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The two files, of this process alone.
static FILES: LazyLock<[PathBuf; 2]> = LazyLock::new(|| {
    let folder = std::env::temp_dir();
    ["images", "labels"].map(|name| folder.join(format!("cnn-fuzz-{}-{name}", std::process::id())))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((&len, rest)) = bytes.split_first() else { return };
    let Some((labels, images)) = rest.split_at_checked(len.into()) else { return };
    let [images_file, labels_file] = &*FILES;
    std::fs::write(images_file, images).expect("a temporary file");
    std::fs::write(labels_file, labels).expect("a temporary file");
    let data = Arrays::from_idx(images_file, labels_file, 10);
    // What they hold is in memory, and nothing that follows leaves them behind.
    FILES.iter().for_each(|file| std::fs::remove_file(file).expect("it was written"));
    match data {
        Err(why) => {
            let why = why.to_string();
            assert!(!why.is_empty() && !why.contains('\n'), "{why}");
        }
        // Of no samples the sizes are whatever the file says, and nobody takes memory for them.
        Ok(data) if data.is_empty() => {}
        Ok(data) => {
            let [h, w, c] = data.sizes();
            let (mut image, mut target) = (vec![0.0; h * w * c], vec![0.0; data.classes()]);
            for index in 0..data.len() {
                data.read(index, None, &mut image, &mut target).expect("a sample that is there");
                assert_eq!(target.iter().sum::<f32>(), 1.0);
            }
            assert!(data.read(data.len(), None, &mut image, &mut target).is_err());
        }
    }
});
