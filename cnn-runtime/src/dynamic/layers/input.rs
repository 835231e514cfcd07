//! The user's image, preprocessed, into the arena.

use crate::dynamic::Input;
use cnn_dsl::plan::layers::input;

pub(in crate::dynamic) fn run(k: &input::Input, image: Input<'_>, y: &mut [f32]) {
    match image {
        Input::F32(image) => convert(k, image, |x| x, y),
        Input::Bytes(image) => convert(k, image, f32::from, y),
    }
}

fn convert<T: Copy>(k: &input::Input, image: &[T], float: impl Fn(T) -> f32, y: &mut [f32]) {
    let [h, w, channels] = k.y.shape.hwc();
    let preprocess = &k.preprocess;
    y.fill(0.0);
    for (pixel, x) in image.chunks_exact(channels).enumerate().take(h * w) {
        for c in 0..channels {
            let mut v = float(x[if preprocess.bgr { channels - 1 - c } else { c }]);
            if let Some(scale) = preprocess.scale.get(c) {
                v *= scale.0;
            }
            if let Some(offset) = preprocess.offset.get(c) {
                v += offset.0;
            }
            y[k.y.layout.index(k.y.shape, [pixel / w, pixel % w, c])] = v;
        }
    }
}
