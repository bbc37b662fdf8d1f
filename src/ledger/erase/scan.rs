//! Looking through the log for a number that is known by its hash alone.
//!
//! Messages are found by the index when the request is made; what the index does not know are addresses that a
//! carrier was sent, receipts without a message, and what was noticed.

use sha2::{Digest as _, Sha256};

use crate::message::address::Address;
use crate::message::event::What;
use crate::message::record::Message;

/// Digits that may be a number: fewer say nothing of anybody.
const DIGITS_MIN: usize = 5;

/// The hash of a number's digits, with the key of the directory: nobody who has only the hash can try numbers.
pub(super) fn hash_of(key: u64, digits: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"erasure")
        .chain_update(key.to_le_bytes())
        .chain_update(digits)
        .finalize()
        .into()
}

/// A number that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought {
    pub(super) key: u64,
    pub(super) hash: [u8; 32],
}

impl Sought {
    /// Whether an event that belongs to no message says the number.
    pub(super) fn is_in_loose(&self, what: &What<'_>) -> bool {
        match *what {
            What::Orphan { report, source, destination, .. } => {
                self.is(&source) || self.is(&destination) || self.is_in(report.raw)
            }
            What::Consent { number, note, .. } => self.is(&number) || self.is_in(note),
            What::Notice { peer, text, .. } => self.is_in(peer) || self.is_in(text),
            _ => false,
        }
    }

    /// Whether an event of a message says the number as an address.
    pub(super) fn is_in_event(&self, what: &What<'_>) -> bool {
        match *what {
            What::Readdressed { source, destination, .. } => {
                [source, destination].iter().flatten().any(|new| self.is(&new.address))
            }
            What::Replaced { message, .. } => Message::decode(message)
                .is_some_and(|message| self.is(&message.source) || self.is(&message.destination)),
            _ => false,
        }
    }

    fn is(&self, address: &Address<'_>) -> bool {
        let digits = address.addr.strip_prefix(b"+").unwrap_or(address.addr);
        !digits.is_empty() && hash_of(self.key, digits) == self.hash
    }

    /// Whether one of the runs of digits of a text is it.
    fn is_in(&self, text: &[u8]) -> bool {
        let runs = text.split(|octet| !octet.is_ascii_digit());
        runs.filter(|run| run.len() >= DIGITS_MIN).any(|run| hash_of(self.key, run) == self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_by_its_hash_wherever_it_stands() {
        let sought = Sought { key: 3, hash: hash_of(3, b"447700900123") };
        assert!(sought.is(&Address::infer(b"+447700900123")));
        assert!(sought.is(&Address { ton: 1, npi: 1, addr: b"+447700900123" }));
        assert!(!sought.is(&Address::infer(b"447700900124")) && !sought.is(&Address::default()));
        assert!(sought.is_in(b"id:7 to:447700900123 text:x"));
        assert!(!sought.is_in(b"id:1447700900123"), "another number");
        let other = Sought { key: 4, ..sought };
        assert!(!other.is(&Address::infer(b"447700900123")), "the key of another directory");
    }
}
