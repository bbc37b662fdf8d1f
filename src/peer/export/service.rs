//! The thread that writes all exports.
//!
//! **Invariant**: an event is settled once its line is on disk. A crash between the two writes the line
//! again, with the same id. An export that cannot be written waits and is owed everything; the others go on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::config::ExportConfig;
use super::file::ExportFile;
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::AccountId;
use crate::base::stand_back::stand_back;
use crate::feed::consumer::{Consumer, WINDOW_DEFAULT};
use crate::feed::feed::Feed;
use crate::feed::notice::Wants;
use crate::peer::webhook::format::{Render, Sight, body};
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;

/// How long lines are gathered before they are synced.
const GATHER: Duration = Duration::from_millis(200);

/// Pause after a file could not be written.
const ERROR_PAUSE: Duration = Duration::from_secs(10);

/// How much the thread stands back for others.
const NICENESS: i32 = 10;

/// Exports at work.
#[derive(Debug)]
pub struct Exports {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Export {
    config: ExportConfig,
    consumer: Arc<Consumer>,
    file: Option<ExportFile>,
    resumes_at: Timestamp,
}

/// Exports that have joined the feed.
pub struct Joined(Vec<Export>);

impl std::fmt::Debug for Joined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Joined").field(&self.0.len()).finish()
    }
}

/// Joins exports to the feed, before that is started. One that is new begins now.
///
/// # Errors
/// A cursor that cannot be read.
pub fn join(configs: &[ExportConfig], feed: &Feed) -> Result<Joined, OpenError> {
    let mut exports = Vec::with_capacity(configs.len());
    for config in configs {
        let names = feed.ledger().names();
        let account = config.account.as_ref();
        let account = account.map(|name| names.find_account(name).unwrap_or(AccountId::NONE));
        let wants = Wants { kinds: config.kinds, account };
        let name = format!("export-{}", config.name);
        let since: Lsn = feed.ledger().durable();
        let consumer = feed.join(&name, wants, since, WINDOW_DEFAULT * 4)?;
        let (config, resumes_at) = (config.clone(), Timestamp(0));
        exports.push(Export { config, consumer, file: None, resumes_at });
    }
    Ok(Joined(exports))
}

impl Joined {
    /// Begins to write, on a thread that ends with [`Exports::stop`]; none if there is nothing to write.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self, render: Arc<dyn Render>, clock: Clock) -> io::Result<Exports> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let mut exports = self.0;
        if exports.is_empty() {
            return Ok(Exports { stopping, thread: None });
        }
        let write = move || {
            stand_back(NICENESS);
            loop {
                let stopping = stop.load(Ordering::SeqCst);
                let mut wrote = false;
                for export in &mut exports {
                    wrote |= export.turn(&*render, clock.now());
                }
                if stopping {
                    return;
                }
                if !wrote {
                    std::thread::sleep(GATHER);
                }
            }
        };
        let thread = std::thread::Builder::new().name("exports".into()).spawn(write)?;
        Ok(Exports { stopping, thread: Some(thread) })
    }
}

impl Exports {
    /// Writes what is there, and ends.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        if self.thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the exports has panicked");
        }
    }
}

impl Export {
    /// Writes what its window has; `true` if there was anything.
    fn turn(&mut self, render: &dyn Render, now: Timestamp) -> bool {
        if now < self.resumes_at {
            return false;
        }
        let mut given = Vec::new();
        match self.write(render, now, &mut given) {
            Ok(()) => {
                given.iter().for_each(|lsn| self.consumer.settle(now, *lsn));
                !given.is_empty()
            }
            Err(error) => {
                let export = &self.config.name;
                tracing::error!(export, %error, "an export cannot be written: it goes on later");
                given.iter().for_each(|lsn| self.consumer.untried(now, *lsn));
                // What is half written is cut when it is opened again.
                self.file = None;
                self.resumes_at = now + ERROR_PAUSE;
                false
            }
        }
    }

    fn write(
        &mut self,
        render: &dyn Render,
        now: Timestamp,
        taken: &mut Vec<Lsn>,
    ) -> io::Result<()> {
        let in_full = self.config.in_full;
        let sight = Sight { in_full, texts: in_full };
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(ExportFile::open(&self.config, now)?),
        };
        while let Some(given) = self.consumer.next(now) {
            taken.push(given.notice.lsn);
            if let Some(contents) = render.contents(&given.notice, sight)? {
                file.line(&body(given.notice.kind.name(), contents))?;
            }
        }
        if !taken.is_empty() {
            file.sync()?;
        }
        file.rotate(now)?;
        Ok(())
    }
}
