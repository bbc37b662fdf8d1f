//! What happens to a message: the events of its history.
//!
//! The time of an event is that of the chunk of the log it was appended in. Its octets there are the
//! business of [`event_codec`](super::event_codec).

use std::time::Duration;

use super::address::Address;
use super::callback::CallbackRef;
use super::condition::Condition;
use super::consent::{Consent, ConsentBy};
use super::disposition::Disposition;
use super::reason::Reason;
use super::ruling::Ruling;
use super::unjoined::Unjoined;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};

/// The ordinal of an event that belongs to no message.
pub const NO_MESSAGE: MessageOrd = MessageOrd(u64::MAX);

/// How long an idempotency key stands for what was submitted under it.
pub const KEYED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// One event of one message, or of none ([`NO_MESSAGE`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event<'a> {
    /// Whose history it belongs to.
    pub ord: MessageOrd,
    /// What happened.
    pub what: What<'a>,
}

/// What the far side reported about a message, in its own words beside ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report<'a> {
    /// SMPP `message_state` (§5.2.28).
    pub message_state: u8,
    /// Our reading of it, by the carrier's tables.
    pub reason: u8,
    /// Whether no further report is expected after it.
    pub last: bool,
    /// What the carrier's tables say beyond that reason.
    pub ruling: Ruling,
    /// The carrier's id as the report wrote it.
    pub carrier_message_id: &'a [u8],
    /// The `err` field or `network_error_code`, as text.
    pub err: &'a [u8],
    /// The report as it came, cut at 255 octets.
    pub raw: &'a [u8],
}

impl Report<'_> {
    /// The bucket it puts its message in.
    pub fn disposition(&self) -> Disposition {
        let reason = Reason::from_u8(self.reason).unwrap_or(Reason::VendorOther);
        self.ruling.reported(self.message_state, reason)
    }
}

/// An address that was sent otherwise than it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NewAddress<'a> {
    /// As it was sent.
    pub address: Address<'a>,
    /// What was changed, for people; up to 255 octets.
    pub change: &'a [u8],
}

/// Why nobody knows whether the carrier took a submit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Doubt {
    /// The link broke before the answer.
    LinkLost = 0,
    /// No answer within the response timer.
    ResponseTimeout = 1,
    /// This gateway stopped before the answer was recorded.
    Restart = 2,
}

/// Whose wish a change of a waiting message was, and which way it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum By {
    /// The account's application, over its bind.
    Application = 0,
    /// A key of the account, over the API.
    AccountKey = 1,
    /// A key of no account, over the API.
    Operator = 2,
}

impl By {
    /// The wish of a number in the log.
    pub(crate) const fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Application),
            1 => Some(Self::AccountKey),
            2 => Some(Self::Operator),
            _ => None,
        }
    }
}

