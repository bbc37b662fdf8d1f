//! What the SMSC said of a message, beside what became of it in truth.

use serde::Serialize;

use crate::sim::hostile::truth::Escaped;
use crate::sim::outcome::Outcome;

/// One submit of a message, and how it was answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Submit {
    /// When it came, in microseconds since the epoch.
    pub at_us: u64,
    /// Which connection it came on, counted from 1.
    pub connection: u64,
    /// `command_status` of the answer; 0 says that it was taken.
    pub status: u32,
    /// The id it was given; `None` if it was refused.
    pub id: Option<Escaped>,
    /// When the answer left whole, in microseconds since the epoch; `None` if it never did.
    pub answered_at_us: Option<u64>,
    /// Whether the answer was meant to come after the ESME's response timer.
    pub late: bool,
}

/// One receipt of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Told {
    /// Of which submit of the message, by its place in the list of them.
    pub submit: usize,
    /// The id it names.
    pub id: Escaped,
    /// `stat` of its text, in the standard's letters; `None` where the text has none.
    pub stat: Option<&'static str>,
    /// `message_state`; `None` where there is no such parameter.
    pub message_state: Option<u8>,
    /// `err` of the text as written.
    pub err: String,
    /// Whether it is an intermediate notification.
    pub intermediate: bool,
    /// How often it was sent: again when it was refused, or its connection broke.
    pub sent: u32,
    /// Whether the ESME confirmed it.
    pub confirmed: bool,
}

/// A receipt for an id that was never given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Stray {
    /// That id.
    pub id: Escaped,
    /// How often it was sent.
    pub sent: u32,
    /// Whether the ESME confirmed it.
    pub confirmed: bool,
}

/// How a message ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct End {
    /// The state's word.
    pub stat: &'static str,
    /// Its number.
    pub message_state: u8,
    /// The error.
    pub err: u16,
}

impl From<Outcome> for End {
    fn from(Outcome { stat, message_state, err }: Outcome) -> Self {
        Self { stat, message_state, err }
    }
}
