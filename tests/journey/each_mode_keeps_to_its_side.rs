//! tx, rx and trx binds: each may do what the standard's table allows it (SMPP v3.4 §2.3).

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RINVBNDSTS: u32 = 0x04;

#[test]
fn a_transmitter_and_a_transceiver_submit_and_a_receiver_may_not() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    for mode in [BindMode::Transmitter, BindMode::Transceiver] {
        let mut esme = Esme::bind_as(site.smpp(), "app", mode);
        assert!(!esme.submit("hello").is_empty());
    }
    let mut receiver = Esme::bind_as(site.smpp(), "app", BindMode::Receiver);
    assert_eq!(receiver.try_submit(HANDSET, "hello"), Err(ESME_RINVBNDSTS));
}

#[test]
fn every_fate_comes_back_as_the_state_that_names_it() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    // The simulated SMSC decides by the last three digits; the states are those of §5.2.28.
    for (digits, state) in [("123", 2), ("401", 5), ("403", 8), ("404", 5), ("408", 3), ("411", 2)]
    {
        let id = esme.try_submit(&format!("447700900{digits}"), "hello").unwrap();
        let receipt = esme.receipt();
        assert_eq!((receipt.id, receipt.state), (id, state), "fate {digits}");
    }
    // A receipt that comes twice is told once.
    let id = esme.try_submit("447700900410", "hello").unwrap();
    assert_eq!(esme.receipt().id, id);
    esme.assert_quiet();
}
