//! A ledger on a simulated disk beside its model, driven by random operations.

use std::sync::Arc;

use super::model::{Model, Written};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::address::Address;
use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackRef, CallbackWants};
use crate::message::event::{Doubt, Event, NO_MESSAGE, NewAddress, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::message::ruling::Ruling;
use crate::spool::chunk::Chunk;
use crate::spool::error::OpenError;
use crate::spool::flusher::Flushed;
use crate::spool::journal::Health;
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::SimDisk;

pub(super) struct World {
    pub(super) disk: SimDisk,
    pub(super) config: LedgerConfig,
    pub(super) random: fastrand::Rng,
    pub(super) opened: Option<Opened>,
    /// In the order of the log; the last ones may not be durable.
    pub(super) written: Vec<Written>,
    /// Highest LSN that anybody was told is durable.
    acknowledged: Lsn,
    now: Timestamp,
    messages: u64,
    /// Whether the log is compressed as soon as it can be.
    pub(super) cools: bool,
    /// Files that were seen to be compressed.
    pub(super) cooled: u64,
    /// Whether old messages end and are let go.
    pub(super) expires: bool,
    /// The oldest message that was seen to be kept.
    pub(super) kept_from: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let cells_max = if seed.is_multiple_of(2) { LedgerConfig::tiny().cells_max } else { 6 };
        Self {
            disk: SimDisk::new(seed),
            config: LedgerConfig { cells_max, ..LedgerConfig::tiny() },
            random: fastrand::Rng::with_seed(seed),
            opened: None,
            written: Vec::new(),
            acknowledged: Lsn(0),
            now: Timestamp(1_000_000),
            messages: 0,
            cools: false,
            cooled: 0,
            expires: false,
            kept_from: 0,
        }
    }

    /// Opens the disk, and forgets what was never durable.
    pub(super) fn open(&mut self) -> Result<(), OpenError> {
        self.opened = None;
        let opened = Ledger::open(Arc::new(self.disk.clone()), self.config.clone())?;
        let end = opened.journal.durable();
        assert!(
            end >= self.acknowledged,
            "what was acknowledged is gone: {end} {}",
            self.acknowledged
        );
        self.written.retain(|chunk| chunk.end <= end);
        self.messages = opened.recovered.messages;
        self.opened = Some(opened);
        Ok(())
    }

    /// Cuts the power.
    pub(super) fn crash(&mut self) {
        self.disk = self.disk.crash();
        self.opened = None;
    }

    /// Compares everything after having indexed what is durable. `false` if the disk failed.
    pub(super) fn check(&mut self) -> bool {
        if !self.settle() {
            return false;
        }
        let Some(opened) = &self.opened else { return false };
        let durable = opened.journal.durable();
        let chunks = self.written.iter().filter(|chunk| chunk.end <= durable);
        let mut model = Model::of(chunks, self.config.notices_max);
        model.check(&opened.ledger, &mut self.random);
        self.kept_from = self.kept_from.max(opened.ledger.stats().expired);
        assert_eq!(opened.ledger.stats().expired, self.kept_from, "what was let go is back");
        assert!(self.messages >= model.messages() as u64);
        true
    }

    fn settle(&mut self) -> bool {
        let Some(opened) = &mut self.opened else { return false };
        loop {
            match opened.indexer.step() {
                Ok(true) => {}
                Ok(false) => return true,
                Err(_) => return false,
            }
        }
    }

    /// One random operation; `false` if the disk failed in it.
    pub(super) fn step(&mut self) -> bool {
        self.now.0 += self.random.u64(..50);
        if self.random.u8(..60) == 0 {
            // Into the next hours.
            self.now.0 += self.random.u64(..3 * 3_600_000_000);
        }
        if self.cools && self.random.u8(..3) == 0 {
            return self.cool();
        }
        if self.expires && self.random.u8(..12) == 0 {
            return self.expire();
        }
        match self.random.u8(..20) {
            0..8 => self.append(),
            8..12 => self.flush(),
            12..16 => self.opened.as_mut().is_some_and(|opened| opened.indexer.step().is_ok()),
            16 => {
                if let Some(opened) = &mut self.opened {
                    opened.indexer.catch_up();
                }
                // What these two are refused is tried again.
                if let Some(opened) = &mut self.opened {
                    let _ = opened.text_follower.step();
                    let _ = opened.text_keeper.step();
                    let _ = opened.keeper.step(self.now);
                }
                true
            }
            17..19 => self.opened.as_mut().is_some_and(|opened| opened.sealer.step().is_ok()),
            _ => self.opened.as_mut().is_some_and(|opened| opened.indexer.checkpoint().is_ok()),
        }
    }

    /// Compresses some of what is closed.
    fn cool(&mut self) -> bool {
        self.now.0 += 11_000_000;
        let Some(opened) = &mut self.opened else { return false };
        // What it is refused is tried again.
        let _ = opened.keeper.step(self.now);
        self.cooled += opened.ledger.stats().log_cold.files;
        true
    }

    /// Ends what waits of the oldest messages, or has old ones let go.
    fn expire(&mut self) -> bool {
        let Some(opened) = &mut self.opened else { return false };
        let from = opened.ledger.stats().expired;
        match self.random.u8(..3) {
            0 => {
                let rows = u64::from(self.config.segment_messages);
                let mut chunk = Chunk::new();
                for ord in (from..self.messages.min(from + rows)).map(MessageOrd) {
                    let what = What::Ended { reason: Reason::ValidityOver };
                    chunk.event(&Event { ord, what });
                    chunk.event(&Event { ord, what: What::Answered { command_status: 0 } });
                }
                self.put(chunk, 0)
            }
            1 => {
                opened.ledger.keep_since(Timestamp(self.random.u64(1_000_000..=self.now.0)));
                true
            }
            // What it is refused is tried again.
            _ => {
                let _ = opened.keeper.step(self.now);
                true
            }
        }
    }

    fn flush(&mut self) -> bool {
        let Some(opened) = &mut self.opened else { return false };
        let before = opened.journal.durable();
        let outcome = opened.flusher.step();
        let durable = opened.journal.durable();
        if outcome == Flushed::Failed {
            assert_eq!((durable, opened.journal.health()), (before, Health::Failed));
            assert_eq!(opened.flusher.step(), Flushed::Failed);
        }
        self.acknowledged = self.acknowledged.max(durable);
        outcome != Flushed::Failed
    }

    fn append(&mut self) -> bool {
        let mut chunk = Chunk::new();
        let fresh = self.random.u32(..12);
        for _ in 0..fresh {
            self.message(&mut chunk);
        }
        let events = self.random.u32(..20);
        for _ in 0..events {
            self.event(&mut chunk, fresh);
        }
        self.put(chunk, fresh)
    }

    fn put(&mut self, mut chunk: Chunk, fresh: u32) -> bool {
        let before = chunk.clone();
        let Some(opened) = &self.opened else { return false };
        match opened.journal.append(self.now, &mut chunk) {
            Ok(appended) => {
                if before.is_empty() {
                    return true;
                }
                assert_eq!(appended.base_ord.0, self.messages);
                let mut sealed = before;
                sealed.seal(appended.base_ord, self.now);
                self.messages += u64::from(fresh);
                self.written.push(Written { end: appended.end, octets: sealed.octets().to_vec() });
                true
            }
            Err(_) => {
                assert_eq!(chunk.octets().len(), before.octets().len());
                opened.journal.health() != Health::Failed
            }
        }
    }

    fn message(&mut self, chunk: &mut Chunk) {
        let random = &mut self.random;
        let to = format!("4477{:03}", random.u16(..300));
        let from = ["ACME", "shop", "12345", "447700900000"][random.usize(..4)];
        let body = vec![b'x'; random.usize(..60)];
        let client_ref = [String::new(), format!("order-{}", random.u16(..200)), "same".into()];
        let service_type = [&b""[..], b"otp", b"WAP", b"rare"][random.usize(..10).min(3)];
        let service_type = if random.u8(..9) > 0 { &b"otp"[..] } else { service_type };
        let long = if random.u8(..200) == 0 { vec![b'y'; 40_000] } else { Vec::new() };
        chunk.message(&Message {
            direction: if random.u8(..8) == 0 { Direction::Inbound } else { Direction::Outbound },
            account: AccountId(random.u16(..4)),
            carrier: CarrierId(random.u16(..4)),
            source: Address::infer(from.as_bytes()),
            destination: Address::infer(to.as_bytes()),
            registered_delivery: random.u8(..4),
            parts: 1,
            service_type,
            client_ref: client_ref[random.usize(..3)].as_bytes(),
            body: &body,
            tlvs: &long,
            ..Message::default()
        });
    }

    fn event(&mut self, chunk: &mut Chunk, fresh: u32) {
        let random = &mut self.random;
        let carrier = CarrierId(random.u16(..3));
        let id = format!("{}{:X}", ["", "0", "00"][random.usize(..3)], random.u16(..400));
        let report = Report {
            ruling: Ruling::default(),
            message_state: random.u8(1..9),
            reason: Reason::None as u8,
            last: true,
            carrier_message_id: id.as_bytes(),
            err: b"000",
            raw: b"stat:DELIVRD",
        };
        let address = Address::infer(b"447700900123");
        let what = match random.u8(..15) {
            0 | 1 => What::Sending { carrier, bind: 1, attempt: random.u8(1..4) },
            2..5 => What::Sent { carrier, carrier_message_id: id.as_bytes() },
            5 => What::Refused {
                ruling: Ruling::default(),
                carrier,
                command_status: 0x58,
                reason: Reason::Throttled,
                retry_at: Timestamp(random.u64(..)),
            },
            6 => What::InDoubt { carrier, cause: Doubt::LinkLost, resend: random.bool() },
            7 | 8 => What::Receipt { carrier, report },
            9 => What::Answered { command_status: random.u32(..2) },
            10 => What::Orphan { carrier, report, source: address, destination: address },
            11 => {
                let to = CarrierId(random.u16(..3));
                What::Rerouted { from: carrier, to, reason: Reason::CarrierDown }
            }
            12 => {
                let destination = Some(NewAddress { address, change: b"+ dropped" });
                What::Readdressed { carrier, source: None, destination }
            }
            13 => What::Keyed {
                key: [&b"one"[..], b"two", b"three"][random.usize(..3)],
                fingerprint: b"print",
                number: random.u16(..),
                told: Timestamp(random.u64(..)),
            },
            14 => What::Callback(CallbackRef {
                format: CallbackFormat::Kannel,
                method: CallbackMethod::Get,
                wants: CallbackWants::ALL,
                url: ["http://a.example/?%d", "http://b.example/"][random.usize(..2)],
                context: "service=x",
            }),
            _ => What::Notice { peer: b"load", command_status: 14, count: 3, text: b"wrong" },
        };
        if matches!(what, What::Orphan { .. } | What::Notice { .. }) {
            chunk.event(&Event { ord: NO_MESSAGE, what });
        } else if fresh > 0 && random.bool() {
            chunk.event_here(random.u32(..fresh), &what);
        } else if self.messages > 0 {
            // Mostly of late, sometimes of long ago.
            let reach = if random.bool() { 40 } else { self.messages };
            let back = random.u64(..reach);
            let ord = MessageOrd(self.messages.saturating_sub(1 + back));
            chunk.event(&Event { ord, what });
        }
    }
}
