//! All shards of a gateway in service: their threads, their mailboxes, the way in for the API.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::{Notify, mpsc, oneshot};

use super::asker;
use super::door::{Door, For};
use super::exchange::Exchange;
use super::operator::Operator;
use super::pulse::Pulse;
use super::shard::{self, Letter, MAILBOX_LETTERS_MAX, Post, Start};
use super::stop::Stopper;
use crate::base::clock::Clock;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::message::event::By;
use crate::pipeline::change::{Change, Target, Unchanged};
use crate::pipeline::current::Current;
use crate::pipeline::engine::Engine;
use crate::pipeline::mail::Mail;
use crate::pipeline::mo_book::MoBook;
use crate::pipeline::port::{Cancel, Cancelling, Refusal, Submission, Submit, Submitted, Taken};
use crate::pipeline::route_book::RouteBook;
use crate::pipeline::settings::{
    AccountConfig, CarrierConfig, HANDSHAKES_MAX, ListenerConfig, Settings,
};
use crate::pipeline::shared::{AccountShared, CarrierShared, Shared};
use crate::pipeline::standing::StandingFile;
use crate::spool::journal::Journal;
use crate::telemetry::registry::Registry;

/// The shards at work.
pub struct Switchboard {
    shared: Arc<Shared>,
    current: Current,
    ledger: Arc<Ledger>,
    standing: Arc<Mutex<StandingFile>>,
    post: Post,
    stopper: Stopper,
    threads: Vec<JoinHandle<()>>,
    address: Option<SocketAddr>,
}

impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switchboard").field("shards", &self.shared.shards).finish_non_exhaustive()
    }
}

/// Makes what the shards share: the settings, with the ledger's numbers for their names.
///
/// # Errors
/// What the disk said when a new name was to be kept, or which route cannot be one.
pub fn share(settings: &Settings, ledger: &Ledger, shards: usize) -> io::Result<Shared> {
    let registry = Registry::new();
    let mut accounts = Vec::with_capacity(settings.accounts.len());
    for (place, account) in settings.accounts.iter().enumerate() {
        let id = ledger.names().account(&account.name)?;
        accounts.push(AccountShared::new(id, account.clone(), place % shards));
    }
    let mut carriers = Vec::with_capacity(settings.carriers.len());
    for (place, carrier) in settings.carriers.iter().enumerate() {
        let id = ledger.names().carrier(&carrier.name)?;
        // From the other end, so that a small gateway has its accounts and carriers apart.
        let home = shards - 1 - place % shards;
        carriers.push(CarrierShared::new(id, carrier.clone(), home, &registry));
    }
    let numbers: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let carrier_numbers: Vec<_> = carriers.iter().map(|carrier| carrier.id).collect();
    let routes = RouteBook::new(settings, &numbers, &carrier_numbers).map_err(io::Error::other)?;
    let mo = MoBook::new(settings, &numbers, &carrier_numbers);
    add_retired(&mut accounts, &mut carriers, ledger, (shards, &registry))?;
    let mut shared = Shared::new(accounts, carriers, routes, mo, ledger, shards, registry);
    shared.consent_words = settings.consent_words;
    Ok(shared)
}

/// Accounts that were in the configuration, and carriers that something still waits for.
fn add_retired(
    accounts: &mut Vec<AccountShared>,
    carriers: &mut Vec<CarrierShared>,
    ledger: &Ledger,
    (shards, registry): (usize, &Arc<Registry>),
) -> io::Result<()> {
    let names = ledger.names();
    let (account_count, carrier_count) = names.counts();
    for id in (0..account_count).filter_map(|id| u16::try_from(id).ok()).map(AccountId) {
        let Some(name) = names.account_name(id) else { continue };
        if accounts.iter().all(|account| account.id != id) {
            let config = AccountConfig { name, ..AccountConfig::default() };
            let home = accounts.len() % shards;
            accounts.push(AccountShared::new(id, config, home).retire());
        }
    }
    for id in (0..carrier_count).filter_map(|id| u16::try_from(id).ok()).map(CarrierId) {
        let Some(name) = names.carrier_name(id) else { continue };
        let known = carriers.iter().any(|carrier| carrier.id == id);
        if !known && !ledger.to_submit(id, None, 1)?.is_empty() {
            tracing::warn!(carrier = name, "messages wait for a carrier that is not configured");
            let config = CarrierConfig { name, binds: 0, ..CarrierConfig::default() };
            let home = shards - 1 - carriers.len() % shards;
            carriers.push(CarrierShared::new(id, config, home, registry).retire());
        }
    }
    Ok(())
}

