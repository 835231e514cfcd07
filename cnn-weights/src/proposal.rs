//! Renames proposed by shape: which stems of the file's names (`conv_dw_1`) could be which layers of
//! the model (`separable1.dw1`), because all their tensors have the same shapes.
//!
//! In: missing tensors, surplus names with shapes, the renames given. Out: renames as a user would
//! write them, several layers in one pattern where their names differ in numbers only. Where shapes
//! and names leave a choice, the pair is a guess in the natural order of the names, and says so.
//! Nothing is loaded by a proposal, and none is made that could not be copied as it stands.

use std::collections::{HashMap, HashSet};

use crate::error::{MAX_NAME, Proposal, Surplus};
use crate::load::Flatten;
use crate::rename::{Rename, dotted};
use crate::stored::{Stored, spellings};
use crate::table::Tensor;

/// Pairs of layers and stems beyond which nothing is compared: a file that is as large and fits
/// nowhere is another model's.
const MAX_COMPARISONS: usize = 4_000_000;

/// A layer of the model with the tensors that the file has not.
struct Layer<'a> {
    name: String,
    tensors: Vec<(&'a Tensor, Vec<Stored>)>,
}

/// The surplus tensors under one name: the last parts of their names, and their shapes.
struct Stem<'a> {
    name: String,
    tensors: Vec<(String, &'a [usize])>,
    taken: bool,
}

/// A layer and the stem that could be it: (file's name, model's name).
type Pair = (String, String);

/// The file's names whose layer is a guess: others would fit as well.
type Guesses = HashSet<String>;

/// Proposes renames for these missing and surplus tensors. `fitting` are the names, with dots, of
/// the file's other tensors; a proposal leaves them as `given` renames them.
pub(crate) fn propose(
    missing: &[&Tensor],
    surplus: &[Surplus],
    fitting: &[String],
    given: &[Rename],
    flatten: Flatten,
) -> Vec<Proposal> {
    let layers = layers(missing, flatten);
    let mut stems = stems(surplus);
    if layers.len().saturating_mul(stems.len()) > MAX_COMPARISONS {
        return Vec::new();
    }
    let mut guesses = Guesses::new();
    let mut pairs = pair_layers(&layers, &mut stems, &mut guesses);
    pairs.extend(pair_tensors(&layers, &stems, &pairs, &mut guesses));
    generalise(&pairs, &guesses, fitting, given)
}

/// Whether a name can stand in a model's text and in a shell's quotes as it is, and means itself
/// there: `{` begins a placeholder, and the first `=` ends the left side.
fn can_be_copied(name: &str) -> bool {
    let special = |c: char| c.is_control() || matches!(c, '\'' | '"' | '\\' | '=' | '{' | '}');
    name.chars().count() <= MAX_NAME && !name.contains(special)
}

fn layers<'a>(missing: &[&'a Tensor], flatten: Flatten) -> Vec<Layer<'a>> {
    let mut layers: Vec<Layer<'a>> = Vec::new();
    for &tensor in missing.iter().filter(|tensor| can_be_copied(&tensor.layer)) {
        let (name, tensor) = (dotted(&tensor.layer), (tensor, spellings(tensor, flatten)));
        match layers.last_mut() {
            Some(layer) if layer.name == name => layer.tensors.push(tensor),
            Some(_) | None => layers.push(Layer { name, tensors: vec![tensor] }),
        }
    }
    layers
}

fn stems(surplus: &[Surplus]) -> Vec<Stem<'_>> {
    let mut stems: Vec<Stem<'_>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for tensor in surplus.iter().filter(|tensor| can_be_copied(&tensor.name)) {
        let name = dotted(&tensor.name);
        let Some((stem, suffix)) = name.rsplit_once('.') else { continue };
        let index = *known.entry(stem.to_owned()).or_insert_with(|| {
            stems.push(Stem { name: stem.to_owned(), tensors: Vec::new(), taken: false });
            stems.len() - 1
        });
        stems[index].tensors.push((suffix.to_owned(), &tensor.dims));
    }
    stems
}

