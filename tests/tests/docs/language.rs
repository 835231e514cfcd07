//! Whether the language reference leaves nothing out: every layer, argument and flag.

use cnn_dsl::check::layers::{all, words};

use super::bless::read;

#[test]
fn every_layer_has_its_section() {
    let page = read("docs/language.md");
    for layer in all() {
        let section = page.split("\n### ").find(|section| {
            let heading = section.lines().next().unwrap_or_default();
            heading.split(", ").any(|name| name == format!("`{}`", layer.name))
        });
        let section = section.unwrap_or_else(|| panic!("no section `{}`", layer.name));
        for word in layer.arguments.iter().chain(layer.flags) {
            assert!(section.contains(&format!("`{word}")), "`{word}` of `{}`", layer.name);
            for value in words(word) {
                assert!(section.contains(&format!("`{word} {value}`")), "`{word} {value}`");
            }
        }
    }
}
