//! What a refusal of a submit means: `command_status` (SMPP v3.4 §5.1.3, v5.0 §4.7.6).

use super::status_table::STATUSES;
use super::verdict::Verdict;
use crate::message::reason::Reason;

/// What to do about a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// We are too fast: soon again, and it does not count as a failure of the message.
    Slower,
    /// At once, over any bind; it counts.
    Now,
    /// Later, with back-off.
    Later,
    /// Later, when the handset or its line may have changed.
    Busy,
    /// Not at all.
    Never,
}

impl Retry {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("never", Self::Never),
        ("now", Self::Now),
        ("later", Self::Later),
        ("busy", Self::Busy),
        ("slower", Self::Slower),
    ];
}

/// A `command_status` read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Whether it is tried again.
    pub retry: Retry,
    /// Why it was refused.
    pub verdict: Verdict,
}

/// A status nobody has written down: for good, and named as the vendor's own.
const UNKNOWN: Refusal = Refusal { retry: Retry::Never, verdict: Verdict::of(Reason::VendorOther) };

/// The meanings of statuses, sorted by number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusTable(Box<[(u32, Refusal)]>);

/// Entries a profile may add to the standard's.
pub const STATUSES_MAX: usize = 4_096;

impl Default for StatusTable {
    fn default() -> Self {
        Self(STATUSES.into())
    }
}

impl StatusTable {
    /// This table with other meanings for some statuses, and meanings for more.
    pub fn with(self, entries: impl IntoIterator<Item = (u32, Refusal)>) -> Self {
        let mut table = self.0.into_vec();
        for (status, refusal) in entries {
            match table.binary_search_by_key(&status, |entry| entry.0) {
                Ok(place) => table[place].1 = refusal,
                Err(place) => table.insert(place, (status, refusal)),
            }
        }
        Self(table.into())
    }

    /// Reads a `command_status` other than 0.
    pub fn refusal(&self, command_status: u32) -> Refusal {
        let place = self.0.binary_search_by_key(&command_status, |entry| entry.0);
        place.map_or(UNKNOWN, |place| self.0[place].1)
    }

    /// Every entry, in the order of the numbers.
    pub fn entries(&self) -> &[(u32, Refusal)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(command_status: u32) -> (Retry, Reason) {
        let Refusal { retry, verdict } = StatusTable::default().refusal(command_status);
        (retry, verdict.reason)
    }

    #[test]
    fn the_standards_table_is_sorted_and_has_no_status_twice() {
        assert!(STATUSES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn throttling_and_trouble_of_the_carrier_are_tried_again() {
        for status in [0x58, 0x14, 0x08, 0x45, 0x64] {
            assert_ne!(refusal(status).0, Retry::Never, "{status:#x}");
        }
    }

    #[test]
    fn a_vendors_own_status_is_permanent_and_named_so() {
        assert_eq!(refusal(0x0400), (Retry::Never, Reason::VendorOther));
        assert_eq!(refusal(0x22), (Retry::Never, Reason::VendorOther));
    }

    #[test]
    fn a_profile_adds_meanings_and_changes_them() {
        let busy = Refusal { retry: Retry::Later, verdict: Verdict::of(Reason::CarrierError) };
        let table = StatusTable::default().with([(0x0501, busy), (0x0B, busy), (0x0501, busy)]);
        assert_eq!(table.refusal(0x0501), busy);
        assert_eq!(table.refusal(0x0B), busy);
        assert_eq!(table.entries().len(), STATUSES.len() + 1);
        assert!(table.entries().is_sorted_by(|a, b| a.0 < b.0));
    }
}
