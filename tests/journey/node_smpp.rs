//! The npm package `smpp` as an application.

use std::process::Command;

use crate::driver::esme::HANDSET;
use crate::driver::http;
use crate::driver::process::Process;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;
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

#[test]
fn the_npm_package_smpp_submits_to_many_and_gets_a_receipt_of_each() {
    let modules = installed("node/node_modules");
    let mut node = Command::new("node");
    node.env("NODE_PATH", &modules);
    if !is_there("the npm package smpp", node.args(["-e", "require('smpp')"])) {
        return;
    }
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let (host, port) = (site.smpp().ip().to_string(), site.smpp().port().to_string());
    let mut node = Command::new("node");
    node.env("NODE_PATH", &modules).arg(client("node/multi.js"));
    let mut client = Process::start("node", node.args([&host, &port, "app", "secret", HANDSET]));
    let status = client.end();
    assert!(status.success(), "ended with {status}: {}", client.complete());
    let said = client.complete();
    assert_eq!(said.lines().count(), 2, "{said}");
    for id in said.lines() {
        http::message_that_is(site.http(), id, "delivered");
    }
}
