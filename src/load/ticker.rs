//! Wakes a runtime every tick, from a thread of its own: the runtime's own timers are good to a
//! millisecond or two, which is more than the latencies to be measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A ticking thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Notifies `tick` at `started` and every `every` after it.
    pub(crate) fn start(
        started: Instant,
        every: Duration,
        tick: Arc<Notify>,
    ) -> std::io::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let thread =
            std::thread::Builder::new().name("load-ticker".to_owned()).spawn(move || {
                let mut next = started;
                while !seen.load(Ordering::Relaxed) {
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                    tick.notify_one();
                    next += every;
                    // After a stall one tick is enough: how many messages are due is worked out anew.
                    next = next.max(Instant::now());
                }
            })?;
        Ok(Self { ended, thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
