//! Rows of a block that match so far, the newest first.

use std::io;
use std::ops::Range;

/// Rows tested at a time.
const STRETCH_ROWS: usize = 64;

/// Some rows of one block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Rows {
    /// All of these, as long as nothing was looked at.
    all: Range<usize>,
    /// These, the newest first, from then on.
    list: Vec<usize>,
}

impl Rows {
    pub(super) const fn all(range: Range<usize>) -> Self {
        Self { all: range, list: Vec::new() }
    }

    /// Rows of a list, the newest first.
    pub(super) const fn of(list: Vec<usize>) -> Self {
        Self { all: 0..0, list }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len() + self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows one by one.
    pub(super) fn listed(&mut self) -> &mut Vec<usize> {
        self.list.extend(std::mem::take(&mut self.all).rev());
        &mut self.list
    }

    pub(super) fn retain(&mut self, mut wanted: impl FnMut(usize) -> bool) {
        self.listed().retain(|&row| wanted(row));
    }

    /// Keeps the rows that a test which may fail holds for; at the first failure it ends.
    pub(super) fn try_retain(
        &mut self,
        mut wanted: impl FnMut(usize) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut outcome = Ok(());
        self.listed().retain(|&row| {
            outcome.is_ok()
                && wanted(row).unwrap_or_else(|error| {
                    outcome = Err(error);
                    false
                })
        });
        outcome
    }

    /// Keeps the rows whose value, the first of which is that of row `start`, is wanted.
    pub(super) fn keep_values<T: Copy>(
        &mut self,
        start: usize,
        values: &[T],
        wanted: impl Fn(T) -> bool,
    ) {
        if self.all.is_empty() {
            self.list.retain(|row| values.get(row - start).is_some_and(|&value| wanted(value)));
            return;
        }
        let range = std::mem::take(&mut self.all);
        let values = values.get(range.start - start..).unwrap_or_default();
        let values = &values[..values.len().min(range.len())];
        // Most stretches hold nothing: a test without branches tells so many rows at a time.
        let mut end = values.len();
        for stretch in values.rchunks(STRETCH_ROWS) {
            let first = end - stretch.len();
            if stretch.iter().fold(false, |any, &value| any | wanted(value)) {
                let hits = (first..end).rev().filter(|&at| wanted(values[at]));
                self.list.extend(hits.map(|at| range.start + at));
            }
            end = first;
        }
    }

    /// Takes rows out that are in it.
    pub(super) fn remove(&mut self, others: &Self) {
        let mut listed = others.list.iter().copied().peekable();
        let (all, nothing) = (others.all.clone(), others.is_empty());
        if nothing {
            return;
        }
        self.retain(|row| {
            while listed.next_if(|&other| other > row).is_some() {}
            listed.peek() != Some(&row) && !all.contains(&row)
        });
    }

    /// Adds rows that are not in it.
    pub(super) fn add(&mut self, mut others: Self) {
        let rows = self.listed();
        rows.append(others.listed());
        rows.sort_unstable_by(|a, b| b.cmp(a));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_by_their_values_newest_first() {
        let values: Vec<u16> = (0..1000).map(|row| row % 7).collect();
        for range in [0..1000, 3..900, 5..6] {
            let mut all = Rows::all(range.clone());
            all.keep_values(0, &values, |value| value == 3);
            let expected: Vec<usize> = range.rev().filter(|row| row % 7 == 3).collect();
            assert_eq!(all, Rows::of(expected.clone()));
            all.keep_values(0, &values, |value| value == 3);
            assert_eq!(all, Rows::of(expected));
        }
    }

    #[test]
    fn rows_taken_out_and_added_again_are_the_same() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..500 {
            let mut rows = Rows::all(10..60);
            let mut some = rows.clone();
            some.retain(|_| random.bool());
            rows.remove(&some);
            assert_eq!(rows.len() + some.len(), 50);
            rows.add(some);
            assert_eq!(rows, Rows::of((10..60).rev().collect()));
        }
    }
}
