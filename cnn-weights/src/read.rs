//! Reading: bytes or given tensors -> tensors by name -> checked against the model -> canonical `f32`. Everything
//! that does not fit is collected first; values are made only of a file that fits in all.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};

use crate::error::{
    LoadError, Mismatch, Misshapen, Missing, NotFinite, Proposal, Repeated, Surplus, WrongDtype,
};
use crate::load::{Given, Load, Source};
use crate::proposal;
use crate::rename::{Rename, dotted, natural_order};
use crate::stored::{Stored, spellings};
use crate::table::Tensor;

/// Larger headers than this are refused: 100,000 tensors need about 10 MB.
const MAX_HEADER_BYTES: u64 = 16 << 20;

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
    let renames = load.renames.iter().map(|(from, to)| Rename::parse(from, to));
    let renames = renames.collect::<Result<Vec<_>, _>>()?;
    let model = Model::new(load, tensors, ignored);
    match &load.source {
        Source::File(path) => {
            let (file, bytes) = (format!("`{}`", path.display()), read_file(path)?);
            let views = file_views(&file, &bytes)?;
            model.fit(load, file, views, &renames)
        }
        Source::Bytes(bytes) => {
            let file = "the weight file".to_owned();
            let views = file_views(&file, bytes)?;
            model.fit(load, file, views, &renames)
        }
        Source::Tensors(given) => {
            let bytes: Vec<Vec<u8>> = given.iter().map(Given::bytes).collect();
            let views = given.iter().zip(&bytes).map(|(given, bytes)| given.view(bytes));
            let views = views.collect::<Result<_, _>>()?;
            model.fit(load, "the list of tensors".to_owned(), views, &renames)
        }
    }
}

/// The tensors of a safetensors file.
fn file_views<'a>(file: &str, bytes: &'a [u8]) -> Result<Vec<(String, TensorView<'a>)>, LoadError> {
    check_header_length(file, bytes, bytes.len() as u64)?;
    let content = SafeTensors::deserialize(bytes);
    Ok(content.map_err(|error| damaged(file, bytes.len(), &error))?.tensors())
}

impl Given {
    /// The values as a safetensors file holds them.
    fn bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    /// `bytes` are those of the values.
    fn view<'a>(&self, bytes: &'a [u8]) -> Result<(String, TensorView<'a>), LoadError> {
        let Self { name, dims, values } = self;
        let error = || LoadError::ValueCount {
            name: name.clone(),
            dims: dims.clone(),
            values: values.len(),
        };
        // safetensors multiplies the sizes without a look at overflow.
        let len = dims.iter().try_fold(1usize, |len, &size| len.checked_mul(size));
        if len != Some(values.len()) {
            return Err(error());
        }
        let view = TensorView::new(Dtype::F32, dims.clone(), bytes).map_err(|_| error())?;
        Ok((name.clone(), view))
    }
}

