//! Questions to the ledger that may touch the disk, and so are never asked on a shard's thread.
//!
//! [`answer`] is the whole of it: a function of the ledger. In service a thread of its own runs it;
//! the simulation calls it when it pleases.

use std::io;

use bytes::Bytes;

use super::change::{Target, Unchanged};
use super::change_ask::{Meant, meant};
use super::correlate::{Found, correlate};
use super::effect::LinkId;
use super::owed_what::owed_what;
use super::silence::{Silence, look};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::ledger::store::Ledger;
use crate::message::event_codec::contents;
use crate::message::state::State;
use crate::receipt::ends::Ends;
use crate::receipt::owed::{Owed, Party};
use crate::spool::lsn::Lsn;

/// A question.
#[derive(Debug)]
pub enum Ask {
    /// Read the records of messages that were left on disk.
    Records {
        /// Whose queue they are in.
        carrier: CarrierId,
        /// Which, and where.
        messages: Vec<(MessageOrd, u64)>,
    },
    /// What is this account owed? Asked when its working copy is empty.
    OwedList {
        /// Whose.
        account: AccountId,
        /// At most this many.
        limit: usize,
        /// What was written up to here must be seen.
        after: Lsn,
    },
    /// Read what is owed.
    OwedDetails {
        /// Whose.
        account: AccountId,
        /// Which.
        owed: Vec<Owed>,
        /// What was written up to here must be seen.
        after: Lsn,
    },
    /// Whose receipt is this?
    Correlate {
        /// From whom it came.
        carrier: CarrierId,
        /// Number of the receipt in the carrier's parking.
        ticket: u64,
        /// The forms its id may have been given in.
        candidates: Vec<Vec<u8>>,
        /// Its source: the handset, as a rule.
        source: Party,
        /// Its destination: the sender of the message, as a rule.
        destination: Party,
        /// What was written up to here must be seen.
        after: Lsn,
    },
    /// Which messages of a carrier will get no receipt any more?
    Silence {
        /// Whose, and what is too long.
        silence: Silence,
        /// What was written up to here must be seen.
        indexed: Lsn,
    },
    /// Which messages does a change mean, and who has them?
    Change {
        /// The number of the change at the shard that asks.
        ticket: u64,
        /// Whose messages.
        account: AccountId,
        /// Which.
        target: Target,
        /// Whether they get another text, whose coding has to be known.
        replaces: bool,
        /// What was written up to here must be seen.
        after: Lsn,
    },
    /// How does this message do? (query_sm)
    Query {
        /// Which bind asks.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// Who asks.
        account: AccountId,
        /// About which message.
        ord: MessageOrd,
        /// The source address it names; it must be the message's.
        source: Vec<u8>,
        /// What was written up to here must be seen: the message may have been answered just now.
        after: Lsn,
    },
}

/// An answer.
#[derive(Debug)]
pub enum Answer {
    /// To [`Ask::Records`].
    Records {
        /// Whose queue they are in.
        carrier: CarrierId,
        /// The records, with the addresses they were asked for; empty where one cannot be read.
        records: Vec<(MessageOrd, u64, Bytes)>,
    },
    /// To [`Ask::OwedList`].
    OwedList {
        /// Whose.
        account: AccountId,
        /// What, oldest first.
        owed: Vec<MessageOrd>,
        /// Whether there is more than the limit.
        more: bool,
    },
    /// To [`Ask::OwedDetails`].
    OwedDetails {
        /// Whose.
        account: AccountId,
        /// The same debts with what to send.
        owed: Vec<Owed>,
        /// Those that turn out to be settled, or whose message has parts that have not ended.
        not_due: Vec<MessageOrd>,
    },
    /// To [`Ask::Correlate`].
    Correlated {
        /// From whom it came.
        carrier: CarrierId,
        /// Number of the receipt in the carrier's parking.
        ticket: u64,
        /// The message, if there is one.
        found: Option<Found>,
    },
    /// To [`Ask::Silence`].
    Silent {
        /// From whom no receipt came.
        carrier: CarrierId,
        /// For which messages.
        silent: Vec<Queued>,
        /// Where to go on, if this is not all.
        next: Option<MessageOrd>,
    },
    /// To [`Ask::Change`].
    Meant {
        /// The number of the change at the shard that asked.
        ticket: u64,
        /// The messages, at least one, or why there is none to change.
        meant: Result<Vec<Meant>, Unchanged>,
    },
    /// To [`Ask::Query`].
    Queried {
        /// Which bind asked.
        link: LinkId,
        /// The sequence number of its request.
        sequence: u32,
        /// About which message.
        ord: MessageOrd,
        /// The message's state.
        found: Option<QueryFound>,
    },
}

