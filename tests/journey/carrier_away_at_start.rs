//! A carrier that is not there: messages are taken, wait, say why, and go when it comes.

use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::site::{Site, listener};
use crate::driver::smsc::Smsc;

#[test]
fn messages_for_a_carrier_that_is_away_wait_and_go_when_it_comes() {
    let address = listener().local_addr().unwrap();
    let site = Site::with_sink(address, "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let mut ids: Vec<String> =
        (0..20).map(|number| esme.submit(&format!("message {number}"))).collect();
    let message = http::message_that_is(site.http(), &ids[0], "in_progress");
    assert!(message.to_string().contains("carrier_down"), "it does not say why: {message}");
    // A carrier that is down is no reason to send applications elsewhere.
    assert_eq!(http::get(site.http(), "/readyz").0, 200);

    let _smsc = Smsc::at(&address.to_string(), &["--delay", "1ms"]);
    let mut told: Vec<String> = (0..20).map(|_| esme.receipt().id).collect();
    ids.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, ids);
}
