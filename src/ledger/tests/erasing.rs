//! Erasing: nothing of it is left in any file, everything else is as it was, whatever is cut off when.

use std::sync::Arc;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::config::LedgerConfig;
use crate::ledger::erase::book::Erasure;
use crate::ledger::erase::request::{Asking, EraseError};
use crate::ledger::inspect::verify::{VerifyOptions, verify};
use crate::ledger::marks::mark_of;
use crate::ledger::number_set::{NumberSet, ending_key};
use crate::ledger::open::Opened;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::ledger::store::Ledger;
use crate::ledger::text::phrase::Words;
use crate::message::address::{Address, NumberKey};
use crate::message::blank::is_blank;
use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackRef, CallbackWants};
use crate::message::event::{By, Event, NO_MESSAGE, NewAddress, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::spool::chunk::Chunk;
use crate::spool::cold::tests::unpacked;
use crate::spool::disk::Disk;
use crate::spool::flusher::Flushed;
use crate::spool::sim_disk::{Fault, SimDisk};
use crate::spool::tape::Mark;

const NUMBER: &[u8] = b"447700900123";
const NATIONAL: &[u8] = b"07700900123";
const WORD: &[u8] = b"xylophone";
const CARRIER: CarrierId = CarrierId(1);
const MESSAGES: u64 = 600;

/// Messages of the number: in sorted segments and in the newest.
fn is_its(ord: u64) -> bool {
    ord % 50 == 7
}

/// The one that was sent to the number in another form.
const READDRESSED: u64 = 33;

pub(super) struct Desk {
    pub(super) disk: SimDisk,
    pub(super) config: LedgerConfig,
    pub(super) opened: Opened,
    pub(super) now: Timestamp,
}

impl Desk {
    pub(super) fn new(config: LedgerConfig) -> Self {
        let disk = SimDisk::new(7);
        let opened = Ledger::open(Arc::new(disk.clone()), config.clone()).expect("room");
        Self { disk, config, opened, now: Timestamp(1_000_000) }
    }

    /// A time at which more is due.
    pub(super) fn later(&mut self) -> Timestamp {
        self.now.0 += 60_000_000;
        self.now
    }

    /// All files, with their octets.
    pub(super) fn sizes(&self) -> Vec<(String, u64)> {
        let size = |name: &String| self.disk.contents(name).unwrap_or_default().len() as u64;
        let names = self.disk.list().expect("alive").into_iter();
        names
            .map(|name| {
                let bytes = size(&name);
                (name, bytes)
            })
            .collect()
    }

    /// Puts so many messages, and has everybody work meanwhile.
    pub(super) fn put_some(&mut self, messages: u64) {
        for first in (0..messages).step_by(20) {
            let mut chunk = Chunk::new();
            (first..first + 20).for_each(|ord| put_one(&mut chunk, ord));
            self.put(&mut chunk);
            assert!(self.settle());
        }
    }

    fn put(&mut self, chunk: &mut Chunk) {
        self.now.0 += 1_000;
        self.opened.journal.append(self.now, chunk).expect("room");
    }

    /// Everybody works until nobody has anything to do; `false` if the disk failed.
    pub(super) fn settle(&mut self) -> bool {
        let Opened { flusher, indexer, sealer, text_follower, text_keeper, keeper, .. } =
            &mut self.opened;
        let mut idle = 0;
        while idle < 3 {
            self.now.0 += 3_000_000;
            let flushed = flusher.step();
            let worked = [
                Ok(matches!(flushed, Flushed::Committed(_))),
                indexer.step(),
                sealer.step(),
                text_follower.step(),
                text_keeper.step(),
                keeper.step(self.now),
            ];
            if flushed == Flushed::Failed || worked.iter().any(Result::is_err) {
                return false;
            }
            idle = if worked.iter().any(|it| matches!(it, Ok(true))) { 0 } else { idle + 1 };
        }
        true
    }

    pub(super) fn reopen(&mut self) {
        self.disk = self.disk.crash();
        self.opened =
            Ledger::open(Arc::new(self.disk.clone()), self.config.clone()).expect("it opens");
    }

    /// Messages that have come to their end, with all that may be personal in their histories.
    fn fill(&mut self) {
        for first in (0..MESSAGES).step_by(20) {
            let mut chunk = Chunk::new();
            (first..first + 20).for_each(|ord| put_one(&mut chunk, ord));
            let report = Report { raw: b"id:1 to:447700900123 text:xylophone", ..report() };
            let (source, destination) = (Address::infer(NUMBER), Address::infer(b"ACME"));
            let what = What::Orphan { carrier: CARRIER, report, source, destination };
            chunk.event(&Event { ord: NO_MESSAGE, what });
            let text = b"no such number: 447700900123";
            let what = What::Notice { peer: b"sink", command_status: 11, count: 1, text };
            chunk.event(&Event { ord: NO_MESSAGE, what });
            self.put(&mut chunk);
            assert!(self.settle());
        }
        self.opened.indexer.checkpoint().expect("room");
    }

    /// What somebody finds who looks at the directory from outside.
    pub(super) fn verified(&self) -> Vec<String> {
        // The claim of this process goes with the power.
        let disk: Arc<dyn Disk> = Arc::new(self.disk.crash());
        let verified = verify(&disk, VerifyOptions::default(), &mut |_| {}).expect("readable");
        let found = verified.findings.list.iter().map(ToString::to_string);
        found.filter(|found| !found.contains("left by a stop")).collect()
    }

    fn asking(&self) -> Asking<'static> {
        Asking { account: None, by: By::Operator, who: "test", at: self.now }
    }

    pub(super) fn erase_number(&self) -> Result<Erasure, EraseError> {
        self.opened.ledger.erase_number(NUMBER, &self.asking())
    }

    /// The files that hold any of some octets, in whatever form: in those that are compressed, of what they say.
    fn files_with(&self, needles: &[&[u8]]) -> Vec<String> {
        let has = |name: &String| {
            let octets = self.disk.contents(name).unwrap_or_default();
            let said = unpacked(&octets).unwrap_or_default();
            needles.iter().any(|needle| {
                let mut there = octets.windows(needle.len()).chain(said.windows(needle.len()));
                there.any(|it| it == *needle)
            })
        };
        self.disk.list().expect("alive").into_iter().filter(has).collect()
    }

    /// The files that hold anything of the number, or the word that only its texts have.
    pub(super) fn files_with_it(&self) -> Vec<String> {
        let key = NumberKey::of(NUMBER).0.to_le_bytes();
        let ending = ending_key(NumberKey::of(NUMBER).0).expect("digits").to_le_bytes();
        let mark = mark_of(WORD).to_le_bytes();
        self.files_with(&[NUMBER, b"7700900123", WORD, &key, &ending, &mark])
    }

    fn found(&self, predicate: Predicate) -> Vec<u64> {
        let time_max = std::time::Duration::from_secs(60);
        let query = Query { limit: 1000, time_max, ..Query::of(vec![predicate]) };
        let page = self.opened.ledger.search(&query).expect("reads");
        page.hits.iter().map(|hit| hit.ord.0).rev().collect()
    }

    /// What is not the number's is as it was, and what is says so and is blank.
    pub(super) fn check(&self, erased: impl Fn(u64) -> bool) {
        let ledger = &self.opened.ledger;
        for ord in 0..MESSAGES {
            let stored = ledger.message(MessageOrd(ord)).expect("reads").expect("there");
            let events = ledger.events(MessageOrd(ord)).expect("reads");
            let told = events
                .iter()
                .filter(|event| matches!(event.event().expect("whole").what, What::Erased { .. }));
            assert_eq!(is_blank(&stored.message()), erased(ord), "message {ord}");
            assert_eq!(told.count(), usize::from(erased(ord)), "message {ord}");
            assert_eq!(stored.message().account, AccountId((ord % 3) as u16));
            let state = ledger.state(MessageOrd(ord)).expect("reads").expect("there");
            assert_eq!(state.reason, Reason::ValidityOver, "message {ord}");
            if !erased(ord) {
                assert_eq!(stored.message().body, body(ord).as_bytes());
            }
        }
        let all = (0..MESSAGES).filter(|ord| !erased(*ord)).collect::<Vec<_>>();
        let plain = |ord: &u64| !is_its(*ord);
        let words = Predicate::Text(Words::of("common").expect("a word"));
        assert_eq!(self.found(words), all.iter().copied().filter(plain).collect::<Vec<_>>());
        let own = all.iter().copied().filter(|ord| !is_its(*ord) && *ord != READDRESSED);
        let other = |ord: u64| NumberSet::exact(NumberKey::of(other(ord).as_bytes()));
        for ord in own.step_by(17) {
            assert_eq!(self.found(Predicate::To(other(ord))), [ord]);
        }
    }
}

