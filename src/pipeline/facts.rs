//! What carriers and applications answered: the facts that move a message on.
//!
//! Each becomes an event of this turn; what follows from it waits in the turn for the disk.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::ask::{Answer, Ask, Found};
use super::carrier::{ASKING_MAX, CarrierDesk};
use super::conclude::{owe_ended, owe_receipt};
use super::effect::{Effect, LinkId};
use super::engine::Engine;
use super::mail::Mail;
use super::port::Refusal;
use super::settings::InDoubt;
use super::turn::Inbound;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::backoff::Backoff;
use crate::deliver::failure::{Retry, refusal};
use crate::deliver::queue::Queued;
use crate::ledger::correlation::correlation_key;
use crate::message::address::Address;
use crate::message::disposition::Disposition;
use crate::message::event::{Doubt, Event, NO_MESSAGE, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::message::state::{refusal as disposition_of_refusal, reported, settles};
use crate::receipt::awaiting::Awaited;
use crate::receipt::classify::classify;
use crate::receipt::owed::{Owed, Party};
use crate::receipt::parked::Parked;
use crate::spool::lsn::Lsn;
use crate::telemetry::carrier::SubmitResult;

/// A receipt as a carrier's bind brought it.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptIn<'a> {
    /// The bind it came on.
    pub link: LinkId,
    /// The sequence number of its request.
    pub sequence: u32,
    /// Whether it came as a data_sm.
    pub data: bool,
    /// SMPP `message_state`.
    pub message_state: u8,
    /// The id as written.
    pub carrier_message_id: &'a [u8],
    /// The error as text.
    pub err: &'a [u8],
    /// The receipt as it came.
    pub raw: &'a [u8],
    /// `source_addr`: the handset.
    pub source: Address<'a>,
    /// `destination_addr`: the sender of the message.
    pub destination: Address<'a>,
}

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

/// After a refusal that means trouble at the carrier.
const RETRY: Backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(600) };

