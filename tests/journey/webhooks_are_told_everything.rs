//! Everybody is told everything, whatever the others do and whenever the gateway dies; each message's
//! events in their order, and what is told twice has the same id.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::driver::http::{get, get_json};
use crate::driver::patience::{until, until_within};
use crate::driver::process::Process;
use crate::driver::receiver::{Manner, Receiver, subscribe};
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;
use crate::driver::tools::{client, installed, is_there};

const EVENTS: [&str; 3] = ["message.accepted", "message.sent", "message.delivered"];

/// Begins to submit messages that all get a receipt.
fn load(site: &Site, messages: usize, rate: usize) -> Process {
    let (to, messages, rate) = (site.smpp().to_string(), messages.to_string(), rate.to_string());
    Process::postrider(&[
        "load",
        "--system-id",
        "app",
        "--password",
        "secret",
        "--binds",
        "2",
        "--reconnect",
        "--json",
        "--to",
        &to,
        "--messages",
        &messages,
        "--rate",
        &rate,
        "--window",
        "50",
    ])
}

fn site(smsc: &Smsc) -> Site {
    Site::new()
        .account("app", "window = 1000")
        .carrier("sink", smsc.address(), "binds = 2\nwindow = 100")
        .route("", "sink")
}

/// Events of all webhooks that are not told yet.
fn backlog(site: &Site) -> u64 {
    let (_, list) = get_json(site.http(), "/v1/webhooks");
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["backlog"]["events"].as_u64().unwrap())
        .sum()
}

