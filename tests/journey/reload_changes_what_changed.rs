//! Reading the configuration anew while the gateway runs: what has changed is changed, and nothing else.

use std::time::{Duration, Instant};

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{BindMode, UnbindResp};
use rustix::process::Signal;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::load::{Lines, assert_each_went_once, ends_without_loss, start_load};
use crate::driver::operator::{operate, operate_in_vain};
use crate::driver::patience::until;
use crate::driver::site::{Site, listener, text};
use crate::driver::smsc::Smsc;

/// Writes other text into the configuration of a running gateway.
fn rewrite(site: &Site, from: &str, to: &str) {
    let path = site.file("postrider.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    assert!(before.contains(from), "{from:?} is not in {before}");
    std::fs::write(path, before.replace(from, to)).unwrap();
}

fn append(site: &Site, text: &str) {
    let path = site.file("postrider.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, before + text).unwrap();
}

fn metric(site: &Site, begins: &str) -> Option<f64> {
    let (_, page) = http::get(site.http(), "/metrics");
    let found = page.lines().find(|line| line.starts_with(begins))?;
    found.rsplit(' ').next()?.parse().ok()
}

#[test]
fn a_reload_in_the_middle_of_a_load_drops_no_other_bind_and_loses_nothing() {
    let keep = Site::new();
    let (acknowledged, taken) = (keep.file("acknowledged"), keep.file("taken"));
    let smsc = Smsc::with(&["--response-delay", "20ms", "--record", text(&taken)]);
    let other = Carrier::listen();
    let site = Site::new()
        .account("app", "window = 1000")
        .carrier("sink", smsc.address(), "binds = 4\nwindow = 10")
        .carrier("other", other.address(), "window = 5")
        .route("", "sink")
        .route("99", "other");
    let mut gateway = site.start();
    let mut bound = other.bound();
    let mut load = start_load(&site, &acknowledged, 3_000);
    let mut taken_so_far = Lines::of(&taken);
    for (from, to) in [("window = 5\n", "window = 6\n"), ("window = 6\n", "window = 7\n")] {
        let enough = taken_so_far.count() + 500;
        until("the carrier takes messages", || (taken_so_far.count() >= enough).then_some(()));
        rewrite(&site, from, to);
        let said = operate(&site, &["reload"]);
        assert!(said.starts_with("carrier other: window; its binds are made anew"), "{said}");
        let unbind = bound.wait(CommandId::UNBIND);
        bound.answer(&unbind, 0, &UnbindResp::default());
        bound = other.bound();
    }
    ends_without_loss(&mut load, Duration::from_secs(120));
    let rebinds = metric(&site, "postrider_carrier_rebinds_total{carrier=\"sink\"");
    assert!(rebinds.is_none_or(|count| count == 0.0), "binds of sink were lost: {rebinds:?}");
    assert_eq!(metric(&site, "postrider_config_reloads_total{result=\"ok\"}"), Some(3.0));
    gateway.kill();
    smsc.stop();
    assert_each_went_once(&acknowledged, &taken);
}

#[test]
fn what_cannot_be_used_changes_nothing_and_is_told_with_its_place() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    rewrite(&site, "name = \"app\"", "name = \"other\"");
    append(&site, "\n[[carrier]]\nname = \"new\"\nadress = \"x\"\n");
    let said = operate_in_vain(&site, &["reload"]);
    assert!(said.contains("config_refused") && said.contains("carrier.new.adress"), "{said}");
    assert!(said.contains("postrider.toml:"), "no place: {said}");
    gateway.signal(Signal::HUP);
    gateway.line("that it stays", |line| line.contains("stays as it was").then_some(()));
    until("both are counted", || {
        (metric(&site, "postrider_config_reloads_total{result=\"error\"}") == Some(2.0))
            .then_some(())
    });
    esme.submit("as before");
    take_submit(&mut smsc, "a");
    let (status, _) = http::get(site.http(), "/readyz");
    assert_eq!(status, 200);
}

#[test]
fn accounts_come_and_go_and_change() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "").account("gone", "");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut stays = Esme::bind(site.smpp());
    let mut goes = Esme::bind_as(site.smpp(), "gone", BindMode::Transceiver);
    rewrite(&site, "name = \"gone\"", "name = \"come\"");
    gateway.signal(Signal::HUP);
    gateway.line("that it did", |line| line.contains("read anew").then_some(()));
    let unbind = goes.wait(CommandId::UNBIND);
    goes.answer(&unbind, 0, &UnbindResp::default());
    goes.ended();
    let refused = Esme::try_bind(site.smpp(), "gone", "secret", BindMode::Transceiver);
    assert_eq!(refused.unwrap_err().0, 0x0F, "ESME_RINVSYSID");
    let mut comes = Esme::bind_as(site.smpp(), "come", BindMode::Transceiver);
    for (esme, id) in [(&mut stays, "a"), (&mut comes, "b")] {
        esme.submit("through");
        take_submit(&mut smsc, id);
    }
    rewrite(&site, "name = \"come\"", "name = \"gone\"");
    operate(&site, &["reload"]);
    let mut again = Esme::bind_as(site.smpp(), "gone", BindMode::Transceiver);
    again.submit("here again");
    take_submit(&mut smsc, "c");
    assert!(stays.is_quiet(Duration::from_millis(100)), "an unchanged bind was touched");
}

