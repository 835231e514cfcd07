//! Reading: tensors by name -> checked against the model -> canonical `f32`. Everything that does
//! not fit is collected first; values are made only of a file that fits in all.

use std::collections::{HashMap, HashSet};

use half::{bf16, f16};
use safetensors::tensor::Dtype;

use crate::content::Content;
use crate::error::{
    LoadError, Mismatch, Misshapen, Missing, NotFinite, Proposal, Repeated, Surplus, WrongDtype,
};
use crate::header::Entry;
use crate::load::Load;
use crate::matching::Matching;
use crate::proposal;
use crate::rename::{Rename, dotted, natural_order};
use crate::stored::{Stored, spellings};
use crate::table::Tensor;

/// The tensors of a model that a file has, in the model's order and in canonical layout; `None` for
/// those that were left.
pub type Taken = Vec<Option<Vec<f32>>>;

/// Reads every tensor of a model, in the order of `tensors`, each in its canonical layout.
///
/// `ignored` are tensors that the file may have and that are not looked at: those of auxiliary heads.
///
/// # Errors
///
/// When the file cannot be read, is damaged, or does not fit: then everything that does not fit is
/// listed in one error.
pub fn read(
    load: &Load,
    tensors: &[Tensor],
    ignored: &[Tensor],
) -> Result<Vec<Vec<f32>>, LoadError> {
    let (values, mismatch) = compare(load, tensors, ignored)?;
    if mismatch.is_empty() {
        return Ok(values.into_iter().flatten().collect());
    }
    Err(LoadError::Mismatch(Box::new(mismatch)))
}

/// Reads the tensors of a model that the file has by name and shape, each in its canonical layout,
/// and `None` for the others; and says what was left on both sides.
///
/// `ignored` are tensors that the file may have and that are not looked at: those of auxiliary heads.
/// No more of the file is read than what is taken.
///
/// # Errors
///
/// When the file cannot be read or is damaged, when a tensor that would be taken has numbers of
/// another type, NaN or infinities, or stands there twice; and when there is nothing to take.
pub fn read_matching(
    load: &Load,
    tensors: &[Tensor],
    ignored: &[Tensor],
) -> Result<(Taken, Matching), LoadError> {
    let (values, mismatch) = compare(load, tensors, ignored)?;
    if values.iter().all(Option::is_none) {
        return Err(LoadError::Mismatch(Box::new(mismatch)));
    }
    let damage = Mismatch {
        file: mismatch.file.clone(),
        wanted: mismatch.wanted,
        wrong_dtype: mismatch.wrong_dtype.clone(),
        not_finite: mismatch.not_finite.clone(),
        repeated: mismatch.repeated.clone(),
        ..Mismatch::default()
    };
    if !damage.is_empty() {
        return Err(LoadError::Mismatch(Box::new(damage)));
    }
    let taken = tensors.iter().zip(&values).filter(|(_, values)| values.is_some());
    let name = |tensor| dotted_name(tensor, &spellings(tensor, load.flatten)[0]);
    let taken = taken.map(|(tensor, _)| name(tensor)).collect();
    Ok((values, Matching::new(taken, mismatch)))
}

/// Every tensor of the model that the file has as the model needs it, and all the differences.
fn compare(
    load: &Load,
    tensors: &[Tensor],
    ignored: &[Tensor],
) -> Result<(Taken, Mismatch), LoadError> {
    let renames = load.renames.iter().map(|(from, to)| Rename::parse(from, to));
    let renames = renames.collect::<Result<Vec<_>, _>>()?;
    let (mut content, mut entries) = Content::open(&load.source)?;
    entries.sort_by(|a, b| natural_order(&a.name, &b.name));
    let model = Model::new(load, tensors, ignored);
    let file = content.name.clone();
    let mut mismatch = Mismatch { file, wanted: tensors.len(), ..Mismatch::default() };
    let found = model.assign(&entries, &renames, &mut mismatch);
    let values = model.check(&found, &mut content, &mut mismatch)?;
    if !mismatch.is_empty() {
        mismatch.proposals = propose_renames(load, tensors, &entries, &renames, &found, &mismatch);
    }
    Ok((values, mismatch))
}

