//! Somebody else's client, run against a gateway and a simulated SMSC.

use std::process::Command;

use super::esme::HANDSET;
use super::http;
use super::process::Process;
use super::site::{Site, text};
use super::smsc::Smsc;

/// Runs a client that submits three texts and one in two parts, and judges what it says, what the
/// gateway knows and what the carrier was given.
pub fn submits_and_gets_its_receipts(name: &str, command: &mut Command) {
    let beside = Site::new();
    let taken = beside.file("taken");
    let smsc = Smsc::with(&["--delay", "5ms..20ms", "--record", text(&taken)]);
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let (host, port) = (site.smpp().ip().to_string(), site.smpp().port().to_string());
    let mut client = Process::start(name, command.args([&host, &port, "app", "secret", HANDSET]));
    let status = client.end();
    assert!(status.success(), "{name} ended with {status}: {}", client.complete());
    let said = client.complete();
    let ids: Vec<&str> = said.lines().collect();
    assert_eq!(ids.len(), 5, "{said}");
    for id in ids {
        http::message_that_is(site.http(), id, "delivered");
    }
    smsc.stop();
    // Both parts reach the carrier with their user data headers as they were.
    let taken: Vec<Vec<u8>> = std::fs::read_to_string(&taken)
        .unwrap()
        .lines()
        .map(|line| octets(line.rsplit('\t').next().unwrap()))
        .collect();
    for part in 1..=2 {
        let is_part =
            |text: &&Vec<u8>| text.starts_with(&[5, 0, 3]) && text.get(4..6) == Some(&[2, part]);
        assert_eq!(taken.iter().filter(is_part).count(), 1, "part {part}: {taken:?}");
    }
}

/// A field of the simulated SMSC's record as octets.
fn octets(field: &str) -> Vec<u8> {
    let mut rest = field.as_bytes();
    let mut octets = Vec::new();
    while let [first, more @ ..] = rest {
        if let (b'\\', [b'x', high, low, after @ ..]) = (first, more) {
            let digits = [*high, *low];
            octets.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            rest = after;
        } else {
            octets.push(*first);
            rest = more;
        }
    }
    octets
}
