//! The rules of this codebase that a program can check (`CONTRIBUTING.md` states them).
//!
//! In: every file that git knows or would take up. Out: all breaches at once, as `path:line: rule`.
//! Not here: what rustfmt, clippy and rustc already hold.

use crate::package::PACKAGES;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Longest Rust file. The aim is 400; a file that is a little over is no better cut in two.
const MAX_LINES: usize = 450;

/// Longest documentation of a module; a crate's own, which is its front page, may be longer.
const MAX_MODULE_DOC: usize = 10;

/// The only places where `unsafe` may stand.
const UNSAFE_PLACES: [&str; 2] = ["cnn-runtime/src/simd/", "cnn-runtime/src/pool/"];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 4] = ["utils", "util", "common", "helpers"];

/// Endings of files that nobody meant to keep.
const LEFTOVERS: [&str; 5] = [".new", ".orig", ".bak", ".rej", "~"];

/// Where every operation has its definition, and so its name.
const OPERATIONS: &str = "cnn-dsl/src/ir/layers/";

/// Stages in which every operation has a file.
const STAGES: [&str; 2] = ["cnn-dsl/src/check/layers/", "cnn-runtime/src/reference/"];

/// Stages in which every operation has a file that is a kernel of the plan.
const KERNEL_STAGES: [&str; 3] =
    ["cnn-dsl/src/plan/layers/", "cnn-dsl/src/emit/layers/", "cnn-runtime/src/dynamic/layers/"];

/// Operations that are mere renamings of a value to the plan.
const NO_KERNEL: [&str; 2] = ["dropout.rs", "flatten.rs"];

/// What every published package must hold: cargo packs no file from outside its folder.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Checks the whole repository.
pub fn run(root: &Path) -> Result<(), String> {
    let files = files(root)?;
    let mut breaches = layer_names(&files);
    breaches.extend(licences(&|path| std::fs::read(root.join(path)).ok()));
    for path in &files {
        let Ok(text) = std::fs::read_to_string(root.join(path)) else { continue };
        breaches.extend(check(path, &text));
    }
    if breaches.is_empty() { Ok(()) } else { Err(breaches.join("\n")) }
}

/// Paths relative to the root, of tracked files and of new ones that are not ignored.
fn files(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut files: Vec<String> =
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    files.retain(|path| root.join(path).exists());
    Ok(files)
}

/// The breaches of one text file.
fn check(path: &str, text: &str) -> Vec<String> {
    let mut breaches = if path.ends_with(".rs") { unsafety(path, text) } else { Vec::new() };
    let mut breach = |line: usize, rule: &str| breaches.push(format!("{path}:{line}: {rule}"));
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
    if EMPTY_NAMES.contains(&stem) {
        breach(1, "a name that says nothing");
    }
    if LEFTOVERS.iter().any(|ending| path.ends_with(ending)) {
        breach(1, "a file that an editor or a merge left behind");
    }
    let hard_break = path.ends_with(".md");
    for (number, line) in (1..).zip(text.lines()) {
        if (path.ends_with(".rs") || path.ends_with(".cnn") || hard_break)
            && line.trim_end() != line
        {
            breach(number, "white space at the line's end");
        }
        if path.ends_with(".rs") && !is_emitted(path) {
            for rule in line_rules(path, line) {
                breach(number, rule);
            }
        }
    }
    if path.ends_with(".rs") && !is_emitted(path) {
        let length = text.lines().count();
        if length > MAX_LINES {
            breach(length, &format!("longer than {MAX_LINES} lines"));
        }
        let docs = text.lines().take_while(|line| line.starts_with("//!")).count();
        if docs == 0 {
            breach(1, "no module documentation");
        }
        // Crates inside `tests` are users' crates, with whatever lints they have.
        let package = path.strip_suffix("/src/lib.rs").or(path.strip_suffix("/src/main.rs"));
        let crate_root = package.is_some_and(|package| !package.contains('/'));
        if docs > MAX_MODULE_DOC && !crate_root {
            breach(docs, &format!("module documentation longer than {MAX_MODULE_DOC} lines"));
        }
        if crate_root && !text.contains("#![forbid(unsafe_code)]") && !has_unsafe_places(path) {
            breach(1, "a crate without `#![forbid(unsafe_code)]`");
        }
    }
    breaches
}

