//! Operators' wishes, from the port to the shards.
//!
//! What stands (suspended, limited) is written first and then seen by all; what is to be done now goes by
//! mail to the carrier's shard. Which messages are meant is looked up in the ledger, away from the shards.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::reshare::{Steps, reshare};
use super::shard::{Letter, Post};
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::message::reason::Reason;
use crate::pipeline::current::Current;
use crate::pipeline::mail::Mail;
use crate::pipeline::operate::{
    CarrierWish, ConsentChange, Errand, NotDone, Operate, Operating, Told, Which,
};
use crate::pipeline::settings::Settings;
use crate::pipeline::shared::{CarrierShared, Shared};
use crate::pipeline::standing::StandingFile;

/// Messages ended by one letter: what their events take fits in a turn.
const BOUNCE_MAX: usize = 4_096;

/// Messages read from the ledger at a time.
const PAGE: usize = 10_000;

/// Fulfils what operators want. Cloning is cheap.
#[derive(Clone)]
pub struct Operator {
    current: Current,
    post: Post,
    ledger: Arc<Ledger>,
    standing: Arc<Mutex<StandingFile>>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operator")
    }
}

/// A carrier that something is wanted of.
struct Meant {
    id: CarrierId,
    home: usize,
}

impl Operator {
    pub(super) fn new(
        current: Current,
        post: Post,
        ledger: Arc<Ledger>,
        standing: Arc<Mutex<StandingFile>>,
    ) -> Self {
        Self { current, post, ledger, standing }
    }

    fn find(&self, name: &str) -> Result<Meant, NotDone> {
        let shared = self.current.get();
        let named = |carrier: &&CarrierShared| carrier.config.name == name;
        let found = shared.carriers.iter().find(named).ok_or(NotDone::UnknownCarrier)?;
        Ok(Meant { id: found.id, home: found.home })
    }

    async fn send(&self, home: usize, errand: Errand) -> Result<(), NotDone> {
        let mailbox = self.post.shards.get(home).ok_or(NotDone::Stopping)?;
        let letter = Letter::Mail(Mail::Errand(errand));
        mailbox.send(letter).await.map_err(|_| NotDone::Stopping)
    }

    /// Sends an errand that is answered with a count.
    async fn ask(&self, home: usize, errand: impl FnOnce(Told) -> Errand) -> Result<u64, NotDone> {
        let (told, answer) = oneshot::channel();
        let told = Box::new(move |count| {
            // An operator who has gone does not want to know.
            let _gone = told.send(count);
        });
        self.send(home, errand(told)).await?;
        answer.await.map_err(|_| NotDone::Stopping)
    }

    /// Keeps a standing order, and has all see it.
    async fn stand(&self, name: &str, wish: CarrierWish) -> Result<(), NotDone> {
        let (this, carrier) = (self.clone(), name.to_owned());
        let kept = tokio::task::spawn_blocking(move || this.keep(&carrier, wish)).await;
        kept.map_err(io::Error::other).and_then(|kept| kept).map_err(|error| {
            tracing::error!(%error, carrier = name, "an operator's order could not be kept");
            NotDone::NotKept
        })
    }

    /// Has all shards go on with other settings, and returns when they do.
    ///
    /// # Errors
    /// The settings cannot be made into routes, a name cannot be kept, or the gateway is stopping. Then
    /// everything is as before, but for accounts and carriers that are known and not used.
    pub async fn reload(&self, settings: Settings) -> io::Result<()> {
        let (now, ledger) = (self.current.get(), self.ledger.clone());
        let made = tokio::task::spawn_blocking(move || reshare(&now, &settings, &ledger)).await;
        let Steps { known, settled } = made.map_err(io::Error::other)??;
        {
            let file = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
            for carrier in &settled.carriers {
                carrier.standing.set(file.order(&carrier.config.name));
            }
        }
        self.adopt(Arc::new(known)).await?;
        self.adopt(Arc::new(settled)).await
    }

    /// All shards have it when this returns; then everybody else sees it.
    async fn adopt(&self, shared: Arc<Shared>) -> io::Result<()> {
        let stopping = || io::Error::other("the gateway is stopping");
        let mut answers = Vec::new();
        for mailbox in &self.post.shards {
            let (told, answer) = oneshot::channel();
            let told: Told = Box::new(move |count| {
                // The reload has been given up.
                let _gone = told.send(count);
            });
            let letter = Letter::Mail(Mail::Adopt(shared.clone(), told));
            mailbox.send(letter).await.map_err(|_| stopping())?;
            answers.push(answer);
        }
        for answer in answers {
            answer.await.map_err(|_| stopping())?;
        }
        self.current.set(shared);
        Ok(())
    }

