//! One story per network: each folder of `tests/networks` holds a text and what every stage makes
//! of it. `BLESS=1 cargo test -p cnn-dsl --test goldens` writes the files anew.

use cnn_dsl::check::{Selection, check};
use cnn_dsl::emit::{Door, pretty};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Isa, Options, plan};
use cnn_dsl::source::{Disk, FileId, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use proc_macro2::{Ident, Span};
use quote::quote;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn folder(network: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/networks").join(network)
}

fn sources(folder: &Path) -> (Sources, FileId) {
    let text = std::fs::read_to_string(folder.join("network.cnn")).expect("a network");
    let mut sources = Sources::default();
    let file = SourceFile { name: "network.cnn".into(), folder: folder.to_owned(), text };
    let root = sources.add(file);
    (sources, root)
}

/// Compares with the file of that name, or writes it.
fn golden(path: &Path, now: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, now).expect("a writable folder");
        return;
    }
    let then = std::fs::read_to_string(path).unwrap_or_default();
    let differs = then.lines().zip(now.lines()).position(|(then, now)| then != now);
    let line = differs.unwrap_or_else(|| then.lines().count().min(now.lines().count()));
    assert!(
        then == now,
        "{} differs from line {} on; BLESS=1 writes it anew\nwas: {:?}\nis:  {:?}",
        path.display(),
        line + 1,
        then.lines().nth(line),
        now.lines().nth(line),
    );
}

/// A tree with its spans on one line each: `12..20`.
fn tree(program: &Program) -> String {
    let text = format!("{:#?}\n", program.files[0].1);
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.ends_with("Span {") {
            let _ = writeln!(out, "{line}");
            continue;
        }
        let inside: Vec<&str> =
            lines.by_ref().take_while(|l| !l.trim().starts_with("},")).collect();
        let number = |field: &str| {
            let line = inside.iter().find_map(|l| l.trim().strip_prefix(field)).unwrap_or("");
            line.trim_end_matches(',').to_owned()
        };
        let head = line.trim_end_matches("Span {");
        let _ = writeln!(out, "{head}{}..{},", number("start: "), number("end: "));
    }
    out
}

/// A network, one line a layer.
fn layers(network: &Network) -> String {
    let mut out = format!("{}\n", network.name);
    for input in &network.inputs {
        let _ = writeln!(out, "%{} = input {}", input.value.0, network.shape(input.value));
    }
    for layer in &network.layers {
        let values = |values: &[cnn_dsl::ir::ValueId]| {
            let values: Vec<String> = values.iter().map(|v| format!("%{}", v.0)).collect();
            values.join(", ")
        };
        let shapes: Vec<String> =
            layer.outputs.iter().map(|&v| network.shape(v).to_string()).collect();
        let (to, from) = (values(&layer.outputs), values(&layer.inputs));
        let _ =
            writeln!(out, "{to} = {} {from} -> {}  {:?}", layer.name, shapes.join(", "), layer.op);
    }
    for tensor in network.tensors() {
        let _ = writeln!(out, "{} {:?} {:?}", tensor.layer, tensor.role, tensor.dims);
    }
    let outputs: Vec<String> = network.outputs.iter().map(|o| format!("%{}", o.value.0)).collect();
    let counts = network.counts();
    let _ = writeln!(
        out,
        "output {}\n{} parameters, {} statistics, {} mult-adds",
        outputs.join(", "),
        counts.parameters,
        counts.statistics,
        counts.mult_adds
    );
    out
}

/// The emitted text and the codes of what was wrong.
fn emitted(folder: &Path) -> (String, Vec<&'static str>) {
    let (mut sources, root) = sources(folder);
    let mut door = Door {
        runtime: quote!(__cnn),
        visibility: quote!(pub),
        ident: &|name, _| Ident::new(name, Span::call_site()),
        instruction_sets: &Isa::ALL,
        blob: &mut |_, bytes| {
            let path = folder.join("weights.bin");
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, bytes).expect("a writable folder");
            }
            assert!(std::fs::read(path).is_ok_and(|then| then == bytes), "other packed weights");
            quote!(include_bytes!("weights.bin"))
        },
    };
    let mut files = Disk::default();
    let compiled = cnn_dsl::compile(&mut sources, root, &Selection::All, &mut files, &mut door);
    let codes = compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    (pretty(&compiled.tokens, "network.cnn"), codes)
}

fn story(network: &str) {
    let folder = folder(network);
    let (mut sources, root) = sources(&folder);
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    golden(&folder.join("ast.txt"), &tree(&program));
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    assert_eq!(checked.diagnostics.into_vec(), []);
    let network = checked.models[0].as_ref().expect("a network");
    golden(&folder.join("ir.txt"), &layers(network));
    golden(&folder.join("plan.txt"), &plan(network, &Options::default()).to_string());
    let (now, codes) = emitted(&folder);
    assert_eq!(codes, [""; 0]);
    assert_eq!(now, emitted(&folder).0, "the same text gives the same bytes");
    golden(&folder.join("emitted.rs"), &now);
}

#[test]
fn simple_cnn() {
    story("simple_cnn");
}

#[test]
fn unrolled() {
    story("unrolled");
}

#[test]
fn layers_at_awkward_sizes() {
    story("layers");
}

#[test]
fn embedded_weights() {
    story("embedded");
}

#[test]
fn patterns() {
    story("patterns");
}

#[test]
fn winograd_in_both_tiles() {
    story("winograd");
}

/// Each model with an error becomes a type with the same signatures.
#[test]
fn stubs_of_broken_models() {
    let folder = folder("broken");
    let (now, codes) = emitted(&folder);
    assert_eq!(codes, ["unknown_argument", "unknown_layer", "no_input", "over_budget"]);
    golden(&folder.join("emitted.rs"), &now);
}
