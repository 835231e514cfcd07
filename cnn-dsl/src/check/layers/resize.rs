//! `upsample N nearest|bilinear` and `resize HxW nearest|bilinear`; nearest by default.

use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::resize::{Resize, ResizeMode};

pub(super) fn upsample(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a factor", "upsample 2");
    let factor = given.and_then(|given| r.pair_of(given, "the factor of `upsample`", 1));
    let mode = mode(r);
    let (_, [h, w, _]) = r.image()?;
    let [rows, columns] = factor?;
    // What cannot be counted is too large for a result all the more.
    let to = [h.saturating_mul(rows), w.saturating_mul(columns)];
    Some(Op::Resize(Resize { to, mode, upsample: true }))
}

pub(super) fn resize(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a height and a width", "resize 56x56");
    let to = given.and_then(|given| r.size(given, "the size", 1));
    let mode = mode(r);
    r.image()?;
    Some(Op::Resize(Resize { to: to?, mode, upsample: false }))
}

fn mode(r: &Reader<'_, '_>) -> ResizeMode {
    match r.either(["nearest", "bilinear"]) {
        Some("bilinear") => ResizeMode::Bilinear,
        Some(_) | None => ResizeMode::Nearest,
    }
}