/// The kinds of event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum What<'a> {
    /// Its submit is about to leave: on disk before the octets are.
    Sending {
        /// To whom.
        carrier: CarrierId,
        /// Over which bind of that carrier.
        bind: u16,
        /// 1 for the first attempt.
        attempt: u8,
    },
    /// The carrier took it under an id of its own.
    Sent {
        /// Who took it.
        carrier: CarrierId,
        /// `message_id` of the response, as written there.
        carrier_message_id: &'a [u8],
    },
    /// The carrier refused it.
    Refused {
        /// Who refused.
        carrier: CarrierId,
        /// SMPP `command_status`.
        command_status: u32,
        /// Our reading of that status.
        reason: Reason,
        /// What the carrier's tables say beyond that reason.
        ruling: Ruling,
        /// When it is tried again; [`Timestamp::NEVER`] when this is the end.
        retry_at: Timestamp,
    },
    /// Its submit left and no answer will come.
    InDoubt {
        /// By whom it may have been taken.
        carrier: CarrierId,
        /// What broke.
        cause: Doubt,
        /// Whether it is submitted again, by the carrier's policy, at the risk of a double.
        resend: bool,
    },
    /// A receipt.
    Receipt {
        /// From whom.
        carrier: CarrierId,
        /// What it says.
        report: Report<'a>,
    },
    /// The gateway ended it.
    Ended {
        /// Why: also tells which disposition.
        reason: Reason,
    },
    /// The account's application answered the receipt or message it was owed.
    Answered {
        /// Its `command_status`; 0 settles what was owed.
        command_status: u32,
    },
    /// What it owes is settled with another message: the whole it is a part of.
    Folded {
        /// Which.
        into: MessageOrd,
    },
    /// A receipt that no message is known for. Belongs to [`NO_MESSAGE`].
    Orphan {
        /// From whom.
        carrier: CarrierId,
        /// What it says.
        report: Report<'a>,
        /// `source_addr` of the receipt: the handset.
        source: Address<'a>,
        /// `destination_addr` of the receipt: the sender of the message.
        destination: Address<'a>,
    },
    /// Something a peer did that was refused. Belongs to [`NO_MESSAGE`].
    Notice {
        /// Account or carrier name, or address of the peer when unknown.
        peer: &'a [u8],
        /// SMPP `command_status` answered, 0 if none was.
        command_status: u32,
        /// How many times since the last such notice.
        count: u32,
        /// What was wrong, for people.
        text: &'a [u8],
    },
    /// A carrier's condition has changed. Belongs to [`NO_MESSAGE`].
    Carrier {
        /// Whose.
        carrier: CarrierId,
        /// To what.
        condition: Condition,
        /// Suspended: until then, [`Timestamp::NEVER`] for until it is resumed. Else 0.
        until: Timestamp,
        /// Changes that came before this one too soon to be told.
        untold: u16,
    },
    /// It was passed on to another carrier of its route, without having been taken by the first.
    Rerouted {
        /// Who had it.
        from: CarrierId,
        /// Who has it now.
        to: CarrierId,
        /// What was wrong with the first.
        reason: Reason,
    },
    /// It was taken back before it left: its end.
    Cancelled {
        /// On whose wish.
        by: By,
    },
    /// It has other contents from here on; those it had stay in its record.
    Replaced {
        /// On whose wish.
        by: By,
        /// The message as it is now: what `Message::decode` takes.
        message: &'a [u8],
    },
    /// Its text goes in another coding than it came in.
    Rewritten {
        /// SMPP `data_coding` that it came with; 8 for one given as a text that is not in the GSM
        /// alphabet.
        from: u8,
        /// The one it goes with.
        to: u8,
        /// Characters that are others now.
        changed: u16,
        /// National language identifier of the locking shift table, 0 for the default alphabet.
        locking: u8,
        /// That of the single shift table.
        single: u8,
    },
    /// The carrier is sent other addresses than came, by its profile.
    Readdressed {
        /// Who is sent them.
        carrier: CarrierId,
        /// The sender; `None`: as it came.
        source: Option<NewAddress<'a>>,
        /// The destination; `None`: as it came.
        destination: Option<NewAddress<'a>>,
    },
    /// It was submitted under an idempotency key, which stands for it for a day: see [`KEYED_FOR`].
    Keyed {
        /// Digest of the key and of whose it is.
        key: &'a [u8],
        /// Digest of the request, to tell another one under the same key.
        fingerprint: &'a [u8],
        /// Its place in the request, from 0.
        number: u16,
        /// When its sender was told that it was accepted.
        told: Timestamp,
    },
    /// Its sender wants its status called at an address.
    Callback(CallbackRef<'a>),
    /// A number lets a sender write to it, or no more: read from this message, or recorded by somebody, then
    /// it belongs to [`NO_MESSAGE`].
    Consent {
        /// From here on.
        change: Consent,
        /// Who changed it.
        by: ConsentBy,
        /// Who may or may not write; without octets: nobody.
        sender: Address<'a>,
        /// To whom, canonical: `+` and digits where it is an international number.
        number: Address<'a>,
        /// The word that was sent, or the proof that somebody wrote down.
        note: &'a [u8],
    },
    /// Inbound: which rule gave it to its account.
    Routed {
        /// Whose it is.
        account: AccountId,
        /// The name of the `[[mo_route]]`; empty for the carrier's `mo_account`.
        rule: &'a [u8],
    },
    /// Inbound: it was put together from parts, each a message of its own.
    Joined {
        /// Their ordinals in the order of their places, u64 each: see [`ords`].
        parts: &'a [u8],
    },
    /// Inbound: it is a part, passed on by itself.
    Unjoined {
        /// Why.
        why: Unjoined,
        /// Its place, from 1; 0 where it says nothing that can be.
        number: u8,
        /// Parts of the whole; 0 where it says nothing that can be.
        of: u8,
        /// Places of which no part came.
        missing: &'a [u8],
    },
    /// Inbound: it is the same part again, and not passed on.
    Doubles {
        /// The one that came first.
        of: MessageOrd,
    },
    /// What is personal of it was erased.
    Erased {
        /// On whose wish.
        by: By,
        /// The number of the erasure.
        erasure: u64,
    },
}

/// The ordinals of [`What::Joined`].
pub fn ords(octets: &[u8]) -> impl Iterator<Item = MessageOrd> {
    octets.as_chunks::<8>().0.iter().map(|ord| MessageOrd(u64::from_le_bytes(*ord)))
}

impl What<'_> {
    /// The word people and the API read.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::Refused { .. } => "refused",
            Self::InDoubt { .. } => "in_doubt",
            Self::Receipt { .. } => "receipt",
            Self::Ended { .. } => "ended",
            Self::Answered { .. } => "answered",
            Self::Folded { .. } => "folded",
            Self::Orphan { .. } => "orphan",
            Self::Notice { .. } => "notice",
            Self::Carrier { .. } => "carrier",
            Self::Rerouted { .. } => "rerouted",
            Self::Cancelled { .. } => "cancelled",
            Self::Replaced { .. } => "replaced",
            Self::Rewritten { .. } => "rewritten",
            Self::Readdressed { .. } => "readdressed",
            Self::Keyed { .. } => "keyed",
            Self::Callback(_) => "callback",
            Self::Consent { .. } => "consent",
            Self::Routed { .. } => "routed",
            Self::Joined { .. } => "joined",
            Self::Unjoined { .. } => "unjoined",
            Self::Doubles { .. } => "doubles",
            Self::Erased { .. } => "erased",
        }
    }
}
