//! Weights out of a NumPy archive.
//!
//! In: an `.npz` file whose arrays stand in the order of the layers. Out: the arrays under PyTorch's
//! names. The archive is read as it is, because it is what the program is handed; a conversion to
//! safetensors beforehand would be one more step that could go wrong.

use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::NpzReader;
use std::error::Error;
use std::fs::File;
use std::path::Path;

/// An array under its PyTorch name: `layer1.0.conv1.weight`.
pub struct Stored {
    /// The layer's part of the name.
    pub layer: String,
    /// The tensor's part.
    pub tensor: String,
    /// Its values.
    pub array: ArrayD<f32>,
}

/// Every array of the archive, in its order.
pub fn read(path: &Path) -> Result<Vec<Stored>, Box<dyn Error>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut archive = NpzReader::new(file)?;
    let names = archive.names()?;
    let mut arrays = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let name = pytorch_name(name);
        let (layer, tensor) = name.rsplit_once('.').ok_or(format!("an array called `{name}`"))?;
        let array = archive.by_index::<OwnedRepr<f32>, IxDyn>(index)?;
        let (layer, tensor) = (layer.to_owned(), tensor.to_owned());
        arrays.push(Stored { layer, tensor, array });
    }
    Ok(arrays)
}

/// MobileNet's arrays have short names: `conv3`, and of the batch norm behind it `g3` (gamma), `b3`
/// (beta), `m3` (mean) and `v3` (variance); `fcw` and `fcb` of the dense layer.
fn pytorch_name(short: &str) -> String {
    if short == "fcw" {
        return "fc.weight".to_owned();
    }
    if short == "fcb" {
        return "fc.bias".to_owned();
    }
    let (letters, digits) = short.split_at(short.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
    let known = match letters {
        "conv" => Some(("conv", "weight")),
        "g" => Some(("bn", "weight")),
        "b" => Some(("bn", "bias")),
        "m" => Some(("bn", "running_mean")),
        "v" => Some(("bn", "running_var")),
        _ => None,
    };
    match known {
        Some((layer, tensor)) if digits.bytes().all(|c| c.is_ascii_digit()) => {
            format!("{layer}{digits}.{tensor}")
        }
        Some(_) | None => short.to_owned(),
    }
}
