//! Programs of others that some scenarios want.
//!
//! `tests/run` installs them and sets `POSTRIDER_CI`; without that a scenario whose program is not
//! installed says so and passes.

use std::path::PathBuf;
use std::process::Command;

/// Where `tests/run` puts what it installs.
pub fn installed(path: &str) -> PathBuf {
    let home = std::env::var_os("POSTRIDER_CLIENTS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients")),
        Into::into,
    );
    home.join(path)
}

/// A file of the tests' own clients.
pub fn client(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/journey/clients")).join(path)
}

/// Whether a command that only says something about itself succeeds.
///
/// # Panics
/// When it does not and all programs should be installed.
pub fn is_there(what: &str, command: &mut Command) -> bool {
    let there = command.output().is_ok_and(|output| output.status.success());
    let must = std::env::var_os("POSTRIDER_CI").is_some();
    assert!(there || !must, "{what} is not installed; tests/run installs it");
    if !there {
        println!("skipped: {what} is not installed; tests/run installs it");
    }
    there
}
