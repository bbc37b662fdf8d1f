//! Parts of the log that were read a moment ago, for readers of many records near one another.
//!
//! Who catches up with what it is owed reads the records of one message after another: each a few
//! octets, in about the order of the log. A part that is asked for a second time is kept whole, so
//! that the system is asked once for hundreds of records. **Invariants**: only what is durable is
//! kept, and that changes only with [`Recent::clear`]; memory is [`PARTS_MAX`] times [`PART_BYTES`]; a part that
//! is asked for once is not read whole.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Octets of a part.
pub(super) const PART_BYTES: u64 = 64 << 10;

/// Parts kept.
const PARTS_MAX: usize = 16;

/// Parts remembered as asked for once.
const ASKED_MAX: usize = 16;

/// Octets of a read that may be answered from here.
pub(super) const READ_MAX: usize = 1_024;

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Parts>);

#[derive(Debug, Default)]
struct Parts {
    /// By number, the oldest first.
    kept: VecDeque<(u64, Vec<u8>)>,
    /// Numbers of parts asked for once, the oldest first.
    asked: VecDeque<u64>,
    /// How often everything was forgotten.
    generation: u64,
}

/// What to do for a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Known {
    /// It is in the buffer.
    Copied,
    /// Read it.
    No,
    /// Read the part with this number, and give it to [`Recent::keep_since`].
    Fill(u64),
}

impl Recent {
    /// Answers a read of octets that are all durable, if it can.
    pub(super) fn copy(&self, at: u64, buffer: &mut [u8]) -> Known {
        let (number, offset) = (at / PART_BYTES, (at % PART_BYTES) as usize);
        let end = offset + buffer.len();
        if end > PART_BYTES as usize {
            return Known::No;
        }
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, octets)) = parts.kept.iter().rev().find(|(kept, _)| *kept == number) {
            // One that ends before was kept when the log was not as long.
            return match octets.get(offset..end) {
                Some(octets) => {
                    buffer.copy_from_slice(octets);
                    Known::Copied
                }
                None => Known::Fill(number),
            };
        }
        if parts.asked.contains(&number) {
            return Known::Fill(number);
        }
        if parts.asked.len() == ASKED_MAX {
            parts.asked.pop_front();
        }
        parts.asked.push_back(number);
        Known::No
    }

    /// How often everything was forgotten: what is read after asking is kept unless it was since.
    pub(super) fn generation(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).generation
    }

    /// Forgets everything: the log says something else in places.
    pub(super) fn clear(&self) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.generation += 1;
        parts.kept.clear();
    }

    /// Keeps the durable octets of a part, from its beginning, unless all was forgotten meanwhile.
    pub(super) fn keep_since(&self, generation: u64, number: u64, octets: Vec<u8>) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.generation != generation {
            return;
        }
        parts.asked.retain(|asked| *asked != number);
        parts.kept.retain(|(kept, _)| *kept != number);
        if parts.kept.len() == PARTS_MAX {
            parts.kept.pop_front();
        }
        parts.kept.push_back((number, octets));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: u64 = 5 * PART_BYTES;

    #[test]
    fn a_part_asked_for_again_is_kept_and_answers() {
        let (recent, mut buffer) = (Recent::default(), [0; 4]);
        assert_eq!(recent.copy(FIRST + 1, &mut buffer), Known::No);
        assert_eq!(recent.copy(FIRST + 9, &mut buffer), Known::Fill(5));
        let old = recent.generation();
        recent.keep_since(old, 5, (0..100).collect());
        assert_eq!(recent.copy(FIRST + 9, &mut buffer), Known::Copied);
        assert_eq!(buffer, [9, 10, 11, 12]);
        assert_eq!(recent.copy(FIRST + 98, &mut buffer), Known::Fill(5), "the log was shorter");
        recent.clear();
        recent.keep_since(old, 5, (0..100).collect());
        assert_ne!(recent.copy(FIRST + 9, &mut buffer), Known::Copied, "it was read before");
    }

    #[test]
    fn a_read_over_the_end_of_a_part_is_not_answered() {
        let recent = Recent::default();
        recent.keep_since(0, 5, vec![7; PART_BYTES as usize]);
        let mut buffer = [0; 4];
        assert_eq!(recent.copy(FIRST + PART_BYTES - 4, &mut buffer), Known::Copied);
        assert_eq!(recent.copy(FIRST + PART_BYTES - 3, &mut buffer), Known::No);
    }

    #[test]
    fn the_oldest_parts_make_room() {
        let (recent, mut buffer) = (Recent::default(), [0; 4]);
        for number in 0..=PARTS_MAX as u64 {
            recent.keep_since(0, number, vec![number as u8; 10]);
        }
        assert_eq!(recent.copy(0, &mut buffer), Known::No);
        assert_eq!(recent.copy(PARTS_MAX as u64 * PART_BYTES, &mut buffer), Known::Copied);
        for number in 100..100 + ASKED_MAX as u64 {
            assert_eq!(recent.copy(number * PART_BYTES, &mut buffer), Known::No);
        }
        assert_eq!(recent.copy(0, &mut buffer), Known::No, "and so do those asked for");
    }
}
