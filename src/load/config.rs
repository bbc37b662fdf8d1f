//! The settings of a flow.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::load::pace::Pace;
use crate::load::progress::Progress;

/// The settings of a flow.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the reports call it.
    pub name: String,
    /// Where to bind.
    pub to: SocketAddr,
    /// Who binds.
    pub system_id: String,
    /// The secret of the account.
    pub password: String,
    /// Transceiver binds.
    pub binds: usize,
    /// Unanswered submits on each bind.
    pub window: usize,
    /// Messages fall due at this pace; without one, as soon as a window has room.
    pub pace: Option<Pace>,
    /// Messages in all.
    pub messages: Option<u64>,
    /// Time to submit for.
    pub duration: Option<Duration>,
    /// Whether receipts are asked for and awaited.
    pub receipts: bool,
    /// Where messages come from.
    pub source: String,
    /// The lowest destination number.
    pub first_destination: u64,
    /// How many numbers from there are sent to in turn.
    pub destinations: u64,
    /// Characters of a text.
    pub text_len: usize,
    /// How long without a sign of life until what is missing counts as lost.
    pub grace: Duration,
    /// How long to pause before sending again what was throttled; `None` does not send it again.
    pub retry_pause: Option<Duration>,
    /// Whether to bind again when a connection breaks.
    pub reconnect: bool,
    /// A file for the id and the text of every message acknowledged.
    pub record: Option<PathBuf>,
    /// Another flow, with which this one stops submitting.
    pub follows: Option<Arc<Progress>>,
}