impl Switchboard {
    /// Takes up what is unfinished, opens the listener and starts the shards.
    ///
    /// # Errors
    /// What the disk said, or why the address cannot be listened on.
    pub fn start(
        settings: &Settings,
        shared: Arc<Shared>,
        ledger: &Arc<Ledger>,
        journal: &Journal,
        clock: Clock,
    ) -> io::Result<Self> {
        let mut doors = doors(settings, &shared)?;
        let address =
            settings.smpp.listen.and_then(|_| doors.first()?.1.listener.local_addr().ok());
        let (asker, asks) = mpsc::channel(asker::ASKS_MAX);
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..shared.shards).map(|_| mpsc::channel(MAILBOX_LETTERS_MAX)).unzip();
        let post = Post { shards: senders, asker };
        let stopper = Stopper::new(shared.clone());
        let connections = Arc::new(AtomicUsize::new(0));
        let standing = StandingFile::open(&settings.data_dir)?;
        for carrier in &shared.carriers {
            carrier.standing.set(standing.order(&carrier.config.name));
        }
        let mut board = Self {
            current: Current::new(shared.clone()),
            ledger: ledger.clone(),
            standing: Arc::new(Mutex::new(standing)),
            shared: shared.clone(),
            post,
            stopper,
            threads: Vec::new(),
            address,
        };
        let smpp = Arc::new(settings.smpp.clone());
        for (index, letters) in receivers.into_iter().enumerate() {
            let now = clock.now();
            let seed = fastrand::u64(..);
            let mut engine = Engine::new(shared.clone(), index, journal.clone(), now, seed);
            let restored = engine.restore(ledger)?;
            tracing::info!(
                shard = index,
                queued = restored.queued,
                in_doubt = restored.in_doubt,
                "unfinished messages taken up"
            );
            let durable = Arc::new(Notify::new());
            let wake = durable.clone();
            journal.subscribe(Box::new(move || wake.notify_one()));
            let start = Start {
                index,
                exchange: Exchange::new(index, smpp.clone(), engine, seed),
                clock,
                post: board.post.clone(),
                letters,
                durable,
                doors: doors.extract_if(.., |(home, _)| *home == index).map(|(_, it)| it).collect(),
                connections: connections.clone(),
                connections_max: settings.smpp.sessions_max,
                patience: settings.smpp.response_timeout,
                session_init: settings.smpp.session_init_timeout,
                pdu_bytes_max: settings.smpp.pdu_bytes_max,
                drain_timeout: settings.smpp.drain_timeout,
                stop: board.stopper.subscribe(),
            };
            board.threads.push(spawn_shard(start)?);
        }
        let (ledger, post) = (ledger.clone(), board.post.clone());
        // It ends with the process: it may be waiting for the ledger.
        std::thread::Builder::new()
            .name("asker".into())
            .spawn(move || asker::run(&ledger, &post, asks))?;
        Ok(board)
    }

    /// Where applications bind.
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// What tells whether the shards make turns.
    pub fn pulse(&self) -> Pulse {
        Pulse::new(self.post.shards.clone())
    }

    /// The way in for the API.
    pub fn submitter(&self) -> Submitter {
        Submitter { current: self.current.clone(), post: self.post.clone() }
    }

    /// What is shared now, and after a reload.
    pub const fn current(&self) -> &Current {
        &self.current
    }

    /// The way in for operators.
    pub fn operator(&self) -> Operator {
        let (ledger, standing) = (self.ledger.clone(), self.standing.clone());
        Operator::new(self.current.clone(), self.post.clone(), ledger, standing)
    }

    /// What tells the shards to stop.
    pub const fn stopper(&self) -> &Stopper {
        &self.stopper
    }

    /// Refuses what is new, ends all links in the protocol's way, and waits for the shards.
    pub fn stop(&mut self) {
        self.stopper.drain();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a shard's thread has panicked");
            }
        }
    }
}