/// What must not stand in a line of Rust.
fn line_rules(path: &str, line: &str) -> Vec<&'static str> {
    let mut rules = Vec::new();
    // Assembled from parts, so that this file keeps its own rules.
    let unfinished = [["to", "do!("], ["unimple", "mented!("], ["TO", "DO"], ["FIX", "ME"]];
    if unfinished.iter().any(|parts| line.contains(&parts.concat())) {
        rules.push("unfinished work");
    }
    if line.contains(&["db", "g!("].concat()) {
        rules.push("a debugging print");
    }
    let code = line.split("//").next().unwrap_or("");
    let pest = ["use pest", "pest::", "pest_derive"].iter().any(|word| code.contains(word));
    if pest && !path.starts_with("cnn-dsl/src/syntax/") && !path.starts_with("xtask/") {
        rules.push("pest outside `syntax`");
    }
    let quote = ["use quote", "quote::", "quote!", "quote_spanned!"];
    let may_quote = ["cnn-dsl/src/emit/", "cnn-dsl/src/build/", "cnn-macros/", "xtask/"];
    if quote.iter().any(|word| code.contains(word))
        && !path.contains("/tests/")
        && !may_quote.iter().any(|place| path.starts_with(place))
    {
        rules.push("quote outside `emit`");
    }
    rules
}

/// `unsafe` stands in its places alone, not in emitted code either, and says each time why it is
/// sound: a `// SAFETY:` line before a block or an `impl`, a section `# Safety` before a function.
fn unsafety(path: &str, text: &str) -> Vec<String> {
    let place = UNSAFE_PLACES.iter().any(|place| path.starts_with(place));
    let lines: Vec<&str> = text.lines().collect();
    let mut breaches = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        // Assembled from parts, so that this file keeps its own rules.
        let has = |next: &str| code.contains(&[concat!("un", "safe"), next].concat());
        let block = has(" {") || has(" impl");
        let function = has(" fn") || has(" trait") || has(" extern") || has("(");
        let breach = if !block && !function {
            None
        } else if !place {
            Some("`unsafe` outside its places")
        } else if block && !above(&lines[..index], "// SAFETY: ") {
            Some("`unsafe` without a `// SAFETY:` line")
        } else if function && !above(&lines[..index], "/// # Safety") {
            Some("an `unsafe` function without a section `# Safety`")
        } else {
            None
        };
        breaches.extend(breach.map(|rule| format!("{path}:{}: {rule}", index + 1)));
    }
    breaches
}

/// Whether a line begins so between the statement or item before and the end of `lines`.
fn above(lines: &[&str], start: &str) -> bool {
    let comment = |line: &str| line.starts_with("//");
    let ends = |line: &str| !comment(line) && line.ends_with([';', '{', '}', ',']);
    let own = lines.iter().rev().map(|line| line.trim()).take_while(|line| !ends(line));
    own.into_iter().any(|line| line.starts_with(start))
}

/// Each published package has the root's licences, word for word.
fn licences(read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let mut breaches = Vec::new();
    for licence in LICENCES {
        let root = read(licence);
        for package in PACKAGES {
            let path = format!("{package}/{licence}");
            if root.is_none() || read(&path) != root {
                breaches.push(format!("{path}:1: not the root's `{licence}`"));
            }
        }
    }
    breaches
}

/// Code that the compiler wrote: a golden.
fn is_emitted(path: &str) -> bool {
    path.ends_with("/emitted.rs")
}

fn has_unsafe_places(path: &str) -> bool {
    let package = path.split('/').next().unwrap_or("");
    UNSAFE_PLACES.iter().any(|place| place.starts_with(package))
}