/// The messages that are delivered by now: of those that were on their way when a gateway was killed
/// nobody else knows whether they were taken.
fn delivered(site: &Site) -> HashSet<String> {
    let (mut ids, mut after) = (HashSet::new(), String::new());
    loop {
        let path = format!("/v1/messages?disposition=delivered&limit=100{after}");
        let (_, page) = get_json(site.http(), &path);
        let data = page["data"].as_array().unwrap();
        ids.extend(data.iter().map(|message| message["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["page"]["next"].as_str() else { return ids };
        after = format!("&after={next}");
    }
}

fn p99(latencies: &mut [u64]) -> u64 {
    latencies.sort_unstable();
    latencies.get(latencies.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(0)
}

#[test]
fn a_dead_a_slow_and_a_failing_webhook_lose_nothing_and_the_healthy_one_waits_for_none() {
    const MESSAGES: usize = 400;
    let smsc = Smsc::start();
    let site = site(&smsc);
    let mut gateway = site.start();
    let slowness = Duration::from_secs(1);
    let [healthy, slow, half, away] = [Manner::Healthy, Manner::Slow, Manner::Half, Manner::Away]
        .map(|manner| {
            let receiver = Receiver::start(manner, slowness);
            receiver.subscribe(&site, &EVENTS);
            receiver
        });
    let mut load = load(&site, MESSAGES, 200);
    until("some is told", || (healthy.count() > 200).then_some(()));
    gateway.kill();
    gateway = site.start();
    load.end();
    let all = delivered(&site);
    assert!(all.len() > MESSAGES / 2, "{} of {MESSAGES} are delivered", all.len());
    let has_all = |receiver: &Receiver| receiver.taken(|taken| taken.delivered.is_superset(&all));
    until("the healthy one is told all", || has_all(&healthy).then_some(()));
    assert!(!has_all(&slow) && away.count() == 0, "the others were not waited for");
    let owed = backlog(&site);
    assert!(owed > all.len() as u64, "{owed} are owed");
    let (_, page) = get(site.http(), "/metrics");
    assert!(page.contains("postrider_webhook_backlog"), "{page}");
    for other in [&slow, &half, &away] {
        other.become_(Manner::Healthy);
    }
    let everybody = [&healthy, &slow, &half, &away];
    until_within(Duration::from_secs(120), "everybody is told all", || {
        everybody.iter().all(|receiver| has_all(receiver)).then_some(())
    });
    until("nothing is owed", || (backlog(&site) == 0).then_some(()));
    let ids = healthy.taken(|taken| taken.times.keys().copied().collect::<HashSet<u64>>());
    for receiver in everybody {
        receiver.taken(|taken| {
            // What the load submits again after the kill is another message, and told to all as well.
            assert!(ids.len() == taken.times.len(), "{} and {}", ids.len(), taken.times.len());
            assert!(taken.times.keys().all(|id| ids.contains(id)), "the same events");
            assert!(taken.disorder.is_empty(), "{:?}", taken.disorder);
        });
    }
    gateway.terminate();
}

#[test]
fn signatures_verify_with_the_published_library() {
    let python = installed("python/bin/python");
    let mut command = std::process::Command::new(&python);
    if !is_there(
        "the PyPI package standardwebhooks",
        command.args(["-c", "import standardwebhooks"]),
    ) {
        return;
    }
    let smsc = Smsc::start();
    let site = site(&smsc);
    let _gateway = site.start();
    let secret = site.file("secret");
    let mut command = std::process::Command::new(&python);
    command.arg(client("python/webhook_receiver.py")).arg(&secret);
    let mut receiver = Process::start("the receiver", &mut command);
    let port = receiver.line("its port", |line| line.strip_prefix("port ").map(str::to_owned));
    let webhook = subscribe(&site, &format!("http://127.0.0.1:{port}/"), &EVENTS);
    std::fs::write(&secret, webhook["secret"].as_str().unwrap()).unwrap();
    let mut load = load(&site, 20, 100);
    load.end();
    until("all is verified", || {
        let said = receiver.written();
        assert!(!said.contains("wrong"), "{said}");
        (said.lines().filter(|line| line.starts_with("verified ")).count() >= 60).then_some(())
    });
}

#[test]
fn an_export_has_a_line_of_each_event_after_a_kill_too() {
    const MESSAGES: usize = 200;
    let smsc = Smsc::start();
    let keep = Site::new();
    let directory = keep.file("export");
    let keys = "rotate_bytes = 65536\nevents = [\"message.delivered\"]";
    let export = format!("[[export]]\nname = \"cdr\"\ndirectory = {directory:?}\n{keys}\n");
    let site = site(&smsc).sections(&export);
    let mut gateway = site.start();
    let mut load = load(&site, MESSAGES, 200);
    until("a line is there", || directory.join("cdr.jsonl").exists().then_some(()));
    std::thread::sleep(Duration::from_millis(400));
    gateway.kill();
    let _gateway = site.start();
    load.end();
    let all = delivered(&site);
    until("all are written", || {
        let mut subjects = HashSet::new();
        for entry in std::fs::read_dir(&directory).unwrap() {
            let lines = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in lines.lines().filter(|line| line.ends_with('}')) {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(event["type"], "postrider.message.delivered");
                subjects.insert(event["subject"].as_str().unwrap().to_owned());
            }
        }
        subjects.is_superset(&all).then_some(())
    });
    assert!(std::fs::read_dir(&directory).unwrap().count() > 1, "it was rotated");
}

/// Milliseconds by which the healthy webhook may be later beside the others than alone, as it is measured:
/// all of them share two cores with the load, the carrier and the gateway.
const LATER_MS: u64 = 30;

/// Messages that are there before the first webhook: ten segments of the ledger, and enough for all of its tables.
/// By then it has taken up all the memory that it takes up for open and for full ones.
const BEFORE: usize = 1_300_000;
const SEGMENTS: &str = "segment_messages = 131072";

/// KiB that four webhooks may take with their windows and connections. Two million events are owed at the end:
/// it would not be enough for the address of each.
const TAKEN_KIB: u64 = 16 << 10;

/// Submits messages before there is a webhook, and says how much memory that took at most, in KiB.
fn fill_segments(site: &Site, gateway: &Process) -> u64 {
    let mut load = load(site, BEFORE, 20_000);
    let mut most = 0;
    until_within(Duration::from_secs(3600), "some segments are full", || {
        most = most.max(gateway.resident_kib());
        std::thread::sleep(Duration::from_secs(1));
        (!load.runs()).then_some(())
    });
    most
}

#[test]
#[ignore = "the long proof: cargo test --release --test journey webhooks_proof -- --ignored --nocapture"]
fn webhooks_proof() {
    let messages: usize =
        std::env::var("POSTRIDER_RECEIPTS").map_or(1_000_000, |text| text.parse().unwrap());
    let rate = std::env::var("POSTRIDER_RATE").map_or(1_500, |text| text.parse().unwrap());
    let keep = Site::new();
    let smsc = Smsc::with(&["--delay", "5ms..20ms", "--record", text(&keep.file("taken"))]);
    let site = site(&smsc).spool_keys(SEGMENTS);
    let mut gateway = site.start();
    let receiver = |manner| {
        let receiver = Receiver::start(manner, Duration::from_secs(10));
        receiver.subscribe(&site, &["message.delivered"]);
        receiver
    };
    let memory_before = fill_segments(&site, &gateway);
    let healthy = receiver(Manner::Healthy);
    let alone = messages / 10;
    let mut first = load(&site, alone, rate);
    until_within(Duration::from_secs(3600), "the first tenth", || (!first.runs()).then_some(()));
    until("all is told", || (healthy.count() >= alone).then_some(()));
    let mut p99_alone = healthy.taken(|taken| std::mem::take(&mut taken.latencies_ms));
    let p99_alone = p99(&mut p99_alone);

    let [slow, half, away] = [Manner::Slow, Manner::Half, Manner::Away].map(receiver);
    let rest = messages - alone;
    let mut load = load(&site, rest, rate);
    let begun = Instant::now();
    let (mut kills, mut memory) = (Vec::new(), Vec::new());
    until_within(Duration::from_secs(4 * 3600), "the load ends", || {
        let told = healthy.count() - alone;
        for (number, share) in [3, 6].into_iter().enumerate() {
            if kills.len() == number && told > rest * share / 10 {
                gateway.kill();
                // What is late by the kill is not late by the others.
                healthy.taken(|taken| kills.push(taken.latencies_ms.len()));
                gateway = site.start();
                away.become_(if number == 0 { Manner::Healthy } else { Manner::Away });
            }
        }
        memory.push((told, gateway.resident_kib()));
        std::thread::sleep(Duration::from_secs(1));
        (!load.runs()).then_some(())
    });
    // What was on its way to a gateway that was killed may be lost before it was taken.
    let lost_max = kills.len() * 100;
    until_within(Duration::from_secs(600), "the healthy one has all", || {
        (healthy.count() >= messages - lost_max).then_some(())
    });
    std::thread::sleep(Duration::from_secs(2));
    let mut latencies = healthy.taken(|taken| std::mem::take(&mut taken.latencies_ms));
    let parts = latencies.chunks(latencies.len().div_ceil(100).max(1));
    let parts: Vec<u64> = parts.map(|part| p99(&mut part.to_vec())).collect();
    println!("p99 of each hundredth beside the others, in ms: {parts:?}; killed at {kills:?}");
    // From each kill on, some seconds of events are those of the restart.
    for kill in kills.iter().rev() {
        let end = (kill + rate * 10).min(latencies.len());
        latencies.drain(kill.saturating_sub(rate)..end);
    }
    let p99_beside = p99(&mut latencies);
    println!("healthy: p99 {p99_alone} ms alone, {p99_beside} ms beside the others");
    println!("slow {} half {} away {} of {rest} by now", slow.count(), half.count(), away.count());
    println!("in {:?}; owed {}; memory {memory:?}", begun.elapsed(), backlog(&site));
    everybody_has_all(&site, &healthy, [("slow", &slow), ("half", &half), ("away", &away)], alone);
    let most = memory.iter().map(|(_, kib)| *kib).max().unwrap();
    println!("memory at most {memory_before} KiB without webhooks, {most} KiB beside them");
    assert!(most <= memory_before + TAKEN_KIB, "{most} KiB, {memory_before} without");
    assert!(p99_beside <= p99_alone * 2 + LATER_MS, "{p99_alone} ms alone, {p99_beside} ms beside");
}

/// Lets the others take everything, and looks at what everybody has.
fn everybody_has_all(
    site: &Site,
    healthy: &Receiver,
    others: [(&str, &Receiver); 3],
    alone: usize,
) {
    let begun = Instant::now();
    others.iter().for_each(|(_, other)| other.become_(Manner::Healthy));
    for (name, other) in others {
        until_within(Duration::from_secs(3600), "all are told all", || {
            (other.count() >= healthy.count() - alone).then_some(())
        });
        println!("{name} has all {:?} after the others let it", begun.elapsed());
    }
    until_within(Duration::from_secs(600), "nothing is owed", || {
        (backlog(site) == 0).then_some(())
    });
    let ids = healthy.taken(|taken| taken.times.keys().copied().collect::<HashSet<u64>>());
    for receiver in others.map(|(_, other)| other).into_iter().chain([healthy]) {
        receiver.taken(|taken| {
            assert!(taken.times.keys().all(|id| ids.contains(id)), "the same events");
            let doubles = taken.times.values().filter(|times| **times > 1).count();
            println!("{} events, {doubles} told more than once", taken.times.len());
            assert!(taken.disorder.is_empty(), "{:?}", taken.disorder);
        });
    }
}
