//! The procedural macros behind `cnn_runtime::cnn!` and `cnn_runtime::include_model!`.
//!
//! A lens, not a compiler: tokens to text with a table of spans, `cnn_dsl::compile`, tokens. Users
//! call the runtime's `macro_rules!` of the same names, which hand over `$crate`.

#![forbid(unsafe_code)]

mod call;
mod include;
mod report;

/// `cnn! { (crate = PATH) model ... }`.
#[proc_macro]
pub fn cnn(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    call::cnn(tokens.into()).into()
}

/// `include_model! { (crate = PATH) "path.cnn", Model as Name, parameter = value }`.
#[proc_macro]
pub fn include_model(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    call::include_model(tokens.into()).into()
}