fn other(ord: u64) -> String {
    format!("4420712{ord:05}")
}

fn body(ord: u64) -> String {
    let word = if is_its(ord) { "xylophone" } else { "common" };
    format!("a {word} text {ord}")
}

fn report() -> Report<'static> {
    Report { message_state: 5, reason: Reason::None as u8, last: true, ..Report::default() }
}

fn put_one(chunk: &mut Chunk, ord: u64) {
    let (to, body) = (other(ord), body(ord));
    let destination = match ord {
        READDRESSED => Address { ton: 2, npi: 1, addr: NATIONAL },
        _ if is_its(ord) => Address { ton: 1, npi: 1, addr: NUMBER },
        _ => Address { ton: 1, npi: 1, addr: to.as_bytes() },
    };
    let message = Message {
        account: AccountId((ord % 3) as u16),
        carrier: CARRIER,
        source: Address::infer(b"ACME"),
        destination,
        parts: 1,
        client_ref: if is_its(ord) { WORD } else { b"ref" },
        body: body.as_bytes(),
        ..Message::default()
    };
    let index = chunk.message(&message).index;
    chunk.event_here(index, &What::Sending { carrier: CARRIER, bind: 0, attempt: 1 });
    if ord == READDRESSED || is_its(ord) {
        let address = Address::infer(NUMBER);
        let new = Some(NewAddress { address, change: b"447700900123 completed" });
        let what = What::Readdressed { carrier: CARRIER, source: None, destination: new };
        chunk.event_here(index, &what);
    }
    if is_its(ord) {
        let mut octets = Vec::new();
        message.encode(&mut octets);
        let by = By::Application;
        chunk.event_here(index, &What::Replaced { by, message: &octets });
        let url = "https://shop.example/?to=447700900123&text=xylophone";
        let (format, method) = (CallbackFormat::Kannel, CallbackMethod::Get);
        let wants = CallbackWants::ALL;
        let callback = CallbackRef { format, method, wants, url, context: "xylophone" };
        chunk.event_here(index, &What::Callback(callback));
    }
    let ended = What::Ended { reason: Reason::ValidityOver };
    chunk.event_here(index, &ended);
}

