//! Every mistake that `include_model!` itself can meet, each type used afterwards.

use cnn_runtime::{cnn, include_model};

include_model!("broken.cnn");
include_model!("broken.cnn", Soun as NoSuchModel);
include_model!("broken.cnn", Sound as NoSuchParameter, klasses = 3);
include_model!("broken.cnn", Sound as BadValue, classes = 3 +);
include_model!("nowhere.cnn", Nowhere);
include_model!("bytes.cnn", Bytes);

cnn! {
    use "blocks.cnn";
    model UsesBroken { input 28x28x1; head; }
}

/// What a user writes: each line would be one more error if a type were missing.
pub fn run(image: &[[[f32; 1]; 28]; 28]) {
    let _: [f32; 10] = Broken::init(1).predict(image);
    let _: [f32; 10] = NoSuchModel::init(1).predict(image);
    let _: [f32; 10] = NoSuchParameter::init(1).predict(image);
    let _: [f32; 10] = BadValue::init(1).predict(image);
    let _: [f32; 10] = Nowhere::init(1).predict(image);
    let _: [f32; 10] = Bytes::init(1).predict(image);
    let _: [f32; 10] = UsesBroken::init(1).predict(image);
}
