//! Receipts: matched in memory, parked and asked of the ledger, recorded, and owed to the account.

use std::time::Duration;

use super::ask::Ask;
use super::carrier::{ASKING_MAX, CarrierDesk};
use super::conclude::owe_receipt;
use super::correlate::Found;
use super::effect::{Effect, LinkId};
use super::engine::Engine;
use super::port::Refusal;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::carrier::profile::Profile;
use crate::carrier::verdict::Verdict;
use crate::ledger::correlation::correlation_key;
use crate::message::address::Address;
use crate::message::disposition::Disposition;
use crate::message::event::{Event, NO_MESSAGE, Report, What};
use crate::message::reason::Reason;
use crate::receipt::awaiting::Awaited;
use crate::receipt::ends::Ends;
use crate::receipt::owed::Party;
use crate::receipt::parked::Parked;
use crate::spool::lsn::Lsn;

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
    /// When the carrier says that its message came to this state, if it can be told.
    pub done_at: Option<Timestamp>,
}

/// A receipt read by the carrier's tables.
#[derive(Clone, Copy)]
struct Read<'a> {
    report: Report<'a>,
    done_at: Option<Timestamp>,
}

impl Engine {
    /// A receipt came. It is acknowledged when it is on disk and it is known whose it is, or that it
    /// is nobody's: a restart in between would leave it without its message, so the carrier is to
    /// bring it again.
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
        let Some(shared) = self.shared.carrier(carrier) else { return };
        let read = read(&shared.config.profile, receipt);
        let report = read.report;
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            return;
        };
        desk.metrics.receipts.at(usize::from(receipt.message_state)).increment(1);
        let ends = Ends { source: receipt.source.addr, destination: receipt.destination.addr };
        let known = |id: &[u8]| desk.awaiting.find(correlation_key(carrier, id), ends);
        let mut candidates = Vec::new();
        let place = known(canonical).or_else(|| {
            candidates = forms();
            candidates.iter().find_map(|id| known(id))
        });
        if let Some(place) = place
            && let Some(mut awaited) = desk.awaiting.at(place).copied()
        {
            record_receipt(&mut self.events, &mut self.turn, now, desk, &mut awaited, &read);
            self.turn.acknowledgements.push(acknowledgement);
            if awaited.concluded {
                desk.awaiting.conclude(place);
            }
            return;
        }
        desk.metrics.receipts_unmatched.increment(1);
        if desk.asking >= ASKING_MAX {
            let (link, sequence, data) = acknowledgement;
            self.effects.push(Effect::Refused { link, sequence, data, refusal: Refusal::Busy });
            return;
        }
        let (source, destination) = (receipt.source, receipt.destination);
        let what = What::Orphan { carrier, report, source, destination };
        self.events.event(&Event { ord: NO_MESSAGE, what });
        if receipt.carrier_message_id.is_empty() {
            self.turn.acknowledgements.push(acknowledgement);
            return;
        }
        let parked = Parked {
            id_hashes: candidates.iter().map(|id| correlation_key(carrier, id)).collect(),
            message_state: receipt.message_state,
            carrier_message_id: receipt.carrier_message_id.to_vec(),
            err: receipt.err.to_vec(),
            raw: receipt.raw.to_vec(),
            source: Party::of(&receipt.source),
            destination: Party::of(&receipt.destination),
            done_at: receipt.done_at,
        };
        let (source, destination) = (parked.source, parked.destination);
        let ticket = desk.parking.park(parked);
        desk.unacknowledged.insert(ticket, acknowledgement);
        desk.asking += 1;
        // Asked when this turn has been appended: a receipt that came twice in it is known then.
        let after = Lsn::default();
        self.asks.push(Ask::Correlate { carrier, ticket, candidates, source, destination, after });
    }

    /// Touches the messages awaited under these keys, whose receipts come next: a hint to the
    /// processor's caches. What it gives back means nothing.
    pub fn touch_awaited(&self, carrier: CarrierId, keys: &[u64]) -> u64 {
        let place = self.shared.carrier_place(carrier);
        let desk = place.and_then(|place| self.carriers.get(place)?.as_ref());
        desk.map_or(0, |desk| desk.awaiting.touch(keys))
    }

    /// A response names the message of receipts that have overtaken it.
    pub(super) fn overtaken(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        id_hash: u64,
        awaited: &mut Awaited,
    ) {
        let Some(shared) = self.shared.carrier(carrier) else { return };
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else { return };
        if desk.parking.is_empty() {
            return;
        }
        for ticket in desk.parking.tickets(id_hash, &awaited.source, &awaited.destination) {
            let Some(parked) = desk.parking.take(ticket) else { continue };
            self.turn.acknowledgements.extend(desk.unacknowledged.remove(&ticket));
            let read = read_parked(&shared.config.profile, &parked);
            record_receipt(&mut self.events, &mut self.turn, now, desk, awaited, &read);
        }
    }

    /// The ledger does not know whose receipt it was. A response may still name its message.
    pub(super) fn uncorrelated(&mut self, carrier: CarrierId, ticket: u64) {
        let Some(desk) = self.carrier(carrier) else { return };
        if let Some((link, sequence, data)) = desk.unacknowledged.remove(&ticket) {
            self.effects.push(Effect::Acknowledge { link, sequence, data });
        }
    }

    /// The ledger knows whose receipt it was.
    pub(super) fn correlated(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        ticket: u64,
        mut found: Found,
    ) {
        let Some(shared) = self.shared.carrier(carrier) else { return };
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            return;
        };
        self.turn.acknowledgements.extend(desk.unacknowledged.remove(&ticket));
        let Some(parked) = desk.parking.take(ticket) else { return };
        // Receipts of several parts under one id may have been looked up before any was recorded.
        let is_open = |twin: &&MessageOrd| !desk.concluded.contains(**twin);
        if (found.concluded || desk.concluded.contains(found.ord))
            && let Some(&twin) = found.twins.iter().find(is_open)
        {
            found.become_twin(twin);
        }
        let mut awaited = Awaited {
            ord: found.ord,
            account: found.account,
            registered_delivery: found.registered_delivery,
            part: found.part,
            concluded: found.concluded,
            // Two receipts of one message may have been looked up before either was recorded.
            doubtful: true,
            source: found.source,
            destination: found.destination,
            accepted_at: found.accepted_at,
        };
        let read = read_parked(&shared.config.profile, &parked);
        record_receipt(&mut self.events, &mut self.turn, now, desk, &mut awaited, &read);
    }
}

