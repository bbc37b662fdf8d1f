//! Owing an account the receipt of what has become of its message.

use super::carrier::CarrierDesk;
use super::report::{DELETED, err_of_status, message_state, state_told};
use super::turn::Turn;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::message::disposition::Disposition;
use crate::message::event::{Event, Report, What};
use crate::message::place::Place;
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::state::{ending, refused, wants_receipt};
use crate::receipt::awaiting::Awaited;
use crate::receipt::owed::{Err, Owed, OwedReceipt, OwedWhat, Party};
use crate::spool::chunk::Chunk;

/// A carrier's receipt is passed on if the account asked for this outcome.
pub(super) fn owe_receipt(
    turn: &mut Turn,
    done_at: Timestamp,
    awaited: &Awaited,
    disposition: Disposition,
    report: &Report<'_>,
) {
    if let Some(place) = awaited.part {
        owe_share(turn, awaited.ord, awaited.account, awaited.registered_delivery, place);
        return;
    }
    if !wants_receipt(awaited.registered_delivery, disposition) {
        return;
    }
    let what = if awaited.source.whole() && awaited.destination.whole() {
        OwedWhat::Receipt(OwedReceipt {
            source: awaited.source,
            destination: awaited.destination,
            parts: 1,
            delivered: u8::from(disposition == Disposition::Delivered),
            message_state: state_told(report),
            err: Err::of(report.err),
            submitted_at: awaited.accepted_at,
            done_at,
        })
    } else {
        OwedWhat::OnDisk
    };
    turn.owed.push(Owed { ord: awaited.ord, account: awaited.account, failures: 0, what });
}

/// A part has ended: it may have been the last one.
fn owe_share(
    turn: &mut Turn,
    ord: MessageOrd,
    account: AccountId,
    registered_delivery: u8,
    place: Place,
) {
    if registered_delivery & 0b11 != 0 {
        turn.owed.push(Owed { ord, account, failures: 0, what: OwedWhat::Share(place) });
    }
}

/// The gateway ends a message, unless it has ended before.
pub(super) fn end(
    events: &mut Chunk,
    turn: &mut Turn,
    desk: &mut CarrierDesk,
    now: Timestamp,
    queued: &Queued,
    reason: Reason,
) {
    if !desk.ends(queued) {
        return;
    }
    let what = What::Ended { reason };
    events.event(&Event { ord: queued.ord, what });
    desk.concluded_as(ending(reason), reason);
    owe_ended(turn, now, queued, &what);
}

/// A message that ended without a receipt of the carrier has one of ours.
pub(super) fn owe_ended(turn: &mut Turn, now: Timestamp, queued: &Queued, what: &What<'_>) {
    let (disposition, err) = match *what {
        What::Refused { reason, ruling, command_status, .. } => {
            (refused(reason, ruling), err_of_status(command_status))
        }
        What::Ended { reason } => (ending(reason), Err::default()),
        What::Cancelled { .. } => (ending(Reason::Cancelled), Err::default()),
        _ => (Disposition::Unknown, Err::default()),
    };
    let cancelled = matches!(what, What::Cancelled { .. });
    let owed = |what| Owed { ord: queued.ord, account: queued.account, failures: 0, what };
    let Some(message) = Message::decode(&queued.record) else {
        // Left on disk: the ledger says whether a receipt is wanted, and of what.
        turn.owed.push(owed(OwedWhat::OnDisk));
        return;
    };
    if let Some(place) = message.place() {
        owe_share(turn, queued.ord, queued.account, message.registered_delivery, place);
        return;
    }
    if !wants_receipt(message.registered_delivery, disposition) {
        return;
    }
    turn.owed.push(owed(OwedWhat::Receipt(OwedReceipt {
        source: Party::of(&message.source),
        destination: Party::of(&message.destination),
        parts: 1,
        delivered: 0,
        message_state: if cancelled { DELETED } else { message_state(disposition) },
        err,
        submitted_at: queued.accepted_at,
        done_at: now,
    })));
}
