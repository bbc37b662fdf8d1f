//! SIGTERM: nothing new is taken, what is under way is finished, everybody is told, and the end is good.

use std::time::Duration;

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{SubmitSmResp, UnbindResp};
use rustix::process::Signal;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::load::{Lines, assert_each_went_once, ends_without_loss, start_load};
use crate::driver::patience::{until, until_within};
use crate::driver::peer::{Frame, Peer};
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

const MESSAGE: &str = r#"{"account":"app","from":"ACME","to":"+447700900123","text":"late"}"#;

/// Waits for submits that fill the window, and answers none.
fn window_of(smsc: &mut Peer, size: usize) -> Vec<Frame> {
    (0..size).map(|_| smsc.wait(CommandId::SUBMIT_SM)).collect()
}

fn answer(smsc: &mut Peer, submits: &[Frame]) {
    for (number, submit) in submits.iter().enumerate() {
        let id = format!("{number:x}");
        let message_id = Some(id.as_bytes());
        smsc.answer(submit, 0, &SubmitSmResp { message_id, ..SubmitSmResp::default() });
    }
}

#[test]
fn a_gateway_that_is_told_to_stop_refuses_what_is_new_and_finishes_what_is_under_way() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "window = 3");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let ids: Vec<String> = (0..5).map(|number| esme.submit(&format!("text {number}"))).collect();
    let submits = window_of(&mut smsc, 3);

    gateway.signal(Signal::TERM);
    until("it is not ready any more", || {
        (http::get(site.http(), "/readyz").0 == 503).then_some(())
    });
    let (status, ready) = http::get_json(site.http(), "/readyz");
    assert_eq!((status, &ready["reason"]), (503, &"draining".into()), "{ready}");
    let (status, problem) = http::post_json(site.http(), "/v1/messages", MESSAGE);
    assert_eq!((status, &problem["code"]), (503, &"draining".into()), "{problem}");
    let (_, head) = http::get(site.http(), "/metrics");
    assert!(head.contains("postrider_draining 1"), "not told: {head}");
    // Nothing of its own is open: it is told at once.
    let unbind = esme.wait(CommandId::UNBIND);
    esme.answer(&unbind, 0, &UnbindResp::default());
    esme.ended();
    // The carrier still owes answers, and is waited for.
    assert!(smsc.is_quiet(Duration::from_millis(500)), "it was not waited for");
    assert!(gateway.runs());
    answer(&mut smsc, &submits);
    let unbind = smsc.wait(CommandId::UNBIND);
    smsc.answer(&unbind, 0, &UnbindResp::default());
    gateway.ends_well();

    // What had not left leaves now, and nothing twice.
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    for id in ["a", "b"] {
        take_submit(&mut smsc, id);
    }
    assert!(smsc.is_quiet(Duration::from_millis(300)), "something went twice");
    for id in ids {
        let (_, message) = http::get_json(site.http(), &format!("/v1/messages/msg_{id}"));
        assert_eq!(message["status"], "sent", "{message}");
    }
}

#[test]
fn a_carrier_that_does_not_answer_is_waited_for_until_the_second_signal() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("never answered");
    let _unanswered = smsc.wait(CommandId::SUBMIT_SM);
    gateway.signal(Signal::TERM);
    esme.wait(CommandId::UNBIND);
    std::thread::sleep(Duration::from_secs(1));
    assert!(gateway.runs(), "it did not wait");
    gateway.signal(Signal::TERM);
    until_within(Duration::from_secs(5), "it ends", || (!gateway.runs()).then_some(()));
    gateway.ends_well();

    // The doubt is known, and so it is sent again.
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    take_submit(&mut smsc, "c");
    let path = format!("/v1/messages/msg_{id}/events");
    until("the doubt is told", || {
        http::get(site.http(), &path).1.contains("in_doubt").then_some(())
    });
}

#[test]
fn a_carrier_that_does_not_answer_is_waited_for_no_longer_than_the_limit() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "").smpp_keys("drain_timeout_s = 1");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    esme.try_submit(HANDSET, "never answered").unwrap();
    let _unanswered = smsc.wait(CommandId::SUBMIT_SM);
    gateway.signal(Signal::TERM);
    // Its session has its own patience with answers, of a few seconds; then it is unbound.
    let unbind = smsc.wait(CommandId::UNBIND);
    smsc.answer(&unbind, 0, &UnbindResp::default());
    gateway.ends_well();
}

#[test]
fn sigterm_in_the_middle_of_a_load_loses_nothing_and_sends_nothing_twice() {
    const STOPS: usize = 3;
    const TAKEN_BETWEEN: usize = 700;
    let keep = Site::new();
    let (acknowledged, taken) = (keep.file("acknowledged"), keep.file("taken"));
    let smsc = Smsc::with(&["--response-delay", "50ms", "--record", text(&taken)]);
    let site = Site::new()
        .account("app", "window = 1000")
        .carrier("sink", smsc.address(), "binds = 4\nwindow = 10")
        .route("", "sink");
    let mut gateway = site.start();
    let mut load = start_load(&site, &acknowledged, (STOPS + 1) * 1000);
    let mut taken_so_far = Lines::of(&taken);
    for _ in 0..STOPS {
        let enough = taken_so_far.count() + TAKEN_BETWEEN;
        until("the carrier takes messages", || (taken_so_far.count() >= enough).then_some(()));
        gateway.terminate();
        gateway = site.start();
    }
    ends_without_loss(&mut load, Duration::from_secs(120));
    gateway.terminate();
    smsc.stop();
    assert_each_went_once(&acknowledged, &taken);
}
