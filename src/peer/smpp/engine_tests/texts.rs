//! Texts that are written anew for their carrier: what leaves, what counts, what is told.

use std::sync::Mutex;

use super::*;
use crate::carrier::profile::Profile;
use crate::gsm::alphabet::encode;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::language::Language;
use crate::gsm::transliterate::Level;
use crate::message::event::What;
use crate::pipeline::port::{Submission, Taken, Wording};

pub(super) fn desk(transliterate: Option<Level>, profile: Profile) -> Desk {
    let profile = Arc::new(profile);
    let settings = Settings {
        accounts: vec![AccountConfig { name: "app".into(), transliterate, ..Default::default() }],
        carriers: vec![CarrierConfig { name: "net".into(), profile, ..Default::default() }],
        routes: vec![RouteConfig::to("", 0)],
        ..Settings::default()
    };
    Desk::of_accounts(100, settings)
}

impl Desk {
    /// Submits a text as the API does; what it is told.
    pub(super) fn post(&mut self, text: &str) -> (Taken, Vec<Queued>) {
        let encoded = encode(text);
        let submission = Submission {
            account: "app".into(),
            source: b"ACME".to_vec(),
            destination: b"447700900123".to_vec(),
            data_coding: encoded.alphabet.data_coding(),
            body: encoded.octets,
            ..Submission::default()
        };
        let told = Arc::new(Mutex::new(None));
        let reply = {
            let told = told.clone();
            Box::new(move |outcome| *told.lock().expect("whole") = Some(outcome))
        };
        self.engine.mail(self.now, Mail::Submit(Box::new(submission), reply));
        let left = self.submits();
        let told = told.lock().expect("whole").take().expect("an answer");
        (told.expect("taken"), left)
    }

    /// What the history says of the text.
    pub(super) fn rewritten(&mut self, taken: Taken) -> Vec<(u8, u8, u16, u8, u8)> {
        while self.opened.indexer.step().expect("indexes") {}
        let events = self.opened.ledger.events(taken.ord).expect("read");
        let told = |what: What<'_>| match what {
            What::Rewritten { from, to, changed, locking, single } => {
                Some((from, to, changed, locking, single))
            }
            _ => None,
        };
        events.iter().filter_map(|stored| told(stored.event()?.what)).collect()
    }
}

fn body(queued: &Queued) -> (u8, u8, Vec<u8>) {
    let message = Message::decode(&queued.record).expect("a record");
    (message.data_coding, message.esm_class, message.body.to_vec())
}

#[test]
fn a_text_that_look_alikes_keep_out_of_one_part_leaves_in_one_and_its_history_says_so() {
    let mut desk = desk(Some(Level::LookAlikes), Profile::default());
    let text = format!("“{}”", "x".repeat(150));
    let (taken, left) = desk.post(&text);
    assert_eq!(
        taken.wording,
        Wording { parts: 1, data_coding: 0, changed: 2, carrier: CarrierId(0) }
    );
    assert_eq!(left.len(), 1);
    assert_eq!(body(&left[0]).2, text.replace(['“', '”'], "\"").into_bytes());
    assert_eq!(desk.rewritten(taken), [(8, 0, 2, 0, 0)]);
}

#[test]
fn without_the_accounts_word_nothing_is_changed() {
    let mut desk = desk(None, Profile::default());
    let (taken, left) = desk.post("it’s");
    assert_eq!(
        taken.wording,
        Wording { parts: 1, data_coding: 8, changed: 0, carrier: CarrierId(0) }
    );
    assert_eq!(body(&left[0]), (8, 0, "\0i\0t\x20\x19\0s".bytes().collect()));
    assert_eq!(desk.rewritten(taken), []);
}

#[test]
fn parts_with_national_tables_are_counted_beside_their_headers() {
    let profile = Profile { national: vec![Language::Turkish], ..Profile::default() };
    let mut desk = desk(Some(Level::Accents), profile);
    let (taken, left) = desk.post(&"ı".repeat(150));
    assert_eq!(
        taken.wording,
        Wording { parts: 1, data_coding: 0, changed: 0, carrier: CarrierId(0) }
    );
    let (coding, esm_class, octets) = body(&left[0]);
    assert_eq!((coding, esm_class, &octets[..4]), (0, 0x40, &[3, 0x25, 1, 1][..]));
    assert_eq!(desk.rewritten(taken), [(8, 0, 0, 1, 0)]);
    let (taken, left) = desk.post(&"ı".repeat(156));
    assert_eq!((taken.wording.parts, left.len()), (2, 2));
    for (number, part) in (1..).zip(&left) {
        let (_, esm_class, octets) = body(part);
        assert_eq!((esm_class, octets[0], octets[4], octets[5]), (0x40, 8, 2, number));
    }
    assert_eq!(desk.rewritten(taken).len(), 1, "told once, by the first part");
}

#[test]
fn a_long_text_for_a_packed_carrier_leaves_in_packed_parts() {
    let packed = DefaultAlphabet::Gsm7Packed;
    let mut desk = desk(None, Profile { default_alphabet: packed, ..Profile::default() });
    let (taken, left) = desk.post(&"x".repeat(300));
    assert_eq!((taken.wording.parts, left.len()), (2, 2));
    assert_eq!(body(&left[0]).2.len(), 140, "153 septets beside a header of six octets");
    assert_eq!(desk.rewritten(taken), [], "no letter is another");
}
