//! Which of some segments a search has to look into, by their filters.

use std::io;
use std::ops::Range;

use super::file::FilterFile;
use super::keys::KeyKind;
use crate::ledger::marks::mark_of;
use crate::ledger::number_set::NumberSet;
use crate::ledger::predicate::Predicate;
use crate::ledger::store::Ledger;
use crate::ledger::text::phrase::Words;

/// Numbers of a set that are asked for one by one; a set of more is looked for everywhere.
const NUMBERS_MAX: usize = 16;

/// Segments, and which of them may have a hit: a bit for each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ledger) struct MaybeIn {
    pub(in crate::ledger) segments: Range<usize>,
    mask: u8,
}

impl MaybeIn {
    /// Whether a segment may have a hit; `None` if it is not among them.
    pub(in crate::ledger) fn of(&self, segment: usize) -> Option<bool> {
        let at = segment.checked_sub(self.segments.start)?;
        (segment < self.segments.end).then(|| self.mask >> (at % 8) & 1 == 1)
    }
}

impl Ledger {
    /// What the filters that a segment is among say of a search for all of some predicates; `None` if there
    /// are none. Damaged ones are forgotten, and made again.
    pub(in crate::ledger) fn maybe_in(
        &self,
        segment: usize,
        all: &[&Predicate],
    ) -> io::Result<Option<MaybeIn>> {
        let Some(file) = self.filters.of(segment) else { return Ok(None) };
        let mut mask = u8::MAX;
        for predicate in all {
            mask &= match self.mask(&file, predicate) {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    tracing::error!(%error, "filters of segments are damaged: they are made again");
                    self.forget_filters(&[segment])?;
                    return Ok(None);
                }
                outcome => outcome?,
            };
            if mask == 0 {
                break;
            }
        }
        Ok(Some(MaybeIn { segments: file.name().segments(), mask }))
    }

    fn mask(&self, file: &FilterFile, predicate: &Predicate) -> io::Result<u8> {
        let keys = self.filters.keys;
        match predicate {
            Predicate::To(numbers) => self.numbers_mask(file, KeyKind::To, numbers),
            Predicate::From(numbers) => self.numbers_mask(file, KeyKind::From, numbers),
            // What has none of them is in no list.
            Predicate::Reference(text) | Predicate::Tag(text) if text.is_empty() => Ok(u8::MAX),
            Predicate::Reference(text) => {
                file.may_have(keys.number(KeyKind::Reference, u64::from(mark_of(text))))
            }
            Predicate::Tag(text) => {
                file.may_have(keys.number(KeyKind::Tag, u64::from(mark_of(text))))
            }
            Predicate::Text(words) => self.words_mask(file, words),
            Predicate::Any(any) => any.iter().try_fold(0, |mask, one| match mask {
                u8::MAX => Ok(mask),
                _ => Ok(mask | self.mask(file, one)?),
            }),
            _ => Ok(u8::MAX),
        }
    }

    fn numbers_mask(
        &self,
        file: &FilterFile,
        kind: KeyKind,
        numbers: &NumberSet,
    ) -> io::Result<u8> {
        let exact = |range: &std::ops::RangeInclusive<u64>| range.start() == range.end();
        let ranges = numbers.ranges().unwrap_or_default();
        if ranges.len() > NUMBERS_MAX || numbers.ranges().is_none() || !ranges.iter().all(exact) {
            return Ok(u8::MAX);
        }
        let keys = self.filters.keys;
        ranges
            .iter()
            .try_fold(0, |mask, range| Ok(mask | file.may_have(keys.number(kind, *range.start()))?))
    }

    /// Segments that have all words, and those of which a message has others now.
    fn words_mask(&self, file: &FilterFile, words: &Words) -> io::Result<u8> {
        let Some(text) = self.text.as_ref().filter(|_| file.words != 0) else {
            return Ok(u8::MAX);
        };
        let keys = self.filters.keys;
        let mut mask = u8::MAX;
        for term in words.terms() {
            mask &= file.may_have(keys.word(term))?;
        }
        for (bit, segment) in file.name().segments().enumerate() {
            mask |= u8::from(mask >> bit & 1 == 0 && text.has_late(segment as u32)) << bit;
        }
        Ok(mask)
    }
}
