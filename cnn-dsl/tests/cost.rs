//! What a model costs to compile grows with its distinct kernels, not with its layers: equal layers
//! share their kernels' functions, and each adds but a call.

use cnn_dsl::check::Selection;
use cnn_dsl::emit::Door;
use cnn_dsl::plan::Isa;
use cnn_dsl::source::{Disk, SourceFile, Sources};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeMap;

/// Tokens that a layer may add for each instruction set: its function, its documentation, the call.
const TOKENS_A_STEP: usize = 220;

/// Tokens that a layer may add whatever the instruction sets: rows of the tables of tensors, packed
/// pieces and layers, batch norm's among them.
const TOKENS_A_ROW: usize = 500;

/// Blocks of every kind of layer that networks repeat, and a stem before them.
fn stack(blocks: usize) -> TokenStream {
    let text = format!(
        "model Stack {{
            input 56x56x3;
            conv 3x3, 64, stride 2, pad same, bn, relu;
            dw 3x3, stride 2, pad same, bn, relu;
            repeat {blocks} {{
                add {{
                    conv 1x1, 32, bn, relu;
                    conv 3x3, 32, pad same, bn, relu;
                    dw 3x3, pad same, bn, relu;
                    conv 1x1, 64, bn;
                }}, relu;
                pool max 3x3, stride 1, pad same;
            }}
            pool avg global;
            dense 10, softmax;
        }}"
    );
    let mut sources = Sources::default();
    let file = SourceFile { name: "stack.cnn".into(), folder: ".".into(), text };
    let root = sources.add(file);
    let mut door = Door {
        runtime: quote!(__cnn),
        visibility: quote!(pub),
        ident: &|name, _| Ident::new(name, Span::call_site()),
        instruction_sets: &Isa::ALL,
        blob: &mut |_, _| quote!(&[]),
    };
    let mut files = Disk::default();
    let compiled = cnn_dsl::compile(&mut sources, root, &Selection::All, &mut files, &mut door);
    let messages: Vec<_> = compiled.diagnostics.iter().map(|found| &*found.message).collect();
    assert_eq!(messages, [""; 0]);
    compiled.tokens
}

/// The kernels' functions, by name.
fn kernels(tokens: TokenStream) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                let name = tokens.next().map(|name| name.to_string()).unwrap_or_default();
                let rest = tokens.by_ref().map_while(|token| match token {
                    TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                        found.insert(name.clone(), body.to_string());
                        None
                    }
                    other => Some(other),
                });
                let parameters: TokenStream = rest.collect();
                found.entry(name).and_modify(|body| body.insert_str(0, &parameters.to_string()));
            }
            TokenTree::Group(group) => found.extend(kernels(group.stream())),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found.retain(|name, _| name.contains("_kernel_"));
    found
}

fn count(tokens: TokenStream) -> usize {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => 2 + count(group.stream()),
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
    };
    tokens.into_iter().map(of).sum()
}

#[test]
fn equal_blocks_share_their_kernels() {
    let (few, many) = (kernels(stack(2)), kernels(stack(12)));
    // Three sets of six kernels a block, and of the stem, the head and the parts of Winograd's form.
    assert!(few.len() > 3 * 6, "{:?}", few.keys());
    let names = |kernels: &BTreeMap<String, String>| kernels.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&few), names(&many));
    let other: Vec<_> = few.iter().filter(|(name, text)| many[*name] != **text).collect();
    assert_eq!(other, []);
}

#[test]
fn an_equal_block_adds_calls_alone() {
    let [two, seven, twelve] = [2, 7, 12].map(|blocks| count(stack(blocks)));
    let layers = 5 * 5;
    let added = (seven - two) / layers;
    assert!(added <= Isa::ALL.len() * TOKENS_A_STEP + TOKENS_A_ROW, "{added} tokens a layer");
    assert_eq!(twelve - seven, seven - two, "every block adds the same");
}
