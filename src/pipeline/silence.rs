//! Carriers that never send a receipt: after the validity of a message and a margin it is unknown.
//!
//! Nothing is kept for it in memory. Once a minute the ledger is asked for messages that were sent and
//! not reported on, a bounded number at a time; what it has to know of a message is in its record, so a
//! restart changes nothing.

use std::io;
use std::time::Duration;

use super::ask::Ask;
use super::conclude::end;
use super::engine::Engine;
use super::receipts::desk;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::deliver::life::Life;
use crate::deliver::limits::Limits;
use crate::deliver::queue::Queued;
use crate::ledger::store::Ledger;
use crate::message::reason::Reason;
use crate::spool::lsn::Lsn;

/// How often a carrier's silent messages are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The pause between parts of one look, when there are many.
const LOOK_ON: Duration = Duration::from_secs(1);

/// Messages looked at in one part.
const LOOK_MAX: usize = 2_000;

/// Where a carrier's look at its silent messages is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// When to go on.
    pub at: Timestamp,
    /// The last message that was looked at, `None` to begin.
    pub after: Option<MessageOrd>,
}

/// What the ledger is asked.
#[derive(Clone, Copy, Debug)]
pub struct Silence {
    /// Of whom.
    pub carrier: CarrierId,
    /// Begin behind this message.
    pub after: Option<MessageOrd>,
    /// The time it is.
    pub now: Timestamp,
    /// The life of a message without a validity period.
    pub lifetime: Duration,
    /// How long after its life a receipt may still come.
    pub margin: Duration,
}

impl Look {
    /// The question, if it is time for one.
    pub fn ask(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        (lifetime, margin): (Duration, Duration),
    ) -> Option<Ask> {
        if now < self.at {
            return None;
        }
        // Should the answer be lost, the next question comes with the next minute.
        self.at = now + LOOK_EVERY;
        let silence = Silence { carrier, after: self.after, now, lifetime, margin };
        Some(Ask::Silence { silence, indexed: Lsn::default() })
    }
}

/// The messages whose receipt will not come any more, and where to go on.
pub(super) fn look(
    ledger: &Ledger,
    silence: &Silence,
) -> io::Result<(Vec<Queued>, Option<MessageOrd>)> {
    let Silence { carrier, after, now, lifetime, margin } = *silence;
    let sent = ledger.unreported(carrier, after, now - margin, LOOK_MAX)?;
    let next = sent.get(LOOK_MAX - 1).map(|hit| hit.ord);
    let mut silent = Vec::new();
    for hit in sent {
        let Some(stored) = ledger.message(hit.ord)? else { continue };
        let message = stored.message();
        let life = Life::of_accepted(&message, hit.accepted_at, lifetime);
        if life.expires_at + margin > now {
            continue;
        }
        silent.push(Queued {
            limits: Limits::NONE,
            ord: hit.ord,
            lsn: stored.lsn.0,
            account: message.account,
            attempts: hit.state.attempts,
            failures: 0,
            // A receipt may be on its way while this is decided.
            doubts: 1,
            parts: message.counts(),
            priority: message.priority_flag,
            accepted_at: hit.accepted_at,
            due_at: life.due_at,
            expires_at: life.expires_at,
            record: bytes::Bytes::copy_from_slice(stored.octets()),
            tried: Box::default(),
            stays_until: Timestamp::NEVER,
        });
    }
    Ok((silent, next))
}

impl Engine {
    /// The ledger named messages whose receipt will not come any more: they end as unknown. A receipt
    /// that comes all the same is kept, and raises them.
    pub(super) fn silent(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        silent: &[Queued],
        next: Option<MessageOrd>,
    ) {
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        desk.look.after = next;
        if next.is_some() {
            desk.look.at = now + LOOK_ON;
        }
        for queued in silent {
            end(&mut self.events, &mut self.turn, desk, now, queued, Reason::NoReceipt);
        }
    }
}
