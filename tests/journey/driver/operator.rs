//! An operator at the command line of the gateway's machine.

use super::process::Process;
use super::site::{Site, text};

/// Runs a subcommand to its good end; what it wrote.
pub fn operate(site: &Site, arguments: &[&str]) -> String {
    let mut process = start(site, arguments);
    process.ends_well();
    process.complete()
}

/// Runs a subcommand that has to fail; what it wrote.
pub fn operate_in_vain(site: &Site, arguments: &[&str]) -> String {
    let mut process = start(site, arguments);
    assert!(!process.end().success(), "{arguments:?} did not fail: {}", process.written());
    process.complete()
}

/// Starts a subcommand.
pub fn start(site: &Site, arguments: &[&str]) -> Process {
    let configuration = site.file("postrider.toml");
    let mut all = arguments.to_vec();
    all.extend(["--config", text(&configuration)]);
    Process::postrider(&all)
}
