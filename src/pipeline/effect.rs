//! What the engine wants done by whoever holds the links.

use super::ask::Ask;
use super::change::Unchanged;
use super::mail::Mail;
use super::port::{Refusal, Taken, Wording};
use crate::base::id::{CarrierId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::receipt::owed::Owed;

/// A link of this shard, never reused: the low half is its place, the high half its generation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub u64);

/// Who waits to hear that a message was accepted.
pub enum Asker {
    /// An application's bind: the request's sequence number.
    Bind(LinkId, u32),
    /// A data_sm rather than a submit_sm, which has a response of its own kind.
    BindData(LinkId, u32),
    /// One destination of a submit_multi: its number on that bind, the place in its list.
    Multi(LinkId, u32, u8),
    /// The API, and what it is told of the text once that is known.
    Api(Reply, Wording),
    /// Nobody: the first part of the message has the asker.
    Nobody,
}

/// Tells the API what became of its submission.
pub type Reply = Box<dyn FnOnce(Result<Taken, Refusal>) + Send>;

impl std::fmt::Debug for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bind(link, sequence) | Self::BindData(link, sequence) => {
                write!(f, "{link:?}#{sequence}")
            }
            Self::Multi(link, number, position) => {
                write!(f, "{link:?} multi {number}/{position}")
            }
            Self::Api(..) => f.write_str("api"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// One thing to do.
#[derive(Debug)]
pub enum Effect {
    /// Answer a submit: the message is on disk.
    Accepted {
        /// Which bind asked.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// Whether the request was a data_sm.
        data: bool,
        /// The message's number; its public id goes into the response.
        ord: MessageOrd,
    },
    /// One destination of a submit_multi is on disk.
    MultiAccepted {
        /// Which bind asked.
        link: LinkId,
        /// Which submit_multi of it.
        number: u32,
        /// Which destination.
        position: u8,
        /// The message's number.
        ord: MessageOrd,
    },
    /// One destination of a submit_multi found no room.
    MultiRefused {
        /// Which bind asked.
        link: LinkId,
        /// Which submit_multi of it.
        number: u32,
        /// Which destination.
        position: u8,
        /// Why.
        refusal: Refusal,
    },
    /// Refuse a submit of an application, or what a carrier brought.
    Refused {
        /// Which bind asked.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// Whether the request was a data_sm.
        data: bool,
        /// Why.
        refusal: Refusal,
    },
    /// Submit a message to a carrier: that it is about to leave is on disk.
    Submit {
        /// To whom.
        carrier: CarrierId,
        /// Over which bind.
        link: LinkId,
        /// What.
        queued: Queued,
    },
    /// Answer a carrier's deliver_sm or data_sm: what it brought is on disk.
    Acknowledge {
        /// Which bind.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// Whether the request was a data_sm.
        data: bool,
    },
    /// Offer an application what it is owed.
    Offer {
        /// Over which bind.
        link: LinkId,
        /// What.
        owed: Owed,
    },
    /// Look something up in the ledger, away from this shard's thread.
    Ask(Ask),
    /// Hand something to another shard.
    Post {
        /// Which shard.
        shard: usize,
        /// What. Boxed, since every effect takes the room of the largest.
        mail: Box<Mail>,
    },
    /// Let the binds read again whose accounts were over their share of a carrier's backlog.
    Resume(CarrierId),
    /// A cancel_sm or replace_sm can be answered: what it did is on disk.
    Changed {
        /// Which bind asked.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// About which message; `None` if all between two addresses were meant.
        ord: Option<MessageOrd>,
        /// Whether it was a replace_sm.
        replaces: bool,
        /// Why nothing was done, if so.
        outcome: Result<(), Unchanged>,
    },
    /// A query_sm can be answered.
    Queried {
        /// Which bind asked.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// About which message.
        ord: MessageOrd,
        /// Its state, `None` when there is no such message of this account.
        found: Option<super::ask::QueryFound>,
    },
}
