//! The pieces of emitted code that a page shows are what the compiler emits.
//!
//! `rust,emitted=BEGINNING` is the item of `tests/networks/simple_cnn/emitted.rs` (or of the network
//! behind `from=`) whose line begins so, with its documentation; `lines=N` cuts it off.

use super::bless::{compare, read};
use super::fences::{Fence, fences};

const PAGE: &str = "emitted-code.md";

/// An item, brought to the margin.
fn item(code: &str, beginning: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = code.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with(beginning))?;
    let documented = |line: &&&str| line.trim_start().starts_with("///");
    let docs = lines[..at].iter().rev().take_while(documented).count();
    let indent = lines[at].len() - lines[at].trim_start().len();
    let closes = |line: &&str| {
        line.len() > indent && !line[..=indent].trim().is_empty() && line[indent..].starts_with('}')
    };
    let length =
        if lines[at].ends_with(';') { 1 } else { lines[at + 1..].iter().position(closes)? + 2 };
    let dedent = |line: &&str| line.get(indent..).unwrap_or_default().to_owned();
    Some(lines[at - docs..at + length].iter().map(dedent).collect())
}

/// What a block should hold.
fn expected(fence: &Fence) -> String {
    if let Some(network) = fence.value("network") {
        return read(&format!("tests/networks/{network}/network.cnn"));
    }
    let Some(beginning) = fence.value("emitted") else {
        panic!("{}: unknown info `{}`", fence.place, fence.info)
    };
    let network = fence.value("from").unwrap_or("simple_cnn");
    let code = read(&format!("tests/networks/{network}/emitted.rs"));
    let item = item(&code, beginning);
    let mut lines = item.unwrap_or_else(|| panic!("{}: no `{beginning}`", fence.place));
    if let Some(count) = fence.value("lines") {
        lines.truncate(count.parse().expect("a number"));
        lines.push("        // ...".to_owned());
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_page_shows_what_is_emitted() {
    let path = format!("docs/{PAGE}");
    let mut page = String::new();
    let mut rest = read(&path);
    for fence in fences(PAGE) {
        let block = |text: &str| format!("```{}\n{text}```\n", fence.info);
        let (before, behind) = rest.split_once(&block(&fence.text)).expect("the block");
        page.extend([before, &block(&expected(&fence))]);
        rest = behind.to_owned();
    }
    compare(&path, &(page + &rest));
}
