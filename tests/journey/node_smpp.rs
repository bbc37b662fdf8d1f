//! The npm package `smpp` as an application.

use std::process::Command;

use crate::driver::stranger::submits_and_gets_its_receipts;
use crate::driver::tools::{client, installed, is_there};

#[test]
fn the_npm_package_smpp_binds_submits_and_gets_its_receipts() {
    let modules = installed("node/node_modules");
    let mut node = Command::new("node");
    node.env("NODE_PATH", &modules);
    if is_there("the npm package smpp", node.args(["-e", "require('smpp')"])) {
        let mut node = Command::new("node");
        node.env("NODE_PATH", &modules).arg(client("node/client.js"));
        submits_and_gets_its_receipts("node", &mut node);
    }
}
