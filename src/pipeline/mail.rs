//! What shards hand to each other: whole batches, never a lock.

use super::ask::Answer;
use super::change::{Change, ChangeReply, Changed, Order};
use super::effect::Reply;
use std::sync::Arc;

use super::operate::{Errand, Told};
use super::port::Submission;
use super::shared::Shared;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::receipt::owed::Owed;

/// One hand-over.
pub enum Mail {
    /// Messages on disk, for the queue of a carrier of that shard.
    Queue {
        /// Whose queue.
        carrier: CarrierId,
        /// What, in order of acceptance.
        messages: Vec<Queued>,
    },
    /// Debts to accounts of that shard.
    Owed(Vec<Owed>),
    /// The ledger's answer to an earlier ask of that shard.
    Answer(Answer),
    /// A submission of the API, for an account of that shard.
    Submit(Box<Submission>, Reply),
    /// Messages of a carrier of that shard to change.
    Change(Order),
    /// What became of an order of that shard.
    Changed(Changed),
    /// A change the API asks for, of messages of an account of that shard.
    ChangeByApi(Change, ChangeReply),
    /// What an operator wants.
    Errand(Errand),
    /// Go on with these settings, and say so.
    Adopt(Arc<Shared>, Told),
    /// A carrier's backlog has gone down: paused binds may read again.
    Resume(CarrierId),
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Queue { carrier, messages } => {
                write!(f, "queue {} for {carrier:?}", messages.len())
            }
            Self::Owed(owed) => write!(f, "{} owed", owed.len()),
            Self::Answer(answer) => write!(f, "{answer:?}"),
            Self::Submit(..) => f.write_str("submission"),
            Self::Change(order) => {
                write!(f, "change {} of {:?}", order.messages.len(), order.carrier)
            }
            Self::Changed(changed) => write!(f, "{changed:?}"),
            Self::ChangeByApi(..) => f.write_str("change by api"),
            Self::Adopt(..) => f.write_str("adopt"),
            Self::Errand(errand) => write!(f, "{errand:?}"),
            Self::Resume(carrier) => write!(f, "resume {carrier:?}"),
        }
    }
}
