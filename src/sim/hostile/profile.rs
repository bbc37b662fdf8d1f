//! What a hostile carrier does, as data. The profiles themselves are in [`super::profiles`].
//!
//! Shares are percentages of messages unless they say of what; times are milliseconds from the least
//! to the most, drawn evenly. What has to go beyond a timer of the ESME is given in percent of it.

use crate::sim::ids::IdStyle;
use crate::sim::outcome::Outcomes;

/// A hostile carrier.
#[derive(Debug)]
pub struct Profile {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// How its messages end.
    pub outcomes: Outcomes,
    /// `sc_interface_version` of its bind_resp (SMPP v3.4 §5.3.2.25); `None` for a peer of v3.3, which
    /// sends no optional parameters at all.
    pub interface_version: Option<u8>,
    /// How it answers.
    pub responses: Responses,
    /// How it names messages.
    pub ids: Ids,
    /// What it refuses.
    pub refusals: Refusals,
    /// How it reports.
    pub receipts: Receipts,
    /// What befalls its connections.
    pub line: Line,
    /// What its handsets send.
    pub inbound: Option<Inbound>,
}

/// How submits are answered.
#[derive(Clone, Copy, Debug)]
pub struct Responses {
    /// From a submit to its response.
    pub delay_ms: (u32, u32),
    /// Responses that come after the ESME's response timer.
    pub late_percent: u8,
    /// How late these are, in percent of that timer.
    pub late_by_percent: (u32, u32),
    /// Responses with something beside them that nobody asked for: the response again, one to a
    /// request never made, an unknown operation, a malformed request, or what is allowed any time.
    pub noise_percent: u8,
    /// Whether `congestion_state` (SMPP v5.0 §4.8.4.18) tells how near the rate is.
    pub congestion: bool,
}

/// How messages are named.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    /// In submit_sm_resp.
    pub said: IdStyle,
    /// In receipts.
    pub receipted: IdStyle,
    /// Whether they count from 1, so that one's decimal is soon another's hexadecimal.
    pub from_one: bool,
    /// Responses with status 0 and an empty id.
    pub empty_percent: u8,
    /// Messages that are given the id of the message before.
    pub reused_percent: u8,
}

/// Which submits are refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// Submits a second over all binds above which ESME_RTHROTTLED is answered; 0 for no limit.
    pub rate: u32,
    /// Share of destinations whose queue is full.
    pub full_percent: u8,
    /// Submits of one message to such a destination that are refused with ESME_RMSGQFUL.
    pub full_times: u32,
    /// Messages refused for good.
    pub final_percent: u8,
    /// With one of these statuses.
    pub statuses: &'static [u32],
}

/// How the ends of messages are reported.
#[derive(Clone, Copy, Debug)]
pub struct Receipts {
    /// From the response to the receipt.
    pub delay_ms: (u32, u32),
    /// Receipts that come after the ESME's response timer.
    pub late_percent: u8,
    /// How late these are, in percent of that timer.
    pub late_by_percent: (u32, u32),
    /// Receipts sent before the response.
    pub first_percent: u8,
    /// Whether they come on another bind than the submit, if there is one.
    pub elsewhere: bool,
    /// Receipts sent twice.
    pub repeat_percent: u8,
    /// Receipts with the opposite said as well, before or after.
    pub contradict_percent: u8,
    /// Receipts beside which one comes for an id that was never given.
    pub stray_percent: u8,
    /// Receipts whose text says another state than their `message_state`.
    pub lie_percent: u8,
    /// Receipts with an intermediate notification ENROUTE before them.
    pub enroute_percent: u8,
    /// How they are worded, one drawn for each message.
    pub dialects: &'static [Dialect],
}

/// How one receipt is worded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// The operation that brings it.
    pub operation: Operation,
    /// Its text.
    pub text: Text,
    /// Its optional parameters.
    pub parameters: Parameters,
    /// The error in its text.
    pub err: ErrForm,
    /// Its addresses.
    pub addresses: Addresses,
}

