//! The proof: the gateway is killed in the middle of a load, again and again, and nothing that it
//! acknowledged is lost or unknown; what goes out twice is told.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postrider::base::id::MessageOrd;
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::store::Ledger;
use postrider::message::carrier_id::NormalId;
use postrider::message::event::What;
use postrider::spool::real_disk::RealDisk;

use crate::driver::load::{Lines, ends_without_loss, read_acknowledged, read_taken, start_load};
use crate::driver::patience::until;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

/// Submits that may be unanswered at the carrier: binds times window.
const UNANSWERED_MAX: usize = 4 * 10;

/// The load ends when its last receipt has come.
const LOAD_ENDS_WITHIN: Duration = Duration::from_secs(300);

/// Submits that the carrier takes between two kills.
const TAKEN_BETWEEN: usize = 1000;

/// Messages of the load for each life of the gateway: more than the carrier takes in it.
const SUBMITTED_BETWEEN: usize = 1500;

#[test]
fn three_kills_in_the_middle_of_a_load_lose_nothing() {
    kills_lose_nothing(3);
}

#[test]
#[ignore = "the long proof, about a minute: cargo test --test journey twenty_kills -- --ignored"]
fn twenty_kills_in_the_middle_of_a_load_lose_nothing() {
    kills_lose_nothing(20);
}

fn kills_lose_nothing(kills: usize) {
    let keep = Site::new();
    let (acknowledged, taken) = (keep.file("acknowledged"), keep.file("taken"));
    let smsc = Smsc::with(&["--response-delay", "50ms", "--record", text(&taken)]);
    let site = Site::new()
        .account("app", "window = 1000")
        .carrier("sink", smsc.address(), "binds = 4\nwindow = 10")
        .route("", "sink");
    let mut gateway = site.start();
    let mut load = start_load(&site, &acknowledged, (kills + 1) * SUBMITTED_BETWEEN);
    let mut taken_so_far = Lines::of(&taken);
    for _ in 0..kills {
        let enough = taken_so_far.count() + TAKEN_BETWEEN;
        until("the carrier takes messages", || (taken_so_far.count() >= enough).then_some(()));
        gateway.kill();
        gateway = site.start();
    }
    // All receipts of what was acknowledged come back.
    ends_without_loss(&mut load, LOAD_ENDS_WITHIN);
    gateway.terminate();
    smsc.stop();

    let acknowledged = read_acknowledged(&acknowledged);
    let taken = read_taken(&taken);
    for text in acknowledged.values() {
        assert!(taken.contains_key(text), "acknowledged and never submitted: {text}");
    }
    let again: Vec<&Vec<String>> = taken.values().filter(|ids| ids.len() > 1).collect();
    println!("{} acknowledged, {kills} kills, {} went twice", acknowledged.len(), again.len());
    assert!(!again.is_empty(), "no kill came in the middle");
    assert!(again.len() <= kills * UNANSWERED_MAX, "{} went twice", again.len());
    judge_ledger(&site.data(), &acknowledged, &again);
}

/// Every acknowledged message is known with its text, and each that went twice says so.
fn judge_ledger(data: &Path, acknowledged: &HashMap<String, String>, again: &[&Vec<String>]) {
    let disk = Arc::new(RealDisk::open(data).unwrap());
    let ledger = Ledger::open(disk, LedgerConfig::default()).unwrap().ledger;
    let cipher = ledger.id_cipher();
    let mut ords = HashSet::new();
    for (id, text) in acknowledged {
        let ord = cipher.open(id.as_bytes()).unwrap();
        let stored = ledger.message(ord).unwrap().unwrap_or_else(|| panic!("{id} is unknown"));
        assert!(stored.message().body.starts_with(text.as_bytes()), "{id} has another text");
        assert!(ords.insert(ord), "{id} was given twice");
    }
    let sink = ledger.names().find_carrier("sink").unwrap();
    for ids in again {
        let forms: Vec<Vec<u8>> =
            ids.iter().map(|id| NormalId::new(id.as_bytes()).as_octets().to_vec()).collect();
        let ord = ledger.correlate(sink, &forms).unwrap();
        assert_eq!(ord.len(), 1, "{ids:?} is not one message: {ord:?}");
        assert_told(&ledger, ord[0]);
    }
}

/// The doubt stands between two submits in the message's history.
fn assert_told(ledger: &Ledger, ord: MessageOrd) {
    let events = ledger.events(ord).unwrap();
    let kinds: Vec<What<'_>> =
        events.iter().filter_map(|event| event.event()).map(|event| event.what).collect();
    let sending = |what: &What<'_>| matches!(what, What::Sending { .. });
    let doubt = kinds
        .iter()
        .position(|what| matches!(what, What::InDoubt { resend: true, .. }))
        .unwrap_or_else(|| panic!("it went twice and does not say so: {kinds:?}"));
    let (before, after) = kinds.split_at(doubt);
    assert!(before.iter().any(sending) && after.iter().any(sending), "{kinds:?}");
    assert!(ledger.state(ord).unwrap().unwrap().was_in_doubt());
}
