//! The scripts around the npm package `smpp`.

use std::process::Command;

use super::process::Process;
use super::site::Site;
use super::tools::{client, installed, is_there};

/// Whether the package is installed; see [`is_there`].
pub fn is_installed() -> bool {
    is_there("the npm package smpp", node().args(["-e", "require('smpp')"]))
}

/// Runs an application that binds as `app` to its good end; gives the lines that it wrote. Its last
/// argument is `last`.
pub fn application(script: &str, site: &Site, last: &str) -> Vec<String> {
    let (host, port) = (site.smpp().ip().to_string(), site.smpp().port().to_string());
    let path = client(&format!("node/{script}"));
    let arguments = [&host, &port, "app", "secret", last];
    let mut process = Process::start(script, node().arg(path).args(arguments));
    let status = process.end();
    let said = process.complete();
    assert!(status.success(), "{script} ended with {status}: {said}");
    said.lines().map(str::to_owned).collect()
}

/// Node.js, which finds the package.
pub fn node() -> Command {
    let mut node = Command::new("node");
    node.env("NODE_PATH", installed("node/node_modules"));
    node
}