/// Without receipts owed, so that a message that has ended is done with.
fn desk() -> Desk {
    desk_of(LedgerConfig::tiny())
}

pub(super) fn desk_of(config: LedgerConfig) -> Desk {
    let mut desk = Desk::new(config);
    desk.fill();
    desk
}

pub(super) fn erased(ord: u64) -> bool {
    is_its(ord) || ord == READDRESSED
}

#[test]
fn nothing_of_an_erased_number_is_left_in_any_file_and_all_else_is_as_it_was() {
    erases_all(desk());
}

/// Erases the number, and looks for it in all files.
pub(super) fn erases_all(mut desk: Desk) {
    desk.check(|_| false);
    let held = desk.files_with_it();
    for kind in ["log-", "columns-", "marks-", "lists-", "to-", "text-"] {
        assert!(held.iter().any(|name| name.starts_with(kind)), "{kind} has it before: {held:?}");
    }
    let asked = desk.erase_number().expect("taken");
    let its = (0..MESSAGES).filter(|ord| is_its(*ord)).count() as u64;
    assert_eq!((asked.messages, asked.waiting(), asked.done_at), (its, its, None));
    let number = || NumberSet::exact(NumberKey::of(NUMBER));
    assert_eq!(desk.found(Predicate::To(number())), [0; 0], "hidden at once");
    let words = || Predicate::Text(Words::of("xylophone").expect("a word"));
    assert_eq!(desk.found(words()), [0; 0], "hidden at once");
    assert_eq!(desk.erase_number().expect("taken").number, asked.number, "asked again");
    assert!(desk.settle());
    let done = desk.opened.ledger.erasure(asked.number).expect("known");
    assert!(done.done_at.is_some());
    assert_eq!((done.messages, done.erased, done.waiting()), (its + 1, its + 1, 0));
    assert_eq!(done.loose, 2 * MESSAGES / 20);
    assert_eq!(desk.files_with_it(), [""; 0]);
    desk.check(erased);
    assert_eq!(desk.found(Predicate::To(number())), [0; 0]);
    assert_eq!(desk.found(words()), [0; 0]);
    desk.reopen();
    assert!(desk.settle());
    desk.check(erased);
    assert_eq!(desk.files_with_it(), [""; 0]);
    assert!(desk.opened.ledger.erasure(asked.number).expect("known").done_at.is_some());
    desk.opened.indexer.checkpoint().expect("room");
    assert_eq!(desk.verified(), [""; 0]);
}

