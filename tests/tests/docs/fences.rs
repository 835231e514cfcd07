//! Fenced blocks of Markdown. In: a page. Out: its blocks with their infos, and nothing that
//! Markdown would show as code without one: no such block is tested.

use crate::bless::read;

/// The pages, as `docs/` holds them.
pub const PAGES: [&str; 7] = [
    "emitted-code.md",
    "errors.md",
    "language.md",
    "numerics.md",
    "performance.md",
    "training.md",
    "tutorial.md",
];

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// The page and the line of the opening fence.
    pub place: String,
    /// What stands behind the opening fence.
    pub info: String,
    /// The lines between the fences.
    pub text: String,
    /// The last line of text before it.
    pub before: String,
}

impl Fence {
    /// The words of the info that commas separate.
    pub fn words(&self) -> Vec<&str> {
        self.info.split(',').collect()
    }

    /// The value of `name=value` in the info.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.words().into_iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The blocks of a page in order.
pub fn fences(page: &str) -> Vec<Fence> {
    let text = read(&format!("docs/{page}"));
    let mut fences = Vec::new();
    let (mut open, mut before): (Option<Fence>, String) = (None, String::new());
    let mut blank = true;
    for (number, line) in (1..).zip(text.lines()) {
        let place = format!("docs/{page}:{number}");
        match (&mut open, line.strip_prefix("```")) {
            (Some(fence), None) => fence.text.extend([line, "\n"]),
            (Some(_), Some("")) => fences.extend(open.take()),
            (Some(fence), Some(_)) => panic!("{place}: the block of {} is open", fence.place),
            (None, Some(info)) => {
                assert!(!info.starts_with('`') && !info.is_empty(), "{place}: a fence of its kind");
                let (info, before) = (info.to_owned(), std::mem::take(&mut before));
                open = Some(Fence { place, info, text: String::new(), before });
            }
            (None, None) => {
                let code = line.starts_with("    ") && blank;
                let hidden = line.trim_start().starts_with("```") || line.starts_with("~~~");
                assert!(!code && !hidden, "{place}: a block that no test sees");
                blank = line.is_empty();
                if !blank {
                    line.clone_into(&mut before);
                }
            }
        }
    }
    assert!(open.is_none(), "docs/{page}: the last block is open");
    fences
}

/// Every Markdown file of the folder is in the list, and in the book's contents.
#[test]
fn no_page_is_left_out() {
    let folder = std::fs::read_dir(crate::bless::repository("docs")).expect("the folder is there");
    let names =
        folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    names.retain(|name| name != "SUMMARY.md");
    names.sort();
    assert_eq!(names, PAGES);
    let contents = read("docs/SUMMARY.md");
    for page in PAGES {
        assert!(contents.contains(&format!("]({page})")), "SUMMARY.md has no {page}");
    }
}

/// Links between pages go to pages and headings that are there.
#[test]
fn no_link_is_dead() {
    let anchors = |page: &str| -> Vec<String> {
        let text = read(&format!("docs/{page}"));
        let headings = text.lines().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    };
    for page in PAGES {
        let text = read(&format!("docs/{page}"));
        for target in text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { page } else { file };
            assert!(PAGES.contains(&file), "docs/{page}: {target}");
            let there = heading.is_empty() || anchors(file).iter().any(|a| a == heading);
            assert!(there, "docs/{page}: {target}");
        }
    }
}

/// A heading's anchor, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}
