//! What the info of a block promises, held:
//!
//! - `cnn`: a file without errors; with `file=NAME`, later blocks of the page may `use` it
//! - `cnn,statements=SHAPE`: such statements behind an input of that shape
//! - `cnn,same`: the models of the file are one network
//! - `cnn,error`: the `text` behind it is the report; `cnn,summary`: the summary of the first model
//! - `rust`: a doctest of this package; `pest`: the grammar
//!
//! Pages with blocks of other kinds have tests of their own.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use cnn_dsl::check::{Selection, check};
use cnn_dsl::diagnostic::{Diagnostic, render};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, over_budget, plan, summary};
use cnn_dsl::source::{Files, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_weights::Tensor;

use super::bless::{compare, compare_between, read};
use super::fences::{Fence, fences};

/// Files of a page, and weight files by their names.
#[derive(Debug, Default)]
pub struct Page(HashMap<PathBuf, Vec<u8>>);

impl Files for Page {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Page {
    /// Puts a file beside the next texts.
    pub fn add(&mut self, name: &str, text: &str) {
        self.0.insert(PathBuf::from(name), text.as_bytes().to_vec());
    }

    /// Every model of a text, or the report of its errors.
    pub fn check(&mut self, text: &str) -> Result<Vec<Network>, String> {
        self.check_some(text, &Selection::All)
    }

    /// The same for some models of it.
    pub fn check_some(
        &mut self,
        text: &str,
        selection: &Selection,
    ) -> Result<Vec<Network>, String> {
        let mut sources = Sources::default();
        let (name, folder) = ("model.cnn".to_owned(), PathBuf::new());
        let root = sources.add(SourceFile { name, folder, text: text.to_owned() });
        let report = |errors: &[Diagnostic], sources: &Sources| {
            errors.iter().map(|e| render(e, sources)).collect::<Vec<_>>().join("\n")
        };
        let program = Program::load(&mut sources, root, self);
        let program = program.map_err(|errors| report(&errors, &sources))?;
        let checked = check(&program, &sources, selection, self);
        let errors = checked.diagnostics.into_vec();
        if !errors.is_empty() {
            return Err(report(&errors, &sources));
        }
        let networks: Vec<Network> =
            checked.models.into_iter().map(|model| model.expect("no error, no stub")).collect();
        let plans = networks.iter().map(|network| plan(network, &Options::default()));
        let errors: Vec<Diagnostic> = plans.flat_map(|plan| over_budget(&plan)).collect();
        if errors.is_empty() { Ok(networks) } else { Err(report(&errors, &sources)) }
    }

    /// The same for a text that is right. Its weight file is made for it: without the statement
    /// the network tells which tensors it needs, and a `rename` how the file calls them.
    fn sound(&mut self, fence: &Fence, text: &str) -> Vec<Network> {
        let (statements, rest): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.trim_start().starts_with("weights \""));
        for statement in statements {
            let mut texts = statement.split('"').skip(1).step_by(2);
            let path = texts.next().expect("a path");
            let renames: Vec<_> = texts.collect();
            let networks = self.check(&rest.join("\n"));
            let networks = networks.unwrap_or_else(|report| panic!("{}\n{report}", fence.place));
            let renamed = |mut tensor: Tensor| {
                if let Some(pair) = renames.chunks(2).find(|pair| tensor.layer == pair[1]) {
                    tensor.layer = pair[0].to_owned().into();
                }
                tensor
            };
            let tensors: Vec<_> = networks[0].tensors().cloned().map(renamed).collect();
            let zeros: Vec<Vec<f32>> = tensors.iter().map(|t| vec![0.0; t.len()]).collect();
            let bytes = cnn_weights::to_bytes(&tensors, &zeros).expect("it can be written");
            self.0.insert(PathBuf::from(path), bytes);
        }
        self.check(text).unwrap_or_else(|report| panic!("{}\n{report}", fence.place))
    }
}

/// Compares what follows a block and belongs to it, or writes it anew.
fn told(page: &str, fence: &Fence, next: Option<&Fence>, found: &str) {
    let next = next.filter(|next| next.info == "text");
    let next = next.unwrap_or_else(|| panic!("{}: a block `text` must follow", fence.place));
    if std::env::var_os("BLESS").is_some() {
        let pair = |told: &str| format!("{}```\n\n```text\n{told}```\n", fence.text);
        let path = format!("docs/{page}");
        compare(&path, &read(&path).replace(&pair(&next.text), &pair(found)));
    } else {
        assert_eq!(found, next.text, "{}\n{found}", fence.place);
    }
}

/// Goes through a page's blocks; `others` are the infos that another test of the page holds.
pub fn hold(page: &str, others: &[&str]) -> usize {
    let fences = fences(page);
    let mut files = Page::default();
    let mut expected_text = false;
    for (index, fence) in fences.iter().enumerate() {
        let next = fences.get(index + 1);
        let was_expected = std::mem::take(&mut expected_text);
        match (fence.words()[..].first().copied(), &fence.words()[1..]) {
            (Some(kind), _) if others.contains(&kind) => {}
            (Some("cnn"), []) => {
                assert!(!files.sound(fence, &fence.text).is_empty(), "{}: no model", fence.place);
            }
            (Some("cnn"), [_]) if fence.value("file").is_some() => {
                let name = fence.value("file").expect("just seen");
                assert!(fence.before.contains(&format!("`{name}`")), "{}: {name}", fence.place);
                files.sound(fence, &fence.text);
                files.add(name, &fence.text);
            }
            (Some("cnn"), [_]) if fence.value("statements").is_some() => {
                let shape = fence.value("statements").expect("just seen");
                let text = format!("model Snippet {{ input {shape};\n{}}}", fence.text);
                files.sound(fence, &text);
            }
            (Some("cnn"), ["same"]) => same(fence, &files.sound(fence, &fence.text)),
            (Some("cnn"), ["error"]) => {
                let report = files.check(&fence.text).expect_err(&fence.place);
                told(page, fence, next, &report);
                expected_text = true;
            }
            (Some("cnn"), ["summary"]) => {
                let networks = files.sound(fence, &fence.text);
                let table = summary::text(&plan(&networks[0], &Options::default()));
                told(page, fence, next, &table);
                expected_text = true;
            }
            (Some("text"), []) if was_expected => {}
            (Some("pest"), []) => {
                let grammar = read("cnn-dsl/src/syntax/cnn.pest");
                compare_between(&format!("docs/{page}"), "```pest\n", "```\n", &grammar);
            }
            (Some("rust"), []) => {
                let doctests = read("tests/src/lib.rs");
                assert!(doctests.contains(&format!("docs/{page}\"")), "{}", fence.place);
            }
            _ => panic!("{}: unknown info `{}`", fence.place, fence.info),
        }
    }
    fences.len()
}

/// Whether all networks are the first, names of layers and tensors included.
fn same(fence: &Fence, networks: &[Network]) {
    assert!(networks.len() > 1, "{}: two models at least", fence.place);
    let face = |network: &Network| {
        let layers = network.layers.iter();
        let layers = layers.map(|l| {
            let shapes: Vec<_> = l.outputs.iter().map(|&v| network.shape(v)).collect();
            (l.name.clone(), l.op.clone(), l.inputs.clone(), l.outputs.clone(), shapes, l.frozen)
        });
        let inputs: Vec<_> = network.inputs.iter().map(|i| i.preprocess.clone()).collect();
        (layers.collect::<Vec<_>>(), network.tensors().cloned().collect::<Vec<_>>(), inputs)
    };
    for network in &networks[1..] {
        assert_eq!(face(network), face(&networks[0]), "{}: {}", fence.place, network.name);
    }
}

#[test]
fn the_language_reference() {
    assert!(hold("language.md", &[]) > 40);
}

#[test]
fn the_page_on_training() {
    assert!(hold("training.md", &["toml"]) > 5);
}

#[test]
fn the_measured_figures() {
    hold("performance.md", &[]);
}
