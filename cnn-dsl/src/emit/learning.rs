//! What the user of a model that trains calls beside the others' functions: each hands over to the
//! runtime, with the model's tables.

use crate::emit::interface::Interface;
use crate::emit::print::int;
use crate::ir::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// All of it. `blob` is the model's embedded weights, `inference` the type that predicts alone.
pub(super) fn learning(
    blob: Option<&TokenStream>,
    inference: &Ident,
    interface: &Interface<'_>,
) -> TokenStream {
    let making = making(blob, interface);
    let [files, freezing, fitting] = [files, freezing, fitting].map(|part| part(interface));
    let leaving = leaving(inference, interface);
    quote! { #making #files #freezing #fitting #leaving }
}

/// How a net is made.
fn making(blob: Option<&TokenStream>, interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let program = quote!(<Self as #rt::train::Trains>::program());
    let pretrained = blob.map(|blob| {
        quote! {
            #[doc = " A net that begins with the weights that the model's text names. Auxiliary heads, which"]
            #[doc = " these are without, begin as `init(0)` has them."]
            #[must_use]
            pub fn pretrained() -> Self {
                Self::of(#rt::train::Parameters::embedded(#program, #blob))
            }
        }
    });
    quote! {
        #[doc = " A net with seeded random weights: Glorot uniform kernels, biases 0, gamma 1."]
        #[must_use]
        pub fn init(seed: u64) -> Self {
            Self::with_init(#runtime::Init::GlorotUniform, seed)
        }

        #[doc = " A net with seeded random weights whose kernels are drawn in this way."]
        #[must_use]
        pub fn with_init(init: #runtime::Init, seed: u64) -> Self {
            Self::of(#rt::train::Parameters::init(#program, init, seed))
        }

        #[doc = " A net with the weights of a safetensors file, those of auxiliary heads among them; without"]
        #[doc = " these, `load_matching` takes it."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Every missing, surplus and misshapen tensor and every NaN or infinity, listed at once."]
        pub fn load(
            weights: impl #rt::Into<#runtime::Load>,
        ) -> #rt::Result<Self, #runtime::LoadError> {
            let weights = weights.into();
            let parameters = #rt::train::Parameters::load(#program, &weights)?;
            #rt::Ok(Self::of(parameters))
        }

        fn of(parameters: #rt::train::Parameters) -> Self {
            let net = #rt::Net::of(&TABLE, &parameters.tensors(&TABLE), ARENA + SCRATCH);
            Self(net.with_sets(SETS), parameters)
        }

        #pretrained
    }
}

/// What is left when training is over.
fn leaving(inference: &Ident, interface: &Interface<'_>) -> TokenStream {
    let rt = interface.rt();
    let doc = format!(
        " The net that predicts alone, [`{inference}`]: the packed weights, the threads and the \
         instruction set stay, the parameters that training moves are dropped."
    );
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn into_inference(self) -> #inference {
            #inference(self.0)
        }

        #[doc = " Bytes that training allocates for batches of so many samples: saved activations and"]
        #[doc = " gradients of all slots, and the weights as its kernels read them. Held while `fit` or"]
        #[doc = " `learn` runs. `fit` has beside it, of 4 bytes each: the gradient, the parameters of the last"]
        #[doc = " good epoch and the optimizer's moments, as many numbers as there are parameters each; a"]
        #[doc = " batch's samples for each worker and one more; and with `cache_frozen` what it keeps."]
        #[doc = " Layers that `freeze` froze count as if they were trained: where all batch norms are frozen so,"]
        #[doc = " less is allocated."]
        #[must_use]
        pub fn train_arena_bytes(batch: usize) -> u64 {
            <Self as #rt::train::Trains>::program().bytes(batch)
        }
    }
}

/// Parameters to and from files.
fn files(interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    quote! {
        #[doc = " Writes the parameters to a safetensors file, whole or not at all."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where the file cannot be written."]
        pub fn save(&self, path: impl #rt::AsRef<#rt::Path>) -> #rt::Result<(), #rt::train::SaveError> {
            self.1.save(<Self as #rt::train::Trains>::program(), path.as_ref())
        }

        #[doc = " Takes from a file what fits by name and shape, as the body of a pretrained network for a"]
        #[doc = " new head, and leaves all else as it is. What was left on both sides is in the result,"]
        #[doc = " which prints itself."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where the file cannot be read or is damaged, a tensor in it is NaN or infinite, or nothing"]
        #[doc = " fits. Nothing has changed then."]
        pub fn load_matching(
            &mut self,
            weights: impl #rt::Into<#runtime::Load>,
        ) -> #rt::Result<#runtime::Matching, #runtime::LoadError> {
            let program = <Self as #rt::train::Trains>::program();
            let matching = self.1.load_matching(program, &weights.into())?;
            self.0.pack(&TABLE, &self.1.tensors(&TABLE));
            #rt::Ok(matching)
        }
    }
}

/// Which layers stay as they are.
fn freezing(interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    quote! {
        #[doc = " Freezes layers from now on: `\"conv1\"`, or `\"conv1\"..=\"separable12\"` in the model's"]
        #[doc = " order. Training leaves their parameters as they are, and their batch norms take the"]
        #[doc = " running statistics, and leave those too."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where there are no such layers; names near them are listed. Nothing has changed then."]
        pub fn freeze(
            &mut self,
            layers: impl #rt::Into<#runtime::train::Layers>,
        ) -> #rt::Result<&mut Self, #runtime::train::FreezeError> {
            self.1.freeze(<Self as #rt::train::Trains>::program(), &layers.into(), true)?;
            #rt::Ok(self)
        }

        #[doc = " Lets frozen layers be trained again."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where there are no such layers, or one is `frozen` in the model's text, and so has no"]
        #[doc = " backward pass. Nothing has changed then."]
        pub fn unfreeze(
            &mut self,
            layers: impl #rt::Into<#runtime::train::Layers>,
        ) -> #rt::Result<&mut Self, #runtime::train::FreezeError> {
            self.1.freeze(<Self as #rt::train::Trains>::program(), &layers.into(), false)?;
            #rt::Ok(self)
        }

        #[doc = " The layers with parameters that are frozen now, by the model's text or by `freeze`."]
        #[must_use]
        pub fn frozen(&self) -> #rt::Vec<&'static str> {
            self.1.frozen(<Self as #rt::train::Trains>::program())
        }
    }
}

/// Training and evaluation.
fn fitting(interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let arrays = match interface.outputs[..] {
        [Shape::Image { h, w, c }] if h * w > 1 => {
            let [h, w, c] = [h, w, c].map(int);
            quote!(#runtime::data::Arrays::for_output(images, labels, [#h, #w, #c])?)
        }
        [..] => {
            let outputs = int(interface.outputs.iter().map(|shape| shape.len()).sum());
            quote!(#runtime::data::Arrays::new(images, labels, #outputs)?)
        }
    };
    quote! {
        #[doc = " Trains on images (N, H, W, C) and labels: classes, or a row of targets a sample; masks of"]
        #[doc = " these where the output has pixels."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where arrays or settings do not fit, a sample cannot be read, or the loss is not finite."]
        pub fn fit<'a>(
            &mut self,
            images: impl #rt::Into<#runtime::data::Images<'a>>,
            labels: impl #rt::Into<#runtime::data::Labels<'a>>,
            fit: #runtime::train::Fit<'_>,
        ) -> #rt::Result<#runtime::train::History, #runtime::train::FitError> {
            self.fit_dataset(&#arrays, fit)
        }

        #[doc = " Trains on a data set."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " As `fit`."]
        pub fn fit_dataset(
            &mut self,
            data: &dyn #runtime::data::Dataset,
            fit: #runtime::train::Fit<'_>,
        ) -> #rt::Result<#runtime::train::History, #runtime::train::FitError> {
            self.learn(|learner| fit.run(learner, data))
        }

        #[doc = " What the network is worth on images and labels: loss, top-1, top-5, confusion matrix."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where the arrays do not fit."]
        pub fn evaluate<'a>(
            &mut self,
            images: impl #rt::Into<#runtime::data::Images<'a>>,
            labels: impl #rt::Into<#runtime::data::Labels<'a>>,
        ) -> #rt::Result<#runtime::train::Evaluation, #runtime::train::FitError> {
            self.evaluate_dataset(&#arrays)
        }

        #[doc = " What the network is worth on a data set."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where a sample cannot be read or has other sizes."]
        pub fn evaluate_dataset(
            &mut self,
            data: &dyn #runtime::data::Dataset,
        ) -> #rt::Result<#runtime::train::Evaluation, #runtime::train::FitError> {
            self.learn(|learner| #runtime::train::Evaluate::default().run(learner, data))
        }

        #[doc = " Lends the network to a training loop; what it learns is predicted with from then on."]
        pub fn learn<R>(
            &mut self,
            train: impl #rt::FnOnce(&mut #runtime::train::Engine<'_>) -> R,
        ) -> R {
            let Self(net, parameters) = self;
            let result = net.learn::<Self, R>(parameters, train);
            net.pack(&TABLE, &parameters.tensors(&TABLE));
            result
        }
    }
}
