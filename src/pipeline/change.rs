//! Changes of messages that wait: cancelling them, or giving them other contents (SMPP v3.4 §4.9, §4.10).
//!
//! The way of a change: the account's shard asks the ledger which messages are meant and who has them
//! ([`Ask::Change`](super::ask::Ask::Change)), hands an [`Order`] to the shard of each carrier, which
//! alone knows what has not left yet, and answers when that has it on disk ([`Changed`]).
//! **Invariants**: a message is changed whole, with all its parts, or not at all; only what no carrier
//! may have got is changed.

use bytes::Bytes;

use super::effect::LinkId;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::life::Life;
use crate::message::event::{By, What};

/// Who waits to hear what became of a change.
pub enum ChangeAsker {
    /// An application's bind: the request's sequence number.
    Bind(LinkId, u32),
    /// The API.
    Api(ChangeReply),
}

/// Tells the API what became of its change.
pub type ChangeReply = Box<dyn FnOnce(Result<(), Unchanged>) + Send>;

impl std::fmt::Debug for ChangeAsker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bind(link, sequence) => write!(f, "{link:?}#{sequence}"),
            Self::Api(_) => f.write_str("api"),
        }
    }
}

/// Which messages are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// One, by its id.
    One {
        /// Which.
        ord: MessageOrd,
        /// Its source address, which has to be the message's; `None` if the asker need not know it.
        source: Option<Vec<u8>>,
        /// Its destination address; empty if it is not given.
        destination: Vec<u8>,
    },
    /// All that wait between two addresses.
    All {
        /// From this source, which may be empty.
        source: Vec<u8>,
        /// To this destination.
        destination: Vec<u8>,
        /// Of this service type; empty for any.
        service_type: Vec<u8>,
    },
}

/// The new contents of a message. What is not here stays as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Replacement {
    /// The user data, in the `data_coding` that the message came with.
    pub body: Vec<u8>,
    /// SMPP §7.1.1 text form; empty for no change.
    pub schedule_delivery_time: Vec<u8>,
    /// SMPP §7.1.1 text form; empty for no change.
    pub validity_period: Vec<u8>,
    /// SMPP §5.2.17.
    pub registered_delivery: u8,
    /// SMPP §5.2.20.
    pub sm_default_msg_id: u8,
}

/// What an asker wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Whose messages.
    pub account: AccountId,
    /// Which.
    pub target: Target,
    /// Their new contents; `None` to cancel them.
    pub replacement: Option<Replacement>,
    /// On whose wish.
    pub by: By,
}

/// Why nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unchanged {
    /// The account has no such message.
    NoSuchMessage,
    /// The message is from another source.
    OtherSource,
    /// The message is for another destination.
    OtherDestination,
    /// Nothing of the account waits between these addresses.
    NothingWaits,
    /// A carrier has it, or is about to.
    Sent,
    /// A carrier may have it.
    InDoubt,
    /// It has ended.
    Ended,
    /// Its parts wait for different carriers, or for one that is not in the configuration.
    Apart,
    /// The new text takes more parts than the message has.
    MoreParts,
    /// The new text is longer than can be sent.
    TooLong,
    /// The message has a header in front of its text, and the new text has none.
    NoHeader,
    /// The new scheduled time cannot be kept.
    InvalidSchedule,
    /// The new validity period cannot be kept.
    InvalidValidity,
    /// Nothing new can be kept on disk now.
    DiskFull,
    /// Too many changes are under way.
    Busy,
}

impl Unchanged {
    /// What a person reads after "refused: ".
    pub const fn title(self) -> &'static str {
        match self {
            Self::NoSuchMessage => "the account has no such message",
            Self::OtherSource => "the message is from another source",
            Self::OtherDestination => "the message is for another destination",
            Self::NothingWaits => "nothing waits between these addresses",
            Self::Sent => "it has left for the carrier, or is about to",
            Self::InDoubt => "the carrier may have it",
            Self::Ended => "it has ended",
            Self::Apart => "its parts wait for different carriers, or for one that is gone",
            Self::MoreParts => "the new text takes more parts than the message has",
            Self::TooLong => "the new text is too long",
            Self::NoHeader => "the new text lacks the header that the message announces",
            Self::InvalidSchedule => "the new scheduled time cannot be kept",
            Self::InvalidValidity => "the new validity period cannot be kept",
            Self::DiskFull => "nothing new can be kept on disk",
            Self::Busy => "too many changes are under way",
        }
    }
}

/// A part's new contents.
#[derive(Clone, Debug)]
pub struct NewPart {
    /// What `Message::decode` takes.
    pub record: Bytes,
    /// Its times.
    pub life: Life,
    /// What its history says of a text that is in another coding than it came in.
    pub rewritten: Option<What<'static>>,
}

/// A message to change, and how.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// All its parts as they are now, in their order: one if it was not cut.
    pub parts: Vec<MessageOrd>,
    /// What becomes of them; empty to cancel them. Parts beyond those are not needed any more.
    pub with: Vec<NewPart>,
}

/// What a carrier's shard is to change.
#[derive(Clone, Debug)]
pub struct Order {
    /// The shard that waits to hear.
    pub shard: usize,
    /// The number of the change there.
    pub ticket: u64,
    /// Whose messages.
    pub account: AccountId,
    /// Who has them.
    pub carrier: CarrierId,
    /// On whose wish.
    pub by: By,
    /// Which, and how.
    pub messages: Vec<Withdrawal>,
}

/// What became of an order, on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changed {
    /// The number of the change at the shard that asked.
    pub ticket: u64,
    /// Messages changed.
    pub changed: u32,
    /// Messages that were not there, or not all of their parts.
    pub missed: u32,
    /// Messages that a carrier may have.
    pub doubtful: u32,
}
