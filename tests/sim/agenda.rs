//! What is going to happen, and when: the one queue of the world.
//!
//! **Invariant**: what is due at the same moment happens in an order the seed decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use postrider::base::clock::Timestamp;
use postrider::base::id::CarrierId;
use postrider::pipeline::effect::LinkId;

use crate::faults::Fault;

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// In the process of the gateway that has this number; a later one knows nothing of it.
    Gateway { life: u32, what: GatewayEvent },
    /// The gateway's process is started again.
    Start,
    /// Octets, or the end of them, may have come to an end of a connection.
    Arrive { conn: usize, end: End },
    /// To an application.
    Client { client: usize, what: ClientEvent },
    /// To a carrier's message centre.
    Centre { centre: usize, what: CentreEvent },
    /// Something breaks, or is whole again.
    Fault(Fault),
}

/// An end of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Gateway,
    Peer,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayEvent {
    Turn(usize),
    Durable(usize),
    Letters(usize),
    Again {
        shard: usize,
        link: LinkId,
    },
    Impatient {
        conn: usize,
        since: Timestamp,
    },
    Dial {
        shard: usize,
        carrier: CarrierId,
        bind: u16,
    },
    Dialled {
        shard: usize,
        carrier: CarrierId,
        bind: u16,
        conn: Option<usize>,
    },
    Flush,
    /// The flusher wakes by itself while the disk is full.
    Look,
    Index,
    Seal,
    Checkpoint,
    Ask,
    DrainOver,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientEvent {
    Dial,
    Connected(usize),
    Tick(usize),
    Submit(usize),
    Misbehave(usize),
    Withdraw(usize),
    Answer { conn: usize, sequence: u32, given: usize, status: u32 },
    ReadOn(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CentreEvent {
    Tick(usize),
    Respond { conn: usize, sequence: u32, taking: usize, how: Outcome },
    Report(usize),
    Text(usize),
}

/// What a message centre says to a submit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Takes,
    Refuses(u32),
    Nacks(u32),
}

/// The queue.
pub struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    random: fastrand::Rng,
    sequence: u64,
}

struct Entry {
    key: (Timestamp, u16, u64),
    event: Event,
}

impl Agenda {
    pub fn new(seed: u64) -> Self {
        Self { heap: BinaryHeap::new(), random: fastrand::Rng::with_seed(seed), sequence: 0 }
    }

    pub fn at(&mut self, at: Timestamp, event: Event) {
        self.sequence += 1;
        let key = (at, self.random.u16(..), self.sequence);
        self.heap.push(Reverse(Entry { key, event }));
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Timestamp {
        self.heap.peek().map_or(Timestamp::NEVER, |entry| entry.0.key.0)
    }

    pub fn pop(&mut self) -> Option<(Timestamp, Event)> {
        self.heap.pop().map(|Reverse(entry)| (entry.key.0, entry.event))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Entry {}
