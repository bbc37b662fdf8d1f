//! `postrider tail` beside a running gateway: what it writes, what it leaves out, how it ends.

use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::operator::{operate_in_vain, start};
use crate::driver::process::Process;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

#[test]
fn each_event_is_a_line_and_numbers_are_masked_unless_they_are_asked_for() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut tails = [
        start(&site, &["tail"]),
        start(&site, &["tail", "--kind", "delivered", "--numbers", "--json", "--to", HANDSET]),
        start(&site, &["tail", "--account", "app", "--disposition", "bounced"]),
    ];
    let mut esme = Esme::bind(site.smpp());
    let id = heard_by_all(&mut esme, &mut tails);
    let line = tails[0].line("the end of it", |line| {
        (line.contains(&id) && line.contains("  delivered ")).then(|| line.to_owned())
    });
    assert!(line.contains("sink") && !line.contains(HANDSET), "{line}");
    assert!(tails[0].written().contains("accepted "), "{}", tails[0].written());
    let event: Value = tails[1].line("it as JSON", |line| serde_json::from_str(line).ok());
    assert_eq!(event["type"], "postrider.message.delivered");
    assert!(event.to_string().contains(HANDSET), "{event}");
    assert_eq!(tails[2].written(), "", "nothing bounced");
    for mut tail in tails {
        tail.signal(Signal::INT);
        tail.ends_well();
    }
    let said = operate_in_vain(&site, &["tail", "--carrier", "nobody"]);
    assert!(said.contains("carrier is not known"), "{said}");
}

/// Submits until the tails have begun to hear, which may be in the middle of a message, and once more; the id of
/// that one.
fn heard_by_all(esme: &mut Esme, tails: &mut [Process; 3]) -> String {
    loop {
        let hear = tails[..2].iter().all(|tail| !tail.written().is_empty());
        let id = esme.submit("to be heard of");
        esme.receipt();
        if hear {
            return id;
        }
    }
}

#[test]
fn it_comes_again_after_a_restart_with_what_it_missed_and_tells_carriers() {
    let mut smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let mut gateway = site.start();
    let mut tail = start(&site, &["tail"]);
    let mut esme = Esme::bind(site.smpp());
    let mut seen = String::new();
    while tail.written().is_empty() {
        seen = esme.submit("before");
        esme.receipt();
    }
    gateway.kill();
    let _gateway = site.start();
    tail.line("that the gateway is there again", |line| line.contains("there again").then_some(()));
    tail.line("that the carrier is up", |line| line.contains("carrier.up ").then_some(()));
    let written = tail.written();
    let again = written.lines().filter(|line| line.contains(&seen) && line.contains("  accepted "));
    assert!(again.count() <= 1, "{written}");
    smsc.counts();
    tail.line("that it is down", |line| {
        (line.contains("carrier.down ") && line.contains("sink")).then_some(())
    });
}

#[test]
fn it_ends_when_nobody_reads_it_any_more() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let configuration = site.file("postrider.toml");
    let line = "\"$0\" tail --config \"$1\" | head -n 1";
    let mut pipe = Command::new("sh");
    pipe.args(["-c", line, env!("CARGO_BIN_EXE_postrider"), text(&configuration)]);
    let mut pipe = Process::start("tail | head", &mut pipe);
    let mut esme = Esme::bind(site.smpp());
    while pipe.runs() {
        esme.submit("until the pipe has ended");
        esme.receipt();
    }
    pipe.ends_well();
}
