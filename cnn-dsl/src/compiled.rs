//! What [`compile`](crate::compile) gives, and the stubs it falls back to.

use crate::check::{Request, Selection, Stub};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::differentiate::differentiate;
use crate::emit::{self, Door};
use crate::plan::{Options, Plan, over_budget};
use crate::source::{FileId, Sources};
use crate::syntax::ast::Visibility;
use crate::syntax::model_names;
use proc_macro2::TokenStream;

/// Emitted items and what was wrong.
#[derive(Debug)]
pub struct Compiled {
    /// The items of every wanted model, in order: a model, or its stub where it has errors.
    pub tokens: TokenStream,
    /// Every error, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Stubs of the wanted models of a text that does not parse, or of a request that makes no
    /// sense: nothing is known but names.
    pub fn unparsed(
        sources: &Sources,
        root: FileId,
        selection: &Selection,
        diagnostics: Vec<Diagnostic>,
        door: &mut Door<'_>,
    ) -> Self {
        let nameless = |name: String, name_span, visibility| Stub {
            name,
            name_span,
            visibility,
            docs: Vec::new(),
            inputs: None,
            outputs: None,
            embedded: true,
            train: true,
        };
        let written = model_names(sources, root);
        let stubs: Vec<Stub> = match selection {
            Selection::All | Selection::AllTrained(_) => written
                .into_iter()
                .map(|(visibility, ident)| nameless(ident.name, ident.span, visibility))
                .collect(),
            Selection::Some(requests) => requests
                .iter()
                .filter_map(|Request { model, rename, .. }| {
                    let named = rename.as_ref().or(model.as_ref()).cloned();
                    let first = || written.first().map(|(_, i)| (i.name.clone(), i.span));
                    let (name, span) = named.or_else(first)?;
                    let base = model.as_ref().map_or(&name, |(model, _)| model);
                    let visibility = written.iter().find(|(_, ident)| ident.name == *base);
                    let visibility = visibility.map_or(Visibility::Default, |(v, _)| *v);
                    Some(nameless(name, span, visibility))
                })
                .collect(),
        };
        let tokens = stubs.iter().map(|stub| emit::stub(stub, door)).collect();
        Self { tokens, diagnostics }
    }
}

/// The model, or its stub and the reason where the plan needs more than the text allows.
pub(crate) fn within_budget(
    plan: &Plan<'_>,
    diagnostics: &mut Diagnostics,
    door: &mut Door<'_>,
) -> TokenStream {
    let over = over_budget(plan);
    if over.is_empty() && plan.network.train {
        let training = differentiate(plan.network);
        let training = crate::plan::plan(&training, &Options::default());
        let stub = emit::stub(&Stub::of(plan.network), door);
        return emit::emit_training(plan, &training, &stub, door);
    }
    if over.is_empty() {
        return emit::emit(plan, door);
    }
    over.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
    emit::stub(&Stub::of(plan.network), door)
}
