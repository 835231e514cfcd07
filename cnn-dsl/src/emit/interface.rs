//! The types and names of a model's inputs and outputs, the same for a model and its stub.
//!
//! One input is `&Image<H, W, C>` or `&[f32; N]`; several are a tuple of those in declaration order.
//! Outputs likewise. In the trait `Model`, several are a tuple of boxes.

use crate::emit::print::{int, numbered};
use crate::emit::table::sizes;
use crate::ir::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Results above this many bytes are not returned by value: they would pass over the stack.
const LARGEST_BY_VALUE: usize = 16 * 1024;

/// Shapes of the inputs, each with whether it takes bytes, and of the outputs.
pub(super) struct Interface<'a> {
    pub runtime: &'a TokenStream,
    pub inputs: Vec<(Shape, bool)>,
    pub outputs: Vec<Shape>,
}

/// Numbers or bytes at the inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// `f32` everywhere.
    Floats,
    /// `u8` where the input says so.
    Bytes,
}

impl Element {
    /// `predict`, `predict_u8`.
    pub fn stem(self) -> &'static str {
        match self {
            Self::Floats => "predict",
            Self::Bytes => "predict_u8",
        }
    }
}

/// One type as it is, several as a tuple.
pub(super) fn tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

impl Interface<'_> {
    /// Whether any input takes bytes.
    pub fn takes_bytes(&self) -> bool {
        self.inputs.iter().any(|(_, bytes)| *bytes)
    }

    /// Whether the results are small enough to be returned by value.
    pub fn returns_values(&self) -> bool {
        let elements: usize = self.outputs.iter().map(|shape| shape.len()).sum();
        elements.saturating_mul(size_of::<f32>()) <= LARGEST_BY_VALUE
    }

    /// `Image<28, 28, 1>`, `Bytes<..>`, `[f32; 10]`.
    fn value(&self, shape: Shape, bytes: bool) -> TokenStream {
        let runtime = self.runtime;
        match shape {
            Shape::Image { h, w, c } => {
                let (h, w, c) = (int(h), int(w), int(c));
                if bytes {
                    quote!(#runtime::Bytes<#h, #w, #c>)
                } else {
                    quote!(#runtime::Image<#h, #w, #c>)
                }
            }
            Shape::Vector(n) => {
                let n = int(n);
                if bytes { quote!([u8; #n]) } else { quote!([f32; #n]) }
            }
        }
    }

    /// Whether input `index` is read as bytes.
    pub fn is_bytes(&self, index: usize, element: Element) -> bool {
        element == Element::Bytes && self.inputs[index].1
    }

    /// The inputs' types.
    pub fn input_types(&self, element: Element) -> Vec<TokenStream> {
        let inputs = self.inputs.iter().enumerate();
        inputs.map(|(i, (shape, _))| self.value(*shape, self.is_bytes(i, element))).collect()
    }

    /// The outputs' types.
    pub fn output_types(&self) -> Vec<TokenStream> {
        self.outputs.iter().map(|&shape| self.value(shape, false)).collect()
    }

    /// The inputs as an argument: a reference or a tuple of them.
    pub fn input_argument(&self, element: Element) -> TokenStream {
        let types = self.input_types(element);
        let references: Vec<_> = types.iter().map(|t| quote!(&#t)).collect();
        tuple(&references)
    }

    /// The outputs as an argument to be written.
    pub fn output_argument(&self) -> TokenStream {
        let references: Vec<_> = self.output_types().iter().map(|t| quote!(&mut #t)).collect();
        tuple(&references)
    }

    /// The outputs as a result.
    pub fn output_value(&self) -> TokenStream {
        tuple(&self.output_types())
    }

    /// The outputs on the heap: a box, or a tuple of boxes.
    pub fn output_boxes(&self) -> TokenStream {
        let rt = self.rt();
        let boxes: Vec<_> = self.output_types().iter().map(|t| quote!(#rt::Box<#t>)).collect();
        tuple(&boxes)
    }

    /// The trait's type for several values: a tuple of boxes.
    pub fn trait_type(&self, types: Vec<TokenStream>) -> TokenStream {
        let rt = self.rt();
        match &types[..] {
            [one] => one.clone(),
            several => quote!((#(#rt::Box<#several>),*)),
        }
    }

    /// `impl Into<ArrayView4<'a, f32>>`, or a tuple of those.
    pub fn batch_argument(&self, element: Element) -> TokenStream {
        let rt = self.rt();
        let views = self.batch_views(element);
        let arguments: Vec<_> = views.iter().map(|v| quote!(impl #rt::Into<#v>)).collect();
        tuple(&arguments)
    }

    /// `ArrayView4<'a, f32>` of each input.
    pub fn batch_views(&self, element: Element) -> Vec<TokenStream> {
        let rt = self.rt();
        let views = self.inputs.iter().enumerate().map(|(index, (shape, _))| {
            let of = if self.is_bytes(index, element) { quote!(u8) } else { quote!(f32) };
            match shape {
                Shape::Image { .. } => quote!(#rt::ArrayView4<'a, #of>),
                Shape::Vector(_) => quote!(#rt::ArrayView2<'a, #of>),
            }
        });
        views.collect()
    }

    /// `Array2<f32>`, `Array4<f32>` of each output.
    pub fn batch_results(&self) -> Vec<TokenStream> {
        let rt = self.rt();
        let arrays = self.outputs.iter().map(|shape| match shape {
            Shape::Image { .. } => quote!(#rt::Array4<f32>),
            Shape::Vector(_) => quote!(#rt::Array2<f32>),
        });
        arrays.collect()
    }

    /// `INPUT` and `OUTPUT`: their types and values.
    pub fn sizes(&self) -> [(TokenStream, TokenStream); 2] {
        let inputs: Vec<Shape> = self.inputs.iter().map(|(shape, _)| *shape).collect();
        [&inputs, &self.outputs].map(|shapes| {
            let types: Vec<_> = shapes
                .iter()
                .map(|shape| match shape {
                    Shape::Image { .. } => quote!([usize; 3]),
                    Shape::Vector(_) => quote!([usize; 1]),
                })
                .collect();
            let values: Vec<_> = shapes.iter().map(|&shape| sizes(shape)).collect();
            (tuple(&types), tuple(&values))
        })
    }

    /// `x`, or `x0`, `x1`, ...
    pub fn input_names(&self) -> Vec<Ident> {
        let count = self.inputs.len();
        (0..count).map(|index| numbered("x", index, count)).collect()
    }

    /// `y`, or `y0`, `y1`, ...
    pub fn output_names(&self) -> Vec<Ident> {
        let count = self.outputs.len();
        (0..count).map(|index| numbered("y", index, count)).collect()
    }

    /// The runtime's inside, as emitted blocks call it.
    pub fn rt(&self) -> TokenStream {
        quote!(rt)
    }
}

/// An expression of the same elements without structure: `&[T]` of an image.
pub(super) fn flat(shape: Shape, value: &Ident) -> TokenStream {
    match shape {
        Shape::Image { .. } => quote!(#value.as_flattened().as_flattened()),
        Shape::Vector(_) => quote!(&#value[..]),
    }
}

/// The same, to be written.
pub(super) fn flat_mut(shape: Shape, value: &Ident) -> TokenStream {
    match shape {
        Shape::Image { .. } => quote!(#value.as_flattened_mut().as_flattened_mut()),
        Shape::Vector(_) => quote!(#value),
    }
}

/// Noughts of a shape.
pub(super) fn zeros(shape: Shape) -> TokenStream {
    match shape {
        Shape::Image { h, w, c } => {
            let (h, w, c) = (int(h), int(w), int(c));
            quote!([[[0.0; #c]; #w]; #h])
        }
        Shape::Vector(n) => {
            let n = int(n);
            quote!([0.0; #n])
        }
    }
}
