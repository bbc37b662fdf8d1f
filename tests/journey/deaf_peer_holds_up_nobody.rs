//! A peer that stops reading: the others go on, and it is closed after its time.

use std::io::Write as _;
use std::time::{Duration, Instant};

use postrider::wire::smpp::pdu::{EnquireLink, encode};
use postrider::wire::smpp::status::CommandStatus;

use crate::driver::esme::Esme;
use crate::driver::patience::{PATIENCE, until};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

#[test]
fn an_application_that_stops_reading_holds_up_nobody_and_is_closed() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "").smpp_keys("response_timeout_s = 2");
    let mut gateway = site.start();
    let deaf = Esme::bind(site.smpp());
    let mut other = Esme::bind(site.smpp());
    let mut enquiries = Vec::new();
    for sequence in 1..=4096 {
        encode(&mut enquiries, CommandStatus(0), sequence, &EnquireLink::default());
    }
    // It asks for answers and reads none, until nothing goes either way.
    let mut stream = deaf.stream();
    stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let started = Instant::now();
    while stream.write_all(&enquiries).is_ok() {
        assert!(started.elapsed() < PATIENCE, "it is read from without end");
    }
    let asked = Instant::now();
    assert!(!other.submit("in the meantime").is_empty());
    assert!(asked.elapsed() < Duration::from_secs(2), "it was held up");
    gateway.line("that it closed the deaf peer", |line| {
        line.contains("peer does not read").then_some(())
    });
    until("the connection ends", || stream.write_all(&enquiries).is_err().then_some(()));
    assert!(!other.submit("and after").is_empty());
}

#[test]
fn receipts_of_an_application_that_stops_reading_come_on_its_next_bind() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "").smpp_keys("response_timeout_s = 1");
    let _gateway = site.start();
    let mut deaf = Esme::bind(site.smpp());
    let mut ids: Vec<String> =
        (0..20).map(|number| deaf.submit(&format!("message {number}"))).collect();
    // It answers no deliver_sm from here on; its window of them is given back in time.
    let mut next = Esme::bind(site.smpp());
    let mut told: Vec<String> = Vec::new();
    until("all receipts come", || {
        let id = next.receipt().id;
        if !told.contains(&id) {
            told.push(id);
        }
        (told.len() == ids.len()).then_some(())
    });
    ids.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, ids);
}
