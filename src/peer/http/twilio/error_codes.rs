//! Statuses and error codes of messages in Twilio's terms.

use crate::message::disposition::{Disposition, Status};
use crate::message::reason::Reason;
use crate::message::state::State;

/// Twilio's word for the status of a message.
pub(super) fn status(state: &State) -> &'static str {
    match (state.status, state.disposition) {
        (Status::Scheduled, _) => "scheduled",
        (Status::Accepted | Status::Queued, _) => "queued",
        (Status::Sending, _) => "sending",
        (Status::Delivered, _) => "delivered",
        (Status::Cancelled, _) => "canceled",
        // A carrier or the gateway did not take it.
        (Status::Rejected, _) | (_, Disposition::Blocked) => "failed",
        (Status::Undelivered | Status::Expired, _) => "undelivered",
        _ if state.inbound() => "received",
        // Nobody can tell what became of it after that.
        _ => "sent",
    }
}

/// Twilio's code for why a message failed or was not delivered; `None` for any other.
pub(super) fn error_code(state: &State) -> Option<u32> {
    if !matches!(status(state), "failed" | "undelivered") {
        return None;
    }
    Some(match state.reason {
        Reason::QueueFull => 30001,
        Reason::AbsentSubscriber | Reason::MemoryFull => 30003,
        Reason::CallBarred | Reason::HandsetRefused => 30004,
        Reason::UnknownSubscriber | Reason::InvalidDestination => 30005,
        Reason::LandlineOrUnsupported => 30006,
        Reason::CarrierFiltered | Reason::SenderNotAllowed => 30007,
        Reason::ValidityOver | Reason::ThrottledExpired => 30036,
        Reason::OptedOut => 21610,
        Reason::NoRoute => 21612,
        _ => 30008,
    })
}
