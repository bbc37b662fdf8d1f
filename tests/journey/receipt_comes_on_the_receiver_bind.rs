//! The receipt of a message submitted on a transmitter comes on a receiver bind of the account.

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::Esme;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

#[test]
fn a_receipt_comes_on_a_receiver_of_the_account_and_on_nobody_elses() {
    let smsc = Smsc::start();
    let site = Site::new()
        .account("app", "")
        .account("other", "")
        .carrier("sink", smsc.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let mut other = Esme::bind_as(site.smpp(), "other", BindMode::Transceiver);
    let mut receiver = Esme::bind_as(site.smpp(), "app", BindMode::Receiver);
    let mut transmitter = Esme::bind_as(site.smpp(), "app", BindMode::Transmitter);
    let mut ids: Vec<String> =
        (0..10).map(|number| transmitter.submit(&format!("message {number}"))).collect();
    let mut told: Vec<String> = (0..10).map(|_| receiver.receipt().id).collect();
    ids.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, ids);
    transmitter.assert_quiet();
    other.assert_quiet();
}
