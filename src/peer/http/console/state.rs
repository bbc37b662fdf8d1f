//! What the console keeps between requests: sessions, failed sign-ins, its key, the audit.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::attempts::Attempts;
use super::audit_book::AuditBook;
use super::audit_entry::Entry;
use super::config::{ConsoleConfig, UserConfig};
use super::password::Checker;
use super::seal::Seal;
use super::sessions::{Chance, Session, Sessions};
use crate::base::clock::Timestamp;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::unpoisoned;

/// The console of a gateway.
#[derive(Debug)]
pub struct Console {
    pub(super) users: Vec<Arc<UserConfig>>,
    pub(super) secure_cookie: bool,
    pub(super) seal: Seal,
    pub(super) audit: Arc<AuditBook>,
    sessions: Mutex<Sessions>,
    attempts: Mutex<Attempts>,
    checker: OnceLock<Arc<Checker>>,
}

impl Console {
    /// Opens what it keeps in a data directory.
    ///
    /// # Errors
    /// A file of it that cannot be read.
    pub fn open(config: &ConsoleConfig, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        let ConsoleConfig { users, session_idle, session_max, sessions_max, secure_cookie } =
            config.clone();
        Ok(Self {
            users: users.into_iter().map(Arc::new).collect(),
            secure_cookie,
            seal: Seal::open(&*disk)?,
            audit: Arc::new(AuditBook::open(disk)?),
            sessions: Mutex::new(Sessions::new(session_idle, session_max, sessions_max)),
            attempts: Mutex::default(),
            checker: OnceLock::new(),
        })
    }

    /// Somebody who may sign in.
    pub(super) fn user(&self, name: &str) -> Option<&Arc<UserConfig>> {
        self.users.iter().find(|user| user.name == name)
    }

    /// Works on the sessions.
    pub(super) fn sessions<T>(&self, work: impl FnOnce(&mut Sessions) -> T) -> T {
        work(&mut unpoisoned::lock(&self.sessions))
    }

    /// Works on the failed sign-ins.
    pub(super) fn attempts<T>(&self, work: impl FnOnce(&mut Attempts) -> T) -> T {
        work(&mut unpoisoned::lock(&self.attempts))
    }

    /// What checks passwords; made when it is first needed, as that takes a moment.
    pub(super) async fn checker(self: &Arc<Self>) -> Arc<Checker> {
        if let Some(checker) = self.checker.get() {
            return Arc::clone(checker);
        }
        let shared = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || {
            Arc::clone(shared.checker.get_or_init(|| Arc::new(Checker::new())))
        });
        // It does not panic; if it did, the next line would make one here.
        made.await.unwrap_or_else(|_| Arc::new(Checker::new()))
    }

    /// Begins a session; its token. `None` if the system has no random numbers.
    pub(super) fn begin(
        &self,
        user: &str,
        browser: (IpAddr, &str),
        now: Timestamp,
    ) -> Option<(String, Session)> {
        let mut chance = [0; 72];
        SystemRandom::new().fill(&mut chance).ok()?;
        Some(self.sessions(|sessions| sessions.begin(user, browser, Chance(chance), now)))
    }

    /// Writes an entry to the audit; whether it is on disk. Without that, what it tells must not be done.
    pub(in crate::peer::http) async fn note(&self, entry: Entry) -> bool {
        let audit = Arc::clone(&self.audit);
        match tokio::task::spawn_blocking(move || audit.append(entry)).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the audit cannot be written: nothing is done that it has to tell");
                false
            }
            Err(_) => false,
        }
    }
}
