//! What operators ask of a running gateway: the port, and the letters that it sends to the shards.
//!
//! A carrier can be suspended, resumed, bound anew, or held to a rate for a time; what waits for it can be
//! tried at once, or ended. **Invariants**: an answer comes once what was asked for is done, and on disk
//! where that is promised; nothing here waits for a carrier.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;

use super::port::Refusal;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::consent::Consent;
use crate::message::reason::Reason;

/// What is wanted of a carrier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CarrierWish {
    /// Nothing is submitted to it until then; [`Timestamp::NEVER`] is until it is resumed. Its binds stay,
    /// and what it brings is taken.
    Suspend(Timestamp),
    /// Submit again.
    Resume,
    /// End all its binds when what is under way on them is answered, and make them anew.
    Rebind,
    /// Parts per second until then, in the place of the configured rate; `None` goes back to that.
    Limit(Option<(NonZeroU32, Timestamp)>),
}

/// Which of the messages that wait for a carrier.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Which {
    /// Of this account only.
    pub account: Option<AccountId>,
    /// Whose destination begins so only: digits, without `+`.
    pub prefix: Vec<u8>,
}

/// A change of consent that somebody records, with a proof of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentChange {
    /// What is so from here on.
    pub change: Consent,
    /// Who may or may not write; empty for everybody.
    pub sender: Vec<u8>,
    /// To whom, canonical.
    pub number: Vec<u8>,
    /// The proof, and who says so; at most [`NOTE_BYTES_MAX`](crate::message::consent::NOTE_BYTES_MAX) octets.
    pub note: String,
}

/// Why a wish was not fulfilled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotDone {
    /// There is no such carrier.
    UnknownCarrier,
    /// What was asked for has to outlive a restart, and could not be written.
    NotKept,
    /// The ledger could not be read.
    NotRead,
    /// The gateway is stopping, or there is nobody who could do it.
    Stopping,
}

impl NotDone {
    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::UnknownCarrier => "no carrier has this name",
            Self::NotKept => "it could not be written, so a restart would not know of it",
            Self::NotRead => "the ledger could not be read",
            Self::Stopping => "the gateway is stopping",
        }
    }
}

/// The future of a wish: how many messages it was about, if it was about messages.
pub type Operating = Pin<Box<dyn Future<Output = Result<u64, NotDone>> + Send>>;

/// Where operators ask.
pub trait Operate: Send + Sync {
    /// Has a carrier do something; on disk where a restart has to know.
    fn carrier(&self, name: &str, wish: CarrierWish) -> Operating;

    /// Tries at once what waits for another attempt.
    fn flush(&self, carrier: &str, account: Option<AccountId>) -> Operating;

    /// Records a change of consent; on disk when it is answered.
    fn consent(&self, change: ConsentChange) -> Operating;

    /// Ends what waits for a carrier, for a reason, each with an event in its history.
    fn bounce(&self, carrier: &str, which: Which, reason: Reason) -> Operating;
}

/// Told how many messages a letter was about.
pub type Told = Box<dyn FnOnce(u64) + Send>;

/// What an operator's wish is for a shard.
pub enum Errand {
    /// A standing order has changed: look at it, and note it.
    Look(String),
    /// Bind anew.
    Rebind(CarrierId),
    /// Try again what waits for another attempt.
    Flush(CarrierId, Option<AccountId>, Told),
    /// Record that a number takes back its consent, or gives it.
    Consent(Box<ConsentChange>, Told),
    /// End messages that wait.
    Bounce {
        /// For whom they wait.
        carrier: CarrierId,
        /// Which; those that do not wait any more are left alone.
        ords: Vec<MessageOrd>,
        /// Why.
        reason: Reason,
        /// Told when it is on disk.
        told: Told,
    },
}

impl std::fmt::Debug for Errand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Look(note) => write!(f, "look: {note}"),
            Self::Rebind(carrier) => write!(f, "rebind {carrier:?}"),
            Self::Flush(carrier, ..) => write!(f, "flush {carrier:?}"),
            Self::Consent(change, _) => write!(f, "{}", change.change),
            Self::Bounce { carrier, ords, .. } => write!(f, "bounce {} of {carrier:?}", ords.len()),
        }
    }
}

/// What reloading a configuration has changed, in words for an operator.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reloaded {
    /// What is otherwise from now on.
    pub changed: Vec<String>,
    /// What is otherwise in the file, and wants a restart.
    pub needs_restart: Vec<String>,
}

/// The future of a reload: what has changed, or what is wrong with the file, a line each.
pub type Reloading = Pin<Box<dyn Future<Output = Result<Reloaded, Vec<String>>> + Send>>;

/// What operators ask of the process as a whole.
pub trait Govern: Send + Sync {
    /// Takes nothing new, finishes what is under way, and ends the process.
    fn drain(&self);

    /// Reads the configuration anew; what is wrong leaves everything as it is. A trial only says what
    /// would change.
    fn reload(&self, trial: bool) -> Reloading;

    /// Logs by these directives, until then if given.
    ///
    /// # Errors
    /// What is wrong with them.
    fn log_level(&self, directives: &str, seconds: Option<u64>) -> Result<(), String>;
}

/// Nobody to ask: for gateways that are not governed, and for tests.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Operate for Nobody {
    fn consent(&self, _change: ConsentChange) -> Operating {
        Box::pin(async { Err(NotDone::Stopping) })
    }

    fn carrier(&self, _name: &str, _wish: CarrierWish) -> Operating {
        Box::pin(async { Err(NotDone::Stopping) })
    }

    fn flush(&self, _carrier: &str, _account: Option<AccountId>) -> Operating {
        Box::pin(async { Err(NotDone::Stopping) })
    }

    fn bounce(&self, _carrier: &str, _which: Which, _reason: Reason) -> Operating {
        Box::pin(async { Err(NotDone::Stopping) })
    }
}

impl Govern for Nobody {
    fn drain(&self) {}

    fn reload(&self, _trial: bool) -> Reloading {
        Box::pin(async { Err(vec![Refusal::Draining.name().to_owned()]) })
    }

    fn log_level(&self, _directives: &str, _seconds: Option<u64>) -> Result<(), String> {
        Err("nobody governs this log".to_owned())
    }
}
