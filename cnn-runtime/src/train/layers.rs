//! Which layers of a model are meant, by their names.
//!
//! In: names as the summary has them, and the model's rows. Out: the rows from one to another, or an
//! error that lists the names that are near. Deliberately absent: what is done with them.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};
use strsim::osa_distance;

/// Layers by name: one, or all from one to another in the model's order, both included.
///
/// A name is a layer's (`conv1`, with its batch norm `conv1.bn`) or a block's (`separable12`, which is
/// all of `separable12.dw1`, `separable12.conv1` and so on).
///
/// ```
/// use cnn_runtime::train::Layers;
///
/// let one: Layers = "conv1".into();
/// let some: Layers = ("conv1"..="separable12").into();
/// let first: Layers = (..="separable12").into();
/// let last: Layers = ("dense1"..).into();
/// let all: Layers = (..).into();
/// # let _ = (one, some, first, last, all);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    from: Option<String>,
    to: Option<String>,
}

/// Why layers were not frozen, or not unfrozen. Nothing has changed then.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FreezeError {
    /// No layer and no block has the name.
    #[error("the model has no layer `{name}`: {}", known(near, *layers))]
    Unknown {
        /// The name.
        name: String,
        /// Names that the model has: the nearest ones, or where none is near its first and last.
        near: Near,
        /// How many layers it has.
        layers: usize,
    },
    /// The range begins behind its end.
    #[error("`{from}` stands behind `{to}` in the model: write `\"{to}\"..=\"{from}\"`")]
    Reversed {
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// A layer that the model's text declares `frozen`.
    #[error(
        "`{layer}` is frozen by the model's text: it has no backward pass and cannot be trained; \
         take `frozen` away there, and freeze it at run time instead"
    )]
    InModel {
        /// The first such layer.
        layer: String,
    },
}

impl fmt::Debug for FreezeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Names of a model beside one that it does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Near {
    /// Those that differ in few letters, the nearest first.
    Alike(Vec<String>),
    /// None is alike: the first and the last of all.
    Ends(String, String),
}

fn known(near: &Near, layers: usize) -> String {
    match near {
        Near::Alike(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("did you mean {}?", names.join(" or "))
        }
        Near::Ends(first, last) => {
            format!("it has {layers} from `{first}` to `{last}`, listed by `layers()`")
        }
    }
}

impl From<&str> for Layers {
    fn from(name: &str) -> Self {
        Self { from: Some(name.to_owned()), to: Some(name.to_owned()) }
    }
}

impl From<&String> for Layers {
    fn from(name: &String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<RangeInclusive<&str>> for Layers {
    fn from(range: RangeInclusive<&str>) -> Self {
        let (from, to) = range.into_inner();
        Self { from: Some(from.to_owned()), to: Some(to.to_owned()) }
    }
}

impl From<RangeFrom<&str>> for Layers {
    fn from(range: RangeFrom<&str>) -> Self {
        Self { from: Some(range.start.to_owned()), to: None }
    }
}

impl From<RangeToInclusive<&str>> for Layers {
    fn from(range: RangeToInclusive<&str>) -> Self {
        Self { from: None, to: Some(range.end.to_owned()) }
    }
}

impl From<RangeFull> for Layers {
    fn from(_: RangeFull) -> Self {
        Self { from: None, to: None }
    }
}

impl Layers {
    /// Which of the model's layers they are; `names` has them all in order.
    ///
    /// # Errors
    /// Where a name is none of the model's, or the range has its ends exchanged.
    pub(super) fn among(&self, names: &[&str]) -> Result<Range<usize>, FreezeError> {
        let all = 0..names.len();
        let from = self.from.as_deref().map_or(Ok(all.clone()), |name| place(name, names))?;
        let to = self.to.as_deref().map_or(Ok(all), |name| place(name, names))?;
        match (&self.from, &self.to) {
            (Some(first), Some(last)) if from.start > to.start => {
                Err(FreezeError::Reversed { from: first.clone(), to: last.clone() })
            }
            _ => Ok(from.start..to.end),
        }
    }
}

/// The layer of that name with what belongs to it, or all layers of the block of that name.
fn place(name: &str, names: &[&str]) -> Result<Range<usize>, FreezeError> {
    let within = |layer: &str| {
        layer.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let first = names.iter().position(|layer| within(layer));
    let last = names.iter().rposition(|layer| within(layer));
    match (first, last) {
        (Some(first), Some(last)) => Ok(first..last + 1),
        _ => Err(unknown(name, names)),
    }
}

fn unknown(name: &str, names: &[&str]) -> FreezeError {
    let blocks = |layer: &&'_ str| -> Vec<String> {
        layer.match_indices('.').map(|(dot, _)| layer[..dot].to_owned()).collect()
    };
    let limit = (name.chars().count() / 3).max(1);
    let mut near: Vec<(usize, String)> = names
        .iter()
        .flat_map(|layer| blocks(layer).into_iter().chain([(*layer).to_owned()]))
        .map(|known| (osa_distance(name, &known), known))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort();
    near.dedup();
    near.truncate(MOST_NEAR);
    let ends = || {
        let end = |name: Option<&&str>| name.map_or_else(String::new, |name| (*name).to_owned());
        Near::Ends(end(names.first()), end(names.last()))
    };
    let alike: Vec<String> = near.into_iter().map(|(_, name)| name).collect();
    let near = if alike.is_empty() { ends() } else { Near::Alike(alike) };
    FreezeError::Unknown { name: name.to_owned(), near, layers: names.len() }
}

/// So many near names are shown.
const MOST_NEAR: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] = [
        "conv1",
        "conv1.bn",
        "separable1.dw1",
        "separable1.dw1.bn",
        "separable1.conv1",
        "separable10.dw1",
        "pool1",
        "dense1",
    ];

    fn among(layers: impl Into<Layers>) -> Result<Range<usize>, FreezeError> {
        layers.into().among(&NAMES)
    }

    #[test]
    fn a_name_is_a_layer_with_its_batch_norm_or_a_block() {
        assert_eq!(among("conv1"), Ok(0..2));
        assert_eq!(among("conv1.bn"), Ok(1..2));
        assert_eq!(among("separable1"), Ok(2..5));
        assert_eq!(among("conv1"..="separable1"), Ok(0..5));
        assert_eq!(among("separable1.conv1"..), Ok(4..8));
        assert_eq!(among(..="pool1"), Ok(0..7));
        assert_eq!(among(..), Ok(0..8));
    }

    #[test]
    fn an_unknown_name_is_told_with_those_near_it() {
        let text = |layers: Layers| among(layers).unwrap_err().to_string();
        assert_eq!(
            text("seperable1".into()),
            "the model has no layer `seperable1`: did you mean `separable1` or `separable10`?"
        );
        assert_eq!(text("cnov1".into()), "the model has no layer `cnov1`: did you mean `conv1`?");
        assert_eq!(
            text(("conv1"..="features").into()),
            "the model has no layer `features`: it has 8 from `conv1` to `dense1`, listed by \
             `layers()`"
        );
        assert_eq!(
            text(("pool1"..="conv1").into()),
            "`pool1` stands behind `conv1` in the model: write `\"conv1\"..=\"pool1\"`"
        );
    }

    /// Each once and in one order, wherever they stand in the model.
    #[test]
    fn names_that_are_as_near_are_sorted() {
        let error = Layers::from("c1").among(&["b1.dw1", "a1.dw1", "b1.conv1"]).unwrap_err();
        assert_eq!(error.to_string(), "the model has no layer `c1`: did you mean `a1` or `b1`?");
    }
}
