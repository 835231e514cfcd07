//! The function of a step: its regions of the arena and weights, and the call of its kernel: whole,
//! shared out among threads, or a row at a time.

use crate::emit::inputs::{InPlace, input_name};
use crate::emit::print::int;
use crate::emit::run::{Run, suffixed};
use crate::emit::training::touched;
use crate::emit::{docs, layers};
use crate::ir::gradient::Gradient;
use crate::plan::layers::View;
use crate::plan::layers::gradient::SAMPLES;
use crate::plan::{Buffer, BufferId, Isa, Ring, Sharing, Stage, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::ops::Range;

/// A buffer of a step: its range of the arena, and its ring where it is in one.
struct Region {
    buffer: BufferId,
    range: Range<usize>,
    ring: Option<Ring>,
}

/// The buffers that a step touches, each once, and the arena's ranges that hold them. Buffers that
/// are read, and lie among each other's rows, are in one.
struct Regions {
    buffers: Vec<Region>,
    bound: Vec<Range<usize>>,
}

impl Regions {
    fn new(buffers: Vec<Region>) -> Self {
        let mut bound: Vec<Range<usize>> = Vec::new();
        for Region { range, .. } in &buffers {
            let mut all = range.clone();
            let apart = |other: &Range<usize>| other.end <= range.start || range.end <= other.start;
            let place = bound.iter().position(|other| !apart(other)).unwrap_or(bound.len());
            bound.retain(|other| {
                if !apart(other) {
                    all = all.start.min(other.start)..all.end.max(other.end);
                }
                apart(other)
            });
            bound.insert(place, all);
        }
        Self { buffers, bound }
    }

    fn region(&self, buffer: BufferId) -> Option<&Region> {
        self.buffers.iter().find(|region| region.buffer == buffer)
    }

    fn ring(&self, buffer: BufferId) -> Option<TokenStream> {
        self.region(buffer)?.ring.as_ref().map(mask)
    }

    /// What holds a buffer, and where in it the buffer lies.
    fn place(&self, buffer: BufferId) -> (Ident, Range<usize>, bool) {
        let range = self.region(buffer).map_or(0..0, |region| region.range.clone());
        let holds = |of: &Range<usize>| of.start <= range.start && range.end <= of.end;
        let index = self.bound.iter().position(holds).unwrap_or(0);
        let all = self.bound.get(index).map_or(0..0, Range::clone);
        let inside = range.start - all.start..range.end - all.start;
        (format_ident!("region{index}"), inside, range == all)
    }

    /// A buffer that is written, which nothing else of the step is among.
    fn name(&self, buffer: BufferId) -> Ident {
        self.place(buffer).0
    }

    /// A buffer of the arena that is read.
    fn read(&self, buffer: BufferId) -> TokenStream {
        let (name, Range { start, end }, whole) = self.place(buffer);
        if whole {
            return quote!(#name);
        }
        let (start, end) = (int(start), int(end));
        quote!(&#name[#start..#end])
    }

    /// Binds them all; those from `standing` on lie in what the samples of a batch take in turn.
    fn bind(&self, standing: usize, rt: &TokenStream) -> TokenStream {
        let bind = |memory: TokenStream, held: Range<usize>| {
            let within = |range: &Range<usize>| held.contains(&range.start);
            let bound = self.bound.iter().enumerate().filter(|(_, range)| within(range));
            let (names, ranges): (Vec<_>, Vec<_>) = bound
                .map(|(index, Range { start, end })| {
                    let (start, end) = (int(start - held.start), int(end - held.start));
                    (format_ident!("region{index}"), quote!(#start..#end))
                })
                .unzip();
            let bind = quote! { let [#(#names),*] = #rt::disjoint(#memory, [#(#ranges),*]); };
            (!names.is_empty()).then_some(bind)
        };
        let arena = bind(quote!(arena), 0..standing);
        let passing = bind(quote!(passing), standing..usize::MAX);
        quote! { #arena #passing }
    }
}

impl Run<'_> {
    /// The function of a step.
    pub(super) fn step(&self, step: &Step, name: &Ident, isa: Isa) -> TokenStream {
        let rt = self.rt;
        let docs = docs::step(self.plan, &self.figures, step);
        let features = layers::features(isa);
        let (regions, standing, arena) =
            if self.plan.gradient(step).is_some_and(Gradient::is_over_samples) {
                let (regions, len) = self.rows_of_samples(step);
                let arena = int(len);
                (regions, len, quote!(#arena))
            } else {
                (self.regions(step, |_| None), self.plan.standing, quote!(ARENA))
            };
        let bind = regions.bind(standing, rt);
        let call = match self.plan.kernels[step.kernel.0].sharing() {
            Sharing::Whole => self.whole(step, &regions, isa),
            sharing @ (Sharing::Alone | Sharing::Rows | Sharing::Spans) => {
                self.shared(step, &regions, sharing, isa)
            }
        };
        let of_training =
            self.training.then(|| quote!(, passing: &mut [f32; PASSING], gradients: &mut [f32]));
        let inputs = self.in_place(&[step]).parameters;
        quote! {
            #docs
            #features
            fn #name(
                team: &mut #rt::Team<'_>,
                weights: &[f32; WEIGHTS],
                arena: &mut [f32; #arena]
                #of_training
                #inputs
            ) {
                #bind
                #call
            }
        }
    }

    /// The leading layers: functions that compute rows of each up to a given one, and the text that
    /// runs them, or the layers one after the other where several threads share their rows.
    pub(super) fn front(
        &self,
        names: &[Ident],
        calls: &[TokenStream],
        isa: Isa,
    ) -> (TokenStream, TokenStream) {
        let Some(last) = self.plan.front.last() else {
            return (TokenStream::new(), TokenStream::new());
        };
        let name = |index: usize| suffixed(&format_ident!("rows_of_{}", names[index]), isa);
        let stages = (0..self.plan.front.len()).map(|index| {
            let before = index.checked_sub(1).map(name);
            self.stage(index, &name(index), before.as_ref(), isa)
        });
        let count = int(self.plan.front.len());
        let written = self.plan.buffers[self.plan.steps[last.step].writes[0].0];
        let rows = int(written.shape.hwc()[0]);
        let whole = name(self.plan.front.len() - 1);
        let inputs = self.inputs_of_front().arguments;
        let text = quote! {
            if team.threads() == 1 {
                #whole(weights, arena, &mut [0; #count], #rows #inputs);
            } else {
                #(#calls)*
            }
        };
        (quote! { #(#stages)* }, text)
    }

    /// What the first layer of the front reads where the user has it: all its functions hand it on.
    fn inputs_of_front(&self) -> InPlace {
        let first: Vec<_> =
            self.plan.front.first().map(|stage| &self.plan.steps[stage.step]).into_iter().collect();
        self.in_place(&first)
    }

    /// The function that computes rows of a layer of the front.
    fn stage(&self, index: usize, name: &Ident, before: Option<&Ident>, isa: Isa) -> TokenStream {
        let rt = self.rt;
        let Stage { step, reach, ring } = &self.plan.front[index];
        let step = &self.plan.steps[*step];
        let kernel = self.kernel_name(step.kernel.0, isa);
        let features = layers::features(isa);
        let read_ring = index.checked_sub(1).and_then(|before| self.plan.front[before].ring);
        let regions = self
            .regions(step, |buffer| if step.writes.contains(&buffer) { *ring } else { read_ring });
        let bind = regions.bind(self.plan.standing, rt);
        let arguments = self.operands(step, &regions).chain(self.weights(step));
        let to = step.writes[0];
        let Buffer { shape, layout, stride, .. } = self.plan.buffers[to.0];
        let ([unit, units], row) = (layout.units(shape), int(stride));
        let (unit, units) = (int(unit), int(units));
        let mask = ring.map_or(quote!(usize::MAX), |ring| mask(&ring));
        let region = regions.name(to);
        let InPlace { parameters, arguments: inputs } = self.inputs_of_front();
        let needs = before.map(|before| {
            let height = int(self.plan.buffers[step.reads[0].0].shape.hwc()[0]);
            let (stride, rows) = (int(reach.stride), int(reach.rows));
            let upto = match reach.before {
                0 => quote!(p * #stride + #rows),
                before => {
                    let before = int(before);
                    quote!((p * #stride + #rows).saturating_sub(#before))
                }
            };
            quote! { #before(weights, arena, done, (#upto).min(#height) #inputs); }
        });
        let call = self.timed(step, quote! { #kernel(#(#arguments,)* &mut y); });
        let (index, count) = (int(index), int(self.plan.front.len()));
        let doc = format!(
            " Rows of {} up to `end`, each when those that it needs of the layer before are there.",
            self.names(step)
        );
        quote! {
            #[doc = #doc]
            #features
            #[inline(never)]
            fn #name(
                weights: &[f32; WEIGHTS],
                arena: &mut [f32; ARENA],
                done: &mut [usize; #count],
                end: usize
                #parameters
            ) {
                while done[#index] < end {
                    let p = done[#index];
                    #needs
                    #bind
                    let mut y = #rt::Part::ring(#region, p..p + 1, #row, #mask, #unit, #units);
                    #call
                    done[#index] = p + 1;
                }
            }
        }
    }

    /// The layers of a step.
    fn names(&self, step: &Step) -> String {
        let names = step.layers.iter().map(|id| &*self.plan.network.layers[id.0].name);
        names.collect::<Vec<_>>().join(", ")
    }

    fn regions(&self, step: &Step, ring: impl Fn(BufferId) -> Option<Ring>) -> Regions {
        let mut regions: Vec<Region> = Vec::new();
        for &buffer in step.reads.iter().chain(&step.writes) {
            let Buffer { offset, len, user, .. } = self.plan.buffers[buffer.0];
            if user.is_some() || regions.iter().any(|region| region.buffer == buffer) {
                continue;
            }
            let ring = ring(buffer);
            let (offset, len) = ring.map_or((offset, len), |ring| (ring.offset, ring.len));
            regions.push(Region { buffer, range: offset..offset + len, ring });
        }
        Regions::new(regions)
    }

    /// The operands and then the results of several samples, one behind the other; and how many
    /// numbers they are.
    fn rows_of_samples(&self, step: &Step) -> (Regions, usize) {
        let mut end = 0;
        let region = |buffer: BufferId| {
            let first = end;
            end += SAMPLES * self.plan.buffers[buffer.0].len;
            Region { buffer, range: first..end, ring: None }
        };
        let regions = touched(step).concat().into_iter().map(region).collect();
        (Regions::new(regions), end)
    }

    fn weights(&self, step: &Step) -> impl Iterator<Item = TokenStream> {
        let rt = self.rt;
        step.weights.iter().map(move |pack| {
            let pack = &self.plan.weights.packs[pack.0];
            let (from, to) = (int(pack.offset), int(pack.offset + pack.len));
            quote!(#rt::fixed(&weights[#from..#to]))
        })
    }

    /// A buffer that is read, of the arena or the user's.
    fn read_from(&self, buffer: BufferId, regions: &Regions) -> TokenStream {
        let user = self.plan.buffers[buffer.0].user.map(input_name);
        user.map_or_else(|| regions.read(buffer), |input| quote!(#input))
    }

    /// The operands as rows.
    fn operands(&self, step: &Step, regions: &Regions) -> impl Iterator<Item = TokenStream> {
        let rt = self.rt;
        // A kernel may see another shape than its operand was made with.
        let (views, _) = self.plan.kernels[step.kernel.0].views();
        step.reads.iter().zip(views).map(move |(&buffer, View { shape, layout })| {
            let Buffer { stride, within, .. } = self.plan.buffers[buffer.0];
            let row = if within.is_some() { stride } else { layout.row(shape) };
            let (values, row) = (self.read_from(buffer, regions), int(row));
            match regions.ring(buffer) {
                Some(mask) => quote!(#rt::Rows::ring(#values, #row, #mask)),
                None => quote!(#rt::Rows::new(#values, #row)),
            }
        })
    }

    /// The gradients that a step adds to, bound, and as arguments.
    fn gradients(&self, step: &Step) -> (TokenStream, Vec<TokenStream>) {
        let rt = self.rt;
        if step.gradients.is_empty() {
            return (TokenStream::new(), Vec::new());
        }
        let names: Vec<_> =
            (0..step.gradients.len()).map(|index| format_ident!("gradient{index}")).collect();
        let ranges = step.gradients.iter().map(|pack| {
            let pack = &self.plan.gradients.0[pack.0];
            let (from, to) = (int(pack.offset), int(pack.offset + pack.len));
            quote!(#from..#to)
        });
        let bind = quote! { let [#(#names),*] = #rt::disjoint(gradients, [#(#ranges),*]); };
        (bind, names.iter().map(|name| quote!(#rt::fixed_mut(#name))).collect())
    }

    /// A kernel that takes arrays.
    fn whole(&self, step: &Step, regions: &Regions, isa: Isa) -> TokenStream {
        let (rt, kernel) = (self.rt, self.kernel_name(step.kernel.0, isa));
        let reads = step.reads.iter().map(|&buffer| {
            let region = self.read_from(buffer, regions);
            quote!(#rt::fixed(#region))
        });
        let writes = step.writes.iter().map(|&buffer| {
            let region = regions.name(buffer);
            quote!(#rt::fixed_mut(#region))
        });
        let (bind, added) = self.gradients(step);
        let arguments = reads.chain(self.weights(step)).chain(writes).chain(added);
        quote! { #bind #kernel(#(#arguments),*); }
    }

    /// A kernel that takes rows and writes a part.
    fn shared(&self, step: &Step, regions: &Regions, sharing: Sharing, isa: Isa) -> TokenStream {
        let kernel = self.kernel_name(step.kernel.0, isa);
        let arguments: Vec<_> = self.operands(step, regions).chain(self.weights(step)).collect();
        let names: Vec<_> =
            (0..arguments.len()).map(|index| format_ident!("argument{index}")).collect();
        let Buffer { shape, layout, stride, .. } = self.plan.buffers[step.writes[0].0];
        let ([rows, _, _], [unit, units]) = (shape.hwc(), layout.units(shape));
        let (rows, row) = (int(rows), int(stride));
        let (unit, units, to) = (int(unit), int(units), regions.name(step.writes[0]));
        let what = &self.plan.kernels[step.kernel.0];
        let align = int(layers::align(what, sharing, isa));
        let (method, align) = match sharing {
            Sharing::Rows => (quote!(rows), quote!(#align,)),
            Sharing::Spans => (quote!(spans), quote!(#align,)),
            Sharing::Whole | Sharing::Alone => (quote!(alone), TokenStream::new()),
        };
        let (scratch, passed) = if what.scratch() > 0 {
            (quote!(scratch), quote!(, scratch))
        } else {
            (quote!(_), quote!())
        };
        quote! {
            #(let #names = #arguments;)*
            team.#method(#to, #rows, #row, [#unit, #units], #align &|mut y, #scratch| {
                #kernel(#(#names,)* &mut y #passed)
            });
        }
    }
}

/// What a row's number is cut off by to find its place in a ring.
fn mask(ring: &Ring) -> TokenStream {
    let mask = int(ring.rows - 1);
    quote!(#mask)
}