/// After a refusal that means we are too fast.
const RETRY_SLOWER: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(4) };

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
            desk.metrics.submit_duration.record(now.since(sent_at).as_secs_f64());
            desk.freed(link);
        }
        let Some(message) = Message::decode(&queued.record) else { return };
        let mut awaited = Awaited {
            ord: queued.ord,
            account: queued.account,
            registered_delivery: message.registered_delivery,
            concluded: false,
            source: Party::of(&message.source),
            destination: Party::of(&message.destination),
            accepted_at: queued.accepted_at,
            sent_at: now,
        };
        if carrier_message_id.is_empty() {
            return;
        }
        let hash = correlation_key(carrier, id.canonical);
        if !desk.parking.is_empty()
            && let Some(parked) = desk.parking.take_by_id(hash, message.destination.addr)
        {
            let report = parked_report(&parked);
            let (events, turn) = (&mut self.events, &mut self.turn);
            record_receipt(events, turn, now, desk, &mut awaited, &report);
        }
        if !awaited.concluded
            && let Some(desk) = self.carrier(carrier)
        {
            desk.awaiting.insert(hash, awaited);
        }
    }

    /// The carrier refused a message.
    pub fn refused(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        link: LinkId,
        mut queued: Queued,
        command_status: u32,
    ) {
        let (retry, reason) = refusal(command_status);
        let result = match retry {
            Retry::Never => SubmitResult::Perm,
            Retry::Later => SubmitResult::Temp,
            Retry::Slower => SubmitResult::Throttled,
        };
        let attempts_max =
            self.shared.carrier(carrier).map_or(u8::MAX, |carrier| carrier.config.attempts_max);
        let retry_at = match retry {
            Retry::Never => Timestamp::NEVER,
            Retry::Slower => now + RETRY_SLOWER.delay(u32::from(queued.attempts), &mut self.random),
            Retry::Later if queued.failures >= attempts_max => Timestamp::NEVER,
            Retry::Later => {
                queued.failures = queued.failures.saturating_add(1);
                now + RETRY.delay(u32::from(queued.failures), &mut self.random)
            }
        };
        let what = What::Refused { carrier, command_status, reason, retry_at };
        self.events.event(&Event { ord: queued.ord, what });
        if retry_at == Timestamp::NEVER {
            owe_ended(&mut self.turn, now, &queued, &what);
        }
        let Some(desk) = self.carrier(carrier) else { return };
        desk.metrics.submits.at(result as usize).increment(1);
        if retry_at == Timestamp::NEVER {
            desk.concluded_as(disposition_of_refusal(reason), reason);
        }
        desk.freed(link);
        if retry == Retry::Slower {
            desk.slow_down(now);
        }
        if retry_at != Timestamp::NEVER {
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
        if !resend {
            owe_ended(&mut self.turn, now, &queued, &what);
        }
        let Some(desk) = self.carrier(carrier) else { return };
        desk.freed(link);
        if resend {
            desk.put_back(queued);
        }
    }

    /// A message that was chosen did not leave: its bind had gone.
    pub fn not_submitted(&mut self, carrier: CarrierId, link: LinkId, mut queued: Queued) {
        queued.attempts = queued.attempts.saturating_sub(1);
        let Some(desk) = self.carrier(carrier) else { return };
        desk.freed(link);
        desk.put_back(queued);
    }

    /// A receipt came. It is acknowledged when it is on disk, known or not.
    /// `canonical` is the id in the form it is looked up by first; `forms` gives all forms it may have
    /// been written in, and is called only if that one is not known.
    pub fn receipt(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        receipt: &ReceiptIn<'_>,
        canonical: &[u8],
        forms: impl FnOnce() -> Vec<Vec<u8>>,
    ) {
        let acknowledgement = (receipt.link, receipt.sequence, receipt.data);
        self.turn.acknowledgements.push(acknowledgement);
        let report = report_of(receipt);
        if let Some(desk) = self.carrier(carrier) {
            desk.metrics.receipts.at(usize::from(receipt.message_state)).increment(1);
        }
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            return;
        };
        let handset = Some(receipt.source.addr).filter(|addr| !addr.is_empty());
        let known = |desk: &mut CarrierDesk, id: &[u8]| -> bool {
            desk.awaiting.find(correlation_key(carrier, id), handset).is_some()
        };
        let mut candidates = Vec::new();
        let mut found = known(desk, canonical).then(|| correlation_key(carrier, canonical));
        if found.is_none() {
            candidates = forms();
            found =
                candidates.iter().find(|id| known(desk, id)).map(|id| correlation_key(carrier, id));
        }
        if let Some(hash) = found
            && let Some(mut awaited) = desk.awaiting.find(hash, handset).copied()
        {
            record_receipt(&mut self.events, &mut self.turn, now, desk, &mut awaited, &report);
            if awaited.concluded {
                desk.awaiting.conclude(hash);
            }
            return;
        }
        desk.metrics.receipts_unmatched.increment(1);
        if desk.asking >= ASKING_MAX {
            self.turn.acknowledgements.pop();
            let (link, sequence, data) = (receipt.link, receipt.sequence, receipt.data);
            self.effects.push(Effect::Refused { link, sequence, data, refusal: Refusal::Busy });
            return;
        }
        let (source, destination) = (receipt.source, receipt.destination);
        let what = What::Orphan { carrier, report, source, destination };
        self.events.event(&Event { ord: NO_MESSAGE, what });
        if receipt.carrier_message_id.is_empty() {
            return;
        }
        let ticket = desk.parking.park(Parked {
            id_hashes: candidates.iter().map(|id| correlation_key(carrier, id)).collect(),
            message_state: receipt.message_state,
            carrier_message_id: receipt.carrier_message_id.to_vec(),
            err: receipt.err.to_vec(),
            raw: receipt.raw.to_vec(),
            handset: Party::of(&receipt.source),
            at: now,
        });
        let handset = receipt.source.addr.to_vec();
        desk.asking += 1;
        self.effects.push(Effect::Ask(Ask::Correlate {
            carrier,
            ticket,
            candidates,
            handset,
            // Set when this turn has been appended: a receipt that came twice in it is known then.
            after: Lsn::default(),
        }));
    }

    /// A message from a handset came.
    pub fn inbound(
        &mut self,
        carrier: CarrierId,
        (link, sequence, data): (LinkId, u32, bool),
        message: &Message<'_>,
    ) {
        let account = self.shared.carrier(carrier).and_then(|shared| {
            let name = shared.config.mo_account.as_ref()?;
            self.shared.accounts.iter().find(|account| account.config.name == *name)
        });
        let account = account.map(|account| account.id);
        let message = Message {
            direction: Direction::Inbound,
            carrier,
            account: account.unwrap_or(AccountId(u16::MAX)),
            ..*message
        };
        let written = self.write(&message);
        self.turn.inbound.push(Inbound { link, sequence, data, written, account });
    }

    /// The application answered what it was owed.
    pub fn answered(&mut self, now: Timestamp, link: LinkId, owed: Owed, command_status: u32) {
        let ord = owed.ord;
        self.events.event(&Event { ord, what: What::Answered { command_status } });
        let account = owed.account;
        let Some(desk) = self.accounts.iter_mut().flatten().find(|desk| desk.id == account) else {
            return;
        };
        desk.answered(now, link, owed, command_status, &mut self.random);
    }

    /// The application answered after the time was over.
    pub fn answered_late(&mut self, owed: &Owed, command_status: u32) {
        let ord = owed.ord;
        self.events.event(&Event { ord, what: What::Answered { command_status } });
        if settles(command_status)
            && let Some(desk) = self.account(owed.account)
        {
            desk.answered_late(ord);
        }
    }

    /// What was offered was not answered: the bind has gone, or the time is over.
    pub fn unanswered(&mut self, link: LinkId, owed: Owed) {
        if let Some(desk) = self.account(owed.account) {
            desk.unanswered(link, owed);
        }
    }

    /// A bind of an application has come up; `window` if it receives.
    pub fn bind_up(&mut self, account: AccountId, link: LinkId, window: Option<usize>) {
        if let Some(shared) = self.shared.account(account) {
            shared.binds.fetch_add(1, Ordering::Relaxed);
        }
        if let (Some(window), Some(desk)) = (window, self.account(account)) {
            desk.receiver_up(link, window);
        }
    }

    /// A bind of an application has gone.
    pub fn bind_down(&mut self, account: AccountId, link: LinkId) {
        if let Some(shared) = self.shared.account(account) {
            shared.binds.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(desk) = self.account(account) {
            desk.receiver_down(link);
        }
    }

    /// A bind to a carrier has come up; `window` if it submits.
    pub fn carrier_up(
        &mut self,
        carrier: CarrierId,
        link: LinkId,
        bind: u16,
        window: Option<usize>,
    ) {
        if let Some(shared) = self.shared.carrier(carrier) {
            shared.binds.fetch_add(1, Ordering::Relaxed);
        }
        if let (Some(window), Some(desk)) = (window, self.carrier(carrier)) {
            desk.transmitter_up(link, bind, window);
        }
    }

    /// A bind to a carrier has gone.
    pub fn carrier_down(&mut self, carrier: CarrierId, link: LinkId) {
        if let Some(shared) = self.shared.carrier(carrier) {
            shared.binds.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(desk) = self.carrier(carrier) {
            desk.transmitter_down(link);
        }
    }

    /// An application asks how a message does.
    pub fn query(
        &mut self,
        link: LinkId,
        sequence: u32,
        account: AccountId,
        ord: MessageOrd,
        source: Vec<u8>,
    ) {
        let after = self.appended;
        self.effects.push(Effect::Ask(Ask::Query { link, sequence, account, ord, source, after }));
    }

    /// Takes in what another shard, the API or the ledger handed over.
    pub fn mail(&mut self, now: Timestamp, mail: Mail) {
        match mail {
            Mail::Queue { carrier, messages } => self.enqueue(carrier, messages),
            Mail::Owed(owed) => {
                for debt in owed {
                    if let Some(desk) = self.account(debt.account) {
                        desk.owe(debt);
                    }
                }
            }
            Mail::Answer(answer) => self.answer(now, answer),
            Mail::Submit(submission, reply) => self.submission(now, &submission, reply),
            Mail::Resume(_) => {}
        }
    }

    pub(super) fn enqueue(&mut self, carrier: CarrierId, messages: Vec<Queued>) {
        if let Some(desk) = self.carrier(carrier) {
            messages.into_iter().for_each(|queued| desk.enqueue(queued));
        }
    }

    fn answer(&mut self, now: Timestamp, answer: Answer) {
        match answer {
            Answer::Records { carrier, records } => self.records(now, carrier, records),
            Answer::OwedList { account, owed, more } => {
                if let Some(desk) = self.account(account) {
                    desk.listed(owed, more);
                }
            }
            Answer::OwedDetails { account, owed } => {
                if let Some(desk) = self.account(account) {
                    desk.detailed(owed);
                }
            }
            Answer::Correlated { carrier, ticket, found } => {
                if let Some(desk) = self.carrier(carrier) {
                    desk.asking = desk.asking.saturating_sub(1);
                }
                if let Some(found) = found {
                    self.correlated(now, carrier, ticket, &found);
                }
            }
            Answer::Queried { link, sequence, ord, found } => {
                self.effects.push(Effect::Queried { link, sequence, ord, found });
            }
        }
    }

    fn records(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        records: Vec<(MessageOrd, bytes::Bytes)>,
    ) {
        let Some(desk) = self.carrier(carrier) else { return };
        for queued in desk.fetched(records) {
            // The record is gone from the log: nothing can be sent, and nobody may wait for it.
            let what = What::Ended { reason: Reason::AttemptsUsedUp };
            self.events.event(&Event { ord: queued.ord, what });
            owe_ended(&mut self.turn, now, &queued, &what);
        }
    }

    /// The ledger knows whose receipt it was.
    fn correlated(&mut self, now: Timestamp, carrier: CarrierId, ticket: u64, found: &Found) {
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            return;
        };
        let Some(parked) = desk.parking.take(ticket) else { return };
        let mut awaited = Awaited {
            ord: found.ord,
            account: found.account,
            registered_delivery: found.registered_delivery,
            concluded: found.concluded,
            source: found.source,
            destination: found.destination,
            accepted_at: found.accepted_at,
            sent_at: now,
        };
        // Two receipts of one message may have been looked up before either was concluded.
        awaited.concluded |= desk.concluded.contains(&found.ord);
        let report = parked_report(&parked);
        let before = awaited.concluded;
        record_receipt(&mut self.events, &mut self.turn, now, desk, &mut awaited, &report);
        if awaited.concluded && !before {
            desk.conclude_cold(found.ord);
        }
    }
}

