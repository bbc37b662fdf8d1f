//! The ports of the pipeline that are not a bind: submitting a message from the API, and the view
//! of the carriers that answers "why is this waiting?".
//!
//! Not here: HTTP. The API knows only these types, and the tests can stand behind them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::change::Unchanged;
use super::mo_view::{MoRouteQuestion, MoRouteView, UnknownCarrier};
use super::route_view::{RouteQuestion, RouteView};
use crate::address::country::Country;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::carrier::profile::Profile;
use crate::message::callback::Callback;
use crate::message::event::By;
use crate::message::reason::Reason;
use crate::message::record::Message;

/// A message submitted over HTTP, not cut yet, encoded.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// Name of the account that pays.
    pub account: String,
    /// Sender as written by the client.
    pub source: Vec<u8>,
    /// Destination as written by the client.
    pub destination: Vec<u8>,
    /// The text, in GSM septets or UCS-2: its carrier's coding is found with its carrier. Octets of other
    /// codings, and what follows a header, go as they are.
    pub body: Vec<u8>,
    /// 0 for septets, one to an octet, or 8 for UCS-2; else SMPP §5.2.19.
    pub data_coding: u8,
    /// SMPP §5.2.12; the UDHI bit says that `body` begins with a header.
    pub esm_class: u8,
    /// SMPP §5.2.13.
    pub protocol_id: u8,
    /// SMPP §5.2.14, 0 to 3.
    pub priority_flag: u8,
    /// SMPP §5.2.11, at most 5 octets; routes know it as a tag.
    pub service_type: Vec<u8>,
    /// SMPP §7.1.1 text form, empty for at once.
    pub schedule_delivery_time: Vec<u8>,
    /// The sender's own reference.
    pub client_ref: Vec<u8>,
    /// SMPP §7.1.1 text form, empty for the default.
    pub validity_period: Vec<u8>,
    /// The idempotency key it came under; few have one.
    pub keyed: Option<Box<Keyed>>,
    /// Where its status is called; few have one.
    pub callback: Option<Callback>,
}

/// An idempotency key as it is kept with a message, in the chunk of the message itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keyed {
    /// Digest of the key and of whose it is; what [`Ledger::keyed`](crate::ledger::store::Ledger::keyed) finds it by.
    pub key: [u8; 32],
    /// Digest of the request.
    pub fingerprint: [u8; 32],
    /// The message's place in the request, from 0.
    pub number: u16,
    /// When its sender will have been told that it was accepted.
    pub told: Timestamp,
}

/// Why a message was not taken. The same refusals answer a bind and the API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// No such account.
    UnknownAccount,
    /// The account is over its rate; trying again makes sense after this long.
    OverRate(Duration),
    /// No route takes the destination.
    NoRoute,
    /// The carrier's queue is full.
    QueueFull,
    /// The holder of the number takes nothing from this sender.
    OptedOut,
    /// The source address cannot be one.
    InvalidSource,
    /// The destination address cannot be one.
    InvalidDestination,
    /// The user data is longer than the standard allows.
    TooLong,
    /// The validity period is no time, is over, or ends before the message may leave.
    InvalidValidity,
    /// The scheduled time is no time, or too far away.
    InvalidSchedule,
    /// Too much waits in memory already.
    OverMemory,
    /// The disk is below its floor of free space: nothing can be accepted.
    DiskFull,
    /// A write failed: this process accepts nothing any more.
    DiskFailed,
    /// The gateway is stopping.
    Draining,
    /// The gateway is busy writing; at once again.
    Busy,
}

impl Refusal {
    /// The word of metrics and problems.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownAccount => "unknown_account",
            Self::OverRate(_) => "over_rate",
            Self::NoRoute => "no_route",
            Self::QueueFull => "queue_full",
            Self::OptedOut => "opted_out",
            Self::InvalidSource => "invalid_source",
            Self::InvalidDestination => "invalid_destination",
            Self::TooLong => "too_long",
            Self::InvalidValidity => "invalid_validity",
            Self::InvalidSchedule => "invalid_schedule",
            Self::OverMemory => "over_memory",
            Self::DiskFull => "disk_full",
            Self::DiskFailed => "disk_failed",
            Self::Draining => "draining",
            Self::Busy => "busy",
        }
    }
}

/// How a message's text goes to its carrier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wording {
    /// Parts it takes.
    pub parts: u8,
    /// SMPP §5.2.19.
    pub data_coding: u8,
    /// Characters that are others than those written.
    pub changed: u16,
    /// Who is to have it first.
    pub carrier: CarrierId,
}

/// A submission that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// The message's number; of several parts, the first one's.
    pub ord: MessageOrd,
    /// How its text goes.
    pub wording: Wording,
}

/// The future of a submission: resolved once the message is on disk.
pub type Submitted = Pin<Box<dyn Future<Output = Result<Taken, Refusal>> + Send>>;

