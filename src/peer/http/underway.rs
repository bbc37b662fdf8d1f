//! The idempotency keys of requests that run now, or whose messages the index has not seen yet.
//!
//! **Invariants**: of one key one request runs at a time; whoever begins after it is told up to where the
//! ledger has to be indexed to know what it did; entries are bounded, and those that the index has are
//! let go. Not here: what a key stood for before; the ledger knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::spool::lsn::Lsn;

/// Keys remembered at a time.
const KEYS_MAX: usize = 65_536;

/// Entries from which on it is worth looking for some to let go.
const CROWDED: usize = 256;

/// Digests of keys.
#[derive(Debug, Default)]
pub(super) struct Underway(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    stages: HashMap<[u8; 32], Stage>,
    /// Entries at which the next ones are let go.
    crowded: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Running,
    /// What it did is in the log before this address.
    Written(Lsn),
}

/// Why a request cannot begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wait {
    /// Another one with its key runs.
    Running,
    /// Too many are remembered.
    Full,
}

/// A key that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    underway: Arc<Underway>,
    key: [u8; 32],
    /// What has to be indexed before the ledger can tell what the key stood for until now.
    pub(super) after: Lsn,
    /// Where the log ended when the request had done what it does.
    pub(super) written: Lsn,
}

impl Underway {
    /// Takes a key for one request. `indexed`: what the index has seen.
    pub(super) fn begin(self: &Arc<Self>, key: [u8; 32], indexed: Lsn) -> Result<Held, Wait> {
        let mut entries = self.lock();
        entries.let_go(indexed);
        let after = match entries.stages.get(&key) {
            Some(Stage::Running) => return Err(Wait::Running),
            Some(&Stage::Written(lsn)) => lsn,
            None if entries.stages.len() >= KEYS_MAX => return Err(Wait::Full),
            None => Lsn(0),
        };
        entries.stages.insert(key, Stage::Running);
        Ok(Held { underway: Arc::clone(self), key, after, written: after })
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn let_go(&mut self, indexed: Lsn) {
        if self.stages.len() < self.crowded.max(CROWDED) {
            return;
        }
        self.stages.retain(|_, stage| match stage {
            Stage::Running => true,
            Stage::Written(lsn) => *lsn > indexed,
        });
        // Not again for every request while the index is behind.
        self.crowded = (self.stages.len() * 2).min(KEYS_MAX);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.underway.lock().stages.insert(self.key, Stage::Written(self.written));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(number: u64) -> [u8; 32] {
        let mut key = [0; 32];
        let octets = number.to_le_bytes();
        key[0] = octets[0];
        key[1] = octets[1];
        key[2] = octets[2];
        key
    }

    #[test]
    fn one_request_of_a_key_runs_and_the_next_is_told_what_to_wait_for() {
        let underway = Arc::new(Underway::default());
        let mut held = underway.begin(key(1), Lsn(0)).expect("free");
        assert_eq!(held.after, Lsn(0));
        assert_eq!(underway.begin(key(1), Lsn(0)).err(), Some(Wait::Running));
        assert!(underway.begin(key(2), Lsn(0)).is_ok());
        held.written = Lsn(700);
        drop(held);
        assert_eq!(underway.begin(key(1), Lsn(0)).expect("free again").after, Lsn(700));
    }

    #[test]
    fn what_is_indexed_is_let_go_and_the_rest_is_bounded() {
        let underway = Arc::new(Underway::default());
        for number in 0..KEYS_MAX as u64 {
            underway.begin(key(number), Lsn(0)).expect("room").written = Lsn(10);
        }
        assert_eq!(underway.begin(key(1 << 20), Lsn(9)).err(), Some(Wait::Full));
        assert!(underway.begin(key(1), Lsn(9)).is_ok(), "a known one needs no room");
        underway.lock().crowded = 0;
        assert!(underway.begin(key(1 << 20), Lsn(10)).is_ok());
        assert!(underway.lock().stages.len() < 3);
    }
}
