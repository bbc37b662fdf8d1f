//! The shard that listens has nothing to do of its own: what comes to it is passed on and timed all
//! the same.

use std::time::{Duration, Instant};

use postrider::wire::smpp::pdu::BindMode;

use crate::driver::esme::Esme;
use crate::driver::peer::Peer;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

#[test]
fn a_bind_for_another_shard_and_a_silent_connection_do_not_wait_for_other_work() {
    let smsc = Smsc::start();
    let site = Site::new()
        .top_keys("shards = 2")
        .smpp_keys("session_init_timeout_s = 1")
        .account("here", "")
        .account("there", "")
        .carrier("sink", smsc.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let started = Instant::now();
    Peer::connect(site.smpp()).ended();
    let mut there = Esme::bind_as(site.smpp(), "there", BindMode::Transceiver);
    assert!(!there.submit("hello").is_empty());
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}
