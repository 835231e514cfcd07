//! Any bytes as an array of images or labels: no panic, no large allocation, and either an error of
//! one line or values that are the same bits when they are written and read again.

#![no_main]

use cnn_weights::npy::{self, Element, Header};
use libfuzzer_sys::fuzz_target;

fn read(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), String> {
    let mut file = bytes;
    let header = Header::read(&mut file, bytes.len() as u64, Element::LABELS);
    let header = header.map_err(|error| error.to_string())?;
    let values = header.values(&mut file).expect("the length was checked").into_floats();
    assert_eq!(values.len(), header.shape.iter().product::<usize>());
    assert!(file.is_empty(), "{} bytes are left", file.len());
    Ok((header.shape, values))
}

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Err(why) => assert!(!why.is_empty() && !why.contains('\n'), "{why}"),
    Ok((shape, values)) => {
        let mut written = Vec::new();
        npy::write(&mut written, &shape, &values).expect("a vector takes everything");
        let (again_shape, again) = read(&written).expect("what is written is read");
        assert_eq!(again_shape, shape);
        assert!(again.iter().map(|x| x.to_bits()).eq(values.iter().map(|x| x.to_bits())));
    }
});