/// Renames that would bring what is missing and what is surplus together.
fn propose_renames(
    load: &Load,
    tensors: &[Tensor],
    entries: &[Entry],
    renames: &[Rename],
    found: &[Vec<Found<'_>>],
    mismatch: &Mismatch,
) -> Vec<Proposal> {
    let missing = tensors.iter().zip(found).filter(|(_, found)| found.is_empty());
    let missing: Vec<&Tensor> = missing.map(|(tensor, _)| tensor).collect();
    let surplus: HashSet<&str> = mismatch.surplus.iter().map(|x| &*x.name).collect();
    let fitting = entries.iter().filter(|entry| !surplus.contains(&*entry.name));
    let fitting: Vec<String> = fitting.map(|entry| dotted(&entry.name)).collect();
    proposal::propose(&missing, &mismatch.surplus, &fitting, renames, load.flatten)
}

/// A tensor of the file that the model has.
struct Found<'a> {
    entry: &'a Entry,
    /// Index into [`Model::spellings`]' inner list.
    spelling: usize,
}

/// What is looked for.
struct Model<'a> {
    tensors: &'a [Tensor],
    spellings: Vec<Vec<Stored>>,
    /// From each name, with dots, to the tensor and its spelling.
    names: HashMap<String, (usize, usize)>,
    ignored: HashSet<String>,
}

impl<'a> Model<'a> {
    fn new(load: &Load, tensors: &'a [Tensor], ignored: &[Tensor]) -> Self {
        let of = |tensor| spellings(tensor, load.flatten);
        let full = |tensor: &Tensor, spelling: &Stored| dotted_name(tensor, spelling);
        let spellings: Vec<_> = tensors.iter().map(of).collect();
        let mut names = HashMap::new();
        for (index, tensor) in tensors.iter().enumerate() {
            for (which, spelling) in spellings[index].iter().enumerate() {
                names.insert(full(tensor, spelling), (index, which));
            }
        }
        let ignored = ignored
            .iter()
            .flat_map(|tensor| of(tensor).into_iter().map(move |spelling| full(tensor, &spelling)));
        Self { tensors, spellings, names, ignored: ignored.collect() }
    }

    /// Finds for each tensor of the file what it is to the model; notes surplus and repeated ones
    /// and renames without use.
    fn assign<'v>(
        &self,
        entries: &'v [Entry],
        renames: &[Rename],
        mismatch: &mut Mismatch,
    ) -> Vec<Vec<Found<'v>>> {
        let mut found: Vec<Vec<Found<'v>>> = self.tensors.iter().map(|_| Vec::new()).collect();
        let mut used = vec![false; renames.len()];
        for entry in entries {
            let plain = dotted(&entry.name);
            let renamed = Rename::apply_best(renames, &plain).map(|(which, renamed)| {
                used[which] = true;
                renamed
            });
            let wanted = renamed.as_ref().unwrap_or(&plain);
            if let Some(&(index, spelling)) = self.names.get(wanted) {
                found[index].push(Found { entry, spelling });
            } else if !self.ignored.contains(wanted) && !is_batch_counter(wanted) {
                let (name, dims) = (entry.name.clone(), entry.shape.clone());
                mismatch.surplus.push(Surplus { name, renamed, dims });
            }
        }
        let unused = renames.iter().zip(used).filter(|(_, used)| !used);
        mismatch.unused_renames = unused.map(|(rename, _)| rename.written()).collect();
        found
    }

    /// Checks each tensor's presence, shape, type and numbers; gives the canonical values of those
    /// of which nothing was noted.
    fn check(
        &self,
        found: &[Vec<Found<'_>>],
        content: &mut Content<'_>,
        mismatch: &mut Mismatch,
    ) -> Result<Taken, LoadError> {
        let mut values = Vec::with_capacity(found.len());
        for ((tensor, spellings), found) in self.tensors.iter().zip(&self.spellings).zip(found) {
            values.push(match &found[..] {
                [] => {
                    mismatch.missing.push(missing(tensor, spellings));
                    None
                }
                [one] => {
                    let spelling = &spellings[one.spelling];
                    check_one(tensor, spelling, one.entry, content, mismatch)?
                }
                several => {
                    let names = several.iter().map(|found| found.entry.name.clone()).collect();
                    let tensor = dotted_name(tensor, &spellings[0]);
                    mismatch.repeated.push(Repeated { tensor, names });
                    None
                }
            });
        }
        Ok(values)
    }
}

