//! Hostile carriers, every profile of `sim smsc` at once behind one gateway: what it says of each
//! message at the end is held against the carriers' own truth.
//!
//! The carriers run in this process, so that their truth can be looked at; the gateway is the built
//! program. Each carrier has an account, a route and a thread of its own: that an honest one is served as
//! ever beside all the others is part of the proof. `POSTRIDER_HOSTILE_SEED` plays another seed,
//! `POSTRIDER_HOSTILE_PROFILE` one profile alone.

mod case;

mod expected;

mod judge;

mod killed;

mod table;

mod traffic;

use std::time::{Duration, Instant};

use postrider::sim::hostile::config::Config;
use postrider::sim::hostile::profile::Profile;
use postrider::sim::hostile::profiles::all::all;
use postrider::sim::hostile::smsc::HostileSmsc;

use crate::driver::esme::Esme;
use crate::driver::process::Process;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;
use judge::{Verdict, judge};
use traffic::{Curtain, Heard, Message, Player};

/// Messages to each carrier.
const MESSAGES: usize = 300;

/// One in so many needs several parts.
const LONG_EVERY: usize = 10;

/// How often a long text says what it says: two parts, or three if the profile's name is long.
const LONG_TIMES: usize = 10;

/// The gateway's response timer, which what is late goes beyond.
const RESPONSE_TIMER: Duration = Duration::from_secs(2);

/// What the gateway is told of each carrier.
const CARRIER: &str = "binds = 3\nwindow = 10\nresponse_timeout_s = 2\nenquire_link_s = 1";

/// Destinations that the ids of an ambiguous carrier are spread over: few, so that a number alone does
/// not tell the messages apart.
const AMBIGUOUS_DESTINATIONS: usize = 10;

/// A carrier and what was played with it.
struct Played {
    profile: &'static Profile,
    smsc: HostileSmsc,
    messages: Vec<Message>,
    heard: Heard,
}

#[test]
fn whatever_carriers_do_each_message_ends_as_was_said_or_stays_open() {
    let seed = std::env::var("POSTRIDER_HOSTILE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let only = std::env::var("POSTRIDER_HOSTILE_PROFILE").ok();
    let started = Instant::now();
    let carriers: Vec<(&'static Profile, HostileSmsc)> = all()
        .filter(|profile| only.as_ref().is_none_or(|only| only == profile.name))
        .map(|profile| (profile, start(profile, seed)))
        .collect();
    let site = site_of(&carriers);
    let mut gateway = site.start();
    let played = play_all(&site, carriers);
    gateway.terminate();
    let verdicts: Vec<Verdict> = judge(&site.data(), played);
    println!("seed {seed}, {MESSAGES} messages to each, {:.1?}", started.elapsed());
    println!("{}", table::of(&verdicts));
    expected::assert_met(&verdicts);
}

/// A gateway with these carriers, and for each an account and a route.
fn site_of(carriers: &[(&'static Profile, HostileSmsc)]) -> Site {
    let mut site = Site::new();
    for (number, (profile, smsc)) in carriers.iter().enumerate() {
        // An operator knows how such a carrier writes its ids, and says so: nobody could guess it.
        let ids = if profile.ids.from_one { "profile = \"hex-ids\"\n" } else { "" };
        let keys = format!("{CARRIER}\n{ids}mo_account = \"{}\"", account(number));
        site = site
            .account(&account(number), "")
            .carrier(profile.name, smsc.addr(), &keys)
            .route(&prefix(number), profile.name);
    }
    site
}

fn start(profile: &'static Profile, seed: u64) -> HostileSmsc {
    let response_timer = RESPONSE_TIMER;
    HostileSmsc::start(Config { profile, seed, response_timer, ..Config::default() }).unwrap()
}

fn account(number: usize) -> String {
    format!("app{number}")
}

fn prefix(number: usize) -> String {
    format!("4470{number:02}")
}

/// Every text is unique; so is every destination, but with an ambiguous carrier.
fn messages(number: usize, profile: &Profile) -> Vec<Message> {
    let destinations = if profile.ids.from_one { AMBIGUOUS_DESTINATIONS } else { MESSAGES };
    (0..MESSAGES)
        .map(|message| Message {
            to: format!("{}{:06}", prefix(number), message % destinations),
            text: text_of(message, profile.name),
        })
        .collect()
}

/// A long text says the same again and again, so that each of its parts is unique as well.
fn text_of(message: usize, profile: &str) -> String {
    let text = format!("message {message} by {profile}");
    if message % LONG_EVERY == LONG_EVERY - 1 {
        format!("{text}; ").repeat(LONG_TIMES)
    } else {
        text
    }
}

/// Plays all carriers at once.
fn play_all(site: &Site, carriers: Vec<(&'static Profile, HostileSmsc)>) -> Vec<Played> {
    let smpp = site.smpp();
    std::thread::scope(|scope| {
        let players: Vec<_> = carriers
            .into_iter()
            .enumerate()
            .map(|(number, (profile, smsc))| {
                scope.spawn(move || {
                    let mode = postrider::wire::smpp::pdu::BindMode::Transceiver;
                    let mut esme = Esme::bind_as(smpp, &account(number), mode);
                    let messages = messages(number, profile);
                    let mut player = Player::new(&smsc, &messages);
                    assert_eq!(player.play(&mut esme), Curtain::Settled);
                    let heard = player.heard;
                    Played { profile, smsc, messages, heard }
                })
            })
            .collect();
        players.into_iter().map(|player| player.join().unwrap()).collect()
    })
}

#[test]
fn a_hostile_carrier_is_chosen_on_the_command_line_and_writes_its_truth() {
    let site = Site::new();
    let truth = site.file("truth");
    let options = ["--profile", "liar", "--seed", "7", "--truth", text(&truth)];
    let smsc = Smsc::with(&options);
    let site = site.account("app", "").carrier("sink", smsc.address(), "").route("", "sink");
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    (0..10).for_each(|number| drop(esme.submit(&format!("message {number}"))));
    let told = esme.receipt();
    assert!(!told.id.is_empty());
    // The application may be told before the carrier is answered; a gateway that leaves has answered.
    drop(esme);
    gateway.terminate();
    smsc.stop();
    let lines = std::fs::read_to_string(&truth).unwrap();
    let entries: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(entries.iter().any(|entry| entry["receipts"][0]["confirmed"] == true), "{lines}");
    assert!(entries.iter().any(|entry| entry["text"] == "message 0"), "{lines}");
}

#[test]
fn the_profiles_are_listed_and_a_wrong_name_is_answered_with_them() {
    let listed = Process::postrider(&["sim", "smsc", "--list-profiles"]).complete();
    assert_eq!(listed.lines().count(), all().count());
    assert!(listed.lines().all(|line| line.split_whitespace().count() > 3), "{listed}");
    let refused = Process::postrider(&["sim", "smsc", "--profile", "friendly"]).complete();
    assert!(refused.contains("no profile `friendly`") && refused.contains("receipts-first"));
}
