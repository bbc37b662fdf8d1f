//! Finding the tables of a file: one, or a list of them, each with its name for messages.

use std::collections::HashSet;

use toml::de::{DeTable, DeValue};

use super::section::{Reader, Section};

/// A table that may be there once.
pub(super) fn one<'a>(
    reader: &'a Reader<'a>,
    top: &Section<'a>,
    root: &'a DeTable<'a>,
    key: &'static str,
) -> Section<'a> {
    top.given(key);
    let table = root.get(key).and_then(|value| match value.get_ref() {
        DeValue::Table(table) => Some((table, value.span())),
        _ => {
            top.fail(key, "is not a table".to_owned(), format!("a section [{key}]"));
            None
        }
    });
    Section::new(reader, key, key.to_owned(), table)
}

/// Tables that may be there any number of times, each named in messages by its name or its place.
pub(super) fn many<'a>(
    reader: &'a Reader<'a>,
    parent: &Section<'a>,
    root: &'a DeTable<'a>,
    key: &'static str,
    kind: &'static str,
) -> Vec<Section<'a>> {
    parent.given(key);
    let Some(value) = root.get(key) else { return Vec::new() };
    let Some(items) = value.get_ref().as_array() else {
        parent.fail(key, "is not a list".to_owned(), format!("sections [[{kind}]]"));
        return Vec::new();
    };
    let mut sections = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.get_ref().as_table() else {
            parent.fail(key, "has an item that is no table".to_owned(), format!("[[{kind}]]"));
            continue;
        };
        let name = table.get("name").and_then(|name| name.get_ref().as_str());
        let path = match name {
            Some(name) if !name.is_empty() => format!("{kind}.{name}"),
            _ => format!("{kind}.{}", index + 1),
        };
        sections.push(Section::new(reader, kind, path, Some((table, item.span()))));
    }
    sections
}

/// Records each value that an earlier section has already.
pub(super) fn unique<'v>(
    sections: &[Section<'_>],
    key: &'static str,
    values: impl Iterator<Item = &'v String>,
) {
    let mut seen = HashSet::new();
    for (section, value) in sections.iter().zip(values) {
        // An empty name has been complained about.
        if !value.is_empty() && !seen.insert(value) {
            section.fail(key, "is there twice".to_owned(), "a value of its own".to_owned());
        }
    }
}