/// Everything that is listened on, each with its shard: applications find theirs from the first.
fn doors(settings: &Settings, shared: &Shared) -> io::Result<Vec<(usize, Door)>> {
    let mut doors = Vec::new();
    let whose = For::Applications;
    if let Some(address) = settings.smpp.listen {
        let listener = listen(address)?;
        doors.push((0, Door { listener, whose, tls: None, handshakes_max: HANDSHAKES_MAX }));
    }
    for ListenerConfig { listen: address, tls, handshakes_max } in &settings.smpp.listeners {
        let (listener, tls) = (listen(*address)?, tls.clone());
        doors.push((0, Door { listener, whose, tls, handshakes_max: *handshakes_max }));
    }
    for carrier in &shared.carriers {
        let Some(outbind) = &carrier.config.outbind else { continue };
        let door = Door {
            listener: listen(outbind.listen)?,
            whose: For::Carrier(carrier.id, outbind.connections_max),
            tls: outbind.tls.clone(),
            handshakes_max: outbind.connections_max,
        };
        doors.push((carrier.home, door));
    }
    Ok(doors)
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(address).map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn spawn_shard(start: Start) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(format!("shard-{}", start.index)).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => {
                tokio::task::LocalSet::new().block_on(&runtime, shard::serve(start));
            }
            Err(error) => tracing::error!(%error, "cannot start a shard"),
        }
    })
}

/// Submits for the API: to the shard of the account.
#[derive(Clone)]
pub struct Submitter {
    current: Current,
    post: Post,
}

impl std::fmt::Debug for Submitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Submitter")
    }
}

impl Submit for Submitter {
    fn submit(&self, submission: Submission) -> Submitted {
        let shared = self.current.get();
        let home = shared
            .accounts
            .iter()
            .find(|account| !account.retired && account.config.name == submission.account)
            .map(|account| account.home);
        let mailbox = home.and_then(|home| self.post.shards.get(home)).cloned();
        Box::pin(async move {
            let mailbox = mailbox.ok_or(Refusal::UnknownAccount)?;
            let (told, answer) = oneshot::channel::<Result<Taken, Refusal>>();
            let reply = Box::new(move |outcome| {
                // A client that has gone does not want to know.
                let _gone = told.send(outcome);
            });
            let letter = Letter::Mail(Mail::Submit(Box::new(submission), reply));
            mailbox.send(letter).await.map_err(|_| Refusal::Draining)?;
            answer.await.unwrap_or(Err(Refusal::Draining))
        })
    }
}

impl Cancel for Submitter {
    fn cancel(&self, account: AccountId, ord: MessageOrd, by: By) -> Cancelling {
        let home = self.current.get().account(account).map(|account| account.home);
        let mailbox = home.and_then(|home| self.post.shards.get(home)).cloned();
        Box::pin(async move {
            let mailbox = mailbox.ok_or(Unchanged::Apart)?;
            let (told, answer) = oneshot::channel::<Result<(), Unchanged>>();
            let reply = Box::new(move |outcome| {
                // A client that has gone does not want to know.
                let _gone = told.send(outcome);
            });
            let target = Target::One { ord, source: None, destination: Vec::new() };
            let change = Change { account, target, replacement: None, by };
            let letter = Letter::Mail(Mail::ChangeByApi(change, reply));
            mailbox.send(letter).await.map_err(|_| Unchanged::Busy)?;
            answer.await.unwrap_or(Err(Unchanged::Busy))
        })
    }
}
