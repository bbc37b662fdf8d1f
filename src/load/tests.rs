//! Load through the relay to the simulated SMSC and back, all in this process.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::LocalSet;

use crate::load::client;
use crate::load::config::Config;
use crate::load::listen::accept;
use crate::load::pace::Pace;
use crate::load::relay::{Hub, Settings, attend};
use crate::load::tally::Tally;
use crate::sim::config::{Config as SmscConfig, Span};
use crate::sim::smsc::Smsc;
use crate::wire::smpp::status::CommandStatus;

fn smsc(config: SmscConfig) -> Smsc {
    let delay = Span::new(Duration::from_millis(2), Duration::from_millis(20));
    Smsc::start(SmscConfig { credentials: None, delay, ..config }).unwrap()
}

fn flow(to: SocketAddr) -> Config {
    Config {
        name: "flood".to_owned(),
        to,
        system_id: "load".to_owned(),
        password: "load".to_owned(),
        binds: 3,
        window: 50,
        pace: None,
        messages: Some(5_000),
        duration: None,
        receipts: true,
        source: "LOADTEST".to_owned(),
        first_destination: 447_400_000_000,
        destinations: 1_000,
        text_len: 60,
        grace: Duration::from_secs(2),
        retry_pause: Some(Duration::from_millis(5)),
        reconnect: false,
        record: None,
        follows: None,
    }
}

/// A relay in a thread that lasts as long as the test process.
fn relay(to: SocketAddr) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let settings = Settings {
            routes: vec![("447".to_owned(), to)],
            system_id: "relay".to_owned(),
            password: "relay".to_owned(),
            binds: 2,
            window: 40,
        };
        let hub = Rc::new(Hub::new(settings));
        LocalSet::new().block_on(&runtime, accept(listener, hub, attend))
    });
    addr
}

fn run(config: Config) -> io::Result<Tally> {
    client::run(config, Arc::default())
}

#[test]
fn every_receipt_comes_back_through_the_relay() {
    let smsc = smsc(SmscConfig::default());
    let tally = run(flow(relay(smsc.addr()))).unwrap();
    assert_eq!((tally.submitted, tally.acknowledged, tally.matched), (5_000, 5_000, 5_000));
    assert!(tally.is_clean() && tally.disconnects == 0, "{tally:?}");
    let stats = smsc.stop();
    assert_eq!((stats.accepted.get(), stats.confirmed.get(), stats.bound.get()), (5_000, 5_000, 0));
    // One that overtakes its response on another bind is sent away, and comes again.
    assert!(stats.receipts.get() >= 5_000, "{}", stats.receipts.get());
}

#[test]
fn an_open_loop_sends_on_time() {
    let smsc = smsc(SmscConfig::default());
    let pace = Some(Pace::new(5_000, Duration::from_millis(1)));
    let duration = Some(Duration::from_millis(400));
    let tally = run(Config { pace, messages: None, duration, ..flow(smsc.addr()) }).unwrap();
    assert_eq!(
        tally.submitted, 2_001,
        "one every 200 us, the first at once and the last at the end"
    );
    assert!(tally.is_clean() && tally.matched == 2_001, "{tally:?}");
}

#[test]
fn what_was_throttled_is_sent_again() {
    let smsc = smsc(SmscConfig { rate: Some(4_000), ..SmscConfig::default() });
    let tally = run(Config { messages: Some(1_500), ..flow(smsc.addr()) }).unwrap();
    assert!(tally.retried > 0 && tally.acknowledged == 1_500, "{tally:?}");
    assert!(tally.is_clean());
}

#[test]
fn a_message_without_a_receipt_is_lost_and_one_with_two_is_doubled() {
    let smsc = smsc(SmscConfig::default());
    let config = Config {
        grace: Duration::from_millis(200),
        // 409 has no receipt, 410 has two, 411 has its own before the response.
        first_destination: 447_700_900_409,
        destinations: 3,
        messages: Some(30),
        ..flow(smsc.addr())
    };
    let tally = run(config).unwrap();
    assert_eq!((tally.lost, tally.strays.doubled, tally.strays.unknown), (10, 10, 0), "{tally:?}");
    assert_eq!(tally.matched, 20);
    assert!((1..=10).contains(&tally.early), "on another bind it may still come second");
    assert!(!tally.is_clean());
}

