//! One link of a shard: a session, and what belongs to it besides.

use std::sync::Arc;

use super::multi::Multi;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::carrier::profile::Profile;
use crate::deliver::queue::Queued;
use crate::pipeline::effect::LinkId;
use crate::receipt::owed::Owed;
use crate::throttle::faults::Faults;
use crate::wire::smpp::session::Session;

/// A connection of this shard.
#[derive(Debug)]
pub struct Link {
    /// Its name on this shard.
    pub id: LinkId,
    /// What is to be written to the socket.
    pub out: Vec<u8>,
    /// Whether `out` is on the list of what has to be written.
    pub dirty: bool,
    /// The far side.
    pub side: Far,
}

/// Who is at the far end.
#[derive(Debug)]
pub enum Far {
    /// An application that binds, or may.
    Esme(EsmeLink),
    /// A carrier that we bind to.
    Smsc(SmscLink),
}

/// An application's connection.
#[derive(Debug)]
pub struct EsmeLink {
    /// The protocol's state; the tokens are debts on offer.
    pub session: Session<Owed>,
    /// Who is bound.
    pub account: Option<AccountId>,
    /// Where it connects from, for the log and the ledger.
    pub from: String,
    /// Unanswered requests of it after which reading pauses.
    pub window: usize,
    /// Faulty PDUs since the last notice, and when that was.
    pub faults: Faults,
    /// Reading is paused until then at the latest.
    pub paused_until: Timestamp,
    /// Octets were left unread because of its window or a pause.
    pub starved: bool,
    /// Whom we called by outbind, if we did: nobody else may bind here.
    pub called: Option<AccountId>,
    /// Binds refused on this connection.
    pub refused: u32,
    /// Its submit_multi that are not answered yet, within its window.
    pub multis: Vec<Multi>,
    /// How many it has begun, which numbers them.
    pub multis_begun: u32,
}

/// The number of a bind that a carrier asked for by outbind: it has no place among those we make.
pub const OUTBIND: u16 = u16::MAX;

/// A bind of ours at a carrier.
#[derive(Debug)]
pub struct SmscLink {
    /// The protocol's state; the tokens are messages submitted.
    pub session: Session<Queued>,
    /// Whose.
    pub carrier: CarrierId,
    /// What is peculiar to that carrier.
    pub profile: Arc<Profile>,
    /// Its number among the carrier's binds; [`OUTBIND`] if the carrier connected to us.
    pub bind: u16,
    /// Whether the bind was accepted.
    pub bound: bool,
    /// Faulty PDUs since the last notice, and when that was.
    pub faults: Faults,
}

impl Link {
    /// Requests of either side that have no answer yet.
    pub fn unanswered(&self) -> usize {
        match &self.side {
            Far::Esme(EsmeLink { session, .. }) => {
                session.in_flight() + session.unanswered_from_peer()
            }
            Far::Smsc(SmscLink { session, .. }) => {
                session.in_flight() + session.unanswered_from_peer()
            }
        }
    }
}

impl EsmeLink {
    /// Whether it has as many unanswered requests as it may.
    pub fn window_full(&self) -> bool {
        self.session.unanswered_from_peer() >= self.window
    }
}
