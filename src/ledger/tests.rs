//! smoke
use std::sync::Arc;

use super::config::LedgerConfig;
use super::open::Opened;
use super::query::{NumberRange, Query};
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::address::{Address, NumberKey};
use crate::message::disposition::Disposition;
use crate::message::event::{Event, Report, What};
use crate::message::record::Message;
use crate::spool::chunk::Chunk;
use crate::spool::sim_disk::SimDisk;

fn open(disk: &SimDisk) -> Opened {
    Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()).expect("opens")
}

fn drive(opened: &mut Opened) {
    opened.flusher.step();
    while opened.indexer.step().expect("indexes") {}
    while opened.sealer.step().expect("seals") {}
}

#[test]
fn a_message_is_found_by_everything_after_a_crash() {
    let disk = SimDisk::new(1);
    let mut opened = open(&disk);
    let mut chunk = Chunk::new();
    let carrier = CarrierId(1);
    for turn in 0..100_u64 {
        for i in 0..10 {
            let to = format!("4477{:06}", turn * 10 + i);
            let destination = Address::infer(to.as_bytes());
            let message =
                Message { destination, carrier, registered_delivery: 1, ..Message::default() };
            let slot = chunk.message(&message);
            chunk.event_here(slot.index, &What::Sending { carrier, bind: 0, attempt: 1 });
            let id = format!("00AB{:X}", turn * 10 + i);
            let carrier_message_id = id.as_bytes();
            chunk.event_here(slot.index, &What::Sent { carrier, carrier_message_id });
        }
        let base = opened.journal.append(Timestamp(turn), &mut chunk).expect("room").base_ord;
        let report = Report { message_state: 2, ..Report::default() };
        for i in 0..9 {
            let what = What::Receipt { carrier, report };
            chunk.event(&Event { ord: MessageOrd(base.0 + i), what });
        }
        opened.journal.append(Timestamp(turn), &mut chunk).expect("room");
        drive(&mut opened);
    }
    for round in 0..2 {
        let ledger = &opened.ledger;
        for i in 0..1000_u64 {
            let ord = MessageOrd(i);
            let to = format!("4477{i:06}");
            assert_eq!(
                ledger.message(ord).expect("reads").expect("there").message().destination.addr,
                to.as_bytes()
            );
            let state = ledger.state(ord).expect("reads").expect("there");
            let delivered = i % 10 != 9;
            assert_eq!(state.disposition == Disposition::Delivered, delivered, "{i} {round}");
            let names: Vec<_> = ledger
                .events(ord)
                .expect("reads")
                .iter()
                .map(|e| e.event().expect("event").what.name())
                .collect();
            assert_eq!(names[..2], ["sending", "sent"]);
            assert_eq!(names.len(), if delivered { 3 } else { 2 });
            let id = format!("ab{i:x}");
            assert_eq!(ledger.correlate(carrier, &[id]).expect("reads"), [ord]);
            let query = Query {
                to: Some(NumberRange::exact(NumberKey::of(to.as_bytes()))),
                ..Query::default()
            };
            let page = ledger.search(&query).expect("reads");
            assert_eq!(page.hits.iter().map(|hit| hit.ord).collect::<Vec<_>>(), [ord]);
            assert!(page.complete);
        }
        assert_eq!(ledger.owed(AccountId(0), None, 2000).expect("reads").len(), 900);
        assert_eq!(ledger.to_submit(carrier, None, 2000).expect("reads").len(), 0);
        let crashed = disk.crash();
        opened = open(&crashed);
    }
}
