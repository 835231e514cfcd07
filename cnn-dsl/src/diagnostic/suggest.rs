//! "did you mean": what other frameworks call one of the known names, else the nearest of them by
//! edit distance.

use crate::diagnostic::other_names::meant;
use strsim::osa_distance;

/// What is to be written for `word` where it means a candidate elsewhere (`MaxPool2d` is `pool max`).
/// Else the candidate nearest to it, if it is near enough to be a slip of the keys: at most a third
/// of the word's letters (at least one, never all) inserted, deleted, replaced or swapped.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&'a str> = candidates.into_iter().collect();
    if let Some(meant) = meant(word, &candidates) {
        return Some(meant);
    }
    let letters = word.chars().count();
    let limit = (letters / 3).max(1);
    candidates
        .into_iter()
        .filter(|c| *c != word && c.chars().count().abs_diff(letters) <= limit)
        .map(|c| (osa_distance(word, c), c))
        .filter(|(d, _)| *d <= limit && *d < letters)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let layers = ["conv", "dw", "dense", "pool", "flatten"];
        assert_eq!(did_you_mean("convv", layers), Some("conv"));
        assert_eq!(did_you_mean("flaten", layers), Some("flatten"));
        assert_eq!(did_you_mean("cnov", layers), Some("conv"));
        assert_eq!(did_you_mean("transformer", layers), None);
        assert_eq!(did_you_mean("conv", layers), None);
    }
}
