//! Layers frozen at run time.

use crate::{Body, Middle, data, fit, numbers};
use cnn_runtime::InstructionSet;
use cnn_runtime::data::Arrays;
use cnn_runtime::train::{FitError, Learner};

cnn_runtime::include_model!("tests/learning/frozen.cnn", Nothing);

cnn_runtime::cnn! {
    /// One layer in two places.
    pub model Twice {
        input 10x10x3;
        layer shared = conv 3x3, 3, pad 1;
        shared, relu;
        shared, relu;
        pool avg global;
        flatten;
        dense 4, softmax;
        train;
    }

    /// Frozen in the first.
    pub model First {
        input 10x10x3;
        layer shared = conv 3x3, 3, pad 1;
        frozen { shared, relu; }
        shared, relu;
        pool avg global;
        flatten;
        dense 4, softmax;
        train;
    }

    /// Frozen in the second.
    pub model Second {
        input 10x10x3;
        layer shared = conv 3x3, 3, pad 1;
        shared, relu;
        frozen { shared, relu; }
        pool avg global;
        flatten;
        dense 4, softmax;
        train;
    }
}

/// The parameters, a tensor each: its layer, and its numbers.
fn tensors(net: &mut Body) -> Vec<(String, Vec<f32>)> {
    net.learn(|learner| {
        let mut rest = learner.parameters();
        let own = |len| rest.split_off(..len).expect("all tensors").to_vec();
        let lens: Vec<_> =
            learner.tensors().iter().map(|t| (t.layer.to_string(), t.len())).collect();
        let mut own = own;
        lens.into_iter().map(|(layer, len)| (layer, own(len))).collect()
    })
}

/// Weight decay and momentum too leave them; running statistics stay; all others move.
#[test]
fn frozen_layers_stay_as_they_are() {
    for set in InstructionSet::available() {
        let mut net = Body::init(3);
        net.use_instruction_set(set);
        net.freeze("conv1"..="pair1").expect("layers of the model");
        let before = tensors(&mut net);
        net.fit_dataset(&data(20, 4), fit()).expect("it trains");
        for ((layer, before), (_, after)) in before.iter().zip(tensors(&mut net)) {
            let frozen = layer.starts_with("conv1") || layer.starts_with("pair1.");
            assert_eq!(*before == after, frozen, "{layer}");
        }
    }
}

/// In the middle, where the gradient goes through them: a model whose text freezes them trains to
/// the same bits.
#[test]
fn freezing_at_run_time_is_freezing_in_the_text() {
    for set in InstructionSet::available() {
        let (mut net, mut written) = (Body::init(3), Middle::init(3));
        net.use_instruction_set(set).freeze("pair1").expect("a block of the model");
        written.use_instruction_set(set);
        assert_eq!(net.frozen(), written.frozen());
        net.fit_dataset(&data(20, 4), fit()).expect("it trains");
        written.fit_dataset(&data(20, 4), fit()).expect("it trains");
        let expected = written.learn(|learner| learner.parameters().to_vec());
        assert_eq!(net.learn(|learner| learner.parameters().to_vec()), expected, "{set}");
    }
}

#[test]
fn layers_that_are_unfrozen_train_again() {
    let (mut net, mut other) = (Body::init(3), Body::init(3));
    net.freeze(..).expect("all layers");
    assert_eq!(net.frozen().len(), 11);
    net.unfreeze("conv1"..="pair2").expect("layers of the model");
    assert_eq!(net.frozen(), ["dense1"]);
    net.unfreeze("dense1").expect("a layer of the model");
    assert!(net.frozen().is_empty());
    net.fit_dataset(&data(20, 4), fit()).expect("it trains");
    other.fit_dataset(&data(20, 4), fit()).expect("it trains");
    assert_eq!(tensors(&mut net), tensors(&mut other));
}

#[test]
fn what_cannot_be_frozen_is_told() {
    let mut net = Body::init(3);
    let error = net.freeze("conv1"..="pair3").map(drop).unwrap_err();
    let text = "the model has no layer `pair3`: did you mean `pair1` or `pair2`?";
    assert_eq!(error.to_string(), text);
    assert!(net.frozen().is_empty());

    let error = Middle::init(3).unfreeze("conv1"..).map(drop).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`pair1.dw1` is frozen by the model's text: it has no backward pass and cannot be trained; \
         take `frozen` away there, and freeze it at run time instead"
    );

    net.freeze(..).expect("all layers");
    let error = net.fit_dataset(&data(20, 4), fit()).unwrap_err();
    assert!(matches!(error, FitError::Settings { .. }));
    assert_eq!(
        error.to_string(),
        "cannot train so: every layer with parameters is frozen, nothing is left to learn: \
         `unfreeze` one"
    );
}

/// Nothing is frozen there, and freezing is not what is the matter.
#[test]
fn a_model_without_parameters_learns_nothing() {
    let vectors = Arrays::new(&[[0.5; 4]][..], &[1], 4).expect("they fit");
    let error = Nothing::init(1).fit_dataset(&vectors, fit()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot train so: the model has no layer with parameters, nothing can be learnt"
    );
}

/// They are one tensor: whichever use is frozen, and whether by the text or at run time, all are.
#[test]
fn weights_of_two_uses_are_frozen_in_both() {
    const SHARED: usize = 3 * 3 * 3 * 3 + 3;
    let frozen_by_name = |name: &str| {
        let mut net = Twice::init(3);
        net.freeze(name).expect("a layer of the model");
        assert_eq!(net.frozen(), ["shared", "shared_2"]);
        net.fit_dataset(&data(20, 4), fit()).expect("it trains");
        numbers!(net)
    };
    let (before, after) = (numbers!(Twice::init(3)), frozen_by_name("shared"));
    assert_eq!(before[..SHARED], after[..SHARED]);
    assert!(before[SHARED..].iter().zip(&after[SHARED..]).all(|(before, after)| before != after));
    assert_eq!(frozen_by_name("shared_2"), after);
    macro_rules! by_the_text {
        ($($model:ident),*) => {$(
            let mut net = $model::init(3);
            assert_eq!(net.frozen(), ["shared", "shared_2"]);
            assert!(net.unfreeze("shared_2").is_err());
            net.fit_dataset(&data(20, 4), fit()).expect("it trains");
            assert_eq!(numbers!(net), after);
        )*};
    }
    by_the_text!(First, Second);
}
