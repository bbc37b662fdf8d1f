//! Taking up again what the ledger says is unfinished, when the gateway starts.

use std::io;

use super::engine::Engine;
use super::settings::InDoubt;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::life::Life;
use crate::deliver::queue::Queued;
use crate::ledger::store::Ledger;
use crate::ledger::stored::Unsubmitted;
use crate::message::disposition::Status;
use crate::message::event::{Doubt, Event, What};

/// What a restart found unfinished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Restored {
    /// Messages put back in their carriers' queues.
    pub queued: u64,
    /// Of those, submits that had left, or were about to, without an answer on record.
    pub in_doubt: u64,
    /// Messages from handsets that wait for parts or for a route.
    pub inbound: u64,
}

/// Messages read from the ledger at a time.
const PAGE: usize = 10_000;

impl Engine {
    /// Fills the queues of this shard's carriers from the ledger. A submit without an answer on
    /// record is told in the message's history, and follows the carrier's policy.
    ///
    /// # Errors
    /// What the disk said.
    pub fn restore(&mut self, ledger: &Ledger) -> io::Result<Restored> {
        let mut restored = Restored::default();
        let carriers: Vec<CarrierId> = self.carriers.iter().flatten().map(|desk| desk.id).collect();
        for carrier in carriers {
            let mut after = None;
            loop {
                let page = ledger.to_submit(carrier, after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = Some(last.ord);
                for unfinished in &page {
                    self.take_up_one(carrier, ledger, unfinished, &mut restored)?;
                }
            }
        }
        restored.inbound = self.restore_inbound(ledger)?;
        Ok(restored)
    }

    fn take_up_one(
        &mut self,
        carrier: CarrierId,
        ledger: &Ledger,
        unfinished: &Unsubmitted,
        restored: &mut Restored,
    ) -> io::Result<()> {
        let Some(stored) = ledger.message(unfinished.ord)? else { return Ok(()) };
        let message = stored.message();
        let sending = unfinished.state.status == Status::Sending;
        let lifetime = self.shared.carrier(carrier).map(|carrier| carrier.config.lifetime);
        let accepted_at = unfinished.accepted_at;
        let life = Life::of_accepted(&message, accepted_at, lifetime.unwrap_or_default());
        let queued = Queued {
            ord: unfinished.ord,
            lsn: stored.lsn.0,
            account: message.account,
            attempts: unfinished.state.attempts,
            failures: u8::from(unfinished.state.retrying()),
            doubts: u8::from(sending || unfinished.state.was_in_doubt()),
            parts: message.counts(),
            priority: message.priority_flag,
            accepted_at,
            due_at: life.due_at,
            expires_at: life.expires_at,
            record: bytes::Bytes::new(),
            tried: unfinished.tried.clone().into(),
            stays_until: Timestamp(0),
            limits: self.shared.routes.limits_with(message.account, &message, carrier),
        };
        restored.in_doubt += u64::from(sending);
        restored.queued += 1;
        self.take_up(carrier, queued, sending, unfinished.retry_at);
        Ok(())
    }

    fn take_up(
        &mut self,
        carrier: CarrierId,
        queued: Queued,
        sending: bool,
        retry_at: Option<Timestamp>,
    ) {
        let policy = self.shared.carrier(carrier).map(|carrier| carrier.config.in_doubt);
        if sending {
            let resend = policy != Some(InDoubt::Hold);
            let what = What::InDoubt { carrier, cause: Doubt::Restart, resend };
            self.events.event(&Event { ord: queued.ord, what });
            if !resend {
                super::conclude::owe_ended(&mut self.turn, queued.accepted_at, &queued, &what);
                return;
            }
        }
        self.shared.count(queued.account, carrier, 1);
        let Some(desk) = self.carrier(carrier) else { return };
        match retry_at {
            Some(due) => desk.defer_counted(due.max(queued.due_at), queued),
            None => desk.enqueue(queued),
        }
    }
}
