//! The format of `.npy` files, as `numpy.lib.format` describes it: one array of `f32` or of integers.
//!
//! In: bytes and how many there are. Out: a header whose claims the length bears out, then the
//! values, row by row; or what is wrong, with its numbers. Nothing is allocated by what a header
//! claims.
//!
//! Our own because the crates believe what a header claims. With `ndarray-npy` 0.10, 60,000 brackets
//! in a header overflow the stack, a shape of 2^50 elements aborts by its allocation, and a length of
//! `u32::MAX` in a header of format 2 allocates 4 GB.

use std::fmt;
use std::io::{self, Read, Write};

use crate::array::{Array, Values};

/// What every file begins with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longer headers are refused: numpy's own limit is 10,000 bytes.
const MAX_HEADER: u32 = 1 << 16;

/// numpy's limit is 64; no input of a model has more than four.
const MAX_DIMENSIONS: usize = 32;

/// Why an array cannot be read.
#[derive(Debug)]
pub enum NpyError {
    /// The system says no.
    Io(io::Error),
    /// The content is damaged, another format's, or of another kind of numbers.
    Damaged(String),
}

impl std::error::Error for NpyError {}

impl fmt::Display for NpyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Damaged(why) => f.write_str(why),
        }
    }
}

fn damaged<T>(why: impl Into<String>) -> Result<T, NpyError> {
    Err(NpyError::Damaged(why.into()))
}

/// What an array is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `<f4`.
    F32,
    /// `>f4`, as machines with the other order of bytes write it.
    BigEndianF32,
    /// `|u1`.
    U8,
    /// `<i4`.
    I32,
    /// `<i8`, NumPy's own integers.
    I64,
}

impl Element {
    /// What images are made of.
    pub const IMAGES: &[Self] = &[Self::F32, Self::BigEndianF32, Self::U8];

    /// What labels are made of.
    pub const LABELS: &[Self] = &[Self::F32, Self::BigEndianF32, Self::U8, Self::I32, Self::I64];

    fn new(code: &str) -> Option<Self> {
        match code {
            "<f4" => Some(Self::F32),
            ">f4" => Some(Self::BigEndianF32),
            "|u1" | "<u1" | ">u1" => Some(Self::U8),
            "<i4" => Some(Self::I32),
            "<i8" => Some(Self::I64),
            _ => None,
        }
    }

    fn bytes(self) -> u64 {
        match self {
            Self::F32 | Self::BigEndianF32 | Self::I32 => 4,
            Self::I64 => 8,
            Self::U8 => 1,
        }
    }
}

/// The header of a file that is as long as it says.
#[derive(Debug)]
pub struct Header {
    /// What the array is made of.
    pub element: Element,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// Whether the first index is the one that runs fastest.
    fortran: bool,
    /// How many bytes the values take.
    length: usize,
}

impl Header {
    /// Reads the header of a file that is `file_len` bytes long and should be an array of one of
    /// `elements`: [`Element::IMAGES`] or [`Element::LABELS`].
    ///
    /// # Errors
    /// When the file cannot be read, its header cannot be true, or the array has other elements.
    pub fn read(
        file: &mut impl Read,
        file_len: u64,
        elements: &[Element],
    ) -> Result<Self, NpyError> {
        let mut start = Vec::new();
        file.by_ref().take(8).read_to_end(&mut start).map_err(NpyError::Io)?;
        let Some((magic, &[major, minor])) = start.split_first_chunk::<6>() else {
            return damaged(format!("it has {} bytes, an array's first part alone 8", start.len()));
        };
        if magic != MAGIC {
            return damaged(other_format(&start));
        }
        let length_bytes = match major {
            1 => 2_u8,
            2 | 3 => 4,
            _ => return damaged(format!("its format {major}.{minor} is not known, only 1 to 3")),
        };
        let mut length = [0; 4];
        let whole = file.read_exact(&mut length[..usize::from(length_bytes)]);
        whole.or_else(|error| cut_off(error, "it was cut off before its header"))?;
        let length = u32::from_le_bytes(length);
        if length > MAX_HEADER {
            return damaged(format!("its header of {length} bytes is larger than {MAX_HEADER}"));
        }
        let before = 8 + u64::from(length_bytes);
        let follow = file_len.saturating_sub(before);
        let short = format!("its header should have {length} bytes, but only {follow} follow");
        if u64::from(length) > follow {
            return damaged(short);
        }
        let mut text = vec![0; length as usize];
        file.read_exact(&mut text).or_else(|error| cut_off(error, &short))?;
        let Ok(text) = std::str::from_utf8(&text) else {
            return damaged("its header is no text");
        };
        Self::new(text, follow - u64::from(length), elements)
    }

