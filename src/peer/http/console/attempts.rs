//! Failed sign-ins: whoever guesses is slowed down, by the name that is guessed at and by the address.
//!
//! **Invariants**: a name is locked for [`NAME_LOCK_MAX`] at most, so that nobody can be kept out for long; what is
//! remembered is bounded; time is an argument.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use crate::base::clock::Timestamp;

/// Failures of a name before it is locked, and of an address.
const NAME_FREE: u32 = 5;
const ADDRESS_FREE: u32 = 20;

/// The first lock; each further failure doubles it.
const LOCK_MIN: Duration = Duration::from_secs(2);

/// The longest locks.
pub(super) const NAME_LOCK_MAX: Duration = Duration::from_secs(5 * 60);
const ADDRESS_LOCK_MAX: Duration = Duration::from_secs(15 * 60);

/// Failures are forgotten when none came for so long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 60);

/// Names, and addresses, that are remembered.
const REMEMBERED_MAX: usize = 10_000;

/// What failed lately.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    names: HashMap<String, Failures>,
    addresses: HashMap<IpAddr, Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
    locked_until: Timestamp,
}

impl Attempts {
    /// How long this name or this address is locked still.
    pub(super) fn locked(&self, name: &str, from: IpAddr, now: Timestamp) -> Option<Duration> {
        let until = |failures: Option<&Failures>| failures.map(|it| it.locked_until);
        let latest = until(self.names.get(name)).max(until(self.addresses.get(&from)))?;
        (latest > now).then(|| latest.since(now))
    }

    /// Notes a failure; the lock that it brought, if any.
    pub(super) fn failed(&mut self, name: &str, from: IpAddr, now: Timestamp) -> Option<Duration> {
        let of_name = note(&mut self.names, name.to_owned(), (NAME_FREE, NAME_LOCK_MAX), now);
        let of_address = note(&mut self.addresses, from, (ADDRESS_FREE, ADDRESS_LOCK_MAX), now);
        of_name.max(of_address)
    }

    /// Forgets the failures of a name whose password was right. Those of the address stay.
    pub(super) fn succeeded(&mut self, name: &str) {
        self.names.remove(name);
    }
}

fn note<K: Hash + Eq + Clone>(
    book: &mut HashMap<K, Failures>,
    key: K,
    (free, max): (u32, Duration),
    now: Timestamp,
) -> Option<Duration> {
    make_room(book, &key, now);
    let new = Failures { count: 0, last: now, locked_until: Timestamp(0) };
    let failures = book.entry(key).or_insert(new);
    if now.since(failures.last) > FORGOTTEN_AFTER {
        *failures = new;
    }
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
    let beyond = failures.count.checked_sub(free)?;
    let lock = LOCK_MIN.saturating_mul(1 << beyond.min(16)).min(max);
    failures.locked_until = now + lock;
    Some(lock)
}

/// Lets go what is old, or else what was longest ago.
fn make_room<K: Hash + Eq + Clone>(book: &mut HashMap<K, Failures>, key: &K, now: Timestamp) {
    if book.len() < REMEMBERED_MAX || book.contains_key(key) {
        return;
    }
    book.retain(|_, failures| now.since(failures.last) <= FORGOTTEN_AFTER);
    if book.len() >= REMEMBERED_MAX
        && let Some(oldest) = book.iter().min_by_key(|(_, it)| it.last).map(|(key, _)| key.clone())
    {
        book.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    const fn at(seconds: u64) -> Timestamp {
        Timestamp(1_000_000_000_000 + seconds * 1_000_000)
    }

    #[test]
    fn whoever_guesses_waits_longer_each_time_and_not_for_ever() {
        let mut attempts = Attempts::default();
        for _ in 0..4 {
            assert_eq!(attempts.failed("rep", HERE, at(0)), None);
        }
        assert_eq!(attempts.locked("rep", HERE, at(0)), None);
        assert_eq!(attempts.failed("rep", HERE, at(0)), Some(Duration::from_secs(2)));
        assert_eq!(attempts.failed("rep", HERE, at(2)), Some(Duration::from_secs(4)));
        assert_eq!(attempts.locked("rep", HERE, at(3)), Some(Duration::from_secs(3)));
        assert_eq!(attempts.locked("rep", HERE, at(6)), None);
        let elsewhere: IpAddr = "203.0.113.9".parse().expect("an address");
        assert!(attempts.locked("rep", elsewhere, at(3)).is_some(), "from anywhere");
        for _ in 0..100 {
            attempts.failed("rep", elsewhere, at(7));
        }
        let other = "198.51.100.7".parse().expect("an address");
        assert_eq!(attempts.locked("rep", other, at(7)), Some(NAME_LOCK_MAX));
    }

    #[test]
    fn an_address_that_tries_many_names_is_locked_for_all_of_them() {
        let mut attempts = Attempts::default();
        for name in 0..20 {
            attempts.failed(&format!("user-{name}"), HERE, at(0));
        }
        assert!(attempts.locked("somebody-else", HERE, at(1)).is_some());
    }

    #[test]
    fn a_right_password_and_time_make_up_for_it() {
        let mut attempts = Attempts::default();
        for _ in 0..4 {
            attempts.failed("rep", HERE, at(0));
        }
        attempts.succeeded("rep");
        assert_eq!(attempts.failed("rep", HERE, at(1)), None);
        for _ in 0..3 {
            attempts.failed("rep", HERE, at(1));
        }
        assert_eq!(attempts.failed("rep", HERE, at(3_000)), None, "half an hour later");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut attempts = Attempts::default();
        for name in 0..REMEMBERED_MAX + 50 {
            attempts.failed(&name.to_string(), HERE, at(name as u64 / 100));
        }
        assert_eq!(attempts.names.len(), REMEMBERED_MAX);
    }
}
