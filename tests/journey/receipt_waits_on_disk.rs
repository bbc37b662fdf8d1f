//! Receipts wait for their application on disk, over a restart of either kind.

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::{Esme, own};
use crate::driver::http;
use crate::driver::process::Process;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

/// Submits on a transmitter, leaves, waits until the receipts are in, lets `stop` end the gateway,
/// and collects the receipts from the next one.
fn receipts_survive(stop: impl FnOnce(&mut Process)) {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let mut gateway = site.start();
    let mut transmitter = Esme::bind_as(site.smpp(), "app", BindMode::Transmitter);
    let mut ids: Vec<String> =
        (0..20).map(|number| transmitter.submit(&format!("message {number}"))).collect();
    drop(transmitter);
    for id in &ids {
        http::message_that_is(site.http(), id, "delivered");
    }
    stop(&mut gateway);
    let _next = site.start();
    let mut receiver = Esme::bind_as(site.smpp(), "app", BindMode::Receiver);
    let mut told: Vec<String> = (0..20).map(|_| receiver.receipt().id).collect();
    ids.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, ids);
    receiver.assert_quiet();
}

#[test]
fn receipts_wait_over_a_stop() {
    receipts_survive(Process::terminate);
}

#[test]
fn receipts_wait_over_a_kill() {
    receipts_survive(Process::kill);
}

#[test]
fn a_receipt_that_was_answered_does_not_come_again_after_a_stop() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = own(esme.submit("hello").as_bytes());
    assert_eq!(esme.receipt().id, id);
    drop(esme);
    gateway.terminate();
    let _next = site.start();
    Esme::bind(site.smpp()).assert_quiet();
}
