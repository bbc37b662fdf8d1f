//! Operators at work on a running gateway: by its socket, from the command line, and by the API.

use std::time::{Duration, Instant};

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{SubmitSmResp, UnbindResp};

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::operator::{operate, operate_in_vain};
use crate::driver::patience::until;
use crate::driver::site::{Site, listener};

#[test]
fn a_suspended_carrier_is_sent_nothing_until_it_is_resumed_and_a_restart_knows() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let said = operate(&site, &["carriers", "suspend", "sink"]);
    assert!(said.contains("suspended"), "{said}");
    let id = esme.submit("for later");
    assert!(smsc.is_quiet(Duration::from_millis(300)), "it was submitted");
    let path = format!("/v1/messages/msg_{id}");
    until("the message says so", || {
        let (_, message) = http::get_json(site.http(), &path);
        (message["hold"]["kind"] == "suspended").then_some(())
    });
    gateway.kill();
    drop(smsc);

    let _gateway = site.start();
    let mut smsc = carrier.bound();
    assert!(smsc.is_quiet(Duration::from_millis(300)), "the restart forgot");
    let (_, carriers) = http::get_json(site.http(), "/v1/carriers");
    assert_eq!(carriers["data"][0]["suspended"], true, "{carriers}");
    operate(&site, &["carriers", "resume", "sink"]);
    take_submit(&mut smsc, "a");
    let notice = operate(&site, &["carriers", "ls", "--json"]);
    assert!(notice.contains("\"suspended\": false"), "{notice}");
}

#[test]
fn a_suspension_for_a_time_ends_by_itself() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let begun = Instant::now();
    operate(&site, &["carriers", "suspend", "sink", "--for", "2s"]);
    esme.submit("soon");
    take_submit(&mut smsc, "a");
    assert!(begun.elapsed() >= Duration::from_millis(1_900), "after {:?}", begun.elapsed());
}

#[test]
fn what_waits_for_a_suspended_carrier_goes_to_the_next_one_of_its_route() {
    let (first, second) = (Carrier::listen(), Carrier::listen());
    let site = Site::new()
        .account("app", "")
        .carrier("first", first.address(), "")
        .carrier("second", second.address(), "")
        .sections("[[route]]\nprefix = \"\"\ncarrier = \"first\"\nfailover = [\"second\"]");
    let _gateway = site.start();
    let (mut one, mut other) = (first.bound(), second.bound());
    let mut esme = Esme::bind(site.smpp());
    operate(&site, &["carriers", "suspend", "first"]);
    esme.submit("elsewhere");
    take_submit(&mut other, "a");
    assert!(one.is_quiet(Duration::from_millis(200)));
}

#[test]
fn a_rebind_waits_for_answers_and_binds_anew() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("under way");
    let submit = smsc.wait(CommandId::SUBMIT_SM);
    operate(&site, &["carriers", "rebind", "sink"]);
    assert!(smsc.is_quiet(Duration::from_millis(300)), "it did not wait for the answer");
    let message_id = Some(&b"a"[..]);
    smsc.answer(&submit, 0, &SubmitSmResp { message_id, ..SubmitSmResp::default() });
    let unbind = smsc.wait(CommandId::UNBIND);
    smsc.answer(&unbind, 0, &UnbindResp::default());
    smsc.ended();
    let mut smsc = carrier.bound();
    esme.submit("over the new bind");
    take_submit(&mut smsc, "b");
}

#[test]
fn a_limit_holds_a_carrier_to_its_rate_until_it_is_lifted() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let (status, limited) = http::post_json(
        site.http(),
        "/v1/carriers/sink/limits",
        r#"{"rate_per_second":2,"for_s":600}"#,
    );
    assert_eq!((status, &limited["limit"]["rate_per_second"]), (200, &2.into()), "{limited}");
    (0..5).for_each(|number| drop(esme.submit(&format!("{number}"))));
    take_submit(&mut smsc, "0");
    let begun = Instant::now();
    take_submit(&mut smsc, "1");
    take_submit(&mut smsc, "2");
    assert!(begun.elapsed() >= Duration::from_millis(800), "after {:?}", begun.elapsed());
    operate(&site, &["carriers", "limit", "sink"]);
    let begun = Instant::now();
    (3..5).for_each(|number| drop(take_submit(&mut smsc, &format!("{number}"))));
    assert!(begun.elapsed() < Duration::from_millis(400), "after {:?}", begun.elapsed());
}

