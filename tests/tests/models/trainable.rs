//! Each model with `train;`: differentiated and planned, not compiled.

use crate::zoo;
use cnn_dsl::differentiate::differentiate;
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_weights::gradient_of;
use std::collections::HashSet;

/// The files whose models are refused, and a part of what the report says.
const REFUSED: [(&str, &str); 2] =
    [("googlenet", "auxiliary head"), ("inception_v3", "auxiliary head")];

/// The tensors that training would not reach.
fn without_gradient(network: &Network) -> Vec<String> {
    let training = differentiate(network);
    let plan = plan(&training, &Options::default());
    let phases = plan.training().expect("a plan with a loss");
    let of_kernels = plan.gradients.0.iter().map(gradient_of);
    let of_norms = phases.norms.iter().flat_map(|norm| [norm.tensors.gamma, norm.tensors.beta]);
    let reached: HashSet<usize> = of_kernels.chain(of_norms.flatten()).collect();
    let tensors = network.tensors().enumerate();
    tensors
        .filter(|(index, tensor)| !tensor.role.is_statistic() && !reached.contains(index))
        .map(|(_, tensor)| format!("{}, {:?}", tensor.layer, tensor.role))
        .collect()
}

#[test]
fn every_tensor_of_every_model_has_a_gradient() {
    for file in zoo::files() {
        let refused = REFUSED.iter().find(|(name, _)| *name == file);
        match (zoo::trained(&file), refused) {
            (Ok(networks), None) => {
                for network in networks {
                    assert!(network.train, "{file}, {}: not asked to train", network.name);
                    let without = without_gradient(&network);
                    assert!(without.is_empty(), "{file}, {}: {without:?}", network.name);
                }
            }
            (Err(report), Some((_, part))) => assert!(report.contains(part), "{file}: {report}"),
            (Err(report), None) => panic!("{file}: {report}"),
            (Ok(_), Some(_)) => panic!("{file} is not refused any more"),
        }
    }
}
