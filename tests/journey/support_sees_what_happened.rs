//! `send`, `trace`, `search` and the API: what became of a message, found by whatever a caller can read out.

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site};
use crate::driver::smsc::Smsc;

const FULL_PHONE: &str = "447700900404";

/// Runs a subcommand against the site's API: its exit code and what it said.
fn run(site: &Site, subcommand: &str, arguments: &[&str]) -> (i32, String) {
    let url = format!("http://{}", site.http());
    let mut all = vec![subcommand, "--url", &url, "--key", KEY];
    all.extend(arguments);
    let mut process = Process::postrider(&all);
    let code = process.end().code().unwrap();
    (code, process.complete())
}

#[test]
fn send_follows_a_message_to_its_end_and_its_exit_code_says_which() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let send = |to: &str| {
        let message = ["--account", "app", "--from", "ACME", "--to", to, "--text", "hello"];
        run(&site, "send", &[&message[..], &["--wait"]].concat())
    };
    let (code, said) = send(HANDSET);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("DELIVRD"), "{said}");
    let (code, said) = send(FULL_PHONE);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("memory_full"), "{said}");
    let (code, said) = send("not a number");
    assert_eq!(code, 1, "{said}");
}

#[test]
fn a_message_is_found_by_its_id_its_number_and_its_carriers_id() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.try_submit(FULL_PHONE, "hello").unwrap();
    esme.receipt();
    drop(esme);
    let message = http::message_that_is(site.http(), &id, "bounced");
    let carriers_id = message["carrier"]["message_id"].as_str().unwrap().to_owned();
    let found_by_all = || {
        for what in [&*id, FULL_PHONE, &carriers_id] {
            let (code, said) = run(&site, "trace", &[what]);
            assert_eq!(code, 0, "by {what}: {said}");
            for part in [&*id, "Phone memory full", &carriers_id, "attempt 1", "UNDELIV"] {
                assert!(said.contains(part), "by {what}: {part} is not in {said}");
            }
        }
        for query in [&*id, FULL_PHONE, &carriers_id, "to:*0404 disposition:bounced -from:nobody"] {
            let (code, said) = run(&site, "search", &[query]);
            assert_eq!(code, 0, "by {query}: {said}");
            for part in [&*id, "bounced: Phone memory full", "all there are until"] {
                assert!(said.contains(part), "by {query}: {part} is not in {said}");
            }
        }
    };
    found_by_all();
    gateway.terminate();
    let _next = site.start();
    found_by_all();
    assert_eq!(run(&site, "trace", &["447700900999"]).0, 2);
    assert_eq!(run(&site, "search", &["447700900999"]).0, 2);
    let (code, said) = run(&site, "search", &["-dispositon:bounced", "--json"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("did you mean `disposition`?"), "{said}");
}

#[test]
fn what_bounced_is_listed_with_its_reason_and_only_for_those_with_a_key() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    for (to, fate) in [(HANDSET, "delivered"), (FULL_PHONE, "bounced"), (HANDSET, "delivered")] {
        let id = esme.try_submit(to, "hello").unwrap();
        http::message_that_is(site.http(), &id, fate);
    }
    let (status, list) = http::get_json(site.http(), "/v1/messages?disposition=bounced");
    assert_eq!((status, list["data"].as_array().unwrap().len()), (200, 1), "{list}");
    assert_eq!(list["data"][0]["reason"]["code"], "memory_full");
    let (status, page) = http::get_json(site.http(), "/v1/messages?limit=2");
    assert_eq!((status, &page["page"]["has_more"]), (200, &true.into()), "{page}");
    let nobody = ["--key", "wrong", "--url", &format!("http://{}", site.http()), FULL_PHONE];
    let mut refused = Process::postrider(&[&["trace"], &nobody[..]].concat());
    assert_eq!(refused.end().code(), Some(1), "{}", refused.complete());
}

#[test]
fn metrics_count_what_went_through() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    for number in 0..7 {
        esme.submit(&format!("message {number}"));
        esme.receipt();
    }
    let counted = crate::driver::patience::until("the metrics are current", || {
        let (_, page) = http::get(site.http(), "/metrics");
        let line = page.lines().find(|line| {
            line.starts_with("postrider_messages_final_total") && line.contains("\"delivered\"")
        })?;
        (line.rsplit(' ').next() == Some("7")).then(|| page.clone())
    });
    for name in
        ["postrider_messages_accepted_total", "postrider_carrier_up", "postrider_build_info"]
    {
        assert!(counted.contains(name), "{name} is missing");
    }
}
