//! How the shards are told to stop, and how far they are.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::watch;

use crate::pipeline::shared::Shared;

/// How far the gateway is to go on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Going {
    /// It works.
    On,
    /// It takes nothing new, and finishes what is under way within a time.
    Draining,
    /// It waits for nobody; what is promised is on disk all the same.
    Hurrying,
}

/// Tells all shards of a gateway to stop. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Stopper {
    shared: Arc<Shared>,
    going: watch::Sender<Going>,
}

impl Stopper {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, going: watch::Sender::new(Going::On) }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Going> {
        self.going.subscribe()
    }

    /// Takes nothing new from now on, and has the shards end when what is under way is done.
    pub fn drain(&self) {
        self.tell(Going::Draining);
    }

    /// Has the shards end without waiting for anybody.
    pub fn hurry(&self) {
        self.tell(Going::Hurrying);
    }

    fn tell(&self, going: Going) {
        self.shared.draining.store(true, Ordering::Relaxed);
        self.going.send_if_modified(|now| {
            let further = going > *now;
            *now = going.max(*now);
            further
        });
    }

    /// Links that are up and requests without an answer, of all shards, since the gateway stops.
    pub fn left(&self) -> u64 {
        self.shared.left.iter().map(|left| left.load(Ordering::Relaxed)).sum()
    }
}
