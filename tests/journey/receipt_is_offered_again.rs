//! A receipt is owed until the application takes it.

use crate::driver::esme::{Esme, told};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RX_T_APPN: u32 = 0x64;

#[test]
fn a_receipt_answered_with_a_passing_error_is_offered_again_and_then_no_more() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("hello");
    let first = esme.delivery();
    assert_eq!(told(&first).id, id);
    esme.answer_delivery(&first, ESME_RX_T_APPN);
    let again = esme.delivery();
    assert_eq!(told(&again).id, id);
    assert_ne!(again.header().sequence_number, first.header().sequence_number);
    esme.answer_delivery(&again, 0);
    esme.assert_quiet();
}

#[test]
fn a_receipt_whose_bind_broke_comes_on_the_next() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("hello");
    assert_eq!(told(&esme.delivery()).id, id);
    drop(esme);
    let mut next = Esme::bind(site.smpp());
    assert_eq!(next.receipt().id, id);
    next.assert_quiet();
}
