//! A seeded ledger of messages such as there are, and a list of what is in it.

use std::sync::Arc;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::address::Address;
use crate::message::event::{Event, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::message::state::State;
use crate::spool::chunk::Chunk;
use crate::spool::sim_disk::SimDisk;

pub(super) const ACCOUNTS: [&str; 3] = ["shop", "bank", "school"];
pub(super) const CARRIERS: [&str; 3] = ["orange", "north", "south"];
pub(super) const SENDERS: [&str; 6] = ["ACME", "Shop", "60777", "12345", "BANK-1", "447400000007"];
pub(super) const TAGS: [&str; 3] = ["", "otp", "WAP"];
pub(super) const WORDS: [&str; 10] =
    ["code", "your", "Parcel", "is", "4711", "late", "Привет", "мир", "école", "sale"];

/// When the first message is accepted: 2025-10-21T13:03:07Z.
pub(super) const FIRST_AT: Timestamp = Timestamp(1_761_051_787_000_000);

/// Between two messages: a minute.
pub(super) const APART: u64 = 60_000_000;

/// A message as a list has it.
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) account: &'static str,
    pub(super) carrier: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) direction: Direction,
    pub(super) reference: String,
    pub(super) tag: &'static str,
    pub(super) text: String,
    pub(super) carrier_id: Option<String>,
    pub(super) state: State,
}

pub(super) struct Field {
    pub(super) disk: SimDisk,
    pub(super) opened: Opened,
    pub(super) kept: Vec<Kept>,
    pub(super) random: fastrand::Rng,
}

impl Field {
    pub(super) fn new(seed: u64, messages: usize) -> Self {
        let disk = SimDisk::new(seed);
        let opened = open(&disk);
        let names = opened.ledger.names();
        names.register(&ACCOUNTS, &CARRIERS).expect("room");
        let random = fastrand::Rng::with_seed(seed);
        let mut field = Self { disk, opened, kept: Vec::new(), random };
        field.add(messages);
        field
    }

    /// Cuts the power and opens what is left.
    pub(super) fn reopen(self) -> Self {
        let disk = self.disk.crash();
        drop(self.opened);
        Self { opened: open(&disk), disk, ..self }
    }

    /// Lets messages arrive and things happen to them.
    pub(super) fn add(&mut self, messages: usize) {
        for _ in 0..messages {
            let ord = MessageOrd(self.kept.len() as u64);
            let mut kept = self.message();
            let mut chunk = Chunk::new();
            write(&mut chunk, &kept);
            let at = kept.at;
            self.opened.journal.append(at, &mut chunk).expect("room");
            let carrier = place(&CARRIERS, kept.carrier);
            if kept.direction == Direction::Outbound {
                kept.carrier_id = self.happens(ord, CarrierId(carrier), at);
            }
            self.kept.push(kept);
            self.drive();
        }
        for (ord, kept) in (0..).map(MessageOrd).zip(&mut self.kept) {
            kept.state = self.opened.ledger.state(ord).expect("reads").expect("there");
        }
    }

    fn drive(&mut self) {
        self.opened.flusher.step();
        while self.opened.indexer.step().expect("indexes") {}
        while self.opened.sealer.step().expect("seals") {}
    }

    /// What happens to a message after it was accepted; its carrier's id, if it got one.
    fn happens(&mut self, ord: MessageOrd, carrier: CarrierId, at: Timestamp) -> Option<String> {
        let random = &mut self.random;
        let id = match random.u8(..3) {
            0 => format!("{}", 4_000_000_000 + ord.0 * 7),
            1 => format!("00{:X}", 0xAB_0000 + ord.0 * 3),
            _ => format!("{:x}-{}", 0xFACE_0000 + ord.0, random.u8(..9)),
        };
        let (sent, ended) = (random.u8(..10) < 8, random.u8(..10) < 7);
        let report = Report {
            message_state: [2, 2, 2, 2, 5, 3, 8][random.usize(..7)],
            reason: [Reason::None, Reason::MemoryFull, Reason::AbsentSubscriber][random.usize(..3)]
                as u8,
            last: true,
            carrier_message_id: id.as_bytes(),
            ..Report::default()
        };
        let mut chunk = Chunk::new();
        let mut event = |what| chunk.event(&Event { ord, what });
        event(What::Sending { carrier, bind: 1, attempt: 1 });
        if sent {
            event(What::Sent { carrier, carrier_message_id: id.as_bytes() });
        }
        if sent && ended {
            event(What::Receipt { carrier, report });
        }
        self.opened.journal.append(at, &mut chunk).expect("room");
        sent.then_some(id)
    }

    fn message(&mut self) -> Kept {
        let ord = self.kept.len() as u64;
        let cipher = self.opened.ledger.id_cipher();
        let random = &mut self.random;
        let inbound = random.u8(..6) == 0;
        let (mut from, mut to) = (SENDERS[random.usize(..6)].to_owned(), number(random));
        if inbound {
            std::mem::swap(&mut from, &mut to);
        }
        let text = match random.u8(..8) {
            0 => "您的验证码是1234".to_owned(),
            _ => {
                let words = (0..random.usize(1..6)).map(|_| WORDS[random.usize(..10)]);
                words.collect::<Vec<_>>().join(" ")
            }
        };
        Kept {
            id: format!("msg_{}", cipher.seal(MessageOrd(ord))),
            at: Timestamp(FIRST_AT.0 + ord * APART),
            account: ACCOUNTS[random.usize(..3)],
            carrier: CARRIERS[random.usize(..3)],
            from,
            to,
            direction: if inbound { Direction::Inbound } else { Direction::Outbound },
            reference: if random.bool() {
                format!("order-{}", random.u8(..60))
            } else {
                String::new()
            },
            tag: TAGS[random.usize(..3)],
            text,
            carrier_id: None,
            state: State::accepted(&Message::default()),
        }
    }
}

/// A number in one of the forms that numbers are kept in, of few enough that they meet again.
pub(super) fn number(random: &mut fastrand::Rng) -> String {
    let end = random.u8(..40);
    match random.u8(..7) {
        0..3 => format!("4474001234{end:02}"),
        3 => format!("074001234{end:02}"),
        4 => format!("+4474001234{end:02}"),
        5 => format!("004474001234{end:02}"),
        _ => format!("336123456{end:02}"),
    }
}

pub(super) fn place(names: &[&str], name: &str) -> u16 {
    names.iter().position(|known| *known == name).expect("one of them") as u16
}

fn open(disk: &SimDisk) -> Opened {
    Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()).expect("opens")
}

fn write(chunk: &mut Chunk, kept: &Kept) {
    let ascii = kept.text.is_ascii();
    let body: Vec<u8> = if ascii {
        kept.text.clone().into_bytes()
    } else {
        kept.text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    };
    chunk.message(&Message {
        direction: kept.direction,
        account: AccountId(place(&ACCOUNTS, kept.account)),
        carrier: CarrierId(place(&CARRIERS, kept.carrier)),
        source: Address { ton: 0, npi: 0, addr: kept.from.as_bytes() },
        destination: Address { ton: 0, npi: 0, addr: kept.to.as_bytes() },
        registered_delivery: 1,
        data_coding: if ascii { 0 } else { 8 },
        parts: 1,
        service_type: kept.tag.as_bytes(),
        client_ref: kept.reference.as_bytes(),
        body: &body,
        ..Message::default()
    });
}
