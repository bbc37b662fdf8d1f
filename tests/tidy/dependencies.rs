//! Every crate we depend on has its reason in the line above it.

use std::fs;

use crate::sources::{none, root};

/// Dependencies of a manifest without a comment in the line above them.
fn without_reason(manifest: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut section, mut above) = ("", "");
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && line.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !above.starts_with("# ")
        {
            found.push(line);
        }
        above = line;
    }
    found
}

#[test]
fn every_dependency_has_its_reason() {
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let wrong: Vec<String> = without_reason(&text)
            .into_iter()
            .map(|line| format!("{manifest}: no reason above `{line}`"))
            .collect();
        none(&wrong);
    }
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# Why.\na = \"1\"\nb = \"1\"\n\n\
                    [dev-dependencies]\nc = \"1\"\n";
    assert_eq!(without_reason(manifest), ["b = \"1\"", "c = \"1\""]);
}
