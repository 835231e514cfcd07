//! Models compiled by a build script, included twice, under the strictest lints.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused, unreachable_pub, unused_qualifications)]
#![deny(clippy::all, clippy::pedantic)]

/// The models, for all.
pub mod models {
    cnn_runtime::include_models!();
}

mod again {
    cnn_runtime::include_models!();
}

/// The parameters of a model of the second inclusion.
#[must_use]
pub fn parameters() -> u64 {
    again::Small::PARAMETERS
}

#[cfg(test)]
mod tests {
    use super::models::{Digits, Tunable, Wide};

    #[test]
    fn parameters_and_instances_arrive() {
        assert_eq!(Tunable::PARAMETERS, 4 * (9 + 1) + 10 * (6 * 6 * 4 + 1));
        assert_eq!(Wide::PARAMETERS, 16 * (9 + 1) + 3 * (6 * 6 * 16 + 1));
        let _: [f32; 10] = Digits::init(1).predict_u8(&[[[200]; 8]; 8]);
        assert_eq!(super::parameters(), 2 * (64 + 1));
    }
}
