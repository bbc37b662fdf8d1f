//! A gateway in this process: data directory, threads, shards.
//!
//! `serve`, `demo` and the tests start the same thing. **Invariant**: after [`Gateway::stop`] all that was
//! promised is on disk, all sessions have been ended in their protocol's way, and a checkpoint has
//! been made.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::base::clock::Clock;
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::{Opened, RecoveryReport};
use crate::ledger::store::Ledger;
use crate::peer::smpp::operator::Operator;
use crate::peer::smpp::pulse::Pulse;
use crate::peer::smpp::stop::Stopper;
use crate::peer::smpp::switchboard::{Submitter, Switchboard, share};
use crate::pipeline::board::LiveBoard;
use crate::pipeline::current::Current;
use crate::pipeline::settings::{AccountConfig, Settings};
use crate::pipeline::shared::Shared;
use crate::spool::error::OpenError;
use crate::spool::journal::Journal;
use crate::spool::real_disk::RealDisk;
use crate::spool::recovery::LogOptions;
use crate::telemetry::registry::Registry;

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be made or entered.
    #[error("data directory {directory}: {error}")]
    Directory {
        /// Which.
        directory: String,
        /// What the system said.
        error: io::Error,
    },
    /// The data directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A thread, an address or a file was refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    switchboard: Switchboard,
    ledger: Arc<Ledger>,
    journal: Journal,
    shared: Arc<Shared>,
    recovered: RecoveryReport,
    writer: JoinHandle<()>,
    followers: Vec<JoinHandle<()>>,
}

impl Gateway {
    /// Opens the data directory, takes up what is unfinished and starts to listen.
    ///
    /// # Errors
    /// What is wrong with the directory or the address, in words for an operator.
    pub fn start(settings: &Settings, accept_corruption: bool) -> Result<Self, StartError> {
        let directory = &settings.data_dir;
        let refused =
            |error| StartError::Directory { directory: directory.display().to_string(), error };
        std::fs::create_dir_all(directory).map_err(refused)?;
        let disk = RealDisk::open(directory).map_err(refused)?;
        let config = ledger_config(settings, accept_corruption);
        let opened = Ledger::open(Arc::new(disk), config)?;
        let Opened { ledger, journal, mut flusher, mut indexer, mut sealer, .. } = opened;
        let Opened { mut text_follower, mut text_keeper, mut keeper, recovered, .. } = opened;
        let clock = Clock::start();
        let shards = shards(settings);
        let shared = Arc::new(share(settings, &ledger, shards)?);
        let writer = spawn("flusher", move || flusher.run())?;
        let followers = vec![
            spawn("indexer", move || report("indexer", indexer.run()))?,
            spawn("sealer", move || report("sealer", sealer.run()))?,
            spawn("words", move || text_follower.run())?,
            spawn("word-files", move || text_keeper.run())?,
            spawn("keeper", move || keeper.run(clock))?,
        ];
        let switchboard = Switchboard::start(settings, shared.clone(), &ledger, &journal, clock)?;
        Ok(Self { switchboard, ledger, journal, shared, recovered, writer, followers })
    }

    /// Where applications bind.
    pub const fn smpp_address(&self) -> Option<SocketAddr> {
        self.switchboard.address()
    }

    /// What opening the data directory found.
    pub const fn recovered(&self) -> &RecoveryReport {
        &self.recovered
    }

    /// The ledger, for readers.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// The journal, for its health and its metrics.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What the shards share.
    pub const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Everybody's counters.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry)
    }

    /// The board of everybody's state.
    pub fn board(&self) -> LiveBoard {
        LiveBoard::new(self.switchboard.current().clone(), self.journal.clone())
    }

    /// What tells whether the shards make turns.
    pub fn pulse(&self) -> Pulse {
        self.switchboard.pulse()
    }

    /// The way in for the API.
    pub fn submitter(&self) -> Submitter {
        self.switchboard.submitter()
    }

    /// What is shared now, and after a reload.
    pub const fn current(&self) -> &Current {
        self.switchboard.current()
    }

    /// The way in for operators.
    pub fn operator(&self) -> Operator {
        self.switchboard.operator()
    }

    /// What tells it to take nothing new and to end.
    pub fn stopper(&self) -> Stopper {
        self.switchboard.stopper().clone()
    }

    /// Takes nothing new, and ends all links when what is under way on them is done: blocks until then.
    pub fn end_links(&mut self) {
        self.switchboard.stop();
    }

    /// Takes nothing new, ends all links, writes everything, and makes a checkpoint.
    pub fn stop(mut self) {
        self.end_links();
        self.journal.close();
        join("flusher", self.writer);
        self.ledger.stop();
        for follower in self.followers {
            join("indexer", follower);
        }
    }
}

/// Shards in use: as configured, or by the cores, of which the log and the index want one too.
fn shards(settings: &Settings) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    match settings.shards {
        0 => cores.saturating_sub(1).clamp(1, 16),
        shards => shards,
    }
}

fn ledger_config(settings: &Settings, accept_corruption: bool) -> LedgerConfig {
    let spool = &settings.spool;
    LedgerConfig {
        log: LogOptions {
            file_bytes: spool.log_file_bytes,
            free_bytes_min: spool.free_bytes_min,
            accept_corruption,
            ..LogOptions::default()
        },
        segment_messages: spool.segment_messages,
        checkpoint_interval: spool.checkpoint,
        text: settings.text,
        keep: settings.keep,
        compress_after: settings.compress_after,
        account_keep: settings.accounts.iter().filter_map(kept).collect(),
        ..LedgerConfig::default()
    }
}

/// How long what is personal of an account is kept.
fn kept(account: &AccountConfig) -> Option<(String, Duration)> {
    account.keep.map(|keep| (account.name.clone(), keep))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(work)
}

fn report(name: &str, outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the {name} cannot go on: the gateway stops at once");
        std::process::exit(74);
    }
}

fn join(name: &str, thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("the {name} has panicked");
    }
}