#[test]
fn what_is_older_than_what_is_kept_goes_with_its_files_and_is_passed_over_by_readers_of_the_log() {
    let mut desk = desk();
    let before = desk.disk.list().expect("alive").len();
    let half = desk.opened.ledger.message(MessageOrd(299)).expect("reads").expect("there");
    desk.opened.ledger.keep_since(half.accepted_at);
    desk.opened.indexer.checkpoint().expect("room");
    assert!(desk.settle());
    let ledger = Arc::clone(&desk.opened.ledger);
    assert_eq!(ledger.stats().expired, 256, "whole segments");
    assert!(ledger.expired(MessageOrd(255)) && !ledger.expired(MessageOrd(256)));
    let names = desk.disk.list().expect("alive");
    assert!(names.len() + 5 < before, "{names:?}");
    // Carriers' ids are in no run yet.
    let first = names.iter().filter_map(|name| name.strip_suffix("-00000000"));
    let first: Vec<&str> = first.filter(|kind| !kind.starts_with("text-")).collect();
    assert_eq!(first, ["ids"]);
    let erased = ledger.erase_message(MessageOrd(3), &desk.asking());
    assert!(matches!(erased, Err(EraseError::NoMessage)));
    let (mut tape, mut messages) = (ledger.tape(Mark::default()), 0);
    while let Some(read) = tape.next(ledger.indexed()).expect("reads") {
        messages += u64::from(read.chunk.messages);
    }
    assert!((344..500).contains(&messages), "{messages} with those of the first file");
    drop((tape, ledger));
    desk.reopen();
    assert!(desk.settle());
    assert_eq!(desk.opened.ledger.stats().expired, 256);
    let verified = desk.verified();
    assert!(verified.len() == 1 && verified[0].contains("let go"), "{verified:?}");
}

#[test]
fn a_power_cut_at_any_operation_of_erasing_leaves_it_to_be_done_and_loses_nothing() {
    cut_at_every(&LedgerConfig::tiny(), 29);
}

#[test]
#[ignore = "takes minutes"]
fn a_power_cut_at_every_operation_of_erasing_leaves_it_to_be_done_and_loses_nothing_long() {
    cut_at_every(&LedgerConfig::tiny(), 1);
}

pub(super) fn cut_at_every(config: &LedgerConfig, stride: usize) {
    for operation in (0..).step_by(stride) {
        let mut desk = desk_of(config.clone());
        desk.disk.fail_at(desk.disk.operations() + operation as u64, Fault::PowerCut);
        let asked = desk.erase_number().is_ok();
        let through = asked && desk.settle();
        desk.reopen();
        assert!(desk.settle());
        if asked {
            desk.check(erased);
            assert_eq!(desk.files_with_it(), [""; 0], "cut at {operation}");
        }
        if through {
            assert!(operation > 60, "the pass was long enough to matter: {operation}");
            return;
        }
    }
}

#[test]
fn one_message_is_erased_when_it_ends_and_what_comes_for_it_later_is_too() {
    let mut desk = desk();
    let mut chunk = Chunk::new();
    let message = Message {
        destination: Address { ton: 1, npi: 1, addr: b"33612345678" },
        carrier: CARRIER,
        parts: 1,
        body: b"zither",
        ..Message::default()
    };
    chunk.message(&message);
    desk.put(&mut chunk);
    assert!(desk.settle());
    let ord = MessageOrd(MESSAGES);
    let asked = desk.opened.ledger.erase_message(ord, &desk.asking()).expect("taken");
    assert!(desk.settle());
    let ledger = Arc::clone(&desk.opened.ledger);
    assert_eq!(ledger.erasure(asked.number).expect("known").done_at, None, "it waits");
    assert_eq!(ledger.message(ord).expect("reads").expect("there").message().body, b"zither");
    let to = || Predicate::To(NumberSet::exact(NumberKey::of(b"33612345678")));
    assert_eq!(desk.found(to()), [0; 0]);
    chunk.event(&Event { ord, what: What::Ended { reason: Reason::NoReceipt } });
    desk.put(&mut chunk);
    assert!(desk.settle());
    assert!(ledger.erasure(asked.number).expect("known").done_at.is_some());
    let needles: [&[u8]; 2] = [b"33612345678", b"zither"];
    assert_eq!(desk.files_with(&needles), [""; 0]);
    let report = Report { raw: b"to:33612345678 text:zither", ..report() };
    chunk.event(&Event { ord, what: What::Receipt { carrier: CARRIER, report } });
    desk.put(&mut chunk);
    desk.opened.flusher.step();
    assert!(!desk.files_with(&needles).is_empty(), "it has come");
    drop(ledger);
    desk.reopen();
    assert!(desk.settle());
    assert_eq!(desk.files_with(&needles), [""; 0]);
    let state = desk.opened.ledger.state(ord).expect("reads").expect("there");
    assert!(state.concluded());
    desk.check(|_| false);
}

