//! Literals and index arithmetic, printed without noise: no `* 1`, no `+ 0`, no suffixes.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// A `usize` without a suffix.
pub(super) fn int(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}

/// A `usize` with its suffix, where a method is called on it.
pub(super) fn typed(value: usize) -> Literal {
    Literal::usize_suffixed(value)
}

/// A `u64` without a suffix.
pub(super) fn long(value: u64) -> Literal {
    Literal::u64_unsuffixed(value)
}

/// An `f32` that reads back with the same bits.
pub(super) fn float(value: f32) -> TokenStream {
    if value.is_nan() {
        return quote!(f32::NAN);
    }
    let size = value.abs();
    let size = if size.is_finite() {
        Literal::f32_unsuffixed(size).into_token_stream()
    } else {
        quote!(f32::INFINITY)
    };
    if value.is_sign_negative() { quote!(-#size) } else { size }
}

/// A name of emitted code.
pub(super) fn name(text: &str) -> Ident {
    Ident::new(text, Span::call_site())
}

/// `x`, or `x0`, `x1`, ... where there are several.
pub(super) fn numbered(letter: &str, index: usize, count: usize) -> Ident {
    if count == 1 { name(letter) } else { format_ident!("{letter}{index}") }
}

/// `body` for `count` values of a variable from nought on: no loop where there is but one. LLVM takes
/// one away, but only after it has looked at it many times.
pub(super) fn repeated(variable: &str, count: usize, body: &TokenStream) -> TokenStream {
    let variable = name(variable);
    if count == 1 {
        return quote! { { let #variable = 0; #body } };
    }
    let count = int(count);
    quote! { for #variable in 0..#count { #body } }
}

/// A sum of variables times constants, plus `plus`, minus `minus`: an index. Everything is added
/// before `minus` is taken away, so that no step of it falls below nought.
pub(super) fn index(terms: &[(&TokenStream, usize)], plus: usize, minus: usize) -> TokenStream {
    let (plus, minus) = (plus - plus.min(minus), minus - plus.min(minus));
    let mut sum = TokenStream::new();
    for (variable, factor) in terms {
        let term = match factor {
            0 => continue,
            1 => quote!(#variable),
            _ => {
                let factor = int(*factor);
                quote!(#variable * #factor)
            }
        };
        sum = if sum.is_empty() { term } else { quote!(#sum + #term) };
    }
    if plus > 0 || sum.is_empty() {
        let plus = int(plus);
        sum = if sum.is_empty() { plus.to_token_stream() } else { quote!(#sum + #plus) };
    }
    if minus > 0 {
        let minus = int(minus);
        sum = quote!(#sum - #minus);
    }
    sum
}
