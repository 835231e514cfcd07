//! The header of a safetensors file: which tensors there are and where their bytes lie.
//!
//! In: the header's bytes and how many bytes follow it. Out: every tensor, its place checked, or the
//! first thing that is wrong, with its numbers. Not safetensors' own reader: that adds up the places
//! of a header that lies without a check for overflow, takes the last of two tensors of one name,
//! and names no numbers. Nothing is allocated here by what the header claims, only by its length.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use safetensors::tensor::Dtype;
use serde::de::value::{Error as DtypeError, StrDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};

use crate::error::{printable, shape as shape_text};

/// Larger headers than this are refused: 100,000 tensors need about 10 MB.
const MAX_BYTES: u64 = 16 << 20;

/// More dimensions than this are refused: no tensor of a network has more than five.
const MAX_DIMENSIONS: usize = 16;

/// The bytes of the number in front of the header.
pub(crate) const LENGTH_BYTES: usize = 8;

/// A tensor of the file.
#[derive(Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// Its bytes, counted from the header's end.
    pub place: Range<u64>,
}

/// The header's length from the first bytes of a file that is `file_len` bytes long.
///
/// # Errors
/// What is wrong with it, where it cannot be true.
pub(crate) fn length(bytes: &[u8], file_len: u64) -> Result<usize, String> {
    let Some(length) = bytes.first_chunk::<LENGTH_BYTES>() else {
        return Err(format!("it has {} bytes, a header's length alone has 8", bytes.len()));
    };
    let length = u64::from_le_bytes(*length);
    let there = file_len.saturating_sub(LENGTH_BYTES as u64);
    if length > there {
        return Err(format!("its header should have {length} bytes, but only {there} follow"));
    }
    if length == 0 {
        return Err("its header has no bytes".to_owned());
    }
    if length > MAX_BYTES {
        return Err(format!("its header of {length} bytes is larger than {MAX_BYTES}"));
    }
    usize::try_from(length).map_err(|_| format!("its header of {length} bytes is too large"))
}

/// The tensors in the order of their places, which lie one behind the other over all of `data_len`
/// bytes.
///
/// # Errors
/// What is wrong with the header.
pub(crate) fn entries(header: &[u8], data_len: u64) -> Result<Vec<Entry>, String> {
    let text = std::str::from_utf8(header).map_err(|error| {
        let at = LENGTH_BYTES + error.valid_up_to();
        format!("its header is no UTF-8 text, from byte {at} of the file on")
    })?;
    let Header(mut written) = serde_json::from_str(text).map_err(|error| {
        format!("its header is no JSON that describes tensors: {}", told(&error))
    })?;
    let mut names = HashSet::with_capacity(written.len());
    if let Some((name, _)) = written.iter().find(|(name, _)| !names.insert(name.as_str())) {
        return Err(format!("its header describes `{}` twice", printable(name)));
    }
    drop(names);
    written.sort_by(|(a, x), (b, y)| x.data_offsets.cmp(&y.data_offsets).then_with(|| a.cmp(b)));
    let mut end = 0;
    let mut entries = Vec::with_capacity(written.len());
    for (name, written) in written {
        let entry = entry(name, written)?;
        let (name, start) = (printable(&entry.name), entry.place.start);
        if start < end {
            return Err(format!(
                "`{name}` begins at byte {start}, inside the tensor before it, which ends at {end}"
            ));
        }
        if start > end {
            return Err(format!(
                "`{name}` begins at byte {start}, but the tensors before it end at {end}: a gap"
            ));
        }
        end = entry.place.end;
        entries.push(entry);
    }
    match end.cmp(&data_len) {
        std::cmp::Ordering::Equal => Ok(entries),
        std::cmp::Ordering::Greater => Err(format!(
            "its tensors have {end} bytes, but only {data_len} follow the header: it was cut off"
        )),
        std::cmp::Ordering::Less => Err(format!(
            "its tensors have {end} bytes, but {data_len} follow the header: {} too many",
            data_len - end
        )),
    }
}

/// What the parser says: it quotes the header's own text, at any length, and then names the place.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(reason) => printable(reason) + &place,
        None => printable(&text),
    }
}

/// One tensor, whose place has just the bytes that its type and shape need.
fn entry(name: String, written: Written) -> Result<Entry, String> {
    let shown = printable(&name);
    let Written { dtype, shape, data_offsets: (start, end) } = written;
    let code: StrDeserializer<'_, DtypeError> = dtype.as_str().into_deserializer();
    let Ok(dtype) = Dtype::deserialize(code) else {
        let code = printable(&dtype);
        return Err(format!("`{shown}` is of type `{code}`, which safetensors does not have"));
    };
    if shape.len() > MAX_DIMENSIONS {
        let (has, limit) = (shape.len(), MAX_DIMENSIONS);
        return Err(format!("`{shown}` has {has} dimensions, more than {limit}"));
    }
    let too_large = || format!("`{shown}` is too large: {} of {dtype}", shape_text(&shape));
    let elements = shape.iter().try_fold(1_u64, |product, &size| product.checked_mul(size));
    let bits = elements.and_then(|n| n.checked_mul(dtype.bitsize() as u64));
    let bits = bits.ok_or_else(too_large)?;
    if bits % 8 != 0 {
        return Err(format!("`{shown}` ends in the middle of a byte: {bits} bits"));
    }
    let Some(length) = end.checked_sub(start) else {
        return Err(format!("`{shown}` ends at byte {end}, before it begins at {start}"));
    };
    if length != bits / 8 {
        let (needs, shape) = (bits / 8, shape_text(&shape));
        return Err(format!(
            "`{shown}`, {shape} of {dtype}, needs {needs} bytes, but has {length}: {start} to {end}"
        ));
    }
    let sizes = shape.iter().map(|&size| usize::try_from(size)).collect::<Result<_, _>>();
    let sizes = sizes.map_err(|_| too_large())?;
    Ok(Entry { name, dtype, shape: sizes, place: start..end })
}

/// A tensor as the header has it.
#[derive(serde::Deserialize)]
struct Written {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// All of the header, in its order; repeated names are kept.
struct Header(Vec<(String, Written)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tensors;

        impl<'de> Visitor<'de> for Tensors {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Header, M::Error> {
                let mut tensors = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        // What others say about the file; nothing in it is needed.
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        tensors.push((name, map.next_value()?));
                    }
                }
                Ok(Header(tensors))
            }
        }

        deserializer.deserialize_map(Tensors)
    }
}