#[test]
fn what_waits_for_a_carrier_that_is_taken_out_goes_another_way() {
    let second = Carrier::listen();
    let site = Site::new()
        .account("app", "")
        .carrier("first", listener().local_addr().unwrap(), "")
        .carrier("second", second.address(), "")
        .route("", "first")
        .route("99", "second");
    let _gateway = site.start();
    let mut smsc = second.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.submit("by the second");
    rewrite(&site, "name = \"first\"", "name = \"third\"");
    rewrite(&site, "prefix = \"\"\ncarrier = \"first\"", "prefix = \"\"\ncarrier = \"second\"");
    let said = operate(&site, &["reload"]);
    assert!(
        said.contains("carrier third: added") && said.contains("carrier first: removed"),
        "{said}"
    );
    take_submit(&mut smsc, "a");
    let path = format!("/v1/messages/msg_{id}/events");
    until("its history says why", || {
        http::get(site.http(), &path).1.contains("carrier_removed").then_some(())
    });
}

#[test]
fn what_no_route_takes_after_its_carrier_is_taken_out_is_held_with_a_reason_over_a_restart() {
    let second = Carrier::listen();
    let site = Site::new()
        .account("app", "")
        .carrier("first", listener().local_addr().unwrap(), "")
        .carrier("second", second.address(), "")
        .route("44", "first")
        .route("99", "second");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let id = esme.try_submit(HANDSET, "nobody takes it").unwrap();
    let before_the_kill = second.bound();
    rewrite(&site, "[[route]]\nprefix = \"44\"\ncarrier = \"first\"\n", "");
    let before = std::fs::read_to_string(site.file("postrider.toml")).unwrap();
    let begins = before.find("[[carrier]]\nname = \"first\"").unwrap();
    let ends = before.find("[[carrier]]\nname = \"second\"").unwrap();
    let without = format!("{}{}", &before[..begins], &before[ends..]);
    std::fs::write(site.file("postrider.toml"), without).unwrap();
    operate(&site, &["reload"]);
    let path = format!("/v1/messages/msg_{id}");
    let says_why = || {
        let (_, message) = http::get_json(site.http(), &path);
        (message["hold"]["reason"] == "carrier_removed").then_some(())
    };
    until("it says why", says_why);
    let said = operate(&site, &["queue", "ls"]);
    assert!(said.contains("first"), "{said}");

    gateway.kill();
    drop(before_the_kill);
    let mut gateway = site.launch_as_it_is();
    gateway.line("that it is ready", |line| line.contains("\"msg\":\"ready\"").then_some(()));
    let mut smsc = second.bound();
    until("it says so still", says_why);
    rewrite(&site, "prefix = \"99\"", "prefix = \"\"");
    operate(&site, &["reload"]);
    take_submit(&mut smsc, "a");
}

#[test]
fn rates_and_limits_change_for_what_waits_already() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "rate_per_second = 1\nburst = 1");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    (0..12).for_each(|number| drop(esme.submit(&format!("{number}"))));
    take_submit(&mut smsc, "first");
    rewrite(&site, "rate_per_second = 1\nburst = 1", "rate_per_second = 1000");
    let said = operate(&site, &["reload"]);
    assert_eq!(said, "carrier sink: rate_per_second, burst");
    let begun = Instant::now();
    (0..5).for_each(|number| drop(take_submit(&mut smsc, &format!("a{number}"))));
    assert!(begun.elapsed() < Duration::from_millis(800), "after {:?}", begun.elapsed());

    operate(&site, &["carriers", "suspend", "sink"]);
    (0..4).for_each(|number| drop(esme.submit(&format!("b{number}"))));
    append(&site, "\n[[limit]]\nprefix = \"44\"\nrate_per_second = 2\nburst = 1\n");
    operate(&site, &["reload"]);
    operate(&site, &["carriers", "resume", "sink"]);
    // Those that left before the suspension, and the first under the limit.
    (0..7).for_each(|number| drop(take_submit(&mut smsc, &format!("c{number}"))));
    let begun = Instant::now();
    (0..2).for_each(|number| drop(take_submit(&mut smsc, &format!("d{number}"))));
    assert!(begun.elapsed() >= Duration::from_millis(700), "after {:?}", begun.elapsed());
}

#[test]
fn check_says_what_a_reload_would_change_and_what_needs_a_restart() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    rewrite(&site, "[spool]\n", "[spool]\ncheckpoint_s = 7\n");
    append(&site, "\n[[account]]\nname = \"new\"\npassword = \"secret\"\n");
    let said = operate(&site, &["check"]);
    assert!(
        said.contains("account new: added") && said.contains("[spool]: needs a restart"),
        "{said}"
    );
    let refused = Esme::try_bind(site.smpp(), "new", "secret", BindMode::Transceiver);
    assert!(refused.is_err(), "it was no trial");
    let mut reload = crate::driver::operator::start(&site, &["reload"]);
    assert_eq!(reload.end().code(), Some(2), "changes that need a restart: {}", reload.written());
    Esme::bind_as(site.smpp(), "new", BindMode::Transceiver);
}
