//! Writing to standard output and standard error, for people and for programs.

use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;

/// Writes data. A reader that has gone away has had enough.
pub(super) fn out(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Writes everything that is not data.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes data for programs, indented so that people can read it too.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => out(text),
        Err(error) => note(format_args!("postrider: this cannot be written as JSON: {error}")),
    }
}