/// Pairs layers with stems in order; a post-operation's layer (`conv1.bn`) prefers a stem that
/// begins like its own layer's (`conv1_bn`).
fn pair_layers(layers: &[Layer<'_>], stems: &mut [Stem<'_>], guesses: &mut Guesses) -> Vec<Pair> {
    let names: HashSet<&str> = layers.iter().map(|layer| &*layer.name).collect();
    let with_parent = layers.iter().map(|layer| {
        let parent = layer.name.rsplit_once('.').map(|(parent, _)| parent);
        (layer, parent.filter(|parent| names.contains(parent)))
    });
    let (post, main): (Vec<_>, Vec<_>) = with_parent.partition(|(_, parent)| parent.is_some());
    let mut stem_of: HashMap<&str, String> = HashMap::new();
    for (layer, parent) in main.into_iter().chain(post) {
        let begin = parent.and_then(|parent| stem_of.get(parent)).cloned().unwrap_or_default();
        let fits = |stem: &Stem<'_>| !stem.taken && layer.fits(stem);
        let index = stems
            .iter()
            .position(|stem| begins(&stem.name, &begin) && fits(stem))
            .or_else(|| stems.iter().position(fits));
        if let Some(index) = index {
            let name = stems[index].name.clone();
            let parent = (!guesses.contains(&begin)).then_some(&*begin);
            if !is_certain(layer, index, parent, layers, stems) {
                guesses.insert(name.clone());
            }
            stems[index].taken = true;
            stem_of.insert(&layer.name, name);
        }
    }
    let pair = |layer: &Layer<'_>| Some((stem_of.get(&*layer.name)?.clone(), layer.name.clone()));
    layers.iter().filter_map(pair).collect()
}

/// Whether nothing else could be meant: no other stem has the layer's shapes and no other layer the
/// stem's; or of those that do, only this one has the name, the block's number, or goes on like the
/// stem of the layer before it.
fn is_certain(
    layer: &Layer<'_>,
    stem: usize,
    parent: Option<&str>,
    layers: &[Layer<'_>],
    stems: &[Stem<'_>],
) -> bool {
    let stem = &stems[stem];
    let only = |like: &dyn Fn(&str) -> bool| {
        like(&stem.name) && stems.iter().filter(|x| like(&x.name) && layer.fits(x)).count() == 1
    };
    let parent = parent.filter(|parent| !parent.is_empty());
    let number = first_number(&layer.name);
    letters(&stem.name).eq(letters(&layer.name))
        || parent.is_some_and(|parent| only(&|name| begins(name, parent)))
        || number.is_some() && only(&|name| first_number(name) == number)
        || only(&|_| true) && layers.iter().filter(|layer| layer.fits(stem)).count() == 1
}

/// Whether a name goes on where the other ends, not within a number: `conv_1_bn` behind `conv_1`,
/// `conv_10` not.
fn begins(name: &str, with: &str) -> bool {
    let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    name.strip_prefix(with).is_some_and(|rest| with.is_empty() || !digit(rest))
}

/// A name without what separates its words.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric())
}

impl Layer<'_> {
    /// Whether the stem has exactly this layer's missing tensors, by name and shape.
    fn fits(&self, stem: &Stem<'_>) -> bool {
        let fits = |(_, spellings): &(&Tensor, Vec<Stored>)| {
            stem.tensors.iter().any(|(suffix, dims)| {
                let same = |x: &Stored| x.suffix == suffix && x.shapes.iter().any(|x| x == dims);
                spellings.iter().any(same)
            })
        };
        stem.tensors.len() == self.tensors.len() && self.tensors.iter().all(fits)
    }
}

