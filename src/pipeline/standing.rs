//! Standing orders of operators for carriers: suspended until, limited to. A restart finds them.
//!
//! File `operator.json` in the data directory: `{"carriers": {NAME: {"suspended_until_us": N,
//! "rate_per_second": N, "rate_until_us": N}}}`, microseconds since the Unix epoch, 2^64-1 for an end
//! that is not known. It is replaced whole. **Invariant**: what the shards see has been written before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;

/// The name of the file.
pub const STANDING_FILE: &str = "operator.json";

/// A file that is larger is none of ours.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// What stands for one carrier. Zero is nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Order {
    suspended_until_us: u64,
    rate_per_second: u32,
    rate_until_us: u64,
}

impl Order {
    /// Nothing is submitted until then.
    pub const fn suspend(&mut self, until: Option<Timestamp>) {
        self.suspended_until_us = match until {
            Some(until) => until.0,
            None => 0,
        };
    }

    /// So many parts a second leave until then.
    pub const fn limit(&mut self, limit: Option<(NonZeroU32, Timestamp)>) {
        (self.rate_per_second, self.rate_until_us) = match limit {
            Some((rate, until)) => (rate.get(), until.0),
            None => (0, 0),
        };
    }
}

/// What stands for a carrier, as its shard sees it.
#[derive(Debug, Default)]
pub struct Standing {
    suspended_until: AtomicU64,
    rate: AtomicU32,
    rate_until: AtomicU64,
}

impl Standing {
    /// Takes an order over.
    pub fn set(&self, order: Order) {
        self.suspended_until.store(order.suspended_until_us, Ordering::Relaxed);
        self.rate_until.store(order.rate_until_us, Ordering::Relaxed);
        self.rate.store(order.rate_per_second, Ordering::Relaxed);
    }

    /// Until when nothing is submitted, if that is so.
    pub fn suspended(&self, now: Timestamp) -> Option<Timestamp> {
        let until = Timestamp(self.suspended_until.load(Ordering::Relaxed));
        (until > now).then_some(until)
    }

    /// The rate that was ordered, and until when.
    pub fn limit(&self, now: Timestamp) -> Option<(NonZeroU32, Timestamp)> {
        let rate = NonZeroU32::new(self.rate.load(Ordering::Relaxed))?;
        let until = Timestamp(self.rate_until.load(Ordering::Relaxed));
        (until > now).then_some((rate, until))
    }
}

/// All standing orders and where they are kept.
#[derive(Debug)]
pub struct StandingFile {
    path: PathBuf,
    orders: Orders,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Orders {
    carriers: BTreeMap<String, Order>,
}

impl StandingFile {
    /// Reads what stands in a data directory; without a file nothing does.
    ///
    /// # Errors
    /// The file is there and cannot be read: a carrier that was suspended is not to be sent to unasked.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(STANDING_FILE);
        let wrong = |error: String| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
        };
        let orders = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Orders::default(),
            Err(error) => return Err(wrong(error.to_string())),
            Ok(metadata) if metadata.len() > FILE_BYTES_MAX => {
                return Err(wrong("is too large".to_owned()));
            }
            Ok(_) => {
                let octets = fs::read(&path).map_err(|error| wrong(error.to_string()))?;
                serde_json::from_slice(&octets).map_err(|error| wrong(error.to_string()))?
            }
        };
        Ok(Self { path, orders })
    }

    /// What stands for a carrier.
    pub fn order(&self, carrier: &str) -> Order {
        self.orders.carriers.get(carrier).copied().unwrap_or_default()
    }

    /// Keeps an order, on disk when it returns.
    ///
    /// # Errors
    /// What the disk said; then the old order stands.
    pub fn keep(&mut self, carrier: &str, order: Order) -> io::Result<()> {
        let mut orders = self.orders.clone();
        if order == Order::default() {
            orders.carriers.remove(carrier);
        } else {
            orders.carriers.insert(carrier.to_owned(), order);
        }
        let text = serde_json::to_vec_pretty(&orders).map_err(io::Error::other)?;
        let beside = self.path.with_extension("json.new");
        let mut file = File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        self.orders = orders;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn order(until: Timestamp) -> Order {
        let mut order = Order::default();
        order.suspend(Some(until));
        order.limit(NonZeroU32::new(5).map(|rate| (rate, until)));
        order
    }

    #[test]
    fn what_was_kept_stands_after_a_restart_and_what_was_taken_back_does_not() {
        let directory = tempfile::tempdir().expect("room");
        let mut file = StandingFile::open(directory.path()).expect("nothing yet");
        file.keep("sink", order(Timestamp::NEVER)).expect("room");
        file.keep("other", order(NOW)).expect("room");
        file.keep("other", Order::default()).expect("room");
        let again = StandingFile::open(directory.path()).expect("ours");
        assert_eq!(again.order("sink"), order(Timestamp::NEVER));
        assert_eq!(again.order("other"), Order::default());
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_refused_by_name() {
        let directory = tempfile::tempdir().expect("room");
        for text in ["", "{}", "[]", r#"{"carriers":{"a":{"rate":1}}}"#] {
            fs::write(directory.path().join(STANDING_FILE), text).expect("room");
            let refused = StandingFile::open(directory.path()).expect_err(text).to_string();
            assert!(refused.contains(STANDING_FILE), "{refused}");
        }
    }

    #[test]
    fn an_order_is_over_when_its_time_is() {
        let standing = Standing::default();
        assert_eq!((standing.suspended(NOW), standing.limit(NOW)), (None, None));
        let until = Timestamp(NOW.0 + 1);
        standing.set(order(until));
        assert_eq!(standing.suspended(NOW), Some(until));
        assert_eq!(standing.limit(NOW), NonZeroU32::new(5).map(|rate| (rate, until)));
        assert_eq!((standing.suspended(until), standing.limit(until)), (None, None));
    }
}
