//! Each model with `train;`: differentiated and planned, not compiled.

use crate::zoo;
use cnn_dsl::differentiate::differentiate;
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_weights::gradient_of;
use std::collections::HashSet;

/// The tensors that training would not reach.
fn without_gradient(network: &Network) -> Vec<String> {
    let training = differentiate(network);
    let plan = plan(&training, &Options::default());
    let phases = plan.training().expect("a plan with a loss");
    let of_kernels = plan.gradients.0.iter().map(gradient_of);
    let of_norms = phases.norms.iter().flat_map(|norm| [norm.tensors.gamma, norm.tensors.beta]);
    let reached: HashSet<usize> = of_kernels.chain(of_norms.flatten()).collect();
    let whole = network.with_heads();
    whole
        .tensors()
        .enumerate()
        .filter(|(index, tensor)| !tensor.role.is_statistic() && !reached.contains(index))
        .map(|(_, tensor)| format!("{}, {:?}", tensor.layer, tensor.role))
        .collect()
}

#[test]
fn every_tensor_of_every_model_has_a_gradient() {
    for file in zoo::files() {
        let networks = zoo::trained(&file).unwrap_or_else(|report| panic!("{file}: {report}"));
        for network in networks {
            assert!(network.train, "{file}, {}: not asked to train", network.name);
            let without = without_gradient(&network);
            assert!(without.is_empty(), "{file}, {}: {without:?}", network.name);
        }
    }
}

#[test]
fn auxiliary_heads_are_trained() {
    // The tensors of two and of one, which torchvision has, too.
    for (file, head, count) in [("googlenet", "aux2", 2), ("inception_v3", "aux1", 1)] {
        let networks = zoo::trained(file).unwrap_or_else(|report| panic!("{file}: {report}"));
        let network = networks.iter().find(|network| !network.aux.is_empty()).expect("has heads");
        let whole = network.with_heads();
        assert_eq!(whole.outputs.len(), 1 + count, "{file}");
        let own: Vec<_> = network.tensors().collect();
        assert!(whole.tensors().take(own.len()).eq(own), "{file}: the heads stand behind");
        assert!(whole.tensors().any(|tensor| tensor.layer.starts_with(head)), "{file}");
    }
}