/// One operation, one file in each stage, all of the same name; a large one may be a folder.
fn layer_names(files: &[String]) -> Vec<String> {
    let inside = |folder: &str| -> BTreeSet<String> {
        let names = files.iter().filter_map(|path| path.strip_prefix(folder));
        names.map(|name| name.replace("/mod.rs", ".rs")).collect()
    };
    let mut breaches = Vec::new();
    for operation in inside(OPERATIONS) {
        let kernel = !NO_KERNEL.contains(&operation.as_str());
        let folders = STAGES.iter().chain(KERNEL_STAGES.iter().filter(|_| kernel));
        for folder in folders.filter(|folder| !inside(folder).contains(&operation)) {
            breaches.push(format!("{OPERATIONS}{operation}:1: no file of that name in `{folder}`"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::{check, layer_names, licences, unsafety};

    #[test]
    fn each_rule_finds_its_breach() {
        let cases = [
            ("a/src/x.rs", "fn f() {}\n", "a/src/x.rs:1: no module documentation"),
            ("a/src/x.rs", "//! D.\nfn f() {} \n", "a/src/x.rs:2: white space at the line's end"),
            ("a/src/utils.rs", "//! D.\n", "a/src/utils.rs:1: a name that says nothing"),
            (
                "a/src/lib.rs",
                "//! D.\n",
                "a/src/lib.rs:1: a crate without `#![forbid(unsafe_code)]`",
            ),
            ("a/x.rs.new", "", "a/x.rs.new:1: a file that an editor or a merge left behind"),
            ("a/src/x.rs", "//! D.\nuse pest::Parser;\n", "a/src/x.rs:2: pest outside `syntax`"),
            ("a/src/x.rs", "//! D.\nuse quote::quote;\n", "a/src/x.rs:2: quote outside `emit`"),
        ];
        for (path, text, breach) in cases {
            assert_eq!(check(path, text), [breach]);
        }
        let block = format!("//! D.\nfn f() {{ {} {{}} }}\n", concat!("un", "safe"));
        assert_eq!(check("a/src/x.rs", &block), ["a/src/x.rs:2: `unsafe` outside its places"]);
        let bare = "cnn-runtime/src/simd/x.rs:2: `unsafe` without a `// SAFETY:` line";
        assert_eq!(check("cnn-runtime/src/simd/x.rs", &block), [bare]);
        let unfinished = format!("//! D.\nfn f() {{ {}) }}\n", ["to", "do!("].concat());
        assert_eq!(check("a/src/x.rs", &unfinished), ["a/src/x.rs:2: unfinished work"]);
    }

    #[test]
    fn unsafe_stands_in_its_places_with_its_reason() {
        let word = concat!("un", "safe");
        let rules = |path: &str, text: &str| -> Vec<String> {
            let breaches = unsafety(path, &text.replace("?", word));
            breaches.iter().map(|breach| breach.split_once(": ").unwrap().1.to_owned()).collect()
        };
        let place = "cnn-runtime/src/pool/x.rs";
        for sound in [
            "// SAFETY: so.\n// And so.\nlet x = ? { y() };",
            "// SAFETY: so.\nlet x =\n    ? { y() };",
            "// SAFETY: so.\n#[allow(z)]\n? impl Sync for X {}",
            "/// X.\n///\n/// # Safety\n/// So.\n#[inline]\npub ? fn x() {}",
            "// Nothing is ? { here }.",
        ] {
            assert_eq!(rules(place, sound), [""; 0], "{sound}");
        }
        for bare in
            ["let x = ? { y() };", "// SAFETY: so.\ny();\n? { y() };", "? impl Sync for X {}"]
        {
            assert_eq!(rules(place, bare), ["`?` without a `// SAFETY:` line".replace("?", word)]);
        }
        let function = "/// X.\n? fn x() {}";
        let rule = "an `?` function without a section `# Safety`".replace("?", word);
        assert_eq!(rules(place, function), [rule]);
        for text in ["// SAFETY: so.\n? { y() };", "#[?(no_mangle)]", "? extern \"C\" {}"] {
            for path in ["cnn-dsl/src/x.rs", "tests/networks/a/emitted.rs"] {
                assert_eq!(rules(path, text), ["`?` outside its places".replace("?", word)]);
            }
        }
    }

    #[test]
    fn length_is_counted_in_lines() {
        let text = |lines: usize| format!("//! D.\n{}", "fn f() {}\n".repeat(lines - 1));
        assert!(check("a/src/x.rs", &text(450)).is_empty());
        assert_eq!(check("a/src/x.rs", &text(451)), ["a/src/x.rs:451: longer than 450 lines"]);
        assert!(check("tests/goldens/a/emitted.rs", &text(9000)).is_empty());
    }

    #[test]
    fn a_package_has_the_roots_licences() {
        let same = |path: &str| Some(path.rsplit('/').next()?.as_bytes().to_vec());
        assert!(licences(&same).is_empty());
        let other = |path: &str| if path == "cnn-dsl/LICENSE-MIT" { None } else { same(path) };
        assert_eq!(licences(&other), ["cnn-dsl/LICENSE-MIT:1: not the root's `LICENSE-MIT`"]);
        assert_eq!(licences(&|_| None).len(), 10, "none at the root either");
    }

    #[test]
    fn an_operation_has_a_file_in_each_stage() {
        let mut files: Vec<String> = [super::OPERATIONS]
            .iter()
            .chain(&super::STAGES)
            .chain(&super::KERNEL_STAGES)
            .map(|folder| format!("{folder}conv.rs"))
            .collect();
        files.extend(
            [super::OPERATIONS, super::STAGES[0], super::STAGES[1]]
                .map(|folder| format!("{folder}flatten.rs")),
        );
        assert!(layer_names(&files).is_empty());
        for file in files.iter_mut().filter(|file| file.contains("/emit/")) {
            *file = file.replace("conv.rs", "conv/mod.rs");
        }
        assert!(layer_names(&files).is_empty(), "a folder");
        files.retain(|path| path != "cnn-dsl/src/emit/layers/conv/mod.rs");
        let breach =
            "cnn-dsl/src/ir/layers/conv.rs:1: no file of that name in `cnn-dsl/src/emit/layers/`";
        assert_eq!(layer_names(&files), [breach]);
    }
}
