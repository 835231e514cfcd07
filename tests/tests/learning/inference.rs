//! What is left of a trained net that predicts alone, and what nets begin with.

use crate::{Body, BodyInference, data, fit, numbers, samples};
use cnn_runtime::{Init, Model, Then};
use cnn_weights::init_with;

/// The bits of what was trained; the same type as of a model without `train;` in everything else.
#[test]
fn inference_predicts_what_training_made() {
    let mut net = Body::init(3);
    net.fit_dataset(&data(20, 4), fit()).expect("it trains");
    let (images, _) = samples(5, 4);
    let expected = net.predict_batch(&images).expect("they fit");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body.safetensors");
    net.save(&file).expect("it is written");

    let inference: BodyInference = net.into_inference();
    assert_eq!(inference.predict_batch(&images).expect("they fit"), expected);
    assert_eq!(inference.clone().threads(2).predict_batch(&images).expect("they fit"), expected);
    let loaded = BodyInference::load(&file).expect("its own file");
    assert_eq!(loaded.predict_batch(&images).expect("they fit"), expected);
    assert_eq!(<BodyInference as Model>::PARAMETERS, Body::PARAMETERS);
    let _: &dyn Fn(Body, BodyInference) -> Then<Body, BodyInference> = &|_, _| unreachable!();
}

/// What training has beside the packed weights is gone.
#[test]
fn inference_holds_the_packed_weights_alone() {
    let mut left = 0;
    let counted = allocation_counter::measure(|| {
        let net = Body::init(3).into_inference();
        left = net.weight_bytes();
        std::mem::forget(net);
    });
    let memory = BodyInference::WEIGHT_BYTES + BodyInference::ARENA_BYTES;
    // Beside them: what keeps threads and workspaces, and the ends of lines that were not aligned.
    let beside = counted.bytes_current - i64::try_from(memory).expect("it is small");
    assert!((0..2048).contains(&beside), "{beside} bytes beside {memory}");
    assert_eq!(left, BodyInference::WEIGHT_BYTES);
}

trait Weight {
    fn weight_bytes(&self) -> u64;
}

impl Weight for BodyInference {
    fn weight_bytes(&self) -> u64 {
        Self::WEIGHT_BYTES
    }
}

/// The tensors of `init_with`, in the model's order.
#[test]
fn nets_begin_as_they_are_asked_to() {
    let tensors =
        Body::init(0).learn(|learner| cnn_runtime::train::Learner::tensors(learner).to_vec());
    for init in [Init::GlorotUniform, Init::HeUniform, Init::HeNormal, Init::HeTruncated] {
        let expected = init_with(init, &tensors, 11).concat();
        assert_eq!(numbers!(Body::with_init(init, 11)), expected, "{init:?}");
    }
    assert_eq!(numbers!(Body::init(11)), numbers!(Body::with_init(Init::GlorotUniform, 11)));
}