/// Where the API submits.
pub trait Submit: Send + Sync {
    /// Takes a message in; the future resolves when it is durable.
    fn submit(&self, submission: Submission) -> Submitted;
}

/// The future of a cancellation: resolved once it is on disk.
pub type Cancelling = Pin<Box<dyn Future<Output = Result<(), Unchanged>> + Send>>;

/// Where the API cancels.
pub trait Cancel: Send + Sync {
    /// Takes back a message of an account, with all its parts, if no carrier may have any.
    fn cancel(&self, account: AccountId, ord: MessageOrd, by: By) -> Cancelling;
}

/// What the API and the metrics may know of a carrier at this moment.
#[derive(Clone, Debug, Default)]
pub struct CarrierView {
    /// Its number in the ledger.
    pub id: CarrierId,
    /// Its name in the configuration.
    pub name: String,
    /// Binds that are up.
    pub binds_up: u32,
    /// Binds configured.
    pub binds: u32,
    /// Messages accepted and not yet submitted.
    pub queued: u64,
    /// Messages waiting for a time of their own (retries).
    pub deferred: u64,
    /// Submits without an answer.
    pub in_flight: u64,
    /// Sum of the windows of the binds that are up.
    pub window: u64,
    /// Configured rate in parts per second.
    pub rate_per_second: Option<u32>,
    /// The rate in parts per second that its answers have taught, once it said we were too fast.
    pub learned_rate: Option<f64>,
    /// From a submit to its answer, smoothed; zero before the first.
    pub round_trip: Duration,
    /// What holds the head of the queue, and until when if that is known.
    pub hold: Option<(Reason, Option<Timestamp>)>,
    /// When anything last came from it.
    pub last_received_at: Timestamp,
    /// When the oldest message ready to leave was accepted; 0 if none is.
    pub oldest_at: Timestamp,
    /// Messages that may wait for it.
    pub queue_limit: u64,
    /// What it last said of its load, 0 to 99 (SMPP v5.0 §4.8.4.18).
    pub congestion: Option<u8>,
    /// What is peculiar to it.
    pub profile: Arc<Profile>,
    /// How long parts of a long inbound message wait for the others.
    pub mo_join: Duration,
    /// Until when an operator has suspended it; [`Timestamp::NEVER`] until it is resumed.
    pub suspended: Option<Timestamp>,
    /// Parts per second that an operator has ordered, and until when.
    pub ordered_rate: Option<(u32, Timestamp)>,
}

/// What the API and the metrics may know of a limit at this moment: the rate of a route, or of a
/// destination's prefix.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LimitView {
    /// `route` or `prefix`.
    pub kind: &'static str,
    /// The route's name, or the limit's.
    pub name: String,
    /// Parts per second.
    pub rate_per_second: u32,
    /// Parts that may leave at once after a pause.
    pub burst: u32,
    /// Messages that wait for it.
    pub held: u64,
    /// Until when the next of them waits.
    pub until: Option<Timestamp>,
    /// Parts that have left under it since the start.
    pub parts: u64,
}

/// What the API may know of an account at this moment.
#[derive(Clone, Debug, Default)]
pub struct AccountView {
    /// Its number in the ledger.
    pub id: AccountId,
    /// Its name in the configuration.
    pub name: String,
    /// Binds that are up.
    pub binds_up: u32,
    /// Receipts and inbound messages on disk that it has not taken yet.
    pub owed: u64,
    /// The country of numbers that it writes without a country code.
    pub country: Option<Country>,
}

/// Where routes are explained.
pub trait Explain: Send + Sync {
    /// Says where a message would go, and why.
    ///
    /// # Errors
    /// Why it would be refused before it had a route.
    fn explain(&self, question: &RouteQuestion) -> Result<RouteView, Refusal>;

    /// Says who would get a message from a handset, and why.
    ///
    /// # Errors
    /// The question names a carrier that is not configured.
    fn explain_mo(&self, question: &MoRouteQuestion) -> Result<MoRouteView, UnknownCarrier>;
}

/// The board of everybody's state.
pub trait Board: Send + Sync {
    /// All carriers, in the order of the configuration.
    fn carriers(&self) -> Vec<CarrierView>;

    /// All accounts, in the order of the configuration.
    fn accounts(&self) -> Vec<AccountView>;

    /// The rates of routes and prefixes, in the order of the configuration.
    fn limits(&self) -> Vec<LimitView> {
        Vec::new()
    }

    /// Those that a message counts in while this carrier has it.
    fn limits_of(&self, _message: &Message<'_>, _carrier: CarrierId) -> Vec<LimitView> {
        Vec::new()
    }

    /// `None` when messages are accepted, else why not.
    fn refusing(&self) -> Option<Refusal>;
}
