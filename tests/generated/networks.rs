//! The fixed list of random networks: the same for the build script that emits them and for the
//! test that runs them.

use std::path::{Path, PathBuf};

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::{Network, Shape};
use cnn_dsl::source::{Files, SourceFile, Sources};
use cnn_dsl::syntax::Program;

use crate::generator;

/// How many networks are made.
pub const COUNT: usize = 240;

/// No file but the text itself.
struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, _: &Path) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// The network of a text that holds one correct model; `None` for any other text.
pub fn compile(text: &str) -> Option<Network> {
    let mut sources = Sources::default();
    let root = sources.add(SourceFile {
        name: "generated.cnn".to_owned(),
        folder: PathBuf::new(),
        text: text.to_owned(),
    });
    let program = Program::load(&mut sources, root, &mut NoFiles).ok()?;
    let checked = check(&program, &sources, &Selection::All, &mut NoFiles);
    if !checked.diagnostics.is_empty() {
        return None;
    }
    checked.models.into_iter().next()?.ok()
}

/// The text of network `index`, a model called `Net<index>`.
pub fn text(index: usize) -> String {
    generator::network(&format!("Net{index}"), index as u64, &mut |text| {
        let network = compile(text)?;
        Some(match network.shape(network.outputs[0].value) {
            Shape::Image { h, w, c } => (Some((h, w)), c),
            Shape::Vector(n) => (None, n),
        })
    })
}
