//! What a carrier answered to a submit, or did not.
//!
//! Each answer becomes an event of this turn; what follows from it waits in the turn for the disk.

use super::conclude::{end, owe_ended};
use super::effect::LinkId;
use super::engine::Engine;
use super::failover::of_carrier;
use super::pauses::pauses;
use super::receipts::desk;
use super::settings::InDoubt;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::carrier::status::{Refusal, Retry};
use crate::carrier::verdict::Verdict;

use crate::deliver::queue::Queued;
use crate::ledger::correlation::correlation_key;
use crate::message::disposition::Disposition;
use crate::message::event::{Doubt, Event, What};
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::state::refused;
use crate::receipt::awaiting::Awaited;
use crate::receipt::owed::Party;
use crate::telemetry::carrier::SubmitResult;

/// The id a carrier gave a message.
#[derive(Clone, Copy, Debug)]
pub struct CarrierMessageId<'a> {
    /// As the response had it.
    pub written: &'a [u8],
    /// In the form it is looked up by.
    pub canonical: &'a [u8],
}

/// A message whose answers were lost more often is not sent again: each time the handset may have
/// got it.
const RESENDS_MAX: u8 = 3;

impl Engine {
    /// The carrier took a message under an id of its own. `answered`: on which bind, and when it was
    /// submitted; `None` when the answer came after its time.
    pub fn sent(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        answered: Option<(LinkId, Timestamp)>,
        queued: &Queued,
        id: &CarrierMessageId<'_>,
    ) {
        let carrier_message_id = id.written;
        let what = What::Sent { carrier, carrier_message_id };
        self.events.event(&Event { ord: queued.ord, what });
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            return;
        };
        desk.metrics.submits.at(SubmitResult::Ok as usize).increment(1);
        if let Some((link, sent_at)) = answered {
            desk.took(now, sent_at, queued.parts);
            desk.metrics.submit_duration.record(now.since(sent_at).as_secs_f64());
            desk.freed(link);
        }
        // What cannot be awaited here is found in the ledger when its receipt comes.
        let Some(message) = Message::decode(&queued.record) else { return };
        let mut awaited = Awaited {
            ord: queued.ord,
            account: queued.account,
            registered_delivery: message.registered_delivery,
            part: message.place(),
            concluded: false,
            doubtful: answered.is_none() || queued.doubts > 0,
            source: Party::of(&message.source),
            destination: Party::of(&message.destination),
            accepted_at: queued.accepted_at,
        };
        if carrier_message_id.is_empty() {
            return;
        }
        let hash = correlation_key(carrier, id.canonical);
        self.overtaken(now, carrier, hash, &mut awaited);
        if !awaited.concluded
            && let Some(desk) = self.carrier(carrier)
        {
            desk.awaiting.insert(hash, awaited);
        }
    }

    /// The carrier refused a message, on which bind, and when it was submitted.
    pub fn refused(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        (link, sent_at): (LinkId, Timestamp),
        mut queued: Queued,
        command_status: u32,
    ) {
        let Some(shared) = self.shared.carrier(carrier) else { return };
        let Refusal { retry, verdict } = shared.config.profile.refusal(command_status);
        let Verdict { reason, ruling } = verdict;
        let result = match retry {
            Retry::Never => SubmitResult::Perm,
            Retry::Now | Retry::Later | Retry::Busy => SubmitResult::Temp,
            Retry::Slower => SubmitResult::Throttled,
        };
        let attempts_max = shared.config.attempts_max;
        let trouble = of_carrier(&verdict);
        let pauses = pauses(retry, reason);
        let retry_at = match retry {
            Retry::Never => Timestamp::NEVER,
            Retry::Slower => now + pauses.delay(u32::from(queued.attempts), &mut self.random),
            Retry::Now | Retry::Later | Retry::Busy => {
                queued.failures = queued.failures.saturating_add(1);
                if queued.failures >= attempts_max {
                    Timestamp::NEVER
                } else if retry == Retry::Now {
                    now
                } else {
                    now + pauses.delay(u32::from(queued.failures), &mut self.random)
                }
            }
        };
        // What is the carrier's own trouble is not the end while another carrier may be asked.
        let over = retry_at == Timestamp::NEVER && trouble;
        let next = if over { self.next_after(now, carrier, &queued) } else { None };
        let retry_at = if next.is_some() { now } else { retry_at };
        let what = What::Refused { carrier, command_status, reason, ruling, retry_at };
        self.events.event(&Event { ord: queued.ord, what });
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        desk.metrics.submits.at(result as usize).increment(1);
        if retry_at == Timestamp::NEVER && desk.ends(&queued) {
            desk.concluded_as(refused(reason, ruling), reason);
            owe_ended(&mut self.turn, now, &queued, &what);
        }
        desk.freed(link);
        match reason {
            Reason::Throttled => desk.pace.throttled(now, sent_at),
            // A destination that is full stays so for a while: only the first word counts.
            Reason::QueueFull if queued.failures <= 1 => desk.pace.queue_full(now, sent_at),
            _ => {}
        }
        if let Some(next) = next {
            self.pass_to(carrier, next, queued, reason);
        } else if retry_at != Timestamp::NEVER {
            desk.defer(retry_at, queued);
        }
    }

    /// A submit left and no answer will come, or not in time.
    pub fn in_doubt(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        link: LinkId,
        mut queued: Queued,
        cause: Doubt,
    ) {
        let policy = self.shared.carrier(carrier).map(|carrier| carrier.config.in_doubt);
        queued.doubts = queued.doubts.saturating_add(1);
        let resend = policy != Some(InDoubt::Hold) && queued.doubts <= RESENDS_MAX;
        let what = What::InDoubt { carrier, cause, resend };
        self.events.event(&Event { ord: queued.ord, what });
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        if !resend && desk.ends(&queued) {
            desk.concluded_as(Disposition::Unknown, Reason::InDoubt);
            owe_ended(&mut self.turn, now, &queued, &what);
        }
        desk.freed(link);
        if resend {
            desk.put_back(queued);
        }
    }

    /// A message cannot be read from its record, so nothing can be sent. `link`: the bind it was
    /// chosen for.
    pub fn unreadable(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        link: Option<LinkId>,
        queued: &Queued,
    ) {
        tracing::error!(ord = queued.ord.0, "a message cannot be read from its record: ended");
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        if let Some(link) = link {
            desk.freed(link);
        }
        end(&mut self.events, &mut self.turn, desk, now, queued, Reason::Unreadable);
    }

    /// A message that was chosen did not leave: its bind had gone, or is about to.
    pub fn not_submitted(&mut self, carrier: CarrierId, link: LinkId, mut queued: Queued) {
        queued.attempts = queued.attempts.saturating_sub(1);
        let Some(desk) = self.carrier(carrier) else { return };
        desk.transmitter_down(link);
        desk.put_back(queued);
    }
}
