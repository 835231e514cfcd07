//! Embedded weights as the numbers that they are.

/// The bytes as `f32`s, where they lie; `None` where they are not aligned, not whole numbers, or the
/// processor's numbers are not little-endian.
pub fn floats(bytes: &'static [u8]) -> Option<&'static [f32]> {
    // SAFETY: every four bytes are an `f32`, and `align_to` gives only whole, aligned ones.
    let (before, floats, behind) = unsafe { bytes.align_to::<f32>() };
    let whole = before.is_empty() && behind.is_empty() && cfg!(target_endian = "little");
    whole.then_some(floats)
}

#[cfg(test)]
mod tests {
    use super::floats;

    #[repr(align(64))]
    struct Aligned([u8; 12]);

    static BYTES: Aligned = Aligned([0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64]);

    #[test]
    fn aligned_bytes_are_floats() {
        assert_eq!(floats(&BYTES.0), Some(&[1.0, 2.0, 3.0][..]));
        assert_eq!(floats(&BYTES.0[4..]), Some(&[2.0, 3.0][..]));
        assert_eq!(floats(&BYTES.0[1..9]), None);
        assert_eq!(floats(&BYTES.0[..6]), None);
    }
}
