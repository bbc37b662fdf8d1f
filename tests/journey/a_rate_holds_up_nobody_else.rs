//! Rates of a route and of a destination's prefix: what is above waits and says for what, and what is
//! not goes past it.

use std::time::{Duration, Instant};

use postrider::wire::smpp::pdu::{Pdu, SubmitSm};

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::peer::Frame;
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site};

const HELD: &str = "447700900123";
const OTHER: &str = "33612345678";

/// Which limit a message waits for, as the API says it.
fn hold(site: &Site, id: &str) -> serde_json::Value {
    until("the message says what it waits for", || {
        let (_, message) = http::get_json(site.http(), &format!("/v1/messages/{id}"));
        let hold = message["hold"].clone();
        (hold["kind"] == "throttle").then_some(hold)
    })
}

#[test]
fn what_a_prefixs_rate_holds_says_so_and_others_pass_it() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "")
        .sections("[[limit]]\nprefix = \"4477\"\nrate_per_second = 1\nburst = 1");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let held: Vec<_> = (0..20).map(|_| esme.try_submit(HELD, "hello").unwrap()).collect();
    let _other = esme.try_submit(OTHER, "hello").unwrap();
    let mut waited = 0;
    let went_past = until("the other one passes", || {
        let submit = take_submit(&mut smsc, &format!("{waited}"));
        waited += 1;
        is_to(&submit, OTHER).then_some(waited)
    });
    assert!(went_past <= 10, "it waited for {went_past}");
    let hold = hold(&site, &held[19]);
    assert_eq!(hold["title"], "Waiting for the rate configured for this prefix", "{hold}");
    assert_eq!(hold["limit"]["prefix"], "4477", "{hold}");
    assert_eq!(hold["limit"]["rate_per_second"], 1, "{hold}");
    assert!(hold["until"].is_string(), "{hold}");
    let url = format!("http://{}", site.http());
    let mut trace = Process::postrider(&["trace", "--url", &url, "--key", KEY, &held[19]]);
    trace.end();
    let said = trace.complete();
    assert!(said.contains("Held: Waiting for the rate configured for this prefix"), "{said}");
    let (_, page) = http::get(site.http(), "/metrics");
    assert!(page.contains("postrider_limit_rate_per_second{limit=\"prefix:4477\"} 1"), "{page}");
}

#[test]
fn a_routes_rate_is_kept_and_named_by_the_route() {
    let carrier = Carrier::listen();
    let site = Site::new()
        .account("app", "")
        .carrier("sink", carrier.address(), "")
        .sections(
            "[[route]]\nname = \"uk\"\nprefix = \"44\"\ncarrier = \"sink\"\n\
             rate_per_second = 2\nburst = 1",
        )
        .route("", "sink");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let held: Vec<_> = (0..20).map(|_| esme.try_submit(HELD, "hello").unwrap()).collect();
    take_submit(&mut smsc, "first");
    let hold = hold(&site, &held[19]);
    assert_eq!(hold["limit"]["route"], "uk", "{hold}");
    let mut taken = 0;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        take_submit(&mut smsc, &format!("{taken}"));
        taken += 1;
    }
    assert!((3..=7).contains(&taken), "{taken} in two seconds");
}

/// Whether a submit is for this number.
fn is_to(submit: &Frame, to: &str) -> bool {
    let Pdu::SubmitSm(SubmitSm(sm)) = submit.pdu() else { panic!("{submit:?}") };
    sm.destination_addr == to.as_bytes()
}
