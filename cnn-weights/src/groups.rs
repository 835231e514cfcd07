//! Lists of tensors as errors show them: a headline with the number, then a line each.

use std::fmt;

use crate::error::{
    Misshapen, Missing, NotFinite, Proposal, Repeated, Surplus, WrongDtype, printable, shape,
};

/// The most lines under one headline: a network has fewer tensors.
const MAX_LINES: usize = 1000;

/// A headline and its lines, if there is any.
fn group<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: &[T],
    line: impl Fn(&T) -> String,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    write!(f, "\n  {title} ({}):", items.len())?;
    items.iter().take(MAX_LINES).try_for_each(|item| write!(f, "\n    {}", line(item)))?;
    match items.len().saturating_sub(MAX_LINES) {
        0 => Ok(()),
        more => write!(f, "\n    and {more} more"),
    }
}

pub(crate) fn missing(f: &mut fmt::Formatter<'_>, title: &str, items: &[Missing]) -> fmt::Result {
    group(f, title, items, |x| {
        let spellings = x.names.iter().zip(&x.dims);
        let spellings = spellings.map(|(name, dims)| format!("`{name}` {}", shape(dims)));
        spellings.collect::<Vec<_>>().join(", or ")
    })
}

pub(crate) fn surplus(f: &mut fmt::Formatter<'_>, title: &str, items: &[Surplus]) -> fmt::Result {
    group(f, title, items, |x| match &x.renamed {
        Some(renamed) => {
            let renamed = printable(renamed);
            format!("`{}` {} (renamed `{renamed}`)", printable(&x.name), shape(&x.dims))
        }
        None => format!("`{}` {}", printable(&x.name), shape(&x.dims)),
    })
}

pub(crate) fn misshapen(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: &[Misshapen],
) -> fmt::Result {
    group(f, title, items, |x| {
        let expected: Vec<_> = x.expected.iter().map(|dims| shape(dims)).collect();
        format!(
            "`{}` is {}, `{}` needs {}",
            printable(&x.name),
            shape(&x.found),
            x.tensor,
            expected.join(" or ")
        )
    })
}

pub(crate) fn wrong_dtype(f: &mut fmt::Formatter<'_>, items: &[WrongDtype]) -> fmt::Result {
    group(f, "of a number type that is not read", items, |x| {
        format!("`{}` is {}; F32, F16 and BF16 are read", printable(&x.name), x.found)
    })
}

pub(crate) fn not_finite(f: &mut fmt::Formatter<'_>, items: &[NotFinite]) -> fmt::Result {
    group(f, "not finite", items, |x| {
        let elements = match x.count {
            1 => "1 element that is".to_owned(),
            n => format!("{n} elements that are"),
        };
        format!(
            "`{}` has {elements} NaN or infinite, the first {} at {:?}",
            printable(&x.name),
            x.value,
            x.first
        )
    })
}

pub(crate) fn repeated(f: &mut fmt::Formatter<'_>, items: &[Repeated]) -> fmt::Result {
    group(f, "given more than once", items, |x| {
        let names: Vec<_> = x.names.iter().map(|name| format!("`{}`", printable(name))).collect();
        format!("`{}` is {}", x.tensor, names.join(" and "))
    })
}

pub(crate) fn unused_renames(
    f: &mut fmt::Formatter<'_>,
    items: &[(String, String)],
) -> fmt::Result {
    group(f, "renames that fit no tensor", items, |(from, to)| {
        format!("rename \"{from}\" = \"{to}\"")
    })
}

/// Renames to be copied; those that are guesses last, and said so.
pub(crate) fn proposals(f: &mut fmt::Formatter<'_>, items: &[Proposal]) -> fmt::Result {
    let (guessed, certain): (Vec<_>, Vec<_>) = items.iter().partition(|proposal| proposal.guessed);
    if !certain.is_empty() {
        write!(f, "\n  help: by their shapes these renames would fit:")?;
        certain.iter().try_for_each(|x| write!(f, "\n    {x}"))?;
        write!(f, "\n  or in Rust:\n    ")?;
        certain.iter().try_for_each(|x| write!(f, ".rename({:?}, {:?})", x.from, x.to))?;
        write!(f, "\n  or on the command line:\n   ")?;
        certain.iter().try_for_each(|x| write!(f, " --rename '{}={}'", x.from, x.to))?;
    }
    if !guessed.is_empty() {
        let why = "a guess, by order: other tensors have the same shapes, compare before use";
        write!(f, "\n  help: {why}:")?;
        guessed.iter().try_for_each(|x| write!(f, "\n    {x}"))?;
    }
    Ok(())
}
