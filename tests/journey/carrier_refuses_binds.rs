//! A carrier that refuses our bind is asked again, later, and the messages wait.

use std::time::Duration;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::Esme;
use crate::driver::site::Site;

const ESME_RBINDFAIL: u32 = 0x0D;
const ESME_RINVPASWD: u32 = 0x0E;

#[test]
fn a_refused_bind_is_tried_again_and_the_messages_go_then() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("hello");
    for _ in 0..3 {
        carrier.answer_bind(ESME_RBINDFAIL).ended();
    }
    let mut smsc = carrier.bound();
    take_submit(&mut smsc, "1");
    gateway.line("that the bind was refused", |line| {
        line.contains("carrier refuses our bind").then_some(())
    });
}

#[test]
fn a_carrier_that_calls_the_password_wrong_is_left_alone_for_a_while() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    carrier.answer_bind(ESME_RINVPASWD).ended();
    gateway.line("that the bind was refused", |line| {
        line.contains("carrier refuses our bind").then_some(())
    });
    // Many lock accounts that keep trying.
    assert!(carrier.is_left_alone(Duration::from_secs(1)));
    assert!(!Esme::bind(site.smpp()).submit("taken all the same").is_empty());
}