/// `NAME.suffix` with dots only.
fn dotted_name(tensor: &Tensor, spelling: &Stored) -> String {
    format!("{}.{}", dotted(&tensor.layer), spelling.suffix)
}

/// PyTorch's batch norm counts its batches; nothing at inference.
fn is_batch_counter(name: &str) -> bool {
    name.ends_with(".num_batches_tracked")
}

fn missing(tensor: &Tensor, spellings: &[Stored]) -> Missing {
    let names = spellings.iter().map(|spelling| dotted_name(tensor, spelling)).collect();
    let dims = spellings.iter().map(|spelling| spelling.shapes[0].clone()).collect();
    Missing { names, dims }
}

/// One tensor's shape, type and numbers. Bytes are read only of a tensor that fits, so that no file
/// makes us read more than the model has.
fn check_one(
    tensor: &Tensor,
    spelling: &Stored,
    found: &Entry,
    content: &mut Content<'_>,
    mismatch: &mut Mismatch,
) -> Result<Option<Vec<f32>>, LoadError> {
    let (name, shape) = (found.name.clone(), found.shape.clone());
    let shape_fits = spelling.shapes.contains(&shape);
    if !shape_fits {
        let (tensor, expected) = (dotted_name(tensor, spelling), spelling.shapes.clone());
        let (name, found) = (name.clone(), shape.clone());
        mismatch.misshapen.push(Misshapen { name, tensor, found, expected });
    }
    let Some(floats) = reader(found.dtype) else {
        mismatch.wrong_dtype.push(WrongDtype { name, found: found.dtype.to_string() });
        return Ok(None);
    };
    if !shape_fits {
        return Ok(None);
    }
    let values = floats(&content.bytes(found)?);
    let Some(first) = values.iter().position(|x| !x.is_finite()) else {
        return Ok(Some(spelling.load(values)));
    };
    let count = values.iter().filter(|x| !x.is_finite()).count();
    let (first, value) = (index_of(first, &shape), values[first]);
    mismatch.not_finite.push(NotFinite { name, count, first, value });
    Ok(None)
}

/// The index of an element by its position.
fn index_of(mut position: usize, dims: &[usize]) -> Vec<usize> {
    let mut index = vec![0; dims.len()];
    for (i, &size) in index.iter_mut().zip(dims).rev() {
        *i = position % size;
        position /= size;
    }
    index
}

/// From the bytes of a tensor to its elements.
type Reader = fn(&[u8]) -> Vec<f32>;

/// How the elements of a type become `f32`, if it is one that is read.
fn reader(dtype: Dtype) -> Option<Reader> {
    fn words<const N: usize>(bytes: &[u8], float: fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks().0.iter().map(|&word| float(word)).collect()
    }
    match dtype {
        Dtype::F32 => Some(|bytes| words(bytes, f32::from_le_bytes)),
        Dtype::F16 => Some(|bytes| words(bytes, |x| f16::from_le_bytes(x).to_f32())),
        Dtype::BF16 => Some(|bytes| words(bytes, |x| bf16::from_le_bytes(x).to_f32())),
        _ => None,
    }
}
