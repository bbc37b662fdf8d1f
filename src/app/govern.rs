//! What operators want of the process: draining, reading the configuration anew, another log level.
//!
//! Wishes go to the loop that serves, which does one at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::pipeline::operate::{Govern, Reloaded, Reloading};
use crate::telemetry::log::{LogControl, is_filter};

/// What the loop is to do.
#[derive(Debug)]
pub enum Command {
    /// Stop in order.
    Drain,
    /// Read the configuration anew.
    Reload {
        /// Only say what it would change.
        trial: bool,
        /// Told what has changed, or what is wrong.
        told: oneshot::Sender<Result<Reloaded, Vec<String>>>,
    },
}

/// Commands that may wait; an operator who has more is told to come again.
const COMMANDS_MAX: usize = 16;

/// Takes wishes in.
#[derive(Clone, Debug)]
pub struct Governor {
    commands: mpsc::Sender<Command>,
    log: Arc<LogControl>,
    /// Counts changes of the log level, so that only the last one is taken back when its time is over.
    changes: Arc<AtomicU64>,
}

impl Governor {
    /// A governor of this log, and where its commands come out.
    pub fn new(log: LogControl) -> (Self, mpsc::Receiver<Command>) {
        let (commands, to_do) = mpsc::channel(COMMANDS_MAX);
        (Self { commands, log: Arc::new(log), changes: Arc::default() }, to_do)
    }
}

impl Govern for Governor {
    fn drain(&self) {
        if self.commands.try_send(Command::Drain).is_err() {
            tracing::warn!("told to stop while there are too many other commands");
        }
    }

    fn reload(&self, trial: bool) -> Reloading {
        let commands = self.commands.clone();
        Box::pin(async move {
            let stopping = || vec!["the gateway is stopping".to_owned()];
            let (told, answer) = oneshot::channel();
            let command = Command::Reload { trial, told };
            commands.send(command).await.map_err(|_| stopping())?;
            answer.await.unwrap_or_else(|_| Err(stopping()))
        })
    }

    fn log_level(&self, directives: &str, seconds: Option<u64>) -> Result<(), String> {
        if !is_filter(directives) {
            return Err(
                "is no level and no directive such as info,postrider::peer=debug".to_owned()
            );
        }
        self.log.set(directives).map_err(|error| error.to_string())?;
        let change = self.changes.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::info!(filter = directives, for_s = seconds, "the log level has changed");
        if let Some(seconds) = seconds {
            let this = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                if this.changes.load(Ordering::Relaxed) == change && this.log.reset().is_ok() {
                    tracing::info!("the log level is as configured again");
                }
            });
        }
        Ok(())
    }
}
