//! Any bytes as an array for `cnn run --input`: no panic, no large allocation, and either an error
//! of one line or values that are the same bits when they are written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use npy::Header;

// The command is a program and has no library; its reader of arrays uses `std` alone.
#[allow(dead_code)]
#[path = "../../cnn-cli/src/run/npy.rs"]
mod npy;

fn read(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), String> {
    let mut file = bytes;
    let header = Header::read(&mut file, bytes.len() as u64).map_err(|error| error.to_string())?;
    let values = header.values(&mut file).expect("the length was checked");
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
