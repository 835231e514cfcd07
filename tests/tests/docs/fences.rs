//! Fenced blocks of Markdown. In: a page. Out: its blocks with their infos, and nothing that
//! Markdown would show as code without one: no such block is tested.

use super::bless::read;

/// The pages, as `docs/` holds them.
pub const PAGES: [&str; 3] = ["errors.md", "language.md", "performance.md"];

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

/// Every Markdown file of the folder is in the list.
#[test]
fn no_page_is_left_out() {
    let folder = std::fs::read_dir(super::bless::repository("docs")).expect("the folder is there");
    let names =
        folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    names.sort();
    assert_eq!(names, PAGES);
}
