//! One wanted model: instances resolved, parameters bound, the body expanded, the network closed.

use std::collections::{HashMap, HashSet};

use crate::check::arguments::Value;
use crate::check::budget;
use crate::check::error::{Error, InputError, ItemError, ModelError, NameError, TensorError};
use crate::check::expand::Expander;
use crate::check::index::{Index, MAX_PARAMS, Made};
use crate::check::request::{Request, Stub};
use crate::check::scope::{Binding, Tensor};
use crate::check::trace::Step;
use crate::check::value;
use crate::ir::{Input, Network};
use crate::source::{Files, Span};
use crate::syntax::ast::{Expr, Ident, Model, Param, Text, Visibility};

/// A parameter's value as an instance or a request gives it.
#[derive(Debug, Clone, Copy)]
pub(super) struct GivenParameter<'a> {
    pub(super) name: &'a str,
    pub(super) at: Span,
    pub(super) value: &'a Expr,
    /// Which instance gave it; 0 for the request.
    pub(super) list: usize,
}

/// A model with what it is made with.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) model: &'a Model,
    /// The type's name.
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) visibility: Visibility,
    pub(super) docs: &'a [String],
    /// The strongest first: the request's, the instance's, those of the instances it is made from.
    pub(super) parameters: Vec<GivenParameter<'a>>,
    /// Whether it is an instance, for the notes of errors.
    pub(super) instance: bool,
    /// Where the model is named that this is made from: in the instance's text, else in a request.
    pub(super) made: Option<Span>,
    /// Where the door asks for training.
    pub(super) train: Option<Span>,
}

/// What a model's own statements say about it.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub(super) model: &'a Model,
    /// `None` for an input with an error.
    pub(super) inputs: Vec<Option<Input>>,
    pub(super) inputs_met: usize,
    pub(super) outputs: Vec<(&'a Ident, Tensor)>,
    pub(super) weights: Option<(&'a Text, &'a [(Text, Text)])>,
    pub(super) budgets: Vec<budget::Limit>,
    /// The word of `winograd off`.
    pub(super) winograd_off: Option<Span>,
    pub(super) train: Option<Span>,
    /// Parameters as they came out.
    pub(super) parameters: Vec<(String, String)>,
}

impl<'a> Declared<'a> {
    /// Nothing said yet.
    pub(super) fn new(model: &'a Model) -> Self {
        Self {
            model,
            inputs: Vec::new(),
            inputs_met: 0,
            outputs: Vec::new(),
            weights: None,
            budgets: Vec::new(),
            winograd_off: None,
            train: None,
            parameters: Vec::new(),
        }
    }
}

/// The most instances made of each other; a longer chain is taken for a circle.
const MAX_CHAIN: usize = 64;

/// Finds the model of a request, through instances of instances.
///
/// # Errors
/// Where there is no such model, or the instances go in a circle.
pub(super) fn resolve<'a>(index: &'a Index<'a>, request: &'a Request) -> Result<Wanted<'a>, Error> {
    let (first, mut at) = match &request.model {
        Some((name, span)) => (index.made(name), *span),
        None => (index.first(), index.root_span()),
    };
    let Some(first) = first else {
        return Err(match &request.model {
            Some((name, span)) => index.unknown_model(name, *span).into(),
            None => ModelError::NoModel { at }.into(),
        });
    };
    let mut parameters: Vec<GivenParameter<'a>> = Vec::new();
    for (name, at, value) in &request.parameters {
        parameters.push(GivenParameter { name, at: *at, value, list: 0 });
    }
    let (mut name, mut visibility, mut docs) = ("", Visibility::Default, &[] as &[String]);
    let mut met: Vec<&str> = Vec::new();
    let mut base: Option<Span> = None;
    let mut made = first;
    let model = loop {
        let (own_name, own_visibility, own_docs) = match made {
            Made::Model(model) => (&model.name, model.visibility, &model.docs),
            Made::Instance(instance) => (&instance.name, instance.visibility, &instance.docs),
        };
        if met.is_empty() {
            (name, visibility, docs, at) =
                (&own_name.name, own_visibility, own_docs, own_name.span);
        }
        met.push(&own_name.name);
        match made {
            Made::Model(model) => break model,
            Made::Instance(instance) => {
                let list = met.len();
                base.get_or_insert(instance.base.span);
                parameters.extend(instance.args.iter().map(|(name, value)| GivenParameter {
                    name: &name.name,
                    at: name.span,
                    value,
                    list,
                }));
                if met.len() > MAX_CHAIN || met.contains(&instance.base.name.as_str()) {
                    return Err(ModelError::InstanceCircle { name: instance.base.clone() }.into());
                }
                made = index
                    .made(&instance.base.name)
                    .ok_or_else(|| index.unknown_model(&instance.base.name, instance.base.span))?;
            }
        }
    };
    let instance = met.len() > 1;
    // A file's own models are asked for by their own names.
    let named = request.model.as_ref().map(|(_, span)| *span).filter(|span| *span != at);
    let (name, name_span) = match &request.rename {
        Some((name, span)) => (name.clone(), *span),
        None => (name.to_owned(), at),
    };
    Ok(Wanted {
        model,
        name,
        name_span,
        visibility,
        docs,
        parameters,
        instance,
        made: base.or(named),
        train: request.train,
    })
}

