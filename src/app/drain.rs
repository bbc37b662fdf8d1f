//! Stopping in order: nothing new is taken, what is under way is finished, everybody is told.
//!
//! The API goes on while the binds end: it says 503 to what is new and to `/readyz`, so that whoever
//! asks goes elsewhere. **Invariant**: what was acknowledged is on disk when the process ends, however
//! often it is told to stop.

use std::time::Duration;

use tokio::task::JoinError;

use super::api::HttpApi;
use super::gateway::Gateway;
use super::news::News;
use super::notify;
use super::signals::Signals;
use crate::peer::smpp::stop::Stopper;

/// How often the service manager is told how far it is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Time asked of the service manager each time there is progress.
const MORE_TIME: Duration = Duration::from_secs(15);

/// Ends all links, then the API, then the log. A second signal ends the links at once.
///
/// # Errors
/// The thread that waited for the shards has panicked.
pub async fn drain(
    gateway: Gateway,
    (http, news): (Option<HttpApi>, News),
    signals: &mut Signals,
) -> Result<(), JoinError> {
    tracing::info!("stopping: nothing new is taken");
    notify::stopping();
    let stopper = gateway.stopper();
    stopper.drain();
    let gateway = end_links(gateway, &stopper, signals).await?;
    if let Some(http) = http {
        http.stop().await;
    }
    news.stop();
    // Its threads are waited for; nothing is left for this one to do.
    gateway.stop();
    Ok(())
}

async fn end_links(
    mut gateway: Gateway,
    stopper: &Stopper,
    signals: &mut Signals,
) -> Result<Gateway, JoinError> {
    let mut ending = tokio::task::spawn_blocking(move || {
        gateway.end_links();
        gateway
    });
    let mut ticks = tokio::time::interval(TELL_EVERY);
    let mut before = u64::MAX;
    loop {
        tokio::select! {
            ended = &mut ending => return ended,
            () = signals.told_to_stop() => {
                tracing::warn!("told to stop again: nobody is waited for");
                stopper.hurry();
            }
            _ = ticks.tick() => {
                let left = stopper.left();
                if left < before {
                    notify::progress(&format!("stopping: {left} links and requests left"), MORE_TIME);
                }
                before = left;
            }
        }
    }
}
