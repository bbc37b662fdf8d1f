//! The npm package `smpp` as an application.

use crate::driver::esme::HANDSET;
use crate::driver::http;
use crate::driver::node;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;
use crate::driver::stranger::submits_and_gets_its_receipts;
use crate::driver::tools::client;

#[test]
fn the_npm_package_smpp_binds_submits_and_gets_its_receipts() {
    if node::is_installed() {
        submits_and_gets_its_receipts("node", node::node().arg(client("node/client.js")));
    }
}

#[test]
fn the_npm_package_smpp_submits_to_many_and_gets_a_receipt_of_each() {
    if !node::is_installed() {
        return;
    }
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let ids = node::application("multi.js", &site, HANDSET);
    assert_eq!(ids.len(), 2, "{ids:?}");
    for id in ids {
        http::message_that_is(site.http(), &id, "delivered");
    }
}
