//! Callbacks at work: a task for each lane of the feed, beside the webhooks' tasks and with their schedule.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::callback_call::{delivery, target};
use super::callback_facts::Facts;
use super::callback_twilio::TwilioTokens;
use super::client::{Authorities, Client, TIMEOUT};
use super::delivery_log::DeliveryLog;
use super::endpoint::Health;
use super::running::{Common, Letter, Running, Voice};
use super::task;
use crate::base::clock::Clock;
use crate::feed::consumer::Consumer;
use crate::feed::feed::Feed;
use crate::feed::lanes::HOSTS_DEFAULT;
use crate::feed::notice::Notice;
use crate::ledger::store::Ledger;
use crate::message::callback_url::CallbackUrl;
use crate::spool::unpoisoned;

/// Attempts of one lane under way at a time.
const CONCURRENCY: usize = 8;

/// Servers of one lane that connections are kept to: one but where many share the lane.
const CLIENTS_MAX: usize = 64;

/// How often it is looked for lanes, whoever says that there are others.
const LOOK: Duration = Duration::from_secs(1);

/// What all callbacks are subject to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackConfig {
    /// Whether they may lead to private addresses; `false`.
    pub allow_private: bool,
    /// Servers that have a lane of their own, by account; 1,024.
    pub hosts_max: usize,
    /// From the first octet of looking the name up to the last of the answer; 15 s.
    pub timeout: Duration,
}

impl Default for CallbackConfig {
    fn default() -> Self {
        Self { allow_private: false, hosts_max: HOSTS_DEFAULT, timeout: TIMEOUT }
    }
}

/// All callbacks of a gateway.
pub struct Callbacks {
    config: CallbackConfig,
    tokens: Arc<dyn TwilioTokens>,
}

impl Callbacks {
    /// Callbacks that are signed with these tokens.
    pub const fn new(config: CallbackConfig, tokens: Arc<dyn TwilioTokens>) -> Self {
        Self { config, tokens }
    }

    /// What they are subject to.
    pub const fn config(&self) -> &CallbackConfig {
        &self.config
    }

    /// Keeps a task for each lane there is, until it is dropped.
    pub(super) async fn run(&self, common: &Arc<Common>, feed: &Feed, tls: &Authorities) {
        let mut tasks: HashMap<String, AbortHandle> = HashMap::new();
        loop {
            let lanes = feed.lanes().consumers();
            let there: HashSet<&str> = lanes.iter().map(|lane| lane.name()).collect();
            tasks.retain(|name, task| {
                let stays = there.contains(name.as_str()) && !task.is_finished();
                if !stays {
                    task.abort();
                }
                stays
            });
            for lane in &lanes {
                if !tasks.contains_key(lane.name()) {
                    let running = self.running(Arc::clone(lane), feed, (common.clock, tls));
                    let task = tokio::spawn(task::run(Arc::clone(common), Arc::new(running)));
                    tasks.insert(lane.name().to_owned(), task.abort_handle());
                }
            }
            tokio::select! {
                () = feed.lanes().changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn running(
        &self,
        consumer: Arc<Consumer>,
        feed: &Feed,
        (clock, tls): (Clock, &Authorities),
    ) -> Running {
        Running {
            id: consumer.name().to_owned(),
            consumer,
            concurrency: CONCURRENCY,
            log: Mutex::new(DeliveryLog::default()),
            health: Mutex::new(Health::Up),
            voice: Voice::Caller(Caller {
                config: self.config.clone(),
                tokens: Arc::clone(&self.tokens),
                ledger: Arc::clone(feed.ledger()),
                authorities: tls.clone(),
                clock,
                clients: Mutex::default(),
            }),
        }
    }
}

impl std::fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callbacks").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Who calls the servers of one lane.
pub(super) struct Caller {
    config: CallbackConfig,
    tokens: Arc<dyn TwilioTokens>,
    ledger: Arc<Ledger>,
    authorities: Authorities,
    clock: Clock,
    clients: Mutex<HashMap<String, Arc<Client>>>,
}

impl Caller {
    /// The call for one piece of news; `None` if it cannot be read, or leads nowhere, and never will.
    ///
    /// # Errors
    /// What the disk said.
    pub(super) fn call(&self, notice: &Notice) -> io::Result<Option<Letter>> {
        let Some((callback, facts)) = Facts::read(&self.ledger, notice)? else { return Ok(None) };
        let callback = callback.as_ref();
        let Ok(url) = CallbackUrl::read(callback.url) else { return Ok(None) };
        let delivery = delivery(&callback, &url, &facts, &*self.tokens);
        Ok(Some(Letter { client: self.client(&url), delivery }))
    }

    fn client(&self, url: &CallbackUrl<'_>) -> Arc<Client> {
        let mut clients = unpoisoned::lock(&self.clients);
        let origin = url.origin();
        if !clients.contains_key(&origin) && clients.len() >= CLIENTS_MAX {
            // What is on its way has its own handle.
            clients.clear();
        }
        let made = clients.entry(origin).or_insert_with(|| {
            let (tls, config) = (self.authorities.clone(), &self.config);
            let client =
                Client::new(target(url), config.allow_private, tls, CONCURRENCY, self.clock);
            Arc::new(client.within(config.timeout))
        });
        Arc::clone(made)
    }
}
