//! Small translations between our verdicts and the words of a receipt.

use crate::message::disposition::Disposition;
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

/// A `command_status` as the three digits of a receipt's `err`.
pub fn err_of_status(command_status: u32) -> Err {
    Err::of(format!("{:03}", command_status % 1_000).as_bytes())
}
