//! Statuses and error codes of messages in Twilio's terms.

use crate::message::disposition::Status;
use crate::message::state::State;
use crate::peer::webhook::callback_twilio;

/// Twilio's word for the status of a message, the same that `StatusCallback` is told.
pub(super) fn status(state: &State) -> &'static str {
    match state.status {
        Status::Scheduled => "scheduled",
        Status::Accepted | Status::Queued => "queued",
        Status::Sending => "sending",
        Status::Delivered => "delivered",
        Status::Cancelled => "canceled",
        Status::Rejected => "failed",
        Status::Undelivered | Status::Expired | Status::Unknown => "undelivered",
        _ if state.inbound() => "received",
        _ => "sent",
    }
}

/// Twilio's code for why a message failed or was not delivered; `None` for any other.
pub(super) fn error_code(state: &State) -> Option<u16> {
    let ended = matches!(status(state), "failed" | "undelivered");
    ended.then(|| callback_twilio::error_code(state.reason))
}