    fn keep(&self, name: &str, wish: CarrierWish) -> io::Result<()> {
        let mut file = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order = file.order(name);
        match wish {
            CarrierWish::Suspend(until) => order.suspend(Some(until)),
            CarrierWish::Resume => order.suspend(None),
            CarrierWish::Limit(limit) => order.limit(limit),
            CarrierWish::Rebind => {}
        }
        file.keep(name, order)?;
        let shared = self.current.get();
        let seen = shared.carriers.iter().find(|carrier| carrier.config.name == name);
        seen.inspect(|carrier| carrier.standing.set(order));
        Ok(())
    }

    /// The messages of a carrier that have not left, as far as the ledger knows.
    fn waiting(&self, carrier: CarrierId, which: &Which) -> io::Result<Vec<MessageOrd>> {
        self.ledger.wait_indexed(self.ledger.stats().durable, INDEXED_WITHIN);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.ledger.to_submit(carrier, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.ord);
            for waiting in &page {
                if self.is_meant(waiting.ord, which)? {
                    found.push(waiting.ord);
                }
            }
        }
    }

    fn is_meant(&self, ord: MessageOrd, which: &Which) -> io::Result<bool> {
        if *which == Which::default() {
            return Ok(true);
        }
        let Some(stored) = self.ledger.message(ord)? else { return Ok(false) };
        let message = stored.message();
        let destination = message.destination.addr;
        let digits = destination.strip_prefix(b"+").unwrap_or(destination);
        let from = which.account.is_none_or(|account| account == message.account);
        Ok(from && digits.starts_with(&which.prefix))
    }
}

/// How long the index may take to show what is on disk.
const INDEXED_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

impl Operate for Operator {
    fn carrier(&self, name: &str, wish: CarrierWish) -> Operating {
        let (this, name) = (self.clone(), name.to_owned());
        Box::pin(async move {
            let Meant { id, home } = this.find(&name)?;
            let note = match wish {
                CarrierWish::Rebind => {
                    this.send(home, Errand::Rebind(id)).await?;
                    format!("carrier {name}: rebind")
                }
                CarrierWish::Suspend(_) => format!("carrier {name}: suspended"),
                CarrierWish::Resume => format!("carrier {name}: resumed"),
                CarrierWish::Limit(None) => format!("carrier {name}: rate as configured"),
                CarrierWish::Limit(Some((rate, _))) => format!("carrier {name}: rate {rate}/s"),
            };
            if wish != CarrierWish::Rebind {
                this.stand(&name, wish).await?;
            }
            tracing::warn!(carrier = name, ?wish, "an operator's order");
            this.send(home, Errand::Look(note)).await?;
            Ok(0)
        })
    }

    fn flush(&self, carrier: &str, account: Option<AccountId>) -> Operating {
        let (this, carrier) = (self.clone(), carrier.to_owned());
        Box::pin(async move {
            let Meant { id, home } = this.find(&carrier)?;
            this.ask(home, |told| Errand::Flush(id, account, told)).await
        })
    }

    fn consent(&self, change: ConsentChange) -> Operating {
        let this = self.clone();
        // Any shard will do: all write the same log.
        Box::pin(async move { this.ask(0, |told| Errand::Consent(Box::new(change), told)).await })
    }

    fn bounce(&self, carrier: &str, which: Which, reason: Reason) -> Operating {
        let (this, carrier) = (self.clone(), carrier.to_owned());
        Box::pin(async move {
            let Meant { id, home } = this.find(&carrier)?;
            let asked = this.clone();
            let found = tokio::task::spawn_blocking(move || asked.waiting(id, &which)).await;
            let found = found.map_err(io::Error::other).and_then(|found| found);
            let found = found.map_err(|error| {
                tracing::error!(%error, "what waits could not be read");
                NotDone::NotRead
            })?;
            let mut ended = 0;
            for ords in found.chunks(BOUNCE_MAX) {
                let ords = ords.to_vec();
                let errand = |told| Errand::Bounce { carrier: id, ords, reason, told };
                ended += this.ask(home, errand).await?;
            }
            tracing::warn!(carrier, ended, %reason, "an operator ended messages");
            Ok(ended)
        })
    }
}