#[test]
fn responses_held_back_come_late_and_in_order() {
    let held = Duration::from_millis(30);
    let smsc = smsc(SmscConfig { response_delay: held, ..SmscConfig::default() });
    let tally = run(Config { messages: Some(600), ..flow(smsc.addr()) }).unwrap();
    assert!(tally.is_clean() && tally.acknowledged == 600, "{tally:?}");
    assert!(tally.submit.summary()[0].1 >= 30.0);
    assert!(tally.early > 0, "a receipt due after 2 ms overtakes");
}

#[test]
fn records_of_both_sides_name_every_message() {
    let dir = tempfile::tempdir().unwrap();
    let (taken, acknowledged) = (dir.path().join("taken"), dir.path().join("acknowledged"));
    let smsc = smsc(SmscConfig { record: Some(taken.clone()), ..SmscConfig::default() });
    let record = Some(acknowledged.clone());
    run(Config { messages: Some(500), record, ..flow(smsc.addr()) }).unwrap();
    drop(smsc);
    let taken = std::fs::read_to_string(taken).unwrap();
    let taken: std::collections::HashSet<(&str, &str)> = taken
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[1], &fields[4][..17])
        })
        .collect();
    let acknowledged = std::fs::read_to_string(acknowledged).unwrap();
    assert_eq!((taken.len(), acknowledged.lines().count()), (500, 500));
    for line in acknowledged.lines() {
        assert!(taken.contains(&line.split_once('\t').unwrap()), "{line}");
    }
}

#[test]
fn a_wrong_password_ends_the_run() {
    let credentials = Some(("sink".to_owned(), "sink".to_owned()));
    let smsc = Smsc::start(SmscConfig { credentials, ..SmscConfig::default() }).unwrap();
    let error = run(Config { system_id: "sink".to_owned(), ..flow(smsc.addr()) }).unwrap_err();
    assert!(error.to_string().contains("ESME_RINVPASWD"), "{error}");
}

#[test]
fn accounts_that_share_the_relays_binds_get_their_own_receipts() {
    let smsc = smsc(SmscConfig::default());
    let to = relay(smsc.addr());
    let flows = ["one", "two"].map(|name| {
        let config = Config { system_id: name.to_owned(), ..flow(to) };
        std::thread::spawn(move || run(config).unwrap())
    });
    for thread in flows {
        let tally = thread.join().unwrap();
        assert!(tally.is_clean() && tally.matched == 5_000, "{tally:?}");
    }
    // One that overtook its response has come again.
    assert!(smsc.stop().receipts.get() >= 10_000);
}

#[test]
fn a_receipt_that_overtakes_its_response_comes_again_through_the_relay() {
    let smsc = smsc(SmscConfig::default());
    let destinations = Config {
        // Its receipt is sent before the response.
        first_destination: 447_700_900_411,
        destinations: 1,
        messages: Some(20),
        ..flow(relay(smsc.addr()))
    };
    let tally = run(destinations).unwrap();
    assert!(tally.is_clean() && tally.matched == 20, "{tally:?}");
    assert!(smsc.stop().redelivered.get() > 0);
}

#[test]
fn the_relay_refuses_a_destination_without_a_route() {
    let smsc = smsc(SmscConfig::default());
    let foreign = Config {
        first_destination: 331_000_000_000,
        messages: Some(10),
        ..flow(relay(smsc.addr()))
    };
    let tally = run(foreign).unwrap();
    assert_eq!(tally.refused.get(&CommandStatus::ESME_RINVDSTADR), Some(&10), "{tally:?}");
    assert_eq!(smsc.stop().accepted.get(), 0);
}