/// Records a receipt of a known message, and owes it to the account if it is the first final one.
fn record_receipt(
    events: &mut crate::spool::chunk::Chunk,
    turn: &mut super::turn::Turn,
    now: Timestamp,
    desk: &mut CarrierDesk,
    awaited: &mut Awaited,
    read: &Read<'_>,
) {
    let Read { report, done_at } = read;
    let what = What::Receipt { carrier: desk.id, report: *report };
    events.event(&Event { ord: awaited.ord, what });
    let reason = Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther);
    let disposition = report.disposition();
    // After so long it may have been given up as silent.
    let doubtful = awaited.doubtful || now.since(awaited.accepted_at) > desk.margin;
    awaited.concluded |= doubtful && desk.concluded.contains(awaited.ord);
    if disposition == Disposition::InProgress || awaited.concluded {
        return;
    }
    awaited.concluded = true;
    if doubtful {
        desk.concluded.insert(awaited.ord);
    }
    desk.concluded_as(disposition, reason);
    if disposition == Disposition::Delivered {
        let took = now.since(awaited.accepted_at).as_secs_f64();
        desk.metrics.delivery_duration.record(took);
    }
    let done_at = done_at.map_or(now, |done_at| believed(done_at, awaited.accepted_at, now));
    owe_receipt(turn, done_at, awaited, disposition, report);
}

/// A carrier's clock may be wrong, and many dates end with the minute: what is more than a day from
/// what can be is not believed, and nothing is done before it was accepted or after now.
fn believed(done_at: Timestamp, accepted_at: Timestamp, now: Timestamp) -> Timestamp {
    let near = accepted_at - DATE_ERROR_MAX <= done_at && done_at <= now + DATE_ERROR_MAX;
    if near { done_at.min(now).max(accepted_at) } else { now }
}

/// How wrong a carrier's date may be.
const DATE_ERROR_MAX: Duration = Duration::from_secs(86_400);

/// What a carrier's receipt says, by its tables.
fn report<'a>(
    profile: &Profile,
    message_state: u8,
    carrier_message_id: &'a [u8],
    err: &'a [u8],
    raw: &'a [u8],
) -> Report<'a> {
    let Verdict { reason, ruling } = profile.verdict(message_state, err);
    Report {
        message_state,
        reason: reason as u8,
        last: ruling.reported(message_state, reason) != Disposition::InProgress,
        ruling,
        carrier_message_id,
        err,
        raw,
    }
}

fn read<'a>(profile: &Profile, receipt: &ReceiptIn<'a>) -> Read<'a> {
    let ReceiptIn { message_state, carrier_message_id, err, raw, done_at, .. } = *receipt;
    Read { report: report(profile, message_state, carrier_message_id, err, raw), done_at }
}

fn read_parked<'a>(profile: &Profile, parked: &'a Parked) -> Read<'a> {
    let Parked { message_state, ref carrier_message_id, ref err, ref raw, done_at, .. } = *parked;
    Read { report: report(profile, message_state, carrier_message_id, err, raw), done_at }
}

/// A carrier's desk, leaving the rest of the engine free to be written to.
pub(super) fn desk<'a>(
    shared: &super::shared::Shared,
    carriers: &'a mut [Option<CarrierDesk>],
    carrier: CarrierId,
) -> Option<&'a mut CarrierDesk> {
    carriers.get_mut(shared.carrier_place(carrier)?)?.as_mut()
}