impl<'a> Expander<'a> {
    /// Expands a model and closes the network; a stub after any error. What it took is added to `work`.
    pub(super) fn model(
        mut self,
        wanted: &Wanted<'a>,
        files: &mut dyn Files,
        work: &mut usize,
    ) -> Result<Network, Stub> {
        self.bind_model_params(wanted);
        if wanted.instance {
            self.enter(Step::Instance(wanted.name.clone()));
        }
        self.run(&wanted.model.body);
        *work += self.work();
        if !self.exhausted {
            self.close();
        }
        let outputs = self.outputs();
        self.declared.train = self.declared.train.or(wanted.train);
        self.trainable(outputs.as_deref().unwrap_or_default());
        self.network.number_tensors();
        let embedded = self.embed(files);
        self.failed |= embedded.is_err();
        let inputs: Option<Vec<Input>> = self.declared.inputs.iter().cloned().collect();
        let inputs = inputs.filter(|inputs| !inputs.is_empty());
        match (self.failed, inputs, outputs, embedded) {
            (false, Some(inputs), Some(outputs), Ok(embedded)) => Ok(Network {
                name: wanted.name.clone(),
                name_span: wanted.name_span,
                visibility: wanted.visibility,
                docs: wanted.docs.to_vec(),
                parameters: self.declared.parameters,
                inputs,
                outputs,
                values: self.network.values,
                layers: self.network.layers,
                weights: self.network.weights,
                aux: self.network.aux,
                embedded,
                budgets: budget::for_plan(&self.declared.budgets),
                train: self.declared.train.is_some(),
                winograd: self.declared.winograd_off.is_none(),
            }),
            (_, inputs, outputs, _) => {
                let shape = |value| self.network.shape(value);
                Err(Stub {
                    inputs: inputs.map(|inputs| {
                        inputs.iter().map(|i| (shape(i.value), i.preprocess.bytes)).collect()
                    }),
                    outputs: outputs.map(|o| o.iter().map(|o| shape(o.value)).collect()),
                    embedded: self.declared.weights.is_some(),
                    train: self.declared.train.is_some(),
                    ..stub(wanted)
                })
            }
        }
    }

    /// What can only be said when every statement has run.
    fn close(&mut self) {
        let (name, at) = (self.declared.model.name.name.clone(), self.declared.model.name.span);
        if self.declared.inputs_met == 0 && !self.frame().started {
            self.no_input();
        } else if !self.failed && self.network.layers.is_empty() {
            self.error(ModelError::NoLayers { name, at });
        } else if !self.failed && self.declared.outputs.is_empty() {
            // `last` moves only to a layer's result; an input is left where every layer is a side.
            let last = self.frame().last;
            if self.declared.inputs.iter().flatten().any(|input| Some(input.value) == last) {
                self.error(InputError::OutputIsInput { name: "last".to_owned(), at });
            }
        }
        if self.network.mult_adds() > u128::from(u64::MAX / 2) {
            let at = self.declared.model.name.span;
            self.error(TensorError::TooLarge { at, text: "the number of mult-adds".to_owned() });
        }
        if !self.failed {
            self.check_budgets();
        }
    }

    /// Binds the model's parameters: the request's value, else the instance's, else the default.
    fn bind_model_params(&mut self, wanted: &Wanted<'a>) {
        let params: HashSet<&str> =
            wanted.model.params.iter().map(|p| p.name.name.as_str()).collect();
        let mut first: HashMap<(usize, &str), Span> = HashMap::new();
        for given in &wanted.parameters {
            if !params.contains(given.name) {
                let params = wanted.model.params.iter().map(|p| p.name.name.clone()).collect();
                self.error(NameError::UnknownParameter {
                    model: wanted.model.name.name.clone(),
                    name: given.name.to_owned(),
                    at: given.at,
                    params,
                });
            }
            if let Some(&first) = first.get(&(given.list, given.name)) {
                let (layer, name) = (wanted.name.clone(), given.name.to_owned());
                self.error(ItemError::GivenTwice { layer, name, at: given.at, first });
            } else {
                first.insert((given.list, given.name), given.at);
            }
        }
        let mut bound = Vec::new();
        for param in wanted.model.params.iter().take(MAX_PARAMS) {
            bound.push(self.model_param(wanted, param));
        }
        for (param, binding) in wanted.model.params.iter().zip(bound) {
            self.bind_params(std::slice::from_ref(param), vec![binding]);
            let entry = self.frame().find(&param.name.name).map(|entry| &entry.binding);
            if let Some(Binding::Value(Some(value))) = entry {
                let shown = value::show(value);
                self.declared.parameters.push((param.name.name.clone(), shown));
            }
        }
    }

    /// The value that is given to a parameter; it sees no other name.
    fn model_param(&mut self, wanted: &Wanted<'a>, param: &'a Param) -> Option<Binding> {
        if param.tensor {
            self.error(ModelError::TensorParameter { name: param.name.clone() });
            return Some(Binding::Tensor(None));
        }
        let given = wanted.parameters.iter().find(|given| given.name == param.name.name);
        if let Some(given) = given {
            return Some(Binding::Value(self.eval(given.value)));
        }
        if param.default.is_none() {
            let model = wanted.name.clone();
            let (name, made) = (param.name.clone(), wanted.made);
            self.error(ModelError::MissingParameter { model, name, made });
            return Some(Binding::Value(None::<Value>));
        }
        None
    }
}

/// What is known of a model without looking into it.
pub(super) fn stub(wanted: &Wanted<'_>) -> Stub {
    Stub {
        name: wanted.name.clone(),
        name_span: wanted.name_span,
        visibility: wanted.visibility,
        docs: wanted.docs.to_vec(),
        inputs: None,
        outputs: None,
        embedded: false,
        train: true,
    }
}