#[test]
fn what_waits_is_listed_and_ended_with_a_reason_that_its_account_and_its_history_tell() {
    let site = Site::with_sink(listener().local_addr().unwrap(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let ended = esme.try_submit(HANDSET, "to be ended").unwrap();
    let kept = esme.try_submit("33612345678", "to be kept").unwrap();
    let said = operate(&site, &["queue", "ls"]);
    assert!(said.contains("carrier_down"), "{said}");
    let bounce = ["queue", "bounce", "sink", "--to", "+4477", "--reason", "carrier_down"];
    let said = operate(&site, &bounce);
    assert!(said.starts_with("1 messages have ended"), "{said}");
    let told = esme.receipt();
    assert_eq!((told.id, told.state), (ended.clone(), 5));
    let message = http::message_that_is(site.http(), &format!("msg_{ended}"), "bounced");
    assert_eq!(message["reason"]["code"], "carrier_down", "{message}");
    let (_, message) = http::get_json(site.http(), &format!("/v1/messages/msg_{kept}"));
    assert_eq!(message["disposition"], "in_progress", "{message}");
    let said = operate(&site, &["queue", "bounce", "sink", "--account", "app"]);
    assert!(said.starts_with("1 messages have ended"), "{said}");
    http::message_that_is(site.http(), &format!("msg_{kept}"), "bounced");
}

#[test]
fn what_was_refused_for_the_moment_is_tried_at_once_after_a_flush() {
    const ESME_RSYSERR: u32 = 0x08;
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("try again");
    for attempt in 0..3 {
        let submit = smsc.wait(CommandId::SUBMIT_SM);
        smsc.answer(&submit, ESME_RSYSERR, &SubmitSmResp::default());
        until("it waits for another attempt", || {
            let (_, queues) = http::get_json(site.http(), "/v1/queues");
            (queues["data"][0]["deferred"] == 1).then_some(())
        });
        let begun = Instant::now();
        let said = operate(&site, &["queue", "flush", "sink"]);
        assert!(said.starts_with("1 messages"), "attempt {attempt}: {said}");
        assert!(begun.elapsed() < Duration::from_secs(2), "it came by itself");
    }
    take_submit(&mut smsc, "a");
}

#[test]
fn the_log_level_is_changed_and_the_gateway_drained_from_the_command_line() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    drop(carrier.bound());
    assert!(!gateway.written().contains("\"level\":\"debug\""));
    operate(&site, &["log-level", "info,postrider::peer::http=debug"]);
    http::get(site.http(), "/livez");
    gateway.line("debug lines", |line| line.contains("\"level\":\"debug\"").then_some(()));
    let said = operate_in_vain(&site, &["log-level", "verbose"]);
    assert!(said.contains("invalid_request"), "{said}");
    operate(&site, &["drain"]);
    gateway.ends_well();
    let said = operate_in_vain(&site, &["drain"]);
    assert!(said.contains("does not answer"), "{said}");
}

#[test]
fn a_carrier_that_is_none_is_said_to_be_none() {
    let site = Site::with_sink(listener().local_addr().unwrap(), "");
    let _gateway = site.start();
    for arguments in [&["carriers", "suspend", "sync"][..], &["queue", "flush", "sync"]] {
        let said = operate_in_vain(&site, arguments);
        assert!(said.contains("no carrier has this name"), "{said}");
    }
}

#[test]
fn a_carrier_that_is_down_does_not_make_the_gateway_unready() {
    let site = Site::with_sink(listener().local_addr().unwrap(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("waits");
    let (status, ready) = http::get_json(site.http(), "/readyz?verbose");
    assert_eq!((status, &ready["status"]), (200, &"ready".into()), "{ready}");
    assert_eq!(ready["carriers"][0]["binds_up"], 0, "{ready}");
    for path in ["/livez", "/startupz"] {
        assert_eq!(http::get(site.http(), path).0, 200, "{path}");
    }
}

#[test]
fn top_shows_once_what_a_gateway_does_for_people_and_for_programs() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("counted");
    take_submit(&mut smsc, "a");
    until("the answer is counted", || {
        let said = operate(&site, &["top", "--once", "--json"]);
        let snapshot: serde_json::Value = serde_json::from_str(&said).unwrap();
        let counted = snapshot["accepted"] == 1.0 && snapshot["submits"] == 1.0;
        assert_eq!(snapshot["ready"], true, "{said}");
        assert_eq!(snapshot["carriers"][0]["id"], "sink", "{said}");
        counted.then_some(())
    });
    let said = operate(&site, &["top", "--once"]);
    assert!(said.starts_with("ready\ncarriers   1 of 1 up"), "{said}");
    let said = operate_in_vain(&site, &["top"]);
    assert!(said.contains("no terminal"), "{said}");
}