/// The addresses of a receipt, of which the source ought to be the handset as it was submitted to
/// (SMPP v3.4 §4.6.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addresses {
    /// As they ought to be.
    Swapped,
    /// As in the submit: the source is its sender.
    Unswapped,
    /// The handset in its national form, without country code.
    National,
    /// The handset with a plus sign.
    Plus,
    /// The handset with stars in its middle.
    Masked,
    /// No source.
    Absent,
}

/// The operation that brings a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// deliver_sm.
    DeliverSm,
    /// data_sm, with the text as `message_payload`.
    DataSm,
}

/// The text of a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Text {
    /// As Appendix B of SMPP v3.4 has it.
    Classic,
    /// The same in lower case, the state's word as well.
    Lower,
    /// The same with its keys in upper case.
    UpperKeys,
    /// Without a state.
    NoStat,
    /// In UCS-2, `data_coding` 8.
    Ucs2,
    /// Nothing.
    Empty,
}

/// The optional parameters of a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameters {
    /// `receipted_message_id`, `message_state`, and `network_error_code` where there is one.
    Standard,
    /// The same after parameters of the vendor's own.
    Vendor,
    /// None.
    Absent,
}

/// How the error of a receipt is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrForm {
    /// Three decimal digits.
    Three,
    /// Four decimal digits.
    Four,
    /// Hexadecimal digits.
    Hex,
}

/// What befalls connections.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Troubles, one after the other.
    pub troubles: &'static [Trouble],
    /// Submits taken between two of them.
    pub every: (u32, u32),
    /// How many there are at most, so that a run has an end.
    pub troubles_max: u32,
    /// Whether PDUs are split at any octet, and glued.
    pub glued: bool,
    /// Least time between two PDUs that are read from one connection.
    pub read_every_ms: u32,
}

/// Something that befalls the connection a submit came on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It is closed with the submits of its window unanswered.
    CutInWindow,
    /// It is closed between the response and the receipt.
    CutAfterResponse,
    /// It is closed in the middle of the response.
    CutInPdu,
    /// Half a response comes, then nothing more, and nothing is answered.
    HalfThenSilence,
    /// The SMSC unbinds, and refuses binds with this status for so many milliseconds.
    Unbind(u32, u32),
    /// Nothing is read for this share, in percent, of the ESME's response timer.
    Deaf(u32),
}

/// Long messages from handsets: parts with a user data header (3GPP TS 23.040 §9.2.3.24.1).
#[derive(Clone, Copy, Debug)]
pub struct Inbound {
    /// How many messages.
    pub messages: u32,
    /// Parts of each.
    pub parts: (u32, u32),
}

/// A receipt as Appendix B has it, with its optional parameters.
pub const CLASSIC: Dialect = Dialect {
    operation: Operation::DeliverSm,
    text: Text::Classic,
    parameters: Parameters::Standard,
    err: ErrForm::Three,
    addresses: Addresses::Swapped,
};

/// What every profile is but for its own habits: quick, truthful and by the standard.
pub const HONEST: Profile = Profile {
    name: "honest",
    about: "tells the truth by the book, at once",
    outcomes: Outcomes::MIXED,
    interface_version: Some(0x34),
    responses: Responses {
        delay_ms: (1, 10),
        late_percent: 0,
        late_by_percent: (110, 200),
        noise_percent: 0,
        congestion: false,
    },
    ids: Ids {
        said: IdStyle::Hex,
        receipted: IdStyle::Hex,
        from_one: false,
        empty_percent: 0,
        reused_percent: 0,
    },
    refusals: Refusals { rate: 0, full_percent: 0, full_times: 0, final_percent: 0, statuses: &[] },
    receipts: Receipts {
        delay_ms: (20, 100),
        late_percent: 0,
        late_by_percent: (110, 200),
        first_percent: 0,
        elsewhere: false,
        repeat_percent: 0,
        contradict_percent: 0,
        stray_percent: 0,
        lie_percent: 0,
        enroute_percent: 0,
        dialects: &[CLASSIC],
    },
    line: Line { troubles: &[], every: (0, 0), troubles_max: 0, glued: false, read_every_ms: 0 },
    inbound: None,
};
