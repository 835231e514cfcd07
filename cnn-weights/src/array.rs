//! Arrays of files for programs that read other things than weights: images and labels to train with.
//!
//! In: a safetensors file and names. Out: the tensors of these names as they are stored, their types
//! kept. `npy` gives the same of `.npy` files.

use half::{bf16, f16};
use safetensors::tensor::Dtype;

use crate::content::Content;
use crate::error::LoadError;
use crate::load::Load;

/// An array as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Its elements, row by row.
    pub values: Values,
}

/// Elements of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Of 32 bits; those of 16 bits become such.
    F32(Vec<f32>),
    /// Bytes.
    U8(Vec<u8>),
    /// Integers of 32 bits.
    I32(Vec<i32>),
    /// Integers of 64 bits.
    I64(Vec<i64>),
}

impl Values {
    /// As `f32`; integers above 2^24 are rounded.
    pub fn into_floats(self) -> Vec<f32> {
        match self {
            Self::F32(values) => values,
            Self::U8(values) => values.into_iter().map(f32::from).collect(),
            Self::I32(values) => values.into_iter().map(|x| x as f32).collect(),
            Self::I64(values) => values.into_iter().map(|x| x as f32).collect(),
        }
    }

    /// What the elements are.
    pub fn element(&self) -> &'static str {
        match self {
            Self::F32(_) => "f32",
            Self::U8(_) => "u8",
            Self::I32(_) => "i32",
            Self::I64(_) => "i64",
        }
    }
}

/// Reads the tensors of these names from a safetensors file; renames do not count. No other bytes
/// than the header and theirs are read.
///
/// # Errors
/// When the file cannot be read or is damaged, a name is not there, or a tensor is of other numbers.
pub fn arrays(load: &Load, names: &[&str]) -> Result<Vec<Array>, LoadError> {
    let (mut content, entries) = Content::open(&load.source)?;
    let file = content.name.clone();
    let one = |&name: &&str| {
        let (file, name) = (file.clone(), name.to_owned());
        let Some(entry) = entries.iter().find(|entry| entry.name == name) else {
            let there = entries.iter().map(|entry| entry.name.clone()).collect();
            return Err(LoadError::NoTensor { file, name, there });
        };
        let Some(reader) = reader(entry.dtype) else {
            let found = entry.dtype.to_string();
            return Err(LoadError::NumberType { file, name, found });
        };
        let values = reader(&content.bytes(entry)?);
        Ok(Array { shape: entry.shape.clone(), values })
    };
    names.iter().map(one).collect()
}

fn reader(dtype: Dtype) -> Option<fn(&[u8]) -> Values> {
    fn words<T, const N: usize>(bytes: &[u8], value: fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks().0.iter().map(|&word| value(word)).collect()
    }
    match dtype {
        Dtype::F32 => Some(|bytes| Values::F32(words(bytes, f32::from_le_bytes))),
        Dtype::F16 => Some(|bytes| Values::F32(words(bytes, |x| f16::from_le_bytes(x).to_f32()))),
        Dtype::BF16 => Some(|bytes| Values::F32(words(bytes, |x| bf16::from_le_bytes(x).to_f32()))),
        Dtype::U8 => Some(|bytes| Values::U8(bytes.to_vec())),
        Dtype::I32 => Some(|bytes| Values::I32(words(bytes, i32::from_le_bytes))),
        Dtype::I64 => Some(|bytes| Values::I64(words(bytes, i64::from_le_bytes))),
        // Others' enum, which may grow.
        _ => None,
    }
}
