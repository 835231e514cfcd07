//! From a plan to the Rust that runs it.
//!
//! In: a [`Plan`](crate::plan::Plan), and what differs between the doors ([`Door`]). Out: tokens
//! of one type with its interface, its tables, one function a layer and one a distinct kernel.
//! Safe, deterministic, for any edition and any lints. This is the only folder that knows `quote`;
//! it prints what the plan says and decides nothing.

mod docs;
mod inputs;
mod interface;
mod layers;
mod learning;
mod model;
mod predict;
#[cfg(feature = "pretty")]
mod pretty;
mod print;
mod run;
mod step;
mod stub;
mod table;
mod training;

pub use model::{emit, emit_training, emit_with};
#[cfg(feature = "pretty")]
pub use pretty::pretty;
pub use stub::stub;

use crate::plan::Isa;
use crate::source::Span;
use crate::syntax::ast::Visibility;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Whether a model tells how long its steps take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It does not: the code that users get.
    None,
    /// Each step is called between two looks at a clock.
    EachStep,
}

/// What differs between the doors.
pub struct Door<'a> {
    /// The path of the runtime: the macro's `$crate` token as it was given, or `__cnn`.
    pub runtime: TokenStream,
    /// The visibility of a model that says nothing: empty in a macro, `pub` in a file.
    pub visibility: TokenStream,
    /// A type's name, with the user's span where there is one.
    pub ident: &'a dyn Fn(&str, Span) -> Ident,
    /// The instruction sets to emit kernels for. The portable one is always there.
    pub instruction_sets: &'a [Isa],
    /// An expression of type `&'static [u8]` (or a reference to an array of bytes) for the embedded
    /// weights of the model of that name.
    pub blob: &'a mut dyn FnMut(&str, &[u8]) -> TokenStream,
}

impl Door<'_> {
    /// The short name of the runtime's inside in an emitted block.
    fn import(&self) -> TokenStream {
        let runtime = &self.runtime;
        quote! { use #runtime::__rt as rt; }
    }

    fn visibility(&self, visibility: Visibility) -> TokenStream {
        match visibility {
            Visibility::Public => quote!(pub),
            Visibility::Crate => quote!(pub(crate)),
            Visibility::Default => self.visibility.clone(),
        }
    }
}

/// Emitted items keep quiet whatever the user denies, also in an included file, where lints look as
/// closely as at written code.
fn quiet() -> TokenStream {
    quote! {
        #[allow(
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            unreachable_pub,
            unused,
            unused_qualifications
        )]
    }
}