/// Records a receipt of a known message, and owes it to the account if it is the first final one.
fn record_receipt(
    events: &mut crate::spool::chunk::Chunk,
    turn: &mut super::turn::Turn,
    now: Timestamp,
    desk: &CarrierDesk,
    awaited: &mut Awaited,
    report: &Report<'_>,
) {
    let what = What::Receipt { carrier: desk.id, report: *report };
    events.event(&Event { ord: awaited.ord, what });
    let reason = Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther);
    let disposition = reported(report.message_state, reason);
    if disposition == Disposition::InProgress || awaited.concluded {
        return;
    }
    awaited.concluded = true;
    desk.concluded_as(disposition, reason);
    if disposition == Disposition::Delivered {
        let took = now.since(awaited.accepted_at).as_secs_f64();
        desk.metrics.delivery_duration.record(took);
    }
    owe_receipt(turn, now, awaited, disposition, report);
}

fn report_of<'a>(receipt: &ReceiptIn<'a>) -> Report<'a> {
    let reason = classify(receipt.message_state, receipt.err);
    Report {
        message_state: receipt.message_state,
        reason: reason as u8,
        last: reported(receipt.message_state, reason) != Disposition::InProgress,
        carrier_message_id: receipt.carrier_message_id,
        err: receipt.err,
        raw: receipt.raw,
    }
}

fn parked_report(parked: &Parked) -> Report<'_> {
    let reason = classify(parked.message_state, &parked.err);
    Report {
        message_state: parked.message_state,
        reason: reason as u8,
        last: reported(parked.message_state, reason) != Disposition::InProgress,
        carrier_message_id: &parked.carrier_message_id,
        err: &parked.err,
        raw: &parked.raw,
    }
}

/// A carrier's desk, leaving the rest of the engine free to be written to.
fn desk<'a>(
    shared: &super::shared::Shared,
    carriers: &'a mut [Option<CarrierDesk>],
    carrier: CarrierId,
) -> Option<&'a mut CarrierDesk> {
    carriers.get_mut(shared.carrier_place(carrier)?)?.as_mut()
}
