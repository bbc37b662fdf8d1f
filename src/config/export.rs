//! `[[export]]`: news written to files.

use std::path::Path;

use super::http;
use super::section::Section;
use crate::feed::kind::{Kind, Kinds};
use crate::peer::export::config::{EXPORTS_MAX, ExportConfig};
use crate::pipeline::settings::AccountConfig;

const NAME: &str = "1 to 32 letters, digits, `-` and `_`";
const DIRECTORY: &str = "the path of a directory";

pub(super) fn read(
    section: &Section<'_>,
    beside: &Path,
    accounts: &[AccountConfig],
) -> ExportConfig {
    let default = ExportConfig::default();
    let directory = section.text_or_none("directory", DIRECTORY);
    if directory.is_none() {
        section.missing("directory", DIRECTORY);
    }
    let export = ExportConfig {
        name: name(section),
        directory: directory.map_or(default.directory, |path| beside.join(path)),
        kinds: kinds(section),
        account: http::account(section, "account", accounts),
        in_full: section.flag("numbers_in_full", default.in_full),
        rotate_bytes: section.number("rotate_bytes", default.rotate_bytes, 4096..=1 << 40),
        rotate: section.seconds("rotate_s", default.rotate, 60..=31_536_000),
    };
    section.finish();
    export
}

fn name(section: &Section<'_>) -> String {
    let Some(name) = section.text_or_none("name", NAME) else {
        section.missing("name", NAME);
        return String::new();
    };
    let letter = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_';
    if !(1..=32).contains(&name.len()) || !name.bytes().all(letter) {
        section.fail("name", "cannot be the name of a file".to_owned(), NAME.to_owned());
    }
    name
}

fn kinds(section: &Section<'_>) -> Kinds {
    let allowed = || {
        let names: Vec<&str> = Kinds::ALL.names().collect();
        format!("a list of \"*\", {}", names.join(", "))
    };
    let Some(names) = section.texts("events", &allowed()) else { return Kinds::ALL };
    match Kinds::from_names(names.iter().map(String::as_str)) {
        Ok(kinds) if kinds != Kinds::NONE => kinds,
        Ok(_) => {
            section.fail("events", "has nothing in it".to_owned(), allowed());
            Kinds::ALL
        }
        Err(name) => {
            section.fail("events", format!("`{name}` {}", Kind::no_kind(name)), allowed());
            Kinds::ALL
        }
    }
}

/// What only all exports show.
pub(super) fn check(sections: &[Section<'_>]) {
    if let Some(section) = sections.get(EXPORTS_MAX) {
        let problem = format!("is one of {} exports", sections.len());
        section.fail("name", problem, format!("at most {EXPORTS_MAX}"));
    }
}
