//! All webhooks of a gateway: made, shown, changed and removed here, and told news by a thread of its own.
//!
//! **Invariant**: what a call has answered is in the file; a webhook that is in the file is at work,
//! unless it is gone. Calls that change something write to the disk: make them where that may block.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;

use super::answer::{Outcome, RESULTS};
use super::book::{self, ID_PREFIX, ROTATION, WEBHOOKS_MAX, Webhook};
use super::callbacks::Callbacks;
use super::client::{Authorities, Client};
use super::delivery_log::{Attempt, DeliveryLog};
use super::endpoint::{CONCURRENCY_DEFAULT, Health};
use super::format::{Render, Sight, test_body};
use super::running::{Common, Hook, Running, Voice};
use super::secret::{self, SigningSecret};
use super::target::Target;
use super::task;
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::{AccountId, IdCipher, MessageOrd};
use crate::base::stand_back::stand_back;
use crate::feed::consumer::{Backlog, WINDOW_DEFAULT};
use crate::feed::cursor::{Position, Replay};
use crate::feed::feed::Feed;
use crate::feed::judge;
use crate::feed::kind::Kinds;
use crate::feed::notice::{EVENT_PREFIX, Wants, event_id, event_lsn};
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;
use crate::telemetry::registry::Registry;
use crate::telemetry::webhook::WebhookMetrics;

/// Lots of events read from the ledger at a time.
const READING_MAX: usize = 4;

/// How often the backlog is counted for the metrics.
const COUNT_INTERVAL: Duration = Duration::from_secs(1);

/// How much the thread stands back for others: less than the feed's, which it waits for.
const NICENESS: i32 = 5;

/// Events of one call that are told again by their ids.
pub const REPLAY_IDS_MAX: usize = 100;

/// Why a webhook is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There are as many as there may be.
    #[error("there are {WEBHOOKS_MAX} webhooks already")]
    TooMany,
    /// The account is not known.
    #[error("no account has this name")]
    UnknownAccount,
    /// There is no such event, or it is another account's.
    #[error("no event of yours has the id {0}")]
    UnknownEvent(String),
    /// It answered 410, and was not taken back since.
    #[error("it has answered 410, and is told nothing until it is enabled")]
    Gone,
    /// It is told so much again already that there is no room.
    #[error("too much is being told again already")]
    Busy,
    /// Something failed here.
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a webhook is to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Whose it is; `None` for an operator's.
    pub account: Option<String>,
    /// Where it leads.
    pub target: Target,
    /// What it hears of.
    pub kinds: Kinds,
    /// Whether it may lead to private addresses.
    pub allow_private: bool,
    /// Whether it is told numbers in full.
    pub in_full: bool,
    /// Whether it is told what handsets wrote.
    pub texts: bool,
}

/// How a webhook fares.
#[derive(Clone, Debug)]
pub struct Status {
    /// What it is.
    pub webhook: Webhook,
    /// How its endpoint fares; `None` when it is gone.
    pub health: Option<Health>,
    /// What it is owed.
    pub backlog: Backlog,
}

/// What is to be told again.
#[derive(Clone, Debug)]
pub enum Again {
    /// These events, by their ids.
    Ids(Vec<String>),
    /// What was recorded in a time, of some kinds.
    Span {
        /// From then on,
        from: Timestamp,
        /// and before then.
        to: Timestamp,
        /// Of these kinds, and only those the webhook hears of.
        kinds: Kinds,
    },
}

struct At {
    running: Arc<Running>,
    task: Option<AbortHandle>,
}

/// All webhooks of a gateway.
pub struct Webhooks {
    feed: Feed,
    clock: Clock,
    authorities: Authorities,
    callbacks: Callbacks,
    events: IdCipher,
    metrics: Arc<WebhookMetrics>,
    book: Mutex<Vec<Webhook>>,
    running: Mutex<HashMap<String, At>>,
    at_work: Mutex<Option<AtWork>>,
}

/// The thread with the tasks.
struct AtWork {
    common: Arc<Common>,
    handle: tokio::runtime::Handle,
    stop: oneshot::Sender<()>,
}

