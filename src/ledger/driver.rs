//! The lists that a search can be driven by: all rows of a segment that a predicate can hold for.

use std::io;
use std::ops::RangeInclusive;

use super::lists::{Listed, Lists};
use super::number_set::NumberSet;
use super::run::Run;
use super::search_part::Part;
use super::store::Ledger;
use super::text::phrase::Words;
use crate::base::id::MessageOrd;

/// Longest list that is looked up; a longer one is so common that a scan of the newest rows finds
/// enough.
pub(super) const LIST_MAX: usize = 8192;

/// Rows of one segment, listed.
#[derive(Debug)]
pub(super) enum Driver<'a> {
    /// Those of some ranges of keys in a sorted run.
    Run(&'a Run, &'a [RangeInclusive<u64>]),
    /// Those of a range of keys in a list of the segment.
    Listed(&'a Lists, Listed, RangeInclusive<u32>),
    /// Those that may have some words.
    Words(&'a Words),
    /// These messages.
    Ords(&'a [MessageOrd]),
    /// Those of all of these.
    Union(Vec<Self>),
}

impl<'a> Driver<'a> {
    /// The numbers of a set: in the run that is sorted by them, or in the list of their ends.
    pub(super) fn numbers(part: &'a Part, which: Listed, numbers: &'a NumberSet) -> Option<Self> {
        if let Some(keys) = numbers.endings() {
            return Self::listed(part, which, keys);
        }
        let sorted = part.numbers.as_ref()?;
        let run = if which == Listed::To { &sorted.to } else { &sorted.from };
        Some(Self::Run(run, numbers.ranges()?))
    }

    /// The rows of some keys; `None` if the segment has no list of them.
    pub(super) fn listed(part: &'a Part, which: Listed, keys: RangeInclusive<u32>) -> Option<Self> {
        let lists = part.lists.as_ref()?;
        lists.at_least(which, &keys)?;
        Some(Self::Listed(lists, which, keys))
    }

    /// How many rows it has, to a few for each range.
    pub(super) fn length(&self, ledger: &Ledger, part: &Part) -> io::Result<usize> {
        match self {
            Self::Run(run, ranges) => Ok(ranges.iter().map(|keys| run.at_least(keys)).sum()),
            Self::Listed(lists, which, keys) => {
                Ok(lists.at_least(*which, keys).unwrap_or(usize::MAX))
            }
            Self::Words(words) => part.words_length(ledger, std::slice::from_ref(*words)),
            Self::Ords(ords) => Ok(ords.len()),
            Self::Union(drivers) => drivers.iter().try_fold(0, |sum, driver| {
                let length = driver.length(ledger, part)?;
                Ok(length.saturating_add(sum))
            }),
        }
    }

    /// Adds the ordinals of its rows to `out`, in no order, some perhaps twice.
    pub(super) fn collect(
        &self,
        ledger: &Ledger,
        part: &Part,
        out: &mut Vec<u64>,
    ) -> io::Result<()> {
        match self {
            Self::Run(run, ranges) => {
                ranges.iter().try_for_each(|keys| run.find(keys, usize::MAX, out))
            }
            Self::Listed(lists, which, keys) => {
                let mut rows = Vec::new();
                let found = lists.find(*which, keys, &mut rows);
                if found.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::InvalidData) {
                    ledger.distrust_lists(part.segment);
                }
                found?;
                out.extend(rows.iter().map(|row| part.geometry.ord(part.segment, *row as usize).0));
                Ok(())
            }
            Self::Words(words) => {
                let (mut rows, mut steps) = (Vec::new(), u64::MAX);
                let all = 0..part.end_row();
                let phrases = std::slice::from_ref(*words);
                let (segment, max) = (part.segment, usize::MAX);
                ledger.rows_with_words(segment, all, phrases, max, &mut steps, &mut rows)?;
                out.extend(rows.iter().map(|row| part.geometry.ord(segment, *row as usize).0));
                Ok(())
            }
            Self::Ords(ords) => {
                out.extend(ords.iter().map(|ord| ord.0));
                Ok(())
            }
            Self::Union(drivers) => {
                drivers.iter().try_for_each(|driver| driver.collect(ledger, part, out))
            }
        }
    }
}