/// What query_sm tells.
#[derive(Clone, Debug)]
pub struct QueryFound {
    /// The state of the message.
    pub state: State,
    /// When it became final; 0 when it has not.
    pub final_at: Timestamp,
}

/// Answers a question from the ledger.
///
/// # Errors
/// What the disk said. The asker's working copy is then left as it is, for a later try.
pub fn answer(ledger: &Ledger, ask: &Ask) -> io::Result<Answer> {
    Ok(match *ask {
        Ask::Records { carrier, ref messages } => {
            let records = messages
                .iter()
                .map(|&(ord, lsn)| Ok((ord, lsn, record(ledger, lsn)?)))
                .collect::<io::Result<_>>()?;
            Answer::Records { carrier, records }
        }
        Ask::OwedList { account, limit, .. } => {
            let mut owed = ledger.owed(account, None, limit + 1)?;
            let more = owed.len() > limit;
            owed.truncate(limit);
            let owed = owed.into_iter().map(|hit| hit.ord).collect();
            Answer::OwedList { account, owed, more }
        }
        Ask::OwedDetails { account, ref owed, .. } => {
            let (mut details, mut not_due) = (Vec::with_capacity(owed.len()), Vec::new());
            for debt in owed {
                match owed_what(ledger, debt.ord)? {
                    Some(what) => details.push(Owed { what, ..debt.clone() }),
                    None => not_due.push(debt.ord),
                }
            }
            Answer::OwedDetails { account, owed: details, not_due }
        }
        Ask::Correlate { carrier, ticket, ref candidates, ref source, ref destination, .. } => {
            let candidates: Vec<&[u8]> = candidates.iter().map(Vec::as_slice).collect();
            let (source, destination) = (source.address().addr, destination.address().addr);
            let ends = Ends { source, destination };
            let found = correlate(ledger, carrier, &candidates, ends)?;
            Answer::Correlated { carrier, ticket, found }
        }
        Ask::Silence { ref silence, .. } => {
            let (silent, next) = look(ledger, silence)?;
            Answer::Silent { carrier: silence.carrier, silent, next }
        }
        Ask::Change { ticket, account, ref target, replaces, .. } => {
            Answer::Meant { ticket, meant: meant(ledger, account, target, replaces)? }
        }
        Ask::Query { link, sequence, account, ord, ref source, .. } => {
            let found = query(ledger, account, ord, source)?;
            Answer::Queried { link, sequence, ord, found }
        }
    })
}

impl Ask {
    /// Sets what has to be indexed before the answer can be right.
    pub fn wait_for(&mut self, appended: Lsn) {
        match self {
            Self::OwedList { after, .. }
            | Self::OwedDetails { after, .. }
            | Self::Correlate { after, .. }
            | Self::Silence { indexed: after, .. }
            | Self::Change { after, .. }
            | Self::Query { after, .. } => *after = appended,
            Self::Records { .. } => {}
        }
    }

    /// The end of the log that has to be indexed before the answer can be right.
    pub fn after(&self) -> Lsn {
        match self {
            Self::OwedList { after, .. }
            | Self::OwedDetails { after, .. }
            | Self::Correlate { after, .. }
            | Self::Silence { indexed: after, .. }
            | Self::Change { after, .. }
            | Self::Query { after, .. } => *after,
            Self::Records { .. } => Lsn(0),
        }
    }
}

fn record(ledger: &Ledger, lsn: u64) -> io::Result<Bytes> {
    Ok(Bytes::copy_from_slice(contents(&ledger.record(Lsn(lsn))?)))
}

fn query(
    ledger: &Ledger,
    account: AccountId,
    ord: MessageOrd,
    source: &[u8],
) -> io::Result<Option<QueryFound>> {
    let (Some(state), Some(stored)) = (ledger.state(ord)?, ledger.message(ord)?) else {
        return Ok(None);
    };
    let message = stored.message();
    if message.account != account || message.source.addr != source {
        return Ok(None);
    }
    let mut final_at = Timestamp(0);
    if state.status.is_final() {
        final_at = ledger.events(ord)?.last().map_or(stored.accepted_at, |event| event.at);
    }
    Ok(Some(QueryFound { state, final_at }))
}
