//! A connection that does not bind in time is closed (SMPP v3.4 §7.2, session_init_timer).

use std::time::{Duration, Instant};

use crate::driver::esme::Esme;
use crate::driver::peer::Peer;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

#[test]
fn a_connection_without_a_bind_is_closed_after_its_time_and_not_before() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "").smpp_keys("session_init_timeout_s = 1");
    let _gateway = site.start();
    let mut bound = Esme::bind(site.smpp());
    let connected = Instant::now();
    let mut silent = Peer::connect(site.smpp());
    let mut dribbling = Peer::connect(site.smpp());
    dribbling.octets(&[0, 0, 0, 40, 0, 0]);
    silent.ended();
    assert!(connected.elapsed() > Duration::from_millis(900));
    dribbling.ended();
    assert!(connected.elapsed() < Duration::from_secs(10));
    assert!(!bound.submit("a bound one stays").is_empty());
}