#[test]
fn a_key_of_an_account_erases_its_own_messages_and_no_others() {
    let mut desk = desk();
    let account = Some(AccountId(1));
    let asking = Asking { account, by: By::AccountKey, ..desk.asking() };
    let ledger = Arc::clone(&desk.opened.ledger);
    let other = ledger.erase_message(MessageOrd(0), &asking);
    assert!(matches!(other, Err(EraseError::NoMessage)));
    let nobody = ledger.erase_message(MessageOrd(9_999), &asking);
    assert!(matches!(nobody, Err(EraseError::NoMessage)));
    ledger.erase_number(NUMBER, &asking).expect("taken");
    drop(ledger);
    assert!(desk.settle());
    desk.check(|ord| is_its(ord) && ord % 3 == 1);
    assert!(!desk.files_with_it().is_empty(), "the others' are there");
}

#[test]
fn the_whole_and_all_parts_and_doubles_of_an_inbound_message_go_with_any_of_them() {
    let mut desk = Desk::new(LedgerConfig::tiny());
    let mut chunk = Chunk::new();
    let part = |body| Message {
        direction: Direction::Inbound,
        source: Address { ton: 1, npi: 1, addr: b"33612345678" },
        destination: Address { ton: 3, npi: 0, addr: b"60777" },
        parts: 1,
        body,
        ..Message::default()
    };
    for body in [&b"one zither"[..], b"two zither", b"one zither", b"one zither two zither"] {
        chunk.message(&part(body));
    }
    chunk.event_here(2, &What::Doubles { of: MessageOrd(0) });
    let parts: Vec<u8> = [0_u64, 1].iter().flat_map(|ord| ord.to_le_bytes()).collect();
    chunk.event_here(3, &What::Joined { parts: &parts });
    chunk.event_here(0, &What::Folded { into: MessageOrd(3) });
    chunk.event_here(1, &What::Folded { into: MessageOrd(3) });
    chunk.event_here(3, &What::Answered { command_status: 0 });
    desk.put(&mut chunk);
    assert!(desk.settle());
    let asked = desk.opened.ledger.erase_message(MessageOrd(1), &desk.asking()).expect("taken");
    assert_eq!(asked.messages, 4);
    assert!(desk.settle());
    let needles: [&[u8]; 2] = [b"zither", b"33612345678"];
    assert_eq!(desk.files_with(&needles), [""; 0]);
}

#[test]
fn what_an_account_does_not_keep_is_blanked_and_the_rest_of_it_stays() {
    let mut desk = desk();
    let keep = std::time::Duration::from_secs(3_600);
    desk.config.account_keep = vec![("shop".to_owned(), keep)];
    desk.opened.ledger.names().account("none").expect("room");
    assert_eq!(desk.opened.ledger.names().account("shop").expect("room"), AccountId(1));
    desk.reopen();
    desk.now = desk.now + 2 * keep;
    assert!(desk.settle());
    let ledger = &desk.opened.ledger;
    for ord in 0..MESSAGES {
        let stored = ledger.message(MessageOrd(ord)).expect("reads").expect("there");
        assert_eq!(is_blank(&stored.message()), ord % 3 == 1, "message {ord}");
    }
    let words = Predicate::Text(Words::of("common").expect("a word"));
    assert!(desk.found(words).iter().all(|ord| ord % 3 != 1));
    assert_eq!(desk.files_with(&[body(301).as_bytes(), other(301).as_bytes()]), [""; 0]);
    assert!(!desk.files_with(&[body(303).as_bytes()]).is_empty());
}