impl Webhooks {
    /// The webhooks of a data directory. They join the feed, which is started after that.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn open(
        feed: Feed,
        clock: Clock,
        authorities: Authorities,
        registry: &Registry,
        callbacks: Callbacks,
    ) -> Result<Arc<Self>, OpenError> {
        feed.open_lanes(callbacks.config().hosts_max)?;
        let all = book::load(&**feed.ledger().disk())?;
        let webhooks = Self {
            events: feed.ledger().event_cipher(),
            feed,
            clock,
            authorities,
            callbacks,
            metrics: Arc::new(WebhookMetrics::new(registry, RESULTS)),
            book: Mutex::new(Vec::new()),
            running: Mutex::default(),
            at_work: Mutex::default(),
        };
        for webhook in &all {
            webhooks.join(webhook)?;
        }
        *unpoisoned::lock(&webhooks.book) = all;
        Ok(Arc::new(webhooks))
    }

    /// Begins to tell news, on a thread that ends with [`Self::stop`].
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self: &Arc<Self>, render: Arc<dyn Render>) -> io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let (gone, went) = mpsc::unbounded_channel();
        let common = Arc::new(Common {
            clock: self.clock,
            events: self.events,
            render,
            metrics: Arc::clone(&self.metrics),
            reading: Semaphore::new(READING_MAX),
            gone,
        });
        let (handle, shared) = (runtime.handle().clone(), Arc::clone(&common));
        *unpoisoned::lock(&self.at_work) = Some(AtWork { common, handle, stop });
        for at in unpoisoned::lock(&self.running).values_mut() {
            at.task = self.spawn(&at.running);
        }
        let webhooks = Arc::clone(self);
        std::thread::Builder::new().name("webhooks".into()).spawn(move || {
            stand_back(NICENESS);
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = webhooks.watch(went) => {}
                    () = webhooks.callbacks.run(&shared, &webhooks.feed, &webhooks.authorities) => {}
                }
            });
        })
    }

    /// Ends all attempts; what was not taken is told after the next start.
    pub fn stop(&self) {
        if let Some(at_work) = unpoisoned::lock(&self.at_work).take() {
            let _ended_already = at_work.stop.send(());
        }
    }

    /// Counts what is owed, and keeps in the file who is gone.
    async fn watch(self: &Arc<Self>, mut went: mpsc::UnboundedReceiver<String>) {
        let mut ticks = tokio::time::interval(COUNT_INTERVAL);
        loop {
            tokio::select! {
                _ = ticks.tick() => self.count(),
                Some(id) = went.recv() => {
                    let webhooks = Arc::clone(self);
                    let kept = tokio::task::spawn_blocking(move || webhooks.gone(&id)).await;
                    if let Ok(Err(error)) = kept {
                        tracing::error!(%error, "that a webhook is gone could not be kept");
                    }
                }
            }
        }
    }

    fn count(&self) {
        let backlogs = unpoisoned::lock(&self.running);
        let lanes = self.feed.lanes().consumers();
        let backlogs = backlogs.values().map(|at| at.running.consumer.backlog());
        let backlogs = backlogs.chain(lanes.iter().map(|lane| lane.backlog()));
        let (mut events, mut oldest) = (0, None);
        for backlog in backlogs {
            events += backlog.events;
            oldest = match (oldest, backlog.oldest_at) {
                (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
                (one, other) => one.or(other),
            };
        }
        self.metrics.backlog.set(events as f64);
        self.metrics.oldest.set(oldest.map_or(0.0, |at: Timestamp| at.0 as f64 / 1e6));
    }

    /// Makes one; its secret is in what is given back, and nowhere else.
    ///
    /// # Errors
    /// Why not.
    pub fn create(&self, new: NewWebhook) -> Result<Webhook, Refused> {
        let mut random = [0; 8];
        secret::fill(&mut random).map_err(Refused::Failed)?;
        // The permutation gives the characters; the number is random already.
        let id = IdCipher::new(0).seal(MessageOrd(u64::from_le_bytes(random)));
        let webhook = Webhook {
            id: format!("{ID_PREFIX}{id}"),
            account: new.account,
            target: new.target,
            kinds: new.kinds,
            allow_private: new.allow_private,
            in_full: new.in_full,
            texts: new.texts,
            created_at: self.clock.now(),
            since: self.feed.ledger().durable(),
            secrets: vec![SigningSecret::make().map_err(Refused::Failed)?],
            gone_at: None,
        };
        self.wants(&webhook).ok_or(Refused::UnknownAccount)?;
        self.change(|all| {
            if all.len() >= WEBHOOKS_MAX {
                return Err(Refused::TooMany);
            }
            all.push(webhook.clone());
            Ok(())
        })?;
        self.join(&webhook).map_err(|error| Refused::Failed(error.to_string()))?;
        Ok(webhook)
    }

    /// All that an account has, or all there are; oldest first.
    pub fn list(&self, account: Option<&str>) -> Vec<Status> {
        let all = unpoisoned::lock(&self.book).clone();
        let own = |webhook: &Webhook| account.is_none() || webhook.account.as_deref() == account;
        all.into_iter().filter(own).map(|webhook| self.status(webhook)).collect()
    }

    /// One, if the account has it.
    pub fn get(&self, account: Option<&str>, id: &str) -> Option<Status> {
        let webhook = {
            let all = unpoisoned::lock(&self.book);
            let own = |it: &&Webhook| account.is_none() || it.account.as_deref() == account;
            all.iter().filter(own).find(|webhook| webhook.id == id).cloned()?
        };
        Some(self.status(webhook))
    }

    fn status(&self, webhook: Webhook) -> Status {
        let running = self.running(&webhook.id);
        let backlog = running.as_ref().map(|running| running.consumer.backlog());
        let health = running.map(|running| *unpoisoned::lock(&running.health));
        Status { webhook, health, backlog: backlog.unwrap_or_default() }
    }

    /// Removes one, with what it was owed.
    ///
    /// # Errors
    /// What the disk said.
    pub fn remove(&self, id: &str) -> Result<(), Refused> {
        self.change(|all| {
            all.retain(|webhook| webhook.id != id);
            Ok(())
        })?;
        self.leave(id, true)?;
        Ok(())
    }

    /// Gives one a new secret; the old one signs beside it for [`ROTATION`].
    ///
    /// # Errors
    /// Why not.
    pub fn rotate(&self, id: &str) -> Result<Option<Webhook>, Refused> {
        let now = self.clock.now();
        let made = SigningSecret::make().map_err(Refused::Failed)?;
        let changed = self.change(|all| {
            let Some(webhook) = all.iter_mut().find(|webhook| webhook.id == id) else {
                return Ok(None);
            };
            // Two sign at a time: whoever changes twice within a day means it.
            webhook.secrets.truncate(1);
            webhook.secrets.iter_mut().for_each(|old| old.until = now + ROTATION);
            webhook.secrets.insert(0, made);
            Ok(Some(webhook.clone()))
        })?;
        if let (Some(webhook), Some(running)) = (&changed, self.running(id))
            && let Some(hook) = running.hook()
        {
            unpoisoned::lock(&hook.secrets).clone_from(&webhook.secrets);
        }
        Ok(changed)
    }

    /// Takes one back to work that had said that it is gone.
    ///
    /// # Errors
    /// Why not.
    pub fn enable(&self, id: &str) -> Result<Option<Webhook>, Refused> {
        let changed = self.change(|all| {
            let webhook = all.iter_mut().find(|webhook| webhook.id == id);
            Ok(webhook.map(|webhook| (webhook.gone_at.take().is_some(), webhook.clone())))
        })?;
        let Some((was_gone, webhook)) = changed else { return Ok(None) };
        if was_gone {
            self.join(&webhook).map_err(|error| Refused::Failed(error.to_string()))?;
        }
        Ok(Some(webhook))
    }

    fn gone(&self, id: &str) -> Result<(), Refused> {
        tracing::warn!(webhook = id, "a webhook answered 410: it is told nothing any more");
        let now = self.clock.now();
        self.change(|all| {
            let webhook = all.iter_mut().find(|webhook| webhook.id == id);
            webhook.into_iter().for_each(|webhook| webhook.gone_at = Some(now));
            Ok(())
        })?;
        // Its cursor stays: if it comes back it is told all that it missed.
        self.leave(id, false)?;
        Ok(())
    }

    /// The newest attempts, newest first.
    pub fn deliveries(&self, id: &str, limit: usize) -> Vec<Attempt> {
        let Some(running) = self.running(id) else { return Vec::new() };
        let log = unpoisoned::lock(&running.log);
        log.newest().take(limit).copied().collect()
    }

    /// Has events told again, as if for the first time but under their old ids. Says how many there are,
    /// if that is known already.
    ///
    /// # Errors
    /// Why not.
    pub fn replay(&self, id: &str, again: Again) -> Result<Option<usize>, Refused> {
        let running = self.running(id).ok_or(Refused::Gone)?;
        let (ledger, consumer) = (self.feed.ledger(), &running.consumer);
        let own = consumer.wants();
        match again {
            Again::Ids(ids) => {
                let mut notices = Vec::with_capacity(ids.len());
                for id in ids {
                    let lsn = event_lsn(&self.events, &id);
                    let notice = lsn.map(|lsn| judge::at(ledger, lsn)).transpose()?.flatten();
                    let notice = notice.filter(|notice| own.of_interest(notice.account));
                    notices.push(notice.ok_or(Refused::UnknownEvent(id))?);
                }
                let taken = consumer.tell_again(self.clock.now(), &notices);
                if taken { Ok(Some(notices.len())) } else { Err(Refused::Busy) }
            }
            Again::Span { from, to, kinds } => {
                let until = ledger.indexed();
                let mark = ledger.mark_at(from)?;
                let position = Position { mark, next: mark.chunk };
                let replay = Replay { position, until, from, to, kinds: kinds.and(own.kinds) };
                if consumer.replay(replay) { Ok(None) } else { Err(Refused::Busy) }
            }
        }
    }

    /// Sends a test now, and says what came of it and how long that took.
    ///
    /// # Errors
    /// When nothing is at work to send it.
    pub async fn test(
        &self,
        id: &str,
        time: String,
    ) -> Result<(String, Outcome, Duration), Refused> {
        let running = self.running(id).ok_or(Refused::Gone)?;
        let handle = unpoisoned::lock(&self.at_work).as_ref().map(|it| it.handle.clone());
        let handle = handle.ok_or_else(|| Refused::Failed("nothing is sent now".to_owned()))?;
        let mut random = [0; 8];
        secret::fill(&mut random).map_err(Refused::Failed)?;
        let event = IdCipher::new(1).seal(MessageOrd(u64::from_le_bytes(random)));
        let event = format!("{EVENT_PREFIX}test_{event}");
        let body = test_body(&event, self.feed.ledger().node(), &time);
        let (now, id, begun) = (self.clock.now(), event.clone(), std::time::Instant::now());
        let sent = handle.spawn(async move {
            match running.hook() {
                Some(hook) => Some(hook.letter(now, id, body).send().await),
                None => None,
            }
        });
        let outcome = sent.await.map_err(|error| Refused::Failed(error.to_string()))?;
        let outcome = outcome.ok_or(Refused::Gone)?;
        Ok((event, outcome, begun.elapsed()))
    }

    /// The id of the event at an address.
    pub fn event_id(&self, attempt: &Attempt) -> String {
        format!("{EVENT_PREFIX}{}", event_id(&self.events, attempt.lsn))
    }

    fn running(&self, id: &str) -> Option<Arc<Running>> {
        unpoisoned::lock(&self.running).get(id).map(|at| Arc::clone(&at.running))
    }

    /// Changes the book, on disk before in memory.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Webhook>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut book = unpoisoned::lock(&self.book);
        let mut changed = book.clone();
        let answer = change(&mut changed)?;
        if changed != *book {
            book::store(&**self.feed.ledger().disk(), &changed)?;
            *book = changed;
        }
        Ok(answer)
    }

    fn wants(&self, webhook: &Webhook) -> Option<Wants> {
        let account = match &webhook.account {
            Some(name) => Some(self.feed.ledger().names().find_account(name)?),
            None => None,
        };
        Some(Wants { kinds: webhook.kinds, account })
    }

    /// Puts one to work, unless it is gone.
    fn join(&self, webhook: &Webhook) -> Result<(), OpenError> {
        if webhook.gone_at.is_some() {
            return Ok(());
        }
        // Names stay for ever: one that is not there has no messages.
        let nobody = Wants { kinds: webhook.kinds, account: Some(AccountId::NONE) };
        let wants = self.wants(webhook).unwrap_or(nobody);
        let consumer = self.feed.join(&webhook.id, wants, webhook.since, WINDOW_DEFAULT)?;
        let client = Client::new(
            webhook.target.clone(),
            webhook.allow_private,
            self.authorities.clone(),
            CONCURRENCY_DEFAULT,
            self.clock,
        );
        let running = Arc::new(Running {
            id: webhook.id.clone(),
            consumer,
            concurrency: CONCURRENCY_DEFAULT,
            log: Mutex::new(DeliveryLog::default()),
            health: Mutex::new(Health::Up),
            voice: Voice::Hook(Hook {
                sight: Sight { in_full: webhook.in_full, texts: webhook.texts },
                client: Arc::new(client),
                secrets: Mutex::new(webhook.secrets.clone()),
            }),
        });
        let task = self.spawn(&running);
        let at = At { running, task };
        unpoisoned::lock(&self.running).insert(webhook.id.clone(), at);
        Ok(())
    }

    fn spawn(&self, running: &Arc<Running>) -> Option<AbortHandle> {
        let at_work = unpoisoned::lock(&self.at_work);
        let AtWork { common, handle, .. } = at_work.as_ref()?;
        let task = handle.spawn(task::run(Arc::clone(common), Arc::clone(running)));
        Some(task.abort_handle())
    }

    fn leave(&self, id: &str, forget: bool) -> io::Result<()> {
        let at = unpoisoned::lock(&self.running).remove(id);
        at.and_then(|at| at.task).into_iter().for_each(|task| task.abort());
        self.feed.leave(id, forget)
    }
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks").field("feed", &self.feed).finish_non_exhaustive()
    }
}
