//! A fully connected layer: a panel of units at a time.

use super::{Context, activate, function, unroll};
use crate::emit::print::{int, typed};
use crate::plan::layers::dense::Dense;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a fully connected layer.
pub(super) fn emit(dense: &Dense, context: &Context<'_>) -> TokenStream {
    if dense.unroll {
        return unroll::dense(dense, context);
    }
    let rt = context.rt;
    let (units, inputs) = (dense.op.units, int(dense.x.shape.len()));
    let epilogue = activate(&quote!(a), &dense.epilogue, rt);
    let (l, n, panels) = (int(dense.lanes), int(units), int(units.div_ceil(dense.lanes)));
    let most = typed(dense.lanes);
    let store = if units % dense.lanes == 0 {
        quote! { #rt::put(y, panel * #l, a); }
    } else {
        quote! { #rt::put_first(y, panel * #l, &a, #most.min(#n - panel * #l)); }
    };
    let body = quote! {
        let w = w.as_chunks::<#l>().0.as_chunks::<#inputs>().0;
        let b = b.as_chunks::<#l>().0;
        for panel in 0..#panels {
            let units = &w[panel];
            let mut a = b[panel];
            for i in 0..#inputs {
                #rt::mul_add_scalar(&mut a, x[i], &units[i]);
            }
            #epilogue
            #store
        }
    };
    function(context, &[dense.x], &[dense.y], &body)
}
