//! What a door may ask: models by name, parameters, renames, weight files, stubs.

use std::path::PathBuf;

use cnn_dsl::check::{Request, Selection, Stub};
use cnn_dsl::ir::BudgetKind;
use cnn_dsl::source::{FileId, Span};
use cnn_dsl::syntax::ast::Visibility;

use super::programs::{Table, checked, network, networks, report, with};

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn asked(text: &str, request: Request) -> Result<cnn_dsl::ir::Network, (Stub, Vec<String>)> {
    let (checked, _) = checked(text, &Selection::Some(vec![request]), &mut Table::default());
    let errors = checked.diagnostics.into_vec();
    let codes = errors.iter().map(|e| e.code.to_owned()).collect();
    checked.models.into_iter().next().expect("one").map_err(|stub| (stub, codes))
}

const CHAIN: &str = "
    /// Big.
    model Big(alpha = 1, classes = 10) { input 8; dense (8 * alpha); dense classes; }
    /// Small.
    pub(crate) model Small = Big(alpha = 0.5);
    pub model Smaller = Small(alpha = 0.25, classes = 3);
";

#[test]
fn instances_are_made_of_instances() {
    let networks = networks(CHAIN);
    let parameters: Vec<u64> = networks.iter().map(|n| n.counts().parameters).collect();
    assert_eq!(parameters, [72 + 90, 36 + 50, 18 + 9]);
    assert_eq!(networks[1].docs, [" Small."]);
    assert_eq!(networks[1].visibility, Visibility::Crate);
    assert_eq!(networks[2].visibility, Visibility::Public);
    assert_eq!(networks[2].parameters[0], ("alpha".to_owned(), "0.25".to_owned()));
}

#[test]
fn a_request_is_stronger_than_an_instance() {
    let network = with(CHAIN, "Small", &[("alpha", "2"), ("classes", "1")]);
    assert_eq!(network.name, "Small");
    assert_eq!(network.counts().parameters, 16 * 9 + 17);
}

#[test]
fn the_first_model_is_taken_where_none_is_named() {
    let rename = Some(("Own".to_owned(), NOWHERE));
    let network = asked(CHAIN, Request { rename, ..Request::default() }).expect("no error");
    assert_eq!((network.name.as_str(), network.docs[0].as_str()), ("Own", " Big."));
}

#[test]
fn what_is_not_there_is_an_error_and_a_stub() {
    let request = Request { model: Some(("Smal".to_owned(), NOWHERE)), ..Request::default() };
    let (stub, codes) = asked(CHAIN, request).expect_err("no such model");
    assert_eq!((stub.name.as_str(), codes), ("Smal", vec!["unknown_model".to_owned()]));
    let (_, codes) = asked("block a() { relu; }", Request::default()).expect_err("no model");
    assert_eq!(codes, ["no_model"]);
}

#[test]
fn a_stub_knows_what_is_known() {
    let text = "pub model A { input x: 8x8x3, u8; input y: 4; conv 3x3, 4; convv 3; output last; }";
    let (stub, _) = asked(text, Request::default()).expect_err("an unknown layer");
    let inputs = stub.inputs.expect("both inputs are right");
    let inputs: Vec<(String, bool)> = inputs.iter().map(|(s, b)| (s.to_string(), *b)).collect();
    assert_eq!(inputs, [("8x8x3".to_owned(), true), ("4".to_owned(), false)]);
    assert!(stub.outputs.is_none());
    let text = "model A { input 8x8x3; convv 3; pool avg global -> 1x1x10; }";
    let (stub, _) = asked(text, Request::default()).expect_err("an unknown layer");
    let outputs = stub.outputs.map(|o| o.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(outputs, Some(vec!["1x1x10".to_owned()]));
    for mistaken in
        ["dense 10, sofmax", "dense 10, relu, softmax 3", "dense 10, softmax from nowhere"]
    {
        let text = format!("model A {{ input 8; {mistaken}; }}");
        let (stub, codes) = asked(&text, Request::default()).expect_err("a mistake in `dense`");
        assert_eq!(codes.len(), 1, "{mistaken}: {codes:?}");
        assert_eq!(stub.outputs.map(|o| o[0].to_string()), Some("10".to_owned()), "{mistaken}");
    }
}

#[test]
fn budgets_on_the_plan_are_handed_on() {
    let network = network(
        "model A { input 8; dense 10; budget parameters <= 90, arena <= 8MB; budget weights <= 1KiB; winograd off; }",
    );
    let budgets: Vec<(BudgetKind, u64)> =
        network.budgets.iter().map(|b| (b.what, b.limit)).collect();
    assert_eq!(budgets, [(BudgetKind::Arena, 8_000_000), (BudgetKind::Weights, 1024)]);
    assert!(!network.winograd);
}

#[test]
fn weights_are_read_through_the_store() {
    let kernel = cnn_weights::Tensor::new(
        "fc",
        cnn_weights::Role::DenseKernel { flattened: None },
        vec![2, 1],
    );
    let bias = cnn_weights::Tensor::new("fc", cnn_weights::Role::Bias, vec![1]);
    let bytes = cnn_weights::to_bytes(&[kernel, bias], &[vec![1.0, 2.0], vec![3.0]]);
    let mut files = Table::default();
    files.0.insert(PathBuf::from("w.safetensors"), bytes.expect("it can be written"));
    let text =
        "model A { input 2; dense 1; weights \"w.safetensors\" rename \"fc\" = \"dense1\"; }";
    let (found, sources) = checked(text, &Selection::All, &mut files);
    let errors = found.diagnostics.into_vec();
    assert!(errors.is_empty(), "{}", report(&errors, &sources));
    let network = found.models.into_iter().next().expect("one").expect("no error");
    let embedded = network.embedded.expect("weights are there");
    assert_eq!(*embedded.values, [vec![1.0, 2.0], vec![3.0]]);
    assert_eq!(embedded.path, "w.safetensors");

    let other = text.replace(" rename \"fc\" = \"dense1\"", "");
    let (found, _) = checked(&other, &Selection::All, &mut files);
    let errors = found.diagnostics.into_vec();
    assert_eq!(errors[0].code, "weights_file");
    assert_eq!(errors[0].message, "`w.safetensors` does not fit the model's 2 tensors: 4 mistakes");
    assert!(matches!(&found.models[0], Err(stub) if stub.embedded));
}
