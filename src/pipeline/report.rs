//! Small translations between our verdicts and the words of a receipt.

use crate::message::disposition::{Disposition, Status};
use crate::message::event::Report;
use crate::message::reason::Reason;
use crate::message::state::{State, reported};
use crate::receipt::owed::Err;

/// The SMPP `message_state` (§5.2.28) that tells a disposition to an application.
pub const fn message_state(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::InProgress => 1,
        Disposition::Delivered => 2,
        Disposition::Expired => 3,
        Disposition::Bounced | Disposition::Misdirected => 5,
        Disposition::Unknown => 7,
        Disposition::Blocked => 8,
    }
}

/// The `message_state` of a message that was cancelled (§5.2.28).
pub const DELETED: u8 = 4;

/// The `message_state` that tells an application how a message ended here.
pub const fn message_state_of(state: &State) -> u8 {
    match state.status {
        Status::Cancelled => DELETED,
        _ => message_state(state.disposition),
    }
}

/// A `command_status` as the three digits of a receipt's `err`.
pub fn err_of_status(command_status: u32) -> Err {
    Err::of(format!("{:03}", command_status % 1_000).as_bytes())
}

/// The `message_state` that an application is told of a carrier's report: the carrier's own, unless
/// its tables make another kind of end of it.
pub fn state_told(report: &Report<'_>) -> u8 {
    let failed = |disposition| {
        matches!(
            disposition,
            Disposition::Bounced | Disposition::Blocked | Disposition::Misdirected
        )
    };
    let reason = Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther);
    let plain = reported(report.message_state, reason);
    let disposition = report.disposition();
    if plain == disposition || (failed(plain) && failed(disposition)) {
        report.message_state
    } else {
        message_state(disposition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ruling::Ruling;

    fn told(message_state: u8, disposition: Option<Disposition>) -> u8 {
        let ruling = Ruling { disposition, ..Ruling::default() };
        let reason = Reason::CallBarred as u8;
        state_told(&Report { message_state, reason, ruling, ..Report::default() })
    }

    #[test]
    fn an_application_is_told_the_carriers_word_unless_its_tables_make_another_end_of_it() {
        assert_eq!(told(5, None), 5);
        assert_eq!(told(5, Some(Disposition::Blocked)), 5, "undelivered either way");
        assert_eq!(told(5, Some(Disposition::Delivered)), 2);
        assert_eq!(told(8, Some(Disposition::Expired)), 3);
    }
}
