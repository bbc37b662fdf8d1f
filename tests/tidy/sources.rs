//! The files that the rules are about.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file of ours.
#[derive(Debug)]
pub struct Source {
    /// Its path from the root of the repository.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below these folders.
pub fn below(folders: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in folders {
        walk(&root().join(folder), &mut sources);
    }
    assert!(!sources.is_empty(), "nothing below {folders:?}");
    sources
}

/// All Rust files.
pub fn all() -> Vec<Source> {
    below(&["src", "tests", "benches", "fuzz/src", "fuzz/fuzz_targets"])
}

/// Fails with all that is wrong, each with its place.
pub fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn walk(folder: &Path, sources: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            sources.push(Source { path, text });
        }
    }
}
