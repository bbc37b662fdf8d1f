//! What a file looks like: its length, its first line, and nothing left lying about.

use crate::sources::{all, below, none, root};

/// Lines of a file; a table of a standard (`*_table.rs`) may be as long as the standard.
const LINES_MAX: usize = 600;

/// Files that are longer, each with its reason. The list may only shrink.
const LONGER: &[(&str, &str)] = &[];

/// Lines of a `mod.rs`: a contents page.
const CONTENTS_LINES_MAX: usize = 150;

/// Lines of `main.rs`.
const MAIN_LINES_MAX: usize = 60;

/// What is said to be done later is done or filed; what is printed for oneself is taken out.
const LEFTOVERS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("db", "g!("),
    concat!("to", "do!("),
    concat!("unimplemented", "!("),
];

/// What begins an item that does something.
const LOGIC: &[&str] = &["fn ", "struct ", "enum ", "trait ", "impl ", "impl<", "macro_rules!"];

#[test]
fn no_file_is_too_long() {
    let mut wrong = Vec::new();
    for source in all() {
        let lines = source.text.lines().count();
        let max = if source.path == "src/main.rs" { MAIN_LINES_MAX } else { LINES_MAX };
        let exempt = source.path.ends_with("_table.rs")
            || LONGER.iter().any(|(path, _)| *path == source.path);
        if lines > max && !exempt {
            wrong.push(format!("{}: {lines} lines, at most {max}", source.path));
        }
    }
    for (path, reason) in LONGER {
        assert!(!reason.is_empty(), "{path} is exempt without a reason");
    }
    none(&wrong);
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    let mut wrong = Vec::new();
    for source in all() {
        // An attribute of the whole file may stand before.
        let first = source.text.lines().find(|line| !line.starts_with("#![") && !line.is_empty());
        if !first.is_some_and(|line| line.starts_with("//! ") && line.len() > 12) {
            wrong.push(format!("{}: does not begin with `//!` and what it is", source.path));
        }
    }
    none(&wrong);
}

#[test]
fn a_mod_rs_is_a_contents_page() {
    let mut wrong = Vec::new();
    for source in below(&["src"]) {
        if !source.path.ends_with("/mod.rs") && source.path != "src/lib.rs" {
            continue;
        }
        if source.text.lines().count() > CONTENTS_LINES_MAX {
            wrong.push(format!("{}: more than {CONTENTS_LINES_MAX} lines", source.path));
        }
        for (number, line) in source.text.lines().enumerate() {
            let item = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            let item = item.trim_start_matches("pub ").trim_start_matches("const ");
            if LOGIC.iter().any(|logic| item.starts_with(logic)) {
                wrong.push(format!("{}:{}: logic in a contents page", source.path, number + 1));
            }
        }
    }
    none(&wrong);
}

/// What lies in the project's own folder; folders that are built into are left out.
const TOP: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "config",
    "fuzz",
    "src",
    "systemd",
    "target",
    "tests",
];

#[test]
fn a_newcomer_finds_few_folders_at_the_top() {
    let names = std::fs::read_dir(root()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let wrong = names.filter(|name| !name.starts_with('.') && !TOP.contains(&name.as_str()));
    none(&wrong.map(|name| format!("{name} does not belong there")).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later() {
    let mut wrong = Vec::new();
    for source in all() {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(leftover) = LEFTOVERS.iter().find(|&&leftover| line.contains(leftover)) {
                wrong.push(format!("{}:{}: {leftover}", source.path, number + 1));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_pages_link_to_files_that_are_there() {
    let mut wrong = Vec::new();
    for page in ["README.md", ".github/CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap();
            if !link.contains("://") && !link.is_empty() && !root().join(link).exists() {
                wrong.push(format!("{page}: {link} is not there"));
            }
        }
    }
    none(&wrong);
}
