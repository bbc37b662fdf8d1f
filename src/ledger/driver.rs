//! The lists that a search can be driven by: all rows of a segment that a predicate can hold for.

use std::io;
use std::ops::RangeInclusive;

use super::number_set::NumberSet;
use super::run::Run;
use crate::base::id::MessageOrd;

/// Longest list that is looked up; a longer one is so common that a scan of the newest rows finds
/// enough.
pub(super) const LIST_MAX: usize = 8192;

/// Rows of one segment, listed.
#[derive(Debug)]
pub(super) enum Driver<'a> {
    /// Those of some ranges of keys in a sorted run.
    Run(&'a Run, &'a [RangeInclusive<u64>]),
    /// These messages.
    Ords(&'a [MessageOrd]),
    /// Those of all of these.
    Union(Vec<Self>),
}

impl<'a> Driver<'a> {
    /// The numbers of a set in a run; `None` for a set that the run is not sorted by.
    pub(super) fn numbers(run: &'a Run, numbers: &'a NumberSet) -> Option<Self> {
        Some(Self::Run(run, numbers.ranges()?))
    }

    /// How many rows it has, to a few for each range.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Run(run, ranges) => ranges.iter().map(|keys| run.at_least(keys)).sum(),
            Self::Ords(ords) => ords.len(),
            Self::Union(drivers) => drivers.iter().map(Self::length).sum(),
        }
    }

    /// Adds the ordinals of its rows to `out`, in no order, some perhaps twice.
    pub(super) fn collect(&self, out: &mut Vec<u64>) -> io::Result<()> {
        match self {
            Self::Run(run, ranges) => {
                ranges.iter().try_for_each(|keys| run.find(keys, usize::MAX, out))
            }
            Self::Ords(ords) => {
                out.extend(ords.iter().map(|ord| ord.0));
                Ok(())
            }
            Self::Union(drivers) => drivers.iter().try_for_each(|driver| driver.collect(out)),
        }
    }
}