/// Of layers and stems without a partner, pairs single tensors of equal shape by their full names.
fn pair_tensors(
    layers: &[Layer<'_>],
    stems: &[Stem<'_>],
    pairs: &[Pair],
    guesses: &mut Guesses,
) -> Vec<Pair> {
    let mut left: Vec<(String, &[usize])> = stems
        .iter()
        .filter(|stem| !stem.taken)
        .flat_map(|stem| {
            stem.tensors.iter().map(|(suffix, dims)| (format!("{}.{suffix}", stem.name), *dims))
        })
        .collect();
    let paired: HashSet<&str> = pairs.iter().map(|(_, to)| &**to).collect();
    let alone = layers.iter().filter(|layer| !paired.contains(&*layer.name));
    let mut found = Vec::new();
    for (layer, (_, spellings)) in alone.flat_map(|x| x.tensors.iter().map(move |t| (x, t))) {
        let fitting = |dims: &[usize]| {
            spellings.iter().find(|spelling| spelling.shapes.iter().any(|x| x == dims))
        };
        let first = left.iter().position(|(_, dims)| fitting(dims).is_some());
        if let Some(first) = first {
            let choice = left.iter().filter(|(_, dims)| fitting(dims).is_some()).count() > 1;
            let (name, dims) = left.remove(first);
            if choice {
                guesses.insert(name.clone());
            }
            let suffix = fitting(dims).map_or("", |spelling| spelling.suffix);
            found.push((name, format!("{}.{suffix}", layer.name)));
        }
    }
    found
}

/// Most often a block's: `separable3.dw1` and `conv_dw_3` have the same.
fn first_number(name: &str) -> Option<&str> {
    skeleton(name).1.first().copied()
}

/// A name as its text between numbers, and the numbers.
fn skeleton(name: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let mut rest = name;
    loop {
        let digit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        texts.push(&rest[..digit]);
        rest = &rest[digit..];
        if rest.is_empty() {
            return (texts, numbers);
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        numbers.push(&rest[..end]);
        rest = &rest[end..];
    }
}

/// Pairs whose names differ in numbers only become one pattern, if it renames exactly as they do.
fn generalise(
    pairs: &[Pair],
    guesses: &Guesses,
    fitting: &[String],
    given: &[Rename],
) -> Vec<Proposal> {
    let mut groups: Vec<Vec<&Pair>> = Vec::new();
    let mut known = HashMap::new();
    for pair in pairs {
        let key = (skeleton(&pair.0).0, skeleton(&pair.1).0);
        let index = *known.entry(key).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Vec::new());
        }
        groups[index].push(pair);
    }
    let single = |pair: &&Pair| Proposal {
        from: pair.0.clone(),
        to: pair.1.clone(),
        layers: 1,
        guessed: guesses.contains(&pair.0),
    };
    let patterns: Vec<Option<Proposal>> =
        groups.iter().map(|group| pattern(group, guesses)).collect();
    let all = groups.iter().zip(&patterns).flat_map(|(group, pattern)| match pattern {
        Some(pattern) => vec![pattern.clone()],
        None => group.iter().map(single).collect(),
    });
    let all: Vec<Proposal> = all.collect();
    if rename_as_meant(&all, pairs, fitting, given) {
        return all;
    }
    pairs.iter().map(|pair| single(&pair)).collect()
}

/// One pattern for pairs of one skeleton: every number of the model's name is the same in all of
/// them, or is one of the file's numbers.
fn pattern(group: &[&Pair], guesses: &Guesses) -> Option<Proposal> {
    if group.len() < 2 {
        return None;
    }
    let numbers: Vec<_> =
        group.iter().map(|(from, to)| (skeleton(from).1, skeleton(to).1)).collect();
    let (first_from, first_to) = &numbers[0];
    let varies = |i: usize| numbers.iter().any(|(from, _)| from[i] != first_from[i]);
    let open: Vec<usize> = (0..first_from.len()).filter(|&i| varies(i)).collect();
    let name = |i: usize| {
        let place = open.iter().position(|&x| x == i)?;
        Some(format!("{{{}}}", ["i", "j", "k", "l", "m", "n"].get(place)?))
    };
    let mut from = Vec::new();
    for (i, number) in first_from.iter().enumerate() {
        from.push(if varies(i) { name(i)? } else { (*number).to_owned() });
    }
    let mut to = Vec::new();
    for (j, number) in first_to.iter().enumerate() {
        let same = numbers.iter().all(|(_, to)| to[j] == *number);
        let source = open.iter().find(|&&i| numbers.iter().all(|(from, to)| from[i] == to[j]));
        to.push(if same { (*number).to_owned() } else { name(*source?)? });
    }
    let weave = |texts: &[&str], numbers: &[String]| {
        let ends = numbers.iter().map(String::as_str).chain([""]);
        texts.iter().zip(ends).flat_map(|(text, number)| [*text, number]).collect::<String>()
    };
    let from = weave(&skeleton(&group[0].0).0, &from);
    let to = weave(&skeleton(&group[0].1).0, &to);
    let guessed = group.iter().any(|(from, _)| guesses.contains(from));
    Some(Proposal { from, to, layers: group.len(), guessed })
}

/// Whether the proposals, together with the renames given, do what the pairs say and nothing else.
fn rename_as_meant(
    proposals: &[Proposal],
    pairs: &[Pair],
    fitting: &[String],
    given: &[Rename],
) -> bool {
    let parsed = proposals.iter().map(|x| Rename::parse(&x.from, &x.to));
    let Ok(parsed) = parsed.collect::<Result<Vec<_>, _>>() else { return false };
    let all: Vec<Rename> = given.iter().cloned().chain(parsed).collect();
    if all.len().saturating_mul(pairs.len() + fitting.len()) > MAX_COMPARISONS {
        return false;
    }
    let after = |renames: &[Rename], name: &str| {
        Rename::apply_best(renames, name).map_or(name.to_owned(), |(_, renamed)| renamed)
    };
    pairs.iter().all(|(from, to)| after(&all, from) == *to)
        && fitting.iter().all(|name| after(&all, name) == after(given, name))
}
