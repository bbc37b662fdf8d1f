//! What waits for one ESME: its binds that take deliver_sm, and the receipts owed to it.
//!
//! **Invariants**: a deliver_sm is kept until it is confirmed: refused, it is sent again; when its
//! connection breaks, on another bind. No more than [`READY_OCTETS_MAX`] wait.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::sim::link::Link;
use crate::sim::receipt::pdus;
use crate::sim::slots::Slots;
use crate::sim::stats::Stats;
use crate::sim::wheel::Wheel;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};

/// Octets of receipts that may wait for an ESME that takes none.
const READY_OCTETS_MAX: usize = 256 * 1024 * 1024;

/// Receipts sent on one bind before the next has its turn: enough for a batch.
const TURN: usize = 32;

/// When a deliver_sm that the ESME refused is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A bind that takes deliver_sm.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) link: Rc<Link>,
    pub(crate) window: RefCell<Slots<Vec<u8>>>,
}

/// Everything of one `system_id`.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) system_id: Vec<u8>,
    pub(crate) receivers: Vec<Rc<Receiver>>,
    pub(crate) wheel: Wheel,
    ready: Vec<u8>,
    ready_from: usize,
    turn: usize,
}

impl Account {
    /// An account with nothing owed, for receipts delayed up to `longest`.
    pub(crate) fn new(system_id: &[u8], longest: Duration, now: Timestamp) -> Self {
        Self {
            system_id: system_id.to_vec(),
            receivers: Vec::new(),
            wheel: Wheel::new(longest.max(RETRY_AFTER), now),
            ready: Vec::new(),
            ready_from: 0,
            turn: 0,
        }
    }

    /// Whether nothing is owed at present or later.
    pub(crate) fn is_idle(&self) -> bool {
        self.wheel.is_empty() && !self.has_ready()
    }

    /// Whether something could go out now but for the windows.
    pub(crate) fn has_ready(&self) -> bool {
        self.ready_from < self.ready.len()
    }

    /// Lets `write` append a PDU that goes out with the next dispatch.
    pub(crate) fn put_ready(&mut self, stats: &Stats, write: impl FnOnce(&mut Vec<u8>)) {
        if self.ready.len() - self.ready_from > READY_OCTETS_MAX {
            stats.dropped.add(1);
        } else {
            write(&mut self.ready);
        }
    }

    /// Makes ready what is due.
    pub(crate) fn turn_wheel(&mut self, now: Timestamp, stats: &Stats) {
        self.wheel.take_due(now, &mut self.ready);
        if self.ready.len() - self.ready_from > READY_OCTETS_MAX {
            let dropped = pdus(self.ready.get(self.ready_from..).unwrap_or_default()).count();
            stats.dropped.add(dropped as u64);
            self.ready.clear();
            self.ready_from = 0;
        }
    }

    /// Sends what is ready on binds whose window has room. `own` need not be woken.
    pub(crate) fn dispatch(&mut self, own: Option<&Rc<Link>>, stats: &Stats) {
        let mut full = 0;
        while self.has_ready() && full < self.receivers.len() {
            self.turn = (self.turn + 1) % self.receivers.len();
            let Some(receiver) = self.receivers.get(self.turn) else { break };
            let rest = self.ready.get(self.ready_from..).unwrap_or_default();
            let (sent, octets) = receiver.send(rest);
            if sent == 0 {
                full += 1;
                continue;
            }
            full = 0;
            self.ready_from += octets;
            stats.receipts.add(sent);
            if !own.is_some_and(|own| Rc::ptr_eq(own, &receiver.link)) {
                receiver.link.wake();
            }
        }
        if !self.has_ready() {
            self.ready.clear();
            self.ready_from = 0;
        } else if self.ready_from > self.ready.len() / 2 {
            self.ready.drain(..self.ready_from);
            self.ready_from = 0;
        }
    }

    /// Takes a bind out; what it did not confirm goes to the others, or waits for a new one.
    pub(crate) fn leave(&mut self, receiver: &Rc<Receiver>, stats: &Stats) {
        self.receivers.retain(|other| !Rc::ptr_eq(other, receiver));
        receiver.window.borrow_mut().release_all(|pdu| {
            stats.redelivered.add(1);
            self.ready.extend_from_slice(pdu);
        });
        self.dispatch(None, stats);
    }

    /// Sends a refused deliver_sm again later.
    pub(crate) fn retry(&mut self, pdu: &[u8], now: Timestamp) {
        self.wheel.put(now, now + RETRY_AFTER, |out| out.extend_from_slice(pdu));
    }
}

impl Receiver {
    /// Sends a turn's worth of the PDUs in `octets`; how many, and how many octets they were.
    fn send(&self, octets: &[u8]) -> (u64, usize) {
        let mut window = self.window.borrow_mut();
        let (mut sent, mut used) = (0, 0);
        self.link.append(|out| {
            while sent < TURN as u64 {
                let rest = octets.get(used..).unwrap_or_default();
                let Split::Pdu(pdu) = split(rest, PDU_BYTES_MAX) else { break };
                let Some((sequence_number, kept)) = window.take() else { break };
                kept.clear();
                kept.extend_from_slice(pdu);
                if let Some(field) = kept.get_mut(12..16) {
                    field.copy_from_slice(&sequence_number.to_be_bytes());
                }
                out.extend_from_slice(kept);
                used += pdu.len();
                sent += 1;
            }
        });
        (sent, used)
    }
}