/// Renames that would bring what is missing and what is surplus together.
fn propose_renames(
    load: &Load,
    tensors: &[Tensor],
    views: &[(String, TensorView<'_>)],
    renames: &[Rename],
    found: &[Vec<Found<'_>>],
    mismatch: &Mismatch,
) -> Vec<Proposal> {
    let missing = tensors.iter().zip(found).filter(|(_, found)| found.is_empty());
    let missing: Vec<&Tensor> = missing.map(|(tensor, _)| tensor).collect();
    let surplus: HashSet<&str> = mismatch.surplus.iter().map(|x| &*x.name).collect();
    let fitting = views.iter().filter(|(name, _)| !surplus.contains(&**name));
    let fitting: Vec<String> = fitting.map(|(name, _)| dotted(name)).collect();
    proposal::propose(&missing, &mismatch.surplus, &fitting, renames, load.flatten)
}

/// A tensor of the file that the model has.
struct Found<'a> {
    name: &'a str,
    view: &'a TensorView<'a>,
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

    /// The canonical values of these tensors, if they fit in all.
    fn fit(
        &self,
        load: &Load,
        file: String,
        mut views: Vec<(String, TensorView<'_>)>,
        renames: &[Rename],
    ) -> Result<Vec<Vec<f32>>, LoadError> {
        views.sort_by(|(a, _), (b, _)| natural_order(a, b));
        let mut mismatch = Mismatch { file, wanted: self.tensors.len(), ..Mismatch::default() };
        let found = self.assign(&views, renames, &mut mismatch);
        let values = self.check(&found, &mut mismatch);
        if mismatch.is_empty() {
            return Ok(values);
        }
        mismatch.proposals =
            propose_renames(load, self.tensors, &views, renames, &found, &mismatch);
        Err(LoadError::Mismatch(Box::new(mismatch)))
    }

    /// Finds for each tensor of the file what it is to the model; notes surplus and repeated ones
    /// and renames without use.
    fn assign<'v>(
        &self,
        views: &'v [(String, TensorView<'v>)],
        renames: &[Rename],
        mismatch: &mut Mismatch,
    ) -> Vec<Vec<Found<'v>>> {
        let mut found: Vec<Vec<Found<'v>>> = self.tensors.iter().map(|_| Vec::new()).collect();
        let mut used = vec![false; renames.len()];
        for (name, view) in views {
            let plain = dotted(name);
            let renamed = Rename::apply_best(renames, &plain).map(|(which, renamed)| {
                used[which] = true;
                renamed
            });
            let wanted = renamed.as_ref().unwrap_or(&plain);
            if let Some(&(index, spelling)) = self.names.get(wanted) {
                found[index].push(Found { name, view, spelling });
            } else if !self.ignored.contains(wanted) && !is_batch_counter(wanted) {
                let (name, dims) = (name.clone(), view.shape().to_vec());
                mismatch.surplus.push(Surplus { name, renamed, dims });
            }
        }
        let unused = renames.iter().zip(used).filter(|(_, used)| !used);
        mismatch.unused_renames = unused.map(|(rename, _)| rename.written()).collect();
        found
    }

    /// Checks each tensor's presence, shape, type and numbers; gives the canonical values, which
    /// are complete only if nothing was noted.
    fn check(&self, found: &[Vec<Found<'_>>], mismatch: &mut Mismatch) -> Vec<Vec<f32>> {
        let mut values = Vec::with_capacity(found.len());
        for ((tensor, spellings), found) in self.tensors.iter().zip(&self.spellings).zip(found) {
            match &found[..] {
                [] => mismatch.missing.push(missing(tensor, spellings)),
                [one] => values.extend(check_one(tensor, &spellings[one.spelling], one, mismatch)),
                several => {
                    let names = several.iter().map(|found| found.name.to_owned()).collect();
                    let tensor = dotted_name(tensor, &spellings[0]);
                    mismatch.repeated.push(Repeated { tensor, names });
                }
            }
        }
        values
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

/// One tensor's shape, type and numbers.
fn check_one(
    tensor: &Tensor,
    spelling: &Stored,
    found: &Found<'_>,
    mismatch: &mut Mismatch,
) -> Option<Vec<f32>> {
    let name = found.name.to_owned();
    let shape = found.view.shape();
    let shape_fits = spelling.shapes.iter().any(|dims| dims == shape);
    if !shape_fits {
        let (tensor, expected) = (dotted_name(tensor, spelling), spelling.shapes.clone());
        let found = shape.to_vec();
        mismatch.misshapen.push(Misshapen { name: name.clone(), tensor, found, expected });
    }
    let Some(values) = floats(found.view) else {
        let found = found.view.dtype().to_string();
        mismatch.wrong_dtype.push(WrongDtype { name, found });
        return None;
    };
    let first = values.iter().position(|x| !x.is_finite());
    if let Some(first) = first {
        let count = values.iter().filter(|x| !x.is_finite()).count();
        let (first, value) = (index_of(first, shape), values[first]);
        mismatch.not_finite.push(NotFinite { name, count, first, value });
        return None;
    }
    shape_fits.then(|| spelling.load(values))
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

/// The elements as `f32`, if the type is one that is read.
fn floats(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let (pairs, pairs_rest) = view.data().as_chunks::<2>();
    let (quads, quads_rest) = view.data().as_chunks::<4>();
    match view.dtype() {
        Dtype::F32 if quads_rest.is_empty() => {
            Some(quads.iter().map(|&x| f32::from_le_bytes(x)).collect())
        }
        Dtype::F16 if pairs_rest.is_empty() => {
            Some(pairs.iter().map(|&x| f16::from_le_bytes(x).to_f32()).collect())
        }
        Dtype::BF16 if pairs_rest.is_empty() => {
            Some(pairs.iter().map(|&x| bf16::from_le_bytes(x).to_f32()).collect())
        }
        _ => None,
    }
}

/// A whole file, after a look at what it is and at its first 8 bytes: what is no safetensors file
/// is not read to its end.
fn read_file(path: &Path) -> Result<Vec<u8>, LoadError> {
    let io = |source: io::Error| LoadError::Io { path: path.to_owned(), source };
    let about = std::fs::metadata(path).map_err(io)?;
    if !about.is_file() {
        let found = if about.is_dir() { "a folder" } else { "no regular file" };
        return Err(LoadError::NotAFile { path: path.to_owned(), found });
    }
    let mut file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.by_ref().take(8).read_to_end(&mut bytes).map_err(io)?;
    check_header_length(&format!("`{}`", path.display()), &bytes, about.len())?;
    let rest = usize::try_from(about.len()).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(rest).map_err(|_| io(io::ErrorKind::OutOfMemory.into()))?;
    file.read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Whether the length that the first 8 bytes give to the header can be true.
fn check_header_length(file: &str, bytes: &[u8], file_len: u64) -> Result<(), LoadError> {
    let damage = |reason: String| LoadError::Damaged { file: file.to_owned(), reason };
    let Some(length) = bytes.first_chunk::<8>() else {
        return Err(damage(format!("it has {} bytes, a header's length alone has 8", bytes.len())));
    };
    let length = u64::from_le_bytes(*length);
    let there = file_len.saturating_sub(8);
    if length > there {
        let reason = format!("its header should have {length} bytes, but only {there} follow");
        return Err(damage(reason));
    }
    if length == 0 {
        return Err(damage("its header has no bytes".to_owned()));
    }
    if length > MAX_HEADER_BYTES {
        let reason = format!("its header of {length} bytes is larger than {MAX_HEADER_BYTES}");
        return Err(damage(reason));
    }
    Ok(())
}

/// What safetensors' own checks found, in words about the file.
fn damaged(file: &str, len: usize, error: &SafeTensorError) -> LoadError {
    let reason = match error {
        SafeTensorError::MetadataIncompleteBuffer => format!(
            "its header describes more or fewer bytes than the {len} it has: truncated, or too long"
        ),
        SafeTensorError::ValidationOverflow => "a shape in its header is too large".to_owned(),
        SafeTensorError::TensorInvalidInfo => {
            "a tensor's shape, type and place in its header contradict each other".to_owned()
        }
        SafeTensorError::InvalidOffset(name) => {
            format!("the place of `{name}` overlaps another tensor or leaves a gap")
        }
        other => other.to_string(),
    };
    LoadError::Damaged { file: file.to_owned(), reason }
}
