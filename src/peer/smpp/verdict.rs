//! Our refusals and states in SMPP's words.

use crate::message::disposition::{Disposition, Status};
use crate::message::state::State;
use crate::pipeline::port::Refusal;
use crate::wire::smpp::status::CommandStatus;

/// What a refused submit is answered with (SMPP v3.4 §5.1.3).
pub const fn command_status(refusal: Refusal) -> CommandStatus {
    match refusal {
        Refusal::OverRate(_) | Refusal::OverMemory | Refusal::Draining => {
            CommandStatus::ESME_RTHROTTLED
        }
        Refusal::NoRoute | Refusal::InvalidDestination => CommandStatus::ESME_RINVDSTADR,
        Refusal::InvalidSource => CommandStatus::ESME_RINVSRCADR,
        Refusal::TooLong => CommandStatus::ESME_RINVMSGLEN,
        Refusal::InvalidValidity => CommandStatus::ESME_RINVEXPIRY,
        Refusal::InvalidSchedule => CommandStatus::ESME_RINVSCHED,
        Refusal::QueueFull | Refusal::DiskFull | Refusal::Busy => CommandStatus::ESME_RMSGQFUL,
        Refusal::OptedOut => CommandStatus::ESME_RSUBMITFAIL,
        Refusal::UnknownAccount | Refusal::DiskFailed => CommandStatus::ESME_RSYSERR,
    }
}

/// What query_sm is told (SMPP v3.4 §5.2.28).
pub const fn message_state(state: &State) -> u8 {
    match state.status {
        Status::Delivered | Status::Forwarded => 2,
        Status::Expired => 3,
        Status::Cancelled => 4,
        Status::Undelivered | Status::UndeliverableInbound => 5,
        Status::Rejected => 8,
        Status::Unknown => 7,
        _ => match state.disposition {
            Disposition::InProgress => 1,
            _ => 7,
        },
    }
}