    /// From the header's text and how many bytes follow it.
    fn new(text: &str, follow: u64, elements: &[Element]) -> Result<Self, NpyError> {
        let Fields { descr, fortran, shape } = Fields::read(text, elements)?;
        let element = Element::new(&descr).filter(|element| elements.contains(element));
        let Some(element) = element else {
            let code: String = descr.chars().take(16).flat_map(char::escape_default).collect();
            return other_elements(&format!("of type `{code}`"), elements);
        };
        if shape.len() > MAX_DIMENSIONS {
            let (has, limit) = (shape.len(), MAX_DIMENSIONS);
            return damaged(format!("it has {has} dimensions, more than {limit}"));
        }
        let product = shape.iter().try_fold(1_u64, |product, &size| product.checked_mul(size));
        let needs = product.and_then(|elements| elements.checked_mul(element.bytes()));
        let shown = shape.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let Some(needs) = needs else {
            return damaged(format!("its shape ({shown}) is too large"));
        };
        if needs != follow {
            return damaged(format!(
                "its shape ({shown}) needs {needs} bytes, but {follow} follow its header"
            ));
        }
        let size = |n: u64| usize::try_from(n);
        match (shape.iter().map(|&n| size(n)).collect::<Result<_, _>>(), size(needs)) {
            (Ok(shape), Ok(length)) => Ok(Self { element, shape, fortran, length }),
            (Err(_), _) | (_, Err(_)) => damaged(format!("its shape ({shown}) is too large")),
        }
    }

    /// Reads the values behind the header, row by row, whatever their order in the file.
    ///
    /// # Errors
    /// When the file cannot be read to its end.
    pub fn values(&self, file: &mut impl Read) -> Result<Values, NpyError> {
        let mut bytes = Vec::new();
        let out_of_memory = |_| NpyError::Io(io::ErrorKind::OutOfMemory.into());
        bytes.try_reserve_exact(self.length).map_err(out_of_memory)?;
        file.by_ref().take(self.length as u64).read_to_end(&mut bytes).map_err(NpyError::Io)?;
        if bytes.len() != self.length {
            return damaged("it was cut off while it was read");
        }
        Ok(match self.element {
            Element::F32 => Values::F32(self.words(&bytes, f32::from_le_bytes)),
            Element::BigEndianF32 => Values::F32(self.words(&bytes, f32::from_be_bytes)),
            Element::U8 => Values::U8(self.row_by_row(bytes)),
            Element::I32 => Values::I32(self.words(&bytes, i32::from_le_bytes)),
            Element::I64 => Values::I64(self.words(&bytes, i64::from_le_bytes)),
        })
    }

    /// Reads the values and gives them with their sizes.
    ///
    /// # Errors
    /// When the file cannot be read to its end.
    pub fn array(self, file: &mut impl Read) -> Result<Array, NpyError> {
        let values = self.values(file)?;
        Ok(Array { shape: self.shape, values })
    }

    fn words<T: Copy, const N: usize>(&self, bytes: &[u8], value: fn([u8; N]) -> T) -> Vec<T> {
        self.row_by_row(bytes.as_chunks().0.iter().map(|&word| value(word)).collect())
    }

    /// Of values as they are in the file, where they may stand column by column.
    fn row_by_row<T: Copy>(&self, columns: Vec<T>) -> Vec<T> {
        if !self.fortran {
            return columns;
        }
        let (mut index, mut at) = (vec![0; self.shape.len()], 0);
        let mut rows = Vec::with_capacity(columns.len());
        while rows.len() < columns.len() {
            rows.push(columns[at]);
            // The next index, its last number the fastest; `at` moves with each by what is before.
            let mut stride = columns.len();
            for (i, &size) in index.iter_mut().zip(&self.shape).rev() {
                stride /= size;
                *i += 1;
                at += stride;
                if *i < size {
                    break;
                }
                at -= size * stride;
                *i = 0;
            }
        }
        rows
    }
}

/// The error of a file that ends early: it has become shorter since its length was asked.
fn cut_off(error: io::Error, why: &str) -> Result<(), NpyError> {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        damaged(why)
    } else {
        Err(NpyError::Io(error))
    }
}

/// What a file is that is no array.
fn other_format(start: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 4] = [
        (b"\x89PNG", "it is a PNG image: `numpy.save` writes an array of its pixels"),
        (b"\xff\xd8\xff", "it is a JPEG image: `numpy.save` writes an array of its pixels"),
        (b"PK\x03\x04", "it is a .npz archive: `numpy.save` writes one array of it"),
        (b"\x80", "it is a pickle: `numpy.save` writes an array"),
    ];
    let known = known.iter().find(|(magic, _)| start.starts_with(magic));
    known.map_or("it does not begin as `numpy.save` begins a file", |&(_, what)| what)
}

