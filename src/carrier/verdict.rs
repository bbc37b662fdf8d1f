//! What a code of a carrier means for a message.

use crate::message::reason::Reason;
use crate::message::ruling::Ruling;

/// A code read: the reason people see, and what the table says beyond it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Why.
    pub reason: Reason,
    /// Where that is not all there is to say.
    pub ruling: Ruling,
}

impl Verdict {
    /// A reason that says it all.
    pub const fn of(reason: Reason) -> Self {
        Self { reason, ruling: Ruling { disposition: None, permanent: None, handset: false } }
    }
}
