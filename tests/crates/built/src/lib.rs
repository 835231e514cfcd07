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

cnn_runtime::include_model!("pretrained.cnn", Pretrained as ByFile);
cnn_runtime::cnn! {
    model ByMacro { weights "weights/sixteen.safetensors"; input 4x4x1; flatten; dense 2; }
}

/// What the models of the macros give.
#[must_use]
pub fn predict(image: &[[[f32; 1]; 4]; 4]) -> [[f32; 2]; 2] {
    [ByFile::pretrained().predict(image), ByMacro::pretrained().predict(image)]
}

#[cfg(test)]
mod tests {
    use super::models::{Digits, Pretrained, Tunable, Wide};

    #[test]
    fn parameters_and_instances_arrive() {
        assert_eq!(Tunable::PARAMETERS, 4 * (9 + 1) + 10 * (6 * 6 * 4 + 1));
        assert_eq!(Wide::PARAMETERS, 16 * (9 + 1) + 3 * (6 * 6 * 16 + 1));
        let _: [f32; 10] = Digits::init(1).predict_u8(&[[[200]; 8]; 8]);
        assert_eq!(super::parameters(), 2 * (64 + 1));
    }

    /// The file holds kernel[i][j] = ((7 * (2 * i + j)) % 11 - 5) / 8 and bias = [1/4, -1/2]; the
    /// sums are of sixteenths, so that nothing is rounded.
    #[test]
    #[expect(clippy::float_cmp, reason = "nothing is rounded")]
    fn weights_are_embedded_by_every_door() {
        let image = [[[0.5]; 4]; 4];
        let expected = [-0.125, -0.0625];
        assert_eq!(Pretrained::pretrained().predict(&image), expected);
        assert_eq!(
            Pretrained::load("weights/sixteen.safetensors").unwrap().predict(&image),
            expected
        );
        assert_eq!(super::predict(&image), [expected; 2]);
    }
}
