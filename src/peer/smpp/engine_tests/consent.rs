//! Handsets that take back their consent, and give it again.

use super::*;
use crate::message::consent::Consent;
use crate::message::event::What;
use crate::pipeline::operate::{ConsentChange, Errand};

const HANDSET: &[u8] = b"447700900777";

fn desk() -> Desk {
    Desk::with(10, CarrierConfig { mo_account: Some("app".into()), ..CarrierConfig::default() })
}

impl Desk {
    /// A handset writes to a sender.
    fn says(&mut self, sender: &[u8], text: &str) {
        let message = Message {
            source: Address { ton: 1, npi: 1, addr: HANDSET },
            destination: Address { ton: 3, npi: 0, addr: sender },
            body: text.as_bytes(),
            parts: 1,
            ..Message::default()
        };
        self.engine.inbound(self.carrier, (SMSC, 1, false), &message);
        self.index();
    }

    fn index(&mut self) {
        self.settle();
        while self.opened.indexer.step().expect("the disk works") {}
    }

    fn writes(&mut self, sender: &[u8], number: &[u8]) -> Result<(), Refusal> {
        let message = Message {
            source: Address { ton: 3, npi: 0, addr: sender },
            destination: Address { ton: 1, npi: 1, addr: number },
            body: b"hello",
            ..Message::default()
        };
        let asker = Asker::Bind(ESME, 1);
        let submitted = self.engine.submit(self.now, self.account, asker, &message);
        self.settle();
        submitted.map(drop).map_err(|(refusal, _)| refusal)
    }

    fn records(&mut self, change: Consent, sender: &[u8]) {
        let change = ConsentChange {
            change,
            sender: sender.to_vec(),
            number: HANDSET.to_vec(),
            note: "ticket 5".into(),
        };
        let (told, done) = std::sync::mpsc::channel();
        let told = Box::new(move |_| told.send(()).expect("somebody waits"));
        let errand = Errand::Consent(Box::new(change), told);
        self.engine.mail(self.now, Mail::Errand(errand));
        self.index();
        done.try_recv().expect("it was told when it was on disk");
    }
}

#[test]
fn a_sender_that_was_told_stop_writes_no_more_until_start() {
    let mut desk = desk();
    assert_eq!(desk.writes(b"60777", HANDSET), Ok(()));
    desk.says(b"60777", "Stop. Thank you");
    assert_eq!(desk.writes(b"60777", HANDSET), Err(Refusal::OptedOut));
    assert_eq!(desk.writes(b"60777", b"+447700900777"), Err(Refusal::OptedOut), "however written");
    assert_eq!(desk.writes(b"60778", HANDSET), Ok(()), "others may");
    assert_eq!(desk.writes(b"60777", b"447700900778"), Ok(()), "and to others");
    desk.says(b"60777", "START");
    assert_eq!(desk.writes(b"60777", HANDSET), Ok(()));
}

#[test]
fn the_change_is_in_the_history_of_the_message_that_says_so() {
    let mut desk = desk();
    desk.says(b"60777", "стоп");
    // The text is no GSM text here, but octets: nothing is read from them.
    assert_eq!(desk.opened.ledger.opt_outs().count(), 0);
    desk.says(b"60777", "STOP");
    let newest = desk.opened.ledger.opt_outs().newest(crate::spool::lsn::Lsn(u64::MAX), 9);
    assert_eq!(newest.len(), 1);
    let events = desk.opened.ledger.events(newest[0].ord).expect("reads");
    let is_change = |event: &crate::ledger::stored::StoredEvent| {
        matches!(event.event().map(|it| it.what), Some(What::Consent { note: b"STOP", .. }))
    };
    assert!(events.iter().any(is_change));
}

#[test]
fn what_somebody_recorded_holds_for_one_sender_or_for_all() {
    let mut desk = desk();
    desk.records(Consent::OptedOut, b"ACME");
    assert_eq!(desk.writes(b"acme", HANDSET), Err(Refusal::OptedOut), "in any case");
    assert_eq!(desk.writes(b"60777", HANDSET), Ok(()));
    desk.records(Consent::OptedOut, b"");
    assert_eq!(desk.writes(b"60777", HANDSET), Err(Refusal::OptedOut));
    desk.records(Consent::OptedIn, b"");
    assert_eq!(desk.writes(b"60777", HANDSET), Ok(()));
    assert_eq!(desk.writes(b"ACME", HANDSET), Err(Refusal::OptedOut), "that is another one");
}
