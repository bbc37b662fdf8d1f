//! What the error beside a receipt's state means: `err` of the text (SMPP v3.4 Appendix B), or
//! `network_error_code` (§5.3.2.31).
//!
//! An error is text: digits with leading zeros as a rule, letters or hexadecimal at some carriers. A
//! number is compared as a number, anything else as text in any case. The same number means other
//! things at other carriers, which is what profiles are for.

use std::cmp::Ordering;

use super::err_table::{FAILURE_REASONS, GSM_ERRORS, GSM_FAILURE_CAUSES, RP_CAUSES, TP_STATUS};
use super::verdict::Verdict;

/// An error a table knows. Numbers come before words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ErrCode {
    /// Decimal digits, whatever their leading zeros.
    Number(u32),
    /// Anything else, in lower case.
    Word(Box<[u8]>),
}

/// Octets of an error that is a word.
pub const ERR_OCTETS_MAX: usize = 64;

/// Entries of a profile's own.
pub const ERRS_MAX: usize = 4_096;

impl ErrCode {
    /// An error as it is written in a receipt; `None` if there is none or it is too long to be one.
    pub fn new(err: &[u8]) -> Option<Self> {
        let err = err.trim_ascii();
        match number(err) {
            Some(number) => Some(Self::Number(number)),
            None if err.is_empty() || err.len() > ERR_OCTETS_MAX => None,
            None => Some(Self::Word(err.to_ascii_lowercase().into())),
        }
    }

    /// Compares with an error of a receipt, which is a number or a trimmed word.
    fn cmp_written(&self, number: Option<u32>, word: &[u8]) -> Ordering {
        match (self, number) {
            (Self::Number(ours), Some(number)) => ours.cmp(&number),
            (Self::Number(_), None) => Ordering::Less,
            (Self::Word(_), Some(_)) => Ordering::Greater,
            (Self::Word(ours), None) => {
                ours.iter().copied().cmp(word.iter().map(u8::to_ascii_lowercase))
            }
        }
    }
}

fn number(err: &[u8]) -> Option<u32> {
    if !err.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(err).ok()?.parse().ok()
}

/// Which common list a table begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrBase {
    /// The MAP user errors that most SMSCs pass on (3GPP TS 29.002), and the handset's failure
    /// causes from 128 on (TS 23.040 §9.2.3.22).
    Gsm,
    /// TP-Status of a status report (3GPP TS 23.040 §9.2.3.15).
    TpStatus,
    /// RP-Cause of the relay layer (3GPP TS 24.011 §8.2.5.4).
    RpCause,
    /// Nothing: every error is the vendor's own.
    Empty,
}

impl ErrBase {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("gsm", Self::Gsm),
        ("tp_status", Self::TpStatus),
        ("rp_cause", Self::RpCause),
        ("none", Self::Empty),
    ];
}

/// The meanings of errors, sorted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErrTable(Box<[(ErrCode, Verdict)]>);

impl Default for ErrTable {
    fn default() -> Self {
        Self::of(ErrBase::Gsm)
    }
}

impl ErrTable {
    /// One of the common lists.
    pub fn of(base: ErrBase) -> Self {
        let lists: [&[(u32, Verdict)]; 2] = match base {
            ErrBase::Gsm => [GSM_ERRORS, GSM_FAILURE_CAUSES],
            ErrBase::TpStatus => [TP_STATUS, &[]],
            ErrBase::RpCause => [RP_CAUSES, &[]],
            ErrBase::Empty => [&[], &[]],
        };
        let entries = lists.into_iter().flatten();
        let table = entries.map(|&(number, verdict)| (ErrCode::Number(number), verdict));
        // Words are behind all numbers.
        let reasons = if base == ErrBase::Empty { &[] } else { FAILURE_REASONS };
        let words = reasons.iter().map(|&(word, verdict)| (ErrCode::Word(word.into()), verdict));
        Self(table.chain(words).collect())
    }

    /// This table with other meanings for some errors, and meanings for more.
    pub fn with(self, entries: impl IntoIterator<Item = (ErrCode, Verdict)>) -> Self {
        let mut table = self.0.into_vec();
        for (code, verdict) in entries {
            match table.binary_search_by(|entry| entry.0.cmp(&code)) {
                Ok(place) => table[place].1 = verdict,
                Err(place) => table.insert(place, (code, verdict)),
            }
        }
        Self(table.into())
    }

    /// The meaning of an error as a receipt wrote it, if the table has one.
    pub fn get(&self, err: &[u8]) -> Option<Verdict> {
        let err = err.trim_ascii();
        let number = if err.is_empty() { Some(0) } else { number(err) };
        let place = self.0.binary_search_by(|entry| entry.0.cmp_written(number, err)).ok()?;
        Some(self.0[place].1)
    }

    /// Every entry, sorted.
    pub fn entries(&self) -> &[(ErrCode, Verdict)] {
        &self.0
    }
}

/// Whether an error says nothing: none, or zeros.
pub fn says_nothing(err: &[u8]) -> bool {
    err.trim_ascii().iter().all(|&octet| octet == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::reason::Reason;

    fn reason(table: &ErrTable, err: &[u8]) -> Option<Reason> {
        table.get(err).map(|verdict| verdict.reason)
    }

    #[test]
    fn the_common_lists_are_sorted_and_have_nothing_twice() {
        for (_, base) in ErrBase::WORDS {
            assert!(ErrTable::of(base).entries().is_sorted_by(|a, b| a.0 < b.0), "{base:?}");
        }
    }

    #[test]
    fn a_number_is_known_whatever_its_leading_zeros() {
        let table = ErrTable::default();
        for err in ["27", "027", "0027", " 27 "] {
            assert_eq!(reason(&table, err.as_bytes()), Some(Reason::AbsentSubscriber), "{err:?}");
        }
        assert_eq!(reason(&table, b"4294967296"), None);
    }

    #[test]
    fn a_word_is_known_in_any_case_and_is_no_number() {
        let blocked = Verdict::of(Reason::CarrierFiltered);
        let words = ["DB52", "21b", "BLOCKED_BY_DLT"];
        let codes = words.map(|word| (ErrCode::new(word.as_bytes()).unwrap(), blocked));
        let table = ErrTable::default().with(codes);
        for err in ["db52", "DB52", "21B", "blocked_by_DLT"] {
            assert_eq!(reason(&table, err.as_bytes()), Some(Reason::CarrierFiltered), "{err}");
        }
        assert_eq!(reason(&table, b"DB5"), None);
        assert_eq!(reason(&table, b"21"), Some(Reason::LandlineOrUnsupported));
    }

    #[test]
    fn what_cannot_be_an_error_is_none() {
        assert_eq!(ErrCode::new(b"  "), None);
        assert_eq!(ErrCode::new(&[b'x'; ERR_OCTETS_MAX + 1]), None);
    }
}
