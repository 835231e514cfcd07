//! Parameters and mult-adds of every model at its defaults, against the published implementations.
//! One row a model; a model without a row fails as much as a row without its model.

mod everyday;
mod leaderboard;

use cnn_dsl::ir::Network;

use crate::zoo;

/// What a published implementation has.
struct Row {
    /// The file's name without `.cnn`.
    file: &'static str,
    /// The model or instance in it.
    model: &'static str,
    /// Weights, biases, gamma, beta: PyTorch's `parameters()`, without auxiliary heads.
    parameters: u64,
    /// Multiply-adds of convolutions, transposed ones too, and dense layers.
    mult_adds: u64,
    /// Parameters of the auxiliary heads.
    aux: u64,
    /// Where the figures are from.
    #[expect(dead_code, reason = "for the reader of a failed row")]
    source: &'static str,
}

fn rows() -> impl Iterator<Item = &'static Row> {
    everyday::ROWS.iter().chain(leaderboard::ROWS)
}

fn parameters_of_heads(network: &Network) -> u64 {
    let tensors = network.aux.iter().flat_map(|aux| &aux.tensors);
    tensors.filter(|t| !t.role.is_statistic()).map(|t| t.len() as u64).sum()
}

/// Every model of every file, in text order, has exactly the figures of its row.
#[test]
fn counts_are_the_published_ones() {
    let mut wrong = Vec::new();
    for file in zoo::files() {
        for network in zoo::networks(&file) {
            let counts = network.counts();
            let ours = (counts.parameters, counts.mult_adds, parameters_of_heads(&network));
            let row = rows().find(|row| row.file == file && row.model == network.name);
            let theirs = row.map(|row| (row.parameters, row.mult_adds, row.aux));
            if theirs != Some(ours) {
                let name = &network.name;
                wrong.push(format!("{file}, {name}: {ours:?}, its row has {theirs:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No row is left over from a model that was renamed, and none stands twice.
#[test]
fn every_row_has_its_model() {
    for file in zoo::files() {
        let models: Vec<String> = zoo::networks(&file).into_iter().map(|n| n.name).collect();
        let listed: Vec<&str> = rows().filter(|r| r.file == file).map(|r| r.model).collect();
        assert_eq!(models, listed, "{file}: its models in text order, and its rows");
    }
    let files = zoo::files();
    for row in rows() {
        assert!(files.iter().any(|file| file == row.file), "there is no {}.cnn", row.file);
    }
}
