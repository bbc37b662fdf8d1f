//! The scripts around the npm package `smpp`.

use std::process::Command;

use super::process::Process;
use super::site::Site;
use super::tools::{client, installed, is_there};

/// Whether the package is installed; see [`is_there`].
pub fn is_installed() -> bool {
    is_there("the npm package smpp", node().args(["-e", "require('smpp')"]))
}

/// Runs an application to its good end; gives the lines that it wrote.
pub fn application(script: &str, site: &Site, last: &str) -> Vec<String> {
    let mut process = start(script, site, last);
    let status = process.end();
    let said = process.complete();
    assert!(status.success(), "{script} ended with {status}: {said}");
    said.lines().map(str::to_owned).collect()
}

/// Starts an application that binds as `app`; `last` is its last argument.
pub fn start(script: &str, site: &Site, last: &str) -> Process {
    let (host, port) = (site.smpp().ip().to_string(), site.smpp().port().to_string());
    let path = client(&format!("node/{script}"));
    Process::start(script, node().arg(path).args([&host, &port, "app", "secret", last]))
}

/// Node.js, which finds the package.
pub fn node() -> Command {
    let mut node = Command::new("node");
    node.env("NODE_PATH", installed("node/node_modules"));
    node
}
