//! Telling the service manager: ready, alive, stopping. Without one, nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::heart::Heart;

/// The gateway listens and has recovered.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The gateway takes nothing new.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The configuration is being read anew. The two belong into one datagram (sd_notify(3)).
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the monotonic clock cannot be read"),
    }
}

/// It was, with this outcome.
pub fn reloaded(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The gateway stops, and is further than it was: it may take so much longer.
pub fn progress(status: &str, more: Duration) {
    let more = u32::try_from(more.as_micros()).unwrap_or(u32::MAX);
    tell(&[NotifyState::ExtendTimeoutUsec(more), NotifyState::Status(status)]);
}

/// Says that the gateway is alive as long as its heart beats, and looks four times as often as the
/// manager wants to know. A runtime that hangs says nothing.
pub fn keep_watchdog(mut heart: Heart) -> Option<JoinHandle<()>> {
    let every = (sd_notify::watchdog_enabled()? / 4).max(Duration::from_millis(100));
    Some(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match heart.beat(every).await {
                Ok(()) => tell(&[NotifyState::Watchdog]),
                Err(stopped) => tracing::error!(%stopped, "the watchdog is not told to wait on"),
            }
        }
    }))
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager does not listen");
    }
}