fn other_elements<T>(found: &str, elements: &[Element]) -> Result<T, NpyError> {
    let wanted = if elements.contains(&Element::I64) { "f32, u8, i32 or i64" } else { "f32 or u8" };
    damaged(format!(
        "its elements are {found}, not {wanted}: `array.astype('float32')` makes them f32"
    ))
}

/// The three fields of a header.
struct Fields {
    descr: String,
    fortran: bool,
    shape: Vec<u64>,
}

impl Fields {
    /// Reads a Python dictionary of just these fields.
    fn read(text: &str, elements: &[Element]) -> Result<Self, NpyError> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        let mut literal = Literal { rest: text };
        literal.expect('{')?;
        while !literal.eat('}') {
            let key = literal.text()?;
            literal.expect(':')?;
            let twice = match key {
                "descr" => descr.replace(literal.descr(elements)?).is_some(),
                "fortran_order" => fortran.replace(literal.truth()?).is_some(),
                "shape" => shape.replace(literal.sizes()?).is_some(),
                _ => {
                    return damaged(
                        "its header has a field that is not descr, fortran_order or shape",
                    );
                }
            };
            if twice {
                return damaged(format!("its header has {key} twice"));
            }
            if !literal.eat(',') {
                literal.expect('}')?;
                break;
            }
        }
        if !literal.rest.trim().is_empty() {
            return damaged("its header goes on behind the dictionary");
        }
        match (descr, fortran, shape) {
            (Some(descr), Some(fortran), Some(shape)) => Ok(Self { descr, fortran, shape }),
            (None, _, _) => damaged("its header has no descr"),
            (_, None, _) => damaged("its header has no fortran_order"),
            (_, _, None) => damaged("its header has no shape"),
        }
    }
}

/// A Python literal, read from its start.
struct Literal<'t> {
    rest: &'t str,
}

impl<'t> Literal<'t> {
    fn eat(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        let Some(rest) = self.rest.strip_prefix(c) else { return false };
        self.rest = rest;
        true
    }

    fn expect(&mut self, c: char) -> Result<(), NpyError> {
        if self.eat(c) {
            return Ok(());
        }
        match self.rest.chars().next() {
            Some(found) => damaged(format!("its header has {found:?} where {c:?} should be")),
            None => damaged(format!("its header ends where {c:?} should be")),
        }
    }

    /// A string without escapes: no key and no code of an element has any.
    fn text(&mut self) -> Result<&'t str, NpyError> {
        let quote = if self.eat('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.expect('\'')?;
        }
        match self.rest.split_once(quote) {
            Some((text, rest)) => {
                self.rest = rest;
                Ok(text)
            }
            None => damaged("a string in its header does not end"),
        }
    }

    /// The code of the elements; a list of fields is none that is read.
    fn descr(&mut self, elements: &[Element]) -> Result<String, NpyError> {
        if self.eat('[') {
            return other_elements("records of several fields", elements);
        }
        Ok(self.text()?.to_owned())
    }

    fn truth(&mut self) -> Result<bool, NpyError> {
        self.rest = self.rest.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        damaged("its header's fortran_order is neither True nor False")
    }

    /// A tuple of sizes.
    fn sizes(&mut self) -> Result<Vec<u64>, NpyError> {
        let mut sizes = Vec::new();
        self.expect('(')?;
        while !self.eat(')') {
            sizes.push(self.size()?);
            if !self.eat(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }

    fn size(&mut self) -> Result<u64, NpyError> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        // Python 2 wrote `3L`.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        match digits.parse() {
            Ok(size) => Ok(size),
            Err(_) if digits.is_empty() => {
                damaged("its header's shape has a size that is no number")
            }
            Err(_) => damaged("its header's shape has a size beyond 2^64"),
        }
    }
}

/// Writes an array, as format 1.0 has it: the values begin at a multiple of 64 bytes.
///
/// # Errors
/// As the file says.
pub fn write(file: &mut impl Write, shape: &[usize], values: &[f32]) -> io::Result<()> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    // `(3, )` is Python's tuple of one, `(3, 4, )` one of two.
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes.trim_end());
    let before = MAGIC.len() + 4;
    let end = (before + header.len() + 1).next_multiple_of(64);
    header.push_str(&" ".repeat(end - before - header.len() - 1));
    header.push('\n');
    let length =
        u16::try_from(header.len()).map_err(|_| io::Error::other("too many dimensions"))?;
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
}
